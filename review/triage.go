package review

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"usulan/store"
)

// listRows is how many rows a page of the list has.
const listRows = 50

// triagePage is the screen on which one proposal is read and decided: the list
// at the left, the paper in the middle, the buttons at the right.
type triagePage struct {
	Page
	Board    *board
	View     view
	Waiting  int64 // how many proposals are in the view's state
	Counts   store.Counts
	Channels []string // there are, for the filter
	List     listing
	Done     []row // decided just now, above the others
	Reading  *reading
	Trail    trail
	Aside    bool // the buttons are turned over to the reasons
	Band     *band
	Address  string // where proposals are mailed to
}

// All is how many proposals there are.
func (p triagePage) All() int64 { return total(p.Counts, anyState) }

// InState is how many are in a state.
func (p triagePage) InState(state string) int64 { return p.Counts.State[store.State(state)] }

// Any tells whether there is any proposal at all.
func (p triagePage) Any() bool { return p.All() > 0 }

// listing is a page of rows.
type listing struct {
	Rows       []row
	Next, Back template.URL // of the list, empty at the ends
	NextRows   template.URL // the rows alone, for scripts
}

// band is what stands under the bar when something went wrong.
type band struct {
	Kind         string // bad, warn, ok
	Fact, Advice string
	Conflict     *conflict
}

// conflict puts what a colleague decided beside what was meant.
type conflict struct {
	Theirs  store.Summary
	Stamp   stamp
	Mine    store.Decision
	MyStamp stamp
}

func (s *Server) home(c echo.Context) error { return c.Redirect(http.StatusSeeOther, "/triage") }

// triage opens the first proposal of the queue.
func (s *Server) triage(c echo.Context) error {
	v := viewOf(c, waiting)
	first, err := s.db.Neighbour(c.Request().Context(), v.Filter, "", 1)
	switch {
	case notFound(err):
		return s.showTriage(c, http.StatusOK, v, "", nil)
	case err != nil:
		return fmt.Errorf("find the first of the queue: %w", err)
	}
	return s.showTriage(c, http.StatusOK, v, first.Ref, nil)
}

// proposal opens one proposal within a view. With part=reading it sends only
// what changes on the screen, for scripts that fetch the next one ahead.
func (s *Server) proposal(c echo.Context) error {
	v := viewOf(c, waiting)
	switch c.QueryParam("part") {
	case "row":
		p, err := s.db.Summaries(c.Request().Context(), []string{c.Param("ref")})
		if err != nil {
			return fmt.Errorf("read proposal: %w", err)
		}
		return s.sendRows(c, v, store.Page{Items: p})
	case "reading":
		page := triagePage{Page: s.barePage(c), View: v}
		if err := s.read(c, &page, c.Param("ref")); err != nil {
			return err
		}
		html, err := s.screens.render("triage", "reading", page)
		if err != nil {
			return err
		}
		c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
		return c.HTMLBlob(http.StatusOK, html)
	}
	return s.showTriage(c, http.StatusOK, v, c.Param("ref"), nil)
}

// showTriage sends the whole screen; an empty reference is an empty queue.
func (s *Server) showTriage(c echo.Context, status int, v view, ref string, b *band) error {
	frame, err := s.page(c, "triage")
	if err != nil {
		return err
	}
	page := triagePage{Page: frame, View: v, Band: b, Aside: c.QueryParam("aside") != "", Address: s.cfg.Address}
	page.Page.Search = v.Query
	if err := s.read(c, &page, ref); err != nil {
		return err
	}
	if err := s.besides(c.Request().Context(), &page, ref); err != nil {
		return err
	}
	page.Title = page.W.Say("nav.triage")
	if page.Reading != nil {
		page.Title = ref + " " + page.Reading.Heading
	}
	return s.screens.send(c, status, "triage", page)
}

// read puts the proposal on the paper.
func (s *Server) read(c echo.Context, page *triagePage, ref string) error {
	ctx := c.Request().Context()
	var err error
	if page.Board, err = s.board(ctx, page.W, page.Staff); err != nil || ref == "" {
		return err
	}
	p, err := s.db.Proposal(ctx, ref)
	if err != nil {
		return fmt.Errorf("read proposal: %w", err)
	}
	page.Reading = page.Board.reading(p)
	if page.Board.Officer {
		page.Reading.suggest(page.moveAt(ref))
		page.Board.advise(page.Reading, s.adviser.model.Load())
	}
	return nil
}

// moveAt is where a form of submissions goes to be moved.
func (p triagePage) moveAt(ref string) template.URL {
	return p.View.At("/proposals/" + url.PathEscape(ref) + "/move")
}

