package main

import (
	"bytes"
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"rsc.io/qr"

	"usulan/cmd/usulan/config"
	"usulan/intake/whatsapp"
	"usulan/intake/whatsapp/emulator"
	"usulan/store"
)

// said is what a command prints while it runs.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// letters is what is to be typed into the phone.
var letters = regexp.MustCompile(`[A-Z0-9]{4}-[A-Z0-9]{4}`)

// withNumber is a place whose one account is on an emulator.
func withNumber(t *testing.T) (*config.Config, *emulator.Server, func(*whatsapp.Options)) {
	t.Helper()
	server, err := emulator.New("6281210002000")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	p := newPlace(t)
	p.write("data = \"data\"\n[web]\naddress = \"127.0.0.1:0\"\n[[channel.whatsapp.account]]\nname = \"forum\"\nnumber = \"0812-1000-2000\"\n")
	return p.load(), server, func(o *whatsapp.Options) { o.Attach, o.HTTP = server.Attach, server.HTTPClient() }
}

// pairing runs "usulan pair" with a way of its own and returns what it says.
func pairing(ctx context.Context, c *config.Config, way func(*whatsapp.Options), r request) (*said, chan error) {
	out, done := &said{}, make(chan error, 1)
	go func() {
		done <- withStore(ctx, c, silent, func(db *store.DB) error {
			return pair(ctx, streams{out: out, err: out}, db, c, c.Channel.WhatsApp.Accounts[0], way, r, silent)
		})
	}()
	return out, done
}

func sessionStep(t *testing.T, c *config.Config, server *emulator.Server) whatsapp.Step {
	t.Helper()
	a := c.Channel.WhatsApp.Accounts[0]
	for step := range whatsapp.Check(t.Context(), a, c.SessionFile(a), server.HTTPClient()) {
		return step
	}
	return whatsapp.Step{}
}

// A number's life in a terminal: linked by letters, found linked by check,
// refused a second link, served, and unlinked.
func TestPairByLettersThenUnlink(t *testing.T) {
	c, server, way := withNumber(t)
	if step := sessionStep(t, c, server); step.OK || step.Fault || !strings.Contains(step.Advice, "usulan pair whatsapp forum") {
		t.Errorf("check of a number that was never linked: %+v", step)
	}
	out, done := pairing(t.Context(), c, way, request{number: "0812 1000 2000"})
	code := await(t, "the letters", func() (string, bool) {
		found := letters.FindString(out.String())
		return found, found != ""
	})
	if err := server.EnterCode(t.Context(), code); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil || !strings.Contains(out.String(), "whatsapp/forum is linked") {
		t.Fatalf("pair: %v\n%s", err, out)
	}
	if step := sessionStep(t, c, server); !step.OK || !strings.Contains(step.Detail, "0812-1000-2000") {
		t.Errorf("check of a linked number: %+v", step)
	}
	file := c.SessionFile(c.Channel.WhatsApp.Accounts[0])
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("session file: %v, %v; want mode 0600", info, err)
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if step := sessionStep(t, c, server); !step.Fault || !strings.Contains(step.Advice, "chmod 600") {
		t.Errorf("check of keys that others can read: %+v", step)
	}

	out, done = pairing(t.Context(), c, way, request{})
	if err := <-done; err == nil || !strings.Contains(out.String(), "-unlink") {
		t.Errorf("linking what is linked: %v\n%s", err, out)
	}

	prog, err := start(t.Context(), c, way, silent)
	if err != nil {
		t.Fatal(err)
	}
	await(t, "the account to be connected", func() (any, bool) {
		sources, err := prog.db.Sources(t.Context())
		return nil, err == nil && len(sources) == 1 && sources[0].Status.State == "connected"
	})
	out, done = pairing(t.Context(), c, way, request{unlink: true})
	if err := <-done; err == nil || !strings.Contains(out.String(), "/channels/link?source=whatsapp%2Fforum") {
		t.Errorf("beside the service: %v\n%s", err, out)
	}
	if err := prog.close(); err != nil {
		t.Fatal(err)
	}

	out, done = pairing(t.Context(), c, way, request{unlink: true})
	if err := <-done; err != nil {
		t.Errorf("unlink: %v\n%s", err, out)
	}
	if step := sessionStep(t, c, server); step.OK {
		t.Errorf("check after unlinking: %+v", step)
	}
}

