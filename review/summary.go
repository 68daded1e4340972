package review

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"usulan/store"
)

// summaryPage is how far the forum is: sums that close, by priority and channel.
type summaryPage struct {
	Page
	Board  *board
	Counts store.Counts
	States []store.State // those with proposals
	Shares []share
}

// share is one channel's part of all proposals.
type share struct {
	Channel string
	Number  int64
	Percent int64
	Start   int64 // of its bar, in percent
}

func (s *Server) summary(c echo.Context) error {
	frame, err := s.page(c, "summary")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	p := summaryPage{Page: frame}
	p.Title = p.W.Say("nav.summary")
	if p.Board, err = s.board(ctx, p.W, p.Staff); err != nil {
		return err
	}
	if p.Counts, err = s.db.Counts(ctx); err != nil {
		return fmt.Errorf("read counts: %w", err)
	}
	for _, state := range []store.State{store.Tagged, store.SetAside, store.NeedsInfo, store.New, store.Withdrawn} {
		if state != store.Withdrawn || p.Counts.State[state] > 0 {
			p.States = append(p.States, state)
		}
	}
	p.share()
	return s.screens.send(c, http.StatusOK, "summary", p)
}

// share parts the proposals by channel, in the order of the lamps.
func (p *summaryPage) share() {
	all, start := p.All(), int64(0)
	for _, l := range p.Lamps {
		n := total(store.Counts{State: p.Counts.Channel[l.Channel]}, anyState)
		one := share{Channel: l.Channel, Number: n, Start: start}
		if all > 0 {
			one.Percent = (n*100 + all/2) / all
		}
		start += one.Percent
		p.Shares = append(p.Shares, one)
	}
}

// All is how many proposals there are.
func (p summaryPage) All() int64 { return total(p.Counts, anyState) }

// Bar is the length of a priority's bar, of 100 for the longest.
func (p summaryPage) Bar(code string) int64 {
	var longest int64 = 1
	for _, n := range p.Counts.Priority {
		longest = max(longest, n)
	}
	return p.Counts.Priority[code] * 100 / longest
}

// Tagged is how many have a priority.
func (p summaryPage) Tagged() int64 { return p.Counts.State[store.Tagged] }
