package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
)

func TestConfirmed(t *testing.T) {
	db := forum(t)
	l := acquire(t, db, "email/forum")
	quoting := mail("joko@example.id", "b", "Lapak", "Usul lapak tetap.\n> modal\nTerima kasih")
	quoting.Ranges = []intake.Range{{Start: 18, End: 25, Kind: intake.Quote}, {Start: 90, End: 99, Kind: intake.Signature}}
	record(t, l, item(1, mail("marni@example.id", "a", "Modal", "Tambahan modal")), item(2, quoting),
		item(3, mail("sari@example.id", "c", "Halo", "Selamat pagi")), item(4, mail("wati@example.id", "d", "Gedung", "Sewa gedung")))
	confirmed := func(most int) []Confirmed {
		t.Helper()
		got, err := db.Confirmed(t.Context(), "duplicate", most)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := confirmed(10); len(got) != 0 {
		t.Errorf("confirmed before anybody decided: %+v", got)
	}
	who := staff(t, db, "ratna")
	decide(t, db, who, number(1), Decision{State: Tagged, Priority: "P1"})
	decide(t, db, who, number(2), Decision{State: Tagged, Priority: "P2"})
	decide(t, db, who, number(3), Decision{State: SetAside, Reason: "duplicate"})
	decide(t, db, who, number(4), Decision{State: NeedsInfo})
	want := []Confirmed{
		{"Lapak\nUsul lapak tetap.\n\n\nTerima kasih\n", "P2"}, {"Modal\nTambahan modal\n", "P1"}, {"Halo\nSelamat pagi\n", ""},
	}
	if diff := cmp.Diff(want, confirmed(10)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Confirmed{want[0], want[2]}, confirmed(1)); diff != "" {
		t.Error("one of each:", diff)
	}
	if got, err := db.Confirmed(t.Context(), "other", 10); err != nil || len(got) != 2 {
		t.Errorf("with another reason: %+v, %v", got, err)
	}
	if _, err := db.Undo(t.Context(), who); err != nil { // of the fourth
		t.Fatal(err)
	}
	if _, err := db.Undo(t.Context(), who); err != nil { // of the third
		t.Fatal(err)
	}
	if diff := cmp.Diff(want[:2], confirmed(10)); diff != "" {
		t.Error("what is undone counts still:", diff)
	}
}

// What was suggested is kept with the decision, and is no part of it.
func TestSuggestedIsKept(t *testing.T) {
	db, _ := one(t)
	who := staff(t, db, "ratna")
	for _, c := range []struct {
		decision Decision
		kept     string
	}{
		{Decision{State: Tagged, Priority: "P1", Suggested: "P1"}, "P1"},
		{Decision{State: Tagged, Priority: "P2", Suggested: "P1"}, "P1"},
		{Decision{State: Tagged, Priority: "P1", Suggested: NoProposal}, NoProposal},
		{Decision{State: SetAside, Reason: "duplicate", Suggested: NoSuggestion}, NoSuggestion},
		{Decision{State: Tagged, Priority: "P1"}, ""},
		{Decision{State: Tagged, Priority: "P2", Suggested: "P99"}, ""},
		{Decision{State: NeedsInfo, Suggested: "P1"}, ""},
		{Decision{State: New, Suggested: "P1"}, ""},
	} {
		decide(t, db, who, first, c.decision)
		p, err := db.Proposal(t.Context(), first)
		if err != nil {
			t.Fatal(err)
		}
		if last := p.History[len(p.History)-1]; last.Suggested != c.kept || last.Kind != "decided" {
			t.Errorf("%+v: %s keeps %q, want %q", c.decision, last.Kind, last.Suggested, c.kept)
		}
	}
	entries := func() int {
		p, err := db.Proposal(t.Context(), first)
		if err != nil {
			t.Fatal(err)
		}
		return len(p.History)
	}
	decide(t, db, who, first, Decision{State: Tagged, Priority: "P1", Suggested: "P1"})
	before := entries()
	decide(t, db, who, first, Decision{State: Tagged, Priority: "P1", Suggested: "P2"})
	if entries() != before {
		t.Error("the same decision with another suggestion is a new one")
	}
}
