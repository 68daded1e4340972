// Package review is the web interface in which staff read proposals and tag
// them. A screen is one .go file and one .html file of the same name.
package review

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"

	"usulan/intake"
	"usulan/review/place"
	"usulan/store"
)

// Config is what the screens need besides the database.
type Config struct {
	// Zone is the time zone that times are shown in; nil is UTC.
	Zone *time.Location

	// Address is where proposals are mailed to, for the page that is shown while
	// there are none. It may be empty.
	Address string

	// Parse reads a quarantined item again. Nil when nothing can be replayed.
	Parse store.Parser

	// Pairers are the channels that work once somebody has linked them to an account.
	Pairers []intake.Pairer

	// Places finds the districts that a text names; nil where none are known.
	Places *place.Finder

	// BaseURL is the root of the site as browsers know it, when that is known.
	BaseURL string

	// TrustedProxies are the networks whose word counts about who is behind
	// them and whether they speak TLS with them.
	TrustedProxies []netip.Prefix

	// TempDir is the folder where exports grow before they are sent, made when
	// it is not there; New removes what an earlier process left in it. Empty is
	// the system's.
	TempDir string
}

// Server answers the requests of browsers. It is an http.Handler; whoever
// serves it calls Close before shutting the listener down, so that open event
// streams end.
type Server struct {
	db   *store.DB
	cfg  Config
	log  *slog.Logger
	echo *echo.Echo
	gate *gate

	screens *engine
	files   *files

	crossOrigin *http.CrossOriginProtection
	proxies     proxies
	throttle    *throttle
	passwords   *passwords
	metrics     *metrics
	linkers     linkers
	adviser     adviser

	closing context.Context // ends the event streams and the learning
	close   context.CancelFunc
}

// New makes the interface over a database that is open and configured.
func New(db *store.DB, cfg Config, log *slog.Logger) *Server {
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	s := &Server{db: db, cfg: cfg, log: log, echo: echo.New()}
	s.closing, s.close = context.WithCancel(context.Background())
	s.emptyTemp()
	s.files = newFiles()
	s.screens = newEngine(cfg.Zone, s.now, s.files)
	s.proxies, s.crossOrigin = cfg.TrustedProxies, newCrossOrigin(cfg.BaseURL)
	s.throttle, s.passwords = newThrottle(s.now), newPasswords()
	s.metrics = newMetrics(db, cfg.Zone, log)
	s.gate = newGate(s.echo)
	s.echo.HTTPErrorHandler = s.fail
	// From the outside in. What comes before identified knows nobody, what comes
	// after authorised is the handler.
	s.echo.Use(s.counted, s.recovered, s.secured, s.identified, s.gate.authorised)
	s.routes()
	s.adviser.done = make(chan struct{})
	go s.learnOn(s.closing)
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.proxies.settle(r) {
		r = r.WithContext(context.WithValue(r.Context(), proxiedKey{}, true))
	}
	s.echo.ServeHTTP(w, r)
}

// Close ends the event streams that are open, and what is done beside requests.
func (s *Server) Close() {
	s.close()
	<-s.adviser.done
}

// routes is every address there is, screen by screen, with the least role that may use it.
func (s *Server) routes() {
	e := s.gate

	// Files that are the same for everybody, and the choices of one browser.
	e.GET("/static/:version/:name", s.file, anyone)
	e.POST("/preferences", s.savePreferences, anyone)

	// Signing in and out, and the links by which a password is chosen.
	e.GET("/sign-in", s.signinForm, anyone)
	e.POST("/sign-in", s.signinPost, anyone)
	e.POST("/sign-out", s.signout, anyone)
	e.GET("/set-up/:secret", s.setupForm, anyone)
	e.POST("/set-up/:secret", s.setupPost, anyone)

	// Pilah: read one proposal, decide, go on to the next.
	e.GET("/", s.home, viewer)
	e.GET("/triage", s.triage, viewer)
	e.GET("/triage/rows", s.rows, viewer)
	e.GET("/proposals/:ref", s.proposal, viewer)
	e.GET("/proposals/:ref/after", s.after, viewer)
	e.POST("/proposals/:ref/decision", s.decide, officer)
	e.POST("/proposals/:ref/move", s.move, officer)
	e.POST("/undo", s.undo, officer)
	e.POST("/mergers/:id/undo", s.unmerge, lead)
	e.GET("/trail", s.decisions, viewer)
	e.GET("/keys", s.keys, viewer)
	e.GET("/events", s.events, viewer)

	// What participants sent, apart from our pages.
	e.GET("/attachments/:id", s.attachment, viewer)
	e.POST("/attachments/:id/fetch", s.refetch, officer)
	e.GET("/submissions/:id/html", s.originalHTML, viewer)
	e.GET("/submissions/:id/source", s.source, officer)

	// Daftar: every proposal, filtered and searched.
	e.GET("/proposals", s.list, viewer)

	// Rekap: sums that close.
	e.GET("/summary", s.summary, viewer)

	// Saluran: how the ways in do, and what became of every item.
	e.GET("/channels", s.channels, viewer)
	e.POST("/channels/retry", s.retry, officer)
	e.POST("/channels/older", s.older, lead)
	e.GET("/channels/media", s.waitingFiles, viewer)
	e.GET("/channels/link", s.link, officer)
	e.GET("/channels/link/state", s.linkState, officer)
	e.POST("/channels/link", s.linkBegin, officer)
	e.GET("/channels/unlink", s.unlinkForm, lead)
	e.POST("/channels/unlink", s.unlink, lead)
	e.GET("/ledger", s.ledger, viewer)
	e.GET("/ledger/:id", s.ledgerRow, viewer)
	e.GET("/submissions/:id/row", s.rowOf, viewer)
	e.POST("/ledger/:id/insist", s.insist, officer)
	e.POST("/ledger/:id/replay", s.replay, officer)
	e.POST("/ledger/:id/kind", s.reclassify, officer)
	e.POST("/ledger/replay", s.replayAll, officer)

	// What is filtered, as a file.
	e.GET("/export.xlsx", s.exportXLSX, viewer)
	e.GET("/export.csv", s.exportCSV, viewer)

	// For programs, with a token; described by openapi.json.
	e.GET("/api/v1/openapi.json", s.apiDescription, anyone)
	e.GET("/api/v1/proposals", s.apiProposals, viewer)
	e.GET("/api/v1/proposals/:ref", s.apiProposal, viewer)
	e.PUT("/api/v1/proposals/:ref/priority", s.apiTag, officer)
	e.DELETE("/api/v1/proposals/:ref/priority", s.apiUntag, officer)
	e.POST("/api/v1/proposals/:ref/move", s.apiMove, officer)
	e.GET("/api/v1/attachments/:id", s.apiAttachment, viewer)
	e.GET("/api/v1/export.xlsx", s.exportXLSX, viewer)
	e.GET("/api/v1/export.csv", s.exportCSV, viewer)
	e.GET("/api/v1/ledger", s.apiLedger, viewer)
	e.GET("/api/v1/health", s.ready, anyone)

	// For who watches over the service.
	e.GET("/healthz", s.alive, anyone)
	e.HEAD("/healthz", s.alive, anyone)
	e.GET("/readyz", s.ready, anyone)
	e.HEAD("/readyz", s.ready, anyone)
	e.GET("/metrics", s.sendMetrics, anyone) // it asks for loopback or a token itself
}
