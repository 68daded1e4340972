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
	var changed, quiet int64
	var subject, begins string
	err := t.each(`
		SELECT submission.subject, submission.body, submission.ranges, submission.chat, submission.received_at
		FROM proposal_submission JOIN submission ON submission.id = proposal_submission.submission
		WHERE proposal_submission.proposal = $1 ORDER BY submission.received_at, submission.id`, []any{proposal},
		func(rows *sql.Rows) error {
			var title, body, ranges, chat string
			var receivedAt int64
			var parts []intake.Range
			var said intake.Chat
			err := rows.Scan(&title, &body, &ranges, &chat, &receivedAt)
			if err = errors.Join(err, decode(ranges, &parts), decode(chat, &said)); err != nil {
				return err
			}
			n++
			subject, begins = cmp.Or(subject, title), cmp.Or(begins, snippet(body, parts))
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
			attachments = (
				SELECT count(*) FROM proposal_submission JOIN attachment ON attachment.submission = proposal_submission.submission
				WHERE proposal_submission.proposal = proposal.id AND attachment.role <> 'html')
		WHERE id = $6`, n, changed, quiet, oneLine(subject, subjectLength), begins, proposal)
}

// inherit makes a proposal that of the first whose words are in it, when nothing
// of who it was of is left.
func (t *tx) inherit(proposal int64) error {
	const authors = `
		SELECT author.id FROM proposal_submission
			JOIN submission ON submission.id = proposal_submission.submission
			JOIN address AS author ON author.id = submission.address
		WHERE proposal_submission.proposal = proposal.id`
	return t.exec(`
		UPDATE proposal SET address = coalesce((`+authors+` ORDER BY submission.received_at, submission.id LIMIT 1), address)
		WHERE id = $1 AND NOT EXISTS (`+authors+` AND author.participant = (SELECT participant FROM address WHERE address.id = proposal.address))`, proposal)
}
