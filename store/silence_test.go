package store

import (
	"fmt"
	"testing"
	"time"

	"usulan/intake"
)

var wib = time.FixedZone("WIB", 7*3600)

func TestWaking(t *testing.T) {
	at := func(day, hour, minute int) time.Time { return time.Date(2020, 3, day, hour, minute, 0, 0, wib) }
	for _, tc := range []struct {
		from, to time.Time
		want     time.Duration
	}{
		{at(16, 8, 0), at(16, 9, 30), 90 * time.Minute},
		{at(16, 21, 0), at(17, 7, 0), 2 * time.Hour},
		{at(16, 23, 0), at(17, 5, 0), 0},
		{at(16, 23, 0), at(16, 23, 30), 0},
		{at(16, 3, 0), at(16, 23, 0), 16 * time.Hour},
		{at(16, 12, 0), at(19, 12, 0), 48 * time.Hour},
		{at(16, 12, 0).UTC(), at(16, 13, 0), time.Hour},
		{at(17, 12, 0), at(16, 12, 0), 0},
	} {
		if got := waking(tc.from, tc.to, wib); got != tc.want {
			t.Errorf("from %v to %v people are awake for %v, want %v", tc.from, tc.to, got, tc.want)
		}
	}
}

// rhythm is count arrivals that end at a time, gaps apart in turn.
func rhythm(end time.Time, count int, gaps ...time.Duration) []time.Time {
	out := make([]time.Time, count)
	for i := range out {
		out[count-1-i] = end
		end = end.Add(-gaps[i%len(gaps)])
	}
	return out
}

func TestSilent(t *testing.T) {
	noon := time.Date(2020, 3, 17, 12, 0, 0, 0, wib)
	burst := []time.Duration{20 * time.Second, 30 * time.Second, 10 * time.Second, 3 * time.Hour}
	for _, tc := range []struct {
		name   string
		recent []time.Time
		after  time.Duration // how long after noon it is
		state  intake.State
		since  time.Duration // how long it is in that state
		want   bool
	}{
		{"UsualIsTwentyMinutes", rhythm(noon, 64, 20*time.Minute), 6 * time.Hour, intake.Connected, time.Hour, true},
		{"NotYetSixHours", rhythm(noon, 64, 20*time.Minute), 6*time.Hour - time.Minute, intake.Connected, time.Hour, false},
		{"TheNightIsNotCounted", rhythm(noon.Add(9*time.Hour), 64, 20*time.Minute), 18 * time.Hour, intake.Connected, time.Hour, false},
		{"TheMorningAfterIs", rhythm(noon.Add(9*time.Hour), 64, 20*time.Minute), 23 * time.Hour, intake.Connected, time.Hour, true},
		{"AnHourIsUsual", rhythm(noon, 64, time.Hour), 8 * time.Hour, intake.Connected, time.Hour, false},
		{"AnHourIsUsualAndTenPass", rhythm(noon, 64, time.Hour), 10 * time.Hour, intake.Connected, time.Hour, true},
		{"ConversationsAreOne", rhythm(noon, 64, burst...), 10 * time.Hour, intake.Connected, time.Hour, false},
		{"ADayWithoutRest", rhythm(noon, 64, time.Minute), 6 * time.Hour, intake.Connected, time.Hour, true},
		{"OnePauseDoesNotMakeItUsual", rhythm(noon, 64, time.Minute, time.Minute, time.Minute, 12*time.Minute), 6 * time.Hour, intake.Connected, time.Hour, true},
		{"TooLittleIsKnown", rhythm(noon, knowable-1, time.Minute), 100 * time.Hour, intake.Connected, time.Hour, false},
		{"NothingEverCame", nil, 100 * time.Hour, intake.Connected, time.Hour, false},
		{"JustConnected", rhythm(noon, 64, 20*time.Minute), 6 * time.Hour, intake.Connected, time.Minute, false},
		{"Failing", rhythm(noon, 64, 20*time.Minute), 6 * time.Hour, intake.Failing, time.Hour, false},
		{"Parked", rhythm(noon, 64, 20*time.Minute), 6 * time.Hour, intake.Parked, time.Hour, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			now := noon.Add(tc.after)
			s := Source{Status: intake.Status{State: tc.state}, StateAt: now.Add(-tc.since), recent: tc.recent}
			if n := len(tc.recent); n > 0 {
				s.ArrivedAt = tc.recent[n-1]
			}
			want := time.Duration(0)
			if tc.want {
				want = now.Sub(s.ArrivedAt)
			}
			if got := s.Silent(now, wib); got != want {
				t.Errorf("silent for %v, want %v; %v is usual", got, want, s.Usual(wib))
			}
		})
	}
}

