package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"usulan/intake"
)

// AbsentError says that the bytes of an attachment are not here. It is an
// ErrNotFound.
type AbsentError struct {
	State  AttachmentState
	Reason string // Fault code; may be empty
}

func (e *AbsentError) Error() string {
	if e.State == Gone {
		return "the far side does not have the bytes any more"
	}
	return "the bytes are still to be fetched"
}

func (e *AbsentError) Unwrap() error { return ErrNotFound }

// atOnce is the due time of what a person asked for: before everything that
// only waits for its turn.
const atOnce = 1

// Wanted lists the attachments of the source whose time to be fetched has come.
func (l *lease) Wanted(ctx context.Context, limit int) (wanted []intake.Wanted, err error) {
	submissions := map[int64]int64{} // attachment to submission
	err = l.db.each(ctx, `
		SELECT id, submission, tries FROM attachment
		WHERE source = $1 AND state = 'waiting' AND state <> '' AND due_at <= $2
		ORDER BY due_at, id LIMIT $3`, []any{l.source, millis(l.db.Now()), limit},
		func(rows *sql.Rows) error {
			var w intake.Wanted
			var submission int64
			err := rows.Scan(&w.Attachment, &submission, &w.Tries)
			submissions[w.Attachment] = submission
			wanted = append(wanted, w)
			return err
		})
	for i := range wanted {
		if err == nil {
			wanted[i].Source, err = l.db.sourceOf(ctx, submissions[wanted[i].Attachment])
		}
	}
	return wanted, storageFault("list media wanted of "+l.source, err)
}

// sourceOf reads the raw bytes of a submission into memory: those of a chat
// message are few.
func (db *DB) sourceOf(ctx context.Context, submission int64) ([]byte, error) {
	raw, err := db.wholeRaw(ctx, submission)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	b := append([]byte(nil), raw.Bytes...)
	return b, raw.Close()
}

// queued is an attachment that is, or was, in the queue.
type queued struct {
	id         int64
	submission int64
	state      AttachmentState
}

// queued finds an attachment of the source; its state is Here when there is
// nothing to be done about it.
func (l *lease) queued(t *tx, attachment int64) (q queued, err error) {
	q.id = attachment
	err = t.row("SELECT submission, state FROM attachment WHERE id = $1 AND source = $2", []any{attachment, l.source}, &q.submission, &q.state)
	return q, orNone(err)
}

// Fetched gives an attachment its bytes.
func (l *lease) Fetched(ctx context.Context, attachment int64, raw *intake.Raw) error {
	return l.hold(ctx, "keep media of", func(t *tx) error {
		q, err := l.queued(t, attachment)
		if err != nil || q.state == Here {
			return err
		}
		if raw.File == "" && int64(len(raw.Bytes)) != raw.Size {
			return fmt.Errorf("%d bytes of attachment %d are at hand, not %d", len(raw.Bytes), attachment, raw.Size)
		}
		data, err := t.putRaw(raw)
		if err != nil {
			return err
		}
		err = t.exec("UPDATE attachment SET state = '', reason = '', due_at = 0, data = $1, size = $2, hash = $3 WHERE id = $4",
			data, raw.Size, raw.Hash[:], attachment)
		if err != nil {
			return err
		}
		return t.enterMedia(Actor{}, "media_fetched", l.channel, q)
	})
}

// Unfetched notes why an attachment could not be fetched and when to try again.
func (l *lease) Unfetched(ctx context.Context, attachment int64, reason string, again time.Time) error {
	return l.hold(ctx, "note media not fetched of", func(t *tx) error {
		q, err := l.queued(t, attachment)
		if err != nil || q.state != Waiting {
			return err
		}
		state := Waiting
		if again.IsZero() {
			state = Gone
		}
		err = t.exec("UPDATE attachment SET state = $1, reason = $2, due_at = $3, tries = tries + 1 WHERE id = $4",
			string(state), reason, millis(again), attachment)
		if err != nil || state == Waiting {
			return err
		}
		return t.enterMedia(Actor{}, "media_gone", l.channel, q)
	})
}

// FetchAgain asks for the bytes of an attachment that is awaited or given up to
// be fetched now, and wakes its source. ErrNotFound when they are here.
func (db *DB) FetchAgain(ctx context.Context, who Actor, attachment int64) error {
	var source string
	err := db.write(ctx, func(t *tx) error {
		q := queued{id: attachment}
		err := t.row(`
			UPDATE attachment SET state = 'waiting', due_at = $1, tries = 0
			WHERE id = $2 AND state <> '' RETURNING source, submission`, []any{atOnce, attachment}, &source, &q.submission)
		if err != nil {
			return err
		}
		if err := t.askFor(source); err != nil {
			return err
		}
		return t.enterMedia(who, "media_asked", channelOf(source), q)
	})
	if err != nil {
		return fmt.Errorf("ask for attachment %d: %w", attachment, err)
	}
	db.wake(source)
	return nil
}

// enterMedia tells the history of the proposal that shows an attachment, and so
// whoever has it before them.
func (t *tx) enterMedia(who Actor, kind, channel string, q queued) error {
	e := entry{kind: kind, submission: q.submission, object: fmt.Sprint(q.id), channel: channel}
	err := t.row("SELECT proposal FROM proposal_submission WHERE submission = $1 LIMIT 1", []any{q.submission}, &e.proposal)
	if orNone(err) != nil {
		return err
	}
	return t.enterEntry(who, e)
}
