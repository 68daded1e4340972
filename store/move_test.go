package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
)

// wrote makes what somebody wrote so many minutes past the hour, in answer to others.
func wrote(from, id string, minute int, text string, answers ...string) *intake.Submission {
	s := mail(from, id, "", text)
	s.InReplyTo = answers
	s.ReceivedAt = morning.Add(time.Duration(minute-60) * time.Minute)
	return s
}

// letters records what Marni and Tini wrote: 1 holds a, b and c, 2 holds x, 3 holds t.
func letters(t testing.TB) (*DB, intake.Ledger, Actor) {
	t.Helper()
	db := forum(t)
	l := acquire(t, db, "email/forum")
	b := wrote("marni@example.id", "b", 2, "minta gerobak", "a")
	b.Attachments = []intake.Attachment{{Name: "foto.jpg", Role: intake.File, Data: []byte("jpg"), Size: 3}, {Name: "text.html", Role: intake.HTML}}
	record(t, l,
		item(1, wrote("marni@example.id", "a", 1, "mohon pelatihan kemasan")), item(2, b),
		item(3, wrote("marni@example.id", "c", 3, "dua unit saja", "a")),
		item(4, wrote("marni@example.id", "x", 40, "usul galeri")),
		item(5, wrote("tini@example.id", "t", 50, "usul tenda")))
	wantContents(t, db, "1 new: a b c", "2 new: x", "3 new: t")
	return db, l, staff(t, db, "Ratna")
}

