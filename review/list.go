package review

import (
	"fmt"
	"html/template"
	"net/http"

	"github.com/labstack/echo/v4"

	"usulan/store"
)

// listPage is every proposal there is, narrowed by state, priority, channel,
// participant and words.
type listPage struct {
	Page
	Board      *board
	View       view
	Counts     store.Counts
	Rows       []row
	Next, Back template.URL
	Known      bool // how many match is known without counting
	Matching   int64
	Channels   []string
}

func (s *Server) list(c echo.Context) error {
	frame, err := s.page(c, "list")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	p := listPage{Page: frame, View: viewOf(c, anyState)}
	p.Title, p.Search = p.W.Say("nav.list"), p.View.Query
	if p.Board, err = s.board(ctx, p.W, p.Staff); err != nil {
		return err
	}
	found, err := s.db.Proposals(ctx, p.View.Filter, p.View.Cursor, listRows)
	if err != nil {
		return fmt.Errorf("list proposals: %w", err)
	}
	p.Rows = p.Board.rows(found, p.View, "")
	turn := p.View
	if turn.Cursor = found.Next; found.Next != "" {
		p.Next = turn.At("/proposals")
	}
	if turn.Cursor = found.Previous; found.Previous != "" {
		p.Back = turn.At("/proposals")
	}
	if p.Counts, err = s.db.Counts(ctx); err != nil {
		return fmt.Errorf("read counts: %w", err)
	}
	for _, l := range p.Lamps {
		p.Channels = append(p.Channels, l.Channel)
	}
	p.count()
	return s.screens.send(c, http.StatusOK, "list", p)
}

// count finds how many match where the kept counters tell.
func (p *listPage) count() {
	v := p.View
	switch {
	case v.Query != "" || v.Participant != 0 || v.Channel != "" && v.Priority != "":
		return
	case v.Priority != "" && v.State() != store.Tagged:
		return
	case v.Priority != "":
		p.Matching = p.Counts.Priority[v.Priority]
	case v.Channel != "":
		in := store.Counts{State: p.Counts.Channel[v.Channel]}
		in.Waiting = in.State[store.New] // those that changed since are not kept by channel
		p.Matching = total(in, v.State())
	default:
		p.Matching = total(p.Counts, v.State())
	}
	p.Known = true
}

// All is how many proposals there are.
func (p listPage) All() int64 { return total(p.Counts, anyState) }

// InChannel is how many came through a channel.
func (p listPage) InChannel(name string) int64 {
	return total(store.Counts{State: p.Counts.Channel[name]}, anyState)
}

// Count is how many are in a state.
func (p listPage) Count(state store.State) int64 { return total(p.Counts, state) }

// States are those in the margin.
func (p listPage) States() []store.State { return states }
