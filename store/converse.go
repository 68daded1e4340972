package store

import (
	"database/sql"

	"usulan/intake"
)

// admitChat takes in what was said in a chat and could be read.
func (b *batch) admitChat(s *intake.Submission, e *entered) error {
	home, err := b.movedTo(e.submission)
	if err != nil {
		return err
	}
	if err := b.dropPlaceholder(e.submission); err != nil {
		return err
	}
	e.submission, e.reason, e.proposal = 0, "", 0
	who, err := b.author(s)
	if err != nil {
		return err
	}
	id, unread, err := b.known(s, who)
	if err != nil {
		return err
	}
	if id != 0 && !unread {
		return b.double(id, e)
	}
	redeemed, err := b.redeem(id)
	if err != nil {
		return err
	}
	if e.submission, err = b.putSubmission(b.lease.source, s, who.address); err != nil {
		return err
	}
	e.outcome = intake.OutcomeOf(s.Kind)
	if s.Kind == intake.Message {
		r := received{id: e.submission, address: who.address, channel: b.lease.channel, Submission: s, home: home}
		if e.outcome, e.proposal, err = b.converse(r, who.participant); err != nil {
			return err
		}
	}
	return b.settle(redeemed, e)
}

// author finds who sent what was said in a chat. One without any address is
// nobody else.
func (b *batch) author(s *intake.Submission) (identity, error) {
	who, err := b.identify(s)
	if err == nil && who.address == 0 {
		who.address, who.participant, _, err = b.sender(s, true)
	}
	return who, err
}

// known finds the submission of a message that has come before, under
// whatever address of its sender.
func (b *batch) known(s *intake.Submission, who identity) (id int64, unread bool, err error) {
	if id, _, err = b.twin(s); err != nil || id != 0 {
		return id, false, err
	}
	return b.twins(s, who)
}

// double makes an item the second arrival of a submission.
func (b *batch) double(id int64, e *entered) error {
	e.outcome, e.reason, e.submission = intake.Duplicate, "", id
	err := b.row("SELECT proposal FROM proposal_submission WHERE submission = $1 LIMIT 1", []any{id}, &e.proposal)
	return orNone(err)
}

// converse puts a message where the rules of intake/burst.go say.
func (b *batch) converse(r received, participant int64) (intake.Outcome, int64, error) {
	k, err := b.monologue(room{participant, b.lease.source, r.Chat.Room})
	if err != nil {
		return "", 0, err
	}
	m := utteranceOf(r.id, r.Submission)
	if err := b.recall(k, &m); err != nil {
		return "", 0, err
	}
	answers, err := b.answers(k, &m)
	if err != nil {
		return "", 0, err
	}
	b.db.monologues.size += len(m.Text)
	placed := k.place(m, answers)
	if err := b.writeBursts(k, placed); err != nil {
		return "", 0, err
	}
	switch {
	case r.home != 0:
		return intake.Continuation, r.home, b.joinChat(r.home, r)
	case placed.mine == nil && len(placed.changed) == 0:
		return intake.SmallTalk, 0, nil
	case len(placed.changed) > 1 || len(placed.gone) > 0 || len(answers) > 0:
		return b.rehouse(r, placed)
	}
	return b.house(r, &m, placed.mine)
}

// recall brings the burst of a message's target into the monologue, when it was long ago.
func (t *tx) recall(k *monologue, m *utterance) error {
	if m.Target == "" {
		return nil
	}
	for _, b := range k.bursts {
		if b.Has(m.Target) {
			return nil
		}
	}
	var id int64
	err := t.row(`
		SELECT burst.id FROM submission JOIN burst ON burst.id = submission.burst
		WHERE submission.external_id = $1 AND submission.external_id <> ''
			AND burst.participant = $2 AND burst.source = $3 AND burst.room = $4 LIMIT 1`,
		[]any{m.Target, k.participant, k.source, k.id}, &id)
	if err != nil {
		return orNone(err)
	}
	b, err := t.burst(id)
	if err == nil && len(b.rows) > 0 {
		k.bursts = append(k.bursts, b)
		k.sort()
	}
	return err
}

// answers lists what the same participant said about a message in the same room
// before that came: what stands for itself, and what is in the monologue.
func (t *tx) answers(k *monologue, m *utterance) (rows []utterance, err error) {
	if m.ID == "" {
		return nil, nil
	}
	err = t.each(`
		SELECT `+utteranceColumns+` FROM answer JOIN submission ON submission.id = answer.submission
		WHERE answer.external_id = $1 AND submission.id <> $2 AND submission.source = $3 AND submission.chat <> ''
			AND submission.kind = 'message' AND submission.judged IN ('', 'message') AND submission.fault = ''
			AND submission.address IN (SELECT id FROM address WHERE participant = $4)`,
		[]any{m.ID, m.submission, k.source, k.participant}, func(found *sql.Rows) error {
			row, err := scanUtterance(found)
			if err == nil && row.room == k.id && row.Target == m.ID && (row.burst == 0 || k.holds(row.burst)) {
				rows = append(rows, row)
			}
			return err
		})
	return rows, err
}

// writeBursts writes what was moved.
func (t *tx) writeBursts(k *monologue, placed rearrangement) (err error) {
	for _, b := range placed.changed {
		last := millis(b.Last())
		if b.id == 0 {
			b.id, err = t.insert("INSERT INTO burst (source, room, participant, last_at) VALUES ($1, $2, $3, $4)",
				k.source, k.id, k.participant, last)
		} else {
			err = t.exec("UPDATE burst SET last_at = $1 WHERE id = $2", last, b.id)
		}
		if err != nil {
			return err
		}
		for i := range b.rows {
			row := &b.rows[i]
			if row.burst == b.id {
				continue
			}
			if err := t.exec("UPDATE submission SET burst = $1 WHERE id = $2", b.id, row.submission); err != nil {
				return err
			}
			row.burst = b.id
		}
	}
	for _, id := range placed.gone {
		err := t.exec("UPDATE submission SET burst = 0 WHERE burst = $1 AND burst <> 0", id)
		if err == nil {
			err = t.exec("DELETE FROM burst WHERE id = $1", id)
		}
		if err != nil {
			return err
		}
	}
	k.prune()
	return nil
}
