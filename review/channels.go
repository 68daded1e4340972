package review

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"usulan/intake"
	"usulan/store"
)

// channelsPage shows how every way in does, and that all that was seen is
// accounted for.
type channelsPage struct {
	Page
	Sources    []source
	Quarantine []held
	More       bool // there are more in quarantine than are listed
	CanReplay  bool
	Said       string // what the last button did
}

// held is an item in quarantine, with what little is known of it.
type held struct {
	store.Row
	Channel string
	Unknown string // what the far side calls a kind of message that cannot be shown
}

// source is one card of the screen.
type source struct {
	store.Source
	Channel string
	Name    string // within its channel
	Alone   bool   // the only one of its channel: its name says nothing
	Lamp    lamp
	Seen    int64 // recorded, and what is missing
	Terms   []term
	Older   int64
	Locked  int64 // messages that could not be decrypted yet

	Silent, Usual time.Duration // for how long nothing has arrived, where that is alarming, and how long is usual

	Account *account
	Links   bool               // it works once somebody has linked it
	Pairing intake.PairingStep // how that stands
}

// term is one number of the equation, with the rows behind it.
type term struct {
	Number int64
	Key    string // of its words
	Href   template.URL
}

// terms are the outcomes in the order of the equation; outcomes that belong
// together for a reader are one term.
var terms = []struct {
	key      string
	outcomes []intake.Outcome
}{
	{"proposals", []intake.Outcome{intake.NewProposal, intake.Continuation}},
	{"auto_reply", []intake.Outcome{intake.OutcomeOf(intake.AutoReply)}},
	{"newsletter", []intake.Outcome{intake.OutcomeOf(intake.Newsletter)}},
	{"bounce", []intake.Outcome{intake.OutcomeOf(intake.Bounce)}},
	{"report", []intake.Outcome{intake.OutcomeOf(intake.Report)}},
	{"calendar", []intake.Outcome{intake.OutcomeOf(intake.Calendar)}},
	{"own", []intake.Outcome{intake.OutcomeOf(intake.Own)}},
	{"spam", []intake.Outcome{intake.OutcomeOf(intake.Spam)}},
	{"small_talk", []intake.Outcome{intake.SmallTalk}},
	{"reactions", []intake.Outcome{intake.OutcomeOf(intake.Reaction), intake.OutcomeOf(intake.Call), intake.OutcomeOf(intake.StatusPost)}},
	{"devices", []intake.Outcome{intake.Receipt, intake.Service}},
	{"other_group", []intake.Outcome{intake.OtherGroup}},
	{"duplicate", []intake.Outcome{intake.Duplicate}},
	{"quarantine", []intake.Outcome{intake.Quarantine}},
	{"too_large", []intake.Outcome{intake.TooLarge}},
	{"unfetchable", []intake.Outcome{intake.Unfetchable}},
	{"vanished", []intake.Outcome{intake.Vanished}},
	{"older", []intake.Outcome{intake.Older}},
}

// quarantineRows is how many are listed on the channels screen.
const quarantineRows = 20

func (s *Server) channels(c echo.Context) error {
	frame, err := s.page(c, "channels")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	p := channelsPage{Page: frame, CanReplay: s.cfg.Parse != nil}
	p.Title = p.W.Say("nav.channels")
	switch said := c.QueryParam("said"); said {
	case "retried", "insisted", "older", "replayed", "replay_failed", "unlinked":
		p.Said = p.W.Say("channels.said." + said)
	}
	all, err := s.db.Sources(ctx)
	if err != nil {
		return fmt.Errorf("read sources: %w", err)
	}
	p.Sources = s.cards(frame, all)
	if p.Quarantine, p.More, err = s.quarantined(ctx); err != nil {
		return err
	}
	return s.screens.send(c, http.StatusOK, "channels", p)
}

// quarantined lists the newest items in quarantine.
func (s *Server) quarantined(ctx context.Context) (all []held, more bool, err error) {
	rows, err := s.db.Rows(ctx, store.RowFilter{Outcomes: []intake.Outcome{intake.Quarantine}}, "", quarantineRows)
	if err != nil {
		return nil, false, fmt.Errorf("list quarantine: %w", err)
	}
	for _, r := range rows.Items {
		one := held{Row: r, Channel: channelOf(r.Source)}
		if r.Submission != 0 && s.pairer(r.Source) != nil {
			part, err := s.db.Part(ctx, r.Submission)
			if err != nil {
				return nil, false, fmt.Errorf("read what is in quarantine: %w", err)
			}
			one.Unknown = part.Chat.Unknown
		}
		all = append(all, one)
	}
	return all, rows.Next != "", nil
}

