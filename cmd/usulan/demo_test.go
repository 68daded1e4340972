package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// patience is how long a test waits for what should happen at once, on a
// machine that does much else.
const patience = time.Minute

// staged is a demo that runs until the test ends, or earlier.
type staged struct {
	access
	t      testing.TB
	stop   context.CancelFunc
	status chan int
	errs   *bytes.Buffer
}

// play starts "usulan demo" as from a terminal and waits until it says where it is.
func play(t testing.TB, args ...string) *staged {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	d := &staged{t: t, stop: stop, status: make(chan int, 1), errs: &bytes.Buffer{}}
	out, in := io.Pipe()
	go func() {
		d.status <- run(ctx, streams{in: strings.NewReader(""), out: in, err: d.errs},
			append([]string{"demo", "-json", "-addr", "127.0.0.1:0"}, args...))
		in.Close()
	}()
	t.Cleanup(func() { d.end() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the demo said nothing: %v, %s", err, d.errs)
	}
	if err := json.Unmarshal([]byte(line), &d.access); err != nil {
		t.Fatalf("first line %q: %v", line, err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return d
}

// end stops the demo as Ctrl-C does and returns its exit status.
func (d *staged) end() int {
	d.stop()
	select {
	case status := <-d.status:
		d.status <- status
		return status
	case <-time.After(patience):
		d.t.Fatal("the demo does not stop")
		return -1
	}
}

// ask makes one request to the API.
func (d *staged) ask(method, path string, body any) (status int, answer []byte) {
	d.t.Helper()
	sent, err := json.Marshal(body)
	if err != nil {
		d.t.Fatal(err)
	}
	r, err := http.NewRequest(method, d.URL+path, bytes.NewReader(sent))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+d.Token)
	r.Header.Set("Content-Type", "application/json")
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer got.Body.Close()
	if answer, err = io.ReadAll(got.Body); err != nil {
		d.t.Fatal(err)
	}
	return got.StatusCode, answer
}

// listed is a proposal as the API lists it.
type listed struct {
	Ref, Subject, Text, State, Priority, Channel string
	Version                                      int64
}

func (d *staged) list(query string) []listed {
	d.t.Helper()
	status, body := d.ask(http.MethodGet, "/api/v1/proposals?"+query, nil)
	var page struct{ Items []listed }
	if err := json.Unmarshal(body, &page); err != nil || status != http.StatusOK {
		d.t.Fatalf("list %s: status %d, %v, %s", query, status, err, body)
	}
	return page.Items
}

// await asks again and again until ok, and returns the answer.
func await[T any](t testing.TB, what string, ask func() (T, bool)) T {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if answer, ok := ask(); ok {
			return answer
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func (d *staged) mail(from, text string) {
	d.t.Helper()
	c, err := smtp.Dial(d.SMTP)
	if err != nil {
		d.t.Fatal(err)
	}
	defer c.Close()
	err = c.SendMail(from, []string{d.Address}, strings.NewReader(strings.ReplaceAll(text, "\n", "\r\n")))
	if err != nil {
		d.t.Fatal(err)
	}
}

// The main job, on real sockets: mail a proposal, see it, tag it, export it.
func TestDemoFromMailToSheet(t *testing.T) {
	d := play(t)
	d.mail("rosmini@warga.example", "From: Rosmini <rosmini@warga.example>\nTo: "+d.Address+
		"\nSubject: lapak zamrud\n\nMohon tempat jualan di RW 03, kami pedagang zamrud.\n")
	p := await(t, "the proposal", func() (listed, bool) {
		found := d.list("q=zamrud")
		return append(found, listed{})[0], len(found) == 1
	})
	if p.Subject != "lapak zamrud" || !strings.Contains(p.Text, "pedagang zamrud") || p.State != "new" || p.Channel != "email" {
		t.Errorf("got %+v", p)
	}

	status, body := d.ask(http.MethodPut, "/api/v1/proposals/"+p.Ref+"/priority", map[string]any{"code": "P5", "version": p.Version})
	if status != http.StatusOK {
		t.Fatalf("tag: status %d, %s", status, body)
	}
	if got := d.list("q=zamrud")[0]; got.Priority != "P5" || got.State != "tagged" {
		t.Errorf("after tagging: %+v", got)
	}
	if status, _ := d.ask(http.MethodPut, "/api/v1/proposals/"+p.Ref+"/priority", map[string]any{"code": "P1", "version": p.Version}); status != http.StatusConflict {
		t.Errorf("a decision on an old version: status %d, want 409", status)
	}
	status, sheet := d.ask(http.MethodGet, "/api/v1/export.csv?q=zamrud", nil)
	if status != http.StatusOK || !bytes.Contains(sheet, []byte(p.Ref)) || !bytes.Contains(sheet, []byte("P5")) {
		t.Errorf("export: status %d, %s", status, sheet)
	}
	if status := d.end(); status != 0 {
		t.Errorf("exit status %d, %s", status, d.errs)
	}
}

func TestDemoShowsEveryKindOfMail(t *testing.T) {
	d := play(t)
	for _, name := range []string{"auto_reply", "bounce", "newsletter", "calendar", "spam"} {
		d.mail("x@warga.example", sampleOf(t, name))
	}
	await(t, "all kinds in the ledger", func() (any, bool) {
		_, body := d.ask(http.MethodGet, "/api/v1/ledger", nil)
		var ledger struct {
			Sources []struct{ Outcomes map[string]int64 }
		}
		if err := json.Unmarshal(body, &ledger); err != nil || len(ledger.Sources) == 0 {
			return nil, false
		}
		for _, name := range []string{"auto_reply", "bounce", "newsletter", "calendar", "spam", "proposal"} {
			if ledger.Sources[0].Outcomes[name] == 0 {
				return nil, false
			}
		}
		return nil, true
	})
}

// sampleOf is the demo's own sample of a kind, with a new Message-ID.
func sampleOf(t *testing.T, kind string) string {
	t.Helper()
	file := map[string]string{
		"auto_reply": "10-di-luar-kantor", "bounce": "11-tidak-terkirim", "newsletter": "12-warta-niaga",
		"calendar": "16-undangan-rapat", "spam": "18-hadiah",
	}[kind]
	b, err := os.ReadFile(filepath.Join("demo", "mails", file+".eml"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(b), "{{.Address}}", demoAddress)
	return strings.ReplaceAll(strings.ReplaceAll(text, "{{date}}", "Tue, 17 Mar 2020 08:00:00 +0700"), "<demo-", "<lagi-")
}

// A demo that is started again goes on: the same mails, none of them twice, the
// same staff, and mail that came meanwhile is taken.
func TestDemoGoesOnInItsFolder(t *testing.T) {
	dir := t.TempDir()
	first := play(t, "-dir", dir)
	first.mail("a@warga.example", "Subject: pertama\n\nusul mirah satu\n")
	await(t, "the first mail", func() (any, bool) { return nil, len(first.list("q=mirah")) == 1 })
	if status := first.end(); status != 0 {
		t.Fatalf("exit status %d, %s", status, first.errs)
	}

	second := play(t, "-dir", dir)
	if second.Password != first.Password || second.Token != first.Token {
		t.Error("password and token changed from one start to the next")
	}
	second.mail("b@warga.example", "Subject: kedua\n\nusul mirah dua\n")
	await(t, "the second mail", func() (any, bool) { return nil, len(second.list("q=mirah")) == 2 })
	_, body := second.ask(http.MethodGet, "/api/v1/ledger", nil)
	if bytes.Contains(body, []byte(`"duplicate"`)) {
		t.Errorf("mails were taken twice: %s", body)
	}
}

func TestDemoLeavesNothingBehind(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	before := runtime.NumGoroutine()
	d := play(t)
	d.mail("a@warga.example", "Subject: x\n\nusul\n")
	if status := d.end(); status != 0 {
		t.Fatalf("exit status %d, %s", status, d.errs)
	}
	http.DefaultClient.CloseIdleConnections()
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "*")); len(left) > 0 {
		t.Errorf("left in the temporary folder: %v", left)
	}
	for _, addr := range []string{strings.TrimPrefix(d.URL, "http://"), d.SMTP, d.IMAP} {
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			t.Errorf("%s still answers", addr)
		}
	}
	await(t, "all goroutines to end", func() (any, bool) { return nil, runtime.NumGoroutine() <= before })
}

func TestDemoStaysOnThisComputer(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":8080", "192.0.2.1:8080", "example.org:80", "8080"} {
		var errs bytes.Buffer
		status := run(context.Background(), streams{out: io.Discard, err: &errs}, []string{"demo", "-addr", addr})
		if status != 1 || !strings.Contains(errs.String(), "-addr "+addr) {
			t.Errorf("-addr %s: status %d, %s", addr, status, &errs)
		}
	}
}

func TestDemoTellsAPersonHowToUseIt(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	out, in := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, streams{out: in, err: io.Discard}, []string{"demo", "-addr", "127.0.0.1:0"})
		in.Close()
	}()
	var told strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		fmt.Fprintln(&told, lines.Text())
		if strings.HasPrefix(lines.Text(), "Ctrl-C") {
			stop()
		}
	}
	if status := <-done; status != 0 {
		t.Errorf("exit status %d", status)
	}
	for _, want := range []string{"http://127.0.0.1:", demoStaff, "curl -s smtp://127.0.0.1:", demoAddress} {
		if !strings.Contains(told.String(), want) {
			t.Errorf("it does not tell %q:\n%s", want, &told)
		}
	}
}

// How long it takes from the server's acceptance of a mail until a program that
// asks again and again sees the proposal.
func BenchmarkDemoFromAcceptanceToVisible(b *testing.B) {
	d := play(b)
	for n := range b.N {
		word := fmt.Sprintf("patokan%d", n)
		b.StopTimer()
		d.mail("a@warga.example", "Subject: "+word+"\n\nusul "+word+"\n")
		b.StartTimer()
		await(b, "the proposal", func() (any, bool) { return nil, len(d.list("q="+word)) == 1 })
	}
}
