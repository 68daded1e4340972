package store

import (
	"context"
	"database/sql"
	"fmt"

	"usulan/intake"
)

// tallyKey is what proposals are counted by.
type tallyKey struct {
	forum    int64
	channel  string
	state    State
	priority string
	changed  bool
}

// outcomeKey is what items of the ledger are counted by.
type outcomeKey struct {
	source  string
	outcome intake.Outcome
}

// writeTallies adds up what the transaction changed.
func (t *tx) writeTallies() error {
	for k, n := range t.tallies {
		if n == 0 {
			continue
		}
		err := t.exec(`
			INSERT INTO tally (forum, channel, state, priority, changed, count) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (forum, channel, state, priority, changed) DO UPDATE SET count = tally.count + excluded.count`,
			k.forum, k.channel, string(k.state), k.priority, k.changed, n)
		if err != nil {
			return err
		}
	}
	for k, n := range t.outcomes {
		if n == 0 {
			continue
		}
		err := t.exec(`
			INSERT INTO ledger_tally (source, outcome, count) VALUES ($1, $2, $3)
			ON CONFLICT (source, outcome) DO UPDATE SET count = ledger_tally.count + excluded.count`,
			k.source, string(k.outcome), n)
		if err != nil {
			return err
		}
	}
	return nil
}

// Counts are kept, not counted: proposals by state, by priority (tagged) and by channel and state.
type Counts struct {
	State    map[State]int64
	Waiting  int64 // new ones, and decided ones that changed since
	Priority map[string]int64
	Channel  map[string]map[State]int64
}

// Counts returns the counters that screens show.
func (db *DB) Counts(ctx context.Context) (Counts, error) {
	c := Counts{State: map[State]int64{}, Priority: map[string]int64{}, Channel: map[string]map[State]int64{}}
	err := db.each(ctx, `
		SELECT tally.channel, tally.state, tally.priority, tally.changed, tally.count
		FROM tally JOIN forum ON forum.id = tally.forum WHERE forum.current = 1`, nil,
		func(rows *sql.Rows) error {
			var k tallyKey
			var n int64
			if err := rows.Scan(&k.channel, &k.state, &k.priority, &k.changed, &n); err != nil {
				return err
			}
			c.State[k.state] += n
			if k.state == New || k.changed {
				c.Waiting += n
			}
			if k.priority != "" {
				c.Priority[k.priority] += n
			}
			if c.Channel[k.channel] == nil {
				c.Channel[k.channel] = map[State]int64{}
			}
			c.Channel[k.channel][k.state] += n
			return nil
		})
	if err != nil {
		return Counts{}, fmt.Errorf("read counters: %w", err)
	}
	return c, nil
}
