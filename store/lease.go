package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"usulan/intake"
)

// leaseTime is how long a source stays with a process that does not renew: the
// supervisor renews three times within it.
const leaseTime = time.Minute

// lease is the right to work one source.
type lease struct {
	db      *DB
	source  string
	holder  string
	channel string
	wake    chan struct{}
	wakes   int64 // how often persons had asked, as far as wake was signalled
}

// Acquire leases a source to this process; intake.ErrLeased when another has it.
func (db *DB) Acquire(ctx context.Context, source string) (intake.Ledger, error) {
	l := &lease{
		db: db, source: source, channel: channelOf(source),
		holder: db.life.name + "/" + rand.Text(), wake: make(chan struct{}, 1),
	}
	err := db.transact(ctx, func(t *tx) error {
		if err := t.exec("INSERT INTO source (name) VALUES ($1) ON CONFLICT DO NOTHING", source); err != nil {
			return err
		}
		var holder string
		var until int64
		err := t.row("SELECT holder, leased_until, wakes FROM source WHERE name = $1", []any{source}, &holder, &until, &l.wakes)
		if err != nil {
			return err
		}
		if holder != "" && until > millis(t.now) && !db.life.ended(holder) {
			return intake.ErrLeased
		}
		return t.exec("UPDATE source SET holder = $1, leased_until = $2 WHERE name = $3",
			l.holder, millis(t.now.Add(leaseTime)), source)
	})
	if err != nil {
		return nil, storageFault("lease "+source, err)
	}
	db.leases.Store(source, l)
	return l, nil
}

// hold runs do in a transaction while the source is still ours.
func (l *lease) hold(ctx context.Context, doing string, do func(*tx) error) error {
	err := l.db.transact(ctx, func(t *tx) error {
		if err := l.check(t); err != nil {
			return err
		}
		return do(t)
	})
	return storageFault(doing+" "+l.source, err)
}

// check is ErrLeased when the source is not ours any more.
func (l *lease) check(t *tx) error {
	var one int
	err := t.row("SELECT 1 FROM source WHERE name = $1 AND holder = $2 AND leased_until > $3",
		[]any{l.source, l.holder, millis(t.now)}, &one)
	if errors.Is(err, ErrNotFound) {
		return intake.ErrLeased
	}
	return err
}

// storageFault names our own disk or database as the culprit of err, unless it
// is the lease or the caller's end.
func storageFault(doing string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s: %w", doing, err)
	if errors.Is(err, intake.ErrLeased) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &intake.Fault{Code: intake.FaultStorage, Err: err}
}

// Renew keeps the right to the source for another while. It also hears whether
// a person asked for something in another process.
func (l *lease) Renew(ctx context.Context) error {
	var wakes int64
	err := l.hold(ctx, "renew the lease of", func(t *tx) error {
		return t.row("UPDATE source SET leased_until = $1 WHERE name = $2 RETURNING wakes",
			[]any{millis(t.now.Add(leaseTime)), l.source}, &wakes)
	})
	if err == nil && wakes > l.wakes {
		l.wakes = wakes
		l.signal()
	}
	return err
}

// Release gives the source back.
func (l *lease) Release(ctx context.Context) error {
	l.db.leases.CompareAndDelete(l.source, l)
	return l.hold(ctx, "release", func(t *tx) error {
		return t.exec("UPDATE source SET holder = '', leased_until = 0 WHERE name = $1", l.source)
	})
}

// Wake signals when a person asked for something.
func (l *lease) Wake() <-chan struct{} { return l.wake }

func (l *lease) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// wake tells whoever works a source that a person asked for something.
func (db *DB) wake(source string) {
	if l, ok := db.leases.Load(source); ok {
		l.(*lease).signal()
	}
}

// Position opens a place.
func (l *lease) Position(ctx context.Context, p intake.Place, baseline uint32) (pos intake.Position, err error) {
	err = l.hold(ctx, "open "+p.Folder+" of", func(t *tx) error {
		err := t.exec(`
			INSERT INTO place (source, folder, epoch, last, baseline, handled) VALUES ($1, $2, $3, 0, $4, 0)
			ON CONFLICT (source, folder, epoch) DO NOTHING`, l.source, p.Folder, p.Epoch, baseline)
		if err != nil {
			return err
		}
		err = t.exec("UPDATE place SET retired = CASE WHEN epoch = $1 THEN 0 ELSE 1 END WHERE source = $2 AND folder = $3",
			p.Epoch, l.source, p.Folder)
		if err != nil {
			return err
		}
		return t.row("SELECT last, baseline, handled FROM place WHERE source = $1 AND folder = $2 AND epoch = $3",
			[]any{l.source, p.Folder, p.Epoch}, &pos.Last, &pos.Baseline, &pos.Handled)
	})
	return pos, err
}

