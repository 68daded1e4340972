package whatsapp

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/types/events"

	"usulan/intake"
)

// Every way the far side ends a connection has a code that leads to a sentence,
// and a verdict: try again, or call a person.
func TestVerdict(t *testing.T) {
	now := time.Date(2020, 3, 20, 8, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name      string
		evt       any
		fault     string
		permanent bool
	}{
		{"Disconnected", &events.Disconnected{}, intake.FaultUnreachable, false},
		{"Deaf", &events.KeepAliveTimeout{ErrorCount: 3}, intake.FaultUnreachable, false},
		{"StreamError", &events.StreamError{Code: "479"}, intake.FaultProtocol, false},
		{"ServerTrouble", &events.ConnectFailure{Reason: events.ConnectFailureExperimental}, intake.FaultProtocol, false},
		{"Refused", &events.ConnectFailure{Reason: events.ConnectFailureBadUserAgent}, intake.FaultProtocol, true},
		{"Replaced", &events.StreamReplaced{}, FaultReplaced, true},
		{"Outdated", &events.ClientOutdated{}, FaultOutdated, true},
		{"LoggedOut", &events.LoggedOut{Reason: events.ConnectFailureLoggedOut}, FaultLoggedOut, true},
		{"PhoneGone", &events.LoggedOut{OnConnect: true, Reason: events.ConnectFailureMainDeviceGone}, FaultLoggedOut, true},
		{"BannedForGood", &events.LoggedOut{OnConnect: true, Reason: events.ConnectFailureUnknownLogout}, FaultBanned, true},
		{"Banned", &events.TemporaryBan{Code: events.TempBanBlockedByUsers, Expire: time.Hour}, FaultBanned, true},
	} {
		err := verdict(tc.evt, now)
		if intake.FaultOf(err) != tc.fault || intake.IsPermanent(err) != tc.permanent {
			t.Errorf("%s: %v, permanent %v; want %s, permanent %v", tc.name, err, intake.IsPermanent(err), tc.fault, tc.permanent)
		}
	}
	for _, evt := range []any{&events.Connected{}, &events.KeepAliveTimeout{ErrorCount: 1}, &events.Message{}, &events.OfflineSyncCompleted{}} {
		if err := verdict(evt, now); err != nil {
			t.Errorf("%T ends the connection: %v", evt, err)
		}
	}
}

// Behind a backlog of many thousand messages no question is answered in time.
func TestABusyLineIsNotDeaf(t *testing.T) {
	for name, tc := range map[string]struct {
		recorded time.Duration // ago
		ends     bool
	}{"Busy": {time.Second, false}, "Idle": {5 * time.Minute, true}} {
		r := &run{ended: make(chan error, 1), log: slog.New(slog.DiscardHandler)}
		r.gate.open()
		r.recorded.Store(time.Now().Add(-tc.recorded).UnixNano())
		r.handle(&events.KeepAliveTimeout{ErrorCount: 9})
		if ends := len(r.ended) == 1; ends != tc.ends {
			t.Errorf("%s: the connection ends = %v, want %v", name, ends, tc.ends)
		}
	}
}

func TestBegins(t *testing.T) {
	for text, want := range map[string]bool{
		"usul gerobak": true, "#Usul: gerobak": true, "  *USUL* gerobak": true, "usul": true, "saran saya": true,
		"usulan saya": false, "saya usul": false, "": false, "#": false, "sarana": false, "us": false,
	} {
		if got := begins(text, []string{"#usul", " saran "}); got != want {
			t.Errorf("begins(%q) = %v, want %v", text, got, want)
		}
	}
}

