package emulator

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/coder/websocket"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
	waLog "go.mau.fi/whatsmeow/util/log"
	_ "modernc.org/sqlite" // keeps the Signal sessions of simulated people, in memory
)

// Server is a WhatsApp of its own, with one account that a client can be linked
// to. Its methods may be called from several goroutines.
type Server struct {
	http    *httptest.Server
	client  *http.Client  // finds only this server
	signer  *keys.KeyPair // signs the certificates
	db      *sql.DB
	devices *sqlstore.Container

	ctx     context.Context // ends with Close
	stop    context.CancelFunc
	running sync.WaitGroup

	phone  *Person // who owns the account
	status *Group  // whoever posts something for everybody is a member

	mu        sync.Mutex
	vouched   vouched
	people    map[string]*Person // by user part of number and of LID
	groups    map[types.JID]*Group
	linked    *linkedDevice
	links     uint16 // how often a client was linked
	pairing   *pairing
	live      *connection // the connection that is logged in or pairing
	outbox    outbox
	archive   map[string]*stanza // every message there was, by id
	sent      []Sent
	receipts  []Receipt
	news      chan struct{}     // closed and made anew when sent grows or the outbox shrinks
	media     map[string][]byte // files by name
	album     map[string][]byte // the files that the owner's phone has kept
	faults    faults
	published uint32 // the version of the client that is named as the newest
	nextID    int
}

// New starts a server whose account has a number such as "6281210002000".
func New(number string) (*Server, error) {
	signer, err := root()
	if err != nil {
		return nil, err
	}
	id, err := newIdentity(signer, Genuine)
	if err != nil {
		return nil, fmt.Errorf("make certificates: %w", err)
	}
	db, err := sql.Open("sqlite", ":memory:?_pragma=foreign_keys(1)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // each connection would have a memory of its own
	s := &Server{
		signer: signer, vouched: id, db: db, devices: sqlstore.NewWithDB(db, "sqlite", waLog.Noop),
		people: map[string]*Person{}, groups: map[types.JID]*Group{}, archive: map[string]*stanza{},
		media: map[string][]byte{}, album: map[string][]byte{}, outbox: outbox{tickets: map[ticket][]*stanza{}},
		news: make(chan struct{}), published: currentVersion(),
	}
	s.status = s.newGroup(types.StatusBroadcastJID, "")
	s.ctx, s.stop = context.WithCancel(context.Background())
	if err := s.devices.Upgrade(s.ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare Signal sessions: %w", err), db.Close())
	}
	if s.phone, err = s.Person(number, ""); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := s.listen(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

// listen begins to serve. The listener is made here because httptest's own can be
// sent elsewhere by a flag of the process.
func (s *Server) listen() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.page)
	mux.HandleFunc("GET /ws/chat", s.chat)
	mux.HandleFunc("GET /v/{name}", s.download)
	mux.HandleFunc("POST /mms/{kind}/{name}", s.upload)
	mux.HandleFunc("DELETE /mms/{kind}/{name}", s.remove)
	s.http = &httptest.Server{Listener: l, Config: &http.Server{
		Handler: mux, ReadHeaderTimeout: time.Minute, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	}}
	s.http.StartTLS()
	if s.client, err = s.Door().HTTPClient(); err != nil {
		s.http.Close()
	}
	return err
}

// Close cuts every connection and stops.
func (s *Server) Close() error {
	s.stop()
	s.Cut()
	s.client.CloseIdleConnections()
	s.http.Close()
	s.running.Wait()
	return s.db.Close()
}

// Attach gives a client this server in place of WhatsApp's. Whatever host the
// client asks for, it reaches this one.
func (s *Server) Attach(c *whatsmeow.Client) { attach(c, s.client) }

// HTTPClient returns a client for which every host is this server.
func (s *Server) HTTPClient() *http.Client { return s.client }

// Number returns the account's number in international form, without plus.
func (s *Server) Number() string { return s.phone.number.User }

// chat serves one connection of a client.
func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true}) // any Origin: it is the client's
	if err != nil {
		return
	}
	defer func() { _ = ws.CloseNow() }()
	ws.SetReadLimit(1 << 24)
	s.running.Add(1)
	defer s.running.Done()
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	s.mu.Lock()
	id := s.vouched
	s.mu.Unlock()
	l, key, payload, err := id.accept(ctx, ws)
	if err != nil {
		return // a client that does not trust us goes away by itself
	}
	c := &connection{server: s, line: l, ctx: ctx, cut: cancel, key: [32]byte(key), payload: payload, more: make(chan struct{}, 1)}
	c.serve()
}

// id makes an identifier that this server never gave before.
func (s *Server) id(prefix string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nextID++
	return fmt.Sprintf("%s%08X", prefix, s.nextID)
}

// announce wakes whoever waits for something to happen. The caller holds mu.
func (s *Server) announce() {
	close(s.news)
	s.news = make(chan struct{})
}

// wait blocks until done, which is called with mu held, says so.
func (s *Server) wait(ctx context.Context, done func() bool) error {
	for {
		s.mu.Lock()
		ok, news := done(), s.news
		s.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
