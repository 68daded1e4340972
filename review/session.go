package review

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"usulan/store"
)

// Where the session and the token of a request stand in its context.
const (
	staffKey = "staff"
	tokenKey = "token"
)

// identified finds out who makes a request: a browser by its cookie, a program
// by its token. Neither is taken for the other, so that another site cannot
// make a browser use the API.
func (s *Server) identified(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		path := c.Request().URL.Path
		if strings.HasPrefix(path, "/static/") {
			return next(c)
		}
		var err error
		if secret, ok := bearer(c.Request()); ok && (forPrograms(path) || path == "/metrics") {
			err = s.byToken(c, secret)
		} else if !forPrograms(path) {
			err = s.byCookie(c)
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return next(c)
	}
}

func (s *Server) byToken(c echo.Context, secret string) error {
	token, staff, err := s.db.Bearer(c.Request().Context(), secret)
	if err != nil {
		return err
	}
	c.Set(tokenKey, token)
	c.Set(staffKey, staff)
	return nil
}

func (s *Server) byCookie(c echo.Context) error {
	cookie, err := c.Cookie(cookieName(c))
	if err != nil || cookie.Value == "" {
		return nil // nobody is signed in
	}
	staff, err := s.db.Session(c.Request().Context(), cookie.Value)
	if err != nil {
		return err
	}
	c.Set(staffKey, staff)
	return nil
}

// bearer returns the token that a request shows (RFC 6750, section 2.1).
func bearer(r *http.Request) (string, bool) {
	scheme, secret, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	secret = strings.TrimSpace(secret)
	return secret, ok && strings.EqualFold(scheme, "Bearer") && secret != ""
}

// cookieName is the session cookie's. Over TLS the prefix keeps other hosts of
// the same domain, and the unencrypted port of this one, from setting it.
func cookieName(c echo.Context) string {
	if overTLS(c) {
		return "__Host-usulan_session"
	}
	return "usulan_session"
}

// signIn starts a session in the browser. The one it had, if any, ends: nobody
// goes on with a session that somebody else may have put there.
func (s *Server) signIn(c echo.Context, staff store.Staff) error {
	if err := s.endSession(c); err != nil {
		return err
	}
	secret, err := s.db.StartSession(c.Request().Context(), staff.ID)
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	c.SetCookie(sessionCookie(c, secret, int(store.SessionLife.Seconds())))
	return nil
}

// endSession ends the session in the database. The cookie is the caller's.
func (s *Server) endSession(c echo.Context) error {
	cookie, err := c.Cookie(cookieName(c))
	if err != nil || cookie.Value == "" {
		return nil
	}
	if err := s.db.EndSession(c.Request().Context(), cookie.Value); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}

func sessionCookie(c echo.Context, value string, seconds int) *http.Cookie {
	return &http.Cookie{
		Name: cookieName(c), Value: value, Path: "/", MaxAge: seconds,
		HttpOnly: true, Secure: overTLS(c),
		// Lax, so that a link in a mail to a proposal opens it signed in.
		SameSite: http.SameSiteLaxMode,
	}
}
