package store

import (
	"slices"
	"testing"
	"time"

	"usulan/intake"
)

const minute = time.Minute

// chatter records two requests of one person in one burst: a to e.
func chatter(t testing.TB) (*DB, intake.Ledger, Actor) {
	t.Helper()
	db := forum(t)
	l := listen(t, db)
	hear(t, l,
		text(phone(1), "a", 0, "Assalamualaikum pak"),
		text(phone(1), "b", 1*minute, "mohon pelatihan kemasan untuk 20 orang"),
		text(phone(1), "c", 2*minute, "di kelurahan Setu"),
		text(phone(1), "d", 3*minute, "satu lagi, minta gerobak dua unit"),
		text(phone(1), "e", 4*minute, "warna merah"))
	wantContents(t, db, "1 new: a b c d e")
	return db, l, staff(t, db, "Ratna")
}

func TestSplitOffChat(t *testing.T) {
	db, l, ratna := chatter(t)
	s := shift(t, db, ratna, 1, "", 4, 5)
	wantContents(t, db, "1 new: a b c", "2 new: d e")
	if s.Channel != "whatsapp" || s.Snippet != "satu lagi, minta gerobak dua unit · warna merah" || !s.QuietAt.Equal(morning.Add(intake.Quiet)) {
		t.Errorf("split off: %+v", s)
	}
	if got := summary(t, db, number(1)); got.Snippet != "mohon pelatihan kemasan untuk 20 orang · di kelurahan Setu" {
		t.Errorf("what stays begins %q", got.Snippet)
	}
	for query, want := range map[string]string{"gerobak": number(2), "kemasan": number(1)} {
		if got := refs(t, db, Filter{Query: query}); !slices.Equal(got, []string{want}) {
			t.Errorf("%q finds %v, want %s", query, got, want)
		}
	}

	// Inside the window it goes where the latest message is; what is about a
	// message goes where that is.
	hear(t, l, text(phone(1), "f", 5*minute, "tolong ya pak"))
	wantContents(t, db, "1 new: a b c", "2 new: d e f")
	hear(t, l, quoting("c", text(phone(1), "g", 6*minute, "RW 03")), edit(phone(1), "h", 7*minute, "b", "mohon pelatihan kemasan untuk 22 orang"),
		edit(phone(1), "i", 8*minute, "d", "satu lagi, minta gerobak tiga unit"))
	wantContents(t, db, "1 new: a b c g h", "2 new: d e f i")
	if got := summary(t, db, number(2)).Snippet; got != "satu lagi, minta gerobak tiga unit · warna merah · tolong ya pak" {
		t.Errorf("after the edit it begins %q", got)
	}
	// After the window too, and after a decision.
	decide(t, db, ratna, number(1), Decision{State: Tagged, Priority: "P1"})
	hear(t, l, quoting("b", text(phone(1), "j", 5*time.Hour, "ini fotonya")))
	wantContents(t, db, "1 tagged changed: a b c g h j", "2 new: d e f i")
	// What begins anew is a proposal of its own.
	hear(t, l, text(phone(1), "k", 50*time.Hour, "mohon usul galeri produk UMKM di kecamatan"))
	wantContents(t, db, "1 tagged changed: a b c g h j", "2 new: d e f i", "3 new: k")
}

func TestMoveChatToAnother(t *testing.T) {
	db, l, ratna := chatter(t)
	hear(t, l, text(phone(2), "x", 30*minute, "usul tenda untuk pedagang kaki lima di Serpong"))
	wantContents(t, db, "1 new: a b c d e", "2 new: x")
	// One message, its edit with it, into a stranger's; then the rest.
	hear(t, l, edit(phone(1), "f", 31*minute, "d", "minta tenda dua unit"))
	shift(t, db, ratna, 1, number(2), 7)
	wantContents(t, db, "1 new: a b c e", "2 new: d x f")
	if got := summary(t, db, number(2)); got.Participant != "Warga 2" {
		t.Errorf("the proposal is of %s now; want who it was of", got.Participant)
	}
	hear(t, l, quoting("d", text(phone(1), "g", 32*minute, "yang besar")))
	wantContents(t, db, "1 new: a b c e", "2 new: d x f g")
	shift(t, db, ratna, 1, number(2), 1, 2, 3, 5)
	wantContents(t, db, "1 set_aside:", "2 new: a b c d e x f g")
	hear(t, l, quoting("b", text(phone(1), "h", 33*minute, "RW 03")))
	wantContents(t, db, "1 set_aside:", "2 new: a b c d e x f g h")
	if _, err := db.Undo(t.Context(), ratna); err != nil {
		t.Fatal(err)
	}
	wantContents(t, db, "1 new: a b c e", "2 new: d x f g h")
	if _, err := db.Undo(t.Context(), ratna); err != nil {
		t.Fatal(err)
	}
	wantContents(t, db, "1 new: a b c d e f", "2 new: x g h")
}

// TestMoveHoldsWhenMessagesComeLate holds that what comes out of order does not
// take back what a person did.
func TestMoveHoldsWhenMessagesComeLate(t *testing.T) {
	db, l, ratna := chatter(t)
	shift(t, db, ratna, 1, "", 4, 5)
	hear(t, l, text(phone(1), "late", 90*time.Second, "peserta ibu-ibu PKK"))
	p, err := db.Proposal(t.Context(), number(2))
	if err != nil || len(p.Parts) < 2 || p.Parts[len(p.Parts)-2].ExternalID != "d" {
		t.Errorf("the split off holds %+v, %v; want d and e still there", p.Parts, err)
	}
	for _, ref := range []string{number(1), number(2)} {
		if s := summary(t, db, ref); s.State != New {
			t.Errorf("%s is %s", ref, s.State)
		}
	}
	hear(t, l, text(phone(1), "late", 90*time.Second, "peserta ibu-ibu PKK"))
	if n := summary(t, db, number(1)).Submissions + summary(t, db, number(2)).Submissions; n != 6 {
		t.Errorf("%d submissions in both, want 6", n)
	}
}

// TestMoveSurvivesReclassifying takes a message out of where it was moved to,
// and puts it back.
func TestMoveSurvivesReclassifying(t *testing.T) {
	db, _, ratna := chatter(t)
	shift(t, db, ratna, 1, "", 4, 5)
	if _, err := db.Reclassify(t.Context(), ratna, 4, intake.Spam); err != nil {
		t.Fatal(err)
	}
	wantContents(t, db, "1 new: a b c", "2 new: e")
	if _, err := db.Undo(t.Context(), ratna); err != nil {
		t.Fatal(err)
	}
	wantContents(t, db, "1 new: a b c", "2 new: d e")
	if _, err := db.Undo(t.Context(), ratna); err != nil {
		t.Fatal(err)
	}
	wantContents(t, db, "1 new: a b c d e", "2 set_aside:")
}
