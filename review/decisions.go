package review

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"
)

// decisionsPage is the whole trail of one person, newest first.
type decisionsPage struct {
	Page
	Board *board
	Steps []step
}

// decisionRows is how far back the trail is shown.
const decisionRows = 200

func (s *Server) decisions(c echo.Context) error {
	frame, err := s.page(c, "triage-trail")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	p := decisionsPage{Page: frame}
	p.Title = p.W.Say("trail.title")
	if p.Board, err = s.board(ctx, p.W, p.Staff); err != nil {
		return err
	}
	entries, err := s.db.Recent(ctx, p.Staff.ID, decisionRows)
	if err != nil {
		return fmt.Errorf("read own decisions: %w", err)
	}
	for _, e := range entries {
		p.Steps = append(p.Steps, step{Entry: e, Stamp: p.Board.deed(e)})
	}
	if err := s.nameSteps(ctx, p.Board, p.Steps); err != nil {
		return err
	}
	return s.screens.send(c, http.StatusOK, "decisions", p)
}
