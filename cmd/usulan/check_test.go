package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"usulan/cmd/usulan/demo"
	"usulan/store"

	"log/slog"
)

// write replaces the configuration.
func (p *place) write(text string) {
	p.t.Helper()
	if err := os.WriteFile(p.file, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// mailServer starts the demo's mail server and returns a mailbox of it.
func mailServer(t *testing.T) (mailbox string, s *demo.Server) {
	t.Helper()
	s, err := demo.Start(t.TempDir(), "usulan", "kunci", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return mailboxAt(s.IMAP.String()), s
}

func mailboxAt(addr string) string {
	host, port, _ := net.SplitHostPort(addr)
	return fmt.Sprintf(`[[channel.email.mailbox]]
name = "forum"
address = "usulan@forum.example"
host = %q
port = %s
tls = "none"
user = "usulan"
password = "kunci"
`, host, port)
}

// line finds the line of a check about something.
func line(out, what string) string {
	return regexp.MustCompile(`(?m)^\S+ +` + what + ` .*$`).FindString(out)
}

func TestCheckFindsAllWell(t *testing.T) {
	mailbox, _ := mailServer(t)
	p := newPlace(t)
	p.write("data = \"data\"\n[web]\naddress = \"127.0.0.1:0\"\n" + mailbox)
	p.open()
	status, out, errs := p.run("", "check")
	if status != 0 || errs != "" {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	for _, what := range []string{"configuration", "clock", "data", "database", "web",
		"email/forum dial", "email/forum tls", "email/forum login", "email/forum folder INBOX", "email/forum idle"} {
		if got := line(out, what); !strings.HasPrefix(got, "ok") {
			t.Errorf("%s: %q, want ok in:\n%s", what, got, out)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(p.dir, "data", ".usulan-check-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestCheckChangesNothing(t *testing.T) {
	p := newPlace(t)
	p.write("data = \"data/deep\"\n[web]\naddress = \"127.0.0.1:0\"\n")
	status, out, _ := p.run("", "check")
	if status != 0 || !strings.Contains(line(out, "data"), "can be made") {
		t.Errorf("status %d, %s", status, out)
	}
	if _, err := os.Stat(filepath.Join(p.dir, "data")); err == nil {
		t.Error("check made the data folder; run as root it would belong to root")
	}
}

// What does not work is named, together with what to do; everything else is
// tried all the same.
func TestCheckSaysWhatToDo(t *testing.T) {
	mailbox, _ := mailServer(t)
	taken := httptest.NewServer(http.NotFoundHandler())
	defer taken.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	silent.Close() // nobody listens there any more

	tests := []struct {
		name, web, mailbox string
		prepare            func(p *place)
		what, advice       string
	}{
		{name: "the address is another program's", web: strings.TrimPrefix(taken.URL, "http://"), mailbox: mailbox,
			what: "web", advice: "set web.address"},
		{name: "no mail server", mailbox: mailboxAt(silent.Addr().String()),
			what: "email/forum dial", advice: "Check host and port"},
		{name: "a wrong password", mailbox: strings.Replace(mailbox, "kunci", "salah", 1),
			what: "email/forum login", advice: "password"},
		{name: "a folder that is not there", mailbox: mailbox + "folders = [\"Usulan\"]\n",
			what: "email/forum folder Usulan", advice: `"INBOX"`},
		{name: "encryption where there is none", mailbox: strings.Replace(mailbox, `"none"`, `"implicit"`, 1),
			what: "email/forum tls", advice: "port"},
		{name: "a file where the folder should be", mailbox: mailbox,
			prepare: func(p *place) { p.put("data", "x") },
			what:    "data", advice: "Name another folder"},
		{name: "a database of the future", mailbox: mailbox,
			prepare: func(p *place) { futureDatabase(p) },
			what:    "database", advice: "Install the program that made it"},
		{name: "no database at all in the file", mailbox: mailbox,
			prepare: func(p *place) { p.put("data/usulan.db", strings.Repeat("not a database ", 100)) },
			what:    "database", advice: "backup"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlace(t)
			if tt.web == "" {
				tt.web = "127.0.0.1:0"
			}
			p.write("data = \"data\"\n[web]\naddress = \"" + tt.web + "\"\n" + tt.mailbox)
			if tt.prepare != nil {
				tt.prepare(p)
			}
			status, out, _ := p.run("", "check")
			_, after, _ := strings.Cut(out, line(out, tt.what)+"\n")
			advice, _, _ := strings.Cut(after, "\n")
			if status != 1 || !strings.HasPrefix(line(out, tt.what), "FAIL") || !strings.Contains(advice, "-> ") || !strings.Contains(advice, tt.advice) {
				t.Errorf("status %d; want FAIL for %q with advice on %q:\n%s", status, tt.what, tt.advice, out)
			}
			if strings.Contains(out, "kunci") {
				t.Error("the password is told")
			}
			if strings.Count(out, "\nFAIL ") != 1 {
				t.Errorf("more than one thing fails:\n%s", out)
			}
		})
	}
}

// put puts a file into the folder of the configuration.
func (p *place) put(name, content string) {
	p.t.Helper()
	file := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// futureDatabase makes a database and raises its version: the field at offset 60
// of the file (https://sqlite.org/fileformat.html).
func futureDatabase(p *place) {
	db, err := store.Open(p.t.Context(), filepath.Join(p.dir, "data"), slog.New(slog.DiscardHandler))
	if err != nil {
		p.t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		p.t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(p.dir, "data", "usulan.db"), os.O_RDWR, 0)
	if err != nil {
		p.t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte{0, 0, 0x7f, 0xff}, 60); err != nil {
		p.t.Fatal(err)
	}
}

func TestCheckKnowsARunningService(t *testing.T) {
	d := play(t)
	p := newPlace(t)
	p.write("data = \"data\"\n[web]\naddress = \"" + strings.TrimPrefix(d.URL, "http://") + "\"\n")
	status, out, _ := p.run("", "check")
	if status != 0 || !strings.Contains(line(out, "web"), "served by usulan") {
		t.Errorf("status %d, %s", status, out)
	}
}
