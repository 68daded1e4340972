package whatsapp_test

import (
	"context"
	"database/sql"
	"log/slog"
	"math"
	"testing"
	"time"

	wastore "go.mau.fi/whatsmeow/store"

	"usulan/intake"
	"usulan/intake/whatsapp"
	"usulan/intake/whatsapp/emulator"
	"usulan/store/storetest"
)

// last is the state that was reported last.
func (w *watched) last() intake.Status {
	w.Lock()
	defer w.Unlock()
	return w.states[len(w.states)-1]
}

// is tells, within until, whether that state was reported last.
func (w *watched) is(state intake.State, fault string) func() bool {
	return func() bool {
		return len(w.states) > 0 && w.states[len(w.states)-1].State == state && w.states[len(w.states)-1].Fault == fault
	}
}

// connected runs a linked channel until it says that it is connected.
func connected(t *testing.T, p *phone) (*whatsapp.Channel, *watched, <-chan error) {
	t.Helper()
	c := p.channel()
	p.link(c)
	l := lease(t, storetest.Open(t, t.TempDir()), c.Name())
	ended, _ := begin(t, c, l)
	l.Until(t, "connected", l.is(intake.Connected, ""))
	p.ready()
	return c, l, ended
}

// An officer sees that no number is linked, links one, and the channel goes to
// work by itself, though it would have slept for an hour.
func TestLinkingWakesTheChannel(t *testing.T) {
	t.Parallel()
	p := newPhone(t)
	c := p.channel()
	l := lease(t, storetest.Open(t, t.TempDir()), c.Name())
	s := intake.NewSupervisor(func(context.Context, string) (intake.Ledger, error) { return l, nil }, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx, c) }()
	t.Cleanup(func() { cancel(); <-done })

	l.Until(t, "parked without a link", l.is(intake.Parked, whatsapp.FaultUnlinked))
	p.link(c)
	l.Until(t, "connected", func() bool {
		now := l.states[len(l.states)-1]
		return now.State == intake.Connected && now.Account != nil
	})
	account := l.last().Account
	if account.Number != "+"+number || account.Device != "usulan" || time.Since(account.Since) > time.Minute || time.Since(account.Phone) > time.Minute {
		t.Errorf("account = %+v", account)
	}
	if err := c.Unpair(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.Until(t, "parked after unlinking", l.is(intake.Parked, whatsapp.FaultUnlinked))
	noAccount(t, l)
	if got := c.Pairing().Step; got != intake.Unlinked {
		t.Errorf("linking stands at %s after it was ended", got)
	}
	p.link(c)
	l.Until(t, "connected again", l.is(intake.Connected, ""))
}

// noAccount holds that the last thing said about the account is that there is
// none: a state without an account leaves what was said before.
func noAccount(t *testing.T, l *watched) {
	t.Helper()
	l.Lock()
	defer l.Unlock()
	for i := len(l.states) - 1; i >= 0; i-- {
		if a := l.states[i].Account; a != nil {
			if *a != (intake.Account{}) {
				t.Errorf("account = %+v, want none", a)
			}
			return
		}
	}
	t.Error("nothing was said about the account")
}

func TestWhatEndsAConnection(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		happens   func(*emulator.Server)
		fault     string
		permanent bool // a person must act first
		unlinked  bool // and link anew
	}{
		"Cut":      {(*emulator.Server).Cut, intake.FaultUnreachable, false, false},
		"Logout":   {(*emulator.Server).Logout, whatsapp.FaultLoggedOut, true, true},
		"Replaced": {(*emulator.Server).Replace, whatsapp.FaultReplaced, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPhone(t)
			c, l, ended := connected(t, p)
			tc.happens(p.server)
			err := end(t, ended)
			if intake.FaultOf(err) != tc.fault || intake.IsPermanent(err) != tc.permanent {
				t.Errorf("Run = %v, permanent %v; want fault %s, permanent %v", err, intake.IsPermanent(err), tc.fault, tc.permanent)
			}
			if !tc.unlinked {
				again, _ := begin(t, c, l)
				l.Until(t, "connected again", l.is(intake.Connected, ""))
				select {
				case err := <-again:
					t.Errorf("the next connection ended: %v", err)
				default:
				}
				return
			}
			noAccount(t, l)
			again, _ := begin(t, c, l)
			if err := end(t, again); intake.FaultOf(err) != tc.fault {
				t.Errorf("at the next try the fault is %s, want %s still: it says why", intake.FaultOf(err), tc.fault)
			}
			p.link(c)
			begin(t, c, l)
			l.Until(t, "connected after linking anew", l.is(intake.Connected, ""))
		})
	}
}

