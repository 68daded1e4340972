package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"usulan/intake"
)

// Source is a way in and how it does, for the channels screen.
type Source struct {
	Name      string // email/forum
	Status    intake.Status
	StateAt   time.Time // since when it is in that state
	SeenAt    time.Time // when the far side was last heard of
	ArrivedAt time.Time // when the newest item was received
	Leased    bool
	Outcomes  map[intake.Outcome]int64 // kept, not counted; they sum up to Total
	Total     int64
	Present   int64 // items on the far side by the last census
	Missing   int64 // of those at or below the position, how many have no row: red
	CensusAt  time.Time

	Account *intake.Account // that the channel is linked to; nil when none is known
	Link    Link
	Waiting int64 // attachments that are still to be fetched
	Gone    int64 // attachments that the far side does not have any more

	recent []time.Time // when its latest items arrived; read only of a silent source
}

// Link is what a person last did about the account of a source.
type Link struct {
	Kind string // Linked or Unlinked; empty when nobody did anything
	By   string // name of the staff member; empty when it was done in a terminal
	At   time.Time
}

// The kinds of a Link.
const (
	Linked   = "linked"
	Unlinked = "unlinked"
)

// Sources lists all sources by name.
func (db *DB) Sources(ctx context.Context) ([]Source, error) {
	sources, err := db.sources(ctx)
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	return sources, nil
}

func (db *DB) sources(ctx context.Context) ([]Source, error) {
	var sources []Source
	index := map[string]int{}
	now := millis(db.Now())
	err := db.each(ctx, `
		SELECT source.name, source.state, source.fault, source.detail, source.next_at, source.state_at, source.seen_at,
			source.arrived_at, source.holder <> '' AND source.leased_until > $1,
			source.account, source.link, coalesce(staff.name, ''), source.link_at
		FROM source LEFT JOIN staff ON staff.id = source.link_by ORDER BY source.name`, []any{now}, func(rows *sql.Rows) error {
		s := Source{Outcomes: map[intake.Outcome]int64{}}
		var next, state, seen, arrived, link int64
		var account string
		err := rows.Scan(&s.Name, &s.Status.State, &s.Status.Fault, &s.Status.Detail, &next, &state, &seen, &arrived, &s.Leased,
			&account, &s.Link.Kind, &s.Link.By, &link)
		s.Status.Next, s.StateAt, s.SeenAt, s.ArrivedAt = instant(next), instant(state), instant(seen), instant(arrived)
		s.Link.At = instant(link)
		index[s.Name] = len(sources)
		sources = append(sources, s)
		return errors.Join(err, decode(account, &sources[len(sources)-1].Account))
	})
	if err != nil {
		return nil, err
	}
	err = db.each(ctx, "SELECT source, outcome, count FROM ledger_tally WHERE count <> 0", nil, func(rows *sql.Rows) error {
		var k outcomeKey
		var n int64
		err := rows.Scan(&k.source, &k.outcome, &n)
		if i, ok := index[k.source]; ok {
			sources[i].Outcomes[k.outcome] = n
			sources[i].Total += n
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = db.each(ctx, "SELECT source, state, count(*) FROM attachment WHERE state <> '' GROUP BY source, state", nil, func(rows *sql.Rows) error {
		var name string
		var state AttachmentState
		var n int64
		err := rows.Scan(&name, &state, &n)
		if i, ok := index[name]; ok {
			switch state {
			case Waiting:
				sources[i].Waiting = n
			case Gone:
				sources[i].Gone = n
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = db.each(ctx, `
		SELECT place.source, place.present, place.census_at, (SELECT count(*) FROM missing WHERE missing.place = place.id)
		FROM place WHERE place.retired = 0`, nil, func(rows *sql.Rows) error {
		var name string
		var present, at, missing int64
		err := rows.Scan(&name, &present, &at, &missing)
		if i, ok := index[name]; ok {
			s := &sources[i]
			s.Present += present
			s.Missing += missing
			if census := instant(at); census.After(s.CensusAt) {
				s.CensusAt = census
			}
		}
		return err
	})
	for i := range sources {
		if err == nil {
			err = db.readRhythm(ctx, &sources[i])
		}
	}
	return sources, err
}

// Retry wakes a source that failed or was parked.
func (db *DB) Retry(ctx context.Context, who Actor, source string) error {
	err := db.write(ctx, func(t *tx) error {
		if err := t.askFor(source); err != nil {
			return err
		}
		return t.note(who, "retried", source)
	})
	if err != nil {
		return fmt.Errorf("retry %s: %w", source, err)
	}
	db.wake(source)
	return nil
}

// NoteLink writes into the history that somebody linked a source to an account,
// or ended the link: kind is Linked or Unlinked. The source need not have been
// worked before.
func (db *DB) NoteLink(ctx context.Context, who Actor, source, kind string) error {
	err := db.write(ctx, func(t *tx) error {
		if kind != Linked && kind != Unlinked {
			return fmt.Errorf("no kind of link: %q", kind)
		}
		err := t.exec(`
			INSERT INTO source (name, link, link_by, link_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (name) DO UPDATE SET link = excluded.link, link_by = excluded.link_by, link_at = excluded.link_at`,
			source, kind, who.Staff, millis(t.now))
		if err != nil {
			return err
		}
		return t.note(who, kind, source)
	})
	if err != nil {
		return fmt.Errorf("note the link of %s: %w", source, err)
	}
	return nil
}

// askFor counts that a person asked something of a source, so that the process
// that works it hears of it.
func (t *tx) askFor(source string) error {
	return t.one("UPDATE source SET wakes = wakes + 1 WHERE name = $1", source)
}

// Insist asks for an item to be fetched now whatever its size or age, and wakes its source.
func (db *DB) Insist(ctx context.Context, who Actor, row int64) error {
	var source string
	err := db.write(ctx, func(t *tx) error {
		err := t.row(`
			UPDATE ledger SET insisted = 1, due_at = $1
			WHERE id = $2 AND outcome IN ('too_large', 'unfetchable', 'vanished', 'older', 'quarantine')
				AND place IN (SELECT id FROM place WHERE retired = 0)
			RETURNING source`, []any{millis(t.now), row}, &source)
		if err != nil {
			return err
		}
		if err := t.askFor(source); err != nil {
			return err
		}
		return t.note(who, "insisted", source)
	})
	if err != nil {
		return fmt.Errorf("ask for item %d: %w", row, err)
	}
	db.wake(source)
	return nil
}

// InsistOlder asks for all items of a source from before the forum's opening
// and returns how many there are.
func (db *DB) InsistOlder(ctx context.Context, who Actor, source string) (n int64, err error) {
	err = db.write(ctx, func(t *tx) error {
		n, err = t.change(`
			UPDATE ledger SET insisted = 1, due_at = $1
			WHERE source = $2 AND outcome = 'older' AND place IN (SELECT id FROM place WHERE retired = 0)`,
			millis(t.now), source)
		if err != nil {
			return err
		}
		if err := t.askFor(source); err != nil {
			return err
		}
		return t.note(who, "insisted_older", source)
	})
	if err != nil {
		return 0, fmt.Errorf("ask for older items of %s: %w", source, err)
	}
	db.wake(source)
	return n, nil
}
