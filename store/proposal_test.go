package store

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
)

// refs lists the references of a page.
func refs(t testing.TB, db *DB, f Filter) []string {
	t.Helper()
	page, err := db.Proposals(context.Background(), f, "", 50)
	if err != nil {
		t.Fatalf("%+v: %v", f, err)
	}
	var found []string
	for _, s := range page.Items {
		found = append(found, s.Ref)
	}
	return found
}

// staff adds a staff member.
func staff(t testing.TB, db *DB, name string) Actor {
	t.Helper()
	s, err := db.AddStaff(context.Background(), Actor{}, Staff{Name: name, Role: Officer, Language: "id", Password: "$argon2id$x"})
	if err != nil {
		t.Fatal(err)
	}
	return Actor{Staff: s.ID}
}

// decide decides on the present version.
func decide(t testing.TB, db *DB, who Actor, reference string, d Decision) Summary {
	t.Helper()
	s, err := db.Decide(context.Background(), who, reference, summary(t, db, reference).Version, d)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s Summary) decision() Decision {
	return Decision{State: s.State, Priority: s.Priority, Reason: s.Reason, ReasonText: s.ReasonText}
}

// one is a database with one proposal.
func one(t testing.TB) (*DB, intake.Ledger) {
	t.Helper()
	db := forum(t)
	l := acquire(t, db, "email/forum")
	record(t, l, item(1, mail("marni@example.id", "a", "Modal warung", "Mohon tambahan permodalan")))
	return db, l
}

const first = "USL-2020-0001"

func TestDecide(t *testing.T) {
	t.Run("OK", func(t *testing.T) {
		db, _ := one(t)
		sari := staff(t, db, "sari")
		s, err := db.Decide(t.Context(), sari, first, 1, Decision{State: Tagged, Priority: "P1"})
		if err != nil || s.Priority != "P1" || s.Version != 2 || s.DecidedBy != "sari" || !s.DecidedAt.Equal(morning) {
			t.Errorf("decided = %+v, %v", s, err)
		}
		c, err := db.Counts(t.Context())
		want := Counts{State: map[State]int64{Tagged: 1, New: 0}, Priority: map[string]int64{"P1": 1},
			Channel: map[string]map[State]int64{"email": {New: 0, Tagged: 1}}}
		if diff := cmp.Diff(want, c); err != nil || diff != "" {
			t.Errorf("counts (-want +got), %v:\n%s", err, diff)
		}
		trail, err := db.Recent(t.Context(), sari.Staff, 10)
		if err != nil || len(trail) != 1 || trail[0].Ref != first || trail[0].After.Priority != "P1" || trail[0].Actor != "sari" {
			t.Errorf("trail = %+v, %v", trail, err)
		}
	})

	t.Run("TheSameAgainIsNoNews", func(t *testing.T) {
		db, _ := one(t)
		sari := staff(t, db, "sari")
		decide(t, db, sari, first, Decision{State: Tagged, Priority: "P1"})
		if s := decide(t, db, sari, first, Decision{State: Tagged, Priority: "P1"}); s.Version != 2 {
			t.Errorf("version = %d, want 2", s.Version)
		}
	})

	t.Run("ErrConflict", func(t *testing.T) {
		db, _ := one(t)
		decide(t, db, staff(t, db, "sari"), first, Decision{State: Tagged, Priority: "P1"})
		var conflict *Conflict
		_, err := db.Decide(t.Context(), staff(t, db, "budi"), first, 1, Decision{State: Tagged, Priority: "P2"})
		if !errors.As(err, &conflict) || conflict.Current.Priority != "P1" || conflict.Current.DecidedBy != "sari" {
			t.Errorf("error = %v; want a conflict that shows P1 by sari", err)
		}
		if got := summary(t, db, first); got.Priority != "P1" || got.Version != 2 {
			t.Errorf("the refused decision left %+v", got)
		}
	})

	for name, d := range map[string]Decision{
		"ErrUnknownPriority": {State: Tagged, Priority: "P9"},
		"ErrNoPriority":      {State: Tagged},
		"ErrUnknownReason":   {State: SetAside, Reason: "bored"},
		"ErrNoReason":        {State: SetAside},
		"ErrUnknownState":    {State: "lost"},
	} {
		t.Run(name, func(t *testing.T) {
			db, _ := one(t)
			var input *InputError
			if _, err := db.Decide(t.Context(), staff(t, db, "sari"), first, 1, d); !errors.As(err, &input) {
				t.Errorf("error = %v; want an input error", err)
			}
			if got := summary(t, db, first); got.State != New || got.Version != 1 {
				t.Errorf("the refused decision left %+v", got)
			}
		})
	}

	t.Run("ErrNotFound", func(t *testing.T) {
		db, _ := one(t)
		for _, reference := range []string{"", "USL-2020-9999", "XYZ-2020-0001", "USL-2020-0", "-", "USL-2020-0001-1", "USL-99999999-1"} {
			if _, err := db.Decide(t.Context(), Actor{}, reference, 1, Decision{State: New}); !errors.Is(err, ErrNotFound) {
				t.Errorf("%q: %v; want not found", reference, err)
			}
		}
	})
}

