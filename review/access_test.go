package review

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

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

// TestEveryRouteAsksWho asks every route there is as nobody and with every
// role, and expects to come through exactly where the gate says so.
func TestEveryRouteAsksWho(t *testing.T) {
	s := newSite(t, Config{})
	if len(s.echo.Routes()) < 20 {
		t.Fatalf("%d routes", len(s.echo.Routes()))
	}
	param := regexp.MustCompile(`:[a-z]+`)
	sessions := map[store.Role]func(*http.Request){"": func(*http.Request) {}}
	tokens := map[store.Role]func(*http.Request){"": func(*http.Request) {}}
	for _, role := range store.Roles {
		sessions[role], tokens[role] = s.as(string(role)), s.token(string(role))
	}
	for _, route := range s.echo.Routes() {
		least, ok := s.gate.least[route.Method+" "+route.Path]
		if !ok {
			t.Errorf("%s %s does not say who may use it", route.Method, route.Path)
			continue
		}
		if least == anyone {
			continue
		}
		with := sessions
		if forPrograms(route.Path) {
			with = tokens
		}
		for role, who := range with {
			if role.May(least) {
				continue // what it answers then is for the tests of the screen
			}
			// A HEAD of the handler would already have done harm: the gate comes before it.
			r := s.do(route.Method, param.ReplaceAllString(route.Path, "1"), nil, who)
			want := []int{http.StatusForbidden}
			if role == "" {
				want = []int{http.StatusUnauthorized, http.StatusSeeOther}
			}
			if !slices.Contains(want, r.StatusCode) {
				t.Errorf("%s %s as %q: status %d, want one of %v", route.Method, route.Path, role, r.StatusCode, want)
			}
			if l := r.Header.Get("Location"); r.StatusCode == http.StatusSeeOther && !strings.HasPrefix(l, "/sign-in") {
				t.Errorf("%s %s as nobody leads to %q", route.Method, route.Path, l)
			}
		}
	}
}