// wantContents compares what proposals hold, as "1 tagged changed: a b", and
// holds that everything which counts them agrees.
func wantContents(t testing.TB, db *DB, want ...string) {
	t.Helper()
	page, err := db.Proposals(context.Background(), Filter{}, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	tallied := map[tallyKey]int64{}
	for _, s := range page.Items {
		p, err := db.Proposal(context.Background(), s.Ref)
		if err != nil {
			t.Fatal(err)
		}
		line := fmt.Sprintf("%d %s", s.Number, s.State)
		if s.Changed {
			line += " changed"
		}
		line += ":"
		files := 0
		for _, part := range p.Parts {
			line += " " + part.ExternalID
			files += len(slices.DeleteFunc(part.Attachments, func(a Attachment) bool { return a.Role == intake.HTML }))
		}
		got = append(got, line)
		if s.Submissions != len(p.Parts) || s.Attachments != files {
			t.Errorf("%s counts %d submissions and %d files, has %d and %d", s.Ref, s.Submissions, s.Attachments, len(p.Parts), files)
		}
		tallied[tallyKey{1, s.Channel, s.State, s.Priority, s.Changed}]++
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("proposals (-want +got):\n%s", diff)
	}
	kept := map[tallyKey]int64{}
	err = db.each(context.Background(), "SELECT forum, channel, state, priority, changed, count FROM tally WHERE count <> 0", nil,
		func(rows *sql.Rows) error {
			var k tallyKey
			var n int64
			err := rows.Scan(&k.forum, &k.channel, &k.state, &k.priority, &k.changed, &n)
			kept[k] = n
			return err
		})
	if diff := cmp.Diff(tallied, kept, cmp.AllowUnexported(tallyKey{})); err != nil || diff != "" {
		t.Errorf("counters (-proposals +kept), %v:\n%s", err, diff)
	}
}

func number(n int) string { return fmt.Sprintf("USL-2020-%04d", n) }

// shift moves submissions on the present version.
func shift(t testing.TB, db *DB, who Actor, from int, to string, submissions ...int64) Summary {
	t.Helper()
	s, err := db.Move(context.Background(), who, submissions, number(from), summary(t, db, number(from)).Version, to)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSplitOff(t *testing.T) {
	db, l, ratna := letters(t)
	decide(t, db, ratna, number(1), Decision{State: Tagged, Priority: "P1"})
	s := shift(t, db, ratna, 1, "", 2, 3)
	if s.Ref != number(4) || s.State != New || s.Version != 1 || s.Snippet != "minta gerobak" || s.Participant != "Warga marni@example.id" ||
		!s.ReceivedAt.Equal(morning.Add(-58*time.Minute)) || !s.ChangedAt.Equal(morning.Add(-57*time.Minute)) || s.Late {
		t.Errorf("split off: %+v", s)
	}
	wantContents(t, db, "1 tagged: a", "2 new: x", "3 new: t", "4 new: b c")
	if got := refs(t, db, Filter{}); !slices.Equal(got, []string{number(1), number(4), number(2), number(3)}) {
		t.Errorf("the list reads %v; want the new one where its first message was received", got)
	}
	for query, want := range map[string]string{"gerobak": number(4), "kemasan": number(1), number(4): number(4), "foto": number(4)} {
		if got := refs(t, db, Filter{Query: query}); !slices.Equal(got, []string{want}) {
			t.Errorf("%q finds %v, want %s", query, got, want)
		}
	}
	wantLines(t, ledgerOf(t, db), "1 proposal "+number(1), "2 continuation "+number(4), "3 continuation "+number(4),
		"4 proposal "+number(2), "5 proposal "+number(3))
	for n, want := range map[int]Entry{1: {Kind: "moved", To: number(4), Actor: "Ratna"}, 4: {Kind: "moved", From: number(1), Actor: "Ratna"}} {
		p, err := db.Proposal(t.Context(), number(n))
		if err != nil {
			t.Fatal(err)
		}
		e := p.History[len(p.History)-1]
		if got := (Entry{Kind: e.Kind, To: e.To, From: e.From, Actor: e.Actor}); !cmp.Equal(got, want) {
			t.Errorf("history of %s ends in %+v, want %+v", number(n), got, want)
		}
	}

	// What is said next goes where the message it answers is now, and numbers go on.
	record(t, l, item(6, wrote("marni@example.id", "d", 55, "yang merah", "c")), item(7, wrote("marni@example.id", "e", 56, "lokasi di Setu", "a")),
		item(8, wrote("tini@example.id", "u", 57, "usul etalase")))
	wantContents(t, db, "1 tagged changed: a e", "2 new: x", "3 new: t", "4 new: b c d", "5 new: u")
}

func TestMoveIntoAnother(t *testing.T) {
	for _, tc := range []struct {
		name  string
		stood Decision // the target, before
		want  string
	}{
		{"ThatIsNew", Decision{State: New}, "2 new: b x"},
		{"ThatIsDecided", Decision{State: Tagged, Priority: "P2"}, "2 tagged changed: b x"},
		{"ThatWaitedForInfo", Decision{State: NeedsInfo}, "2 new: b x"},
		{"ThatIsSetAside", Decision{State: SetAside, Reason: "duplicate"}, "2 set_aside changed: b x"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			db, _, ratna := letters(t)
			if tc.stood.State != New {
				decide(t, db, ratna, number(2), tc.stood)
			}
			before := summary(t, db, number(2))
			if s := shift(t, db, ratna, 1, number(2), 2); s.Ref != number(2) || s.Version != before.Version+1 {
				t.Errorf("moved to %s at version %d, want %s at %d", s.Ref, s.Version, number(2), before.Version+1)
			}
			wantContents(t, db, "1 new: a c", tc.want, "3 new: t")
			s, err := db.Undo(t.Context(), ratna)
			if err != nil || s.Ref != number(1) {
				t.Fatalf("undone on %s, %v", s.Ref, err)
			}
			wantContents(t, db, "1 new: a b c", "2 "+string(tc.stood.State)+": x", "3 new: t")
			after := summary(t, db, number(2))
			before.Version = after.Version
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("the target after undo (-before +after):\n%s", diff)
			}
		})
	}

	t.Run("OfAStranger", func(t *testing.T) {
		db, _, ratna := letters(t)
		shift(t, db, ratna, 3, number(1), 5)
		wantContents(t, db, "1 new: a b c t", "2 new: x", "3 set_aside:")
		p, err := db.Proposal(t.Context(), number(1))
		if err != nil || p.Participant != "Warga marni@example.id" || p.Parts[3].From.Value != "tini@example.id" {
			t.Errorf("proposal of %s with %+v, %v; want both authors", p.Participant, p.Parts, err)
		}
		// What is left of Marni's goes: then it is Tini's.
		s := shift(t, db, ratna, 1, number(2), 1, 2, 3)
		wantContents(t, db, "1 new: t", "2 new: a b c x", "3 set_aside:")
		defer func() {
			if _, err := db.Undo(t.Context(), ratna); err != nil {
				t.Fatal(err)
			}
			wantContents(t, db, "1 new: a b c t", "2 new: x", "3 set_aside:")
			if got := summary(t, db, number(1)); got.Participant != "Warga marni@example.id" {
				t.Errorf("after undo it is of %s", got.Participant)
			}
		}()
		if got := summary(t, db, number(1)); got.Participant != "Warga tini@example.id" || got.Snippet != "usul tenda" || s.Participant != "Warga marni@example.id" {
			t.Errorf("what is left is of %q: %q", got.Participant, got.Snippet)
		}
	})
}

