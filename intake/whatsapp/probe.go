package whatsapp

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
)

// Step is one thing that was tried of an account.
type Step struct {
	Name   string // session, version
	OK     bool
	Fault  bool   // when it is not OK: nothing works until it is mended
	Detail string // what was found, or what went wrong
	Advice string // what to do about it, in a sentence; empty when all is well
}

// Check looks at an account's session file and asks WhatsApp which client
// version it wants. It changes nothing and does not sign in: a second client
// with the same keys would throw out the one that works. A nil client is the
// usual one.
func Check(ctx context.Context, a Account, session string, client *http.Client) iter.Seq[Step] {
	return func(yield func(Step) bool) {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		_ = yield(checkSession(ctx, a, session)) && yield(checkVersion(ctx, a, client))
	}
}

// checkSession reads the session file beside a service that may be using it.
func checkSession(ctx context.Context, a Account, file string) Step {
	s := Step{Name: "session"}
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.Detail, s.Advice = "no number is linked yet", linkIt(a)
		return s
	case err != nil:
		s.Fault, s.Detail, s.Advice = true, err.Error(), "Run this as the user that the service runs as."
		return s
	case info.Mode().Perm()&0o077 != 0:
		s.Fault, s.Detail = true, fmt.Sprintf("others can read %s (mode %04o): who has it can read and write as the number", file, info.Mode().Perm())
		s.Advice = "Run: chmod 600 " + file
		return s
	}
	device, err := linkedDevice(ctx, file)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		s.Detail, s.Advice = "no number is linked", linkIt(a)
	case err != nil:
		s.Fault, s.Detail = true, fmt.Sprintf("%s cannot be read: %v", file, err)
		s.Advice = "Run this as the service's user. A damaged file is moved away, and the number linked anew: nothing that was received is in it."
	case !a.is(device.User):
		s.Detail = fmt.Sprintf("linked to %s, the configuration names %s", shownNumber("+"+device.User), a.Number)
		s.Advice = "Mend the number in the configuration, or end the link and link the other phone."
	default:
		s.OK, s.Detail = true, fmt.Sprintf("linked to %s, device %d", shownNumber("+"+device.User), device.Device)
	}
	return s
}

func linkIt(a Account) string {
	return "Link it on the channels screen, or with: usulan pair whatsapp " + a.Name
}

// linkedDevice reads which device a session file holds the keys of.
func linkedDevice(ctx context.Context, file string) (types.JID, error) {
	absolute, err := filepath.Abs(file)
	if err != nil {
		return types.EmptyJID, err
	}
	place := url.URL{Path: filepath.ToSlash(absolute)}
	db, err := sql.Open("sqlite", "file:"+place.EscapedPath()+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		return types.EmptyJID, err
	}
	var jid string
	err = db.QueryRowContext(ctx, "SELECT jid FROM whatsmeow_device ORDER BY rowid DESC LIMIT 1").Scan(&jid)
	if err = errors.Join(err, db.Close()); err != nil {
		return types.EmptyJID, err
	}
	return types.ParseJID(jid)
}

// checkVersion compares the version that we give with the one that WhatsApp
// names.
func checkVersion(ctx context.Context, a Account, client *http.Client) Step {
	s := Step{Name: "version"}
	ours, from := store.GetWAVersion(), "built in"
	if a.ClientVersion != "" {
		ours, _ = readVersion(a.ClientVersion) // it was checked
		from = "by client_version"
	}
	told, err := whatsmeow.GetLatestVersion(ctx, client)
	switch {
	case err != nil:
		s.Fault, s.Detail = true, "web.whatsapp.com does not answer: "+err.Error()
		s.Advice = "Let this machine reach web.whatsapp.com and *.whatsapp.net on port 443."
	case a.ClientVersion != "" && ours.LessThan(*told):
		s.Detail = fmt.Sprintf("%s %s, WhatsApp has %s", ours, from, told)
		s.Advice = "Take client_version out of the configuration, unless WhatsApp refuses the newer one."
	default:
		s.OK, s.Detail = true, fmt.Sprintf("WhatsApp answers and has %s; %s is %s", told, from, ours)
	}
	return s
}
