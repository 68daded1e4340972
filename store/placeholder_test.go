package store

import (
	"bytes"
	"testing"
	"time"

	"usulan/intake"
)

// undecrypted is an item that could not be decrypted.
func undecrypted(from intake.Address, id string, after time.Duration, others ...intake.Address) intake.Item {
	s := also(chatting(from, id, after, intake.SmallMessage, ""), others...)
	s.Raw = nil
	return intake.Item{Key: "/" + from.Value + "/" + id, ReceivedAt: s.ReceivedAt, Submission: s, Outcome: intake.Unfetchable, Reason: "undecryptable"}
}

// unsupported is a message of a kind that this program does not know.
func unsupported(from intake.Address, id string, after time.Duration) *intake.Submission {
	s := chatting(from, id, after, intake.SmallMessage, "")
	s.Fault, s.Chat.Unknown = "unsupported", "pollCreationMessageV9"
	return s
}

// wantRaw checks that the one submission of an external id has certain bytes.
func wantRaw(t *testing.T, db *DB, externalID string, want *intake.Raw) {
	t.Helper()
	var hash []byte
	err := db.row(t.Context(), "SELECT raw.hash FROM submission JOIN raw ON raw.id = submission.raw WHERE external_id = $1", []any{externalID}, &hash)
	if err != nil || !bytes.Equal(hash, want.Hash[:]) {
		t.Errorf("the bytes of %s are %x, %v, want %x", externalID, hash, err, want.Hash)
	}
}

