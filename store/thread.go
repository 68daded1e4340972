package store

import (
	"errors"
	"strconv"
	"strings"

	"usulan/intake"
)

// thread finds the proposal of the current round that a submission continues:
// by what it answers, nearest first; by what answers it, when that came before;
// by the references it names. Only proposals of the same participant count, so
// that nobody gets into a stranger's by quoting from it.
func (t *tx) thread(forum round, s *intake.Submission, participant int64) (int64, error) {
	for _, external := range nearest(s.InReplyTo) {
		if id, err := t.answered(forum, external, participant); err != nil || id != 0 {
			return id, err
		}
	}
	if s.ExternalID != "" {
		if id, err := t.answering(forum, s.ExternalID, participant); err != nil || id != 0 {
			return id, err
		}
	}
	for _, reference := range nearest(s.Mentions) {
		if id, err := t.mentioned(forum, reference, participant); err != nil || id != 0 {
			return id, err
		}
	}
	return 0, nil
}

// threaded bounds how many of the items that a submission answers are looked
// at: a hostile mail may name ten thousand.
const threaded = 50

// nearest are the first of what a submission answers or names.
func nearest(ids []string) []string { return ids[:min(len(ids), threaded)] }

// answered finds the proposal that holds the submission with an external id.
func (t *tx) answered(forum round, external string, participant int64) (id int64, err error) {
	err = t.row(`
		SELECT proposal.id FROM submission
			JOIN address ON address.id = submission.address
			JOIN proposal_submission ON proposal_submission.submission = submission.id
			JOIN proposal ON proposal.id = proposal_submission.proposal
		WHERE submission.external_id = $1 AND submission.external_id <> '' AND address.participant = $2 AND proposal.forum = $3
		ORDER BY proposal.id DESC LIMIT 1`, []any{external, participant, forum.id}, &id)
	return id, orNone(err)
}

// answering finds the proposal that holds an answer to an external id.
func (t *tx) answering(forum round, external string, participant int64) (id int64, err error) {
	err = t.row(`
		SELECT proposal.id FROM answer
			JOIN submission ON submission.id = answer.submission
			JOIN address ON address.id = submission.address
			JOIN proposal_submission ON proposal_submission.submission = submission.id
			JOIN proposal ON proposal.id = proposal_submission.proposal
		WHERE answer.external_id = $1 AND address.participant = $2 AND proposal.forum = $3
		ORDER BY proposal.id LIMIT 1`, []any{external, participant, forum.id}, &id)
	return id, orNone(err)
}

// mentioned finds the proposal with a reference.
func (t *tx) mentioned(forum round, reference string, participant int64) (id int64, err error) {
	ref, ok := parseRef(reference)
	if !ok || ref.prefix != forum.prefix || ref.year != forum.year {
		return 0, nil
	}
	err = t.row(`
		SELECT proposal.id FROM proposal JOIN address ON address.id = proposal.address
		WHERE proposal.forum = $1 AND proposal.number = $2 AND address.participant = $3`,
		[]any{forum.id, ref.number, participant}, &id)
	if err != nil {
		return 0, orNone(err)
	}
	return t.successor(id)
}

// followed bounds how many moves are followed.
const followed = 20

// successor follows what staff moved out of an emptied proposal: its reference
// is what the participant knows.
func (t *tx) successor(proposal int64) (int64, error) {
	for range followed {
		now, err := t.standing(proposal)
		if err != nil || now.Reason != ReasonEmptied {
			return proposal, err
		}
		last, err := t.deed("WHERE proposal = $1 AND proposal <> 0 AND kind IN ('left', 'moved') ORDER BY id DESC LIMIT 1", proposal)
		if err != nil || last.after.Other == 0 {
			return proposal, orNone(err)
		}
		proposal = last.after.Other
	}
	return proposal, nil
}

func orNone(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// ref is a reference in its parts.
type ref struct {
	prefix string
	year   int
	number int64
}

func (r ref) String() string {
	number := strconv.FormatInt(r.number, 10)
	return r.prefix + "-" + strconv.Itoa(r.year) + "-" + strings.Repeat("0", max(0, 4-len(number))) + number
}

// parseRef reads a reference, in any case and with or without leading zeros.
func parseRef(s string) (ref, bool) {
	rest, number, ok := cutLast(s, "-")
	if !ok {
		return ref{}, false
	}
	prefix, year, ok := cutLast(rest, "-")
	if !ok || prefix == "" {
		return ref{}, false
	}
	y, err1 := strconv.ParseUint(year, 10, 16)
	n, err2 := strconv.ParseUint(number, 10, 31)
	if err1 != nil || err2 != nil || n == 0 {
		return ref{}, false
	}
	return ref{strings.ToUpper(prefix), int(y), int64(n)}, true
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
