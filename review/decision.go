package review

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"usulan/store"
)

// reasonTextMost bounds what is written beside a reason, in characters.
const reasonTextMost = 2000

// decide records one decision and goes on to the next proposal.
func (s *Server) decide(c echo.Context) error {
	ctx, ref := c.Request().Context(), c.Param("ref")
	v := viewOf(c, waiting)
	version, err := strconv.ParseInt(c.FormValue("version"), 10, 64)
	if err != nil {
		return &store.InputError{Field: "version", Key: "input.version"}
	}
	d, err := decisionIn(c)
	if err != nil {
		return err
	}
	after, err := s.db.Decide(ctx, actor(c), ref, version, d)
	var changed *store.Conflict
	if errors.As(err, &changed) {
		return s.refused(c, v, changed.Current, d)
	}
	if err != nil {
		return fmt.Errorf("record decision: %w", err)
	}
	if wantsJSON(c) {
		return s.sendDone(c, after, "")
	}
	next, err := s.next(ctx, v, ref)
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, string(next))
}

// decisionIn reads a decision from a form: a priority, a reason, or a state.
func decisionIn(c echo.Context) (store.Decision, error) {
	text, suggested := c.FormValue("text"), c.FormValue("suggested")
	if utf8.RuneCountInString(text) > reasonTextMost {
		return store.Decision{}, &store.InputError{Field: "text", Key: "input.text_long"}
	}
	switch priority, reason, state := c.FormValue("priority"), c.FormValue("reason"), store.State(c.FormValue("state")); {
	case priority != "":
		return store.Decision{State: store.Tagged, Priority: priority, Suggested: suggested}, nil
	case reason != "":
		return store.Decision{State: store.SetAside, Reason: reason, ReasonText: text, Suggested: suggested}, nil
	case state == store.NeedsInfo, state == store.New:
		return store.Decision{State: state}, nil
	default:
		return store.Decision{}, &store.InputError{Field: "priority", Key: "input.decision"}
	}
}

// next is where to go after a decision: the one that follows in the view, else
// the first that was left out, else the empty queue.
func (s *Server) next(ctx context.Context, v view, ref string) (template.URL, error) {
	for _, from := range []string{ref, ""} {
		p, err := s.db.Neighbour(ctx, v.Filter, from, 1)
		switch {
		case err == nil && p.Ref != ref:
			return v.Of(p.Ref), nil
		case err != nil && !notFound(err):
			return "", fmt.Errorf("find the next proposal: %w", err)
		}
	}
	v.Cursor = ""
	return v.At("/triage"), nil
}

// undo takes back the latest decision of who asks, and shows its proposal.
func (s *Server) undo(c echo.Context) error {
	v := viewOf(c, waiting)
	back, err := s.db.Undo(c.Request().Context(), actor(c))
	var changed *store.Conflict
	switch {
	case errors.As(err, &changed):
		return s.refused(c, v, changed.Current, store.Decision{})
	case notFound(err):
		return &refusal{status: http.StatusNotFound, key: "error.nothing_to_undo", cause: err}
	case err != nil:
		return fmt.Errorf("undo: %w", err)
	case wantsJSON(c):
		return s.sendDone(c, back, s.undone(c, back))
	}
	return c.Redirect(http.StatusSeeOther, string(v.Of(back.Ref)))
}

// undone says what was taken back: a decision, or a move.
func (s *Server) undone(c echo.Context, back store.Summary) string {
	w := s.words(c)
	p, err := s.db.Proposal(c.Request().Context(), back.Ref)
	if err == nil && p.History[len(p.History)-1].UndoesMove {
		return w.Say("undone_move", back.Ref)
	}
	return w.Say("undone", back.Participant)
}

// done tells a script how a proposal stands after a decision.
type done struct {
	Ref     string      `json:"ref"`
	Version int64       `json:"version"`
	State   store.State `json:"state"`
	Waiting int64       `json:"waiting"`
	Trail   string      `json:"trail"` // the trail as it is now
	Row     string      `json:"row"`   // the proposal's row in the list
	Href    string      `json:"href"`
	Say     string      `json:"say,omitempty"`
}

func (s *Server) sendDone(c echo.Context, p store.Summary, say string) error {
	page := triagePage{Page: s.barePage(c), View: viewOf(c, waiting)}
	ctx := c.Request().Context()
	var err error
	if page.Board, err = s.board(ctx, page.W, page.Staff); err != nil {
		return err
	}
	if page.Trail, err = s.trail(ctx, page.Board, page.Staff.ID); err != nil {
		return err
	}
	if page.Counts, err = s.db.Counts(ctx); err != nil {
		return fmt.Errorf("read counts: %w", err)
	}
	one := page.Board.row(p, page.View)
	one.Done = decided(p)
	page.List.Rows = []row{one}
	trail, err := s.screens.render("triage", "trail", page)
	if err != nil {
		return err
	}
	line, err := s.screens.render("triage", "rows", page)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, done{
		Ref: p.Ref, Version: p.Version, State: p.State, Waiting: total(page.Counts, page.View.State()),
		Trail: string(trail), Row: string(line), Href: string(page.View.Of(p.Ref)), Say: say,
	})
}

// refused shows a decision that met a colleague's: both side by side, nothing
// overwritten, and the proposal as it is now.
func (s *Server) refused(c echo.Context, v view, now store.Summary, mine store.Decision) error {
	w := s.words(c)
	b, err := s.board(c.Request().Context(), w, staffOf(c))
	if err != nil {
		return err
	}
	who := now.DecidedBy
	band := &band{Kind: "warn", Fact: w.Say("conflict.fact", who), Advice: w.Say("conflict.advice"),
		Conflict: &conflict{Theirs: now, Stamp: b.stamp(decisionOf(now)), Mine: mine, MyStamp: b.stamp(mine)}}
	if who == "" || now.State == store.New {
		// Nobody decided: a further message joined, or a colleague undid.
		band.Fact, band.Conflict.Stamp = w.Say("conflict.changed"), stamp{}
	}
	if wantsJSON(c) {
		page := triagePage{Page: s.barePage(c), View: v, Board: b, Band: band, Reading: &reading{Proposal: &store.Proposal{Summary: now}}}
		html, err := s.screens.render("triage", "bands", page)
		if err != nil {
			return err
		}
		return c.JSON(http.StatusConflict, struct {
			Error string `json:"error"`
			Ref   string `json:"ref"`
			Href  string `json:"href"`
			Band  string `json:"band"`
		}{"conflict", now.Ref, string(v.Of(now.Ref)), string(html)})
	}
	return s.showTriage(c, http.StatusConflict, v, now.Ref, band)
}
