package review

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"usulan/store"
)

func TestSetUp(t *testing.T) {
	s := newEmptySite(t, Config{})
	for _, target := range []string{"/set-up", "/set-up/", "/set-up/x", "/set-up/" + strings.Repeat("A", 43)} {
		if r := s.get(target); r.StatusCode != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", target, r.StatusCode)
		}
	}
	link, err := SetupLink(t.Context(), s.db, "https://usulan.example/")
	if err != nil || !strings.HasPrefix(link, "https://usulan.example/set-up/") {
		t.Fatalf("link %q, %v", link, err)
	}
	path := strings.TrimPrefix(link, "https://usulan.example")
	if r := s.get(path); r.StatusCode != http.StatusOK || !strings.Contains(read(t, r), "Administrator pertama") {
		t.Errorf("the page: status %d", r.StatusCode)
	}
	for _, bad := range []url.Values{
		{"name": {"admin"}, "password": {"pendek"}},
		{"name": {"admin"}, "password": {""}},
		{"name": {""}, "password": {ratnasPassword}},
		{"name": {"ad\nmin"}, "password": {ratnasPassword}},
		{"name": {"administrator.kota"}, "password": {"Administrator.Kota"}},
	} {
		if r := s.post(path, bad); r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(read(t, r), `role="alert"`) {
			t.Errorf("%q: status %d, want 422 with a reason", bad, r.StatusCode)
		}
	}
	good := url.Values{"name": {"ratna.dewi"}, "password": {ratnasPassword}}
	r := s.post(path, good)
	c := cookieOf(r, "usulan_session")
	if r.StatusCode != http.StatusSeeOther || c == nil {
		t.Fatalf("status %d, cookie %v", r.StatusCode, c)
	}
	if staff, err := s.db.Session(t.Context(), c.Value); err != nil || staff.Role != store.Administrator || staff.Name != "ratna.dewi" {
		t.Errorf("signed in as %+v, %v", staff, err)
	}
	if r := s.post(path, url.Values{"name": {"penyusup"}, "password": {ratnasPassword}}); r.StatusCode != http.StatusNotFound {
		t.Errorf("a second time: status %d, want 404", r.StatusCode)
	}
	if link, err := SetupLink(t.Context(), s.db, "https://usulan.example"); link != "" || err != nil {
		t.Errorf("another link: %q, %v; want none", link, err)
	}
	if strings.Contains(s.log.String(), strings.TrimPrefix(path, "/set-up/")) || strings.Contains(s.log.String(), ratnasPassword) {
		t.Error("the log has the link or the password")
	}
	if r := s.post("/sign-in", signinAs("ratna.dewi", ratnasPassword)); r.StatusCode != http.StatusSeeOther {
		t.Errorf("signing in afterwards: status %d", r.StatusCode)
	}
}

func TestSetUpExpires(t *testing.T) {
	s := newEmptySite(t, Config{})
	link, err := SetupLink(t.Context(), s.db, "")
	if err != nil {
		t.Fatal(err)
	}
	s.at.at = s.at.at.Add(time.Hour)
	if r := s.get(link); r.StatusCode != http.StatusNotFound {
		t.Errorf("an hour later: status %d, want 404", r.StatusCode)
	}
}

func TestInvitedStaff(t *testing.T) {
	s := newSite(t, Config{})
	officer, err := s.db.StaffNamed(t.Context(), "officer")
	if err != nil {
		t.Fatal(err)
	}
	link, err := InvitationLink(t.Context(), s.db, store.Actor{}, officer.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	body := read(t, s.get(link))
	if !strings.Contains(body, "Kata sandi untuk officer") {
		t.Errorf("the page does not say for whom:\n%s", body)
	}
	// Whatever name is sent along, only the invited person changes.
	r := s.post(link, url.Values{"name": {"administrator"}, "password": {"teh manis tiap sore"}})
	if r.StatusCode != http.StatusSeeOther {
		t.Fatalf("status %d", r.StatusCode)
	}
	for name, want := range map[string]int{"officer": http.StatusSeeOther, "administrator": http.StatusUnauthorized} {
		if got := s.post("/sign-in", signinAs(name, "teh manis tiap sore")).StatusCode; got != want {
			t.Errorf("%s with the new password: status %d, want %d", name, got, want)
		}
	}
}
