package email

import (
	"fmt"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"usulan/intake"
)

// The ways to protect the connection to a mail server.
const (
	TLSImplicit = "implicit" // TLS from the first byte, port 993
	TLSStart    = "starttls" // TLS after a plain greeting, port 143
	TLSNone     = "none"     // plain text, accepted on loopback only
)

// What happens on the server to a mail that has been recorded.
const (
	AfterNothing = "nothing" // the folder is opened read-only
	AfterSeen    = "seen"    // marked as read
	AfterKeyword = "keyword" // given a keyword
	AfterMove    = "move"    // moved to another folder
)

// Mailbox is one [[channel.email.mailbox]] of the configuration.
type Mailbox struct {
	Name    string   `toml:"name"`    // the source is email/<name>, for good
	Address string   `toml:"address"` // the forum's address
	Host    string   `toml:"host"`
	Port    int      `toml:"port"`
	TLS     string   `toml:"tls"`
	CAFile  string   `toml:"ca_file"` // certificates to trust besides the system's, PEM
	User    string   `toml:"user"`
	Folders []string `toml:"folders"`

	Password     string `toml:"password"`
	PasswordFile string `toml:"password_file"`
	PasswordEnv  string `toml:"password_env"`
	OAuth        *OAuth `toml:"oauth"`

	After   string `toml:"after"`
	Keyword string `toml:"keyword"`
	MoveTo  string `toml:"move_to"`

	MaxSize intake.Size     `toml:"max_size"` // of mails above it only the header is fetched
	Idle    intake.Duration `toml:"idle"`     // how long one IDLE lasts
	Poll    intake.Duration `toml:"poll"`     // how often to look where the server has no IDLE
}

// maxIdle keeps IDLE below the 29 minutes of RFC 2177.
const maxIdle = 28 * time.Minute

// WithDefaults fills in what the configuration leaves out.
func (m Mailbox) WithDefaults() Mailbox {
	fill(&m.TLS, TLSImplicit)
	fill(&m.User, m.Address)
	fill(&m.After, AfterNothing)
	fill(&m.Keyword, "usulan")
	fill(&m.MaxSize, 50<<20)
	fill(&m.Idle, intake.Duration(24*time.Minute))
	fill(&m.Poll, intake.Duration(time.Minute))
	if m.Port == 0 {
		m.Port = 143
		if m.TLS == TLSImplicit {
			m.Port = 993
		}
	}
	if len(m.Folders) == 0 {
		m.Folders = []string{"INBOX"}
	}
	if m.OAuth != nil {
		o := m.OAuth.withDefaults()
		m.OAuth = &o
	}
	return m
}

