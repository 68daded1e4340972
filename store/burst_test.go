package store

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
)

// heard is a database that has heard messages, one after the other.
func heard(t *testing.T, messages ...*intake.Submission) (*DB, intake.Ledger) {
	t.Helper()
	db := forum(t)
	l := listen(t, db)
	hear(t, l, messages...)
	return db, l
}

// outcomes lists what became of the items, oldest first, as "outcome ref".
func outcomes(t testing.TB, db *DB) (lines []string) {
	t.Helper()
	ledgerOf(t, db)
	page, err := db.Rows(t.Context(), RowFilter{}, "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range slices.Backward(page.Items) {
		line := string(r.Outcome)
		if r.Ref != "" {
			line += " " + r.Ref
		}
		lines = append(lines, line)
	}
	return lines
}

func wantOutcomes(t testing.TB, db *DB, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, outcomes(t, db)); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}

const (
	s1, s2, s3  = time.Second, 2 * time.Second, 3 * time.Second
	first1, two = "proposal USL-2020-0001", "proposal USL-2020-0002"
	joined1     = "continuation USL-2020-0001"
	talked      = "small_talk"
)

func TestBurst(t *testing.T) {
	a, b := phone(1), phone(2)
	for _, tc := range []struct {
		name     string
		messages []*intake.Submission
		want     []string
	}{
		{"AGreetingIsKeptAndProposesNothing", []*intake.Submission{text(a, "1", 0, "Assalamualaikum"), text(a, "2", s1, "pagi pak")}, []string{talked, talked}},
		{"WhenItBeginsToProposeAllIsInIt", []*intake.Submission{text(a, "1", 0, "Assalamualaikum"), text(a, "2", s1, "pagi pak"), text(a, "3", s2, "mohon bantuan modal buat jahit"), text(a, "4", s3, "3jt")},
			[]string{first1, joined1, joined1, joined1}},
		{"AnotherPersonsMessageDoesNotJoin", []*intake.Submission{text(a, "1", 0, "mohon bantuan modal jahit"), text(b, "2", s1, "3jt aja pak")}, []string{first1, talked}},
		{"AQuoteOfAnotherPersonDoesNotJoin", []*intake.Submission{text(a, "1", 0, "mohon bantuan modal jahit"), quoting("1", text(b, "2", s1, "kami juga mohon mesin obras"))}, []string{first1, two}},
		{"AgreeingWithAnotherStandsAlone", []*intake.Submission{in("g", text(a, "1", 0, "mohon bantuan modal jahit")), in("g", quoting("1", text(b, "2", s1, "setuju pak")))}, []string{first1, talked}},
		{"ADeletionByAnotherStandsAlone", []*intake.Submission{in("g", text(a, "1", 0, "mohon bantuan modal jahit")), in("g", text(b, "2", s1, "usul tenda seragam pkl")), in("g", deletion(b, "3", s2, "1"))},
			[]string{first1, two, talked}},
		{"AnEditByAnotherIsTheirOwnMessage", []*intake.Submission{text(a, "1", 0, "mohon bantuan modal jahit"), edit(b, "2", s1, "1", "mohon bantuan mobil pribadi saya")}, []string{first1, two}},
		{"RoomsAreApart", []*intake.Submission{in("g", text(a, "1", 0, "mohon bantuan modal jahit")), in("h", text(a, "2", s1, "3jt")), text(a, "3", s2, "3jt")}, []string{first1, talked, talked}},
		{"TheSameIdInAnotherRoomIsAnotherMessage", []*intake.Submission{in("g", text(a, "1", 0, "mohon bantuan modal jahit")), in("h", text(a, "1", s1, "usul tenda seragam pkl"))}, []string{first1, two}},
		{"AReactionIsCountedAndJoinsNothing", []*intake.Submission{text(a, "1", 0, "mohon bantuan modal jahit"), reaction(b, "2", s1, "1"), reaction(a, "3", s2, "1")}, []string{first1, "reaction", "reaction"}},
		{"ADeletionThatComesFirstGoesWhereItBelongs", []*intake.Submission{deletion(a, "2", s1, "1"), text(a, "1", 0, "mohon bantuan modal jahit"), text(a, "3", s2, "mohon bantuan modal obras")},
			[]string{joined1, first1, joined1}},
		{"AnEditOfSomethingUnknownIsAMessage", []*intake.Submission{edit(a, "2", s1, "never", "mohon bantuan modal jahit")}, []string{first1}},
		{"ADeletionOfSomethingUnknownStandsAlone", []*intake.Submission{text(a, "1", 0, "mohon bantuan modal jahit"), deletion(a, "2", s1, "never")}, []string{first1, talked}},
		{"AMessageAboutItselfHarmsNobody", []*intake.Submission{quoting("1", text(a, "1", 0, "mohon bantuan modal jahit")), edit(a, "2", s1, "2", "3jt"), deletion(a, "3", s2, "3")}, []string{first1, joined1, talked}},
		{"WithoutAnIdEachIsAMessage", []*intake.Submission{text(a, "", 0, "mohon bantuan modal jahit")}, []string{first1}},
		{"TheBridgeThatComesLateMakesOneOfTwo", []*intake.Submission{text(a, "1", 0, "mohon bantuan modal jahit"), text(a, "3", 16*time.Minute, "usul tenda seragam pkl"), text(a, "2", 8*time.Minute, "kios semi permanen di rempoa")},
			[]string{first1, joined1, joined1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			db, _ := heard(t, tc.messages...)
			wantOutcomes(t, db, tc.want...)
		})
	}
}

