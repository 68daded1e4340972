package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"usulan/cmd/usulan/config"
	"usulan/intake"
	"usulan/intake/email"
	"usulan/intake/whatsapp"
	"usulan/review"
	districts "usulan/review/place"
	"usulan/store"
)

func serveCommand() command {
	return command{
		name:    "serve",
		summary: "takes proposals in and shows them to staff",
		help: `
usulan serve [-config FILE] [-log text|json]

Runs the service: it reads the mailboxes and the WhatsApp accounts of the configuration
and serves the screens for staff until it is told to stop (Ctrl-C or SIGTERM; a second one stops it at once).
Plain "usulan" does the same.

  usulan serve -config /etc/usulan/usulan.toml`,
		run: runServe,
	}
}

func runServe(ctx context.Context, std streams, args []string) error {
	fs := serveCommand().flags(std)
	file := configFlag(fs)
	format := logFlag(fs)
	if err := parseFlags(fs, args); err != nil {
		return err
	}
	if err := noArguments(fs, std); err != nil {
		return err
	}
	log, err := newLogger(std.err, *format)
	if err != nil {
		return err
	}
	c, err := loadConfig(std, *file)
	if err != nil {
		return err
	}
	p, err := start(ctx, c, inLife, log)
	if err != nil {
		return err
	}
	if err := offerSetup(ctx, std, p.db, c, p.URL, log); err != nil {
		return errors.Join(err, p.close())
	}
	return p.wait(ctx)
}

// program is the whole service: a database, the channels that fill it, and the
// screens that show it. It is made by start and ended by wait or close.
type program struct {
	URL string // of the screens, without a slash at the end

	db       *store.DB
	accounts []*whatsapp.Channel
	screens  *review.Server
	server   *http.Server
	listener net.Listener
	log      *slog.Logger

	stopChannels context.CancelFunc
	working      sync.WaitGroup // the channels, and the web server
	failed       chan error     // the web server ended by itself
	closing      sync.Once
	closed       error
}

// inLife leaves the way to WhatsApp as it is. The demo has another: what leads a
// client elsewhere is handed to start, and cannot be had from a configuration.
func inLife(*whatsapp.Options) {}

// start brings the service up, in the order in which things depend on each
// other. When it returns, browsers are answered.
func start(ctx context.Context, c *config.Config, wayToWhatsApp func(*whatsapp.Options), log *slog.Logger) (*program, error) {
	p := &program{log: log, failed: make(chan error, 1)}

	// The address comes first: when another usulan has it, nothing was touched.
	var err error
	if p.listener, err = net.Listen("tcp", c.Web.Address); err != nil {
		return nil, fmt.Errorf("serve the screens: %w; is usulan running already? Else change web.address", err)
	}
	if p.db, err = openStore(ctx, c, log); err != nil {
		return nil, errors.Join(err, p.listener.Close())
	}
	if err := p.db.Configure(ctx, c.Settings()); err != nil {
		return nil, errors.Join(err, p.listener.Close(), p.db.Close())
	}

	// The channels, each worked by a supervisor that keeps it going.
	var channels []intake.Channel
	for _, m := range mailChannels(c, parserOf(c), 24<<20, log) {
		channels = append(channels, m)
	}
	for _, a := range c.Channel.WhatsApp.Accounts {
		account := whatsAppChannel(c, a, wayToWhatsApp, log)
		p.accounts = append(p.accounts, account)
		channels = append(channels, account)
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	p.stopChannels = stop
	p.working.Go(func() { intake.NewSupervisor(p.db.Acquire, log).Run(running, channels...) })

	// The screens.
	screens := reviewConfig(c)
	for _, a := range p.accounts {
		screens.Pairers = append(screens.Pairers, a)
	}
	p.screens = review.New(p.db, screens, log)
	p.server = &http.Server{
		Handler:           p.screens,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	if c.Web.TLSCertFile != "" {
		certificate := &certificate{certFile: c.Web.TLSCertFile, keyFile: c.Web.TLSKeyFile, log: log}
		p.server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: certificate.get}
	}
	p.working.Go(func() { p.failed <- p.answer() })

	p.URL = siteURLAt(c, p.listener.Addr().String())
	log.Info("ready", "url", p.URL, "sources", len(channels), "data", c.Data)
	if len(channels) == 0 {
		log.Warn("neither a mailbox nor a WhatsApp account is configured, nothing comes in")
	}
	return p, nil
}

// answer serves browsers until the server is shut down.
func (p *program) answer() error {
	if p.server.TLSConfig != nil {
		return p.server.ServeTLS(p.listener, "", "")
	}
	return p.server.Serve(p.listener)
}

// wait returns when ctx has ended and everything has stopped.
func (p *program) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		p.log.Info("stopping")
		err := p.close()
		p.log.Info("stopped")
		return err
	case err := <-p.failed:
		return errors.Join(fmt.Errorf("serve the screens: %w", err), p.close())
	}
}

