package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/pelletier/go-toml/v2"

	"usulan/cmd/usulan/config"
	"usulan/cmd/usulan/demo"
	"usulan/intake/whatsapp"
)

// What the demo calls things. The address belongs to a domain that cannot exist
// (RFC 2606).
const (
	demoStaff   = "petugas"
	demoUser    = "usulan"
	demoAddress = "usulan@forum.example"
	demoWeb     = "127.0.0.1:8080"
	demoNumber  = "6281120200020" // given to nobody
	demoShown   = "0811-2020-0020"
)

// demoPause is how long one sample keeps the next waiting: long enough to see
// it arrive, short enough that all are there in two minutes. demoQuiet is how
// long a sender in the demo must be silent: long enough to write on the phone
// page, short enough to see it end.
const (
	demoPause = 4 * time.Second
	demoQuiet = "2m"
)

func demoCommand() command {
	return command{
		name:    "demo",
		summary: "shows all of it on this computer, with mail and a WhatsApp of its own",
		help: `
usulan demo [-addr HOST:PORT] [-dir FOLDER] [-json]

Starts a mail server, a WhatsApp and the service on this computer, and lets a few dozen
invented proposals arrive both ways while you watch. It prints where to look, a staff name
and password, how to send a mail of your own, and the page of a phone on which you write as
a participant. Nothing leaves this computer. Ctrl-C ends it and removes everything, except
what -dir keeps; started again with the same -dir it goes on.

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

// playDemo runs the service against a mail server and a WhatsApp of its own
// until ctx ends.
func playDemo(ctx context.Context, std streams, st stage, log *slog.Logger) (err error) {
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
	defer func() { err = errors.Join(err, mail.Close()) }()
	access.SMTP, access.IMAP = mail.SMTP.String(), mail.IMAP.String()
	chats, err := demo.StartWhatsApp(filepath.Join(folder, "whatsapp"), demoNumber, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, chats.Close()) }()

	c, err := demoConfig(folder, st.web, access)
	if err != nil {
		return err
	}
	account := c.Channel.WhatsApp.Accounts[0]
	toDemo := func(o *whatsapp.Options) { o.Attach, o.HTTP = chats.Attach, chats.HTTPClient() }
	if err := linkDemo(ctx, c, account, chats, toDemo, log); err != nil {
		return err
	}
	p, err := start(ctx, c, toDemo, log)
	if err != nil {
		return err
	}
	access.URL = p.URL
	phone, err := demo.ServePhone(chats, demo.PhoneOptions{
		Account: demoShown, Forum: "Usulan Forum " + strconv.Itoa(c.Forum.Year), Office: p.URL, Zone: c.Location, Shown: p.accounts[0].Pairing,
		Fates: func(ctx context.Context, names []string) (map[string]string, error) {
			return p.db.Gathered(ctx, account.Source(), names)
		},
	}, log)
	if err != nil {
		return errors.Join(err, p.close())
	}
	defer func() { err = errors.Join(err, phone.Close()) }()
	access.PhoneURL, access.WhatsApp = phone.URL, demoShown
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
	samples.Go(func() {
		err := chats.Begin(sending)
		if err == nil {
			err = chats.Perform(sending, demoPause)
		}
		if err != nil && sending.Err() == nil {
			log.Error("no more chats arrive", "error", err)
		}
	})
	err = p.wait(ctx)
	stop()
	samples.Wait()
	return err
}

// linkDemo links the account by the very road that "usulan pair" takes. The keys
// of an earlier start go first: they are of a WhatsApp that ended with its process.
func linkDemo(ctx context.Context, c *config.Config, a whatsapp.Account, chats *demo.WhatsApp, way func(*whatsapp.Options), log *slog.Logger) error {
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(c.SessionFile(a) + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	channel := whatsAppChannel(c, a, way, log)
	return errors.Join(chats.Link(ctx, channel), channel.Close())
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
		"channel": map[string]any{
			"email": map[string]any{"mailbox": []map[string]any{{
				"name": "forum", "address": demoAddress,
				"host": host, "port": number, "tls": "none",
				"user": a.IMAPUser, "password": a.IMAPPassword,
			}}},
			"whatsapp": map[string]any{"account": []map[string]any{{
				"name": "forum", "number": demoShown, "quiet": demoQuiet,
				"group": []map[string]any{{"name": demo.GroupName, "keywords": []string{"#usul"}}},
			}}},
		},
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
