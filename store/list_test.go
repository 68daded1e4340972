package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
)

// many is a database with sixty proposals in every state, of two channels, that
// did not arrive in the order of their times.
func many(t testing.TB) *DB {
	t.Helper()
	db := forum(t)
	sari := staff(t, db, "sari")
	r := rand.New(rand.NewPCG(1, 2))
	for _, source := range []string{"email/forum", "whatsapp/utama"} {
		l := acquire(t, db, source)
		for i := range uint32(30) {
			s := mail(fmt.Sprintf("%d@example.id", i%4), fmt.Sprint(source, i), fmt.Sprint("Usul ", i), fmt.Sprintf("lapak nomor %d %s", i%3, source))
			s.ReceivedAt = morning.Add(-time.Duration(r.IntN(100)) * time.Second)
			record(t, l, item(i+1, s))
		}
	}
	decisions := []Decision{{State: Tagged, Priority: "P1"}, {State: Tagged, Priority: "P2"}, {State: SetAside, Reason: "duplicate"},
		{State: NeedsInfo}, {State: Withdrawn}}
	for i := range 40 {
		decide(t, db, sari, fmt.Sprintf("USL-2020-%04d", i+10), decisions[i%len(decisions)])
	}
	l := acquireAgain(t, db)
	for i := range uint32(6) { // some decided ones are continued
		s := mail(fmt.Sprintf("%d@example.id", (i*5+9)%4), fmt.Sprint("late", i), "Tambahan", fmt.Sprint("lapak lagi", i))
		s.Mentions = []string{fmt.Sprintf("USL-2020-%04d", 10+i*5)}
		record(t, l, item(100+i, s))
	}
	return db
}

func TestProposals(t *testing.T) {
	db := many(t)
	all, err := db.Proposals(t.Context(), Filter{}, "", 500)
	if err != nil {
		t.Fatal(err)
	}
	total := len(all.Items)
	if total < 60 {
		t.Fatalf("%d proposals, want at least 60", total)
	}
	if !slices.IsSortedFunc(all.Items, func(a, b Summary) int { return a.ReceivedAt.Compare(b.ReceivedAt) }) {
		t.Error("not oldest first")
	}
	people := map[string]int64{}
	for _, s := range all.Items {
		p, err := db.Proposal(t.Context(), s.Ref)
		if err != nil {
			t.Fatal(err)
		}
		people[s.Ref] = p.ParticipantID
	}
	match := func(f Filter, s Summary) bool {
		return (len(f.States) == 0 || slices.Contains(f.States, s.State)) && (f.Priority == "" || f.Priority == s.Priority) &&
			(f.Channel == "" || f.Channel == s.Channel) && (!f.Waiting || s.State == New || s.Changed) &&
			(f.Participant == 0 || f.Participant == people[s.Ref])
	}
	var filters []Filter
	for _, states := range [][]State{nil, {New}, {Tagged, SetAside}, {NeedsInfo}, {Withdrawn, New}} {
		for _, priority := range []string{"", "P1", "P7"} {
			for _, channel := range []string{"", "email", "fax"} {
				for _, waiting := range []bool{false, true} {
					for _, participant := range []int64{0, people["USL-2020-0003"], 999} {
						for _, query := range []string{"", "lapak"} {
							filters = append(filters, Filter{States: states, Priority: priority, Channel: channel, Waiting: waiting, Participant: participant, Query: query})
						}
					}
				}
			}
		}
	}
	for i, f := range filters {
		var want []string
		for _, s := range all.Items {
			if match(f, s) {
				want = append(want, s.Ref)
			}
		}
		if f.Newest = i%2 == 1; f.Newest {
			slices.Reverse(want)
		}
		got, back := walkPages(t, db, f)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", f, diff)
		}
		if diff := cmp.Diff(want, back); diff != "" {
			t.Errorf("%+v backwards (-want +got):\n%s", f, diff)
		}
	}
}

// walkPages goes through a list in pages of seven and back again.
func walkPages(t testing.TB, db *DB, f Filter) (there, back []string) {
	t.Helper()
	for cursor := ""; ; {
		page, err := db.Proposals(t.Context(), f, cursor, 7)
		if err != nil {
			t.Fatal(err)
		}
		if (cursor == "") != (page.Previous == "") && len(page.Items) > 0 {
			t.Errorf("%+v: previous = %q on the page of cursor %q", f, page.Previous, cursor)
		}
		for _, s := range page.Items {
			there = append(there, s.Ref)
		}
		if page.Next != "" {
			cursor = page.Next
			continue
		}
		back = pageRefs(page)
		for page.Previous != "" {
			if page, err = db.Proposals(t.Context(), f, page.Previous, 7); err != nil {
				t.Fatal(err)
			}
			back = append(pageRefs(page), back...)
		}
		return there, back
	}
}

