package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"usulan/intake"
)

// Parser reads an item of a source again from its raw bytes. It returns nil when
// it knows no such source, or when nothing in the bytes is a submission.
type Parser func(source string, raw *intake.Raw, receivedAt time.Time) *intake.Submission

// Replay reads a quarantined item again with parse and, when that succeeds,
// records it as if it had just arrived. When it does not, the item stays where
// it is, perhaps for another reason. ErrNotFound when it is not in quarantine.
func (db *DB) Replay(ctx context.Context, who Actor, row int64, parse Parser) (Row, error) {
	if err := db.replay(ctx, who, row, parse); err != nil {
		return Row{}, fmt.Errorf("replay row %d of the ledger: %w", row, err)
	}
	r, _, err := db.Row(ctx, row)
	return r, err
}

func (db *DB) replay(ctx context.Context, who Actor, row int64, parse Parser) error {
	q, err := db.quarantined(ctx, row)
	if err != nil {
		return err
	}
	raw, err := db.wholeRaw(ctx, q.submission)
	if err != nil {
		return err
	}
	defer raw.Close()
	s := parse(q.source, raw, q.receivedAt)
	item := intake.Item{ID: q.item, Key: q.key, ReceivedAt: q.receivedAt, Size: q.size, Submission: s}
	return db.write(ctx, func(t *tx) error {
		b, err := q.begin(t)
		if err != nil {
			return err
		}
		// Who else replayed or fetched it meanwhile has settled it.
		old, err := b.entered(item)
		if err != nil {
			return err
		}
		if old == nil || old.outcome != intake.Quarantine || old.submission != q.submission {
			return ErrNotFound
		}
		if s == nil {
			return t.exec("UPDATE ledger SET tries = tries + 1 WHERE id = $1", row)
		}
		if s.Fault != "" {
			return t.exec("UPDATE ledger SET reason = $1, tries = tries + 1 WHERE id = $2", s.Fault, row)
		}
		if err := b.become(item, old); err != nil {
			return err
		}
		if err := t.exec("UPDATE forum SET next_number = $1 WHERE id = $2", b.numbers, b.forum.id); err != nil {
			return err
		}
		return t.note(who, "replayed", q.source)
	})
}

// quarantined is an item in quarantine whose bytes are here.
type quarantined struct {
	place      int64
	source     string
	item       uint32
	key        string
	submission int64
	receivedAt time.Time
	size       int64
}

func (db *DB) quarantined(ctx context.Context, row int64) (q quarantined, err error) {
	var received int64
	err = db.row(ctx, `
		SELECT place, source, item, key, submission, received_at, size FROM ledger
		WHERE id = $1 AND outcome = 'quarantine' AND submission IS NOT NULL`, []any{row},
		&q.place, &q.source, &q.item, &q.key, &q.submission, &received, &q.size)
	q.receivedAt = instant(received)
	return q, err
}

// begin is the batch of one item. It needs no lease: the item is here.
func (q *quarantined) begin(t *tx) (*batch, error) {
	if err := t.followOthers(); err != nil {
		return nil, err
	}
	b := &batch{tx: t, lease: &lease{db: t.db, source: q.source, channel: channelOf(q.source)}, place: q.place}
	var err error
	if b.forum, b.numbers, err = t.currentRound(); err != nil {
		return nil, err
	}
	err = t.row("SELECT last FROM place WHERE id = $1", []any{q.place}, &b.last)
	if errors.Is(err, ErrNotFound) {
		err = errors.New("the place of the item is gone")
	}
	b.last = max(b.last, q.item)
	return b, err
}
