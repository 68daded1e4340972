package emulator_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"

	"usulan/intake/whatsapp/emulator"
)

// patience is how long something may take that should happen at once.
const patience = time.Minute

// client is an unmodified client with what it told its event handler.
type client struct {
	*whatsmeow.Client
	t      *testing.T
	mu     sync.Mutex
	events []any
	news   chan struct{}
	accept func(any) bool // what the handler answers; nil is true
	close  func()
}

func newServer(t *testing.T) *emulator.Server {
	t.Helper()
	s, err := emulator.New("6281210002000")
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

// newClient opens a client of a server, whose session lives in a file.
func newClient(t *testing.T, s *emulator.Server, file string) *client {
	t.Helper()
	c := openClient(t, file)
	s.Attach(c.Client)
	return c
}

func openClient(t *testing.T, file string) *client {
	t.Helper()
	log := waLog.Noop
	if os.Getenv("USULAN_LOG") != "" {
		log = waLog.Stdout("client", "DEBUG", false)
	}
	container, err := sqlstore.New(t.Context(), "sqlite", "file:"+file+"?_pragma=foreign_keys(1)&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_txlock=immediate", log)
	if err != nil {
		t.Fatal(err)
	}
	device, err := container.GetFirstDevice(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := &client{Client: whatsmeow.NewClient(device, log), t: t, news: make(chan struct{}, 1)}
	c.SynchronousAck, c.EnableDecryptedEventBuffer, c.UseRetryMessageStore = true, true, true
	c.InitialAutoReconnect = true
	c.AddEventHandlerWithSuccessStatus(c.handle)
	c.close = sync.OnceFunc(func() {
		c.Disconnect()
		_ = container.Close()
	})
	t.Cleanup(c.close)
	return c
}

func (c *client) handle(e any) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.accept != nil && !c.accept(e) {
		return false
	}
	c.events = append(c.events, e)
	select {
	case c.news <- struct{}{}:
	default:
	}
	return true
}

// await waits for an event that pick accepts.
func await[E any](c *client, pick func(E) bool) E {
	c.t.Helper()
	seen, limit := 0, time.After(patience)
	for {
		c.mu.Lock()
		seen = min(seen, len(c.events))
		fresh := c.events[seen:]
		seen = len(c.events)
		c.mu.Unlock()
		for _, e := range fresh {
			if got, ok := e.(E); ok && pick(got) {
				return got
			}
		}
		select {
		case <-c.news:
		case <-limit:
			c.t.Fatalf("no %T came", *new(E))
		}
	}
}

// all lists the events of a kind so far.
func all[E any](c *client) (found []E) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.events {
		if got, ok := e.(E); ok {
			found = append(found, got)
		}
	}
	return found
}

func count[E any](c *client) int { return len(all[E](c)) }

// forget drops the events so far.
func (c *client) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events = nil
}

func any1[E any](E) bool { return true }

// link pairs a client by QR code and waits until it is logged in.
func link(t *testing.T, s *emulator.Server) *client {
	t.Helper()
	c := newClient(t, s, filepath.Join(t.TempDir(), "session.db"))
	linkClient(t, s, c)
	return c
}

func linkClient(t *testing.T, s *emulator.Server, c *client) {
	t.Helper()
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	qr := await(c, any1[*events.QR])
	if err := s.ScanQR(qr.Codes[0]); err != nil {
		t.Fatal(err)
	}
	ready(t, s)
}

// payloadOf says what a client tells of itself, in place of its own words.
func payloadOf(p *waWa6.ClientPayload) func() *waWa6.ClientPayload {
	return func() *waWa6.ClientPayload { return p }
}

func ready(t *testing.T, s *emulator.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		t.Fatal(err)
	}
}

func settled(t *testing.T, s *emulator.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.Settled(ctx); err != nil {
		t.Fatal(err)
	}
}

func person(t *testing.T, s *emulator.Server, number, name string) *emulator.Person {
	t.Helper()
	p, err := s.Person(number, name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func forge(t *testing.T, s *emulator.Server, f emulator.Forgery) {
	t.Helper()
	if err := s.Forge(f); err != nil {
		t.Fatal(err)
	}
}

func send(t *testing.T, id string, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// texts lists what the client read, in order.
func (c *client) texts() []string {
	var out []string
	for _, m := range all[*events.Message](c) {
		if s := m.Message.GetConversation(); s != "" {
			out = append(out, s)
		}
	}
	return out
}