// TestMoveEverything empties a proposal: its reference leads to where all of it went.
func TestMoveEverything(t *testing.T) {
	db, l, ratna := letters(t)
	decide(t, db, ratna, number(2), Decision{State: Tagged, Priority: "P1"})
	shift(t, db, ratna, 2, number(1), 4)
	wantContents(t, db, "1 new: a b c x", "2 set_aside:", "3 new: t")
	if s := summary(t, db, number(2)); s.Reason != ReasonEmptied || s.DecidedBy != "Ratna" || s.Snippet != "usul galeri" {
		t.Errorf("emptied: %+v", s)
	}
	if got := refs(t, db, Filter{Query: "galeri"}); !slices.Equal(got, []string{number(1)}) {
		t.Errorf("its words find %v, want where they are", got)
	}
	follow := wrote("marni@example.id", "y", 58, "galerinya di lantai dua")
	follow.Mentions = []string{number(2)}
	record(t, l, item(6, follow))
	wantContents(t, db, "1 new: a b c x y", "2 set_aside:", "3 new: t")

	if _, err := db.Undo(t.Context(), ratna); err != nil {
		t.Fatal(err)
	}
	wantContents(t, db, "1 new: a b c y", "2 tagged: x", "3 new: t")
	if s := summary(t, db, number(2)); s.Priority != "P1" || s.DecidedBy != "Ratna" || s.Reason != "" {
		t.Errorf("after undo: %+v", s)
	}
	if _, err := db.Undo(t.Context(), ratna); err != nil { // the tag, which came before
		t.Fatal(err)
	}
	wantContents(t, db, "1 new: a b c y", "2 new: x", "3 new: t")
	if _, err := db.Undo(t.Context(), ratna); !errors.Is(err, ErrNotFound) {
		t.Errorf("undo of nothing: %v", err)
	}

	// One that is empty is filled again by hand, and is new.
	shift(t, db, ratna, 2, number(1), 4)
	shift(t, db, ratna, 1, number(2), 4)
	wantContents(t, db, "1 new: a b c y", "2 new: x", "3 new: t")
	record(t, l, item(7, wrote("marni@example.id", "z", 59, "terima kasih", "x")))
	wantContents(t, db, "1 new: a b c y", "2 new: x z", "3 new: t")
}

func TestUndoSplit(t *testing.T) {
	t.Run("LeavesItEmpty", func(t *testing.T) {
		db, _, ratna := letters(t)
		shift(t, db, ratna, 1, "", 2)
		if _, err := db.Undo(t.Context(), ratna); err != nil {
			t.Fatal(err)
		}
		wantContents(t, db, "1 new: a b c", "2 new: x", "3 new: t", "4 set_aside:")
		if s := shift(t, db, ratna, 1, "", 3); s.Ref != number(5) {
			t.Errorf("split off again as %s; a number is given once", s.Ref)
		}
	})

	t.Run("KeepsWhatJoined", func(t *testing.T) {
		db, l, ratna := letters(t)
		shift(t, db, ratna, 1, "", 2)
		record(t, l, item(6, wrote("marni@example.id", "d", 55, "yang merah", "b")))
		if _, err := db.Undo(t.Context(), ratna); err != nil {
			t.Fatal(err)
		}
		wantContents(t, db, "1 new: a b c", "2 new: x", "3 new: t", "4 new: d")
	})

	for name, meddle := range map[string]func(*testing.T, *DB, Actor) string{
		"TheNewOneWasDecided": func(t *testing.T, db *DB, dewi Actor) string {
			decide(t, db, dewi, number(4), Decision{State: Tagged, Priority: "P2"})
			return number(4)
		},
		"TheOldOneWasDecided": func(t *testing.T, db *DB, dewi Actor) string {
			decide(t, db, dewi, number(1), Decision{State: Tagged, Priority: "P2"})
			return number(1)
		},
		"ItWasMovedOn": func(t *testing.T, db *DB, dewi Actor) string {
			shift(t, db, dewi, 4, number(3), 2)
			return number(4)
		},
	} {
		t.Run(name, func(t *testing.T) {
			db, _, ratna := letters(t)
			shift(t, db, ratna, 1, "", 2)
			dewi := staff(t, db, "Dewi")
			ref := meddle(t, db, dewi)
			var conflict *Conflict
			if _, err := db.Undo(t.Context(), ratna); !errors.As(err, &conflict) || conflict.Current.Ref != ref {
				t.Errorf("undo: %v; want a conflict about %s", err, ref)
			}
			if _, err := db.Undo(t.Context(), dewi); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Undo(t.Context(), ratna); err != nil {
				t.Errorf("after the colleague undid: %v", err)
			}
			wantContents(t, db, "1 new: a b c", "2 new: x", "3 new: t", "4 set_aside:")
		})
	}

	t.Run("OfADecisionBefore", func(t *testing.T) {
		db, _, ratna := letters(t)
		decide(t, db, staff(t, db, "Dewi"), number(2), Decision{State: Tagged, Priority: "P2"})
		shift(t, db, ratna, 2, number(1), 4)
		if _, err := db.Undo(t.Context(), Actor{Staff: 2}); !errors.Is(err, ErrConflict) {
			t.Errorf("undo of a decision on what was emptied since: %v; want a conflict", err)
		}
	})
}

