package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"usulan/cmd/usulan/config"
	"usulan/intake/email"
	"usulan/intake/whatsapp"
	"usulan/store"
)

func checkCommand() command {
	return command{
		name:    "check",
		summary: "tries the configuration and says what to do about what does not work",
		help: `
usulan check [-config FILE]

Tries every part of the configuration for real, and changes nothing: the data folder, the
database, the web address, each mailbox from the connection to its folders, and of each
WhatsApp account whether it is linked and the version is right. It prints a line for each, and what to do where something does not work; then its exit status is 1. Run
it as the user that the service runs as.

  sudo -u usulan usulan check -config /etc/usulan/usulan.toml`,
		run: runCheck,
	}
}

// verdict is what became of one thing that was tried.
type verdict string

const (
	good    verdict = "ok"
	warning verdict = "warn"
	bad     verdict = "FAIL"
)

// checklist prints verdicts and remembers whether all went well.
type checklist struct {
	w     io.Writer
	fails int
}

// say prints a line, and what to do below it.
func (l *checklist) say(v verdict, what, found, advice string) {
	if v == bad {
		l.fails++
	}
	fmt.Fprintf(l.w, "%-5s %-26s %s\n", v, what, found)
	if advice != "" {
		fmt.Fprintf(l.w, "%-5s %-26s -> %s\n", "", "", advice)
	}
}

func runCheck(ctx context.Context, std streams, args []string) error {
	flags := checkCommand().flags(std)
	named := configFlag(flags)
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if err := noArguments(flags, std); err != nil {
		return err
	}
	file, err := config.Find(*named)
	if err != nil {
		return err
	}
	c, err := config.Load(file)
	if err != nil {
		return err
	}
	list := &checklist{w: std.out}
	list.say(good, "configuration", c.File, "")
	for _, w := range c.Warnings {
		list.say(warning, "configuration", w.String(), "")
	}
	list.clock(c, time.Now())
	if list.data(c.Data) {
		list.database(ctx, c.Data)
	}
	list.web(ctx, c)
	list.mailboxes(ctx, c.Channel.Email.Mailboxes)
	list.accounts(ctx, c)
	if len(c.Channel.Email.Mailboxes)+len(c.Channel.WhatsApp.Accounts) == 0 {
		list.say(warning, "channels", "none is configured", "Nothing comes in without a [[channel.email.mailbox]] or a [[channel.whatsapp.account]]; config.example.toml has them to copy.")
	}
	if list.fails > 0 {
		fmt.Fprintf(std.out, "\n%d of these must be mended.\n", list.fails)
		return errTold
	}
	return nil
}

// clock compares the time with the forum: references, lateness and TLS need it.
func (l *checklist) clock(c *config.Config, now time.Time) {
	shown := now.In(c.Location).Format("2006-01-02 15:04 MST") + ", " + c.TimeZone
	if opens := c.Forum.Opens.Start(c.Location); now.Before(opens.AddDate(-2, 0, 0)) {
		l.say(bad, "clock", shown, "This is years before the forum opens: set the clock of this machine, and have it kept (timedatectl set-ntp true).")
		return
	}
	l.say(good, "clock", shown, "")
}

// Free space below which a person should act, and below which nothing fits.
const (
	lowSpace = 2 << 30
	noSpace  = 200 << 20
)

// data writes a file the way the database does: synced, then removed. It tells
// whether the folder can hold a database.
func (l *checklist) data(dir string) bool {
	const what = "data"
	at := dir
	for {
		info, err := os.Stat(at)
		if err == nil && !info.IsDir() {
			l.say(bad, what, at+" is not a folder", "Name another folder in data, or move that file away.")
			return false
		}
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrNotExist) || at == filepath.Dir(at) {
			l.say(bad, what, err.Error(), "Give the service's user access to the folder.")
			return false
		}
		at = filepath.Dir(at)
	}
	if err := trySync(at); err != nil {
		l.say(bad, what, fmt.Sprintf("%s cannot be written: %v", at, err),
			fmt.Sprintf("Make it and give it to the service's user: install -d -m 0700 -o usulan %s", dir))
		return false
	}
	found := dir + ": written and synced"
	if at != dir {
		found = fmt.Sprintf("%s is not there yet and can be made", dir)
	}
	free, err := freeSpace(at)
	if err != nil {
		l.say(warning, what, fmt.Sprintf("%s; free space not known: %v", found, err), "")
		return true
	}
	found += fmt.Sprintf(", %.1f GiB free", float64(free)/(1<<30))
	switch {
	case free < noSpace:
		l.say(bad, what, found, "The disk is full: intake stops until there is room.")
	case free < lowSpace:
		l.say(warning, what, found, "Make room soon: a forum with scanned letters needs some GiB.")
	default:
		l.say(good, what, found, "")
	}
	return free >= noSpace
}