func pageRefs(p Page) (refs []string) {
	for _, s := range p.Items {
		refs = append(refs, s.Ref)
	}
	return refs
}

func TestNeighbour(t *testing.T) {
	db := many(t)
	f := Filter{States: []State{New}}
	order := refs(t, db, f)
	for i, reference := range order[:len(order)-1] {
		next, err := db.Neighbour(t.Context(), f, reference, 1)
		if err != nil || next.Ref != order[i+1] {
			t.Errorf("after %s comes %s, %v; want %s", reference, next.Ref, err, order[i+1])
		}
		previous, err := db.Neighbour(t.Context(), f, order[i+1], -1)
		if err != nil || previous.Ref != reference {
			t.Errorf("before %s comes %s, %v; want %s", order[i+1], previous.Ref, err, reference)
		}
	}
	if s, err := db.Neighbour(t.Context(), f, "", 1); err != nil || s.Ref != order[0] {
		t.Errorf("the first is %s, %v; want %s", s.Ref, err, order[0])
	}
	// What was just decided no longer matches, and still has its place.
	decide(t, db, staff(t, db, "budi"), order[3], Decision{State: Tagged, Priority: "P1"})
	if s, err := db.Neighbour(t.Context(), f, order[3], 1); err != nil || s.Ref != order[4] {
		t.Errorf("after the decided one comes %s, %v; want %s", s.Ref, err, order[4])
	}
	for reference, step := range map[string]int{order[0]: -1, order[len(order)-1]: 1, "USL-2020-9999": 1} {
		if _, err := db.Neighbour(t.Context(), f, reference, step); !errors.Is(err, ErrNotFound) {
			t.Errorf("beyond %s: %v; want not found", reference, err)
		}
	}
}

func TestAll(t *testing.T) {
	db := many(t)
	var got []string
	f := Filter{Channel: "email"}
	if err := db.All(t.Context(), f, func(p *Proposal) error {
		got = append(got, p.Ref)
		whole, err := db.Proposal(t.Context(), p.Ref)
		if err != nil {
			return err
		}
		if diff := cmp.Diff(whole.Summary, p.Summary); diff != "" {
			t.Errorf("%s alone and among all (-want +got):\n%s", p.Ref, diff)
		}
		if len(p.Parts) == 0 || len(p.Parts) != len(whole.Parts) || p.Parts[0].Text != whole.Parts[0].Text || len(p.Addresses) != len(whole.Addresses) {
			t.Errorf("%s has %d parts and %d addresses, want %d and %d", p.Ref, len(p.Parts), len(p.Addresses), len(whole.Parts), len(whole.Addresses))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(refs(t, db, f), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	enough := errors.New("enough")
	if err := db.All(t.Context(), Filter{}, func(*Proposal) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("error = %v; want that of yield", err)
	}
}

func TestCursor(t *testing.T) {
	db := many(t)
	for _, cursor := range []string{"x", "a", "c12", "a-5", "a99999999999999999999", "a' OR 1=1", "\x00", "é"} {
		var input *InputError
		if _, err := db.Proposals(t.Context(), Filter{}, cursor, 5); !errors.As(err, &input) {
			t.Errorf("cursor %q: %v; want an input error", cursor, err)
		}
		if _, err := db.Rows(t.Context(), RowFilter{}, cursor, 5); !errors.As(err, &input) {
			t.Errorf("cursor %q of the ledger: %v; want an input error", cursor, err)
		}
	}
}

func TestSummaries(t *testing.T) {
	db := many(t)
	want := []string{"USL-2020-0005", "USL-2020-0001", "USL-2020-0060"}
	got, err := db.Summaries(t.Context(), []string{"USL-2020-0005", "USL-2020-9999", "rubbish", "usl-2020-1", "USL-2020-0060"})
	if err != nil || !slices.Equal(pageRefs(Page{Items: got}), want) {
		t.Errorf("got %v, %v; want %v", pageRefs(Page{Items: got}), err, want)
	}
}

func TestRows(t *testing.T) {
	db := many(t)
	all, err := db.Rows(t.Context(), RowFilter{}, "", 500)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []RowFilter{{}, {Source: "email/forum"}, {Source: "email/forum", Outcomes: []intake.Outcome{"continuation"}}, {Outcomes: []intake.Outcome{"proposal", "spam"}}, {Source: "none"}} {
		var want, got []int64
		for _, r := range all.Items {
			if (f.Source == "" || f.Source == r.Source) && (f.Outcomes == nil || slices.Contains(f.Outcomes, r.Outcome)) {
				want = append(want, r.ID)
			}
		}
		for cursor := ""; ; {
			page, err := db.Rows(t.Context(), f, cursor, 7)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Items {
				got = append(got, r.ID)
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", f, diff)
		}
	}
}
