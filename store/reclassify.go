package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"usulan/intake"
)

// Reclassify changes what a submission is; a message becomes or continues a
// proposal (also one that the rules took for small talk, with all of its burst), one that was a message and is none leaves its proposal (which is
// set aside when it stays empty). It is an entry and can be undone.
func (db *DB) Reclassify(ctx context.Context, who Actor, submission int64, k intake.Kind) (Row, error) {
	var row int64
	err := db.write(ctx, func(t *tx) error {
		if !isKind(k) {
			return &InputError{Field: "kind", Key: "input.kind"}
		}
		j, err := t.judgement(submission)
		if err != nil {
			return err
		}
		row = j.row
		if j.kind == k {
			return nil
		}
		return t.reclassify(who, j, k, 0)
	})
	if err != nil {
		return Row{}, fmt.Errorf("reclassify: %w", err)
	}
	r, _, err := db.Row(ctx, row)
	return r, err
}

func isKind(k intake.Kind) bool {
	for _, known := range intake.Kinds {
		if k == known {
			return true
		}
	}
	return false
}

// judgement is what a submission is taken for.
type judgement struct {
	submission int64
	row        int64 // of the ledger: the arrival that was not a duplicate
	source     string
	found      intake.Kind // by the channel
	kind       intake.Kind // now
	outcome    intake.Outcome
	proposal   int64 // that holds it, or 0
}

func (t *tx) judgement(submission int64) (j judgement, err error) {
	j.submission = submission
	var judged intake.Kind
	err = t.row(`
		SELECT ledger.id, ledger.source, ledger.outcome, submission.kind, submission.judged,
			coalesce((SELECT proposal FROM proposal_submission WHERE proposal_submission.submission = submission.id LIMIT 1), 0)
		FROM submission JOIN ledger ON ledger.submission = submission.id AND ledger.outcome <> 'duplicate'
		WHERE submission.id = $1 AND submission.fault = '' AND ledger.outcome NOT IN ('too_large', 'quarantine', 'unfetchable', 'older')
		ORDER BY ledger.id LIMIT 1`, []any{submission}, &j.row, &j.source, &j.outcome, &j.found, &judged, &j.proposal)
	switch j.kind = j.found; {
	case judged != "":
		j.kind = judged
	case j.outcome == intake.SmallTalk:
		j.kind = smallTalk
	}
	return j, err
}

// reclassify makes a submission another kind. undoes is the entry that this
// takes back, or 0.
func (t *tx) reclassify(who Actor, j judgement, k intake.Kind, undoes int64) error {
	t.db.monologues.forget()
	e := entry{kind: "reclassified", submission: j.submission, proposal: j.proposal, channel: channelOf(j.source), undoes: undoes}
	if undoes != 0 {
		e.kind = "undone"
	}
	before, after := standing{Kind: string(j.kind)}, standing{Kind: string(k)}
	outcome := intake.OutcomeOf(k)
	err := t.exec("UPDATE submission SET judged = CASE WHEN $1 IN (kind, $2) THEN '' ELSE $1 END WHERE id = $3",
		string(k), string(smallTalk), j.submission)
	if err != nil {
		return err
	}
	switch {
	case k == intake.Message:
		if outcome, e.proposal, err = t.enterProposal(who, j); err != nil {
			return err
		}
	case k == smallTalk && j.proposal != 0:
		if err := t.disband(who, j); err != nil {
			return err
		}
	case j.proposal != 0:
		if err := t.leaveProposal(who, j); err != nil {
			return err
		}
	}
	proposal := e.proposal
	if k != intake.Message {
		proposal = 0
	}
	err = t.exec(`
		UPDATE ledger SET outcome = $1, proposal = $2, reclassified = $3 WHERE id = $4`,
		string(outcome), proposal, k != j.found && k != smallTalk, j.row)
	if err != nil {
		return err
	}
	t.outcomes[outcomeKey{j.source, j.outcome}]--
	t.outcomes[outcomeKey{j.source, outcome}]++
	e.before, e.after = encode(before, false), encode(after, false)
	return t.enterEntry(who, e)
}

// enterProposal puts a submission where it belongs now that it is a message.
// One that left a proposal goes back there.
func (t *tx) enterProposal(who Actor, j judgement) (intake.Outcome, int64, error) {
	r, participant, err := t.receivedAs(j)
	if err != nil {
		return "", 0, err
	}
	forum, number, err := t.currentRound()
	if err != nil {
		return "", 0, err
	}
	home, outcome, err := t.lastHome(j.submission)
	if err != nil {
		return "", 0, err
	}
	if home == 0 && r.Chat != nil {
		return t.enterChat(who, r, j)
	}
	if home == 0 {
		outcome = intake.Continuation
		if home, err = t.thread(forum, r.Submission, participant); err != nil {
			return "", 0, err
		}
	}
	if home != 0 {
		before, err := t.standing(home)
		if err != nil {
			return "", 0, err
		}
		if err := t.join(who, home, r); err != nil || before.Reason != ReasonEmptied {
			return outcome, home, err
		}
		return outcome, home, t.reopen(who, home)
	}
	id, err := t.openProposal(who, forum, number, r)
	if err != nil {
		return "", 0, err
	}
	return intake.NewProposal, id, t.exec("UPDATE forum SET next_number = $1 WHERE id = $2", number+1, forum.id)
}

// lastHome finds the proposal that a submission left, and whether it had opened it.
func (t *tx) lastHome(submission int64) (proposal int64, o intake.Outcome, err error) {
	var opened int64
	err = t.row(`
		SELECT left_one.proposal, EXISTS (
			SELECT 1 FROM entry AS first
			WHERE first.proposal = left_one.proposal AND first.kind = 'opened' AND first.submission = left_one.submission)
		FROM entry AS left_one WHERE left_one.submission = $1 AND left_one.submission <> 0 AND left_one.kind = 'left'
		ORDER BY left_one.id DESC LIMIT 1`, []any{submission}, &proposal, &opened)
	if opened != 0 {
		return proposal, intake.NewProposal, orNone(err)
	}
	return proposal, intake.Continuation, orNone(err)
}

// emptied is the standing of a proposal whose last submission left.
var emptied = standing{State: SetAside, Reason: ReasonEmptied}

// ReasonEmptied is the reason code of a proposal that is set aside because
// nothing is left in it: all of it turned out to be no message.
const ReasonEmptied = "emptied"

// leaveProposal takes a submission out of its proposal.
func (t *tx) leaveProposal(who Actor, j judgement) error {
	before, err := t.standing(j.proposal)
	if err != nil {
		return err
	}
	if err := t.exec("DELETE FROM proposal_submission WHERE proposal = $1 AND submission = $2", j.proposal, j.submission); err != nil {
		return err
	}
	var left int64
	err = t.row(`
		UPDATE proposal SET submissions = submissions - 1,
			attachments = attachments - (SELECT count(*) FROM attachment WHERE submission = $1 AND role <> 'html')
		WHERE id = $2 RETURNING submissions`, []any{j.submission, j.proposal}, &left)
	if err != nil {
		return err
	}
	t.texts[j.proposal] = ""
	after := before.standing
	if left == 0 {
		after = emptied
		after.DecidedAt, after.DecidedBy = millis(t.now), who.Staff
	}
	return t.move(who, entry{kind: "left", submission: j.submission, channel: channelOf(j.source)}, before, after)
}

// reopen restores how a proposal stood before it was emptied.
func (t *tx) reopen(who Actor, proposal int64) error {
	now, err := t.standing(proposal)
	if err != nil {
		return err
	}
	var text string
	var before standing
	err = t.row("SELECT before FROM entry WHERE proposal = $1 AND proposal <> 0 AND kind IN ('left', 'moved') ORDER BY id DESC LIMIT 1",
		[]any{proposal}, &text)
	if err != nil {
		return err
	}
	if err := decode(text, &before); err != nil {
		return err
	}
	return t.move(who, entry{kind: "reopened"}, now, before)
}

// receivedAs reads a submission back as far as opening and joining need it.
func (t *tx) receivedAs(j judgement) (r received, participant int64, err error) {
	s := &intake.Submission{}
	r = received{Submission: s, id: j.submission, channel: channelOf(j.source)}
	var answers, mentions, ranges, forwarded, chat string
	var receivedAt, address int64
	var hash []byte
	err = t.row(`
		SELECT coalesce(submission.address, 0), coalesce(address.participant, 0), submission.external_id, submission.answers,
			submission.mentions, submission.forwarded, submission.sender_name, submission.sender_shown, submission.content_hash,
			submission.subject, submission.body, submission.ranges, submission.received_at, submission.chat, submission.revises
		FROM submission LEFT JOIN address ON address.id = submission.address WHERE submission.id = $1`, []any{j.submission},
		&address, &participant, &s.ExternalID, &answers, &mentions, &forwarded, &s.From.Name, &s.From.Shown,
		&hash, &s.Subject, &s.Text, &ranges, &receivedAt, &chat, &s.Revises)
	if err != nil {
		return r, 0, err
	}
	s.ReceivedAt = time.UnixMilli(receivedAt).UTC()
	copy(s.ContentHash[:], hash)
	err = errors.Join(decode(answers, &s.InReplyTo), decode(mentions, &s.Mentions), decode(ranges, &s.Ranges),
		decode(forwarded, &s.Forwarded), decode(chat, &s.Chat))
	if err != nil {
		return r, 0, err
	}
	if r.address = address; address == 0 {
		if r.address, participant, _, err = t.sender(s, true); err != nil {
			return r, 0, err
		}
		if err := t.exec("UPDATE submission SET address = $1 WHERE id = $2", r.address, j.submission); err != nil {
			return r, 0, err
		}
	}
	err = t.each("SELECT name, role FROM attachment WHERE submission = $1 ORDER BY position", []any{j.submission},
		func(rows *sql.Rows) error {
			var a intake.Attachment
			err := rows.Scan(&a.Name, &a.Role)
			s.Attachments = append(s.Attachments, a)
			return err
		})
	return r, participant, err
}

// undoReclassified makes a submission again what it was.
func (t *tx) undoReclassified(who Actor, d deed) error {
	j, err := t.judgement(d.submission)
	if err != nil {
		return err
	}
	return t.reclassify(who, j, intake.Kind(d.before.Kind), d.id)
}
