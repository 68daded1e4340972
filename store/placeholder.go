package store

import "usulan/intake"

// redeem takes a placeholder whose message has come under another address out
// of the way, and returns the rows of the ledger that spoke of it.
func (b *batch) redeem(placeholder int64) (rows []int64, err error) {
	if placeholder == 0 {
		return nil, nil
	}
	if err := b.each("SELECT id FROM ledger WHERE submission = $1", []any{placeholder}, collect(&rows)); err != nil {
		return nil, err
	}
	return rows, b.dropPlaceholder(placeholder)
}

// settle makes rows of the ledger further arrivals of a submission.
func (b *batch) settle(rows []int64, e *entered) error {
	for _, row := range rows {
		var was intake.Outcome
		if err := b.row("SELECT outcome FROM ledger WHERE id = $1", []any{row}, &was); err != nil {
			return err
		}
		err := b.exec("UPDATE ledger SET outcome = 'duplicate', reason = '', due_at = 0, submission = $1, proposal = $2 WHERE id = $3",
			e.submission, e.proposal, row)
		if err != nil {
			return err
		}
		b.outcomes[outcomeKey{b.lease.source, was}]--
		b.outcomes[outcomeKey{b.lease.source, intake.Duplicate}]++
	}
	return nil
}

// movedTo is the proposal into which staff moved what stood for a message; 0
// when they did not.
func (b *batch) movedTo(placeholder int64) (proposal int64, err error) {
	err = b.row(`
		SELECT proposal_submission.proposal FROM proposal_submission
			JOIN entry ON entry.proposal = proposal_submission.proposal AND entry.proposal <> 0 AND entry.kind = 'moved'
		WHERE proposal_submission.submission = $1 LIMIT 1`, []any{placeholder}, &proposal)
	return proposal, orNone(err)
}

// dropPlaceholder removes what stood for a message that could not be read, also
// from the proposal that held it.
func (b *batch) dropPlaceholder(id int64) error {
	if id == 0 {
		return nil
	}
	var proposals []int64
	if err := b.each("SELECT proposal FROM proposal_submission WHERE submission = $1", []any{id}, collect(&proposals)); err != nil {
		return err
	}
	for _, proposal := range proposals {
		err := b.exec(`
			UPDATE proposal SET submissions = submissions - 1,
				attachments = attachments - (SELECT count(*) FROM attachment WHERE submission = $1 AND role <> 'html')
			WHERE id = $2`, id, proposal)
		if err != nil {
			return err
		}
		b.texts[proposal] = ""
	}
	for _, statement := range []string{
		"DELETE FROM proposal_submission WHERE submission = $1",
		"UPDATE ledger SET submission = NULL, proposal = 0 WHERE submission = $1",
		"DELETE FROM burst WHERE id = (SELECT burst FROM submission WHERE id = $1) AND (SELECT count(*) FROM submission AS other WHERE other.burst = burst.id) = 1",
	} {
		if err := b.exec(statement, id); err != nil {
			return err
		}
	}
	b.db.monologues.forget()
	return b.dropSubmission(id)
}

// setChatAside keeps what was said in a chat and could not be read: its sender
// is known, so it stands where it was said.
func (b *batch) setChatAside(s *intake.Submission, e *entered) error {
	who, err := b.author(s)
	if err != nil {
		return err
	}
	id, _, err := b.known(s, who)
	if err != nil {
		return err
	}
	sealed, err := b.sealed(id)
	switch {
	case err != nil:
		return err
	case id == 0, sealed && e.outcome == intake.Quarantine: // it has more to say than what stands for it
	case id == e.submission:
		return nil
	default:
		return b.double(id, e)
	}
	home, err := b.movedTo(e.submission)
	if err != nil {
		return err
	}
	if err := b.dropPlaceholder(e.submission); err != nil {
		return err
	}
	if id == e.submission {
		id = 0
	}
	redeemed, err := b.redeem(id)
	if err != nil {
		return err
	}
	if e.submission, err = b.putSubmission(b.lease.source, s, who.address); err != nil {
		return err
	}
	r := received{id: e.submission, address: who.address, channel: b.lease.channel, Submission: s, home: home}
	if _, e.proposal, err = b.converse(r, who.participant); err != nil {
		return err
	}
	return b.settle(redeemed, e)
}

// sealed tells whether a submission stands for a message of which nothing could
// be read.
func (b *batch) sealed(id int64) (is bool, err error) {
	err = b.row("SELECT EXISTS (SELECT 1 FROM ledger WHERE submission = $1 AND outcome = 'unfetchable')", []any{id}, &is)
	return is, err
}
