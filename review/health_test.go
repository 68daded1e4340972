package review

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

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