func TestUndo(t *testing.T) {
	t.Run("AsOftenAsWanted", func(t *testing.T) {
		db, _ := one(t)
		sari := staff(t, db, "sari")
		decide(t, db, sari, first, Decision{State: Tagged, Priority: "P1"})
		decide(t, db, sari, first, Decision{State: SetAside, Reason: "duplicate", ReasonText: "sama"})
		s, err := db.Undo(t.Context(), sari)
		if err != nil || s.Priority != "P1" || s.DecidedBy != "sari" {
			t.Errorf("first undo = %+v, %v; want P1 again", s, err)
		}
		s, err = db.Undo(t.Context(), sari)
		if err != nil || s.State != New || s.DecidedBy != "" || s.Version != 5 {
			t.Errorf("second undo = %+v, %v; want new, version 5", s, err)
		}
		if _, err = db.Undo(t.Context(), sari); !errors.Is(err, ErrNotFound) {
			t.Errorf("third undo: %v; want nothing to undo", err)
		}
		p, err := db.Proposal(t.Context(), first)
		if err != nil || len(p.History) != 5 || !p.History[1].Undone || !p.History[2].Undone || p.History[3].Undoes != p.History[2].ID {
			t.Errorf("history = %+v, %v", p.History, err)
		}
	})

	t.Run("OnlyOnesOwn", func(t *testing.T) {
		db, _ := one(t)
		decide(t, db, staff(t, db, "sari"), first, Decision{State: Tagged, Priority: "P1"})
		if _, err := db.Undo(t.Context(), staff(t, db, "budi")); !errors.Is(err, ErrNotFound) {
			t.Errorf("undo of another's = %v; want nothing to undo", err)
		}
		if _, err := db.Undo(t.Context(), Actor{}); !errors.Is(err, ErrNotFound) {
			t.Errorf("undo by nobody = %v; want nothing to undo", err)
		}
	})

	t.Run("ErrSomebodyDecidedSince", func(t *testing.T) {
		db, _ := one(t)
		sari, budi := staff(t, db, "sari"), staff(t, db, "budi")
		decide(t, db, sari, first, Decision{State: Tagged, Priority: "P1"})
		decide(t, db, budi, first, Decision{State: Tagged, Priority: "P2"})
		var conflict *Conflict
		if _, err := db.Undo(t.Context(), sari); !errors.As(err, &conflict) || conflict.Current.Priority != "P2" {
			t.Errorf("undo = %v; want a conflict that shows P2", err)
		}
		if _, err := db.Undo(t.Context(), budi); err != nil {
			t.Fatal(err)
		}
		if s, err := db.Undo(t.Context(), sari); err != nil || s.State != New {
			t.Errorf("undo after budi took his back = %+v, %v; want new", s, err)
		}
	})

	t.Run("WhatJoinedMeanwhileStays", func(t *testing.T) {
		db, l := one(t)
		sari := staff(t, db, "sari")
		decide(t, db, sari, first, Decision{State: Tagged, Priority: "P1"})
		decide(t, db, sari, first, Decision{State: Tagged, Priority: "P2"})
		answer := mail("marni@example.id", "b", "Re: Modal", "lagi")
		answer.InReplyTo = []string{"a"}
		record(t, l, item(2, answer))
		if s, err := db.Undo(t.Context(), sari); err != nil || s.Priority != "P1" || !s.Changed {
			t.Errorf("undone = %+v, %v; want P1, still changed", s, err)
		}
		if s, err := db.Undo(t.Context(), sari); err != nil || s.State != New || s.Changed {
			t.Errorf("undone = %+v, %v; want new", s, err)
		}
		c, err := db.Counts(t.Context())
		if err != nil || c.Waiting != 1 || c.State[New] != 1 || c.Priority["P1"] != 0 {
			t.Errorf("counts = %+v, %v", c, err)
		}
	})

	t.Run("AnAnsweredQuestionIsNotOpenAgain", func(t *testing.T) {
		db, l := one(t)
		sari := staff(t, db, "sari")
		decide(t, db, sari, first, Decision{State: NeedsInfo})
		decide(t, db, sari, first, Decision{State: Tagged, Priority: "P1"})
		answer := mail("marni@example.id", "b", "Re: Modal", "lagi")
		answer.InReplyTo = []string{"a"}
		record(t, l, item(2, answer))
		if s, err := db.Undo(t.Context(), sari); err != nil || s.State != New {
			t.Errorf("undone = %+v, %v; want new", s, err)
		}
	})
}

