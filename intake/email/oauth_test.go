package email_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"usulan/intake"
	"usulan/intake/email"
	"usulan/intake/email/dovecottest"
	"usulan/store/storetest"
)

// provider is an OAuth2 provider on loopback: it gives tokens to people who
// consent, refreshes them, and tells Dovecot which are good.
type provider struct {
	*httptest.Server
	mu       sync.Mutex
	issued   int
	access   map[string]bool // good access tokens
	refresh  string          // the one good refresh token
	pending  int             // how often a device is told to wait
	refuse   string          // error code for every request to the token endpoint
	down     bool            // the token endpoint answers 503
	verifier string          // challenge of the last authorisation
	requests []url.Values
}

func newProvider(t *testing.T) *provider {
	p := &provider{access: map[string]bool{}, refresh: "refresh-0"}
	mux := http.NewServeMux()
	mux.HandleFunc("/token", p.token)
	mux.HandleFunc("/device", func(w http.ResponseWriter, r *http.Request) {
		answer(w, map[string]any{"device_code": "dev", "user_code": "ABCD-EFGH", "verification_uri": "https://example.id/device", "interval": 1, "expires_in": 300})
	})
	mux.HandleFunc("/authorize", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		p.mu.Lock()
		p.verifier = q.Get("code_challenge")
		p.mu.Unlock()
		http.Redirect(w, r, q.Get("redirect_uri")+"?code=the-code&state="+url.QueryEscape(q.Get("state")), http.StatusFound)
	})
	mux.HandleFunc("/introspect", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		answer(w, map[string]any{"active": p.access[token], "email": dovecottest.User})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func answer(w http.ResponseWriter, v map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests = append(p.requests, r.Form)
	refusal := p.refuse
	switch r.Form.Get("grant_type") {
	case "refresh_token":
		if r.Form.Get("refresh_token") != p.refresh {
			refusal = "invalid_grant"
		}
	case "urn:ietf:params:oauth:grant-type:device_code":
		if p.pending--; p.pending >= 0 {
			refusal = "authorization_pending"
		}
	case "authorization_code":
		if r.Form.Get("code") != "the-code" || r.Form.Get("code_verifier") == "" {
			refusal = "invalid_grant"
		}
	}
	if p.down {
		http.Error(w, "maintenance", http.StatusServiceUnavailable)
		return
	}
	if refusal != "" {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"error": %q, "error_description": "so it is"}`, refusal)
		return
	}
	p.issued++
	access := fmt.Sprintf("access-%d", p.issued)
	p.access[access] = true
	p.refresh = fmt.Sprintf("refresh-%d", p.issued)
	answer(w, map[string]any{"access_token": access, "token_type": "Bearer", "refresh_token": p.refresh, "expires_in": 3600})
}

// oauth is the configuration that fits the provider.
func (p *provider) oauth(file string) *email.OAuth {
	return &email.OAuth{
		Provider: "other", ClientID: "usulan", TokenFile: file,
		TokenURL: p.URL + "/token", AuthURL: p.URL + "/authorize", Scopes: []string{"imap"},
	}
}

func writeTokenFile(t *testing.T, file, access, refresh string, expiry time.Time) {
	t.Helper()
	b, err := json.Marshal(map[string]any{"access_token": access, "refresh_token": refresh, "expiry": expiry})
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, file, b)
}

func TestTokenLogin(t *testing.T) {
	t.Parallel()
	for _, mechanism := range []string{"oauthbearer", "xoauth2"} {
		t.Run(mechanism, func(t *testing.T) {
			p := newProvider(t)
			s := dovecottest.Start(t, dovecottest.Options{TokenCheck: p.URL + "/introspect", TokenMechanism: mechanism})
			s.Deliver("INBOX", letters(1, 3)...)
			file := filepath.Join(t.TempDir(), "token.json")
			m := mailbox(s, func(m *email.Mailbox) { m.Password, m.OAuth = "", p.oauth(file) })
			db := storetest.Open(t, t.TempDir())
			l := lease(t, db, "email/forum")
			ch := channel(t, m)

			t.Run("ErrNoFile", func(t *testing.T) {
				err := ch.Fetch(t.Context(), l)
				if !intake.IsPermanent(err) || !strings.Contains(err.Error(), "usulan oauth") {
					t.Errorf("error = %v, want a permanent one that names the command", err)
				}
			})
			t.Run("ExpiredIsRefreshed", func(t *testing.T) {
				writeTokenFile(t, file, "old", "refresh-0", time.Now().Add(-time.Hour))
				if err := ch.Fetch(t.Context(), l); err != nil {
					t.Fatal(err)
				}
				wantLetters(t, db, "email/forum", 3)
				info, err := os.Stat(file)
				if err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("token file: %v, %v; want mode 0600", info.Mode(), err)
				}
				if b, _ := os.ReadFile(file); !strings.Contains(string(b), "refresh-1") || !strings.Contains(string(b), "access-1") {
					t.Errorf("token file = %s, want the new tokens", b)
				}
			})
			t.Run("GoodIsUsedAsItIs", func(t *testing.T) {
				if err := ch.Fetch(t.Context(), l); err != nil {
					t.Fatal(err)
				}
				if p.issued != 1 {
					t.Errorf("%d tokens were issued, want 1", p.issued)
				}
			})
			t.Run("RevokedIsRefreshedOnce", func(t *testing.T) {
				p.mu.Lock()
				clear(p.access)
				p.mu.Unlock()
				err := ch.Fetch(t.Context(), l)
				if intake.FaultOf(err) != intake.FaultRefused || intake.IsPermanent(err) {
					t.Errorf("error = %v, want a refusal that the next attempt mends", err)
				}
				if err := ch.Fetch(t.Context(), l); err != nil {
					t.Errorf("second attempt: %v", err)
				}
			})
			t.Run("ErrRefusedAlthoughFresh", func(t *testing.T) {
				p.mu.Lock()
				clear(p.access)
				p.mu.Unlock()
				writeTokenFile(t, file, "old", p.refresh, time.Now().Add(-time.Hour))
				p.refuseAccess(t, func() {
					if err := ch.Fetch(t.Context(), l); !intake.IsPermanent(err) || intake.FaultOf(err) != intake.FaultRefused {
						t.Errorf("error = %v, want a permanent refusal", err)
					}
				})
			})
		})
	}
}

// refuseAccess makes tokens that nobody accepts while do runs.
func (p *provider) refuseAccess(t *testing.T, do func()) {
	t.Helper()
	good := p.access
	p.mu.Lock()
	p.access = map[string]bool{}
	p.mu.Unlock()
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				p.mu.Lock()
				clear(p.access)
				p.mu.Unlock()
			}
		}
	})
	do()
	close(stop)
	wg.Wait()
	p.access = good
}

func TestTokenRefreshFails(t *testing.T) {
	t.Parallel()
	s := dovecottest.Start(t, dovecottest.Options{})
	for _, tc := range []struct {
		name      string
		spoil     func(*provider, string)
		fault     string
		permanent bool
	}{
		{"Revoked", func(p *provider, _ string) { p.refresh = "another" }, intake.FaultRefused, true},
		{"ProviderDown", func(p *provider, _ string) { p.down = true }, intake.FaultUnreachable, false},
		{"ProviderGone", func(p *provider, _ string) { p.Close() }, intake.FaultUnreachable, false},
		{"NotJSON", func(_ *provider, file string) { _ = os.WriteFile(file, []byte("{"), 0o600) }, intake.FaultRefused, true},
		{"NoRefreshToken", func(_ *provider, file string) {
			_ = os.WriteFile(file, []byte(`{"access_token": "a", "expiry": "2001-01-01T00:00:00Z"}`), 0o600)
		}, intake.FaultRefused, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := newProvider(t)
			file := filepath.Join(t.TempDir(), "token.json")
			writeTokenFile(t, file, "old", "refresh-0", time.Now().Add(-time.Hour))
			tc.spoil(p, file)
			before, _ := os.ReadFile(file)
			m := mailbox(s, func(m *email.Mailbox) { m.Password, m.OAuth = "", p.oauth(file) })
			err := channel(t, m).Fetch(t.Context(), lease(t, storetest.Open(t, t.TempDir()), "email/forum"))
			if intake.FaultOf(err) != tc.fault || intake.IsPermanent(err) != tc.permanent {
				t.Errorf("error = %v (permanent %v), want %s (permanent %v)", err, intake.IsPermanent(err), tc.fault, tc.permanent)
			}
			if err != nil && strings.Contains(err.Error(), "refresh-0") {
				t.Errorf("the error holds the secret: %v", err)
			}
			if after, _ := os.ReadFile(file); string(after) != string(before) {
				t.Errorf("the token file was changed to %s", after)
			}
		})
	}
}

func TestAuthorizeDevice(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	p.pending = 1
	file := filepath.Join(t.TempDir(), "token.json")
	o := p.oauth(file)
	o.DeviceURL = p.URL + "/device"
	var said strings.Builder
	if err := o.Authorize(t.Context(), func(f string, args ...any) { fmt.Fprintf(&said, f+"\n", args...) }); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said.String(), "ABCD-EFGH") || !strings.Contains(said.String(), "https://example.id/device") {
		t.Errorf("said %q, want the code and the page", said.String())
	}
	if b, _ := os.ReadFile(file); !strings.Contains(string(b), "refresh-1") {
		t.Errorf("token file = %s", b)
	}
}

func TestAuthorizeBrowser(t *testing.T) {
	p := newProvider(t)
	file := filepath.Join(t.TempDir(), "token.json")
	// The person's browser opens the address that is shown.
	browse := func(_ string, args ...any) {
		go func() {
			resp, err := http.Get(args[0].(string))
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			if body, _ := io.ReadAll(resp.Body); !strings.Contains(string(body), "Selesai") {
				t.Errorf("the browser shows %q", body)
			}
		}()
	}
	if err := p.oauth(file).Authorize(t.Context(), browse); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(file); !strings.Contains(string(b), "refresh-1") {
		t.Errorf("token file = %s", b)
	}
	if p.verifier == "" || p.requests[0].Get("code_verifier") == "" {
		t.Error("no proof key (RFC 7636) was used")
	}
}

func TestAuthorizeErrors(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "token.json")
	// visit opens the redirect address itself, with what a stranger may send.
	visit := func(query string) func(string, ...any) {
		return func(_ string, args ...any) {
			u, _ := url.Parse(args[0].(string))
			go func() {
				at := u.Query().Get("redirect_uri") + "?" + strings.ReplaceAll(query, "STATE", url.QueryEscape(u.Query().Get("state")))
				if resp, err := http.Get(at); err == nil {
					_ = resp.Body.Close()
				}
			}()
		}
	}
	t.Run("ErrConsentRefused", func(t *testing.T) {
		err := newProvider(t).oauth(file).Authorize(t.Context(), visit("error=access_denied&state=STATE"))
		if err == nil || !strings.Contains(err.Error(), "access_denied") {
			t.Errorf("error = %v, want access_denied", err)
		}
	})
	t.Run("AStrangersAnswerIsIgnored", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		p := newProvider(t)
		if err := p.oauth(file).Authorize(ctx, visit("code=the-code&state=guess")); err == nil || len(p.requests) > 0 {
			t.Errorf("error = %v after %d requests, want none", err, len(p.requests))
		}
	})
	t.Run("ErrRefusedByTheProvider", func(t *testing.T) {
		p := newProvider(t)
		p.refuse = "invalid_client"
		err := p.oauth(file).Authorize(t.Context(), visit("code=the-code&state=STATE"))
		if err == nil || !strings.Contains(err.Error(), "invalid_client") {
			t.Errorf("error = %v, want invalid_client", err)
		}
	})
	if _, err := os.Stat(file); err == nil {
		t.Error("a token file was written")
	}
}
