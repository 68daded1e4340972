package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
)

// people lists the participants that have addresses, as "id: value value".
func people(t testing.TB, db *DB) (lines []string) {
	t.Helper()
	rows, err := db.writer.conn.QueryContext(t.Context(), "SELECT participant, group_concat(value, ' ') FROM (SELECT * FROM address ORDER BY id) GROUP BY participant ORDER BY participant")
	if err == nil {
		defer rows.Close()
		for rows.Next() {
			var id int
			var values string
			err = errors.Join(err, rows.Scan(&id, &values))
			lines = append(lines, fmt.Sprintf("%d: %s", id, values))
		}
		err = errors.Join(err, rows.Err())
	}
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func wantPeople(t testing.TB, db *DB, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, people(t, db)); diff != "" {
		t.Errorf("participants (-want +got):\n%s", diff)
	}
}

// identityEntries are the entries about who is whom in the history of a proposal.
func identityEntries(t testing.TB, db *DB, n int) (entries []Entry) {
	t.Helper()
	p, err := db.Proposal(t.Context(), number(n))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range p.History {
		if e.Kind == entryMerged || e.Kind == entryUnmerged {
			entries = append(entries, e)
		}
	}
	return entries
}

func TestIdentity(t *testing.T) {
	const l1, l2, p1, p2 = "77700001", "77700002", "+6281200000001", "+6281200000002"
	asks := func(from intake.Address, id string, others ...intake.Address) *intake.Submission {
		return also(text(from, id, time.Duration(len(id))*24*20*time.Hour, "mohon bantuan modal jahit "+id), others...)
	}
	nameless := intake.Address{Kind: intake.Phone, Value: p2, Shown: "0812"}
	many := make([]intake.Address, 1000)
	for i := range many {
		many[i] = phone(100 + i)
	}
	for _, tc := range []struct {
		name     string
		messages []*intake.Submission
		want     []string
	}{
		{"AliasesAreOnePerson", []*intake.Submission{asks(lid(1), "a", phone(1))}, []string{"1: " + l1 + " " + p1}},
		{"UnderAnyOfThem", []*intake.Submission{asks(lid(1), "a", phone(1)), asks(phone(1), "b"), asks(phone(1), "c", lid(1))}, []string{"1: " + l1 + " " + p1}},
		{"LearntLater", []*intake.Submission{asks(lid(1), "a"), asks(phone(1), "b"), asks(lid(1), "c", phone(1))}, []string{"1: " + l1 + " " + p1}},
		{"TheLowerSurvivesWhoeverWrites", []*intake.Submission{asks(lid(1), "a"), asks(phone(1), "b"), asks(phone(1), "c", lid(1))}, []string{"1: " + l1 + " " + p1}},
		{"TwoNumbersOfOneLID", []*intake.Submission{asks(phone(1), "a"), asks(phone(2), "b"), asks(lid(1), "c"), asks(lid(1), "d", phone(2), phone(1))}, []string{"1: " + p1 + " " + p2 + " " + l1}},
		{"ThreeInAChain", []*intake.Submission{asks(phone(1), "a"), asks(phone(2), "b"), asks(lid(1), "c"), asks(lid(1), "d", phone(2)), asks(lid(1), "e", phone(1))}, []string{"1: " + p1 + " " + p2 + " " + l1}},
		{"StrangersStayApart", []*intake.Submission{asks(lid(1), "a", phone(1)), asks(lid(2), "b", phone(2))}, []string{"1: " + l1 + " " + p1, "2: " + l2 + " " + p2}},
		{"ItsOwnAliasIsNothing", []*intake.Submission{asks(lid(1), "a", lid(1), intake.Address{}, intake.Address{Kind: intake.Phone}, intake.Address{Kind: intake.Anonymous, Value: "x"})}, []string{"1: " + l1}},
		{"AnEmptyAliasMergesNobody", []*intake.Submission{asks(lid(1), "a", intake.Address{Kind: intake.Phone}), asks(lid(2), "b", intake.Address{Kind: intake.Phone})}, []string{"1: " + l1, "2: " + l2}},
		{"TheSameValueOfAnotherKindIsAnother", []*intake.Submission{asks(lid(1), "a"), asks(intake.Address{Kind: intake.Phone, Value: l1}, "b")}, []string{"1: " + l1, "2: " + l1}},
		{"ADeletionMergesToo", []*intake.Submission{asks(lid(1), "a"), asks(phone(1), "b"), also(deletion(lid(1), "z", time.Hour, "a"), phone(1))}, []string{"1: " + l1 + " " + p1}},
		{"AReactionMergesToo", []*intake.Submission{asks(lid(1), "a"), asks(phone(1), "b"), also(reaction(lid(1), "z", time.Hour, "a"), phone(1))}, []string{"1: " + l1 + " " + p1}},
		{"WithoutANameStill", []*intake.Submission{asks(nameless, "a", lid(2))}, []string{"1: " + p2 + " " + l2}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			db, _ := heard(t, tc.messages...)
			wantPeople(t, db, tc.want...)
		})
	}
	t.Run("WithoutANameTheNumberIsShown", func(t *testing.T) {
		nobody, number := lid(1), phone(1)
		nobody.Name, number.Name = "", ""
		db, l := heard(t, asks(nobody, "a"))
		if got := summary(t, db, "USL-2020-0001"); got.Participant != nobody.Shown || got.Named {
			t.Errorf("participant %q, named %v", got.Participant, got.Named)
		}
		hear(t, l, asks(nobody, "bb", number))
		if got := summary(t, db, "USL-2020-0001"); got.Participant != number.Shown || got.Named {
			t.Errorf("participant %q, named %v; want the number", got.Participant, got.Named)
		}
		hear(t, l, asks(lid(1), "ccc"))
		if got := summary(t, db, "USL-2020-0001"); got.Participant != "Warga 1" || !got.Named {
			t.Errorf("participant %q, named %v; want the name that came later", got.Participant, got.Named)
		}
	})
	t.Run("AThousandAliasesAreNotBelieved", func(t *testing.T) {
		db, _ := heard(t, asks(lid(1), "a", many...))
		var n int
		if err := db.row(t.Context(), "SELECT count(*) FROM address", nil, &n); err != nil || n != aliases {
			t.Errorf("%d addresses, %v; want %d", n, err, aliases)
		}
	})
}

