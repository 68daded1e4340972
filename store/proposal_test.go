package store

import (
	"errors"
	"testing"

	"usulan/intake"
)

// refs lists the references of a page.
func refs(t testing.TB, db *DB, f Filter) []string {
	t.Helper()
	page, err := db.Proposals(t.Context(), f, "", 50)
	if err != nil {
		t.Fatalf("%+v: %v", f, err)
	}
	var found []string
	for _, s := range page.Items {
		found = append(found, s.Ref)
	}
	return found
}

func TestDecideAndUndo(t *testing.T) {
	db := forum(t)
	l := acquire(t, db, "email/forum")
	record(t, l, item(1, mail("marni@example.id", "a", "Modal warung", "Mohon tambahan permodalan")))
	sari, err := db.AddStaff(t.Context(), Actor{}, Staff{Name: "sari", Role: Officer, Language: "id", Password: "$argon2id$x"})
	if err != nil {
		t.Fatal(err)
	}
	who := Actor{Staff: sari.ID}
	s, err := db.Decide(t.Context(), who, "USL-2020-0001", 1, Decision{State: Tagged, Priority: "P1"})
	if err != nil || s.Priority != "P1" || s.Version != 2 || s.DecidedBy != "sari" {
		t.Fatalf("decided = %+v, %v", s, err)
	}
	var conflict *Conflict
	if _, err = db.Decide(t.Context(), who, "USL-2020-0001", 1, Decision{State: Tagged, Priority: "P2"}); !errors.As(err, &conflict) || conflict.Current.Priority != "P1" {
		t.Errorf("stale decision: %v; want a conflict with P1", err)
	}
	if got := refs(t, db, Filter{Query: "modal", Priority: "P1"}); len(got) != 1 {
		t.Errorf("search within a priority found %v", got)
	}
	s, err = db.Undo(t.Context(), who)
	if err != nil || s.State != New || s.Version != 3 {
		t.Errorf("undone = %+v, %v", s, err)
	}
	if _, err = db.Undo(t.Context(), who); !errors.Is(err, ErrNotFound) {
		t.Errorf("nothing to undo: %v", err)
	}
}

func TestReclassify(t *testing.T) {
	db := forum(t)
	l := acquire(t, db, "email/forum")
	letter := mail("pasar@example.id", "n", "Kabar", "Isi")
	letter.Kind = intake.Newsletter
	record(t, l, item(1, letter))
	if got := refs(t, db, Filter{}); len(got) != 0 {
		t.Fatalf("a newsletter opened %v", got)
	}
	row, err := db.Reclassify(t.Context(), Actor{}, 1, intake.Message)
	if err != nil || row.Outcome != intake.NewProposal || row.Ref != "USL-2020-0001" || !row.Reclassified {
		t.Errorf("reclassified = %+v, %v", row, err)
	}
	row, err = db.Reclassify(t.Context(), Actor{}, 1, intake.Spam)
	if err != nil || row.Outcome != intake.OutcomeOf(intake.Spam) {
		t.Errorf("reclassified = %+v, %v", row, err)
	}
	row, err = db.Reclassify(t.Context(), Actor{}, 1, intake.Message)
	if err != nil || row.Ref != "USL-2020-0001" {
		t.Errorf("reclassified = %+v, %v", row, err)
	}
	p, err := db.Proposal(t.Context(), "usl-2020-1")
	if err != nil || p.State != New || len(p.Parts) != 1 {
		t.Errorf("proposal = %+v, %v", p, err)
	}
	sources, err := db.Sources(t.Context())
	if err != nil || sources[0].Total != 1 || sources[0].Outcomes[intake.NewProposal] != 1 {
		t.Errorf("sources = %+v, %v", sources, err)
	}
}
