package review

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"usulan/intake"
	"usulan/store"
)

// reading is a proposal as it lies on the paper.
type reading struct {
	*store.Proposal
	Heading  string // subject, or the participant where there is none
	Parts    []part
	Chat     bool      // it came over a chat: short messages in one column
	Groups   []string  // in which it was said; empty in a chat of two
	From, To time.Time // of its submissions
	Words    int
	Position int  // of its priority
	Writing  bool // its sender may not have finished
	Contacts []contact
	Aliases  []string // other names the participant goes by
	Past     []happened
	Places   []string // that it names, as a hint
	Unions   []union  // whom the participant turned out to be as well
	Joined   int      // how many parts came or changed after the decision it stands at
	Since    int64    // the first of these
	Advice   *advice  // what is suggested; nil where nothing can be
}

// part is one submission on the paper.
type part struct {
	said
	Clock  string // when, where that differs from the part above; empty elsewhere
	Named  bool   // its subject says something that the heading does not
	Fresh  bool   // it came, or changed, after the decision
	Author string // who said it, when that is not the participant
	Group  string // in which it was said, when that is another than above
	Quote  *quoted
	Spot   *spot
	Unread string // key of the sentence that says why nothing of it can be shown
	Blocks []block
	media

	// Where another request seems to begin, and which of the requests it belongs
	// to, counted from 0.
	Cut     *cut
	Request int
}

// quoted is the message that another one answers.
type quoted struct {
	Text string // its beginning, as the sender saw it
	Part int64  // of this proposal that it is; 0 when it lies elsewhere
}

func (b *board) reading(p *store.Proposal) *reading {
	p.Participant = b.name(p.Summary)
	r := &reading{Proposal: p, Heading: p.Subject, Position: b.position(p.Priority)}
	if strings.TrimSpace(r.Heading) == "" {
		r.Heading = p.Participant
	}
	if n := len(p.Parts); n > 0 {
		r.From, r.To = p.Parts[0].ReceivedAt, p.Parts[n-1].ReceivedAt
	}
	r.Writing = p.QuietAt.After(b.now)
	r.Contacts, r.Aliases = b.contacts(p.Addresses), aliases(p)
	r.Past = b.history(p.History)
	r.Unions = b.unions(p.History)
	minute := ""
	for i, sub := range settle(p) {
		one := b.newPart(sub)
		if now := sub.ReceivedAt.Format("200601021504"); now != minute {
			one.Clock, minute = b.W.When(r.To, sub.ReceivedAt), now
		}
		one.Named = i > 0 && sub.Subject != "" && !strings.HasSuffix(sub.Subject, p.Subject)
		if one.Fresh = p.Changed && sub.changedAt().After(p.DecidedAt); one.Fresh {
			if r.Joined++; r.Joined == 1 {
				r.Since = one.ID
			}
		}
		if sub.Chat != nil {
			r.converse(&one, b.W)
		}
		if sub.Withdrawn.IsZero() {
			own, _ := outside(sub.Text, sub.Ranges)
			r.Words += len(strings.Fields(own))
		}
		r.Parts = append(r.Parts, one)
	}
	r.Places = b.named(r)
	return r
}

func (b *board) newPart(sub said) part {
	return part{said: sub, Blocks: blocks(sub.Text, sub.Ranges), media: b.sorted(sub.Attachments)}
}

// converse sets what only a message of a chat has.
func (r *reading) converse(one *part, w *words) {
	r.Chat = true
	if one.Clock != "" && one.Clock != w.Clock(one.ReceivedAt) {
		one.Clock = w.Day(one.ReceivedAt) // of another day, where a time of day is needed still
	}
	if !isParticipant(r.Proposal, one.From) {
		one.Author = one.From.Name
	}
	if name := one.Chat.RoomName; name != "" && !slices.Contains(r.Groups, name) {
		if len(r.Parts) > 0 {
			one.Group = name
		}
		r.Groups = append(r.Groups, name)
	}
	if l := one.Chat.Location; l != nil {
		one.locate(*l)
	}
	if one.Chat.Quote != "" || len(one.InReplyTo) > 0 {
		one.Quote = &quoted{Text: one.Chat.Quote}
		for _, above := range r.Parts {
			if slices.Contains(one.InReplyTo, above.ExternalID) {
				one.Quote.Part = above.ID
				one.Quote.Text = cmp.Or(one.Quote.Text, above.Text)
			}
		}
	}
	one.Unread = one.unread()
}

// locate sets a place. What it is called is sent as its text too, and shown once.
func (p *part) locate(l intake.Location) {
	p.Spot = newSpot(l)
	if own, named := strings.CutPrefix(p.Text, strings.TrimSpace(l.Name+"\n"+l.Address)); named {
		p.Blocks = blocks(own, nil)
	}
}

// unread says why a message shows nothing, when it shows nothing.
func (p *part) unread() string {
	switch {
	case p.Chat.Unknown != "":
		return "chat.unknown"
	case p.Stray && p.Text == "":
		return "chat.stray_deletion"
	case p.Text == "" && p.Spot == nil && len(p.Attachments) == 0:
		return "chat.undecryptable"
	default:
		return ""
	}
}
