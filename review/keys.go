package review

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// keysPage is the sheet of keys; scripts show it over the screen.
type keysPage struct {
	Page
	Board *board
	Keys  []keyGroup
}

type keyGroup struct {
	Title string
	Rows  []keyRow
}

type keyRow struct {
	Caps []string
	Says string
}

func (s *Server) keys(c echo.Context) error {
	frame, err := s.page(c, "keys")
	if err != nil {
		return err
	}
	p := keysPage{Page: frame}
	if p.Board, err = s.board(c.Request().Context(), p.W, p.Staff); err != nil {
		return err
	}
	p.Title = p.W.Say("keys.title")
	say := p.W.Say
	p.Keys = []keyGroup{
		{say("keys.moving"), []keyRow{
			{[]string{"j", "k"}, say("keys.next")}, {[]string{"]", "["}, say("keys.reading")},
			{[]string{say("keys.space")}, say("keys.scroll")}, {[]string{"Enter"}, say("keys.open")},
			{[]string{"Esc", "u"}, say("keys.list")}, {[]string{"q"}, say("keys.quotes")},
			{[]string{"o"}, say("keys.original")}, {[]string{"t"}, say("keys.official")}, {[]string{"e"}, say("keys.advice")}, {[]string{"+", "−"}, say("keys.size")},
		}},
		{say("keys.working"), []keyRow{
			{[]string{"s"}, say("keys.split")}, {[]string{"."}, say("keys.copy")}, {[]string{"/"}, say("layout.search")}, {[]string{"?"}, say("keys.sheet")},
		}},
	}
	if c.QueryParam("part") != "" {
		html, err := s.screens.render("keys", "sheet", p)
		if err != nil {
			return err
		}
		return c.HTMLBlob(http.StatusOK, html)
	}
	return s.screens.send(c, http.StatusOK, "keys", p)
}
