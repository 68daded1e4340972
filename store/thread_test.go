package store

import (
	"testing"

	"usulan/intake"
)

func TestThread(t *testing.T) {
	const marni, tini = "marni@example.id", "tini@example.id"
	answer := func(from, id, to string) *intake.Submission {
		s := mail(from, id, "Re: Modal", "tambahan "+id)
		s.InReplyTo = []string{"unknown@example.id", to}
		return s
	}
	mention := func(from, id, reference string) *intake.Submission {
		s := mail(from, id, "Soal "+reference, "tambahan "+id)
		s.Mentions = []string{"XYZ-1999-0001", reference}
		return s
	}
	first := mail(marni, "a", "Modal", "usul")
	for _, tc := range []struct {
		name   string
		second *intake.Submission
		want   string
	}{
		{"AnAnswerContinues", answer(marni, "b", "a"), "2 continuation USL-2020-0001"},
		{"AMentionContinues", mention(marni, "b", "USL-2020-0001"), "2 continuation USL-2020-0001"},
		{"AMentionWithoutZerosContinues", mention(marni, "b", "usl-2020-1"), "2 continuation USL-2020-0001"},
		{"AStrangerWhoAnswersOpens", answer(tini, "b", "a"), "2 proposal USL-2020-0002"},
		{"AStrangerWhoMentionsOpens", mention(tini, "b", "USL-2020-0001"), "2 proposal USL-2020-0002"},
		{"AnAnswerToNothingKnownOpens", answer(marni, "b", "zzz"), "2 proposal USL-2020-0002"},
		{"AMentionOfAnotherYearOpens", mention(marni, "b", "USL-2019-0001"), "2 proposal USL-2020-0002"},
		{"AMentionOfANumberNeverGivenOpens", mention(marni, "b", "USL-2020-0077"), "2 proposal USL-2020-0002"},
		{"NothingInCommonOpens", mail(marni, "b", "Lain", "hal lain"), "2 proposal USL-2020-0002"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			db := forum(t)
			record(t, acquire(t, db, "email/forum"), item(1, first), item(2, tc.second))
			wantLines(t, ledgerOf(t, db), "1 proposal USL-2020-0001", tc.want)
		})
	}

	t.Run("AParentThatArrivesLateContinues", func(t *testing.T) {
		db := forum(t)
		record(t, acquire(t, db, "email/forum"), item(1, answer(marni, "b", "a")), item(2, first))
		wantLines(t, ledgerOf(t, db), "1 proposal USL-2020-0001", "2 continuation USL-2020-0001")
	})

	t.Run("AnEmptyExternalIDThreadsNothing", func(t *testing.T) {
		db := forum(t)
		one, two := mail(marni, "", "Satu", "x"), mail(marni, "", "Dua", "y")
		two.InReplyTo = []string{""}
		record(t, acquire(t, db, "email/forum"), item(1, one), item(2, two))
		wantLines(t, ledgerOf(t, db), "1 proposal USL-2020-0001", "2 proposal USL-2020-0002")
	})
}

func TestContinuation(t *testing.T) {
	answer := mail("marni@example.id", "b", "Re: Modal", "lokasinya di Setu")
	answer.InReplyTo = []string{"a"}
	for _, tc := range []struct {
		name     string
		decision Decision
		want     Decision
		changed  bool
		waiting  int64
	}{
		{"OfANewOne", Decision{}, Decision{State: New}, false, 1},
		{"OfATaggedOneLeavesTheTag", Decision{State: Tagged, Priority: "P2"}, Decision{State: Tagged, Priority: "P2"}, true, 1},
		{"OfOneSetAsideLeavesIt", Decision{State: SetAside, Reason: "duplicate", ReasonText: "no. 7"},
			Decision{State: SetAside, Reason: "duplicate", ReasonText: "no. 7"}, true, 1},
		{"OfOneThatWaitsForAnAnswerIsNewAgain", Decision{State: NeedsInfo}, Decision{State: New}, false, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			db := forum(t)
			l := acquire(t, db, "email/forum")
			record(t, l, item(1, mail("marni@example.id", "a", "Modal", "usul")))
			sari := staff(t, db, "sari")
			if tc.decision.State != "" {
				decide(t, db, sari, "USL-2020-0001", tc.decision)
			}
			version := summary(t, db, "USL-2020-0001").Version
			record(t, l, item(2, answer))
			got := summary(t, db, "USL-2020-0001")
			if got.decision() != tc.want || got.Changed != tc.changed || got.Version != version+1 || got.Submissions != 2 {
				t.Errorf("after the answer = %+v; want %+v, changed %v", got, tc.want, tc.changed)
			}
			if n := len(refs(t, db, Filter{Waiting: true})); int64(n) != tc.waiting {
				t.Errorf("%d wait for staff, want %d", n, tc.waiting)
			}
			c, err := db.Counts(t.Context())
			if err != nil || c.Waiting != tc.waiting {
				t.Errorf("counted %d waiting, %v; want %d", c.Waiting, err, tc.waiting)
			}
			if found := refs(t, db, Filter{Query: "lokasi Setu modal"}); len(found) != 1 {
				t.Errorf("the words of both submissions find %v", found)
			}
		})
	}
}
