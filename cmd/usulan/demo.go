package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/pelletier/go-toml/v2"

	"usulan/cmd/usulan/config"
	"usulan/cmd/usulan/demo"
	"usulan/review"
	"usulan/store"
)

// What the demo calls things. The address belongs to a domain that cannot exist
// (RFC 2606).
const (
	demoStaff   = "petugas"
	demoUser    = "usulan"
	demoAddress = "usulan@forum.example"
	demoWeb     = "127.0.0.1:8080"
)

// demoPause is how long one sample keeps the next waiting: long enough to see
// it arrive, short enough that all are there in two minutes.
const demoPause = 4 * time.Second

func demoCommand() command {
	return command{
		name:    "demo",
		summary: "shows all of it on this computer, with mail of its own",
		help: `
usulan demo [-addr HOST:PORT] [-dir FOLDER] [-json]

Starts a mail server and the service on this computer, and lets a few dozen invented
proposals arrive while you watch. It prints where to look, a staff name and password, and
how to send a mail of your own. Nothing leaves this computer. Ctrl-C ends it and removes
everything, except what -dir keeps; started again with the same -dir it goes on.

  usulan demo
  usulan demo -addr 127.0.0.1:9000 -dir ./coba`,
		run: runDemo,
	}
}

func runDemo(ctx context.Context, std streams, args []string) error {
	flags := demoCommand().flags(std)
	addr := flags.String("addr", demoWeb, "where the screens are served, on loopback; port 0 takes a free one")
	dir := flags.String("dir", "", "keep everything in this `folder`")
	asJSON := flags.Bool("json", false, "print what a program needs to know as one JSON object in the first line")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if err := noArguments(flags, std); err != nil {
		return err
	}
	web, err := demoAddr(*addr, given(flags, "addr"))
	if err != nil {
		return err
	}
	folder := *dir
	if folder == "" {
		if folder, err = os.MkdirTemp("", "usulan-demo-"); err != nil {
			return err
		}
		defer os.RemoveAll(folder)
	}
	log := slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return playDemo(ctx, std, stage{folder: folder, keep: *dir != "", web: web, asJSON: *asJSON}, log)
}

// stage is how a demo was asked for.
type stage struct {
	folder string
	keep   bool
	web    string
	asJSON bool
}

// playDemo runs the service against a mail server of its own until ctx ends.
func playDemo(ctx context.Context, std streams, st stage, log *slog.Logger) error {
	folder, err := filepath.Abs(st.folder)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	access, err := openAccess(filepath.Join(folder, "demo.json"))
	if err != nil {
		return err
	}
	mail, err := demo.Start(filepath.Join(folder, "mail"), access.IMAPUser, access.IMAPPassword, log)
	if err != nil {
		return err
	}
	defer mail.Close()
	access.SMTP, access.IMAP = mail.SMTP.String(), mail.IMAP.String()

	c, err := demoConfig(folder, st.web, access)
	if err != nil {
		return err
	}
	p, err := start(ctx, c, log)
	if err != nil {
		return err
	}
	access.URL = p.URL
	if err := access.admit(ctx, p.db); err != nil {
		return errors.Join(err, p.close())
	}
	if err := access.tell(std, st); err != nil {
		return errors.Join(err, p.close())
	}

	sending, stop := context.WithCancel(ctx)
	var samples sync.WaitGroup
	samples.Go(func() {
		if err := mail.SendSamples(sending, demoAddress, demoPause); err != nil {
			log.Error("no more samples arrive", "error", err)
		}
	})
	err = p.wait(ctx)
	stop()
	samples.Wait()
	return err
}

// demoAddr checks that the demo stays on this computer. When the usual port is
// taken and no other was asked for, any will do.
func demoAddr(addr string, asked bool) (string, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return "", fmt.Errorf("-addr %s: %w; write it like %s", addr, err, demoWeb)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", fmt.Errorf("-addr %s: the demo is for this computer only; use 127.0.0.1 or localhost", addr)
	}
	if asked {
		return addr, nil
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return net.JoinHostPort(host, "0"), nil
	}
	return addr, l.Close()
}

// given tells whether a flag was on the command line.
func given(flags *flag.FlagSet, name string) bool {
	found := false
	flags.Visit(func(f *flag.Flag) { found = found || f.Name == name })
	return found
}

