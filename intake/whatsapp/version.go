package whatsapp

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store"
)

// WhatsApp refuses clients whose version is some months old, which is the
// commonest reason why programs like this one stop working. So the version is
// asked for where WhatsApp Web has it, at start and when a client was refused. It
// is a number in the greeting and nothing else: the program stays what it is.

// askTime bounds asking for the version; askAgain is how often that is done.
const (
	askTime  = 20 * time.Second
	askAgain = 24 * time.Hour
)

// builtIn is the version that the library came with.
var builtIn = store.GetWAVersion()

// version is which version the client gives.
type version struct {
	wanted string // by the configuration
	http   *http.Client
	log    *slog.Logger

	mu    sync.Mutex
	told  store.WAVersionContainer // the newest that WhatsApp named
	asked time.Time
	use   store.WAVersionContainer
}

// prepare decides which version to give, asking for it when that was long ago.
// Not knowing is no fault: the client has a version of its own.
func (v *version) prepare(ctx context.Context) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.wanted != "" {
		v.use, _ = readVersion(v.wanted) // it was checked
		return
	}
	if time.Since(v.asked) < askAgain {
		return
	}
	if err := v.ask(ctx); err != nil {
		v.log.Warn("client version not known, using the built-in one", "version", builtIn.String(), "error", discreet(err))
		return
	}
	if builtIn.LessThan(v.told) {
		v.use = v.told
	}
}

// renew is called when the version was refused. It tells whether there is
// another one to try.
func (v *version) renew(ctx context.Context) (bool, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	refused := v.use
	if refused.IsZero() {
		refused = builtIn
	}
	if err := v.ask(ctx); err != nil {
		return false, fmt.Errorf("ask for the client version: %w", err)
	}
	if v.told == refused {
		return false, nil
	}
	v.log.Warn("client version refused, trying the one that WhatsApp names", "refused", refused.String(), "version", v.told.String())
	v.use, v.wanted = v.told, ""
	return true, nil
}

// ask fetches the version that WhatsApp Web has now. The caller holds mu.
func (v *version) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	v.asked = time.Now()
	told, err := whatsmeow.GetLatestVersion(ctx, v.http)
	if err != nil {
		return err
	}
	v.told = *told
	return nil
}

// apply puts the version in force. The library keeps it for all clients of the
// process, so that whoever connects next gives it too, which is right: there is
// one WhatsApp. The caller holds library.
func (v *version) apply() {
	v.mu.Lock()
	defer v.mu.Unlock()
	store.SetWAVersion(v.use) // which leaves it as it is when there is none
}

// readVersion reads a client version such as "2.3000.1047769893".
func readVersion(s string) (store.WAVersionContainer, error) { return store.ParseVersion(s) }