// Handled moves the mark below which the far side has been told.
func (l *lease) Handled(ctx context.Context, p intake.Place, upTo uint32) error {
	return l.hold(ctx, "note what was handled in", func(t *tx) error {
		return t.exec(`
			UPDATE place SET handled = $1
			WHERE source = $2 AND folder = $3 AND epoch = $4 AND handled < $1`, upTo, l.source, p.Folder, p.Epoch)
	})
}

// Known lists the items of a place above after that have a row and had not vanished.
func (l *lease) Known(ctx context.Context, p intake.Place, after uint32, limit int) ([]uint32, error) {
	return l.items(ctx, "AND ledger.outcome <> 'vanished'", p, after, limit)
}

// Due lists the items that want to be fetched again now.
func (l *lease) Due(ctx context.Context, p intake.Place, limit int) (due []intake.Due, err error) {
	var submissions []int64 // of what has a name, 0 where there is none
	err = l.db.each(ctx, `
		SELECT ledger.item, ledger.key, ledger.outcome, ledger.tries, ledger.insisted,
			CASE WHEN ledger.key = '' THEN 0 ELSE coalesce(ledger.submission, 0) END
		FROM place JOIN ledger ON ledger.place = place.id
		WHERE place.source = $1 AND place.folder = $2 AND place.epoch = $3
			AND ledger.due_at <> 0 AND ledger.due_at <= $4
		ORDER BY ledger.item, ledger.id LIMIT $5`, []any{l.source, p.Folder, p.Epoch, millis(l.db.Now()), limit},
		func(rows *sql.Rows) error {
			var d intake.Due
			var submission int64
			err := rows.Scan(&d.ID, &d.Key, &d.Outcome, &d.Tries, &d.Insisted, &submission)
			due, submissions = append(due, d), append(submissions, submission)
			return err
		})
	for i, submission := range submissions {
		if err == nil && submission != 0 {
			due[i].Source, err = l.db.sourceOf(ctx, submission)
		}
	}
	return due, storageFault("list what is due of "+l.source, err)
}

// Census notes what a comparison with the far side found.
func (l *lease) Census(ctx context.Context, p intake.Place, present int, missing []uint32) error {
	return l.hold(ctx, "note the census of", func(t *tx) error {
		var place int64
		err := t.row(`
			UPDATE place SET present = $1, census_at = $2
			WHERE source = $3 AND folder = $4 AND epoch = $5 RETURNING id`,
			[]any{present, millis(t.now), l.source, p.Folder, p.Epoch}, &place)
		if err != nil {
			return err
		}
		if err := t.exec("DELETE FROM missing WHERE place = $1", place); err != nil {
			return err
		}
		for _, item := range missing {
			if err := t.exec("INSERT INTO missing (place, item) VALUES ($1, $2)", place, item); err != nil {
				return err
			}
		}
		return nil
	})
}

// Report notes the state of the source for people to see.
func (l *lease) Report(ctx context.Context, s intake.Status) error {
	return l.hold(ctx, "note the state of", func(t *tx) error {
		heard := int64(0)
		if s.State == intake.Connected {
			heard = millis(t.now)
		}
		err := t.exec(`
			UPDATE source SET
				state_at = CASE WHEN state = $1 THEN state_at ELSE $2 END,
				state = $1, fault = $3, detail = $4, next_at = $5,
				seen_at = CASE WHEN $6 = 0 THEN seen_at ELSE $6 END
			WHERE name = $7`, string(s.State), millis(t.now), s.Fault, s.Detail, millis(s.Next), heard, l.source)
		if err != nil || s.Account == nil {
			return err
		}
		return t.exec("UPDATE source SET account = $1 WHERE name = $2", encode(s.Account, *s.Account == intake.Account{}), l.source)
	})
}

// Read lists the items of a place above after whose content is recorded.
func (l *lease) Read(ctx context.Context, p intake.Place, after uint32, limit int) ([]uint32, error) {
	return l.items(ctx, "AND ledger.submission IS NOT NULL AND ledger.outcome <> 'too_large'", p, after, limit)
}

func (l *lease) items(ctx context.Context, which string, p intake.Place, after uint32, limit int) (items []uint32, err error) {
	err = l.db.each(ctx, `
		SELECT ledger.item FROM place JOIN ledger ON ledger.place = place.id
		WHERE place.source = $1 AND place.folder = $2 AND place.epoch = $3 AND ledger.item > $4 `+which+`
		ORDER BY ledger.item LIMIT $5`, []any{l.source, p.Folder, p.Epoch, after, limit},
		func(rows *sql.Rows) error {
			var item uint32
			err := rows.Scan(&item)
			items = append(items, item)
			return err
		})
	return items, storageFault("list items of "+l.source, err)
}
