package whatsapp_test

import (
	"context"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"usulan/intake"
	"usulan/intake/intaketest"
	"usulan/store/storetest"
)

// TestChannel is the suite that every channel passes, over a WhatsApp on
// loopback that is spoken to by the unmodified client.
func TestChannel(t *testing.T) {
	t.Parallel()
	intaketest.Run(t, func(t *testing.T) intaketest.Rig {
		p := newPhone(t)
		p.meet()
		sent := 0
		return intaketest.Rig{
			Channel: func() intake.Channel { return p.channel() },
			Deliver: func(n int) {
				p.proposals(sent, n)
				sent += n
			},
			Hostile: func() {
				// A kind that nobody has heard of.
				m := &waE2E.Message{}
				m.ProtoReflect().SetUnknown([]byte{0xfa, 0xff, 0x7f, 0x03, 'a', 'b', 'c'})
				if _, err := p.person("6281299999999", "Jahil").Send(m); err != nil {
					t.Fatal(err)
				}
			},
			Cut:  p.server.Cut,
			Told: func() int { return sent - p.server.Unacknowledged() },
		}
	}, func(t *testing.T) intaketest.Book {
		db := storetest.Open(t, t.TempDir())
		return intaketest.Book{
			Acquire:  func(ctx context.Context, source string) (intake.Ledger, error) { return db.Acquire(ctx, source) },
			Accounts: func(source string) map[intake.Outcome]int64 { return storetest.Accounts(t, db, source) },
		}
	})
}
