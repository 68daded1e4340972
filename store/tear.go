package store

// part makes bursts of their own of what was torn out of one, so that all of a
// burst is in one proposal: what is said next goes where that is.
func (m *move) part() error {
	m.db.monologues.forget()
	fresh := map[int64]int64{} // old burst to new
	for _, one := range m.moved {
		if one.Burst == 0 {
			continue
		}
		into, known := fresh[one.Burst]
		if !known {
			var err error
			if into, err = m.torn(one.Burst); err != nil {
				return err
			}
			fresh[one.Burst] = into
		}
		if into == 0 {
			continue
		}
		if err := m.exec("UPDATE submission SET burst = $1 WHERE id = $2", into, one.Submission); err != nil {
			return err
		}
	}
	for old, into := range fresh {
		if into == 0 {
			continue
		}
		if err := m.lastOf(old); err != nil {
			return err
		}
		if err := m.lastOf(into); err != nil {
			return err
		}
	}
	return nil
}

// torn makes a burst for what was torn out of another; 0 when all of it moves.
func (m *move) torn(burst int64) (int64, error) {
	var stays int64
	err := m.row(`
		SELECT count(*) FROM submission JOIN proposal_submission ON proposal_submission.submission = submission.id
		WHERE submission.burst = $1 AND submission.burst <> 0 AND proposal_submission.proposal = $2`,
		[]any{burst, m.from.id}, &stays)
	if err != nil || stays == 0 {
		return 0, err
	}
	return m.insert("INSERT INTO burst (source, room, participant, last_at) SELECT source, room, participant, last_at FROM burst WHERE id = $1", burst)
}

// rejoin puts messages back into the bursts that they were in.
func (t *tx) rejoin(all []moved) error {
	t.db.monologues.forget()
	for _, one := range all {
		var now int64
		if err := t.row("SELECT burst FROM submission WHERE id = $1", []any{one.Submission}, &now); err != nil {
			return err
		}
		if now == one.Burst {
			continue
		}
		err := t.exec("UPDATE submission SET burst = $1 WHERE id = $2 AND EXISTS (SELECT 1 FROM burst WHERE burst.id = $1)", one.Burst, one.Submission)
		if err != nil {
			return err
		}
		if err := t.lastOf(one.Burst); err != nil {
			return err
		}
		if err := t.lastOf(now); err != nil {
			return err
		}
	}
	return nil
}

// lastOf notes when the newest message of a burst was sent; a burst without any goes.
func (t *tx) lastOf(burst int64) error {
	var last int64
	err := t.row("SELECT coalesce(max(received_at), 0) FROM submission WHERE burst = $1 AND burst <> 0", []any{burst}, &last)
	if err != nil {
		return err
	}
	if last == 0 {
		return t.exec("DELETE FROM burst WHERE id = $1", burst)
	}
	return t.exec("UPDATE burst SET last_at = $1 WHERE id = $2", last, burst)
}
