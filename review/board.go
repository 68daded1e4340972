package review

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"strings"
	"time"

	"usulan/review/place"
	"usulan/store"
)

// board is the six buttons and the reasons, as the forum has configured them.
type board struct {
	W       *words
	Officer bool // who looks may see addresses and act
	now     time.Time
	places  *place.Finder
	Buttons []button
	Reasons []letter
}

// button is one priority.
type button struct {
	store.Priority
	Position int
	Gloss    string // one line, in the language of the screen
}

// letter is one reason for setting aside, with the key that chooses it.
type letter struct {
	store.Reason
	Key  string
	Said string // in the language of the screen
}

func newBoard(s store.Settings, w *words, now time.Time) *board {
	b := &board{W: w, now: now}
	for i, p := range s.Priorities {
		gloss := p.Label
		if w.code == "en" && p.Gloss != "" {
			gloss = p.Gloss
		}
		b.Buttons = append(b.Buttons, button{Priority: p, Position: i + 1, Gloss: gloss})
	}
	for i, r := range s.Reasons {
		said := r.Title
		if w.code == "en" && r.Gloss != "" {
			said = r.Gloss
		}
		b.Reasons = append(b.Reasons, letter{Reason: r, Key: string(rune('a' + i)), Said: said})
	}
	return b
}

// board reads the settings for what a staff member looks at.
func (s *Server) board(ctx context.Context, w *words, staff store.Staff) (*board, error) {
	settings, err := s.db.Settings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	b := newBoard(settings, w, s.now())
	b.places = s.cfg.Places
	b.Officer = staff.Role.May(officer)
	return b, nil
}

// Open are the priorities that can still be chosen.
func (b *board) Open() []button {
	var out []button
	for _, p := range b.Buttons {
		if !p.Retired {
			out = append(out, p)
		}
	}
	return out
}

// position is the number of a priority, 0 when there is none.
func (b *board) position(code string) int {
	for _, p := range b.Buttons {
		if p.Code == code && code != "" {
			return p.Position
		}
	}
	return 0
}

// Short is the short name of a priority.
func (b *board) Short(code string) string {
	if i := b.position(code); i > 0 {
		return b.Buttons[i-1].Short
	}
	return code
}

// Reason is a reason in the words of the screen.
func (b *board) Reason(code string) string {
	for _, r := range b.Reasons {
		if r.Code == code {
			return r.Said
		}
	}
	return code
}

// stamp is a decision as it is drawn: a mark where it is a priority, a key cap
// where it is not, and its name.
type stamp struct {
	Position int
	Key      string
	Name     string
}

func (b *board) stamp(d store.Decision) stamp {
	switch d.State {
	case store.Tagged:
		return stamp{Position: b.position(d.Priority), Name: b.Short(d.Priority)}
	case store.SetAside:
		return stamp{Key: "7", Name: b.W.Say("decision.set_aside")}
	case store.NeedsInfo:
		return stamp{Key: "0", Name: b.W.Say("decision.needs_info")}
	case store.Withdrawn:
		return stamp{Key: "–", Name: b.W.Say("state.withdrawn")}
	default:
		return stamp{}
	}
}

// deed is what an entry of the trail did, drawn as a decision is.
func (b *board) deed(e store.Entry) stamp {
	if e.To != "" {
		return stamp{Key: "→", Name: b.W.Say("trail.moved", e.To)}
	}
	return b.stamp(e.After)
}

// decisionOf is the decision that a proposal stands at.
func decisionOf(p store.Summary) store.Decision {
	return store.Decision{State: p.State, Priority: p.Priority, Reason: p.Reason, ReasonText: p.ReasonText}
}

// row is one line of a list.
type row struct {
	store.Summary
	Stamp   stamp
	Href    template.URL
	Gist    string // subject, or how the text begins
	When    string // as short as it can be
	Writing bool   // its sender may not have finished
	Current bool
	Done    bool // decided by this person just now, and still in sight
}

// name is what a participant is called on screens, also one who gave neither
// name nor address. An address is only for who may see addresses.
func (b *board) name(p store.Summary) string {
	if strings.TrimSpace(p.Participant) == "" {
		return b.W.Say("participant.unnamed")
	}
	if !p.Named && !b.Officer {
		return masked(p.Participant)
	}
	return p.Participant
}

func (b *board) row(p store.Summary, v view) row {
	p.Participant = b.name(p)
	r := row{Summary: p, Stamp: b.stamp(decisionOf(p)), Href: v.Of(p.Ref), Gist: p.Subject}
	if r.Gist == "" {
		r.Gist = p.Snippet
	}
	if r.Gist == "" && p.Attachments > 0 {
		r.Gist = b.W.Say("row.no_text")
	}
	r.Writing = p.QuietAt.After(b.now)
	r.When = b.W.When(b.now, p.ReceivedAt)
	return r
}

func (b *board) rows(page store.Page, v view, current string) []row {
	out := make([]row, 0, len(page.Items))
	for _, p := range page.Items {
		r := b.row(p, v)
		r.Current = p.Ref == current
		out = append(out, r)
	}
	return out
}

// trail is what a person decided last; it stays on screen until the next decision.
type trail struct {
	Last    *step
	Earlier []step
}

// step is one decision of the trail.
type step struct {
	store.Entry
	Stamp stamp
	Whose string // the proposal's participant

	summary store.Summary // of the proposal as it is now
}

// trailSteps are on screen beside the last one; rows for the two before the
// current stay in the list.
const trailSteps, doneRows = 7, 2

func (s *Server) trail(ctx context.Context, b *board, staff int64) (trail, error) {
	entries, err := s.db.Recent(ctx, staff, 3*trailSteps)
	if err != nil {
		return trail{}, fmt.Errorf("read own decisions: %w", err)
	}
	var t trail
	for _, e := range entries {
		switch one := (step{Entry: e, Stamp: b.deed(e)}); {
		case e.Undone || e.Undoes != 0:
		case t.Last == nil:
			t.Last = &one
		case len(t.Earlier) < trailSteps:
			t.Earlier = append(t.Earlier, one)
		}
	}
	return t, s.nameTrail(ctx, b, &t)
}

// nameTrail finds whose proposals the steps are about.
func (s *Server) nameTrail(ctx context.Context, b *board, t *trail) error {
	if t.Last == nil {
		return nil
	}
	steps := append([]step{*t.Last}, t.Earlier...)
	if err := s.nameSteps(ctx, b, steps); err != nil {
		return err
	}
	t.Last, t.Earlier = &steps[0], steps[1:]
	return nil
}

func (s *Server) nameSteps(ctx context.Context, b *board, steps []step) error {
	var refs []string
	for _, one := range steps {
		refs = append(refs, one.Ref)
	}
	summaries, err := s.db.Summaries(ctx, refs)
	if err != nil {
		return fmt.Errorf("read own decisions: %w", err)
	}
	found := map[string]store.Summary{}
	for _, p := range summaries {
		found[p.Ref] = p
	}
	for i := range steps {
		steps[i].summary = found[steps[i].Ref]
		steps[i].Whose = b.name(steps[i].summary)
	}
	return nil
}

// notFound tells that err only says that nothing is there.
func notFound(err error) bool { return errors.Is(err, store.ErrNotFound) }