func TestReclassify(t *testing.T) {
	db := forum(t)
	l := acquire(t, db, "email/forum")
	letter := mail("pasar@example.id", "n", "Kabar", "Isi")
	letter.Kind = intake.Newsletter
	letter.Attachments = []intake.Attachment{{Name: "denah.pdf", Role: intake.File}}
	record(t, l, item(1, letter))
	if got := refs(t, db, Filter{}); len(got) != 0 {
		t.Fatalf("a newsletter opened %v", got)
	}
	sari := staff(t, db, "sari")
	row, err := db.Reclassify(t.Context(), sari, 1, intake.Message)
	if err != nil || row.Outcome != intake.NewProposal || row.Ref != first || !row.Reclassified {
		t.Errorf("to message = %+v, %v", row, err)
	}
	if got := refs(t, db, Filter{Query: "denah"}); len(got) != 1 {
		t.Errorf("its attachment's name finds %v", got)
	}
	row, err = db.Reclassify(t.Context(), sari, 1, intake.Spam)
	if err != nil || row.Outcome != intake.OutcomeOf(intake.Spam) || row.Ref != "" {
		t.Errorf("to spam = %+v, %v", row, err)
	}
	if s := summary(t, db, first); s.State != SetAside || s.Reason != ReasonEmptied || s.Submissions != 0 || s.Attachments != 0 {
		t.Errorf("emptied = %+v; want it set aside", s)
	}
	if s, err := db.Undo(t.Context(), sari); err != nil || s.State != New || s.Submissions != 1 || s.Ref != first {
		t.Errorf("undone = %+v, %v; want it back", s, err)
	}
	wantLines(t, ledgerOf(t, db), "1 proposal USL-2020-0001")
	if _, err := db.Undo(t.Context(), sari); err != nil {
		t.Errorf("undo of the first judgement: %v", err)
	}
	wantLines(t, ledgerOf(t, db), "1 newsletter")
	row, _, err = db.Row(t.Context(), 1)
	if err != nil || row.Reclassified {
		t.Errorf("row = %+v, %v; want it as the channel found it", row, err)
	}
	var input *InputError
	if _, err := db.Reclassify(t.Context(), sari, 1, "poem"); !errors.As(err, &input) {
		t.Errorf("unknown kind: %v; want an input error", err)
	}
	if _, err := db.Reclassify(t.Context(), sari, 99, intake.Spam); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown submission: %v; want not found", err)
	}
	c, err := db.Counts(t.Context())
	if err != nil || c.State[New] != 0 || c.State[SetAside] != 1 {
		t.Errorf("counts = %+v, %v; want the emptied one alone", c, err)
	}
}
