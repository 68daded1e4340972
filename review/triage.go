package review

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// triagePage is the screen on which one proposal is read and decided.
type triagePage struct {
	Page
}

func (s *Server) home(c echo.Context) error { return c.Redirect(http.StatusSeeOther, "/triage") }

func (s *Server) triage(c echo.Context) error {
	page, err := s.page(c, "triage")
	if err != nil {
		return err
	}
	page.Title = page.W.Say("nav.triage")
	return s.screens.send(c, http.StatusOK, "triage", triagePage{Page: page})
}
