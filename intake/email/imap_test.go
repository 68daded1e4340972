package email_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
	"usulan/intake/email"
	"usulan/intake/email/dovecottest"
	"usulan/store"
	"usulan/store/storetest"
)

// fetch makes one pass and fails the test on an error.
func fetch(t testing.TB, m email.Mailbox, l intake.Ledger) {
	t.Helper()
	if err := channel(t, m).Fetch(t.Context(), l); err != nil {
		t.Fatal(err)
	}
}

func TestFetch(t *testing.T) {
	s := dovecottest.Start(t, dovecottest.Options{})
	s.Deliver("INBOX", letters(1, 300)...)
	db := storetest.Open(t, t.TempDir())
	l := lease(t, db, "email/forum")
	fetch(t, mailbox(s, nil), l)
	wantLetters(t, db, "email/forum", 300)
	if got := storetest.Source(t, db, "email/forum"); got.Present != 300 || got.Missing != 0 {
		t.Errorf("census: %d present, %d missing; want 300, 0", got.Present, got.Missing)
	}

	t.Run("AgainChangesNothing", func(t *testing.T) {
		before := l.recorded
		fetch(t, mailbox(s, nil), l)
		if l.recorded != before {
			t.Errorf("a second pass recorded %d items", l.recorded-before)
		}
	})
	t.Run("ReadsOnly", func(t *testing.T) {
		if flags := s.Admin("fetch", "-u", dovecottest.User, "flags", "mailbox", "INBOX", "seen"); flags != "" {
			t.Errorf("mails were marked as read: %s", flags)
		}
	})
	t.Run("OnlyWhatIsNew", func(t *testing.T) {
		s.Deliver("INBOX", letters(301, 305)...)
		before := l.recorded
		fetch(t, mailbox(s, nil), l)
		if got := l.recorded - before; got != 5 {
			t.Errorf("recorded %d items, want the 5 new ones", got)
		}
		wantLetters(t, db, "email/forum", 305)
	})
}