// TestPublicRoutes names what anyone may ask for, so that none joins them by accident.
func TestPublicRoutes(t *testing.T) {
	s := newEmptySite(t, Config{})
	want := []string{
		"GET /api/v1/health", "GET /api/v1/openapi.json", "GET /healthz", "GET /metrics", "GET /readyz",
		"GET /set-up/:secret", "GET /sign-in", "GET /static/:version/:name",
		"POST /preferences", "POST /set-up/:secret", "POST /sign-in", "POST /sign-out",
	}
	var got []string
	for route, least := range s.gate.least {
		if least == anyone {
			got = append(got, route)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("anyone may\n%q, want\n%q", got, want)
	}
}

// TestRouteBehindTheGate adds a route to echo itself: nobody gets there.
func TestRouteBehindTheGate(t *testing.T) {
	s := newSite(t, Config{})
	s.echo.GET("/forgotten", s.alive)
	if got := s.get("/forgotten", s.as("administrator")).StatusCode; got != http.StatusForbidden {
		t.Errorf("status %d, want 403", got)
	}
	for target, want := range map[string]int{"/nowhere": 404, "/sign-out": 405} {
		if got := s.get(target).StatusCode; got != want {
			t.Errorf("GET %s: status %d, want %d", target, got, want)
		}
	}
}

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

func TestTrustedProxy(t *testing.T) {
	s := newSite(t, Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	via := func(peer string, headers ...string) *http.Response {
		return s.post("/sign-in", signinAs("officer", ratnasPassword), from(peer), func(r *http.Request) {
			for i := 0; i < len(headers); i += 2 {
				r.Header.Add(headers[i], headers[i+1])
			}
		})
	}
	for name, c := range map[string]struct {
		r      *http.Response
		secure bool
	}{
		"through the proxy":      {via("10.1.2.3", "X-Forwarded-Proto", "https"), true},
		"through it, plain":      {via("10.1.2.3", "X-Forwarded-Proto", "http"), false},
		"the client claims":      {via("203.0.113.7", "X-Forwarded-Proto", "https"), false},
		"other ways to claim":    {via("203.0.113.7", "X-Forwarded-Ssl", "on", "X-Url-Scheme", "https", "Forwarded", "proto=https"), false},
		"the proxy passes it on": {via("10.1.2.3", "X-Forwarded-Ssl", "on", "X-Url-Scheme", "https", "Forwarded", "proto=https"), false},
	} {
		cookie := cookieOf(c.r, "usulan_session")
		if c.secure {
			cookie = cookieOf(c.r, "__Host-usulan_session")
		}
		if cookie == nil || cookie.Secure != c.secure {
			t.Errorf("%s: cookies %v, want secure %v", name, c.r.Cookies(), c.secure)
		}
		if got := c.r.Header.Get("Strict-Transport-Security") != ""; got != c.secure {
			t.Errorf("%s: HSTS is %v, want %v", name, got, c.secure)
		}
	}
}

func TestClientAddress(t *testing.T) {
	p := proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for name, c := range map[string]struct{ peer, chain, want string }{
		"no proxy":            {"203.0.113.7:1", "", "203.0.113.7"},
		"a lie":               {"203.0.113.7:1", "198.51.100.1", "203.0.113.7"},
		"one proxy":           {"10.0.0.1:1", "198.51.100.1", "198.51.100.1"},
		"a lie before it":     {"10.0.0.1:1", "1.1.1.1, 198.51.100.1", "198.51.100.1"},
		"two proxies":         {"10.0.0.1:1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"},
		"proxies alone":       {"10.0.0.1:1", "10.0.0.3, 10.0.0.2", "10.0.0.3"},
		"no chain":            {"10.0.0.1:1", "", "10.0.0.1"},
		"rubbish":             {"10.0.0.1:1", "198.51.100.1, unknown", "10.0.0.1"},
		"rubbish farther off": {"10.0.0.1:1", "<script>, 198.51.100.1", "198.51.100.1"},
		"mapped":              {"[::ffff:10.0.0.1]:1", "::ffff:198.51.100.1", "198.51.100.1"},
		"IPv6":                {"[::1]:1", "2001:db8::7", "2001:db8::7"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = c.peer
			if c.chain != "" {
				r.Header.Set("X-Forwarded-For", c.chain)
			}
			p.settle(r)
			if got := peerOf(r).String(); got != c.want {
				t.Errorf("client %s, want %s", got, c.want)
			}
			if r.Header.Get("X-Forwarded-For") != "" {
				t.Error("the header is still there")
			}
		})
	}
}

func TestCrossOrigin(t *testing.T) {
	s := newSite(t, Config{BaseURL: "https://usulan.example.go.id"})
	for name, c := range map[string]struct {
		with []func(*http.Request)
		want int
	}{
		"same origin":           {[]func(*http.Request){header("Sec-Fetch-Site", "same-origin")}, 303},
		"old browser, own":      {[]func(*http.Request){header("Origin", "http://example.com")}, 303},
		"own name, other host":  {[]func(*http.Request){header("Origin", "https://usulan.example.go.id")}, 303},
		"cross site":            {[]func(*http.Request){header("Sec-Fetch-Site", "cross-site")}, 403},
		"same site":             {[]func(*http.Request){header("Sec-Fetch-Site", "same-site")}, 403},
		"old browser, other":    {[]func(*http.Request){header("Origin", "https://evil.example")}, 403},
		"null":                  {[]func(*http.Request){header("Origin", "null")}, 403},
		"name with more":        {[]func(*http.Request){header("Origin", "https://usulan.example.go.id.evil.example")}, 403},
		"neither, as a program": {nil, 303},
	} {
		t.Run(name, func(t *testing.T) {
			r := s.post("/sign-out", nil, c.with...)
			if r.StatusCode != c.want {
				t.Errorf("status %d, want %d", r.StatusCode, c.want)
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	s := newSite(t, Config{})
	for target, status := range map[string]int{
		"/sign-in": 200, "/nowhere": 404, "/set-up/x": 404, "/healthz": 200, "/api/v1/proposals": 401, "/triage": 303, "/api/v1/openapi.json": 200,
	} {
		r := s.get(target)
		if r.StatusCode != status {
			t.Errorf("%s: status %d, want %d", target, r.StatusCode, status)
		}
		policy := r.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the policy %q lacks %q", target, policy, want)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") || strings.Contains(policy, "http") {
			t.Errorf("%s: the policy is %q", target, policy)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin", "Strict-Transport-Security": ""} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", target, name, got, want)
			}
		}
		if body := read(t, r); strings.Contains(body, " style=") || strings.Contains(body, "<style") || strings.Contains(body, " onclick") {
			t.Errorf("%s has styles or scripts inside", target)
		}
	}
	if got := s.get("https://usulan.example/sign-in").Header.Get("Strict-Transport-Security"); !strings.Contains(got, "max-age=") {
		t.Errorf("over TLS HSTS is %q", got)
	}
}

func TestLargeBody(t *testing.T) {
	s := newSite(t, Config{})
	r := s.post("/sign-in", url.Values{"name": {strings.Repeat("a", maxBody)}})
	if r.StatusCode < 400 || r.StatusCode >= 500 {
		t.Errorf("status %d, want a refusal", r.StatusCode)
	}
}

func TestProbes(t *testing.T) {
	s := newSite(t, Config{})
	for _, target := range []string{"/healthz", "/readyz", "/api/v1/health"} {
		if r := s.get(target); r.StatusCode != http.StatusOK || !strings.Contains(read(t, r), `"ok"`) {
			t.Errorf("%s: status %d", target, r.StatusCode)
		}
	}
}

func TestMetrics(t *testing.T) {
	s := newSite(t, Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	s.get("/set-up/rahasia")
	s.do("BREW", "/"+strings.Repeat("x", 50), nil)
	for name, c := range map[string]struct {
		with []func(*http.Request)
		want int
	}{
		"from this machine":      {[]func(*http.Request){from("127.0.0.1")}, 200},
		"from outside":           {nil, 403},
		"from outside, a lie":    {[]func(*http.Request){header("X-Forwarded-For", "127.0.0.1")}, 403},
		"through the proxy here": {[]func(*http.Request){from("127.0.0.1"), header("X-Forwarded-For", "203.0.113.7")}, 403},
		"through it, a lie":      {[]func(*http.Request){from("127.0.0.1"), header("X-Forwarded-For", "127.0.0.1")}, 403},
		"with a token":           {[]func(*http.Request){s.token("viewer")}, 200},
		"with a wrong token":     {[]func(*http.Request){header("Authorization", "Bearer usulan_x")}, 403},
	} {
		t.Run(name, func(t *testing.T) {
			r := s.get("/metrics", c.with...)
			body := read(t, r)
			if r.StatusCode != c.want {
				t.Fatalf("status %d, want %d", r.StatusCode, c.want)
			}
			if c.want != http.StatusOK {
				return
			}
			if !strings.Contains(body, `usulan_http_requests_total{method="GET",route="/set-up/:secret",status="404"}`) ||
				!strings.Contains(body, "usulan_database_answers 1") {
				t.Errorf("the figures lack requests or the database:\n%.2000s", body)
			}
			for _, secret := range []string{"rahasia", "xxxxx", "BREW", "officer"} {
				if strings.Contains(body, secret) {
					t.Errorf("the figures name %q", secret)
				}
			}
		})
	}
}