// goodbye is how long requests in hand may take when the service stops.
const goodbye = 10 * time.Second

// close stops everything in the reverse order and waits for it: work in hand is
// finished, and the database is closed last.
func (p *program) close() error {
	p.closing.Do(func() {
		p.stopChannels()
		p.screens.Close() // ends the streams that would never end by themselves
		ctx, cancel := context.WithTimeout(context.Background(), goodbye)
		defer cancel()
		if err := p.server.Shutdown(ctx); err != nil {
			p.server.Close()
		}
		p.working.Wait()
		for _, a := range p.accounts {
			p.closed = errors.Join(p.closed, a.Close())
		}
		p.closed = errors.Join(p.closed, p.db.Close())
	})
	return p.closed
}

// parserOf makes the parser that knows the forum's own addresses.
func parserOf(c *config.Config) *email.Parser {
	p := &email.Parser{}
	for _, m := range c.Channel.Email.Mailboxes {
		p.Own = append(p.Own, strings.ToLower(m.Address))
	}
	return p
}

// mailChannels makes a channel of each mailbox. Together they hold at most so
// many bytes of mail that is not recorded yet.
func mailChannels(c *config.Config, parser *email.Parser, inFlight int64, log *slog.Logger) []*email.Channel {
	budget := email.NewBudget(inFlight)
	var channels []*email.Channel
	for _, m := range c.Channel.Email.Mailboxes {
		channels = append(channels, email.New(m, email.Options{
			Since:  c.Forum.Opens.Start(c.Location),
			Parser: parser,
			Log:    log.With("source", m.Source()),
			Budget: budget,
		}))
	}
	return channels
}

// whatsAppChannel makes the channel of an account.
func whatsAppChannel(c *config.Config, a whatsapp.Account, way func(*whatsapp.Options), log *slog.Logger) *whatsapp.Channel {
	o := whatsapp.Options{
		Session: c.SessionFile(a),
		Files:   filepath.Join(c.Data, "whatsapp", a.Name),
		Since:   c.Forum.Opens.Start(c.Location),
		Zone:    c.Location,
		Log:     log.With("source", a.Source()),
	}
	way(&o)
	return whatsapp.New(a, o)
}

// reviewConfig is what the screens need to know of the configuration.
func reviewConfig(c *config.Config) review.Config {
	rc := review.Config{
		Zone:    c.Location,
		Parse:   parseAgain(c),
		BaseURL: c.Web.BaseURL,
		TempDir: filepath.Join(c.Data, "tmp"),
	}
	rc.Places = districts.New(kecamatan(c))
	if boxes := c.Channel.Email.Mailboxes; len(boxes) > 0 {
		rc.Address = boxes[0].Address
	}
	for _, s := range c.Web.TrustedProxies {
		rc.TrustedProxies = append(rc.TrustedProxies, network(s))
	}
	return rc
}

// kecamatan are the districts of the configuration, for finding them in texts.
func kecamatan(c *config.Config) []districts.District {
	all := make([]districts.District, len(c.Kecamatan))
	for i, k := range c.Kecamatan {
		all[i] = districts.District{Code: k.Code, Name: k.Name}
		for _, part := range k.Kelurahan {
			all[i].Parts = append(all[i].Parts, districts.Part(part))
		}
	}
	return all
}

// parseAgain reads what is in quarantine again, each item as its channel does.
func parseAgain(c *config.Config) store.Parser {
	mails := parserOf(c).Parse
	chats := map[string]func(*intake.Raw, time.Time) *intake.Submission{}
	for _, a := range c.Channel.WhatsApp.Accounts {
		chats[a.Source()] = whatsapp.Parser(a, c.Location)
	}
	return func(source string, raw *intake.Raw, receivedAt time.Time) *intake.Submission {
		switch channel, _, _ := strings.Cut(source, "/"); {
		case channel == "email":
			return mails(raw, receivedAt)
		case chats[source] != nil:
			return chats[source](raw, receivedAt)
		default:
			return nil
		}
	}
}

// network reads a network, or a single address, that was checked before.
func network(s string) netip.Prefix {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Masked()
	}
	a, _ := netip.ParseAddr(s)
	return netip.PrefixFrom(a, a.BitLen())
}