func TestPlaceholder(t *testing.T) {
	a := phone(1)
	ask := text(a, "1", 0, "mohon bantuan modal jahit")
	setUp := func(t *testing.T, items ...intake.Item) (*DB, intake.Ledger) {
		db := forum(t)
		l := listen(t, db)
		recordIn(t, l, lobby, items...)
		return db, l
	}
	const lost = "unfetchable USL-2020-0001"

	t.Run("StandsWhereItWasSaid", func(t *testing.T) {
		db, l := setUp(t, keyed(ask), undecrypted(a, "2", s1))
		wantOutcomes(t, db, first1, lost)
		p, err := db.Proposal(t.Context(), number(1))
		if err != nil || len(p.Parts) != 2 || p.Parts[1].From.Value != a.Value || p.Submissions != 2 {
			t.Errorf("proposal %+v, %v; want both parts, with their sender", p, err)
		}
		// Only the far side can send it anew.
		db.Now = func() time.Time { return morning.Add(1000 * time.Hour) }
		if err := db.row(t.Context(), "SELECT 1 FROM ledger WHERE due_at <> 0", nil, new(int)); err == nil {
			t.Error("it is due by time")
		}
		_ = l
	})
	t.Run("IsReplacedWhenItComesAgain", func(t *testing.T) {
		db, l := setUp(t, keyed(ask), undecrypted(a, "2", s1), keyed(text(a, "3", s2, "buat obras")))
		hear(t, l, text(a, "2", s1, "3jt aja"), text(a, "2", s1, "3jt aja"))
		wantOutcomes(t, db, first1, joined1, joined1)
		wantContents(t, db, "1 new: 1 2 3")
		if got := summary(t, db, number(1)).Snippet; got != "mohon bantuan modal jahit · 3jt aja · buat obras" {
			t.Errorf("snippet %q", got)
		}
	})
	t.Run("IsReplacedUnderAnotherAddress", func(t *testing.T) {
		db, l := setUp(t, keyed(text(lid(1), "1", 0, "mohon bantuan modal jahit")), undecrypted(lid(1), "2", s1))
		hear(t, l, also(text(a, "2", s1, "3jt aja"), lid(1)))
		wantOutcomes(t, db, first1, "duplicate USL-2020-0001", joined1)
		wantContents(t, db, "1 new: 1 2")
	})
	t.Run("ComesTooLate", func(t *testing.T) {
		db, l := setUp(t, keyed(also(text(lid(1), "1", 0, "mohon bantuan modal jahit"), a)))
		recordIn(t, l, lobby, undecrypted(a, "1", 0), undecrypted(lid(1), "1", 0))
		wantOutcomes(t, db, first1, "duplicate USL-2020-0001")
		wantContents(t, db, "1 new: 1")
	})
	t.Run("OfAKindThatNobodyKnows", func(t *testing.T) {
		db, l := setUp(t, keyed(ask), undecrypted(a, "2", s1))
		later := keyed(unsupported(a, "2", s1))
		recordIn(t, l, lobby, later, undecrypted(a, "2", s1), later)
		wantOutcomes(t, db, first1, "quarantine USL-2020-0001")
		wantContents(t, db, "1 new: 1 2")
		wantRaw(t, db, "2", later.Submission.Raw)
	})
	t.Run("OfAKindThatNobodyKnowsUnderAnotherAddress", func(t *testing.T) {
		db, l := setUp(t, keyed(text(lid(1), "1", 0, "mohon bantuan modal jahit")), undecrypted(lid(1), "2", s1))
		later := keyed(also(unsupported(a, "2", s1), lid(1)))
		recordIn(t, l, lobby, later)
		wantOutcomes(t, db, first1, "duplicate USL-2020-0001", "quarantine USL-2020-0001")
		wantContents(t, db, "1 new: 1 2")
		wantRaw(t, db, "2", later.Submission.Raw)
	})
	t.Run("FailsAgain", func(t *testing.T) {
		db, l := setUp(t, keyed(ask), undecrypted(a, "2", s1))
		recordIn(t, l, lobby, undecrypted(a, "2", s1), undecrypted(a, "2", s1))
		wantOutcomes(t, db, first1, lost)
		wantContents(t, db, "1 new: 1 2")
	})
	t.Run("AloneIsNoProposal", func(t *testing.T) {
		db, l := setUp(t, undecrypted(a, "1", 0))
		wantOutcomes(t, db, "unfetchable")
		hear(t, l, text(a, "1", 0, "mohon bantuan modal jahit"))
		wantOutcomes(t, db, first1)
	})
	t.Run("IsPartOfWhatBeginsToProposeLater", func(t *testing.T) {
		db, l := setUp(t, undecrypted(a, "1", 0), keyed(unsupported(a, "2", s1)))
		hear(t, l, text(a, "3", s2, "mohon bantuan modal jahit"))
		wantOutcomes(t, db, lost, "quarantine USL-2020-0001", first1)
		wantContents(t, db, "1 new: 1 2 3")
	})
	t.Run("WhenItIsSomethingElse", func(t *testing.T) {
		db, l := setUp(t, keyed(ask), keyed(text(a, "0", -48*time.Hour, "usul tenda seragam pkl")), undecrypted(a, "2", s1))
		hear(t, l, quoting("0", text(a, "2", s1, "yang biru")))
		wantContents(t, db, "1 new: 1", "2 new: 0 2")
	})
	t.Run("WithoutASender", func(t *testing.T) {
		db, _ := setUp(t, undecrypted(intake.Address{}, "1", 0), undecrypted(intake.Address{}, "2", 0))
		wantOutcomes(t, db, "unfetchable", "unfetchable")
	})
	t.Run("AfterADecisionComesBackIntoView", func(t *testing.T) {
		db, l := setUp(t, keyed(ask))
		decide(t, db, staff(t, db, "sari"), number(1), Decision{State: Tagged, Priority: "P1"})
		recordIn(t, l, lobby, keyed(unsupported(a, "2", s1)))
		wantOutcomes(t, db, first1, "quarantine USL-2020-0001")
		wantContents(t, db, "1 tagged changed: 1 2")
	})
	t.Run("IsReadAgain", func(t *testing.T) {
		db, _ := setUp(t, keyed(ask), keyed(unsupported(a, "2", s1)), keyed(text(a, "3", s2, "buat obras")))
		row, err := db.Replay(t.Context(), Actor{}, 2, func(_ string, raw *intake.Raw, at time.Time) *intake.Submission {
			s := text(a, "2", s1, "3jt aja")
			s.Raw, s.ReceivedAt = raw, at
			return s
		})
		if err != nil || row.Outcome != intake.Continuation || row.Ref != number(1) {
			t.Errorf("replayed: %+v, %v", row, err)
		}
		wantOutcomes(t, db, first1, joined1, joined1)
		wantContents(t, db, "1 new: 1 2 3")
	})
	t.Run("IsReadAgainWhereStaffMovedIt", func(t *testing.T) {
		db, _ := setUp(t, keyed(ask), keyed(unsupported(a, "2", s1)), keyed(text(a, "3", s2, "buat obras")))
		shift(t, db, staff(t, db, "sari"), 1, "", 2)
		_, err := db.Replay(t.Context(), Actor{}, 2, func(_ string, raw *intake.Raw, at time.Time) *intake.Submission {
			s := text(a, "2", s1, "3jt aja")
			s.Raw, s.ReceivedAt = raw, at
			return s
		})
		if err != nil {
			t.Fatal(err)
		}
		wantContents(t, db, "1 new: 1 3", "2 new: 2")
	})
	t.Run("AWordlessOneOfAKindToLookAtProposes", func(t *testing.T) {
		once := unsupported(a, "1", 0)
		once.Chat.Type = intake.MediaMessage
		db, l := setUp(t, keyed(once))
		wantOutcomes(t, db, "quarantine USL-2020-0001")
		hear(t, l, text(a, "2", s1, "buat obras"))
		wantContents(t, db, "1 new: 1 2")
	})
	t.Run("TwoOfTheSameBytes", func(t *testing.T) {
		one, two := unsupported(a, "2", s1), unsupported(phone(2), "2", s1)
		two.Raw = one.Raw
		db, _ := setUp(t, keyed(ask), keyed(one), keyed(two))
		wantOutcomes(t, db, first1, "quarantine USL-2020-0001", "quarantine")
	})
}