func TestMoveRefused(t *testing.T) {
	db, _, ratna := letters(t)
	other := settings()
	other.Forum.Year = 2021
	before, err := db.LastEntry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name        string
		submissions []int64
		from        string
		version     int64
		to          string
		field       string // of the InputError
	}{
		{"Nothing", nil, number(1), 3, "", "submissions"},
		{"WhatIsNotThere", []int64{99}, number(1), 3, "", "submissions"},
		{"WhatIsElsewhere", []int64{1, 4}, number(1), 3, "", "submissions"},
		{"TooMuch", make([]int64, movable+1), number(1), 3, "", "submissions"},
		{"AllOfItToNowhere", []int64{1, 2, 3}, number(1), 3, "", "submissions"},
		{"ToItself", []int64{1}, number(1), 3, number(1), "to"},
		{"ToItselfWrittenOtherwise", []int64{1}, number(1), 3, "usl-2020-1", "to"},
		{"ToWhatWasNeverGiven", []int64{1}, number(1), 3, number(77), "to"},
		{"ToNoReference", []int64{1}, number(1), 3, "'; --", "to"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := db.Move(t.Context(), ratna, tc.submissions, tc.from, tc.version, tc.to)
			var input *InputError
			if !errors.As(err, &input) || input.Field != tc.field {
				t.Errorf("%v; want an error about %s", err, tc.field)
			}
		})
	}
	var conflict *Conflict
	if _, err := db.Move(t.Context(), ratna, []int64{1}, number(1), 2, ""); !errors.As(err, &conflict) || conflict.Current.Ref != number(1) {
		t.Errorf("on an old version: %v; want the conflict", err)
	}
	if _, err := db.Move(t.Context(), ratna, []int64{1}, number(77), 1, ""); !errors.Is(err, ErrNotFound) {
		t.Errorf("from what was never given: %v; want not found", err)
	}
	wantContents(t, db, "1 new: a b c", "2 new: x", "3 new: t")
	if last, err := db.LastEntry(t.Context()); err != nil || last != before {
		t.Errorf("entries were written, %v", err)
	}

	if err := db.Configure(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	l := acquire(t, db, "email/dinas")
	record(t, l, item(1, wrote("budi@example.id", "n", 50, "usul tahun depan")))
	var input *InputError
	if _, err := db.Move(t.Context(), ratna, []int64{1}, number(1), 3, "USL-2021-0001"); !errors.As(err, &input) || input.Key != "input.move_forum" {
		t.Errorf("into another round: %v; want it refused", err)
	}
	// An old round's proposal is split within its round.
	if s := shift(t, db, ratna, 1, "", 1); s.Ref != number(4) {
		t.Errorf("split off as %s, want %s", s.Ref, number(4))
	}
}

// TestMoveTakesEditsAlong holds that an edit never parts from what it changes.
func TestMoveTakesEditsAlong(t *testing.T) {
	db, _, ratna := letters(t)
	err := db.transact(t.Context(), func(tx *tx) error { // c is an edit of a, in a chat
		if err := tx.exec(`UPDATE submission SET chat = '{"type":"text"}' WHERE id <= 3`); err != nil {
			return err
		}
		return tx.exec("UPDATE submission SET revises = 'a' WHERE external_id = 'c'")
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, named := range []int64{1, 3} {
		shift(t, db, ratna, 1, number(2), named)
		wantContents(t, db, "1 new: b", "2 new: a c x", "3 new: t")
		if _, err := db.Undo(t.Context(), ratna); err != nil {
			t.Fatal(err)
		}
		wantContents(t, db, "1 new: a b c", "2 new: x", "3 new: t")
	}
	var input *InputError
	if _, err := db.Move(t.Context(), ratna, []int64{2, 3}, number(1), summary(t, db, number(1)).Version, ""); !errors.As(err, &input) {
		t.Errorf("splitting off all that is there with what it edits: %v; want it refused", err)
	}
}
