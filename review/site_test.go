package review

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"usulan/store"
)

const ratnasPassword = "kopi pahit tiap pagi"

// ratnasHash is made once: hashing is slow on purpose.
var ratnasHash = HashPassword(ratnasPassword)

// site is a server over a database of its own, with one person of each role.
type site struct {
	*Server
	t   *testing.T
	at  *clock
	log *bytes.Buffer
}

func newSite(t *testing.T, cfg Config) *site {
	t.Helper()
	s := newEmptySite(t, cfg)
	for _, role := range store.Roles {
		if _, err := s.db.AddStaff(t.Context(), store.Actor{}, store.Staff{Name: string(role), Role: role, Password: ratnasHash}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// newEmptySite is one that nobody has set up yet.
func newEmptySite(t *testing.T, cfg Config) *site {
	t.Helper()
	s := &site{t: t, at: newClock(), log: &bytes.Buffer{}}
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	db, err := store.Open(context.Background(), t.TempDir(), log)
	if err != nil {
		t.Fatal(err)
	}
	db.Now = s.at.now
	if err := db.Configure(t.Context(), sheetSettings()); err != nil {
		t.Fatal(err)
	}
	cfg.Zone = jakarta
	s.Server = New(db, cfg, log)
	t.Cleanup(func() {
		s.Server.Close()
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// do sends a request from 203.0.113.7, changed by each of with.
func (s *site) do(method, target string, body io.Reader, with ...func(*http.Request)) *http.Response {
	s.t.Helper()
	r := httptest.NewRequest(method, target, body)
	r.RemoteAddr = "203.0.113.7:4711"
	for _, w := range with {
		w(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func (s *site) get(target string, with ...func(*http.Request)) *http.Response {
	s.t.Helper()
	return s.do(http.MethodGet, target, nil, with...)
}

func (s *site) post(target string, form url.Values, with ...func(*http.Request)) *http.Response {
	s.t.Helper()
	with = append([]func(*http.Request){header("Content-Type", "application/x-www-form-urlencoded")}, with...)
	return s.do(http.MethodPost, target, strings.NewReader(form.Encode()), with...)
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func from(addr string) func(*http.Request) {
	return func(r *http.Request) { r.RemoteAddr = addr + ":4711" }
}

// as is a session of somebody.
func (s *site) as(name string) func(*http.Request) {
	s.t.Helper()
	staff, err := s.db.StaffNamed(s.t.Context(), name)
	if err != nil {
		s.t.Fatal(err)
	}
	secret, err := s.db.StartSession(s.t.Context(), staff.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return header("Cookie", "usulan_session="+secret)
}

// token is a token of somebody.
func (s *site) token(name string) func(*http.Request) {
	s.t.Helper()
	staff, err := s.db.StaffNamed(s.t.Context(), name)
	if err != nil {
		s.t.Fatal(err)
	}
	_, secret, err := s.db.AddToken(s.t.Context(), store.Actor{}, store.Token{Name: "uji", Staff: staff.ID, Role: store.Administrator})
	if err != nil {
		s.t.Fatal(err)
	}
	return header("Authorization", "Bearer "+secret)
}

func read(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
