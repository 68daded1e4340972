package review

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"usulan/store"
)

func signinAs(name, password string) url.Values {
	return url.Values{"name": {name}, "password": {password}, "next": {"/triage?state=new"}}
}

func cookieOf(r *http.Response, name string) *http.Cookie {
	for _, c := range r.Cookies() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

func TestSignIn(t *testing.T) {
	s := newSite(t, Config{})
	r := s.post("/sign-in", signinAs("Officer", ratnasPassword))
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/triage?state=new" {
		t.Fatalf("status %d to %q", r.StatusCode, r.Header.Get("Location"))
	}
	c := cookieOf(r, "usulan_session")
	if c == nil || !c.HttpOnly || c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Fatalf("cookie %+v", c)
	}
	if staff, err := s.db.Session(t.Context(), c.Value); err != nil || staff.Name != "officer" {
		t.Fatalf("session of %q, %v", staff.Name, err)
	}
	if strings.Contains(s.log.String(), c.Value) || strings.Contains(s.log.String(), ratnasPassword) {
		t.Error("the log has the session or the password")
	}

	// Signing in again ends the session from before: no one can have planted it.
	again := s.post("/sign-in", signinAs("viewer", ratnasPassword), header("Cookie", "usulan_session="+c.Value))
	if fresh := cookieOf(again, "usulan_session"); fresh == nil || fresh.Value == c.Value {
		t.Errorf("the new cookie is %+v", fresh)
	}
	if _, err := s.db.Session(t.Context(), c.Value); err == nil {
		t.Error("the session from before lives")
	}
}

// TestSignInRefused compares the answers: nobody may learn which names there are.
func TestSignInRefused(t *testing.T) {
	s := newSite(t, Config{})
	lead, err := s.db.StaffNamed(t.Context(), "lead")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.db.SetDisabled(t.Context(), store.Actor{}, lead.ID, true); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.AddStaff(t.Context(), store.Actor{}, store.Staff{Name: "undangan", Role: store.Viewer}); err != nil {
		t.Fatal(err)
	}
	var first string
	for i, form := range []url.Values{
		signinAs("officer", "salah sekali ini"),
		signinAs("siapa", ratnasPassword),
		signinAs("lead", ratnasPassword), // disabled
		signinAs("undangan", ""),         // has not chosen a password
		signinAs("", ""),
		signinAs("officer", strings.Repeat("a", 100_000)),
		signinAs("officer", ratnasPassword+"\x00"),
		signinAs("' OR '1'='1", "' OR '1'='1"),
		{"name": {"officer"}},
		{},
	} {
		r := s.post("/sign-in", form, from("198.51.100."+string(rune('1'+i%9))))
		body := strings.NewReplacer(`value="`+form.Get("name")+`"`, `value=""`, " autofocus", "",
			"/triage?state=new", "", `value="/"`, `value=""`, "&#39;", "'").Replace(read(t, r))
		body = strings.ReplaceAll(strings.ReplaceAll(body, `value="`+form.Get("name")+`"`, `value=""`), "%2Ftriage%3Fstate%3Dnew", "")
		body = strings.ReplaceAll(body, "/sign-in?next=", "/sign-in")
		if r.StatusCode != http.StatusUnauthorized || len(r.Cookies()) > 0 {
			t.Errorf("%.40q: status %d, cookies %v", form, r.StatusCode, r.Cookies())
		}
		if first == "" {
			first = body
		}
		if body != first {
			t.Errorf("%.40q is answered otherwise than a wrong password:\n%s\n---\n%s", form, body, first)
		}
	}
}