// TestTwins delivers messages again under whatever address.
func TestTwins(t *testing.T) {
	ask := func(from intake.Address, others ...intake.Address) *intake.Submission {
		return also(text(from, "1", 0, "mohon bantuan modal jahit"), others...)
	}
	const again = "duplicate USL-2020-0001"
	for _, tc := range []struct {
		name     string
		messages []*intake.Submission
		want     []string
	}{
		{"UnderTheSameKey", []*intake.Submission{ask(lid(1)), ask(lid(1))}, []string{first1}},
		{"WhenTheLIDHasMetItsNumber", []*intake.Submission{ask(lid(1)), ask(phone(1), lid(1))}, []string{first1, again}},
		{"WhenTheNumberHasMetItsLID", []*intake.Submission{ask(phone(1)), ask(lid(1), phone(1))}, []string{first1, again}},
		{"WhenBothWereKnown", []*intake.Submission{ask(phone(1), lid(1)), ask(lid(1))}, []string{first1, again}},
		{"WhenTheyMetInAnotherMessage", []*intake.Submission{ask(lid(1)), text(phone(1), "2", s1, "3jt"), also(text(phone(1), "3", s2, "aja"), lid(1)), ask(phone(1))},
			[]string{first1, talked, talked, again}},
		{"OfSmallTalk", []*intake.Submission{also(text(lid(1), "1", 0, "pagi"), phone(1)), text(phone(1), "1", 0, "pagi")}, []string{talked, "duplicate"}},
		{"OfAReaction", []*intake.Submission{also(reaction(lid(1), "1", 0, "x"), phone(1)), reaction(phone(1), "1", 0, "x")}, []string{"reaction", "duplicate"}},
		{"NotOfAStranger", []*intake.Submission{ask(lid(1)), ask(phone(1))}, []string{first1, two}},
		{"NotInAnotherRoom", []*intake.Submission{ask(phone(1)), in("g", ask(phone(1)))}, []string{first1, two}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			db, _ := heard(t, tc.messages...)
			wantOutcomes(t, db, tc.want...)
		})
	}
}

