// Package review is the web interface in which staff read proposals and tag
// them. A screen is one .go file and one .html file of the same name.
package review

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"usulan/intake"
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
	Parse func(*intake.Raw, time.Time) *intake.Submission
}

// Server answers the requests of browsers. It is an http.Handler; whoever
// serves it calls Close before shutting the listener down, so that open event
// streams end.
type Server struct {
	db   *store.DB
	cfg  Config
	log  *slog.Logger
	echo *echo.Echo

	screens *engine
	files   *files

	closing context.Context // ends the event streams
	close   context.CancelFunc
}

// New makes the interface over a database that is open and configured.
func New(db *store.DB, cfg Config, log *slog.Logger) *Server {
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	s := &Server{db: db, cfg: cfg, log: log, echo: echo.New()}
	s.closing, s.close = context.WithCancel(context.Background())
	s.files = newFiles()
	s.screens = newEngine(cfg.Zone, s.now, s.files)
	s.echo.HTTPErrorHandler = s.fail
	s.routes()
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.echo.ServeHTTP(w, r) }

// Close ends the event streams that are open.
func (s *Server) Close() { s.close() }

// routes is every address there is, screen by screen, with the least role that may use it.
func (s *Server) routes() {
	e := s.echo
	e.Use(s.recovered)

	viewer, officer := s.need(store.Viewer), s.need(store.Officer)

	// Files that are the same for everybody, and the choices of one browser.
	e.GET("/static/:version/:name", s.file)
	e.POST("/preferences", s.savePreferences)

	// Pilah: read one proposal, decide, go on to the next.
	e.GET("/", s.home, viewer)
	e.GET("/triage", s.triage, viewer)
	e.GET("/triage/rows", s.rows, viewer)
	e.GET("/proposals/:ref", s.proposal, viewer)
	e.GET("/proposals/:ref/after", s.after, viewer)
	e.POST("/proposals/:ref/decision", s.decide, officer)
	e.POST("/undo", s.undo, officer)
}
