package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"usulan/intake"
)

// inbox is the place the tests record into.
var inbox = intake.Place{Folder: "INBOX", Epoch: 7}

// forum opens a configured database.
func forum(t testing.TB) *DB {
	t.Helper()
	db := open(t, t.TempDir())
	db.Now = func() time.Time { return time.Date(2020, 3, 17, 3, 0, 0, 0, time.UTC) }
	if err := db.Configure(context.Background(), settings()); err != nil {
		t.Fatal(err)
	}
	return db
}

// acquire leases a source and opens inbox.
func acquire(t testing.TB, db *DB, source string) intake.Ledger {
	t.Helper()
	l, err := db.Acquire(context.Background(), source)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Position(context.Background(), inbox, 0); err != nil {
		t.Fatal(err)
	}
	return l
}

// mail makes a message. Equal arguments make equal content.
func mail(from, id, subject, text string) *intake.Submission {
	raw := fmt.Sprintf("From: %s\r\nMessage-ID: <%s>\r\nSubject: %s\r\n\r\n%s", from, id, subject, text)
	return &intake.Submission{
		Kind: intake.Message, ExternalID: id,
		ContentHash: sha256.Sum256([]byte(from + "\x00" + subject + "\x00" + text)),
		From:        intake.Address{Kind: intake.Email, Value: from, Shown: from, Name: "Warga " + from},
		Subject:     subject, Text: text,
		ReceivedAt: time.Date(2020, 3, 17, 2, 0, 0, 0, time.UTC),
		Raw:        intake.NewRaw([]byte(raw)),
	}
}

// item makes an item of a submission.
func item(id uint32, s *intake.Submission) intake.Item {
	return intake.Item{ID: id, ReceivedAt: s.ReceivedAt, Size: s.Raw.Size, Submission: s}
}

// record records all items.
func record(t testing.TB, l intake.Ledger, items ...intake.Item) {
	t.Helper()
	for len(items) > 0 {
		n, err := l.Record(context.Background(), inbox, items)
		if err != nil {
			t.Fatal(err)
		}
		items = items[n:]
	}
}

func TestRecordOpensAProposal(t *testing.T) {
	db := forum(t)
	l := acquire(t, db, "email/forum")
	record(t, l, item(1, mail("marni@example.id", "a", "Modal warung", "Mohon tambahan permodalan")))
	c, err := db.Counts(t.Context())
	if err != nil || c.State[New] != 1 || c.Waiting != 1 {
		t.Errorf("counts = %+v, %v; want one new proposal", c, err)
	}
	last, err := db.Changed(t.Context(), 0)
	if err != nil || last != 1 {
		t.Errorf("newest entry = %d, %v; want 1", last, err)
	}
}
