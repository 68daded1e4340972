package review

import (
	"html/template"
	"strings"
	"time"
	"unicode"

	"usulan/store"
)

// happened is one line of a history.
type happened struct {
	Text string
	At   time.Time
}

// history tells what happened to a proposal. Messages that joined one after
// another are one line, and that media came is none.
func (b *board) history(entries []store.Entry) []happened {
	var out []happened
	joined := 0 // of the last line
	for _, e := range entries {
		if e.Kind == "media_fetched" {
			continue
		}
		if e.Kind != "joined" {
			joined = 0
		} else if joined++; joined > 1 {
			out[len(out)-1] = happened{b.W.Say("history.joined_many", joined, b.W.Say("channel."+e.Channel)), e.At}
			continue
		}
		out = append(out, happened{b.sentence(e), e.At})
	}
	return out
}

// Stamp is what the proposal on the paper stands at.
func (p triagePage) Stamp() stamp { return p.Board.stamp(decisionOf(p.Reading.Summary)) }

// States are those a list can be narrowed to.
func (p triagePage) States() []string { return stateNames }

var stateNames = func() []string {
	out := make([]string, 0, len(states)+1)
	for _, s := range states {
		out = append(out, string(s))
	}
	return append(out, string(anyState))
}()

// sentence says who did what.
func (b *board) sentence(e store.Entry) string {
	who := e.Actor
	if who == "" {
		who = b.W.Say("history.system")
	}
	key := "history." + e.Kind
	if e.Kind == "decided" {
		switch e.After.State {
		case store.Tagged:
			return b.W.Say("history.tagged", who, b.Short(e.After.Priority)) + b.followed(e)
		case store.SetAside:
			text := b.W.Say("history.set_aside", who, b.Reason(e.After.Reason))
			if e.After.ReasonText != "" {
				text += " (" + e.After.ReasonText + ")"
			}
			return text + b.followed(e)
		case store.NeedsInfo:
			return b.W.Say("history.needs_info", who)
		default:
			return b.W.Say("history.returned", who)
		}
	}
	switch {
	case e.UndoesMove:
		return b.W.Say("history.undone_move", who)
	case e.To != "":
		return b.W.Say("history.moved_to", who, e.To)
	case e.From != "":
		return b.W.Say("history.moved_from", who, e.From)
	case len(e.Addresses) > 0:
		return b.W.Say(key, who, b.whom(e.Addresses))
	case !b.W.Has(key):
		key = "history.other"
	}
	channel := e.Channel
	if channel != "" {
		channel = b.W.Say("channel." + channel)
	}
	return b.W.Say(key, who, channel)
}

// followed says whether a decision followed its suggestion, where one was shown.
func (b *board) followed(e store.Entry) string {
	none := e.After.State == store.SetAside && e.After.Reason == noProposal
	switch e.Suggested {
	case "", store.NoSuggestion:
		return ""
	case store.NoProposal:
		if none {
			return " " + b.W.Say("history.taken")
		}
		return " " + b.W.Say("history.overruled", b.W.Say("advice.none"))
	case e.After.Priority:
		return " " + b.W.Say("history.taken")
	default:
		return " " + b.W.Say("history.overruled", b.Short(e.Suggested))
	}
}

// breakable lets a mail address break behind its @ on a narrow line.
func breakable(address string) template.HTML {
	return template.HTML(strings.Replace(template.HTMLEscapeString(address), "@", "@<wbr>", 1)) //nolint:gosec // G203: escaped
}

// masked hides the middle of an address from who may not have it: the first
// four digits and the last three of a number, the ends of a mail address.
func masked(shown string) string {
	if name, host, ok := strings.Cut(shown, "@"); ok {
		top := host[strings.LastIndex(host, ".")+1:]
		return string([]rune(name)[:min(2, len([]rune(name)))]) + "••••••@•••••." + top
	}
	r := []rune(shown)
	if len(r) < 9 || strings.ContainsFunc(shown, unicode.IsLetter) {
		return "••••••"
	}
	return string(r[:4]) + "-••••-•" + string(r[len(r)-3:])
}
