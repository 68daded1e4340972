package whatsapp_test

import (
	"bytes"
	"context"
	"log/slog"
	"math"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	wastore "go.mau.fi/whatsmeow/store"

	"usulan/intake"
	"usulan/intake/whatsapp"
	"usulan/intake/whatsapp/emulator"
	"usulan/store/storetest"
)

// The number as people write it, and the code as the phone takes it.
func TestLinkByCode(t *testing.T) {
	t.Parallel()
	p := newPhone(t)
	c := p.channel()
	shown, err := c.Pair(t.Context(), "0812-1000-2000")
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^[A-Z0-9]{4}-[A-Z0-9]{4}$`).MatchString(shown.Code) || shown.QR != "" || time.Until(shown.Expires) < time.Minute {
		t.Errorf("shown: %+v", shown)
	}
	if err := p.server.EnterCode(t.Context(), shown.Code); err != nil {
		t.Fatal(err)
	}
	if got := p.settled(c); got.Step != intake.Linked || got.Fault != "" {
		t.Errorf("linking ended with %+v", got)
	}
}

func TestLinkingIsRefused(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	failed := func(t *testing.T, p *phone, c *whatsapp.Channel, fault string) {
		t.Helper()
		if got := p.settled(c); got.Step != intake.Failed || got.Fault != fault {
			t.Errorf("linking ended with %+v, want it failed with %s", got, fault)
		}
	}
	t.Run("NotANumber", func(t *testing.T) {
		t.Parallel()
		p := newPhone(t)
		c := p.channel()
		if _, err := c.Pair(ctx, "nol delapan"); intake.FaultOf(err) != whatsapp.FaultBadNumber {
			t.Errorf("Pair = %v, want %s", err, whatsapp.FaultBadNumber)
		}
		if got := c.Pairing().Step; got != intake.Unlinked {
			t.Errorf("linking stands at %s", got)
		}
	})
	t.Run("WrongSignature", func(t *testing.T) {
		t.Parallel()
		p := newPhone(t)
		c := p.channel()
		p.forge(emulator.ForgedAccount)
		shown, err := c.Pair(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := p.server.ScanQR(shown.QR); err == nil {
			t.Error("the client accepted a forged signature")
		}
		failed(t, p, c, whatsapp.FaultDistrusted)
		p.forge(emulator.Genuine)
		p.link(c) // and it can be begun anew
	})
	t.Run("SomebodyInBetween", func(t *testing.T) {
		t.Parallel()
		p := newPhone(t)
		c := p.channel()
		p.forge(emulator.ForgedLeaf)
		if _, err := c.Pair(ctx, ""); intake.FaultOf(err) != intake.FaultTLS {
			t.Errorf("Pair = %v, want %s", err, intake.FaultTLS)
		}
	})
	t.Run("CutWhileWaiting", func(t *testing.T) {
		t.Parallel()
		p := newPhone(t)
		c := p.channel()
		if _, err := c.Pair(ctx, ""); err != nil {
			t.Fatal(err)
		}
		p.server.Cut()
		failed(t, p, c, whatsapp.FaultExpired)
	})
	t.Run("Banned", func(t *testing.T) {
		t.Parallel()
		p := newPhone(t)
		c := p.channel()
		p.server.Ban(time.Hour)
		if _, err := c.Pair(ctx, ""); intake.FaultOf(err) != whatsapp.FaultBanned {
			t.Errorf("Pair = %v, want %s", err, whatsapp.FaultBanned)
		}
		failed(t, p, c, whatsapp.FaultBanned)
	})
	t.Run("Unreachable", func(t *testing.T) {
		t.Parallel()
		p := newPhone(t)
		c := whatsapp.New(p.account, whatsapp.Options{
			Session: p.session, Log: slog.New(slog.DiscardHandler), HTTP: p.server.HTTPClient(),
			Attach: func(client *whatsmeow.Client) {
				client.SetPreLoginHTTPClient(deadLine())
			},
		})
		defer c.Close()
		if _, err := c.Pair(ctx, ""); intake.FaultOf(err) != intake.FaultUnreachable {
			t.Errorf("Pair = %v, want %s", err, intake.FaultUnreachable)
		}
	})
	t.Run("LinkedAlready", func(t *testing.T) {
		t.Parallel()
		p := newPhone(t)
		c := p.channel()
		p.link(c)
		if got, err := c.Pair(ctx, ""); intake.FaultOf(err) != whatsapp.FaultLinked || got.Step != intake.Linked {
			t.Errorf("Pair = %+v, %v; want %s", got, err, whatsapp.FaultLinked)
		}
	})
	t.Run("WrongCode", func(t *testing.T) {
		t.Parallel()
		p := newPhone(t)
		c := p.channel()
		shown, err := c.Pair(ctx, number)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.server.EnterCode(ctx, strings.Map(func(r rune) rune {
			if r == '-' {
				return r
			}
			return 'A'
		}, shown.Code)); err == nil {
			t.Error("a wrong code linked")
		}
		if got := c.Pairing().Step; got == intake.Linked || got == intake.Scanned {
			t.Errorf("linking stands at %s after a wrong code", got)
		}
		p.link(c) // begun anew by scanning
	})
}

// A wrong number is a slip, not a crime: it is linked, and said.
func TestLinkedToAnotherNumber(t *testing.T) {
	t.Parallel()
	p := newPhone(t, func(a *whatsapp.Account) { a.Number = "+62 812-9999-9999" })
	c := p.channel()
	p.link(c)
	if got := c.Pairing(); got.Fault != whatsapp.FaultOtherNumber {
		t.Errorf("linking stands at %+v, want a warning", got)
	}
	same := newPhone(t, func(a *whatsapp.Account) { a.Number = "0812 1000 2000" })
	c = same.channel()
	same.link(c)
	if got := c.Pairing(); got.Fault != "" {
		t.Errorf("linking to the number of the configuration warns: %+v", got)
	}
}

// Beginning anew makes the code before worthless.
func TestBeginLinkingAnew(t *testing.T) {
	t.Parallel()
	p := newPhone(t)
	c := p.channel()
	first, err := c.Pair(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	second, err := c.Pair(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if first.QR == second.QR {
		t.Error("both codes are the same")
	}
	if err := p.server.ScanQR(first.QR); err == nil {
		t.Error("the first code still links")
	}
	if err := p.server.ScanQR(second.QR); err != nil {
		t.Fatal(err)
	}
	if got := p.settled(c); got.Step != intake.Linked {
		t.Errorf("linking ended with %+v", got)
	}
}

func TestOutdatedWhileLinking(t *testing.T) {
	before := wastore.GetWAVersion()
	t.Cleanup(func() { wastore.SetWAVersion(before) })
	p := newPhone(t)
	c := p.channel()
	p.server.Outdate(math.MaxUint32)
	if _, err := c.Pair(t.Context(), ""); intake.FaultOf(err) != whatsapp.FaultOutdated {
		t.Errorf("Pair = %v, want %s", err, whatsapp.FaultOutdated)
	}
	p.server.Publish(before[2] + 1)
	p.server.Outdate(before[2] + 1)
	p.link(c)
}

// The link can be ended when nothing runs, and when the far side does not answer.
func TestUnlink(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*phone){
		"Reachable":   func(*phone) {},
		"Unreachable": func(p *phone) { p.server.Ban(time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPhone(t)
			c := p.channel()
			p.link(c)
			before(p)
			if err := c.Unpair(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := c.Pairing().Step; got != intake.Unlinked {
				t.Errorf("linking stands at %s", got)
			}
			if err := c.Unpair(t.Context()); err != nil {
				t.Errorf("ending it twice: %v", err)
			}
		})
	}
}

// Whoever has the session file can write as the forum.
func TestSessionFileIsItsOwnersAlone(t *testing.T) {
	t.Parallel()
	p := newPhone(t)
	if err := os.WriteFile(p.session, nil, 0o644); err != nil { // as a careless restore leaves it
		t.Fatal(err)
	}
	connected(t, p)
	for _, name := range []string{p.session, p.session + "-wal", p.session + "-shm"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != 0o600 {
			t.Errorf("%s has mode %o, want 600", name, got)
		}
	}
}

// Nothing in the log names a person, a number or what was said.
func TestLogIsDiscreet(t *testing.T) {
	t.Parallel()
	p := newPhone(t)
	var log bytes.Buffer
	var mu sync.Mutex
	c := whatsapp.New(p.account, whatsapp.Options{
		Session: p.session, Files: t.TempDir(), Attach: p.server.Attach, HTTP: p.server.HTTPClient(),
		Log: slog.New(slog.NewTextHandler(writer(func(b []byte) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			return log.Write(b)
		}), &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	t.Cleanup(func() { _ = c.Close() })
	p.link(c)
	l := lease(t, storetest.Open(t, t.TempDir()), c.Name())
	ended, _ := begin(t, c, l)
	p.ready()
	p.send(p.person("6281200000101", "Bu Sari"), "Mohon modal untuk warung saya")
	p.acknowledged()
	p.server.Logout()
	_ = end(t, ended)
	mu.Lock()
	defer mu.Unlock()
	for _, secret := range []string{"628", "1010000", "Sari", "modal"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log has %q:\n%s", secret, log.String())
		}
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }
