package store

import (
	"cmp"
	"database/sql"

	"usulan/intake"
)

// house puts a message into the proposal of its burst, opens one when the burst
// has begun to propose, or leaves it small talk.
func (b *batch) house(r received, m *utterance, mine *burst) (intake.Outcome, int64, error) {
	home, err := b.home(m, mine)
	if err != nil {
		return "", 0, err
	}
	if home != 0 {
		return intake.Continuation, home, b.joinChat(home, r)
	}
	if !mine.Proposes() {
		return intake.SmallTalk, 0, nil
	}
	proposal, opener, err := b.openBurst(Actor{}, mine, r)
	if opener == r.id {
		return intake.NewProposal, proposal, err
	}
	return intake.Continuation, proposal, err
}

// homes bounds how many messages of a burst are asked which proposal holds them.
const homes = 64

// home is the proposal of the current round that a message of a burst joins:
// that of the message it is about, wherever staff moved it, or else that of the
// message before it in the burst, or behind it; 0 when there is none.
func (b *batch) home(m *utterance, mine *burst) (id int64, err error) {
	if m.Target != "" {
		for i := range mine.rows {
			if mine.rows[i].ID != m.Target {
				continue
			}
			err := b.row(`
				SELECT proposal.id FROM proposal_submission JOIN proposal ON proposal.id = proposal_submission.proposal
				WHERE proposal_submission.submission = $1 AND proposal.forum = $2 LIMIT 1`,
				[]any{mine.rows[i].submission, b.forum.id}, &id)
			if orNone(err) != nil || id != 0 {
				return id, err
			}
		}
	}
	for _, query := range neighbourly {
		err := b.row(query, []any{mine.id, millis(m.At), m.submission, homes, b.forum.id}, &id)
		if orNone(err) != nil || id != 0 {
			return id, err
		}
	}
	return 0, nil
}

// neighbourly are the queries for the proposal of the nearest message before and
// behind one.
var neighbourly = [...]string{neighbours("<", "DESC"), neighbours(">", "ASC")}

func neighbours(side, order string) string {
	return `
		SELECT proposal.id
		FROM (SELECT id, received_at FROM submission
				WHERE burst = $1 AND burst <> 0 AND (received_at, id) ` + side + ` ($2, $3)
				ORDER BY received_at ` + order + `, id ` + order + ` LIMIT $4) AS near
			JOIN proposal_submission ON proposal_submission.submission = near.id
			JOIN proposal ON proposal.id = proposal_submission.proposal
		WHERE proposal.forum = $5
		ORDER BY near.received_at ` + order + `, near.id ` + order + ` LIMIT 1`
}

// joinChat is join for what was said in a chat.
func (b *batch) joinChat(proposal int64, r received) error {
	text, indexing := b.texts[proposal]
	if err := b.join(Actor{}, proposal, r); err != nil {
		return err
	}
	var submissions int
	err := b.row("UPDATE proposal SET quiet_at = max(quiet_at, $1) WHERE id = $2 RETURNING submissions",
		[]any{b.quietAt(millis(r.ReceivedAt), r.Chat), proposal}, &submissions)
	if err != nil || submissions <= findable || r.Revises != "" {
		return err
	}
	// Of a flood the end is not looked for.
	if delete(b.texts, proposal); indexing {
		b.texts[proposal] = text
	}
	return nil
}

// quietAt is when the sender of a message will have been silent for long enough.
// What claims to come from the future was said now at the latest.
func (t *tx) quietAt(received int64, c *intake.Chat) int64 {
	return min(received, millis(t.now)) + cmp.Or(c.Quiet, intake.Quiet).Milliseconds()
}

// openBurst opens a proposal that holds all messages of a burst which none holds
// yet; whoever calls sees to r's row in the ledger. The first that can be read is
// its opener.
func (b *batch) openBurst(who Actor, mine *burst, r received) (proposal, opener int64, err error) {
	var members []int64
	var source string
	err = b.each(`
		SELECT id, source FROM submission WHERE burst = $1 AND burst <> 0 AND judged IN ('', 'message')
			AND NOT EXISTS (SELECT 1 FROM proposal_submission WHERE proposal_submission.submission = submission.id)
		ORDER BY EXISTS (
			SELECT 1 FROM ledger WHERE ledger.submission = submission.id AND ledger.outcome IN ('quarantine', 'unfetchable')),
			received_at, id`, []any{mine.id}, func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id, &source)
		members = append(members, id)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	first := r
	if members[0] != r.id {
		if first, _, err = b.receivedAs(judgement{submission: members[0], source: source}); err != nil {
			return 0, 0, err
		}
	}
	if proposal, err = b.openProposal(who, b.forum, b.numbers, first); err != nil {
		return 0, 0, err
	}
	b.numbers++
	for i, member := range members {
		became := intake.NewProposal
		if i > 0 {
			became = intake.Continuation
			if err := b.hold(proposal, member); err != nil {
				return 0, 0, err
			}
		}
		if member == r.id {
			continue
		}
		if err := b.rule(member, became, proposal); err != nil {
			return 0, 0, err
		}
	}
	_, err = b.recount(proposal)
	return proposal, first.id, err
}

// rule changes what became of a message that has its row in the ledger. What
// could not be read stays what it is.
func (t *tx) rule(submission int64, o intake.Outcome, proposal int64) error {
	was := intake.Outcome("")
	var source string
	err := t.row(`
		SELECT outcome, source FROM ledger
		WHERE submission = $1 AND outcome IN ('proposal', 'continuation', 'small_talk') LIMIT 1`, []any{submission}, &was, &source)
	if orNone(err) != nil {
		return err
	}
	err = t.exec(`
		UPDATE ledger SET proposal = $1,
			outcome = CASE WHEN outcome IN ('proposal', 'continuation', 'small_talk') THEN $2 ELSE outcome END
		WHERE submission = $3`, proposal, string(o), submission)
	if err == nil && was != "" {
		t.outcomes[outcomeKey{source, was}]--
		t.outcomes[outcomeKey{source, o}]++
	}
	return err
}
