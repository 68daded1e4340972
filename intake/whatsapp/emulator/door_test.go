package emulator_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"usulan/intake/whatsapp/emulator"
)

// TestLoopbackOnly holds the promise that no host but our own is ever reached.
func TestLoopbackOnly(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, url := range []string{"https://web.whatsapp.com/nothing", "https://192.0.2.1/nothing"} {
		r, err := s.HTTPClient().Get(url)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != 404 {
			t.Errorf("%s answered %d", url, r.StatusCode)
		}
	}
	if r, err := s.HTTPClient().Get("http://web.whatsapp.com/nothing"); err == nil {
		defer r.Body.Close()
		if r.StatusCode != 400 {
			t.Errorf("without TLS: %d", r.StatusCode)
		}
	}
	for _, address := range []string{
		"", "web.whatsapp.com:443", "localhost:443", "192.0.2.1:443", "0.0.0.0:443", "[::]:443", "10.0.0.1:443", "127.0.0.1",
		"[2001:db8::1]:443", "[::ffff:192.0.2.1]:443", "[::ffff:127.0.0.1]:443", "128.0.0.1:443", "127.0.0.1:443@192.0.2.1:443", ":443",
	} {
		d := s.Door()
		d.Address = address
		if _, err := d.HTTPClient(); err == nil {
			t.Errorf("a door to %q was opened", address)
		}
		c := newClient(t, s, filepath.Join(t.TempDir(), "session.db"))
		if err := d.Attach(c.Client); err == nil {
			t.Errorf("a client was attached to %q", address)
		}
	}
	for name, damage := range map[string]func(*emulator.Door){
		"no certificate": func(d *emulator.Door) { d.Certificate = nil },
		"no root":        func(d *emulator.Door) { d.Root = nil },
		"another root":   func(d *emulator.Door) { d.Root = make([]byte, 32) },
	} {
		d := s.Door()
		damage(&d)
		c := newClient(t, s, filepath.Join(t.TempDir(), "session.db"))
		if err := d.Attach(c.Client); err == nil {
			t.Errorf("%s: the client was attached", name)
		}
	}
}

// TestDoorChild is not a test of its own: it is the client of another process.
func TestDoorChild(t *testing.T) {
	raw, dir := os.Getenv("USULAN_TEST_DOOR"), os.Getenv("USULAN_TEST_DIR")
	if raw == "" {
		t.Skip("only runs as a child of other tests")
	}
	var d emulator.Door
	if err := json.Unmarshal([]byte(raw), &d); err != nil {
		t.Fatal(err)
	}
	c := openClient(t, filepath.Join(dir, "session.db"))
	if err := d.Attach(c.Client); err != nil {
		t.Fatal(err)
	}
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	await(c, func(e *events.Message) bool { return e.Message.GetConversation() == "dari proses lain" })
	if _, err := emulator.New("6281210002000"); err == nil {
		t.Error("a second root was trusted")
	}
	_, _ = io.Copy(io.Discard, os.Stdin) // until the other side has its receipt
}

// TestOtherProcess links a client here and lets it go on in another process.
func TestOtherProcess(t *testing.T) {
	t.Parallel()
	s, dir := newServer(t), t.TempDir()
	c := newClient(t, s, filepath.Join(dir, "session.db"))
	linkClient(t, s, c)
	c.close()
	p := person(t, s, "6281200000101", "Bu Marni")
	id, err := p.Send(emulator.Text("dari proses lain"))
	send(t, id, err)
	door, err := json.Marshal(s.Door())
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestDoorChild$")
	cmd.Env = append(os.Environ(), "USULAN_TEST_DOOR="+string(door), "USULAN_TEST_DIR="+dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	settled(t, s)
	stdin.Close()
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, &out)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	current := store.GetWAVersion()
	latest := func() uint32 {
		t.Helper()
		v, err := whatsmeow.GetLatestVersion(t.Context(), s.HTTPClient())
		if err != nil {
			t.Fatal(err)
		}
		return v[2]
	}
	if got := latest(); got != current[2] {
		t.Errorf("the page names %d, want %d", got, current[2])
	}
	s.Publish(current[2] + 5)
	if got := latest(); got != current[2]+5 {
		t.Errorf("the page names %d, want %d", got, current[2]+5)
	}
	s.Publish(0)
	if v, err := whatsmeow.GetLatestVersion(t.Context(), s.HTTPClient()); err == nil {
		t.Errorf("a page without a version named %v", v)
	}

	c := link(t, s)
	s.Outdate(current[2]) // this very version is not below itself
	settled(t, s)
	if !c.IsConnected() {
		t.Error("a client of the oldest accepted version was cut off")
	}
	s.Outdate(current[2] + 5)
	await(c, any1[*events.ClientOutdated])
	payload := proto.CloneOf(c.Store.GetClientPayload())
	payload.UserAgent.AppVersion.Tertiary = new(current[2] + 5)
	c.GetClientPayload = payloadOf(payload)
	c.Disconnect()
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	ready(t, s)
}
