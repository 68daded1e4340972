package email_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
	"usulan/intake/email"
)

func good() email.Mailbox {
	return email.Mailbox{Name: "forum", Address: "forum@example.id", Host: "imap.example.id", Password: "x"}
}

func TestMailboxDefaults(t *testing.T) {
	m := good().WithDefaults()
	if faults := m.Check(); len(faults) > 0 {
		t.Errorf("a plain mailbox has faults: %v", faults)
	}
	want := good()
	want.TLS, want.Port, want.User, want.Folders = "implicit", 993, "forum@example.id", []string{"INBOX"}
	want.After, want.Keyword, want.MaxSize = "nothing", "usulan", 50<<20
	want.Idle, want.Poll = intake.Duration(24*time.Minute), intake.Duration(time.Minute)
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
	m = good()
	m.TLS = "starttls"
	if m = m.WithDefaults(); m.Port != 143 {
		t.Errorf("port for STARTTLS = %d, want 143", m.Port)
	}
	if got := m.Source(); got != "email/forum" {
		t.Errorf("source = %s, want email/forum", got)
	}
}

// Each change makes one thing wrong; its key must be named.
func TestMailboxCheck(t *testing.T) {
	oauth := func(o email.OAuth) func(*email.Mailbox) {
		return func(m *email.Mailbox) { m.Password, m.OAuth = "", &o }
	}
	google := email.OAuth{Provider: "google", ClientID: "id", TokenFile: "token.json"}
	for _, tc := range []struct {
		name, key string
		change    func(*email.Mailbox)
	}{
		{"Name", "name", func(m *email.Mailbox) { m.Name = "Forum Kota" }},
		{"NoName", "name", func(m *email.Mailbox) { m.Name = "" }},
		{"NamePath", "name", func(m *email.Mailbox) { m.Name = "../forum" }},
		{"Address", "address", func(m *email.Mailbox) { m.Address = "forum" }},
		{"AddressWithBreak", "address", func(m *email.Mailbox) { m.User, m.Address = "forum", "forum@example.id\r\nBcc: x@example.id" }},
		{"NoHost", "host", func(m *email.Mailbox) { m.Host = "" }},
		{"HostWithScheme", "host", func(m *email.Mailbox) { m.Host = "https://imap.example.id/" }},
		{"Port", "port", func(m *email.Mailbox) { m.Port = 70000 }},
		{"TLS", "tls", func(m *email.Mailbox) { m.TLS = "ssl" }},
		{"PlainTextElsewhere", "tls", func(m *email.Mailbox) { m.TLS = "none" }},
		{"NoPassword", "password", func(m *email.Mailbox) { m.Password = "" }},
		{"TwoPasswords", "password", func(m *email.Mailbox) { m.PasswordFile = "x" }},
		{"PasswordFile", "password_file", func(m *email.Mailbox) { m.Password, m.PasswordFile = "", "/tidak/ada" }},
		{"PasswordEnv", "password_env", func(m *email.Mailbox) { m.Password, m.PasswordEnv = "", "USULAN_NOT_SET" }},
		{"PasswordAndOAuth", "password", func(m *email.Mailbox) { m.OAuth = &google }},
		{"OAuthProvider", "oauth.provider", oauth(email.OAuth{Provider: "yahoo", ClientID: "id", TokenFile: "f"})},
		{"OAuthClient", "oauth.client_id", oauth(email.OAuth{Provider: "google", TokenFile: "f"})},
		{"OAuthTokenFile", "oauth.token_file", oauth(email.OAuth{Provider: "google", ClientID: "id"})},
		{"OAuthTenant", "oauth.tenant", oauth(email.OAuth{Provider: "microsoft", ClientID: "id", TokenFile: "f", Tenant: "a/b"})},
		{"OAuthOther", "oauth.token_url", oauth(email.OAuth{Provider: "other", ClientID: "id", TokenFile: "f"})},
		{"OAuthTwoSecrets", "oauth.client_secret", oauth(email.OAuth{Provider: "google", ClientID: "id", TokenFile: "f", ClientSecret: "a", ClientSecretEnv: "B"})},
		{"EmptyFolder", "folders", func(m *email.Mailbox) { m.Folders = []string{""} }},
		{"FolderTwice", "folders", func(m *email.Mailbox) { m.Folders = []string{"INBOX", "INBOX"} }},
		{"After", "after", func(m *email.Mailbox) { m.After = "delete" }},
		{"Keyword", "keyword", func(m *email.Mailbox) { m.After, m.Keyword = "keyword", "dua kata" }},
		{"MoveNowhere", "move_to", func(m *email.Mailbox) { m.After = "move" }},
		{"MoveInCircles", "move_to", func(m *email.Mailbox) { m.After, m.MoveTo = "move", "INBOX" }},
		{"MaxSize", "max_size", func(m *email.Mailbox) { m.MaxSize = 10 }},
		{"IdleTooLong", "idle", func(m *email.Mailbox) { m.Idle = intake.Duration(30 * time.Minute) }},
		{"IdleNegative", "idle", func(m *email.Mailbox) { m.Idle = -1 }},
		{"Poll", "poll", func(m *email.Mailbox) { m.Poll = intake.Duration(time.Millisecond) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := good()
			tc.change(&m)
			m = m.WithDefaults()
			var keys []string
			for _, p := range m.Check() {
				keys = append(keys, p.Key)
			}
			if !slices.Equal(keys, []string{tc.key}) {
				t.Errorf("faults at %q, want one at %q", keys, tc.key)
			}
		})
	}
	t.Run("AllAtOnce", func(t *testing.T) {
		m := email.Mailbox{TLS: "ssl", After: "delete"}
		m = m.WithDefaults()
		if got := len(m.Check()); got < 5 {
			t.Errorf("%d faults of an empty mailbox, want all of them at once", got)
		}
	})
	t.Run("LoopbackInPlainText", func(t *testing.T) {
		for _, host := range []string{"127.0.0.1", "::1", "localhost"} {
			m := good()
			m.Host, m.TLS = host, "none"
			m = m.WithDefaults()
			if faults := m.Check(); len(faults) > 0 {
				t.Errorf("%s: %v", host, faults)
			}
		}
	})
}

func TestDurationAndSize(t *testing.T) {
	var d intake.Duration
	var s intake.Size
	for in, want := range map[string]intake.Size{"50MiB": 50 << 20, "1 KiB": 1 << 10, "0B": 0, "2GiB": 2 << 30} {
		if err := s.UnmarshalText([]byte(in)); err != nil || s != want {
			t.Errorf("%q = %d, %v; want %d", in, s, err, want)
		}
	}
	for _, in := range []string{"", "50", "50MB", "-1MiB", "1.5GiB", "MiB", "99999999999GiB", "9223372036854775807B"} {
		if err := s.UnmarshalText([]byte(in)); err == nil {
			t.Errorf("%q = %d, want an error", in, s)
		}
	}
	if err := d.UnmarshalText([]byte("1h30m")); err != nil || d != intake.Duration(90*time.Minute) {
		t.Errorf("1h30m = %v, %v", d, err)
	}
	if err := d.UnmarshalText([]byte("24")); err == nil {
		t.Error("24 without a unit was taken")
	}
	for _, n := range []intake.Size{0, 1, 1 << 10, 50 << 20, 3 << 30, 1<<20 + 1} {
		text, _ := n.MarshalText()
		var back intake.Size
		if err := back.UnmarshalText(text); err != nil || back != n {
			t.Errorf("%d was written as %s and read as %d, %v", n, text, back, err)
		}
	}
}