// TestDueByKey asks for what was said before the account was linked.
func TestDueByKey(t *testing.T) {
	db := forum(t)
	l := listen(t, db)
	history := func(key string) intake.Item {
		s := chatting(intake.Address{}, "", -100*time.Hour, "", "")
		s.Chat, s.Raw = nil, intake.NewRaw([]byte(key))
		return intake.Item{Key: "history/" + key, ReceivedAt: s.ReceivedAt, Size: s.Raw.Size, Submission: s, Outcome: intake.Older}
	}
	recordIn(t, l, lobby, history("a"), history("b"), keyed(text(phone(1), "1", 0, "mohon bantuan modal jahit")))
	if due, err := l.Due(t.Context(), lobby, 10); err != nil || len(due) != 0 {
		t.Errorf("due before anybody asked: %+v, %v", due, err)
	}
	if n, err := db.InsistOlder(t.Context(), Actor{}, "whatsapp/forum"); err != nil || n != 2 {
		t.Fatalf("asked for %d, %v", n, err)
	}
	due, err := l.Due(t.Context(), lobby, 10)
	if err != nil || len(due) != 2 || due[0].Key != "history/a" || due[1].Key != "history/b" || due[0].ID != 0 || !due[0].Insisted || due[0].Outcome != intake.Older {
		t.Fatalf("due %+v, %v; want both by their keys", due, err)
	}
	settled := history("a")
	settled.Submission, settled.Outcome = nil, intake.Service
	recordIn(t, l, lobby, settled)
	if due, err = l.Due(t.Context(), lobby, 10); err != nil || len(due) != 1 || due[0].Key != "history/b" {
		t.Errorf("due %+v, %v; want the other one", due, err)
	}
	wantOutcomes(t, db, "service", "older", first1)
	sources, err := db.Sources(t.Context())
	if err != nil || len(sources) != 1 || sources[0].Total != 3 || sources[0].Missing != 0 || sources[0].Present != 0 || !sources[0].CensusAt.IsZero() {
		t.Errorf("source %+v, %v; want three items, and no census", sources, err)
	}
	if pos, err := l.Position(t.Context(), lobby, 0); err != nil || pos != (intake.Position{}) {
		t.Errorf("position %+v, %v", pos, err)
	}
}