// TestMerge lets a LID meet its number after both have proposed, and takes it back.
func TestMerge(t *testing.T) {
	db, l := heard(t, text(lid(1), "1", 0, "mohon bantuan modal jahit"), text(phone(1), "2", time.Hour, "usul tenda seragam pkl"))
	if p, err := db.Proposal(t.Context(), number(1)); err != nil || p.Others != 0 {
		t.Fatalf("they are one before: %+v, %v", p, err)
	}
	hear(t, l, also(text(phone(1), "3", 61*time.Minute, "yang biru"), lid(1)))
	wantPeople(t, db, "1: 77700001 +6281200000001")
	wantContents(t, db, "1 new: 1", "2 new: 2 3")
	for n := 1; n <= 2; n++ {
		p, err := db.Proposal(t.Context(), number(n))
		if err != nil || p.ParticipantID != 1 || p.Others != 1 || len(p.Addresses) != 2 {
			t.Errorf("proposal %d is of %d with %d others and %d addresses, %v", n, p.ParticipantID, p.Others, len(p.Addresses), err)
		}
		entries := identityEntries(t, db, n)
		if len(entries) != 1 || entries[0].Kind != entryMerged || entries[0].Actor != "" || len(entries[0].Addresses) != 1 || entries[0].Addresses[0].Value != "+6281200000001" {
			t.Fatalf("history of %d tells %+v", n, entries)
		}
	}
	merged := identityEntries(t, db, 1)[0].ID
	sari := staff(t, db, "sari")
	if _, err := db.Undo(t.Context(), sari); !errors.Is(err, ErrNotFound) {
		t.Errorf("undo took back %v, which sari did not do", err)
	}
	if err := db.Unmerge(t.Context(), sari, merged); err != nil {
		t.Fatal(err)
	}
	wantPeople(t, db, "1: 77700001", "2: +6281200000001")
	for n := 1; n <= 2; n++ {
		p, err := db.Proposal(t.Context(), number(n))
		if err != nil || p.ParticipantID != int64(n) || p.Others != 0 {
			t.Errorf("proposal %d is of %d with %d others, %v", n, p.ParticipantID, p.Others, err)
		}
		entries := identityEntries(t, db, n)
		if len(entries) != 2 || !entries[0].Undone || entries[1].Kind != entryUnmerged || entries[1].Undoes != merged || entries[1].Actor != "sari" {
			t.Errorf("history of %d tells %+v", n, entries)
		}
	}
	if _, err := db.Undo(t.Context(), sari); !errors.Is(err, ErrNotFound) {
		t.Errorf("undo took that back: %v", err)
	}

	// They stay apart whatever the channel says, and nothing doubles for it.
	hear(t, l, also(text(phone(1), "4", 62*time.Minute, "dua unit"), lid(1)), also(text(lid(1), "5", 63*time.Minute, "usul pelatihan kemasan"), phone(1)),
		also(text(lid(1), "4", 62*time.Minute, "dua unit"), phone(1)))
	wantPeople(t, db, "1: 77700001", "2: +6281200000001")
	wantContents(t, db, "1 new: 1", "2 new: 2 3 4", "3 new: 5")
	wantOutcomes(t, db, first1, two, "continuation USL-2020-0002", "continuation USL-2020-0002", "proposal USL-2020-0003", "duplicate USL-2020-0002")

	for _, entry := range []int64{merged, 1, 0, -1, 1 << 40} {
		want := ErrNotFound
		if entry == merged {
			want = ErrConflict
		}
		if err := db.Unmerge(t.Context(), sari, entry); !errors.Is(err, want) {
			t.Errorf("taking apart by entry %d: %v, want %v", entry, err, want)
		}
	}
}

// TestUnmergeOfAChain takes the first of two mergers back.
func TestUnmergeOfAChain(t *testing.T) {
	db, l := heard(t, text(phone(1), "1", 0, "mohon bantuan modal jahit"), text(phone(2), "2", time.Hour, "usul tenda seragam pkl"), text(lid(1), "3", 2*time.Hour, "usul pelatihan kemasan"))
	hear(t, l, also(text(lid(1), "4", 40*time.Hour, "pagi"), phone(2)), also(text(lid(1), "5", 90*time.Hour, "sore"), phone(1)))
	wantPeople(t, db, "1: +6281200000001 +6281200000002 77700001")
	sari := staff(t, db, "sari")
	if err := db.Unmerge(t.Context(), sari, identityEntries(t, db, 3)[0].ID); err != nil {
		t.Fatal(err)
	}
	wantPeople(t, db, "1: +6281200000001 +6281200000002", "3: 77700001")
	if got := refs(t, db, Filter{Participant: 3}); len(got) != 1 || got[0] != number(3) {
		t.Errorf("the third has %v", got)
	}
	hear(t, l, quoting("3", text(lid(1), "6", 100*time.Hour, "jadwalnya sabtu")), quoting("2", text(phone(2), "7", 100*time.Hour, "jadwalnya minggu")))
	wantContents(t, db, "1 new: 1", "2 new: 2 7", "3 new: 3 6")
}

// TestMergeJoinsBursts goes on under the number with what was begun under the LID.
func TestMergeJoinsBursts(t *testing.T) {
	db, _ := heard(t, text(lid(1), "1", 0, "Assalamualaikum"), text(lid(1), "2", s1, "mau usul pak"), also(text(phone(1), "3", time.Minute, "pinjaman lunak 2jt buat warung"), lid(1)),
		edit(phone(1), "4", 2*time.Minute, "2", "mau usul"))
	wantOutcomes(t, db, first1, joined1, joined1, joined1)
	if got := summary(t, db, number(1)).Snippet; got != "mau usul · pinjaman lunak 2jt buat warung" {
		t.Errorf("snippet %q: an edit under the other address does not count", got)
	}
}
