package whatsapp_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"usulan/intake"
	"usulan/intake/intaketest"
	"usulan/intake/whatsapp"
	"usulan/intake/whatsapp/emulator"
	"usulan/store"
	"usulan/store/storetest"
)

// number is the forum's.
const number = "6281210002000"

// patience is when a test gives up on what never comes.
const patience = 5 * time.Minute

// opening is when the forum of the tests opens.
var opening = time.Date(2020, 3, 1, 0, 0, 0, 0, time.UTC)

// newServer starts a WhatsApp on loopback.
func newServer(t testing.TB) *emulator.Server {
	t.Helper()
	s, err := emulator.New(number)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// phone is a channel of an account, its server and its session file.
type phone struct {
	testing.TB
	server  *emulator.Server
	account whatsapp.Account
	session string
	since   time.Time
}

func newPhone(t testing.TB, change ...func(*whatsapp.Account)) *phone {
	t.Helper()
	a := whatsapp.Account{Name: "forum"}
	for _, c := range change {
		c(&a)
	}
	a = a.WithDefaults()
	if faults := a.Check(); len(faults) > 0 {
		t.Fatalf("account: %v", faults)
	}
	return &phone{TB: t, server: newServer(t), account: a, session: filepath.Join(t.TempDir(), "session.db")}
}

// channel makes the channel anew, as a restart does.
func (p *phone) channel() *whatsapp.Channel {
	c := whatsapp.New(p.account, whatsapp.Options{
		Session: p.session, Files: filepath.Dir(p.session), Since: p.since, Log: slog.New(slog.NewTextHandler(testLog{p}, &slog.HandlerOptions{Level: slog.LevelInfo})),
		Attach: p.server.Attach, HTTP: p.server.HTTPClient(),
	})
	p.Cleanup(func() {
		if err := c.Close(); err != nil {
			p.Error(err)
		}
	})
	return c
}

// link links a channel by a code that is scanned.
func (p *phone) link(c *whatsapp.Channel) {
	p.Helper()
	shown, err := c.Pair(context.Background(), "")
	if err != nil {
		p.Fatal(err)
	}
	if err := p.server.ScanQR(shown.QR); err != nil {
		p.Fatal(err)
	}
	if got := p.settled(c); got.Step != intake.Linked {
		p.Fatalf("linking ended with %+v", got)
	}
}

// meet links a channel and connects it once: people can write to the account only
// when it has published its keys.
func (p *phone) meet() {
	p.Helper()
	c := p.channel()
	p.link(c)
	l := lease(p, storetest.Open(p, p.TempDir()), c.Name())
	if err := c.Greet(context.Background(), l); err != nil {
		p.Fatal(err)
	}
	if err := c.Close(); err != nil {
		p.Fatal(err)
	}
}

// ready waits until the channel is logged in.
func (p *phone) ready() {
	p.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := p.server.Ready(ctx); err != nil {
		p.Fatal(err)
	}
}

// settled waits until linking goes on no more.
func (p *phone) settled(c *whatsapp.Channel) intake.Pairing {
	p.Helper()
	deadline := time.After(patience)
	for {
		got := c.Pairing()
		if got.Step != intake.Waiting && got.Step != intake.Scanned {
			return got
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			p.Fatalf("linking goes on: %+v", got)
		}
	}
}

// forge makes the server somebody else.
func (p *phone) forge(f emulator.Forgery) {
	p.Helper()
	if err := p.server.Forge(f); err != nil {
		p.Fatal(err)
	}
}

// person is somebody with a phone.
func (p *phone) person(digits, name string) *emulator.Person {
	p.Helper()
	who, err := p.server.Person(digits, name)
	if err != nil {
		p.Fatal(err)
	}
	return who
}

// send writes a text and returns its id.
func (p *phone) send(who *emulator.Person, text string) string {
	p.Helper()
	id, err := who.Send(emulator.Text(text))
	if err != nil {
		p.Fatal(err)
	}
	return id
}

// proposals has n people write a proposal each, nobody twice.
func (p *phone) proposals(from, n int) {
	p.Helper()
	for i := from; i < from+n; i++ {
		who := p.person(fmt.Sprintf("62812%08d", i), fmt.Sprintf("Warga %d", i))
		p.send(who, fmt.Sprintf("Mohon jalan nomor %d di Pamulang diperbaiki.", i))
	}
}

// acknowledged waits until the far side has a receipt for every message.
func (p *phone) acknowledged() {
	p.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := p.server.Settled(ctx); err != nil {
		p.Fatalf("%d messages have no receipt: %v", p.server.Unacknowledged(), err)
	}
}

// testLog writes to the log of a test.
type testLog struct{ testing.TB }

func (l testLog) Write(p []byte) (int, error) {
	l.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// watched is a ledger that a test can wait on and interfere with.
type watched struct {
	intake.Ledger
	intaketest.Watch
	states []intake.Status
	items  []intake.Item             // recorded
	before func([]intake.Item) error // called ahead of every Record; an error comes in its place
}

// lease takes a source until the end of the test.
func lease(t testing.TB, db *store.DB, source string) *watched {
	t.Helper()
	l, err := db.Acquire(context.Background(), source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Release(context.Background()) })
	return &watched{Ledger: l}
}

func (w *watched) Record(ctx context.Context, p intake.Place, items []intake.Item) (int, error) {
	w.Lock()
	before := w.before
	w.Unlock()
	if before != nil {
		if err := before(items); err != nil {
			return 0, err
		}
	}
	n, err := w.Ledger.Record(ctx, p, items)
	w.Note(func() { w.items = append(w.items, items[:n]...) })
	return n, err
}

func (w *watched) Report(ctx context.Context, s intake.Status) error {
	err := w.Ledger.Report(ctx, s)
	w.Note(func() { w.states = append(w.states, s) })
	return err
}

// begin runs a channel until the end of the test, or until stop.
func begin(t testing.TB, c *whatsapp.Channel, l *watched) (ended <-chan error, stop func()) {
	l.Note(func() { l.states = nil })
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	var once sync.WaitGroup
	once.Go(func() { done <- c.Run(ctx, l) })
	stop = func() { cancel(); once.Wait() }
	t.Cleanup(stop)
	return done, stop
}

// connected links a channel and runs it over a database of its own, until it is
// ready for messages.
func (p *phone) connected() (c *whatsapp.Channel, db *store.DB, l *watched, ended <-chan error) {
	p.Helper()
	c = p.channel()
	p.link(c)
	db = storetest.Open(p, p.TempDir())
	l = lease(p, db, c.Name())
	ended, _ = begin(p, c, l)
	p.ready()
	return c, db, l, ended
}

// end waits for a channel to end by itself.
func end(t testing.TB, ended <-chan error) error {
	t.Helper()
	select {
	case err := <-ended:
		return err
	case <-time.After(patience):
		t.Fatal("Run goes on")
		return nil
	}
}

// deadLine reaches nobody.
func deadLine() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	}}}
}
