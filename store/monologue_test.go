package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"usulan/intake"
)

// TestMonologueFollowsOthers lets another process change what this one remembers.
func TestMonologueFollowsOthers(t *testing.T) {
	a := phone(1)
	db, l := heard(t, text(a, "1", 0, "Assalamualaikum"), text(a, "2", s1, "mau usul pak"))
	wantContents(t, db, "1 new: 1 2")
	other := open(t, db.dir)
	other.Now = db.Now
	if _, err := other.Reclassify(t.Context(), staff(t, other, "sari"), 2, intake.Spam); err != nil {
		t.Fatal(err)
	}
	// Nothing was announced any more, so this begins anew.
	hear(t, l, text(a, "3", 25*time.Minute, "pinjaman lunak 2jt buat warung"))
	wantContents(t, db, "1 new: 1", "2 new: 3")
}

// TestMonologueForgetsWhatWasRefused lets the database refuse a message.
func TestMonologueForgetsWhatWasRefused(t *testing.T) {
	a := phone(1)
	db, l := heard(t)
	run := func(statement string) {
		t.Helper()
		if _, err := db.writer.conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	run("CREATE TRIGGER poison BEFORE INSERT ON proposal BEGIN SELECT RAISE(ABORT, 'poisoned'); END")
	hear(t, l, text(a, "1", 0, "mohon bantuan modal jahit"))
	run("DROP TRIGGER poison")
	hear(t, l, text(a, "2", s1, "makasih"))
	wantOutcomes(t, db, "quarantine", talked)
	hear(t, l, text(a, "3", s2, "mohon bantuan modal obras"))
	wantContents(t, db, "1 new: 2 3")
}

// TestMonologueOfThousands holds that a flood is one proposal, whole, and that
// what is said in it is found as far as it is promised.
func TestMonologueOfThousands(t *testing.T) {
	const messages = 2 * findable
	a := phone(1)
	db := forum(t)
	l := listen(t, db)
	items := make([]intake.Item, messages)
	for i := range items {
		items[i] = keyed(text(a, fmt.Sprint(i), time.Duration(i-messages)*time.Second, fmt.Sprintf("usul kios nomor kios%d", i)))
	}
	recordIn(t, l, lobby, items...)
	got := summary(t, db, number(1))
	if got.Submissions != messages || !strings.HasPrefix(got.Snippet, "usul kios nomor kios0 · usul kios nomor kios1") {
		t.Errorf("%d submissions that begin %q", got.Submissions, got.Snippet)
	}
	for query, want := range map[string]int{"kios7": 1, fmt.Sprint("kios", findable-1): 1} {
		if found := refs(t, db, Filter{Query: query}); len(found) != want {
			t.Errorf("%q finds %v", query, found)
		}
	}
	hear(t, l, edit(a, "edited", 0, "7", "usul gerobak"))
	if found := refs(t, db, Filter{Query: "gerobak"}); len(found) != 1 {
		t.Error("an edit of what is found is not found")
	}
	ledgerOf(t, db)
}