func reaction(from intake.Address, id string, after time.Duration, target string) *intake.Submission {
	s := chatting(from, id, after, intake.ReactionMessage, "👍")
	s.Kind, s.InReplyTo = intake.Reaction, []string{target}
	return s
}

// TestBurstOpens looks at what a proposal is that began with small talk.
func TestBurstOpens(t *testing.T) {
	a := phone(1)
	photo := chatting(a, "3", s2, intake.MediaMessage, "")
	photo.Attachments = []intake.Attachment{{Name: "foto.jpg", Type: "image/jpeg", Role: intake.File, Data: []byte("jpg"), Size: 3}}
	db, l := heard(t, text(a, "1", 0, "Assalamualaikum wr wb 🙏"), text(a, "2", s1, "pagi bapak/ibu, permisi"))
	if got := refs(t, db, Filter{}); len(got) != 0 {
		t.Fatalf("proposals %v before anything was asked", got)
	}
	before := morning.Add(-time.Minute)
	hear(t, l, photo, text(a, "4", s3, "sy bu marni  jual nasi uduk\npinjaman 3jt buat etalase"))
	got := summary(t, db, number(1))
	want := Summary{
		Ref: number(1), Number: 1, Version: got.Version, State: New, Channel: "whatsapp", Snippet: "sy bu marni jual nasi uduk pinjaman 3jt buat etalase",
		Participant: "Warga 1", Named: true, ReceivedAt: morning, ChangedAt: morning.Add(s3), QuietAt: morning.Add(intake.Quiet),
		Submissions: 4, Attachments: 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	if got.ReceivedAt.Before(before) {
		t.Error("it is placed before its first message")
	}
	for _, query := range []string{"marni uduk", "etalase pinjaman", "foto", "assalamualaikum"} {
		if found := refs(t, db, Filter{Query: query}); len(found) != 1 {
			t.Errorf("%q finds %v", query, found)
		}
	}
	p, err := db.Proposal(t.Context(), number(1))
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range p.History {
		kinds = append(kinds, e.Kind)
	}
	if diff := cmp.Diff([]string{"opened", "joined"}, kinds); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	if c, err := db.Counts(t.Context()); err != nil || c.Waiting != 1 || c.Channel["whatsapp"][New] != 1 {
		t.Errorf("counts = %+v, %v", c, err)
	}
}

// TestBurstAfterDecision lets somebody write on after staff have decided.
func TestBurstAfterDecision(t *testing.T) {
	a := phone(1)
	for _, tc := range []struct {
		name     string
		decision Decision
		later    *intake.Submission
		want     Decision
		changed  bool
		held     int
	}{
		{"InsideTheWindow", Decision{State: Tagged, Priority: "P2"}, text(a, "2", time.Minute, "3jt"), Decision{State: Tagged, Priority: "P2"}, true, 2},
		{"ACorrectionTheNextDay", Decision{State: Tagged, Priority: "P2"}, text(a, "2", 20*time.Hour, "ralat 15jt"), Decision{State: Tagged, Priority: "P2"}, true, 2},
		{"ADeletion", Decision{State: SetAside, Reason: "duplicate", ReasonText: "no. 7"}, deletion(a, "2", time.Hour, "1"), Decision{State: SetAside, Reason: "duplicate", ReasonText: "no. 7"}, true, 2},
		{"AnAnswerToAQuestion", Decision{State: NeedsInfo}, quoting("1", text(a, "2", 30*time.Hour, "di Setu pak")), Decision{State: New}, false, 2},
		{"ThanksTheNextDay", Decision{State: Tagged, Priority: "P2"}, text(a, "2", 20*time.Hour, "terima kasih pak"), Decision{State: Tagged, Priority: "P2"}, false, 1},
		{"AnEarlierMessageThatComesLate", Decision{State: Tagged, Priority: "P2"}, text(a, "0", -time.Minute, "pagi pak"), Decision{State: Tagged, Priority: "P2"}, true, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			db, l := heard(t, text(a, "1", 0, "mohon bantuan modal jahit"))
			decide(t, db, staff(t, db, "sari"), number(1), tc.decision)
			hear(t, l, tc.later)
			got := summary(t, db, number(1))
			if got.decision() != tc.want || got.Changed != tc.changed || got.Submissions != tc.held {
				t.Errorf("it stands at %+v, changed %v, with %d; want %+v, %v, %d", got.decision(), got.Changed, got.Submissions, tc.want, tc.changed, tc.held)
			}
			if n := len(refs(t, db, Filter{})); n != 1 {
				t.Errorf("%d proposals", n)
			}
		})
	}
}

