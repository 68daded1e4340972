package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"strings"
	"time"

	"usulan/intake"
)

// batchTime bounds how long a batch holds the database. Persons do not wait for
// that long: a batch ends at the next item when somebody wants to write.
const batchTime = 40 * time.Millisecond

// FaultUnrecordable is the reason of an item that the database refused.
const FaultUnrecordable = "unrecordable"

// Record makes the first n items safe.
//
// The items of a batch share a transaction without savepoints, which would make
// the search index write itself out for every item. Only when an item is
// refused is the batch done again, each item behind a savepoint of its own.
func (l *lease) Record(ctx context.Context, p intake.Place, items []intake.Item) (int, error) {
	if len(items) == 0 {
		return 0, nil
	}
	n, err := l.record(ctx, p, items, false)
	if refused := (*refusal)(nil); errors.As(err, &refused) {
		n, err = l.record(ctx, p, items, true)
	}
	return n, storageFault("record items of "+l.source, err)
}

// refusal says that one item cannot be recorded; the next may well be.
type refusal struct{ cause error }

func (r *refusal) Error() string { return "item refused: " + r.cause.Error() }
func (r *refusal) Unwrap() error { return r.cause }

// record does one batch. careful puts a savepoint before each item.
func (l *lease) record(ctx context.Context, p intake.Place, items []intake.Item, careful bool) (n int, err error) {
	began := time.Now()
	err = l.db.transactIntake(ctx, func(t *tx) error {
		b, err := l.begin(t, p)
		if err != nil {
			return err
		}
		for _, item := range items {
			if n > 0 && (time.Since(began) > batchTime || l.db.gate.wanted()) {
				break
			}
			if careful {
				err = b.admitCarefully(item)
			} else {
				err = b.admit(item)
			}
			if err != nil {
				return err
			}
			n++
		}
		return b.end()
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// batch is one transaction of Record.
type batch struct {
	*tx
	lease   *lease
	place   int64
	last    uint32 // the position
	arrived int64  // when the newest item was received
	forum   round
	numbers int64 // the next number of a proposal
}

// round is what the transaction needs to know of the current forum.
type round struct {
	id     int64
	prefix string
	year   int
	closes int64
}

// currentRound reads the current forum and its next number.
func (t *tx) currentRound() (r round, next int64, err error) {
	err = t.row("SELECT id, prefix, year, closes, next_number FROM forum WHERE current = 1", nil,
		&r.id, &r.prefix, &r.year, &r.closes, &next)
	if errors.Is(err, ErrNotFound) {
		err = errNotConfigured
	}
	return r, next, err
}

func (l *lease) begin(t *tx, p intake.Place) (*batch, error) {
	if err := l.check(t); err != nil {
		return nil, err
	}
	if err := t.followOthers(); err != nil {
		return nil, err
	}
	b := &batch{tx: t, lease: l}
	var err error
	if b.forum, b.numbers, err = t.currentRound(); err != nil {
		return nil, err
	}
	err = t.row("SELECT id, last FROM place WHERE source = $1 AND folder = $2 AND epoch = $3",
		[]any{l.source, p.Folder, p.Epoch}, &b.place, &b.last)
	if errors.Is(err, ErrNotFound) {
		err = fmt.Errorf("folder %q, epoch %d was never opened with Position", p.Folder, p.Epoch)
	}
	return b, err
}

// end writes what the batch moved.
func (b *batch) end() error {
	if err := b.exec("UPDATE place SET last = $1 WHERE id = $2", b.last, b.place); err != nil {
		return err
	}
	if err := b.exec("UPDATE forum SET next_number = $1 WHERE id = $2", b.numbers, b.forum.id); err != nil {
		return err
	}
	return b.exec("UPDATE source SET seen_at = $1, arrived_at = max(arrived_at, $2) WHERE name = $3",
		millis(b.now), b.arrived, b.lease.source)
}

// admitCarefully sends an item that the database refuses to quarantine.
func (b *batch) admitCarefully(item intake.Item) error {
	before := *b
	tallies, outcomes, texts := maps.Clone(b.tallies), maps.Clone(b.outcomes), maps.Clone(b.texts)
	last := b.tx.lastEntry
	if err := b.exec("SAVEPOINT item"); err != nil {
		return err
	}
	err := b.admit(item)
	refused := (*refusal)(nil)
	if !errors.As(err, &refused) {
		return errors.Join(err, b.exec("RELEASE item"))
	}
	if err := b.exec("ROLLBACK TO item"); err != nil {
		return err
	}
	*b = before
	b.db.monologues.forget()
	b.tx.lastEntry, b.tallies, b.outcomes, b.texts = last, tallies, outcomes, texts
	b.db.Log.Error("item sent to quarantine", "source", b.lease.source, "item", item.ID, "error", refused.cause)
	if err := b.admit(unrecordable(item)); err != nil {
		return err
	}
	return b.exec("RELEASE item")
}

// unrecordable leaves of an item what no database can refuse: its raw bytes.
func unrecordable(item intake.Item) intake.Item {
	bare := intake.Item{ID: item.ID, Key: item.Key, ReceivedAt: item.ReceivedAt, Size: item.Size,
		Outcome: intake.Quarantine, Reason: FaultUnrecordable}
	if item.Submission != nil {
		bare.Submission = &intake.Submission{
			Kind: intake.Message, Fault: FaultUnrecordable, Raw: item.Submission.Raw, ReceivedAt: item.ReceivedAt,
		}
	}
	return bare
}

// admit records one item. An error that is about this item alone, a defect in
// this program included, is a *refusal.
func (b *batch) admit(item intake.Item) (err error) {
	defer func() {
		if v := recover(); v != nil {
			b.db.Log.Error("recording panicked", "source", b.lease.source, "item", item.ID, "panic", v, "stack", string(debug.Stack()))
			err = &refusal{fmt.Errorf("panic: %v", v)}
		}
	}()
	err = b.enter(item)
	if isConstraint(err) {
		return &refusal{err}
	}
	return err
}

// channelOf is the first part of a source's name.
func channelOf(source string) string {
	channel, _, _ := strings.Cut(source, "/")
	return channel
}