// A code to scan gives way to the next; when all have, linking has failed.
func TestCodesExpire(t *testing.T) {
	c := New(Account{Name: "forum"}.WithDefaults(), Options{Log: slog.New(slog.DiscardHandler), Session: filepath.Join(t.TempDir(), "session.db")})
	a := &attempt{channel: c, codes: []string{"one", "two"}, timer: time.NewTimer(time.Hour), shown: make(chan struct{}), ctx: context.Background()}
	c.linking.attempt = a
	a.showQR(firstCode)
	if got := c.Pairing(); got.QR != "one" || time.Until(got.Expires) < 50*time.Second {
		t.Errorf("shown %+v, want the first code for a minute", got)
	}
	if linked, err := a.timeout(); linked || err != nil {
		t.Errorf("timeout = %v, %v", linked, err)
	}
	if got := c.Pairing(); got.QR != "two" || time.Until(got.Expires) > 25*time.Second {
		t.Errorf("shown %+v, want the second code for a short while", got)
	}
	if _, err := a.timeout(); intake.FaultOf(err) != FaultExpired {
		t.Errorf("after the last code: %v, want %s", err, FaultExpired)
	}
}

func TestAccountCheck(t *testing.T) {
	good := Account{Name: "forum", Number: "0812-1000-2000", Groups: []Group{{Name: "UMKM"}, {ID: "120363012345678901@g.us", Keywords: []string{"usul"}}}}
	a := good.WithDefaults()
	if found := a.Check(); len(found) > 0 {
		t.Errorf("a sound account has faults: %v", found)
	}
	if a.Quiet != intake.Duration(10*time.Minute) || a.DeviceName != "usulan" || a.Groups[0].Only != OnlyAll || a.Groups[1].Only != OnlyKeyword {
		t.Errorf("defaults: %+v", a)
	}
	for _, tc := range []struct {
		name, key string
		change    func(*Account)
	}{
		{"Name", "name", func(a *Account) { a.Name = "Forum Kota" }},
		{"NamePath", "name", func(a *Account) { a.Name = "../forum" }},
		{"Number", "number", func(a *Account) { a.Number = "forum" }},
		{"QuietShort", "quiet", func(a *Account) { a.Quiet = intake.Duration(time.Millisecond) }},
		{"QuietLong", "quiet", func(a *Account) { a.Quiet = intake.Duration(24 * time.Hour) }},
		{"Size", "max_size", func(a *Account) { a.MaxSize = 10 }},
		{"DeviceName", "device_name", func(a *Account) { a.DeviceName = "usulan\n" }},
		{"Version", "client_version", func(a *Account) { a.ClientVersion = "terbaru" }},
		{"GroupNameless", "group[0].name", func(a *Account) { a.Groups = []Group{{}} }},
		{"GroupTwoNames", "group[0].id", func(a *Account) { a.Groups = []Group{{Name: "UMKM", ID: "120363012345678901@g.us"}} }},
		{"GroupID", "group[0].id", func(a *Account) { a.Groups = []Group{{ID: "6281210002000@s.whatsapp.net"}} }},
		{"GroupTwice", "group[1].name", func(a *Account) { a.Groups = []Group{{Name: "UMKM"}, {Name: "UMKM"}} }},
		{"Only", "group[0].only", func(a *Account) { a.Groups = []Group{{Name: "UMKM", Only: "sebagian"}} }},
		{"NoKeyword", "group[0].keywords", func(a *Account) { a.Groups = []Group{{Name: "UMKM", Only: OnlyKeyword}} }},
		{"EmptyKeyword", "group[0].keywords[0]", func(a *Account) { a.Groups = []Group{{Name: "UMKM", Keywords: []string{" "}}} }},
		{"KeywordsForAll", "group[0].keywords", func(a *Account) { a.Groups = []Group{{Name: "UMKM", Only: OnlyAll, Keywords: []string{"usul"}}} }},
	} {
		a := good
		tc.change(&a)
		a = a.WithDefaults()
		found := a.Check()
		if len(found) != 1 || found[0].Key != tc.key {
			t.Errorf("%s: %v, want one fault with %s", tc.name, found, tc.key)
		}
	}
}