func TestConnections(t *testing.T) {
	s := dovecottest.Start(t, dovecottest.Options{})
	s.Deliver("INBOX", letters(1, 3)...)
	for _, tc := range []struct {
		name   string
		change func(*email.Mailbox)
		fault  string // empty when it works
	}{
		{"Implicit", func(m *email.Mailbox) { m.TLS, m.Port, m.CAFile = email.TLSImplicit, s.TLSPort, s.CAFile }, ""},
		{"StartTLS", func(m *email.Mailbox) { m.TLS, m.CAFile = email.TLSStart, s.CAFile }, ""},
		{"PasswordFromAFile", func(m *email.Mailbox) {
			m.Password, m.PasswordFile = "", filepath.Join(t.TempDir(), "password")
			if err := os.WriteFile(m.PasswordFile, []byte(dovecottest.Password+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, ""},
		{"PasswordFromTheEnvironment", func(m *email.Mailbox) {
			t.Setenv("USULAN_TEST_PASSWORD", dovecottest.Password)
			m.Password, m.PasswordEnv = "", "USULAN_TEST_PASSWORD"
		}, ""},
		{"ErrUnknownAuthority", func(m *email.Mailbox) { m.TLS, m.Port = email.TLSImplicit, s.TLSPort }, intake.FaultTLS},
		{"ErrUnknownAuthorityStartTLS", func(m *email.Mailbox) { m.TLS = email.TLSStart }, intake.FaultTLS},
		{"ErrOtherName", func(m *email.Mailbox) {
			m.TLS, m.Host, m.Port, m.CAFile = email.TLSImplicit, "localhost", s.TLSPort, s.CAFile
		}, intake.FaultTLS},
		{"ErrPlainPortForTLS", func(m *email.Mailbox) { m.TLS, m.CAFile = email.TLSImplicit, s.CAFile }, intake.FaultTLS},
		{"ErrNobodyListens", func(m *email.Mailbox) { m.Port = 1 }, intake.FaultUnreachable},
		{"ErrWrongPassword", func(m *email.Mailbox) { m.Password = "salah" }, intake.FaultRefused},
		{"ErrNoSuchFolder", func(m *email.Mailbox) { m.Folders = []string{"Tidak Ada"} }, email.FaultFolder},
	} {
		t.Run(tc.name, func(t *testing.T) {
			db := storetest.Open(t, t.TempDir())
			err := channel(t, mailbox(s, tc.change)).Fetch(t.Context(), lease(t, db, "email/forum"))
			switch {
			case tc.fault == "" && err != nil:
				t.Fatal(err)
			case tc.fault == "":
				wantLetters(t, db, "email/forum", 3)
			case err == nil:
				t.Fatal("it worked")
			case intake.FaultOf(err) != tc.fault:
				t.Errorf("fault = %s (%v), want %s", intake.FaultOf(err), err, tc.fault)
			}
			if want := tc.fault == intake.FaultRefused; intake.IsPermanent(err) != want {
				t.Errorf("permanent = %v (%v), want %v", !want, err, want)
			}
		})
	}
}

// A secret never leaves in an error, a status or a log line.
func TestErrorsHoldNoSecret(t *testing.T) {
	s := dovecottest.Start(t, dovecottest.Options{})
	db := storetest.Open(t, t.TempDir())
	m := mailbox(s, func(m *email.Mailbox) { m.Password = "sangat-rahasia" })
	err := channel(t, m).Fetch(t.Context(), lease(t, db, "email/forum"))
	if err == nil || strings.Contains(err.Error(), "sangat-rahasia") {
		t.Errorf("error = %v, want one without the password", err)
	}
}

func TestFolders(t *testing.T) {
	t.Parallel()
	s := dovecottest.Start(t, dovecottest.Options{})
	s.Deliver("INBOX", letters(1, 5)...)
	s.Deliver("Usulan Warga", letters(6, 9)...)
	db := storetest.Open(t, t.TempDir())
	l := lease(t, db, "email/forum")
	m := mailbox(s, func(m *email.Mailbox) { m.Folders = []string{"INBOX", "Usulan Warga"} })
	fetch(t, m, l)
	wantLetters(t, db, "email/forum", 9)

	t.Run("AMissingOneHoldsNoOther", func(t *testing.T) {
		s.Deliver("INBOX", letter(10))
		m := mailbox(s, func(m *email.Mailbox) { m.Folders = []string{"Hilang", "INBOX"} })
		err := channel(t, m).Fetch(t.Context(), l)
		if intake.FaultOf(err) != email.FaultFolder {
			t.Errorf("error = %v, want one about the folder", err)
		}
		wantLetters(t, db, "email/forum", 10)
	})
	t.Run("AMissingOneIsShownWhileOthersAreWorked", func(t *testing.T) {
		m := mailbox(s, func(m *email.Mailbox) { m.Folders = []string{"Hilang", "INBOX"} })
		running(t, channel(t, m), l)
		l.Until(t, "a status that names the folder", func() bool {
			last := l.states[len(l.states)-1]
			return last.Fault == email.FaultFolder && strings.Contains(last.Detail, "Hilang")
		})
		before := l.recorded
		s.Deliver("INBOX", letter(11))
		l.Until(t, "the mail in the other folder", func() bool { return l.recorded == before+1 })
	})
}

func TestRunHearsOfNewMail(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]dovecottest.Options{"Idle": {}, "Polling": {NoIdle: true}} {
		t.Run(name, func(t *testing.T) {
			s := dovecottest.Start(t, o)
			db := storetest.Open(t, t.TempDir())
			l := lease(t, db, "email/forum")
			m := mailbox(s, func(m *email.Mailbox) {
				m.Folders = []string{"INBOX", "Usulan"}
				m.Poll = intake.Duration(time.Second)
			})
			s.Deliver("Usulan")
			stop := running(t, channel(t, m), l)
			l.Until(t, "both folders watched", func() bool { return len(l.states) >= 4 })
			for i, folder := range []string{"INBOX", "Usulan", "INBOX"} {
				began := time.Now()
				s.Deliver(folder, letter(i+1))
				l.Until(t, "the mail recorded", func() bool { return l.recorded == i+1 })
				t.Logf("%s: recorded %s after delivery", folder, time.Since(began).Round(time.Millisecond))
			}
			if err := stop(); err != nil {
				t.Errorf("Run = %v, want nil after its context ended", err)
			}
			wantLetters(t, db, "email/forum", 3)
		})
	}
}

// IDLE is ended and begun again before servers tire of it.
func TestIdleIsRenewed(t *testing.T) {
	t.Parallel()
	s := dovecottest.Start(t, dovecottest.Options{})
	p := newProxy(t, s.Addr())
	l := lease(t, storetest.Open(t, t.TempDir()), "email/forum")
	m := mailbox(s, func(m *email.Mailbox) { m.Port, m.Idle = p.port(), intake.Duration(time.Second) })
	running(t, channel(t, m), l)
	l.Until(t, "three states", func() bool { return len(l.states) >= 4 })
	if got := p.count(" IDLE"); got < 2 {
		t.Errorf("IDLE was sent %d times in two lengths of it, want at least 2", got)
	}
	if got := p.count(" LOGIN"); got != 1 {
		t.Errorf("%d logins, want one connection for all of it", got)
	}
}

func TestRunReturnsWhenTheServerGoes(t *testing.T) {
	s := dovecottest.Start(t, dovecottest.Options{})
	db := storetest.Open(t, t.TempDir())
	l := lease(t, db, "email/forum")
	ch := channel(t, mailbox(s, nil))
	done := make(chan error, 1)
	go func() { done <- ch.Run(t.Context(), l) }()
	l.Until(t, "connected", func() bool { return len(l.states) >= 2 })
	s.Stop()
	if err := <-done; intake.FaultOf(err) != intake.FaultUnreachable || intake.IsPermanent(err) {
		t.Errorf("Run = %v, want a fault that the supervisor mends by calling again", err)
	}
}

func TestOlderMailIsCounted(t *testing.T) {
	s := dovecottest.Start(t, dovecottest.Options{})
	s.DeliverTo(dovecottest.User, "INBOX", opening.AddDate(0, -2, 0), letters(1, 20)...)
	s.DeliverTo(dovecottest.User, "INBOX", opening.AddDate(0, 0, 2), letters(21, 25)...)
	db := storetest.Open(t, t.TempDir())
	l := lease(t, db, "email/forum")
	o := options(t)
	o.Since = opening
	p := newProxy(t, s.Addr())
	ch := email.New(mailbox(s, func(m *email.Mailbox) { m.Port = p.port() }), o)
	run := func(want map[intake.Outcome]int64) {
		t.Helper()
		if err := ch.Fetch(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, storetest.Accounts(t, db, "email/forum")); diff != "" {
			t.Errorf("accounts (-want +got):\n%s", diff)
		}
	}
	run(map[intake.Outcome]int64{intake.Older: 20, intake.NewProposal: 5})

	// A mail that arrives later with an old date was put there by somebody.
	s.DeliverTo(dovecottest.User, "INBOX", opening.AddDate(0, -2, 0), letter(26))
	run(map[intake.Outcome]int64{intake.Older: 20, intake.NewProposal: 6})

	if n, err := db.InsistOlder(t.Context(), store.Actor{}, "email/forum"); err != nil || n != 20 {
		t.Fatalf("insisted on %d, %v; want 20", n, err)
	}
	select {
	case <-l.Wake():
	default:
		t.Error("the channel was not woken")
	}
	run(map[intake.Outcome]int64{intake.NewProposal: 26})
	wantLetters(t, db, "email/forum", 26)
}

func TestTooLarge(t *testing.T) {
	s := dovecottest.Start(t, dovecottest.Options{})
	big := bigLetter(2, 300<<10)
	s.Deliver("INBOX", letter(1), big, letter(3))
	db := storetest.Open(t, t.TempDir())
	l := lease(t, db, "email/forum")
	p := newProxy(t, s.Addr())
	m := mailbox(s, func(m *email.Mailbox) { m.MaxSize, m.Port = 200<<10, p.port() })
	fetch(t, m, l)
	want := map[intake.Outcome]int64{intake.TooLarge: 1, intake.NewProposal: 2}
	if diff := cmp.Diff(want, storetest.Accounts(t, db, "email/forum")); diff != "" {
		t.Fatalf("accounts (-want +got):\n%s", diff)
	}
	if got := p.received.Load(); got > 50<<10 {
		t.Errorf("%d bytes came for two small mails and a header", got)
	}
	for _, row := range rows(t, db, "email/forum") {
		if row.Outcome != intake.TooLarge {
			continue
		}
		if row.Subject != "Foto 2" || row.Size < int64(len(big)) || row.Reason != email.ItemTooLarge {
			t.Errorf("row = %+v, want subject, size and reason of the large mail", row)
		}
		if err := db.Insist(t.Context(), store.Actor{}, row.ID); err != nil {
			t.Fatal(err)
		}
	}
	fetch(t, m, l)
	if diff := cmp.Diff(map[intake.Outcome]int64{intake.NewProposal: 3}, storetest.Accounts(t, db, "email/forum")); diff != "" {
		t.Fatalf("accounts after a person insisted (-want +got):\n%s", diff)
	}
	if got := rawOf(t, db, rows(t, db, "email/forum")[1]); got != string(big) {
		t.Errorf("the large mail was altered: %d bytes, want %d", len(got), len(big))
	}
}

func TestTheSameMailInTwoMailboxes(t *testing.T) {
	s := dovecottest.Start(t, dovecottest.Options{})
	s.DeliverTo("kota", "INBOX", time.Time{}, letters(1, 10)...)
	s.DeliverTo("dinas", "INBOX", time.Time{}, letters(6, 12)...)
	db := storetest.Open(t, t.TempDir())
	for _, name := range []string{"kota", "dinas"} {
		fetch(t, mailbox(s, func(m *email.Mailbox) { m.Name, m.User = name, name }), lease(t, db, "email/"+name))
	}
	want := map[intake.Outcome]int64{intake.Duplicate: 5, intake.NewProposal: 2}
	if diff := cmp.Diff(want, storetest.Accounts(t, db, "email/dinas")); diff != "" {
		t.Errorf("accounts of the second mailbox (-want +got):\n%s", diff)
	}
}

func TestMark(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		opts   dovecottest.Options
		change func(*email.Mailbox)
		query  []string // finds what was marked
	}{
		{"Seen", dovecottest.Options{}, func(m *email.Mailbox) { m.After = email.AfterSeen }, []string{"mailbox", "INBOX", "seen"}},
		{"Keyword", dovecottest.Options{}, func(m *email.Mailbox) { m.After = email.AfterKeyword }, []string{"mailbox", "INBOX", "keyword", "usulan"}},
		{"Move", dovecottest.Options{}, func(m *email.Mailbox) { m.After, m.MoveTo = email.AfterMove, "Selesai" }, []string{"mailbox", "Selesai"}},
		{"MoveWithoutTheCommand", dovecottest.Options{NoMove: true}, func(m *email.Mailbox) { m.After, m.MoveTo = email.AfterMove, "Selesai" }, []string{"mailbox", "Selesai"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := dovecottest.Start(t, tc.opts)
			s.Deliver("INBOX", letter(1), bigLetter(2, 300<<10), letter(3))
			db := storetest.Open(t, t.TempDir())
			l := lease(t, db, "email/forum")
			early := 0
			l.before = func([]intake.Item) { early = max(early, marked(s, tc.query)) }
			fetch(t, mailbox(s, func(m *email.Mailbox) { tc.change(m); m.MaxSize = 200 << 10 }), l)
			if early != 0 {
				t.Errorf("%d mails were marked before the commit", early)
			}
			if got := marked(s, tc.query); got != 2 {
				t.Errorf("%d mails marked, want the 2 that were read and not the one that is too large", got)
			}
			if tc.query[1] == "Selesai" {
				if out := s.Admin("search", "-u", dovecottest.User, "mailbox", "INBOX", "all"); len(strings.Fields(out)) != 2 {
					t.Errorf("left in INBOX: %q, want the large mail alone", out)
				}
			}
		})
	}
}

// marked counts what a search finds; a folder that is not there holds nothing.
func marked(s *dovecottest.Server, query []string) int {
	if query[1] == "Selesai" {
		if list := s.Admin("mailbox", "list", "-u", dovecottest.User); !strings.Contains(list, "Selesai") {
			return 0
		}
	}
	return len(strings.Fields(s.Admin(append([]string{"search", "-u", dovecottest.User}, query...)...))) / 2
}

// A crash after the commit and before the mark is made good by the next pass.
func TestMarkAfterACrash(t *testing.T) {
	s := dovecottest.Start(t, dovecottest.Options{})
	s.Deliver("INBOX", letters(1, 5)...)
	db := storetest.Open(t, t.TempDir())
	l := lease(t, db, "email/forum")
	fetch(t, mailbox(s, nil), l) // recorded, nothing marked: as if it had crashed then
	fetch(t, mailbox(s, func(m *email.Mailbox) { m.After = email.AfterSeen }), l)
	if out := s.Admin("search", "-u", dovecottest.User, "mailbox", "INBOX", "seen"); len(strings.Fields(out)) != 10 {
		t.Errorf("marked: %q, want five mails", out)
	}
}

// A server that does not let us mark does not keep us from taking mail.
func TestMarkIsRefused(t *testing.T) {
	s := dovecottest.Start(t, dovecottest.Options{})
	s.Deliver("INBOX", letters(1, 5)...)
	p := newProxy(t, s.Addr())
	p.answer = func(line string) (string, bool) {
		return "NO [NOPERM] not yours", strings.Contains(line, "STORE")
	}
	db := storetest.Open(t, t.TempDir())
	l := lease(t, db, "email/forum")
	fetch(t, mailbox(s, func(m *email.Mailbox) { m.After, m.Port = email.AfterSeen, p.port() }), l)
	wantLetters(t, db, "email/forum", 5)
	if last := l.states[len(l.states)-1]; last.Fault != email.FaultMark {
		t.Errorf("status = %+v, want the fault %s", last, email.FaultMark)
	}
}

func TestALostLeaseStopsTheChannel(t *testing.T) {
	s := dovecottest.Start(t, dovecottest.Options{})
	s.Deliver("INBOX", letters(1, 5)...)
	db := storetest.Open(t, t.TempDir())
	l := lease(t, db, "email/forum")
	if err := l.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := channel(t, mailbox(s, nil)).Fetch(t.Context(), l); !errors.Is(err, intake.ErrLeased) {
		t.Errorf("error = %v, want ErrLeased", err)
	}
}
