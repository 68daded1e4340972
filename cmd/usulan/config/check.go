package config

import (
	"crypto/tls"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// check finds values that are of the right type and cannot be right.
func (d *decoder) check(c *Config) {
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil || c.TimeZone == "" {
		d.fault("time_zone", `%q is not a time zone; write a name such as "Asia/Jakarta"`, c.TimeZone)
		zone = time.UTC
	}
	c.Location = zone
	d.checkForum(c)
	d.checkWeb(&c.Web)
	d.checkPriorities(c.Priorities)
	d.checkReasons(c.Reasons)
	d.checkKecamatan(c.Kecamatan)
	d.checkMailboxes(c)
	d.checkAccounts(c)
}

// prefixForm keeps references typeable on any keyboard and readable aloud.
var prefixForm = regexp.MustCompile(`^[A-Z][A-Z0-9]{1,7}$`)

func (d *decoder) checkForum(c *Config) {
	f := &c.Forum
	if strings.TrimSpace(f.Name) == "" {
		d.fault("forum.name", "is empty; write what participants call the forum")
	}
	if !prefixForm.MatchString(f.Prefix) {
		d.fault("forum.prefix", `%q cannot begin a reference; use 2 to 8 capital letters and digits, such as "USL"`, f.Prefix)
	}
	if f.Year < 2000 || f.Year > 2100 {
		d.fault("forum.year", "%d is not between 2000 and 2100", f.Year)
	}
	if f.PlanYear < f.Year || f.PlanYear > f.Year+5 {
		d.fault("forum.plan_year", "%d is not the forum's year (%d) or one of the five after it", f.PlanYear, f.Year)
	}
	if f.Opens.IsZero() {
		d.fault("forum.opens", `is empty; write the day from which mail counts, such as "2020-03-17"`)
	}
	if !f.Closes.IsZero() && !f.Closes.End(c.Location).After(f.Opens.Start(c.Location)) {
		d.fault("forum.closes", "%s is not after the opening, %s", f.Closes, f.Opens)
	}
}

func (d *decoder) checkWeb(w *Web) {
	if host, port, err := net.SplitHostPort(w.Address); err != nil {
		d.fault("web.address", `%q is not an address; write "127.0.0.1:8080", or ":8080" for all interfaces`, w.Address)
	} else if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		d.fault("web.address", "%q is not a port; use a number from 1 to 65535", port)
	} else if host != "" && host != "localhost" && net.ParseIP(host) == nil {
		d.fault("web.address", "%q is not an IP address of this machine; put the public name into base_url", host)
	}
	if w.BaseURL != "" {
		u, err := url.Parse(w.BaseURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			d.fault("web.base_url", `%q is not the root of a site; write it like "https://usulan.example.go.id"`, w.BaseURL)
		}
	}
	for i, s := range w.TrustedProxies {
		_, errNet := netip.ParsePrefix(s)
		_, errAddr := netip.ParseAddr(s)
		if errNet != nil && errAddr != nil {
			d.fault(element("web.trusted_proxies", i), `%q is neither an address nor a network; write "127.0.0.1" or "10.0.0.0/8"`, s)
		}
	}
	switch {
	case w.TLSCertFile != "" && w.TLSKeyFile == "":
		d.fault("web.tls_cert_file", "needs tls_key_file besides it")
	case w.TLSCertFile == "" && w.TLSKeyFile != "":
		d.fault("web.tls_key_file", "needs tls_cert_file besides it")
	case w.TLSCertFile != "":
		if _, err := tls.LoadX509KeyPair(w.TLSCertFile, w.TLSKeyFile); err != nil {
			d.fault("web.tls_cert_file", "certificate and key cannot be used: %v", err)
		}
		d.warnReadable(w.TLSKeyFile, "web.tls_key_file", "others can read "+w.TLSKeyFile)
	}
}