// demoConfig writes the configuration that any other installation would have,
// and reads it as any other would.
func demoConfig(folder, web string, a *access) (*config.Config, error) {
	host, port, err := net.SplitHostPort(a.IMAP)
	if err != nil {
		return nil, err
	}
	number, err := net.LookupPort("tcp", port)
	if err != nil {
		return nil, err
	}
	text, err := toml.Marshal(map[string]any{
		"data": "data",
		"web":  map[string]any{"address": web},
		"channel": map[string]any{"email": map[string]any{"mailbox": []map[string]any{{
			"name": "forum", "address": demoAddress,
			"host": host, "port": number, "tls": "none",
			"user": a.IMAPUser, "password": a.IMAPPassword,
		}}}},
	})
	if err != nil {
		return nil, err
	}
	file := filepath.Join(folder, "usulan.toml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, err
	}
	return config.Load(file)
}

// access is what one needs to know to use the demo; its JSON form is for
// programs. What must stay the same from one start to the next is kept in a file.
type access struct {
	URL          string `json:"url"`
	Staff        string `json:"staff"`
	Password     string `json:"password"`
	Token        string `json:"token"`
	Address      string `json:"address"`
	SMTP         string `json:"smtp"`
	IMAP         string `json:"imap"`
	IMAPUser     string `json:"imap_user"`
	IMAPPassword string `json:"imap_password"`

	file string
}

// openAccess reads what an earlier start chose, or chooses.
func openAccess(file string) (*access, error) {
	a := &access{file: file}
	switch b, err := os.ReadFile(file); {
	case err == nil:
		if err := json.Unmarshal(b, a); err != nil {
			return nil, fmt.Errorf("read %s: %w; remove the folder to begin anew", file, err)
		}
		return a, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	a.Staff, a.Address, a.IMAPUser = demoStaff, demoAddress, demoUser
	a.Password, a.IMAPPassword = passphrase(), passphrase()
	return a, a.save()
}

func (a *access) save() error {
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return os.WriteFile(a.file, b, 0o600)
}

// passphrase is random and can be typed: twelve letters in threes.
func passphrase() string {
	s := strings.ToLower(rand.Text())[:12]
	return s[:3] + "-" + s[3:6] + "-" + s[6:9] + "-" + s[9:]
}

// admit makes the staff member and the token, unless an earlier start did.
func (a *access) admit(ctx context.Context, db *store.DB) error {
	staff, err := db.StaffNamed(ctx, a.Staff)
	if errors.Is(err, store.ErrNotFound) {
		staff, err = db.AddStaff(ctx, store.Actor{}, store.Staff{
			Name: a.Staff, Role: store.Administrator, Language: "id", Password: review.HashPassword(a.Password),
		})
	}
	if err != nil {
		return err
	}
	if a.Token != "" {
		return nil
	}
	_, a.Token, err = db.AddToken(ctx, store.Actor{}, store.Token{Name: "demo", Staff: staff.ID, Role: store.Administrator})
	if err != nil {
		return err
	}
	return a.save()
}

// tell says how to use the demo.
func (a *access) tell(std streams, st stage) error {
	if st.asJSON {
		return json.NewEncoder(std.out).Encode(a)
	}
	ends := "Ctrl-C ends the demo and removes everything."
	if st.keep {
		ends = fmt.Sprintf("Ctrl-C ends the demo; everything stays in %s.", st.folder)
	}
	_, err := fmt.Fprintf(std.out, `
The demo is running. Nothing leaves this computer.

  Open        %s
  Staff name  %s
  Password    %s

Proposals arrive by email now, one every few seconds. To send one of your own:

  printf 'Subject: usul saya\n\nMohon tempat jualan di RW 03.\n' | \
    curl -s smtp://%s --crlf --mail-from saya@warga.example --mail-rcpt %s -T -

or with any mail program: server %s, no encryption, no password.

  Mailbox     imap://%s  user %s  password %s
  API         curl -H 'Authorization: Bearer %s' %s/api/v1/proposals

%s
`, a.URL, a.Staff, a.Password, a.SMTP, a.Address, a.SMTP, a.IMAP, a.IMAPUser, a.IMAPPassword, a.Token, a.URL, ends)
	return err
}