// trySync proves that a folder takes a file and that the disk keeps it.
func trySync(dir string) error {
	f, err := os.CreateTemp(dir, ".usulan-check-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString("usulan check\n")
	return errors.Join(err, f.Sync(), f.Close())
}

func (l *checklist) database(ctx context.Context, dir string) {
	const what = "database"
	found, known, err := store.Versions(ctx, dir)
	switch {
	case err != nil:
		l.say(bad, what, err.Error(), "See that the service's user may read and write all of "+dir+"; a damaged file is restored from a backup.")
	case found == 0:
		l.say(good, what, "none yet, made at the first start", "")
	case found > known:
		l.say(bad, what, fmt.Sprintf("version %d, this program knows %d", found, known), "Install the program that made it, or restore the copy in "+filepath.Join(dir, "backup")+".")
	case found < known:
		l.say(good, what, fmt.Sprintf("version %d, brought to %d at the next start, after a copy was made", found, known), "")
	default:
		l.say(good, what, fmt.Sprintf("version %d", found), "")
	}
}

// web tells whether the address can be had, or is ours already.
func (l *checklist) web(ctx context.Context, c *config.Config) {
	const what = "web"
	listener, err := net.Listen("tcp", c.Web.Address)
	switch {
	case err == nil:
		listener.Close()
		l.say(good, what, c.Web.Address+" can be served", "")
	case isUsulan(ctx, siteURLAt(&config.Config{Web: config.Web{TLSCertFile: c.Web.TLSCertFile}}, c.Web.Address)):
		l.say(good, what, c.Web.Address+" is served by usulan", "")
	default:
		l.say(bad, what, err.Error(), "Another program has the address, or it is not one of this machine's: set web.address to a free one, such as \"127.0.0.1:8081\". Ports below 1024 need a right (setcap cap_net_bind_service=+ep).")
	}
	if c.Web.TLSCertFile != "" {
		l.certificate(c.Web.TLSCertFile, c.Web.TLSKeyFile)
	}
}

func (l *checklist) certificate(certFile, keyFile string) {
	const what = "certificate"
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		l.say(bad, what, err.Error(), "Have it issued anew.")
		return
	}
	until := pair.Leaf.NotAfter
	found := fmt.Sprintf("valid until %s", until.Format(time.DateOnly))
	switch left := time.Until(until); {
	case left < 0:
		l.say(bad, what, found, "Renew it; a running service takes the new one by itself.")
	case left < 14*24*time.Hour:
		l.say(warning, what, found, "Renew it soon; a running service takes the new one by itself.")
	default:
		l.say(good, what, found, "")
	}
}

// isUsulan asks whoever answers at an address whether it is us. The certificate
// need not fit: it is for the public name.
func isUsulan(ctx context.Context, base string) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/v1/openapi.json", nil)
	if err != nil {
		return false
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	var described struct{ Info struct{ Title string } }
	err = json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&described)
	return err == nil && described.Info.Title == "usulan"
}

func (l *checklist) mailboxes(ctx context.Context, boxes []email.Mailbox) {
	for _, box := range boxes {
		for step := range email.Check(ctx, box) {
			v := good
			if !step.OK {
				v = bad
			}
			l.say(v, box.Source()+" "+step.Name, step.Detail, step.Advice)
		}
	}
}

func (l *checklist) accounts(ctx context.Context, c *config.Config) {
	for _, a := range c.Channel.WhatsApp.Accounts {
		for step := range whatsapp.Check(ctx, a, c.SessionFile(a), nil) {
			v := good
			switch {
			case step.Fault:
				v = bad
			case !step.OK:
				v = warning
			}
			l.say(v, a.Source()+" "+step.Name, step.Detail, step.Advice)
		}
	}
}