func TestSignInThrottled(t *testing.T) {
	s := newSite(t, Config{})
	for _, name := range []string{"officer", "tidak.ada"} {
		var last *http.Response
		for range freeByName + 2 {
			last = s.post("/sign-in", signinAs(name, "salah sekali ini"))
		}
		if last.StatusCode != http.StatusTooManyRequests || last.Header.Get("Retry-After") != "15" {
			t.Errorf("%s: status %d, Retry-After %q", name, last.StatusCode, last.Header.Get("Retry-After"))
		}
		if body := read(t, last); !strings.Contains(body, "15 detik") {
			t.Errorf("%s: the page does not say how long to wait", name)
		}
	}
	// The right password does not help until the pause is over, from anywhere, in any spelling.
	for _, name := range []string{"officer", "OFFICER ", "ｏｆｆｉｃｅｒ"} {
		if r := s.post("/sign-in", signinAs(name, ratnasPassword), from("192.0.2.9")); r.StatusCode != http.StatusTooManyRequests {
			t.Errorf("%q with the right password in the pause: status %d, want 429", name, r.StatusCode)
		}
	}
	s.at.at = s.at.at.Add(15 * time.Second)
	if r := s.post("/sign-in", signinAs("officer", ratnasPassword)); r.StatusCode != http.StatusSeeOther {
		t.Errorf("after the pause: status %d, want 303", r.StatusCode)
	}
}

func TestSignInStaysHere(t *testing.T) {
	s := newSite(t, Config{})
	for _, next := range []string{"https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\t//evil.example", "/a\r\nSet-Cookie: x=y", ""} {
		form := signinAs("officer", ratnasPassword)
		form.Set("next", next)
		r := s.post("/sign-in", form)
		if got := r.Header.Get("Location"); got != "/" {
			t.Errorf("next %q leads to %q", next, got)
		}
		if got := s.get("/sign-in?next="+url.QueryEscape(next), s.as("officer")).Header.Get("Location"); got != "/" {
			t.Errorf("signed in, next %q leads to %q", next, got)
		}
	}
}

func TestSignOut(t *testing.T) {
	s := newSite(t, Config{})
	who := s.as("officer")
	r := s.post("/sign-out", nil, who)
	if c := cookieOf(r, "usulan_session"); r.StatusCode != http.StatusSeeOther || c == nil || c.MaxAge >= 0 {
		t.Errorf("status %d, cookie %+v", r.StatusCode, c)
	}
	if r := s.get("/triage", who); r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(r.Header.Get("Location"), "/sign-in?next=%2Ftriage") {
		t.Errorf("the session still works: status %d to %q", r.StatusCode, r.Header.Get("Location"))
	}
	if r := s.post("/sign-out", nil); r.StatusCode != http.StatusSeeOther {
		t.Errorf("signing out twice: status %d", r.StatusCode)
	}
}

func TestHostileSessions(t *testing.T) {
	s := newSite(t, Config{})
	for _, value := range []string{"", "x", "null", strings.Repeat("A", 43), strings.Repeat("A", 60_000), "%00", "' OR 1=1 --", `"; Path=/`} {
		r := s.get("/triage", header("Cookie", "usulan_session="+value))
		if r.StatusCode != http.StatusSeeOther {
			t.Errorf("session %.30q: status %d, want 303", value, r.StatusCode)
		}
	}
	// Over plain HTTP a cookie that only TLS may set does not count, and the reverse.
	secret := strings.TrimPrefix(cookieText(s.as("officer")), "usulan_session=")
	if r := s.get("/triage", header("Cookie", "__Host-usulan_session="+secret)); r.StatusCode != http.StatusSeeOther {
		t.Errorf("status %d", r.StatusCode)
	}
	if r := s.get("https://usulan.example/triage", header("Cookie", "usulan_session="+secret)); r.StatusCode != http.StatusSeeOther {
		t.Errorf("status %d", r.StatusCode)
	}
	// A session is no token, a token no session, and the API takes no cookie.
	if r := s.get("/api/v1/proposals", header("Authorization", "Bearer "+secret)); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("a session as a token: status %d", r.StatusCode)
	}
	if r := s.get("/api/v1/proposals", header("Cookie", "usulan_session="+secret)); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("a cookie at the API: status %d", r.StatusCode)
	}
	if r := s.get("/triage", s.token("officer")); r.StatusCode != http.StatusSeeOther {
		t.Errorf("a token at a screen: status %d", r.StatusCode)
	}
}

func cookieText(who func(*http.Request)) string {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	who(r)
	return r.Header.Get("Cookie")
}
