package store

import (
	"database/sql"
	"errors"

	"usulan/intake"
)

// rehouse puts the messages of bursts that were gathered anew where they belong
// now, and tells what became of the message r that caused it. Proposals that a
// person has touched keep what they hold.
func (b *batch) rehouse(r received, placed rearrangement) (intake.Outcome, int64, error) {
	held := map[int64]int64{} // proposal by submission
	for _, c := range placed.changed {
		if err := b.holders(c, held); err != nil {
			return "", 0, err
		}
	}
	claimed := map[int64]bool{}
	for _, c := range placed.changed {
		home := int64(0)
		for i := range c.rows {
			if p := held[c.rows[i].submission]; p != 0 && !claimed[p] {
				home, claimed[p] = p, true
				break
			}
		}
		if err := b.move(c, home, r, held); err != nil {
			return "", 0, err
		}
	}
	return b.becameOf(r.id)
}

// holders reads which proposals of the current round hold the messages of a burst.
func (b *batch) holders(c *burst, held map[int64]int64) error {
	return b.each(`
		SELECT submission.id, proposal.id
		FROM submission
			JOIN proposal_submission ON proposal_submission.submission = submission.id
			JOIN proposal ON proposal.id = proposal_submission.proposal
		WHERE submission.burst = $1 AND submission.burst <> 0 AND proposal.forum = $2`, []any{c.id, b.forum.id},
		func(rows *sql.Rows) error {
			var submission, proposal int64
			err := rows.Scan(&submission, &proposal)
			held[submission] = proposal
			return err
		})
}

// move brings the messages of a burst together in home, or in a proposal of
// their own when that is 0 and they propose.
func (b *batch) move(c *burst, home int64, r received, held map[int64]int64) error {
	if home != 0 && !c.everProposed() {
		if free, err := b.untouched(home); err != nil {
			return err
		} else if free {
			home = 0
		}
	}
	var loose []int64
	for i := range c.rows {
		id := c.rows[i].submission
		from := held[id]
		if from != 0 && from == home {
			continue
		}
		if from != 0 {
			free, err := b.untouched(from)
			if err != nil {
				return err
			}
			if !free {
				continue
			}
			if err := b.leaveProposal(Actor{}, judgement{submission: id, proposal: from, source: b.lease.source}); err != nil {
				return err
			}
			if err := b.rule(id, intake.SmallTalk, 0); err != nil {
				return err
			}
		}
		loose = append(loose, id)
	}
	if home == 0 && len(loose) > 0 && c.Proposes() {
		_, _, err := b.openBurst(Actor{}, c, r)
		return err
	}
	for _, id := range loose {
		if home == 0 {
			break
		}
		joining := r
		if id != r.id {
			var err error
			if joining, _, err = b.receivedAs(judgement{submission: id, source: b.lease.source}); err != nil {
				return err
			}
		}
		if err := b.joinChat(home, joining); err != nil {
			return err
		}
		if err := b.rule(id, intake.Continuation, home); err != nil {
			return err
		}
	}
	return nil
}

// everProposed tells whether the burst proposes, or did before its sender took
// something back.
func (b *burst) everProposed() bool {
	var said intake.Burst
	for _, m := range b.Messages {
		if m.Type == intake.DeletionMessage {
			continue
		}
		said.Messages = append(said.Messages, m)
		if said.Proposes() {
			return true
		}
	}
	return false
}

// untouched tells whether no person has done anything about a proposal.
func (t *tx) untouched(proposal int64) (free bool, err error) {
	err = t.row(`
		SELECT state = 'new' AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.proposal = proposal.id AND entry.proposal <> 0 AND entry.staff <> 0)
		FROM proposal WHERE id = $1`, []any{proposal}, &free)
	return free, err
}

// becameOf tells where a message is now.
func (t *tx) becameOf(submission int64) (o intake.Outcome, proposal int64, err error) {
	var opened bool
	err = t.row(`
		SELECT proposal_submission.proposal, EXISTS (
			SELECT 1 FROM entry WHERE entry.proposal = proposal_submission.proposal AND entry.proposal <> 0
				AND entry.kind = 'opened' AND entry.submission = proposal_submission.submission)
		FROM proposal_submission WHERE proposal_submission.submission = $1 ORDER BY proposal_submission.proposal DESC LIMIT 1`,
		[]any{submission}, &proposal, &opened)
	switch {
	case errors.Is(err, ErrNotFound):
		return intake.SmallTalk, 0, nil
	case opened:
		return intake.NewProposal, proposal, err
	}
	return intake.Continuation, proposal, err
}
