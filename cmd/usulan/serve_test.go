package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"usulan/cmd/usulan/config"
	"usulan/store"
)

var silent = slog.New(slog.DiscardHandler)

// load reads the configuration of a place.
func (p *place) load() *config.Config {
	p.t.Helper()
	c, err := config.Load(p.file)
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

func TestServeStartsAndStopsClean(t *testing.T) {
	before := runtime.NumGoroutine()
	mailbox, server := mailServer(t)
	p := newPlace(t)
	p.write("data = \"data\"\n[web]\naddress = \"127.0.0.1:0\"\n" + mailbox)
	ctx, cancel := context.WithCancel(context.Background())
	prog, err := start(ctx, p.load(), inLife, silent)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Get(prog.URL + "/healthz")
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("healthz: %v, %v", answer, err)
	}
	answer.Body.Close()
	await(t, "the mailbox to be connected", func() (any, bool) {
		sources, err := prog.db.Sources(ctx)
		return nil, err == nil && len(sources) == 1 && sources[0].Status.State == "connected"
	})
	cancel()
	if err := prog.wait(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
	if err := prog.close(); err != nil {
		t.Errorf("stopping twice: %v", err)
	}
	// The source was given back: the next process need not wait for a lease to end.
	db, err := store.Open(context.Background(), filepath.Join(p.dir, "data"), silent)
	if err != nil {
		t.Fatal(err)
	}
	lease, err := db.Acquire(context.Background(), "email/forum")
	if err != nil {
		t.Fatalf("the source was not given back: %v", err)
	}
	if err := lease.Release(context.Background()); err != nil {
		t.Error(err)
	}
	db.Close()
	server.Close()
	http.DefaultClient.CloseIdleConnections()
	await(t, "all goroutines to end", func() (any, bool) { return nil, runtime.NumGoroutine() <= before })
}

// A second usulan on the same address must not touch the database.
func TestServeRefusesATakenAddress(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := newPlace(t)
	p.write("data = \"data\"\n[web]\naddress = \"" + l.Addr().String() + "\"\n")
	status, _, errs := p.run("", "serve")
	if status != 1 || !strings.Contains(errs, "running already") {
		t.Errorf("status %d, %s", status, errs)
	}
	if there, _ := store.Exists(filepath.Join(p.dir, "data")); there {
		t.Error("a database was made")
	}
}

// Without staff nobody can come in; the way in is a file, not an open page.
func TestServeOffersALinkToTheFirst(t *testing.T) {
	p := newPlace(t)
	p.write("data = \"data\"\n[web]\naddress = \"127.0.0.1:0\"\n")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var log bytes.Buffer
	out, in := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, streams{out: io.Discard, err: io.MultiWriter(&log, in)}, []string{"serve", "-config", p.file, "-log", "json"})
		in.Close()
	}()
	lines := json.NewDecoder(out)
	for {
		var entry struct{ Msg, File, URL string }
		if err := lines.Decode(&entry); err != nil {
			t.Fatalf("no link was offered: %v, %s", err, &log)
		}
		if entry.File != "" {
			link, err := os.ReadFile(entry.File)
			if err != nil {
				t.Fatal(err)
			}
			info, _ := os.Stat(entry.File)
			if info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v, want 0600", info.Mode().Perm())
			}
			answer, err := http.Get(strings.TrimSpace(string(link)))
			if err != nil || answer.StatusCode != http.StatusOK {
				t.Errorf("the link: %v, %v", answer, err)
			} else {
				answer.Body.Close()
			}
			break
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	cancel()
	if status := <-done; status != 0 {
		t.Errorf("exit status %d, %s", status, &log)
	}
}

// A priority that proposals carry cannot vanish from the configuration.
func TestServeRefusesToDropAPriorityInUse(t *testing.T) {
	dir := t.TempDir()
	d := play(t, "-dir", dir)
	d.mail("a@warga.example", "Subject: x\n\nusul nilam\n")
	found := await(t, "the proposal", func() (listed, bool) {
		found := d.list("q=nilam")
		return append(found, listed{})[0], len(found) == 1
	})
	status, body := d.ask(http.MethodPut, "/api/v1/proposals/"+found.Ref+"/priority", map[string]any{"code": "P6", "version": found.Version})
	if status != http.StatusOK {
		t.Fatalf("tag: %d, %s", status, body)
	}
	d.end()

	p := &place{t: t, dir: dir, file: filepath.Join(dir, "usulan.toml")}
	p.write("data = \"data\"\n[web]\naddress = \"127.0.0.1:0\"\n[[priority]]\ncode = \"P1\"\nshort = \"MODAL\"\ntitle = \"modal\"\nlabel = \"Modal\"\ngloss = \"Capital\"\n")
	if status, _, errs := p.run("", "serve"); status != 1 || !strings.Contains(errs, "P6") {
		t.Errorf("status %d, %s; want a refusal that names P6", status, errs)
	}
}