func fill[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// Source is the name of the mailbox in the ledger.
func (m *Mailbox) Source() string { return "email/" + m.Name }

// plainName is what a source may be called: it is a key for good, and appears
// in addresses of screens.
var plainName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

// IsPlainName tells whether a source may be called so.
func IsPlainName(name string) bool { return plainName.MatchString(name) }

// Check lists everything that is wrong with a mailbox that has its defaults.
// It does not touch the network.
func (m *Mailbox) Check() []intake.Problem {
	var found []intake.Problem
	bad := func(key, format string, args ...any) {
		found = append(found, intake.Problem{Key: key, Message: fmt.Sprintf(format, args...)})
	}
	if !plainName.MatchString(m.Name) {
		bad("name", "%q is not a name: use up to 32 small letters, digits and hyphens, such as \"forum\"", m.Name)
	}
	if at := strings.LastIndexByte(m.Address, '@'); at < 1 || at == len(m.Address)-1 || strings.ContainsAny(m.Address, " <>\r\n") {
		bad("address", "%q is not an email address", m.Address)
	}
	if m.Host == "" || strings.ContainsAny(m.Host, " /@\r\n") {
		bad("host", "%q is not the name of a mail server, such as \"imap.gmail.com\"", m.Host)
	}
	if m.Port < 1 || m.Port > 65535 {
		bad("port", "%d is not a port: use 993 for implicit TLS, 143 for STARTTLS", m.Port)
	}
	switch m.TLS {
	case TLSImplicit, TLSStart:
	case TLSNone:
		if !loopbackName(m.Host) {
			bad("tls", "plain text is accepted on this machine only, not to %s: use \"implicit\" or \"starttls\"", m.Host)
		}
	default:
		bad("tls", "%q is not known: use \"implicit\", \"starttls\" or \"none\"", m.TLS)
	}
	m.checkLogin(bad)
	m.checkFolders(bad)
	if m.MaxSize < 1<<10 {
		bad("max_size", "%d bytes is too little for any mail: the usual value is \"50MiB\"", int64(m.MaxSize))
	}
	if d := time.Duration(m.Idle); d < time.Second || d > maxIdle {
		bad("idle", "%s is not between 1s and %s: servers end the connection after 29 minutes", d, maxIdle)
	}
	if d := time.Duration(m.Poll); d < time.Second || d > 24*time.Hour {
		bad("poll", "%s is not between 1s and 24h", d)
	}
	return found
}

func (m *Mailbox) checkLogin(bad func(key, format string, args ...any)) {
	if m.User == "" || strings.ContainsAny(m.User, "\r\n\x00") {
		bad("user", "%q is not a user name", m.User)
	}
	given := 0
	for _, s := range []string{m.Password, m.PasswordFile, m.PasswordEnv} {
		if s != "" {
			given++
		}
	}
	switch {
	case m.OAuth != nil && given > 0:
		bad("password", "both a password and [oauth] are given: keep one of them")
	case m.OAuth != nil:
		m.OAuth.check(bad)
	case given == 0:
		bad("password", "none is given: set password_file, password_env, password or [oauth]")
	case given > 1:
		bad("password", "it is given more than once: keep one of password, password_file and password_env")
	case m.PasswordEnv != "" && os.Getenv(m.PasswordEnv) == "":
		bad("password_env", "the environment variable %s is empty", m.PasswordEnv)
	case m.PasswordFile != "":
		if _, err := os.Stat(m.PasswordFile); err != nil {
			bad("password_file", "it cannot be read: %v", err)
		}
	}
}

func (m *Mailbox) checkFolders(bad func(key, format string, args ...any)) {
	seen := map[string]bool{}
	for _, f := range m.Folders {
		if f == "" || strings.ContainsAny(f, "\r\n\x00") {
			bad("folders", "%q is not a folder", f)
		}
		if seen[f] {
			bad("folders", "%q is listed twice", f)
		}
		seen[f] = true
	}
	switch m.After {
	case AfterNothing, AfterSeen:
	case AfterKeyword:
		if m.Keyword == "" || strings.ContainsAny(m.Keyword, " (){}%*\"\\]\r\n") {
			bad("keyword", "%q is not a keyword: use letters, digits and hyphens", m.Keyword)
		}
	case AfterMove:
		if m.MoveTo == "" {
			bad("move_to", "no folder is given to move processed mail to")
		} else if slices.Contains(m.Folders, m.MoveTo) {
			bad("move_to", "%q is a folder that is read: mail would come back again", m.MoveTo)
		}
	default:
		bad("after", "%q is not known: use \"nothing\", \"seen\", \"keyword\" or \"move\"", m.After)
	}
}

// password is read when it is needed, so that a changed file counts at the
// next attempt.
func (m *Mailbox) password() (string, error) {
	return secret("password", m.Password, m.PasswordFile, m.PasswordEnv)
}

// secret takes a value from the configuration, a file or the environment.
func secret(what, value, file, env string) (string, error) {
	switch {
	case file != "":
		b, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("read the %s: %w", what, err)
		}
		if value = strings.TrimRight(string(b), "\r\n"); value == "" {
			return "", fmt.Errorf("read the %s: %s is empty", what, file)
		}
		return value, nil
	case env != "":
		if value = os.Getenv(env); value == "" {
			return "", fmt.Errorf("read the %s: the environment variable %s is empty", what, env)
		}
		return value, nil
	default:
		return value, nil
	}
}

// loopbackName tells whether a host is this machine by its name alone.
func loopbackName(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