// TestBurstKeepsDecided lets a message arrive late that would make one of two
// proposals, of which staff have decided one.
func TestBurstKeepsDecided(t *testing.T) {
	a := phone(1)
	db, l := heard(t, text(a, "1", 0, "mohon bantuan modal jahit"), text(a, "3", 16*time.Minute, "usul tenda seragam pkl"))
	sari := staff(t, db, "sari")
	decide(t, db, sari, number(2), Decision{State: Tagged, Priority: "P1"})
	hear(t, l, text(a, "2", 8*time.Minute, "kios semi permanen di rempoa"))
	wantContents(t, db, "1 new: 1 2", "2 tagged: 3")
}

// TestBurstFollowsStaff moves messages before their sender goes on.
func TestBurstFollowsStaff(t *testing.T) {
	a := phone(1)
	setUp := func(t *testing.T) (*DB, intake.Ledger) {
		db, l := heard(t, text(a, "1", 0, "mohon bantuan modal jahit"), text(a, "2", time.Minute, "usul tenda seragam pkl"), text(a, "3", 2*time.Minute, "warna biru"))
		shift(t, db, staff(t, db, "sari"), 1, "", 2, 3)
		return db, l
	}
	for _, tc := range []struct {
		name string
		next *intake.Submission
		want []string
	}{
		{"WhatComesNextGoesWithTheLatest", text(a, "4", 3*time.Minute, "dua puluh unit"), []string{"1 new: 1", "2 new: 2 3 4"}},
		{"AQuoteGoesWithItsTarget", quoting("1", text(a, "4", 3*time.Minute, "5jt")), []string{"1 new: 1 4", "2 new: 2 3"}},
		{"AnEditGoesWithItsTarget", edit(a, "4", 3*time.Minute, "2", "usul tenda"), []string{"1 new: 1", "2 new: 2 3 4"}},
		{"WhatComesLateDoesNotMoveThem", text(a, "4", 90*time.Second, "merah"), []string{"1 new: 1", "2 new: 2 4 3"}},
		{"AnEarlierOneThatComesLateDoesNotMoveThem", text(a, "4", -time.Minute, "pagi pak"), []string{"1 new: 4 1", "2 new: 2 3"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			db, l := setUp(t)
			hear(t, l, tc.next)
			wantContents(t, db, tc.want...)
			ledgerOf(t, db)
		})
	}
}

func TestQuietAt(t *testing.T) {
	a := phone(1)
	asks := func(id string, after time.Duration) *intake.Submission {
		return text(a, id, after, "mohon bantuan modal jahit")
	}
	short := asks("1", 0)
	short.Chat.Quiet = time.Minute
	for _, tc := range []struct {
		name     string
		messages []*intake.Submission
		want     time.Duration // after morning, which is now
	}{
		{"OneMessage", []*intake.Submission{asks("1", 0)}, intake.Quiet},
		{"TheWindowOfTheConfiguration", []*intake.Submission{short}, time.Minute},
		{"TheNewestCounts", []*intake.Submission{asks("1", -5*time.Minute), asks("2", -time.Minute)}, intake.Quiet - time.Minute},
		{"WhateverComesLast", []*intake.Submission{asks("2", -time.Minute), asks("1", -5*time.Minute)}, intake.Quiet - time.Minute},
		{"WhatIsReplayedIsOver", []*intake.Submission{asks("1", -48*time.Hour)}, intake.Quiet - 48*time.Hour},
		{"NobodyWritesFromTheFuture", []*intake.Submission{asks("1", 400*24*time.Hour)}, intake.Quiet},
		{"SmallTalkBeforeCounts", []*intake.Submission{text(a, "2", s2, "pagi"), asks("1", 0)}, intake.Quiet},
	} {
		t.Run(tc.name, func(t *testing.T) {
			db, _ := heard(t, tc.messages...)
			if got := summary(t, db, number(1)).QuietAt.Sub(morning); got != tc.want {
				t.Errorf("quiet after %v, want %v", got, tc.want)
			}
		})
	}
	t.Run("AMailHasNone", func(t *testing.T) {
		db := forum(t)
		record(t, acquire(t, db, "email/forum"), item(1, mail("a@example.id", "1", "Satu", "x")))
		if got := summary(t, db, number(1)).QuietAt; !got.IsZero() {
			t.Errorf("a mail is quiet at %v", got)
		}
	})
}
