package email_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"usulan/intake"
	"usulan/intake/email"
	"usulan/intake/email/dovecottest"
)

// letter is a mail that differs from every other by its number.
func letter(n int) []byte {
	return fmt.Appendf(nil, "From: Warga %[1]d <warga%[1]d@example.id>\r\nTo: forum@example.id\r\nSubject: Usulan %[1]d\r\n"+
		"Message-ID: <%[1]d@example.id>\r\nDate: Mon, 02 Mar 2020 08:00:00 +0700\r\n\r\nMohon jalan nomor %[1]d diperbaiki.\r\n", n)
}

func letters(from, to int) (mails [][]byte) {
	for n := from; n <= to; n++ {
		mails = append(mails, letter(n))
	}
	return mails
}

// mailbox is the configuration that fits a server; change adapts it.
func mailbox(s *dovecottest.Server, change func(*email.Mailbox)) email.Mailbox {
	m := email.Mailbox{
		Name: "forum", Address: "forum@example.id", Host: s.Host, Port: s.Port, TLS: email.TLSNone,
		User: dovecottest.User, Password: dovecottest.Password,
	}
	if change != nil {
		change(&m)
	}
	return m.WithDefaults()
}

func channel(t testing.TB, m email.Mailbox) *email.Channel {
	t.Helper()
	if faults := m.Check(); len(faults) > 0 {
		t.Fatalf("mailbox: %v", faults)
	}
	return email.New(m, email.Options{
		Parser: &email.Parser{}, Log: slog.New(slog.NewTextHandler(testLog{t}, nil)),
	})
}

// testLog writes to the log of a test.
type testLog struct{ testing.TB }

func (l testLog) Write(p []byte) (int, error) {
	l.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

func TestFetch(t *testing.T) {
	s := dovecottest.Start(t, dovecottest.Options{})
	s.Deliver("INBOX", letters(1, 300)...)
	b := newBook()
	if err := channel(t, mailbox(s, nil)).Fetch(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if len(b.pos) != 1 {
		t.Fatalf("places = %v", b.pos)
	}
	for p, items := range b.items {
		if len(items) != 300 || b.pos[p].Last != 300 || b.present != 300 {
			t.Errorf("%d items, position %+v, present %d; want 300 of each", len(items), b.pos[p], b.present)
		}
		for id, raw := range b.raws[p] {
			if want := string(letter(int(id))); raw != want {
				t.Fatalf("mail %d = %q, want %q", id, raw, want)
			}
		}
	}
}

func TestRunHearsOfNewMail(t *testing.T) {
	s := dovecottest.Start(t, dovecottest.Options{})
	b := newBook()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	ch := channel(t, mailbox(s, nil))
	go func() { done <- ch.Run(ctx, b) }()
	b.until(t, "connected", func() bool { return len(b.status) > 1 && b.status[1].State == intake.Connected })
	began := time.Now()
	s.Deliver("INBOX", letter(1))
	b.until(t, "the mail recorded", func() bool {
		for _, items := range b.items {
			return len(items) == 1
		}
		return false
	})
	t.Logf("heard after %s", time.Since(began))
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run = %v, want nil after its context ended", err)
	}
}
