package emulator

import (
	"fmt"
	"net/http"

	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/store"
)

// Versions of the client are told apart by the last of their three numbers, such
// as 1047769893 of 2.3000.1047769893.

// currentVersion is what the clients of this process say of themselves unless
// they are told otherwise.
func currentVersion() uint32 { return store.GetWAVersion()[2] }

func versionOf(p *waWa6.ClientPayload) uint32 { return p.GetUserAgent().GetAppVersion().GetTertiary() }

// Outdate refuses clients with a version below the given one as too old (405),
// from now on. With 0 all are let in again.
func (s *Server) Outdate(below uint32) {
	s.mu.Lock()
	s.faults.outdated = below
	live := s.live
	cut := live != nil && versionOf(live.payload) < below
	s.mu.Unlock()
	if cut {
		live.cut()
	}
}

// Publish sets the version that the page of WhatsApp Web names as the newest. It
// begins with the version of the clients of this process; with 0 the page names
// none.
func (s *Server) Publish(version uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.published = version
}

// page is the page of WhatsApp Web, as far as anybody reads it.
func (s *Server) page(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	version := s.published
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	revision := ""
	if version != 0 {
		revision = fmt.Sprintf(`{"client_revision":%d,"loopback":true}`, version)
	}
	_, _ = fmt.Fprintf(w, "<!doctype html><title>WhatsApp Web</title><p>simulation</p><script type=\"application/json\">%s</script>\n", revision)
}
