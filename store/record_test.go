package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
)

// inbox is the place the tests record into.
var inbox = intake.Place{Folder: "INBOX", Epoch: 7}

// morning is when the tests happen.
var morning = time.Date(2020, 3, 17, 3, 0, 0, 0, time.UTC)

// forum opens a configured database.
func forum(t testing.TB) *DB {
	t.Helper()
	db := open(t, t.TempDir())
	db.Now = func() time.Time { return morning }
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
		ReceivedAt: morning.Add(-time.Hour),
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
	recordIn(t, l, inbox, items...)
}

func recordIn(t testing.TB, l intake.Ledger, p intake.Place, items ...intake.Item) {
	t.Helper()
	for len(items) > 0 {
		n, err := l.Record(context.Background(), p, items)
		if err != nil || n < 1 {
			t.Fatalf("recorded %d, %v", n, err)
		}
		items = items[n:]
	}
}

// ledger lists the rows of the ledger, oldest first, as "item outcome ref".
func ledgerOf(t testing.TB, db *DB) (lines []string) {
	t.Helper()
	page, err := db.Rows(context.Background(), RowFilter{}, "", 100_000)
	if err != nil {
		t.Fatal(err)
	}
	sum := map[intake.Outcome]int64{}
	for _, r := range slices.Backward(page.Items) {
		line := r.Item + " " + string(r.Outcome)
		if r.Ref != "" {
			line += " " + r.Ref
		}
		lines = append(lines, line)
		sum[r.Outcome]++
	}
	// What the screen shows must be what is there.
	kept := map[intake.Outcome]int64{}
	sources, err := db.Sources(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sources {
		total := int64(0)
		for o, n := range s.Outcomes {
			kept[o] += n
			total += n
		}
		if total != s.Total {
			t.Errorf("%s: total %d is not the sum %d", s.Name, s.Total, total)
		}
	}
	if diff := cmp.Diff(sum, kept); diff != "" {
		t.Errorf("counters of the ledger (-rows +kept):\n%s", diff)
	}
	return lines
}

// summary returns a proposal as a list shows it.
func summary(t testing.TB, db *DB, reference string) Summary {
	t.Helper()
	p, err := db.Proposal(context.Background(), reference)
	if err != nil {
		t.Fatal(err)
	}
	return p.Summary
}

func wantLines(t testing.TB, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
}

func TestRecord(t *testing.T) {
	t.Run("OpensAProposal", func(t *testing.T) {
		db := forum(t)
		s := mail("marni@example.id", "a", "Modal warung", "Yth. Dinas,\n\nMohon tambahan permodalan.\n\n> dulu\n")
		s.Ranges = []intake.Range{{Start: len(s.Text) - 7, End: len(s.Text), Kind: intake.Quote}}
		s.Forwarded = intake.Address{Kind: intake.Email, Value: "tini@example.id", Name: "Bu Tini"}
		s.Attachments = []intake.Attachment{{Name: "surat.pdf", Type: "application/pdf", Role: intake.File}, {Name: "text.html", Role: intake.HTML}}
		record(t, acquire(t, db, "email/forum"), item(1, s))
		p, err := db.Proposal(t.Context(), "USL-2020-0001")
		if err != nil {
			t.Fatal(err)
		}
		want := Summary{
			Ref: "USL-2020-0001", Number: 1, Version: 1, State: New, Channel: "email", Subject: "Modal warung",
			Snippet: "Yth. Dinas, Mohon tambahan permodalan.", Participant: "Warga marni@example.id", Named: true,
			ReceivedAt: s.ReceivedAt, ChangedAt: s.ReceivedAt, Submissions: 1, Attachments: 1,
		}
		if diff := cmp.Diff(want, p.Summary); diff != "" {
			t.Errorf("summary (-want +got):\n%s", diff)
		}
		if p.Parts[0].Text != s.Text || len(p.Parts[0].Ranges) != 1 || len(p.Parts[0].Attachments) != 2 {
			t.Errorf("part = %+v; want the whole text, its range and both attachments", p.Parts[0])
		}
		if len(p.Forwarded) != 1 || p.Forwarded[0].Name != "Bu Tini" {
			t.Errorf("forwarded author = %+v", p.Forwarded)
		}
		c, err := db.Counts(t.Context())
		if err != nil || c.State[New] != 1 || c.Waiting != 1 || c.Channel["email"][New] != 1 {
			t.Errorf("counts = %+v, %v; want one new proposal", c, err)
		}
	})

	t.Run("AgainChangesNothing", func(t *testing.T) {
		db := forum(t)
		l := acquire(t, db, "email/forum")
		items := []intake.Item{item(1, mail("a@example.id", "1", "Satu", "x")), item(2, mail("b@example.id", "2", "Dua", "y"))}
		record(t, l, items...)
		before, _ := db.LastEntry(t.Context())
		record(t, l, items...)
		wantLines(t, ledgerOf(t, db), "1 proposal USL-2020-0001", "2 proposal USL-2020-0002")
		if after, _ := db.LastEntry(t.Context()); after != before {
			t.Errorf("%d entries were written for nothing", after-before)
		}
		pos, err := l.Position(t.Context(), inbox, 0)
		if err != nil || pos.Last != 2 {
			t.Errorf("position = %+v, %v; want 2", pos, err)
		}
	})

	t.Run("TheSameInTwoMailboxesAndAfterANewEpoch", func(t *testing.T) {
		db := forum(t)
		first, second := acquire(t, db, "email/forum"), acquire(t, db, "email/dinas")
		s := mail("a@example.id", "1", "Satu", "x")
		record(t, first, item(1, s))
		record(t, second, item(9, s))
		renewed := intake.Place{Folder: "INBOX", Epoch: 8}
		if _, err := first.Position(t.Context(), renewed, 0); err != nil {
			t.Fatal(err)
		}
		recordIn(t, first, renewed, item(5, s))
		wantLines(t, ledgerOf(t, db), "1 proposal USL-2020-0001", "9 duplicate USL-2020-0001", "5 duplicate USL-2020-0001")
	})

	t.Run("TheSameTwiceInOneBatch", func(t *testing.T) {
		db := forum(t)
		s := mail("a@example.id", "1", "Satu", "x")
		record(t, acquire(t, db, "email/forum"), item(1, s), item(2, s))
		wantLines(t, ledgerOf(t, db), "1 proposal USL-2020-0001", "2 duplicate USL-2020-0001")
	})

	t.Run("ARepeatedMessageIDIsNoDuplicate", func(t *testing.T) {
		db := forum(t)
		record(t, acquire(t, db, "email/forum"), item(1, mail("a@example.id", "same", "Satu", "x")), item(2, mail("a@example.id", "same", "Dua", "y")))
		wantLines(t, ledgerOf(t, db), "1 proposal USL-2020-0001", "2 proposal USL-2020-0002")
	})

	t.Run("WhatIsNoMessageOpensNothing", func(t *testing.T) {
		db := forum(t)
		l := acquire(t, db, "email/forum")
		var items []intake.Item
		for i, k := range intake.Kinds {
			s := mail("robot@example.id", string(k), string(k), "isi")
			s.Kind = k
			items = append(items, item(uint32(i+1), s))
		}
		record(t, l, items...)
		wantLines(t, ledgerOf(t, db), "1 proposal USL-2020-0001", "2 auto_reply", "3 bounce", "4 report", "5 newsletter", "6 calendar", "7 own", "8 spam",
			"9 reaction", "10 call", "11 status")
	})

	t.Run("StrangersWithoutANameAreTwo", func(t *testing.T) {
		db := forum(t)
		one, two := mail("", "1", "Satu", "x"), mail("", "2", "Dua", "y")
		one.From, two.From = intake.Address{Kind: intake.Anonymous}, intake.Address{}
		record(t, acquire(t, db, "email/forum"), item(1, one), item(2, two))
		a, err := db.Proposal(t.Context(), "USL-2020-0001")
		if err != nil {
			t.Fatal(err)
		}
		b, err := db.Proposal(t.Context(), "USL-2020-0002")
		if err != nil || a.ParticipantID == b.ParticipantID || a.Others != 0 {
			t.Errorf("participants %d and %d, %v; want two", a.ParticipantID, b.ParticipantID, err)
		}
	})

	t.Run("WhatComesAfterTheForumIsLate", func(t *testing.T) {
		db := forum(t)
		s := mail("a@example.id", "1", "Satu", "x")
		s.ReceivedAt = settings().Forum.Closes.Add(time.Second)
		record(t, acquire(t, db, "email/forum"), item(1, s))
		if !summary(t, db, "USL-2020-0001").Late {
			t.Error("not marked late")
		}
	})

	t.Run("ErrNeverOpened", func(t *testing.T) {
		db := forum(t)
		l := acquire(t, db, "email/forum")
		_, err := l.Record(t.Context(), intake.Place{Folder: "Arsip", Epoch: 1}, []intake.Item{item(1, mail("a@example.id", "1", "x", "x"))})
		if intake.FaultOf(err) != intake.FaultStorage {
			t.Errorf("error = %v; want a storage fault", err)
		}
	})

	t.Run("ErrNoForum", func(t *testing.T) {
		db := open(t, t.TempDir())
		l := acquire(t, db, "email/forum")
		_, err := l.Record(t.Context(), inbox, []intake.Item{item(1, mail("a@example.id", "1", "x", "x"))})
		if !errors.Is(err, errNotConfigured) {
			t.Errorf("error = %v; want that no forum is configured", err)
		}
	})
}

// TestRecordRefused lets the database refuse one item of five.
func TestRecordRefused(t *testing.T) {
	db := forum(t)
	l := acquire(t, db, "email/forum")
	_, err := db.writer.conn.ExecContext(t.Context(), `
		CREATE TRIGGER poison BEFORE INSERT ON proposal WHEN NEW.subject = 'racun'
		BEGIN SELECT RAISE(ABORT, 'poisoned'); END`)
	if err != nil {
		t.Fatal(err)
	}
	var items []intake.Item
	for i := range uint32(5) {
		subject := "sehat"
		if i == 2 {
			subject = "racun"
		}
		items = append(items, item(i+1, mail(fmt.Sprintf("%d@example.id", i), fmt.Sprint(i), subject, "isi")))
	}
	record(t, l, items...)
	wantLines(t, ledgerOf(t, db), "1 proposal USL-2020-0001", "2 proposal USL-2020-0002", "3 quarantine",
		"4 proposal USL-2020-0003", "5 proposal USL-2020-0004")
	c, err := db.Counts(t.Context())
	if err != nil || c.State[New] != 4 {
		t.Errorf("counts = %+v, %v; want four", c, err)
	}
	row, part, err := db.Row(t.Context(), 3)
	if err != nil || row.Reason != FaultUnrecordable || part == nil || part.RawSize != items[2].Size {
		t.Errorf("row = %+v, %+v, %v; want its raw bytes and the reason", row, part, err)
	}
	if _, err := db.writer.conn.ExecContext(t.Context(), "DROP TRIGGER poison"); err != nil {
		t.Fatal(err)
	}
	row, err = db.Replay(t.Context(), Actor{}, 3, func(string, *intake.Raw, time.Time) *intake.Submission { return nil })
	if err != nil || row.Outcome != intake.Quarantine || row.Reason != FaultUnrecordable || row.Tries != 1 {
		t.Errorf("replayed without a parser for its source = %+v, %v; want it where it was", row, err)
	}
	row, err = db.Replay(t.Context(), Actor{}, 3, func(source string, raw *intake.Raw, at time.Time) *intake.Submission {
		if source != "email/forum" {
			t.Errorf("source %q; want that of the item", source)
		}
		s := mail("2@example.id", "2", "racun", "isi")
		s.Raw, s.ReceivedAt = raw, at
		return s
	})
	if err != nil || row.Outcome != intake.NewProposal || row.Ref != "USL-2020-0005" {
		t.Errorf("replayed = %+v, %v; want a proposal", row, err)
	}
	ledgerOf(t, db)
	if got := refs(t, db, Filter{Query: "racun"}); !slices.Equal(got, []string{"USL-2020-0005"}) {
		t.Errorf("found %v; want the replayed one", got)
	}
	if _, err := db.Replay(t.Context(), Actor{}, 3, nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("replayed again: %v; want not found", err)
	}
}