// Move is where the submissions on the paper can be moved; empty where they cannot.
func (p triagePage) Move() template.URL {
	if !p.Board.Officer || !p.Reading.Chat {
		return ""
	}
	return p.moveAt(p.Reading.Ref)
}

// besides reads what surrounds the paper: list, counts and trail.
func (s *Server) besides(ctx context.Context, page *triagePage, ref string) error {
	list, err := s.db.Proposals(ctx, page.View.Filter, page.View.Cursor, listRows)
	if err != nil {
		return fmt.Errorf("list the queue: %w", err)
	}
	page.List = page.listing(list, ref)
	if page.Counts, err = s.db.Counts(ctx); err != nil {
		return fmt.Errorf("read counts: %w", err)
	}
	page.Waiting = total(page.Counts, page.View.State())
	for _, l := range page.Lamps {
		page.Channels = append(page.Channels, l.Channel)
	}
	if page.Trail, err = s.trail(ctx, page.Board, page.Staff.ID); err != nil {
		return err
	}
	page.Done = page.done()
	return nil
}

// decided tells whether a proposal needs nobody to look at it.
func decided(p store.Summary) bool { return p.State != store.New && !p.Changed }

// total is how many proposals a view of one state has.
func total(c store.Counts, state store.State) (n int64) {
	switch state {
	case waiting:
		return c.Waiting
	case anyState:
	default:
		return c.State[state]
	}
	for _, in := range c.State {
		n += in
	}
	return n
}

func (p triagePage) listing(list store.Page, current string) listing {
	l := listing{Rows: p.Board.rows(list, p.View, current)}
	path := "/triage"
	if current != "" {
		path = "/proposals/" + current
	}
	next := p.View
	if next.Cursor = list.Next; list.Next != "" {
		l.Next, l.NextRows = next.At(path), next.At("/triage/rows")
	}
	if next.Cursor = list.Previous; list.Previous != "" {
		l.Back = next.At(path)
	}
	return l
}

// done are the latest decisions of this person that have left the view, oldest
// first; they stay in sight above the list.
func (p triagePage) done() []row {
	if p.Trail.Last == nil || p.View.State() != waiting || p.View.Narrow() || p.View.Cursor != "" {
		return nil
	}
	var out []row
	for _, one := range append([]step{*p.Trail.Last}, p.Trail.Earlier...) {
		now := one.summary
		if len(out) == doneRows || now.Ref == "" || !decided(now) {
			continue
		}
		if slices.ContainsFunc(out, func(r row) bool { return r.Ref == now.Ref }) {
			continue
		}
		r := p.Board.row(now, p.View)
		r.Done, r.Current = true, p.Reading != nil && p.Reading.Ref == now.Ref
		out = append(out, r)
	}
	slices.Reverse(out)
	return out
}

// rows sends a further page of the list, for scripts.
func (s *Server) rows(c echo.Context) error {
	v := viewOf(c, waiting)
	list, err := s.db.Proposals(c.Request().Context(), v.Filter, v.Cursor, listRows)
	if err != nil {
		return fmt.Errorf("list the queue: %w", err)
	}
	return s.sendRows(c, v, list)
}

// arrivalsMost is how many rows that arrived are sent at once.
const arrivalsMost = 20

// after sends the rows that follow a proposal in its view: what has arrived
// since the list was shown, for scripts.
func (s *Server) after(c echo.Context) error {
	v := viewOf(c, waiting)
	var list store.Page
	ref := c.Param("ref")
	if ref == "-" {
		ref = "" // the list was empty
	}
	for len(list.Items) < arrivalsMost {
		next, err := s.db.Neighbour(c.Request().Context(), v.Filter, ref, 1)
		if notFound(err) {
			break
		}
		if err != nil {
			return fmt.Errorf("find what follows: %w", err)
		}
		list.Items = append(list.Items, next)
		ref = next.Ref
	}
	return s.sendRows(c, v, list)
}

func (s *Server) sendRows(c echo.Context, v view, list store.Page) error {
	page := triagePage{Page: s.barePage(c), View: v}
	var err error
	if page.Board, err = s.board(c.Request().Context(), page.W, page.Staff); err != nil {
		return err
	}
	page.List = page.listing(list, "")
	for i, r := range page.List.Rows {
		page.List.Rows[i].Done = v.Waiting && decided(r.Summary)
	}
	html, err := s.screens.render("triage", "rows", page)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.HTMLBlob(http.StatusOK, html)
}
