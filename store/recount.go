package store

import (
	"cmp"
	"database/sql"
	"errors"

	"usulan/intake"
)

// recount writes what a proposal shows of its submissions, after some came or
// went, and returns how many there are.
func (t *tx) recount(proposal int64) (int, error) {
	var n int
	var address, changed, quiet int64
	var subject, begins string
	err := t.each(`
		SELECT submission.subject, submission.body, submission.ranges, submission.chat, submission.received_at, coalesce(submission.address, 0)
		FROM proposal_submission JOIN submission ON submission.id = proposal_submission.submission
		WHERE proposal_submission.proposal = $1 ORDER BY submission.received_at, submission.id`, []any{proposal},
		func(rows *sql.Rows) error {
			var title, body, ranges, chat string
			var receivedAt, from int64
			var parts []intake.Range
			var said intake.Chat
			err := rows.Scan(&title, &body, &ranges, &chat, &receivedAt, &from)
			if err = errors.Join(err, decode(ranges, &parts), decode(chat, &said)); err != nil {
				return err
			}
			n++
			subject, begins, address = cmp.Or(subject, title), cmp.Or(begins, snippet(body, parts)), cmp.Or(address, from)
			changed = max(changed, receivedAt)
			if chat != "" {
				quiet = max(quiet, t.quietAt(receivedAt, &said))
			}
			return nil
		})
	if err != nil {
		return 0, err
	}
	t.texts[proposal] = ""
	if n == 0 {
		// It keeps the words that it is recognised by.
		return 0, t.exec("UPDATE proposal SET submissions = 0, attachments = 0, quiet_at = 0 WHERE id = $1", proposal)
	}
	return n, t.exec(`
		UPDATE proposal SET submissions = $1, changed_at = $2, quiet_at = $3, subject = $4, snippet = $5,
			address = CASE WHEN $6 = 0 THEN address ELSE $6 END,
			attachments = (
				SELECT count(*) FROM proposal_submission JOIN attachment ON attachment.submission = proposal_submission.submission
				WHERE proposal_submission.proposal = proposal.id AND attachment.role <> 'html')
		WHERE id = $7`, n, changed, quiet, oneLine(subject, subjectLength), begins, address, proposal)
}
