// Package config reads the configuration: one TOML file in which every key has
// a default or a clear reason why it must be given. All that is wrong with it
// is told at once, with line, column and the nearest known key.
package config

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"
	_ "time/tzdata" // small servers come without the time zones

	"usulan/intake/email"
	"usulan/intake/whatsapp"
	"usulan/store"
)

// Config is what the configuration says, defaults included.
type Config struct {
	File string `toml:"-"` // where it was read from

	TimeZone string `toml:"time_zone"`
	Data     string `toml:"data"` // folder of the database and the large files

	Forum      Forum       `toml:"forum"`
	Web        Web         `toml:"web"`
	Channel    Channel     `toml:"channel"`
	Priorities []Priority  `toml:"priority"`
	Reasons    []Reason    `toml:"reason"`
	Kecamatan  []Kecamatan `toml:"kecamatan"`

	// Location is TimeZone, loaded.
	Location *time.Location `toml:"-"`
	// Warnings tell what works but is not as it should be.
	Warnings Faults `toml:"-"`
}

// Forum is one round of consultation.
type Forum struct {
	Name     string `toml:"name"`
	Prefix   string `toml:"prefix"`
	Year     int    `toml:"year"`
	PlanYear int    `toml:"plan_year"`
	Opens    Moment `toml:"opens"`
	Closes   Moment `toml:"closes"`
}

// Web is how the review screens are reached.
type Web struct {
	Address        string   `toml:"address"`
	BaseURL        string   `toml:"base_url"`
	TLSCertFile    string   `toml:"tls_cert_file"`
	TLSKeyFile     string   `toml:"tls_key_file"`
	TrustedProxies []string `toml:"trusted_proxies"`
}

// Channel holds a table for each way in. A channel owns its table and checks it.
type Channel struct {
	Email    Email    `toml:"email"`
	WhatsApp WhatsApp `toml:"whatsapp"`
}

// Email holds the mailboxes of the email channel.
type Email struct {
	Mailboxes []email.Mailbox `toml:"mailbox"`
}

// WhatsApp holds the accounts of the WhatsApp channel.
type WhatsApp struct {
	Accounts []whatsapp.Account `toml:"account"`
}

// Priority is one of the heads that proposals are tagged to; the position in
// the list is the key that staff press.
type Priority struct {
	Code     string   `toml:"code"`
	Short    string   `toml:"short"`
	Title    string   `toml:"title"`
	Label    string   `toml:"label"`
	Gloss    string   `toml:"gloss"`
	Keywords []string `toml:"keywords"`
}

// Reason is why a proposal is set aside.
type Reason struct {
	Code  string `toml:"code"`
	Title string `toml:"title"`
	Gloss string `toml:"gloss"`
}

// Kecamatan is a district of the city.
type Kecamatan struct {
	Code      string      `toml:"code"`
	Name      string      `toml:"name"`
	Kelurahan []Kelurahan `toml:"kelurahan"`
}

// Kelurahan is a part of a Kecamatan.
type Kelurahan struct {
	Code string   `toml:"code"`
	Name string   `toml:"name"`
	Also []string `toml:"also"` // other spellings in use
}

// forumText holds the priorities, reasons and districts that are the defaults.
//
//go:embed forum.toml
var forumText []byte

// Default is the configuration that an empty file stands for.
func Default() *Config {
	c := &Config{
		TimeZone: "Asia/Jakarta",
		Data:     "/var/lib/usulan",
		Forum: Forum{
			Name:     "Forum Perangkat Daerah Dinas Koperasi dan UKM Kota Tangerang Selatan",
			Prefix:   "USL",
			Year:     2020,
			PlanYear: 2021,
			Opens:    MustMoment("2020-03-17"),
		},
		Web: Web{Address: "127.0.0.1:8080"},
	}
	facts, err := read("forum.toml", forumText)
	if err != nil {
		panic(err) // the text is part of the program
	}
	d := decoder{doc: facts}
	d.table(reflect.ValueOf(c).Elem(), facts.values, "")
	if len(d.faults) > 0 {
		panic(d.faults.Error())
	}
	return c
}

// searched are the places of a configuration that is not named.
var searched = []string{"usulan.toml", "/etc/usulan/usulan.toml"}

// Find returns the configuration file to read: the one that is named, else the
// first that is there.
func Find(named string) (string, error) {
	if named != "" {
		if _, err := os.Stat(named); err != nil {
			return "", fmt.Errorf("%w; copy config.example.toml there and adapt it, or name another with -config", err)
		}
		return named, nil
	}
	for _, file := range searched {
		_, err := os.Stat(file)
		if err == nil {
			return file, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return "", fmt.Errorf("there is no configuration: neither ./%s. Copy config.example.toml there and adapt it, or name one with -config; \"usulan demo\" needs none",
		strings.Join(searched, " nor "))
}

// Load reads a configuration file. Everything that is wrong with it comes as
// one error of type Faults.
func Load(file string) (*Config, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	return Parse(file, text)
}

// Parse reads a configuration that is already in memory; file is its name, to
// which the paths in it are relative.
func Parse(file string, text []byte) (*Config, error) {
	doc, err := read(file, text)
	if err != nil {
		return nil, err
	}
	c := Default()
	c.File = file
	d := &decoder{doc: doc, known: keysOf(reflect.TypeFor[Config](), "")}
	d.table(reflect.ValueOf(c).Elem(), doc.values, "")
	if !filepath.IsAbs(c.Data) {
		c.Data = filepath.Join(filepath.Dir(file), c.Data)
	}
	d.check(c)
	if len(d.faults) > 0 {
		return nil, d.faults.inOrder()
	}
	c.Warnings = d.warnings.inOrder()
	return c, nil
}

// SessionFile is where an account's session keys are.
func (c *Config) SessionFile(a whatsapp.Account) string {
	return filepath.Join(c.Data, "whatsapp-"+a.Name+".db")
}

// Settings are what the store keeps of the configuration.
func (c *Config) Settings() store.Settings {
	s := store.Settings{Forum: store.Forum{
		Name: c.Forum.Name, Prefix: c.Forum.Prefix,
		Year: c.Forum.Year, PlanYear: c.Forum.PlanYear,
		Opens:  c.Forum.Opens.Start(c.Location),
		Closes: c.Forum.Closes.End(c.Location),
	}}
	for _, p := range c.Priorities {
		s.Priorities = append(s.Priorities, store.Priority{
			Code: p.Code, Short: p.Short, Title: p.Title,
			Label: p.Label, Gloss: p.Gloss, Keywords: p.Keywords,
		})
	}
	for _, r := range c.Reasons {
		s.Reasons = append(s.Reasons, store.Reason{Code: r.Code, Title: r.Title, Gloss: r.Gloss})
	}
	return s
}
