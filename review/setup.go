package review

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"usulan/store"
)

// How long a link works by which somebody chooses a password.
const (
	setupValid      = time.Hour
	InvitationValid = 24 * time.Hour
)

// SetupLink returns the link, valid once and for an hour, by which the first
// administrator is made; empty when there is staff already. base is the root
// of the site, such as https://usulan.example.go.id. There is no other way in:
// without the link the page does not exist.
func SetupLink(ctx context.Context, db *store.DB, base string) (string, error) {
	secret, err := db.Invite(ctx, store.Actor{}, 0, setupValid)
	switch {
	case errors.Is(err, store.ErrInhabited):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("make set-up link: %w", err)
	}
	return linkTo(base, secret), nil
}

// InvitationLink returns the link, valid once and for a day, by which a staff
// member chooses a password.
func InvitationLink(ctx context.Context, db *store.DB, who store.Actor, staff int64, base string) (string, error) {
	secret, err := db.Invite(ctx, who, staff, InvitationValid)
	if err != nil {
		return "", fmt.Errorf("make link: %w", err)
	}
	return linkTo(base, secret), nil
}

func linkTo(base, secret string) string {
	return strings.TrimRight(base, "/") + "/set-up/" + url.PathEscape(secret)
}

// setupPage is the page behind a link: choose a password, and a name too when
// it sets the service up.
type setupPage struct {
	Page
	First bool   // the first administrator
	For   string // whose password, unless First
	Name  string // as typed
	Fault string // key of what is wrong with what was typed
	Least int    // characters of a password
}

func (s *Server) setupForm(c echo.Context) error {
	staff, err := s.invited(c)
	if err != nil {
		return err
	}
	return s.sendSetup(c, http.StatusOK, setupPage{First: staff.ID == 0, For: staff.Name})
}

// invited returns whom the link in the address is for.
func (s *Server) invited(c echo.Context) (store.Staff, error) {
	staff, err := s.db.Invitation(c.Request().Context(), c.Param("secret"))
	if errors.Is(err, store.ErrNotFound) {
		return staff, errLinkOver
	}
	return staff, err
}

// errLinkOver says that a link was used, is too old, or never was.
var errLinkOver = &refusal{status: http.StatusNotFound, key: "error.link_over"}

// setupPost uses the link up and signs in.
func (s *Server) setupPost(c echo.Context) error {
	ctx := c.Request().Context()
	staff, err := s.invited(c)
	if err != nil {
		return err
	}
	p := setupPage{First: staff.ID == 0, For: staff.Name, Name: c.FormValue("name")}
	name := p.For
	if p.First {
		name = p.Name
	}
	password := c.FormValue("password")
	if err := CheckPassword(name, password); err != nil {
		p.Fault = passwordFault(err)
		return s.sendSetup(c, http.StatusUnprocessableEntity, p)
	}
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return err
	}
	staff, err = s.db.Accept(ctx, c.Param("secret"), name, hash)
	var input *store.InputError
	switch {
	case errors.As(err, &input):
		p.Fault = input.Key
		return s.sendSetup(c, http.StatusUnprocessableEntity, p)
	case errors.Is(err, store.ErrNotFound):
		return errLinkOver
	case err != nil:
		return err
	}
	s.log.Info("password chosen by link", "staff", staff.ID, "from", peerOf(c.Request()))
	if err := s.signIn(c, staff); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/")
}

func passwordFault(err error) string {
	switch {
	case errors.Is(err, ErrPasswordShort):
		return "input.password_short"
	case errors.Is(err, ErrPasswordLong):
		return "input.password_long"
	default:
		return "input.password_plain"
	}
}

func (s *Server) sendSetup(c echo.Context, status int, p setupPage) error {
	page, err := s.page(c, "")
	if err != nil {
		return err
	}
	page.Title = page.W.Say("setup.title")
	p.Page, p.Least = page, minPassword
	return s.screens.send(c, status, "setup", p)
}
