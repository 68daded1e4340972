package review

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

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
	if r := s.post("/sign-in", url.Values{"name": {strings.Repeat("a", maxBody)}}); r.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d, want 413", r.StatusCode)
	}
	endless := func(r *http.Request) { r.ContentLength = -1 }
	if r := s.do(http.MethodPost, "/sign-in", strings.NewReader(strings.Repeat("a", 2*maxBody)), endless); r.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("without a length: status %d, want 413", r.StatusCode)
	}
}
