package review

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/labstack/echo/v4"

	"usulan/store"
)

// Page is what every screen has in common; each screen's data embeds it.
type Page struct {
	W      *words
	Title  string
	Nav    string // which of the four is open: triage, list, summary, channels
	Staff  store.Staff
	Forum  store.Forum
	Lamps  []lamp
	Prefs  preferences
	Here   string // this page, to come back to
	Search string // what stands in the search field
	Last   int64  // newest entry, where the event stream goes on
	Now    time.Time
}

// Initials of who is signed in, two letters at most.
func (p Page) Initials() string {
	var out []rune
	for _, part := range strings.FieldsFunc(p.Staff.Name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		out = append(out, unicode.ToUpper([]rune(part)[0]))
	}
	return string(out[:min(2, len(out))])
}

// May tells whether who is signed in has at least this role.
func (p Page) May(role string) bool { return p.Staff.Role.May(store.Role(role)) }

// page gathers what every screen shows.
func (s *Server) page(c echo.Context, nav string) (Page, error) {
	p := s.barePage(c)
	p.Nav = nav
	ctx := c.Request().Context()
	settings, err := s.db.Settings(ctx)
	if err != nil {
		return p, fmt.Errorf("read settings: %w", err)
	}
	p.Forum = settings.Forum
	if p.Staff.ID == 0 {
		return p, nil
	}
	sources, err := s.db.Sources(ctx)
	if err != nil {
		return p, fmt.Errorf("read sources: %w", err)
	}
	p.Lamps = s.lamps(p.W, sources)
	if p.Last, err = s.db.LastEntry(ctx); err != nil {
		return p, fmt.Errorf("read last entry: %w", err)
	}
	return p, nil
}

// barePage needs nothing from the database.
func (s *Server) barePage(c echo.Context) Page {
	return Page{
		W: s.words(c), Staff: staffOf(c), Prefs: preferencesOf(c),
		Here: c.Request().URL.RequestURI(), Now: s.now(),
	}
}

func (s *Server) now() time.Time {
	if s.db.Now != nil {
		return s.db.Now()
	}
	return time.Now()
}

// preferences are the choices of one browser, kept in a cookie.
type preferences struct {
	Language  string // "id", "en", or empty for what the staff member has
	Official  bool   // the buttons show the official wording
	Size      string // of the reading text: 16, 17, 19, 22
	KeysOff   bool   // single keys do nothing
	Unadvised bool   // suggestions are hidden
}

const preferencesCookie = "usulan_choices"

func preferencesOf(c echo.Context) preferences {
	p := preferences{Size: "17"}
	cookie, err := c.Cookie(preferencesCookie)
	if err != nil {
		return p
	}
	v, err := url.ParseQuery(cookie.Value)
	if err != nil {
		return p
	}
	p.take(v)
	return p
}

// take overwrites the choices that v has, and ignores what makes no sense.
func (p *preferences) take(v url.Values) {
	if l := v.Get("language"); l == "id" || l == "en" {
		p.Language = l
	}
	switch size := v.Get("size"); size {
	case "16", "17", "19", "22":
		p.Size = size
	}
	if v.Has("official") {
		p.Official = v.Get("official") == "1"
	}
	if v.Has("unadvised") {
		p.Unadvised = v.Get("unadvised") == "1"
	}
	if v.Has("keys_off") {
		p.KeysOff = v.Get("keys_off") == "1"
	}
}

func (p preferences) values() url.Values {
	v := url.Values{"size": {p.Size}, "official": {"0"}, "keys_off": {"0"}, "unadvised": {"0"}}
	if p.Language != "" {
		v.Set("language", p.Language)
	}
	if p.Official {
		v.Set("official", "1")
	}
	if p.Unadvised {
		v.Set("unadvised", "1")
	}
	if p.KeysOff {
		v.Set("keys_off", "1")
	}
	return v
}

// savePreferences keeps a choice for a year and returns to where it was made.
func (s *Server) savePreferences(c echo.Context) error {
	form, err := c.FormParams()
	if err != nil {
		return echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
	}
	p := preferencesOf(c)
	p.take(form)
	c.SetCookie(&http.Cookie{
		Name: preferencesCookie, Value: p.values().Encode(), Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: overTLS(c),
	})
	if wantsJSON(c) {
		return c.NoContent(http.StatusNoContent)
	}
	return c.Redirect(http.StatusSeeOther, local(form.Get("here")))
}

// local returns an address of ours, whatever was asked for: nobody is sent to
// another site from here.
func local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") ||
		strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return u.RequestURI()
}
