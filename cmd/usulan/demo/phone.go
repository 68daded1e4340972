package demo

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"usulan/intake"
)

// Phone is the page on which a newcomer is a participant: they write to the
// demo's account as one of the cast, or as themselves, and see what the phone
// would show. It is served on loopback, to this computer's own pages alone.
type Phone struct {
	URL string

	chats  *WhatsApp
	o      PhoneOptions
	server *http.Server
	log    *slog.Logger

	ctx     context.Context // ends the streams
	stop    context.CancelFunc
	serving sync.WaitGroup
}

// PhoneOptions are what the page shows besides conversations.
type PhoneOptions struct {
	Account string // the number that is written to, as people write it
	Forum   string // what the account calls itself
	Office  string // where the screens for staff are
	Zone    *time.Location

	// Shown is how linking stands on the screens for staff, where the owner of the
	// number sees what to scan.
	Shown func() intake.Pairing

	// Fates tells which proposal each of some messages became part of, by
	// reference. A phone does not know that: the page says so beside the talk.
	Fates func(ctx context.Context, ids []string) (map[string]string, error)
}

//go:embed phone.html phone.css phone.js
var phoneFiles embed.FS

var phonePage = template.Must(template.ParseFS(phoneFiles, "phone.html"))

// maxUpload is how large a request of the page may be. WhatsApp's own limits
// differ by kind; the demo keeps its files in memory.
const maxUpload = 32 << 20

// ServePhone serves the page on a free port of loopback.
func ServePhone(chats *WhatsApp, o PhoneOptions, log *slog.Logger) (*Phone, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serve the phone page: %w", err)
	}
	p := &Phone{URL: "http://" + listener.Addr().String(), chats: chats, o: o, log: log}
	p.ctx, p.stop = context.WithCancel(context.Background())
	p.server = &http.Server{
		Handler:           p.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	p.serving.Go(func() {
		if err := p.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("phone page ended", "error", err)
		}
	})
	return p, nil
}

// Close ends every request.
func (p *Phone) Close() error {
	p.stop()
	err := p.server.Close()
	p.serving.Wait()
	return err
}

func (p *Phone) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.page)
	mux.HandleFunc("GET /thread", p.fragment)
	mux.HandleFunc("GET /events", p.events)
	mux.HandleFunc("GET /files/{id}", p.file)
	mux.Handle("GET /phone.css", http.FileServerFS(phoneFiles))
	mux.Handle("GET /phone.js", http.FileServerFS(phoneFiles))
	mux.HandleFunc("POST /send", p.send)
	mux.HandleFunc("POST /letter", p.letter)
	mux.HandleFunc("POST /voice", p.voice)
	mux.HandleFunc("POST /location", p.location)
	mux.HandleFunc("POST /delete", p.delete)
	mux.HandleFunc("POST /scan", p.scan)
	mux.HandleFunc("POST /code", p.code)
	return secured(http.NewCrossOriginProtection().Handler(mux))
}

// secured lets in only who named this computer: a foreign page that points a
// name of its own at loopback (DNS rebinding) is refused, as is a form of a
// foreign page.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if ip := net.ParseIP(strings.Trim(host, "[]")); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "this page is for this computer only", http.StatusMisdirectedRequest)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// page shows the phone of who is chosen.
func (p *Phone) page(w http.ResponseWriter, r *http.Request) { p.render(w, r, "page") }

// fragment is the talk alone, for the script.
func (p *Phone) fragment(w http.ResponseWriter, r *http.Request) { p.render(w, r, "thread") }

func (p *Phone) render(w http.ResponseWriter, r *http.Request, name string) {
	v := p.view(r.Context(), r.URL.Query())
	var b bytes.Buffer
	if err := phonePage.ExecuteTemplate(&b, name, v); err != nil {
		p.log.Error("phone page not drawn", "error", err)
		http.Error(w, "Halaman tidak dapat digambar.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = b.WriteTo(w)
}

// events tells the page, each time there is more, to fetch the talk anew.
func (p *Phone) events(w http.ResponseWriter, r *http.Request) {
	number := r.URL.Query().Get("as")
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w)
	for {
		_, changed := p.chats.thread(number)
		if _, err := fmt.Fprint(w, "data: 1\n\n"); err != nil || flush.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		case <-p.ctx.Done():
			return
		}
	}
}

// file serves what a message carried. Only pictures and sound are shown, the
// rest is for saving.
func (p *Phone) file(w http.ResponseWriter, r *http.Request) {
	p.chats.mu.Lock()
	s := p.chats.find(r.PathValue("id"))
	p.chats.mu.Unlock()
	if s == nil || !s.Kind.carries() {
		http.NotFound(w, r)
		return
	}
	f, err := os.Open(p.chats.journal.path(s.ID))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer f.Close()
	w.Header().Set("Content-Type", s.Type)
	if s.Kind == document {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Disposition", "attachment")
	}
	http.ServeContent(w, r, "", s.At, f)
}
