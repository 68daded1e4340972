package store

import (
	"errors"
	"testing"
	"time"

	"usulan/intake"
)

// TestPromote makes a proposal of small talk, and takes that back.
func TestPromote(t *testing.T) {
	a := phone(1)
	setUp := func(t *testing.T) (*DB, intake.Ledger, Actor) {
		db, l := heard(t, text(a, "1", 0, "Assalamualaikum"), text(a, "2", s1, "kapan ada las lagi pak?"), text(phone(2), "x", s1, "pagi"))
		wantOutcomes(t, db, talked, talked, talked)
		return db, l, staff(t, db, "sari")
	}
	promote := func(t *testing.T, db *DB, who Actor) {
		t.Helper()
		row, err := db.Reclassify(t.Context(), who, 2, intake.Message)
		if err != nil || row.Ref != number(1) {
			t.Fatalf("row %+v, %v; want a proposal", row, err)
		}
		wantOutcomes(t, db, first1, joined1, talked)
		wantContents(t, db, "1 new: 1 2")
	}
	t.Run("WithAllOfItsBurst", func(t *testing.T) {
		db, l, sari := setUp(t)
		promote(t, db, sari)
		hear(t, l, text(a, "3", s3, "makasih"))
		wantContents(t, db, "1 new: 1 2 3")
		if got := refs(t, db, Filter{Query: "las"}); len(got) != 1 {
			t.Errorf("the search finds %v", got)
		}
	})
	t.Run("Undone", func(t *testing.T) {
		db, l, sari := setUp(t)
		promote(t, db, sari)
		if _, err := db.Undo(t.Context(), sari); err != nil {
			t.Fatal(err)
		}
		wantOutcomes(t, db, talked, talked, talked)
		wantContents(t, db, "1 set_aside:")
		hear(t, l, text(a, "3", s3, "usul pelatihan las di Setu"))
		wantContents(t, db, "1 set_aside:", "2 new: 1 2 3")
	})
	t.Run("NotUndoneWhenItsSenderHasProposedSince", func(t *testing.T) {
		db, l, sari := setUp(t)
		promote(t, db, sari)
		hear(t, l, text(a, "3", s3, "usul pelatihan las di Setu"))
		if _, err := db.Undo(t.Context(), sari); !errors.Is(err, ErrConflict) {
			t.Errorf("undone: %v, want a conflict", err)
		}
		wantContents(t, db, "1 new: 1 2 3")
	})
	t.Run("WhatStandsAlone", func(t *testing.T) {
		db, l, sari := setUp(t)
		hear(t, l, quoting("1", text(phone(3), "y", s2, "setuju pak")))
		if row, err := db.Reclassify(t.Context(), sari, 4, intake.Message); err != nil || row.Outcome != intake.NewProposal {
			t.Errorf("row %+v, %v", row, err)
		}
		wantContents(t, db, "1 new: y")
		if _, err := db.Undo(t.Context(), sari); err != nil {
			t.Fatal(err)
		}
		wantOutcomes(t, db, talked, talked, talked, talked)
	})
	t.Run("SpamAndBackIsSmallTalk", func(t *testing.T) {
		db, _, sari := setUp(t)
		for _, back := range []func() error{
			func() error { _, err := db.Undo(t.Context(), sari); return err },
			func() error { _, err := db.Reclassify(t.Context(), sari, 2, intake.Message); return err },
		} {
			if _, err := db.Reclassify(t.Context(), sari, 2, intake.Spam); err != nil {
				t.Fatal(err)
			}
			wantOutcomes(t, db, talked, "spam", talked)
			if err := back(); err != nil {
				t.Fatal(err)
			}
			wantOutcomes(t, db, talked, talked, talked)
			wantContents(t, db)
		}
	})
	t.Run("SpamIsPartOfNothing", func(t *testing.T) {
		db, l, sari := setUp(t)
		if _, err := db.Reclassify(t.Context(), sari, 2, intake.Spam); err != nil {
			t.Fatal(err)
		}
		hear(t, l, text(a, "3", s3, "usul pelatihan las di Setu"))
		wantContents(t, db, "1 new: 1 3")
		if _, err := db.Reclassify(t.Context(), sari, 2, intake.Message); err != nil {
			t.Fatal(err)
		}
		wantContents(t, db, "1 new: 1 2 3")
	})
	t.Run("AReactionByTheWordOfStaff", func(t *testing.T) {
		db, l, sari := setUp(t)
		hear(t, l, reaction(a, "r", s2, "1"))
		if _, err := db.Reclassify(t.Context(), sari, 4, intake.Message); err != nil {
			t.Fatal(err)
		}
		wantContents(t, db, "1 new: r")
	})
	t.Run("NotWhatCouldNotBeRead", func(t *testing.T) {
		db, l, sari := setUp(t)
		recordIn(t, l, lobby, undecrypted(a, "u", time.Second), keyed(unsupported(a, "v", s2)))
		for _, id := range []int64{4, 5} {
			if _, err := db.Reclassify(t.Context(), sari, id, intake.Spam); !errors.Is(err, ErrNotFound) {
				t.Errorf("submission %d: %v, want that it is not there", id, err)
			}
		}
	})
}