func TestPairIsGivenUp(t *testing.T) {
	c, _, way := withNumber(t)
	ctx, stop := context.WithCancel(t.Context())
	out, done := pairing(ctx, c, way, request{})
	await(t, "the code", func() (any, bool) { return nil, strings.Contains(out.String(), "Scan this") })
	stop()
	if err := <-done; err == nil || !strings.Contains(out.String(), "given up") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestPairSaysWhatToDo(t *testing.T) {
	t.Run("ErrNoNumber", func(t *testing.T) {
		c, _, way := withNumber(t)
		out, done := pairing(t.Context(), c, way, request{number: "kantor"})
		if err := <-done; err == nil || !strings.Contains(out.String(), "not a telephone number") {
			t.Errorf("%v\n%s", err, out)
		}
	})
	t.Run("ErrOutdated", func(t *testing.T) {
		c, server, way := withNumber(t)
		server.Outdate(math.MaxUint32)
		out, done := pairing(t.Context(), c, way, request{})
		if err := <-done; err == nil || !strings.Contains(out.String(), "Install a newer usulan") {
			t.Errorf("%v\n%s", err, out)
		}
	})
	t.Run("ErrForged", func(t *testing.T) {
		c, server, way := withNumber(t)
		if err := server.Forge(emulator.ForgedAccount); err != nil {
			t.Fatal(err)
		}
		out, done := pairing(t.Context(), c, way, request{number: "0812-1000-2000"})
		code := await(t, "the letters", func() (string, bool) {
			found := letters.FindString(out.String())
			return found, found != ""
		})
		if err := server.EnterCode(t.Context(), code); err == nil {
			t.Error("the client linked itself to a phone that signed wrongly")
		}
		if err := <-done; err == nil || !strings.Contains(out.String(), "not signed by it") {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

// What is drawn holds the code's dots, two rows in a line of letters.
func TestBlocksHoldTheCode(t *testing.T) {
	code, err := qr.Encode("https://wa.me/settings/linked_devices#2@usulan", qr.L)
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSuffix(blocks(code), "\n"), "\n")
	if want := (code.Size + 4 + 1) / 2; len(rows) != want {
		t.Fatalf("%d lines, want %d", len(rows), want)
	}
	for i, row := range rows {
		letters := []rune(strings.TrimSuffix(strings.TrimPrefix(row, "\x1b[30;107m"), "\x1b[0m"))
		if len(letters) != code.Size+4 {
			t.Fatalf("line %d has %d letters, want %d", i, len(letters), code.Size+4)
		}
		for j, letter := range letters {
			x, y := j-2, 2*i-2
			upper, lower := strings.ContainsRune("█▀", letter), strings.ContainsRune("█▄", letter)
			if upper != code.Black(x, y) || lower != code.Black(x, y+1) {
				t.Fatalf("at %d,%d %q stands for other dots", x, y, letter)
			}
		}
	}
}

func TestPairIsCalledWrongly(t *testing.T) {
	p := newPlace(t)
	p.write("data = \"data\"\n")
	for _, tt := range []struct {
		args   string
		status int
		want   string
	}{
		{"pair", 2, "usulan pair whatsapp"},
		{"pair email", 2, "usulan pair whatsapp"},
		{"pair whatsapp a b", 2, "usulan pair whatsapp"},
		{"pair whatsapp -unlink -number 0812", 2, "usulan pair whatsapp"},
		{"pair whatsapp -config " + p.file, 1, "has no [[channel.whatsapp.account]]"},
	} {
		var errs bytes.Buffer
		if status := run(t.Context(), streams{out: io.Discard, err: &errs}, strings.Fields(tt.args)); status != tt.status || !strings.Contains(errs.String(), tt.want) {
			t.Errorf("%s: status %d, %s", tt.args, status, &errs)
		}
	}
	two := "[[channel.whatsapp.account]]\nname = \"a\"\n[[channel.whatsapp.account]]\nname = \"b\"\n"
	p.write("data = \"data\"\n" + two)
	for args, want := range map[string]string{"": "name the account that is meant: a, b", " c": `no account "c"; there is a, b`} {
		var errs bytes.Buffer
		status := run(t.Context(), streams{out: io.Discard, err: &errs}, strings.Fields("pair whatsapp -config "+p.file+args))
		if status != 1 || !strings.Contains(errs.String(), want) {
			t.Errorf("%q: status %d, %s", args, status, &errs)
		}
	}
	if _, err := os.Stat(filepath.Join(p.dir, "data")); err == nil {
		t.Error("a command that was called wrongly made the data folder")
	}
}
