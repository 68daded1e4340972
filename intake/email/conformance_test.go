package email_test

import (
	"context"
	"strings"
	"testing"

	"usulan/intake"
	"usulan/intake/email"
	"usulan/intake/email/dovecottest"
	"usulan/intake/intaketest"
	"usulan/store/storetest"
)

// TestChannel is the suite that every channel passes, over IMAP with mail being
// marked as seen.
func TestChannel(t *testing.T) {
	t.Parallel()
	intaketest.Run(t, func(t *testing.T) intaketest.Rig {
		s := dovecottest.Start(t, dovecottest.Options{})
		p := newProxy(t, s.Addr())
		m := mailbox(s, func(m *email.Mailbox) { m.After, m.Port = email.AfterSeen, p.port() })
		sent := 0
		return intaketest.Rig{
			Channel: func() intake.Channel { return channel(t, m) },
			Deliver: func(n int) {
				s.Deliver("INBOX", letters(sent+1, sent+n)...)
				sent += n
			},
			Hostile: func() { s.Deliver("INBOX", []byte(strings.Repeat("\x00\xff", 500))) },
			Cut:     p.hangUp,
			Told:    func() int { return marked(s, []string{"mailbox", "INBOX", "seen"}) },
		}
	}, func(t *testing.T) intaketest.Book {
		db := storetest.Open(t, t.TempDir())
		return intaketest.Book{
			Acquire:  func(ctx context.Context, source string) (intake.Ledger, error) { return db.Acquire(ctx, source) },
			Accounts: func(source string) map[intake.Outcome]int64 { return storetest.Accounts(t, db, source) },
		}
	})
}
