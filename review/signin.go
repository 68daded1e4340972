package review

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"usulan/store"
)

// signinPage is the page on which staff sign in.
type signinPage struct {
	Page
	Name    string        // as typed
	Next    string        // where to go on
	Over    bool          // somebody was signed in here before
	Wrong   bool          // name or password do not match
	Wait    time.Duration // how long until the next attempt
	Address string        // for participants who came to the wrong page
}

// signinForm shows the page; who is signed in goes on.
func (s *Server) signinForm(c echo.Context) error {
	next := local(c.QueryParam("next"))
	if staffOf(c).ID != 0 {
		return c.Redirect(http.StatusSeeOther, next)
	}
	_, err := c.Cookie(cookieName(c))
	return s.sendSignin(c, http.StatusOK, signinPage{Next: next, Over: err == nil})
}

// signinPost checks name and password. It answers for a name that does not
// exist as for one that does, and takes as long.
func (s *Server) signinPost(c echo.Context) error {
	name, next := c.FormValue("name"), local(c.FormValue("next"))
	from := peerOf(c.Request())
	wait, succeeded := s.throttle.attempt(name, from)
	if wait > 0 {
		s.log.Info("sign-in has to wait", "from", from, "wait", wait)
		c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		return s.sendSignin(c, http.StatusTooManyRequests, signinPage{Name: name, Next: next, Wait: wait})
	}
	staff, err := s.staffWith(c, name, c.FormValue("password"))
	if errors.Is(err, store.ErrNotFound) {
		s.log.Info("sign-in refused", "from", from)
		return s.sendSignin(c, http.StatusUnauthorized, signinPage{Name: name, Next: next, Wrong: true})
	}
	if err != nil {
		return err
	}
	if err := s.signIn(c, staff); err != nil {
		return err
	}
	succeeded()
	s.log.Info("signed in", "staff", staff.ID, "from", from)
	return c.Redirect(http.StatusSeeOther, next)
}

// staffWith returns who has this name and password, store.ErrNotFound when
// nobody has or they are disabled.
func (s *Server) staffWith(c echo.Context, name, password string) (store.Staff, error) {
	ctx := c.Request().Context()
	staff, err := s.db.StaffNamed(ctx, name)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return store.Staff{}, err
	}
	hash := staff.Password
	if staff.Disabled || len(password) > 4*maxPassword {
		hash, password = "", ""
	}
	ok, err := s.passwords.match(ctx, hash, password)
	if err != nil {
		return store.Staff{}, err
	}
	if !ok {
		return store.Staff{}, store.ErrNotFound
	}
	return staff, nil
}

func (s *Server) sendSignin(c echo.Context, status int, p signinPage) error {
	page, err := s.page(c, "")
	if err != nil {
		return err
	}
	page.Title = page.W.Say("signin.title")
	page.Here = "/sign-in"
	if p.Next != "/" {
		page.Here = "/sign-in?next=" + url.QueryEscape(p.Next)
	}
	p.Page, p.Address = page, s.cfg.Address
	return s.screens.send(c, status, "signin", p)
}

// Pause is how long to wait, in words.
func (p signinPage) Pause() string {
	if p.Wait > time.Minute {
		return p.W.Say("signin.minutes", int(math.Ceil(p.Wait.Minutes())))
	}
	return p.W.Say("signin.seconds", int(math.Ceil(p.Wait.Seconds())))
}

// signout ends the session and has the browser forget what it kept of us.
func (s *Server) signout(c echo.Context) error {
	if err := s.endSession(c); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	c.SetCookie(sessionCookie(c, "", -1))
	c.Response().Header().Set("Clear-Site-Data", `"cache"`)
	return c.Redirect(http.StatusSeeOther, "/sign-in")
}
