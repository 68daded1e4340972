package review

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"usulan/store"
)

// refusal is an error for people: a status, and a key of the language files
// that has a ".title" and a ".text". The cause, if any, is for the log.
type refusal struct {
	status int
	key    string
	args   []any
	cause  error
}

func (r *refusal) Error() string {
	if r.cause != nil {
		return r.key + ": " + r.cause.Error()
	}
	return r.key
}

func (r *refusal) Unwrap() error { return r.cause }

// errSignIn says that nobody is signed in.
var errSignIn = &refusal{status: http.StatusUnauthorized, key: "error.sign_in"}

// errForbidden says that who is signed in may not do that.
var errForbidden = &refusal{status: http.StatusForbidden, key: "error.forbidden"}

// explain is the one place that knows which error is which status and which
// sentence. What it does not know is a defect: it is logged in full under a
// short code, and the code is all that staff see of it.
func (s *Server) explain(c echo.Context, err error) *refusal {
	var (
		known    *refusal
		conflict *store.Conflict
		input    *store.InputError
		http4    *echo.HTTPError
		tooBig   *http.MaxBytesError
		absent   *store.AbsentError
	)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &absent) && absent.State == store.Gone:
		return &refusal{status: http.StatusNotFound, key: "error.file_gone", cause: err}
	case errors.As(err, &absent):
		return &refusal{status: http.StatusNotFound, key: "error.file_waiting", cause: err}
	case errors.As(err, &conflict):
		return &refusal{status: http.StatusConflict, key: "error.conflict", args: []any{conflict.Current.Ref}, cause: err}
	case errors.Is(err, store.ErrConflict):
		return &refusal{status: http.StatusConflict, key: "error.conflict", args: []any{c.Param("ref")}, cause: err}
	case errors.As(err, &input):
		return &refusal{status: http.StatusUnprocessableEntity, key: "error.input", args: []any{input.Field}, cause: err}
	case errors.Is(err, store.ErrNotFound) && c.Param("ref") != "":
		return &refusal{status: http.StatusNotFound, key: "error.no_such_ref", args: []any{c.Param("ref")}, cause: err}
	case errors.Is(err, store.ErrNotFound):
		return &refusal{status: http.StatusNotFound, key: "error.not_found", cause: err}
	case errors.As(err, &tooBig):
		return &refusal{status: http.StatusRequestEntityTooLarge, key: "error.too_big", cause: err}
	case errors.As(err, &http4) && http4.Code == http.StatusMethodNotAllowed:
		return &refusal{status: http4.Code, key: "error.method", cause: err}
	case errors.As(err, &http4) && http4.Code >= 400 && http4.Code < 500:
		return &refusal{status: http4.Code, key: "error.not_found", cause: err}
	case errors.Is(err, context.Canceled) && c.Request().Context().Err() != nil:
		return &refusal{status: 499, key: "error.not_found", cause: err} // nobody is there to read it
	}
	code := shortCode()
	s.log.Error("request not answered", "code", code, "method", c.Request().Method, "route", c.Path(), "error", err)
	return &refusal{status: http.StatusInternalServerError, key: "error.defect", args: []any{code}, cause: err}
}

// shortCode joins what a person reads out on the telephone to a line of the log.
func shortCode() string {
	var b [3]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return strings.ToUpper(hex.EncodeToString(b[:]))
}

// fail answers a request that ended in an error: a page for people, a line of
// JSON for scripts and programs.
func (s *Server) fail(err error, c echo.Context) {
	if c.Response().Committed {
		_ = s.explain(c, err) // for the log; the answer is on its way already
		return
	}
	r := s.explain(c, err)
	switch {
	case forPrograms(c.Request().URL.Path):
		err = s.sendFault(c, r)
	case wantsJSON(c):
		w := s.words(c)
		err = c.JSON(r.status, struct {
			Error   string `json:"error"`
			Title   string `json:"title"`
			Message string `json:"message"`
		}{strings.TrimPrefix(r.key, "error."), w.Say(r.key+".title", r.args...), w.Say(r.key+".text", r.args...)})
	case r == errSignIn && c.Request().Method == http.MethodGet && c.Request().Header.Get(echo.HeaderAccept) != "text/event-stream":
		err = c.Redirect(http.StatusSeeOther, "/sign-in?next="+url.QueryEscape(c.Request().URL.RequestURI()))
	default:
		err = s.problem(c, r)
	}
	if err != nil {
		s.log.Warn("error page not sent", "route", c.Path(), "error", err)
	}
}

// problemPage is the page that says what went wrong.
type problemPage struct {
	Page
	Heading, Text string
	Key           string
}

func (s *Server) problem(c echo.Context, r *refusal) error {
	page, err := s.page(c, "")
	if err != nil {
		// Not even the frame of the page can be had, so it goes without.
		page = s.barePage(c)
	}
	p := problemPage{Page: page, Key: r.key}
	p.Heading, p.Text = page.W.Say(r.key+".title", r.args...), page.W.Say(r.key+".text", r.args...)
	p.Title = p.Heading
	return s.screens.send(c, r.status, "problem", p)
}

// wantsJSON tells whether a script asks, not a person.
func wantsJSON(c echo.Context) bool {
	return strings.HasPrefix(c.Request().Header.Get(echo.HeaderAccept), echo.MIMEApplicationJSON)
}

// recovered turns a panic into an error.
func (s *Server) recovered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			switch v := recover(); v {
			case nil:
			case http.ErrAbortHandler:
				panic(v)
			default:
				err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
			}
		}()
		return next(c)
	}
}

// InPlainWords says in English, for a terminal, what the store says of an input
// as a key of the language files. Other errors come back as they are.
func InPlainWords(err error) error {
	var input *store.InputError
	if !errors.As(err, &input) {
		return err
	}
	w := languages(time.UTC)["en"]
	if !w.Has(input.Key) {
		return err
	}
	return errors.New(w.Say(input.Key))
}