// cards makes a card of each source. One that can be linked has its card
// before it was ever worked.
func (s *Server) cards(frame Page, all []store.Source) []source {
	for _, p := range s.cfg.Pairers {
		if !slices.ContainsFunc(all, func(from store.Source) bool { return from.Name == p.Name() }) {
			all = append(all, store.Source{Name: p.Name(), Status: intake.Status{State: intake.Stopped}})
		}
	}
	count := map[string]int{}
	for _, from := range all {
		count[channelOf(from.Name)]++
	}
	var out []source
	for _, from := range all {
		channel, name, _ := strings.Cut(from.Name, "/")
		one := source{
			Source: from, Channel: channel, Name: name, Alone: count[channel] == 1, Lamp: s.lampOf(frame.W, from),
			Seen: from.Total + from.Missing, Terms: termsOf(from), Older: from.Outcomes[intake.Older], Account: frame.accountOf(from),
		}
		if one.Silent = from.Silent(s.now(), s.cfg.Zone); one.Silent > 0 {
			one.Usual = from.Usual(s.cfg.Zone)
		}
		if p := s.pairer(from.Name); p != nil {
			one.Links, one.Pairing, one.Locked = true, p.Pairing().Step, from.Outcomes[intake.Unfetchable]
		}
		out = append(out, one)
	}
	return out
}

// termsOf writes the equation of a source.
func termsOf(from store.Source) []term {
	var out []term
	for _, t := range terms {
		q := url.Values{"source": {from.Name}}
		var n int64
		for _, o := range t.outcomes {
			n += from.Outcomes[o]
			q.Add("outcome", string(o))
		}
		if n > 0 || t.key == "proposals" || t.key == "quarantine" {
			out = append(out, term{n, "outcome." + t.key, template.URL("/ledger?" + q.Encode())}) //nolint:gosec // G203: encoded
		}
	}
	return out
}

// At is the address of a page about the source.
func (s source) At(path string) template.URL {
	return template.URL(path + "?" + url.Values{"source": {s.Source.Name}}.Encode()) //nolint:gosec // G203: path is ours, the query is encoded
}

// Trouble is the code of what is wrong.
func (s source) Trouble() string { return troubleOf(s.Source) }

// LockedRows is the address of the messages that could not be decrypted yet.
func (s source) LockedRows() template.URL { return s.At("/ledger") + "&outcome=unfetchable" }

// Ask tells whether asking the source to try now makes sense: what waits for a
// phone, or for a date that the far side set, does not come sooner.
func (s source) Ask() bool {
	switch s.Status.Fault {
	case "unlinked", "logged_out", "phone_away", "banned":
		return false
	}
	return true
}

// Rows is the address of everything a source has in the ledger.
func (s source) Rows() template.URL { return s.At("/ledger") }

// retry wakes a source that failed, or is to look again.
func (s *Server) retry(c echo.Context) error {
	if err := s.db.Retry(c.Request().Context(), actor(c), c.FormValue("source")); err != nil {
		return fmt.Errorf("wake source: %w", err)
	}
	return c.Redirect(http.StatusSeeOther, "/channels?said=retried")
}

// older asks for what is older than the forum.
func (s *Server) older(c echo.Context) error {
	if _, err := s.db.InsistOlder(c.Request().Context(), actor(c), c.FormValue("source")); err != nil {
		return fmt.Errorf("ask for older items: %w", err)
	}
	return c.Redirect(http.StatusSeeOther, "/channels?said=older")
}

// replayMost bounds one request of replaying everything; who has more presses again.
const replayMost = 500

// replayAll reads everything in quarantine again. What still cannot be read
// stays there and does not stop the rest.
func (s *Server) replayAll(c echo.Context) error {
	ctx := c.Request().Context()
	said, cursor := "replayed", ""
	for done := 0; done < replayMost; {
		held, err := s.db.Rows(ctx, store.RowFilter{Outcomes: []intake.Outcome{intake.Quarantine}}, cursor, 50)
		if err != nil {
			return fmt.Errorf("list quarantine: %w", err)
		}
		for _, r := range held.Items {
			done++
			after, err := s.replayed(ctx, c, r.ID)
			switch {
			case err != nil && ctx.Err() != nil:
				return err
			case err != nil:
				s.log.Warn("not replayed", "row", r.ID, "error", err)
				said = "replay_failed"
			case after.Outcome == intake.Quarantine:
				said = "replay_failed"
			}
		}
		if cursor = held.Next; cursor == "" {
			break
		}
	}
	return c.Redirect(http.StatusSeeOther, "/channels?said="+said)
}

// errNoParser says that this server was started without a parser.
var errNoParser = errors.New("no parser is configured")

func (s *Server) replayed(ctx context.Context, c echo.Context, row int64) (store.Row, error) {
	if s.cfg.Parse == nil {
		return store.Row{}, errNoParser
	}
	return s.db.Replay(ctx, actor(c), row, s.cfg.Parse)
}
