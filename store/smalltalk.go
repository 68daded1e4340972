package store

import "usulan/intake"

// smallTalk stands for a kind where staff made a proposal of what the rules had
// left without one, and where that is taken back.
const smallTalk = intake.Kind(intake.SmallTalk)

// enterChat puts what was said in a chat, and is a message by the word of staff,
// into the proposal of its burst, or opens one with all of the burst. Only what
// was something else before may become small talk.
func (t *tx) enterChat(who Actor, r received, j judgement) (intake.Outcome, int64, error) {
	b := &batch{tx: t, lease: &lease{db: t.db, source: j.source, channel: channelOf(j.source)}}
	var err error
	if b.forum, b.numbers, err = t.currentRound(); err != nil {
		return "", 0, err
	}
	mine, err := t.burstOf(r.id)
	if err != nil {
		return "", 0, err
	}
	m := utteranceOf(r.id, r.Submission)
	home, err := b.home(&m, mine)
	if err != nil {
		return "", 0, err
	}
	if home != 0 {
		return intake.Continuation, home, t.join(who, home, r)
	}
	var proposal, opener int64
	switch {
	case mine.id == 0:
		proposal, err = t.openProposal(who, b.forum, b.numbers, r)
		opener, b.numbers = r.id, b.numbers+1
		t.texts[proposal] = ""
	case j.kind == smallTalk || mine.Proposes():
		proposal, opener, err = b.openBurst(who, mine, r)
	default:
		return intake.SmallTalk, 0, nil
	}
	if err != nil {
		return "", 0, err
	}
	outcome := intake.Continuation
	if opener == r.id {
		outcome = intake.NewProposal
	}
	return outcome, proposal, t.exec("UPDATE forum SET next_number = $1 WHERE id = $2", b.numbers, b.forum.id)
}

// burstOf reads the burst of a message; one without rows when it is of none.
func (t *tx) burstOf(submission int64) (*burst, error) {
	var id int64
	if err := t.row("SELECT burst FROM submission WHERE id = $1", []any{submission}, &id); err != nil {
		return nil, err
	}
	if id == 0 {
		return &burst{}, nil
	}
	return t.burst(id)
}

// disband takes a message and what else of its burst is in the same proposal out
// of it. It is ErrConflict when the burst proposes by now.
func (t *tx) disband(who Actor, j judgement) error {
	mine, err := t.burstOf(j.submission)
	if err != nil {
		return err
	}
	if mine.Proposes() {
		return ErrConflict
	}
	var members []int64
	err = t.each(`
		SELECT submission.id FROM proposal_submission JOIN submission ON submission.id = proposal_submission.submission
		WHERE proposal_submission.proposal = $1 AND (submission.id = $2 OR submission.burst = $3 AND submission.burst <> 0)
		ORDER BY submission.id`, []any{j.proposal, j.submission, mine.id}, collect(&members))
	if err != nil {
		return err
	}
	for _, id := range members {
		if err := t.leaveProposal(who, judgement{submission: id, proposal: j.proposal, source: j.source}); err != nil {
			return err
		}
		if id == j.submission {
			continue
		}
		if err := t.rule(id, intake.SmallTalk, 0); err != nil {
			return err
		}
	}
	return nil
}
