package review

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"usulan/store"
)

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
		"HEAD /healthz", "HEAD /readyz",
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