func TestBanned(t *testing.T) {
	t.Parallel()
	p := newPhone(t)
	c, l, ended := connected(t, p)
	p.server.Ban(2 * time.Hour)
	if err := end(t, ended); intake.IsPermanent(err) {
		t.Fatalf("the line was cut and Run = %v", err)
	}
	again, _ := begin(t, c, l)
	err := end(t, again)
	if intake.FaultOf(err) != whatsapp.FaultBanned || !intake.IsPermanent(err) {
		t.Errorf("Run = %v, want a permanent fault that says banned", err)
	}
	// The supervisor waits until then, and people read when that is.
	ledger := lease(t, storetest.Open(t, t.TempDir()), c.Name())
	s := intake.NewSupervisor(func(context.Context, string) (intake.Ledger, error) { return ledger, nil }, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx, c) }()
	t.Cleanup(func() { cancel(); <-done })
	ledger.Until(t, "parked", ledger.is(intake.Parked, whatsapp.FaultBanned))
	if next := time.Until(ledger.last().Next); next < 110*time.Minute || next > 125*time.Minute {
		t.Errorf("next try in %s, want it when the ban ends, in two hours", next)
	}
}

// The versions of clients are one variable of the library, so these do not run
// beside others.
func TestOutdated(t *testing.T) {
	before := wastore.GetWAVersion()
	t.Cleanup(func() { wastore.SetWAVersion(before) })
	p := newPhone(t)
	c, l, ended := connected(t, p)
	p.server.Outdate(math.MaxUint32)
	if err := end(t, ended); intake.IsPermanent(err) {
		t.Fatalf("the line was cut and Run = %v", err)
	}
	again, _ := begin(t, c, l)
	if err := end(t, again); intake.FaultOf(err) != whatsapp.FaultOutdated || !intake.IsPermanent(err) {
		t.Errorf("with no other version to try Run = %v, want a permanent fault that says outdated", err)
	}
	p.server.Publish(before[2] + 1000)
	p.server.Outdate(before[2] + 1)
	begin(t, c, l)
	l.Until(t, "connected with the version that WhatsApp names", l.is(intake.Connected, ""))
	if got := wastore.GetWAVersion()[2]; got != before[2]+1000 {
		t.Errorf("the client says %d, want %d", got, before[2]+1000)
	}
}

func TestConfiguredVersion(t *testing.T) {
	before := wastore.GetWAVersion()
	t.Cleanup(func() { wastore.SetWAVersion(before) })
	p := newPhone(t, func(a *whatsapp.Account) { a.ClientVersion = "2.3000.2000000000" })
	p.server.Outdate(2000000000)
	connected(t, p)
	if got := wastore.GetWAVersion().String(); got != "2.3000.2000000000" {
		t.Errorf("the client says %s, want what the configuration says", got)
	}
}

func TestPhoneAway(t *testing.T) {
	t.Parallel()
	p := newPhone(t)
	p.meet()
	db, err := sql.Open("sqlite", p.session)
	if err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-11 * 24 * time.Hour)
	if _, err := db.ExecContext(t.Context(), "UPDATE usulan_link SET since = $1, phone = $1", long.UnixMilli()); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	c := p.channel()
	l := lease(t, storetest.Open(t, t.TempDir()), c.Name())
	begin(t, c, l)
	l.Until(t, "a warning that the phone is away", l.is(intake.Connected, whatsapp.FaultPhoneAway))
	if a := l.last().Account; a == nil || a.Phone.UnixMilli() != long.UnixMilli() {
		t.Errorf("account = %+v, want it to say when the phone was heard: %s", a, long)
	}
	p.send(p.person(number, ""), "catatan untuk diri sendiri")
	l.Until(t, "all well after the phone was heard", l.is(intake.Connected, ""))
}
