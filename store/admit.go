package store

import (
	"errors"
	"time"

	"usulan/intake"
)

// entered is a row of the ledger that is there already.
type entered struct {
	id         int64
	outcome    intake.Outcome
	reason     string
	submission int64
	proposal   int64
	tries      int
	due        int64
	insisted   bool
}

// open tells whether the item may still become something else: it was never
// read as a whole, or a person asked for it.
func (e *entered) open() bool {
	switch e.outcome {
	case intake.TooLarge, intake.Unfetchable, intake.Vanished, intake.Older:
		return true
	}
	return e.due != 0
}

// enter makes the ledger row of an item and all that hangs on it.
func (b *batch) enter(item intake.Item) error {
	old, err := b.entered(item)
	if err != nil {
		return err
	}
	if old == nil {
		old = &entered{}
	} else if !old.open() {
		return nil
	}
	return b.become(item, old)
}

// become settles what an item is; old is what it was, or a row with no id.
func (b *batch) become(item intake.Item, old *entered) error {
	fresh := *old
	if err := b.judge(item, &fresh); err != nil {
		return err
	}
	if err := b.writeRow(item, old, &fresh); err != nil {
		return err
	}
	b.outcomes[outcomeKey{b.lease.source, fresh.outcome}]++
	if old.id != 0 {
		b.outcomes[outcomeKey{b.lease.source, old.outcome}]--
	}
	b.last = max(b.last, item.ID)
	if arrives(fresh.outcome) {
		b.arrived = max(b.arrived, millis(item.ReceivedAt))
	}
	return b.forget(old, &fresh)
}

// entered finds the row of an item. Numbers above the position have none.
func (b *batch) entered(item intake.Item) (*entered, error) {
	if item.ID > b.last {
		return nil, nil
	}
	if item.ID != 0 {
		if err := b.exec("DELETE FROM missing WHERE place = $1 AND item = $2", b.place, item.ID); err != nil {
			return nil, err
		}
	}
	e := &entered{}
	err := b.row(`
		SELECT id, outcome, reason, coalesce(submission, 0), proposal, tries, due_at, insisted
		FROM ledger WHERE place = $1 AND item = $2 AND key = $3`, []any{b.place, item.ID, item.Key},
		&e.id, &e.outcome, &e.reason, &e.submission, &e.proposal, &e.tries, &e.due, &e.insisted)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return e, err
}

// judge decides what becomes of an item and makes it so.
func (b *batch) judge(item intake.Item, e *entered) error {
	s := item.Submission
	e.outcome, e.reason, e.due = item.Outcome, item.Reason, 0
	switch {
	case s == nil:
		return b.unread(item, e)
	case s.Fault != "":
		e.outcome, e.reason = intake.Quarantine, s.Fault
		return b.setAside(item, e)
	case item.Outcome != "":
		return b.setAside(item, e)
	}
	return b.admitSubmission(s, e)
}

// unread is an item of which nothing was read. One that has a name comes again by
// itself, when the far side sends it anew.
func (b *batch) unread(item intake.Item, e *entered) error {
	switch e.outcome {
	case "":
		e.outcome, e.reason = intake.Unfetchable, intake.FaultProtocol
		fallthrough
	case intake.Unfetchable:
		if e.tries++; item.Key != "" {
			return nil
		}
		e.due = millis(b.now.Add(retryPause(e.tries)))
	}
	return nil
}

// retryPause is how long an item that the far side did not deliver is left in
// peace: from five minutes to a day.
func retryPause(tries int) time.Duration {
	pause := 5 * time.Minute
	for range min(tries-1, 10) {
		pause *= 3
	}
	return min(pause, 24*time.Hour)
}

// setAside keeps a submission that is not whole, or that could not be read.
func (b *batch) setAside(item intake.Item, e *entered) error {
	s := *item.Submission
	s.ContentHash = placeholderHash(&s, e.outcome, b.place, item)
	if s.Chat != nil && s.Kind == intake.Message && e.outcome != intake.Older {
		return b.setChatAside(&s, e)
	}
	if id, proposal, err := b.twin(&s); err != nil || id != 0 {
		if e.outcome == intake.Quarantine && id != e.submission {
			e.outcome, e.reason = intake.Duplicate, ""
		}
		e.submission, e.proposal = id, proposal
		return err
	}
	address, _, _, err := b.sender(&s, false)
	if err != nil {
		return err
	}
	e.submission, err = b.putSubmission(b.lease.source, &s, address)
	return err
}

// admitSubmission takes in what was read as a whole.
func (b *batch) admitSubmission(s *intake.Submission, e *entered) error {
	if s.Chat != nil {
		return b.admitChat(s, e)
	}
	id, proposal, err := b.twin(s)
	if err != nil {
		return err
	}
	if id != 0 {
		e.outcome, e.reason, e.submission, e.proposal = intake.Duplicate, "", id, proposal
		return nil
	}
	address, participant, known, err := b.sender(s, true)
	if err != nil {
		return err
	}
	if e.submission, err = b.putSubmission(b.lease.source, s, address); err != nil {
		return err
	}
	e.reason, e.proposal = "", 0
	if s.Kind != intake.Message {
		e.outcome = intake.OutcomeOf(s.Kind)
		return nil
	}
	r := received{id: e.submission, address: address, channel: b.lease.channel, Submission: s}
	if known {
		if e.proposal, err = b.thread(b.forum, s, participant); err != nil {
			return err
		}
	}
	if e.proposal != 0 {
		e.outcome = intake.Continuation
		return b.join(Actor{}, e.proposal, r)
	}
	e.outcome = intake.NewProposal
	e.proposal, err = b.openProposal(Actor{}, b.forum, b.numbers, r)
	b.numbers++
	return err
}

// writeRow inserts the row of an item, or changes the one that is there.
func (b *batch) writeRow(item intake.Item, old, fresh *entered) error {
	var submission any
	if fresh.submission != 0 {
		submission = fresh.submission
	}
	if old.id != 0 {
		return b.exec(`
			UPDATE ledger SET outcome = $1, reason = $2, submission = $3, proposal = $4, tries = $5, due_at = $6,
				received_at = CASE WHEN $7 = 0 THEN received_at ELSE $7 END,
				size = CASE WHEN $8 = 0 THEN size ELSE $8 END
			WHERE id = $9`,
			string(fresh.outcome), fresh.reason, submission, fresh.proposal, fresh.tries, fresh.due,
			millis(item.ReceivedAt), item.Size, old.id)
	}
	_, err := b.insert(`
		INSERT INTO ledger (place, source, item, key, outcome, reason, submission, proposal, received_at, size, tries, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		b.place, b.lease.source, item.ID, item.Key, string(fresh.outcome), fresh.reason, submission, fresh.proposal,
		millis(item.ReceivedAt), item.Size, fresh.tries, fresh.due)
	return err
}

// forget removes the placeholder of an item that has since been read as a whole.
func (b *batch) forget(old, fresh *entered) error {
	if old.submission == 0 || old.submission == fresh.submission {
		return nil
	}
	if old.outcome != intake.TooLarge && old.outcome != intake.Quarantine {
		return nil
	}
	return b.dropSubmission(old.submission)
}