// TestSilenceOfASource records for real: receipts do not end a silence.
func TestSilenceOfASource(t *testing.T) {
	db := forum(t)
	l := acquire(t, db, "whatsapp/utama")
	other := acquire(t, db, "email/forum")
	at := func(i int) time.Time { return morning.Add(time.Duration(i) * 20 * time.Minute) }
	for i := range 12 {
		s := mail("marni@example.id", fmt.Sprint(i), "", fmt.Sprintf("usul %d", i))
		if s.ReceivedAt = at(i); i%3 == 0 {
			s.Kind = intake.Reaction
		}
		record(t, l, item(uint32(i+1), s))
		s = mail("tini@example.id", fmt.Sprint(i), "", fmt.Sprintf("surel %d", i))
		s.ReceivedAt = at(i + 18)
		record(t, other, item(uint32(i+1), s))
	}
	for i := range 20 {
		record(t, l, intake.Item{ID: uint32(13 + i), ReceivedAt: at(i + 20), Outcome: intake.Receipt},
			intake.Item{ID: uint32(33 + i), ReceivedAt: at(i + 20), Outcome: intake.Service})
	}
	for _, l := range []intake.Ledger{l, other} {
		if err := l.Report(t.Context(), intake.Status{State: intake.Connected}); err != nil {
			t.Fatal(err)
		}
	}
	db.Now = func() time.Time { return at(11 + 3*7) } // seven hours after the last message
	sources, err := db.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mails, chat := &sources[0], &sources[1]
	if got := chat.Silent(db.Now(), wib); got != 7*time.Hour {
		t.Errorf("%s is silent for %v, want 7 h", chat.Name, got)
	}
	if got := chat.Usual(wib); got != 20*time.Minute {
		t.Errorf("%v is usual, want 20 min", got)
	}
	if got := mails.Silent(db.Now(), wib); got != 0 {
		t.Errorf("%s is silent for %v; its mails came not long ago", mails.Name, got)
	}
}

func TestNoteLink(t *testing.T) {
	db := forum(t)
	ratna := staff(t, db, "Ratna")
	if err := db.NoteLink(t.Context(), ratna, "whatsapp/utama", Linked); err != nil {
		t.Fatal(err) // before anybody worked it
	}
	acquire(t, db, "whatsapp/utama")
	link := func() Link {
		sources, err := db.Sources(t.Context())
		if err != nil || len(sources) != 1 {
			t.Fatalf("%d sources, %v", len(sources), err)
		}
		return sources[0].Link
	}
	if got, want := link(), (Link{Linked, "Ratna", morning}); got != want {
		t.Errorf("link = %+v, want %+v", got, want)
	}
	db.Now = func() time.Time { return morning.Add(time.Hour) }
	if err := db.NoteLink(t.Context(), Actor{}, "whatsapp/utama", Unlinked); err != nil {
		t.Fatal(err)
	}
	if got, want := link(), (Link{Unlinked, "", morning.Add(time.Hour)}); got != want {
		t.Errorf("link = %+v, want %+v", got, want)
	}
	if got := lastKind(t, db); got != "unlinked whatsapp/utama" {
		t.Errorf("newest entry %q", got)
	}
	if err := db.NoteLink(t.Context(), ratna, "whatsapp/utama", "hacked"); err == nil {
		t.Error("a kind of link that there is not was noted")
	}
}

// TestSourceCountsMedia holds what the channels screen says of attachments.
func TestSourceCountsMedia(t *testing.T) {
	db := forum(t)
	l := acquire(t, db, "whatsapp/utama")
	record(t, l, item(1, voiceNote("a", "1.ogg", "2.ogg", "3.ogg", "4.ogg")))
	want := func(waiting, gone int64) {
		t.Helper()
		sources, err := db.Sources(t.Context())
		if err != nil || sources[0].Waiting != waiting || sources[0].Gone != gone {
			t.Errorf("%d waiting, %d gone, %v; want %d and %d", sources[0].Waiting, sources[0].Gone, err, waiting, gone)
		}
	}
	want(4, 0)
	for id, reason := range map[int64]string{1: "", 2: "media_gone", 3: "media_waiting"} {
		var err error
		switch reason {
		case "":
			err = l.Fetched(t.Context(), id, intake.NewRaw([]byte("ogg")))
		case "media_gone":
			err = l.Unfetched(t.Context(), id, reason, time.Time{})
		default:
			err = l.Unfetched(t.Context(), id, reason, morning.Add(time.Hour))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	want(2, 1)
	if err := db.FetchAgain(t.Context(), Actor{}, 2); err != nil {
		t.Fatal(err)
	}
	want(3, 0)
}
