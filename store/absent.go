package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Absent is an attachment whose bytes are not here.
type Absent struct {
	Attachment
	Ref        string // of its proposal; empty when it belongs to none
	From       string // the sender's name, else address as they wrote it
	ReceivedAt time.Time
	Next       time.Time // when it is tried again; zero when that is past, or never
}

// Absent lists what is awaited and what is gone of a source, newest first, at
// most limit of each.
func (db *DB) Absent(ctx context.Context, source string, limit int) (awaited, gone []Absent, err error) {
	if awaited, err = db.absent(ctx, source, Waiting, limit); err == nil {
		gone, err = db.absent(ctx, source, Gone, limit)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("list attachments of %s that are not here: %w", source, err)
	}
	return awaited, gone, nil
}

func (db *DB) absent(ctx context.Context, source string, state AttachmentState, limit int) (all []Absent, err error) {
	now := db.Now()
	err = db.each(ctx, `
		SELECT `+attachmentColumns+`, attachment.due_at,
			coalesce(forum.prefix, ''), coalesce(forum.year, 0), coalesce(proposal.number, 0),
			coalesce(nullif(submission.sender_name, ''), nullif(submission.sender_shown, ''),
				CASE address.kind WHEN 'lid' THEN NULL ELSE address.value END, ''), submission.received_at
		FROM attachment
			JOIN submission ON submission.id = attachment.submission
			LEFT JOIN address ON address.id = submission.address
			LEFT JOIN proposal ON proposal.id = (
				SELECT min(proposal_submission.proposal) FROM proposal_submission WHERE proposal_submission.submission = submission.id)
			LEFT JOIN forum ON forum.id = proposal.forum
		WHERE attachment.source = $1 AND attachment.state = $2 AND attachment.state <> ''
		ORDER BY attachment.id DESC LIMIT $3`, []any{source, string(state), limit}, func(rows *sql.Rows) error {
		var a Absent
		var of ref
		var due, received int64
		err := a.scan(rows.Scan, &due, &of.prefix, &of.year, &of.number, &a.From, &received)
		a.ReceivedAt = instant(received)
		if next := instant(due); next.After(now) {
			a.Next = next
		}
		if of.number != 0 {
			a.Ref = of.String()
		}
		all = append(all, a)
		return err
	})
	return all, err
}