// codeForm is what may stand in addresses, exports and the API.
var codeForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$`)

// maxPriorities is how many digits a keyboard has beside 0 and 7 to 9, which
// do other things.
const maxPriorities = 6

// maxReasons is how many letters set a proposal aside.
const maxReasons = 26

func (d *decoder) checkPriorities(list []Priority) {
	switch {
	case len(list) == 0:
		d.fault("priority", "the list is empty; leave it out for the six of 2020")
	case len(list) > maxPriorities:
		d.fault(element("priority", maxPriorities), "there are %d; keys 1 to %d leave room for %d", len(list), maxPriorities, maxPriorities)
	}
	codes, shorts := unique{d: d}, unique{d: d}
	for i, p := range list {
		key := element("priority", i)
		codes.add(join(key, "code"), p.Code)
		d.filled(join(key, "short"), p.Short)
		if len([]rune(p.Short)) > 12 {
			d.fault(join(key, "short"), "%q does not fit on a button; use 1 to 12 letters", p.Short)
		}
		shorts.note(join(key, "short"), p.Short)
		d.filled(join(key, "title"), p.Title)
		d.filled(join(key, "label"), p.Label)
		d.filled(join(key, "gloss"), p.Gloss)
		for n, word := range p.Keywords {
			d.filled(element(join(key, "keywords"), n), word)
		}
	}
}

func (d *decoder) checkReasons(list []Reason) {
	switch {
	case len(list) == 0:
		d.fault("reason", "the list is empty; leave it out for the usual reasons")
	case len(list) > maxReasons:
		d.fault(element("reason", maxReasons), "there are %d; letters a to z leave room for %d", len(list), maxReasons)
	}
	codes := unique{d: d}
	for i, r := range list {
		key := element("reason", i)
		codes.add(join(key, "code"), r.Code)
		d.filled(join(key, "title"), r.Title)
		d.filled(join(key, "gloss"), r.Gloss)
	}
}

func (d *decoder) checkKecamatan(list []Kecamatan) {
	codes, names := unique{d: d}, unique{d: d}
	for i, k := range list {
		key := element("kecamatan", i)
		codes.add(join(key, "code"), k.Code)
		d.filled(join(key, "name"), k.Name)
		names.note(join(key, "name"), k.Name)
		for n, v := range k.Kelurahan {
			inner := element(join(key, "kelurahan"), n)
			codes.add(join(inner, "code"), v.Code)
			d.filled(join(inner, "name"), v.Name)
		}
	}
}

func (d *decoder) checkMailboxes(c *Config) {
	names := unique{d: d}
	for i := range c.Channel.Email.Mailboxes {
		m := &c.Channel.Email.Mailboxes[i]
		key := element("channel.email.mailbox", i)
		d.refuseZeros(key, *m)
		*m = m.WithDefaults()
		for _, p := range m.Check() {
			d.fault(join(key, p.Key), "%s", p.Message)
		}
		names.note(join(key, "name"), m.Name)
		if m.Password != "" {
			d.warnReadable(d.doc.file, join(key, "password"), "this file holds a secret and others can read it")
		}
	}
}

func (d *decoder) checkAccounts(c *Config) {
	names := unique{d: d}
	for i := range c.Channel.WhatsApp.Accounts {
		a := &c.Channel.WhatsApp.Accounts[i]
		key := element("channel.whatsapp.account", i)
		d.refuseZeros(key, *a)
		*a = a.WithDefaults()
		for _, p := range a.Check() {
			d.fault(join(key, p.Key), "%s", p.Message)
		}
		names.note(join(key, "name"), a.Name)
	}
}

// refuseZeros finds numbers of a table that were given as 0: later that would be
// taken for "not given".
func (d *decoder) refuseZeros(table string, filled any) {
	v := reflect.ValueOf(filled)
	fields := fieldsOf(v.Type())
	for i, name := range fields.keys {
		f, key := v.Field(fields.index[i]), join(table, name)
		if _, given := d.doc.places[key]; given && f.CanInt() && f.IsZero() {
			d.fault(key, "0 makes no sense; leave the key out for the default")
		}
	}
}

func (d *decoder) filled(key, value string) {
	if strings.TrimSpace(value) == "" {
		d.fault(key, "is missing or empty")
	}
}

// unique refuses values that were there before.
type unique struct {
	d    *decoder
	seen map[string]string // value to its first key
}

// add refuses what is not a code, or was there before.
func (u *unique) add(key, code string) {
	u.d.filled(key, code)
	if !codeForm.MatchString(code) {
		u.d.fault(key, "%q is not a code; use 1 to 32 letters, digits, dots and hyphens", code)
		return
	}
	u.note(key, code)
}

func (u *unique) note(key, value string) {
	if value == "" {
		return
	}
	if first, ok := u.seen[value]; ok {
		u.d.fault(key, "%q is used already, by %s", value, first)
		return
	}
	if u.seen == nil {
		u.seen = map[string]string{}
	}
	u.seen[value] = key
}
