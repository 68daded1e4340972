package email_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"usulan/intake/email"
	"usulan/intake/email/dovecottest"
)

func TestCheckMailbox(t *testing.T) {
	t.Parallel()
	s := dovecottest.Start(t, dovecottest.Options{})
	s.Deliver("INBOX", letters(1, 3)...)
	for _, tc := range []struct {
		name   string
		change func(*email.Mailbox)
		steps  []string // the last one failed, unless advice is empty
		advice string
	}{
		{"OK", func(m *email.Mailbox) {}, []string{"dial", "tls", "login", "folder INBOX", "idle"}, ""},
		{"Encrypted", func(m *email.Mailbox) { m.TLS, m.Port, m.CAFile = "implicit", s.TLSPort, s.CAFile }, []string{"dial", "tls", "login", "folder INBOX", "idle"}, ""},
		{"ErrNobodyListens", func(m *email.Mailbox) { m.Port = 1 }, []string{"dial"}, "firewall"},
		{"ErrNoSuchHost", func(m *email.Mailbox) { m.Host = "imap.invalid" }, []string{"dial"}, "imap.invalid"},
		{"ErrOtherName", func(m *email.Mailbox) { m.TLS, m.Host, m.Port, m.CAFile = "implicit", "localhost", s.TLSPort, s.CAFile }, []string{"dial", "tls"}, "127.0.0.1"},
		{"ErrUnknownAuthority", func(m *email.Mailbox) { m.TLS, m.Port = "implicit", s.TLSPort }, []string{"dial", "tls"}, "ca_file"},
		{"ErrPlainPortForTLS", func(m *email.Mailbox) { m.TLS = "implicit" }, []string{"dial", "tls"}, "993"},
		{"ErrPassword", func(m *email.Mailbox) { m.Password = "salah" }, []string{"dial", "tls", "login"}, "password"},
		{"ErrNoPasswordFile", func(m *email.Mailbox) { m.Password, m.PasswordFile = "", "/tidak/ada" }, []string{"dial", "tls", "login"}, "password"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			steps := slices.Collect(email.Check(t.Context(), mailbox(s, tc.change)))
			var names []string
			for _, step := range steps {
				names = append(names, step.Name)
			}
			if !slices.Equal(names, tc.steps) {
				t.Fatalf("steps = %q, want %q", names, tc.steps)
			}
			last := steps[len(steps)-1]
			if last.OK != (tc.advice == "") || !strings.Contains(last.Advice, tc.advice) {
				t.Errorf("last step = %+v, want advice with %q", last, tc.advice)
			}
			if last.Detail == "" {
				t.Errorf("last step = %+v, want a detail", last)
			}
		})
	}

	t.Run("ErrFolderListsThoseThereAre", func(t *testing.T) {
		m := mailbox(s, func(m *email.Mailbox) { m.Folders = []string{"Usulan", "INBOX"} })
		steps := slices.Collect(email.Check(t.Context(), m))
		if bad := steps[3]; bad.OK || !strings.Contains(bad.Advice, `"INBOX"`) {
			t.Errorf("step = %+v, want the folders listed", bad)
		}
		if good := steps[4]; !good.OK || good.Detail != "3 mails" {
			t.Errorf("step = %+v, want the number of mails", good)
		}
	})
	t.Run("TellsWhatTheServerSaid", func(t *testing.T) {
		p := newProxy(t, s.Addr())
		p.answer = func(line string) (string, bool) {
			return "NO [ALERT] Application-specific password required", strings.Contains(line, "LOGIN")
		}
		m := mailbox(s, func(m *email.Mailbox) { m.Port = p.port() })
		for step := range email.Check(context.Background(), m) {
			if step.Name == "login" && (step.OK || !strings.Contains(step.Detail, "Application-specific")) {
				t.Errorf("step = %+v, want the server's own words", step)
			}
		}
	})
}

// Trying a mailbox leaves it as it was.
func TestCheckChangesNothing(t *testing.T) {
	s := dovecottest.Start(t, dovecottest.Options{})
	s.Deliver("INBOX", letters(1, 3)...)
	m := mailbox(s, func(m *email.Mailbox) { m.After = email.AfterSeen })
	for step := range email.Check(t.Context(), m) {
		if !step.OK {
			t.Errorf("step = %+v", step)
		}
	}
	if got := marked(s, []string{"mailbox", "INBOX", "seen"}); got != 0 {
		t.Errorf("%d mails marked", got)
	}
}
