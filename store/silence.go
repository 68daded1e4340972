package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"usulan/intake"
)

// What makes the silence of a source alarming. People write by day, so only
// waking hours count: a channel that is quiet at night is well.
const (
	wakes, sleeps = 6, 22 // o'clock, where the forum is
	leastSilence  = 6 * time.Hour
	timesUsual    = 10

	// observed is how many arrivals tell what is usual, knowable how many at least.
	observed, knowable = 64, 10

	// settled is how long a source must have been connected: what was sent
	// meanwhile comes first.
	settled = 15 * time.Minute
)

// Silent returns for how long nothing has arrived, when that is alarming: the
// source seems to be connected, and by day it has been silent for six hours and
// many times as long as it usually is. Otherwise it returns 0. now is the
// present time, zone where the participants live.
func (s *Source) Silent(now time.Time, zone *time.Location) time.Duration {
	if s.Status.State != intake.Connected || now.Sub(s.StateAt) < settled || s.ArrivedAt.IsZero() {
		return 0
	}
	usual := s.Usual(zone)
	awake := waking(s.ArrivedAt, now, zone)
	if usual == 0 || awake < leastSilence || awake < timesUsual*usual {
		return 0
	}
	return now.Sub(s.ArrivedAt)
}

// Usual is how long the source is usually silent between two conversations, in
// waking hours; of a source that never rests, between two items. It is 0 where
// too little has arrived to tell, and for a source that is not silent: only then
// is it read.
func (s *Source) Usual(zone *time.Location) time.Duration {
	if len(s.recent) < knowable {
		return 0
	}
	var gaps, rests []time.Duration
	for i := 1; i < len(s.recent); i++ {
		gap := waking(s.recent[i-1], s.recent[i], zone)
		gaps = append(gaps, gap)
		if gap > intake.Quiet {
			rests = append(rests, gap)
		}
	}
	switch {
	case len(rests) == 0:
		return max(median(gaps), time.Minute)
	case len(rests) < 3:
		return slices.Max(rests)
	default:
		return median(rests)
	}
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

// waking is how much of the time between two instants people are awake.
func waking(from, to time.Time, zone *time.Location) (awake time.Duration) {
	from, to = from.In(zone), to.In(zone)
	y, m, d := from.Date()
	for day := 0; ; day++ {
		morning := time.Date(y, m, d+day, wakes, 0, 0, 0, zone)
		if !morning.Before(to) {
			return awake
		}
		evening := time.Date(y, m, d+day, sleeps, 0, 0, 0, zone)
		begins, ends := morning, evening
		if from.After(begins) {
			begins = from
		}
		if to.Before(ends) {
			ends = to
		}
		awake += max(ends.Sub(begins), 0)
	}
}

// arrives tells whether an outcome is of something that somebody sent us.
func arrives(o intake.Outcome) bool {
	return o != intake.Receipt && o != intake.Service
}

// readRhythm reads when the latest items of a source arrived, if it has been
// silent for so long that this matters. Each outcome has an index of its own.
func (db *DB) readRhythm(ctx context.Context, s *Source) error {
	if s.Status.State != intake.Connected || db.Now().Sub(s.ArrivedAt) < leastSilence {
		return nil
	}
	for outcome := range s.Outcomes {
		if !arrives(outcome) {
			continue
		}
		err := db.each(ctx, `
			SELECT received_at FROM ledger WHERE source = $1 AND outcome = $2 AND received_at <> 0
			ORDER BY id DESC LIMIT $3`, []any{s.Name, string(outcome), observed}, func(rows *sql.Rows) error {
			var at int64
			err := rows.Scan(&at)
			s.recent = append(s.recent, instant(at))
			return err
		})
		if err != nil {
			return err
		}
	}
	slices.SortFunc(s.recent, time.Time.Compare)
	s.recent = s.recent[max(len(s.recent)-observed, 0):]
	return nil
}
