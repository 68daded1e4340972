package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
)

// movable bounds how many submissions one move names.
const movable = 1000

// Move puts submissions of a proposal into another one, or, when to is empty,
// into a new proposal of their own. It returns the proposal where they are now.
// An edit and what it changes go together. What is left without a submission is
// set aside as emptied. Undo takes a move back.
//
// A proposal whose version is not the one that was seen is a *Conflict and
// changes nothing; what cannot be moved, or not to there, is an *InputError.
func (db *DB) Move(ctx context.Context, who Actor, submissions []int64, from string, version int64, to string) (Summary, error) {
	s, err := db.move(ctx, who, submissions, from, version, to)
	if err != nil {
		return Summary{}, fmt.Errorf("move submissions: %w", err)
	}
	return s, nil
}

func (db *DB) move(ctx context.Context, who Actor, submissions []int64, from string, version int64, to string) (Summary, error) {
	source, err := db.find(ctx, from)
	if err != nil {
		return Summary{}, err
	}
	target := int64(0)
	if to != "" {
		if target, err = db.find(ctx, to); errors.Is(err, ErrNotFound) || target == source {
			return Summary{}, &InputError{Field: "to", Key: "input.move_to"}
		} else if err != nil {
			return Summary{}, err
		}
	}
	shown := source // until something has moved
	err = db.write(ctx, func(t *tx) error {
		before, err := t.standing(source)
		if err != nil {
			return err
		}
		if before.version != version {
			return ErrConflict
		}
		m := move{tx: t, who: who, from: before}
		if err := m.choose(submissions, target == 0); err != nil {
			return err
		}
		if err := m.reach(target); err != nil {
			return err
		}
		shown = m.to.id
		return m.carry()
	})
	if errors.Is(err, ErrConflict) {
		shown = source
	}
	return db.outcome(ctx, shown, err)
}

// move is one move under way.
type move struct {
	*tx
	who    Actor
	from   placed
	to     placed
	opened bool    // the proposal they go to is new
	moved  []int64 // submissions
}

// choose finds what is to be moved: what is named, and the edits of it.
func (m *move) choose(submissions []int64, apart bool) error {
	if len(submissions) == 0 || len(submissions) > movable {
		return &InputError{Field: "submissions", Key: "input.move_none"}
	}
	held, err := m.holds(m.from.id)
	if err != nil {
		return err
	}
	roots := map[string]bool{}
	named := 0
	for _, h := range held {
		if slices.Contains(submissions, h.id) {
			named++
			roots[h.root] = true
		}
	}
	if named != len(slices.Compact(slices.Sorted(slices.Values(submissions)))) {
		return &InputError{Field: "submissions", Key: "input.move_none"}
	}
	for _, h := range held {
		if roots[h.root] {
			m.moved = append(m.moved, h.id)
		}
	}
	if apart && len(m.moved) == len(held) {
		return &InputError{Field: "submissions", Key: "input.move_all"}
	}
	return nil
}

// held is a submission of a proposal.
type held struct {
	id   int64
	root string // equal for a message and what edits or deletes it
}

func (t *tx) holds(proposal int64) (all []held, err error) {
	err = t.each(`
		SELECT submission.id, submission.external_id, submission.revises, submission.chat <> ''
		FROM proposal_submission JOIN submission ON submission.id = proposal_submission.submission
		WHERE proposal_submission.proposal = $1 ORDER BY submission.received_at, submission.id`, []any{proposal},
		func(rows *sql.Rows) error {
			var h held
			var external, revises string
			var chat bool
			err := rows.Scan(&h.id, &external, &revises, &chat)
			if h.root = cmp.Or(revises, external); h.root == "" || !chat {
				h.root = fmt.Sprintf("\x00%d", h.id) // an item of its own: mails repeat their ids
			}
			all = append(all, h)
			return err
		})
	return all, err
}

// reach finds the proposal that they go to, or opens it.
func (m *move) reach(target int64) (err error) {
	if target == 0 {
		return m.open()
	}
	if m.to, err = m.standing(target); err != nil {
		return err
	}
	if m.to.forum != m.from.forum {
		return &InputError{Field: "to", Key: "input.move_forum"}
	}
	return nil
}

// open makes the new proposal, as yet without a submission.
func (m *move) open() error {
	first := m.moved[0]
	var source string
	var receivedAt, address int64
	err := m.row(`
		SELECT submission.source, submission.received_at, coalesce(submission.address, proposal.address)
		FROM submission, proposal WHERE submission.id = $1 AND proposal.id = $2`, []any{first, m.from.id}, &source, &receivedAt, &address)
	if err != nil {
		return err
	}
	var closes, number int64
	err = m.row("UPDATE forum SET next_number = next_number + 1 WHERE id = $1 RETURNING closes, next_number - 1",
		[]any{m.from.forum}, &closes, &number)
	if err != nil {
		return err
	}
	m.opened = true
	m.to = placed{standing: standing{State: New}, id: proposalID(instant(receivedAt), number), forum: m.from.forum, channel: channelOf(source)}
	m.tallies[tallyKey{m.to.forum, m.to.channel, New, "", false}]++
	return m.exec(`
		INSERT INTO proposal (
			id, forum, number, version, state, priority, reason, reason_text, channel, address, subject, snippet,
			received_at, changed_at, decided_at, decided_by, submissions, attachments, late, changed)
		VALUES ($1, $2, $3, 0, 'new', '', '', '', $4, $5, '', '', $6, $6, 0, 0, 0, 0, $7, 0)`,
		m.to.id, m.to.forum, number, m.to.channel, address, receivedAt, closes != 0 && receivedAt > closes)
}

// carry moves them and writes what both proposals are after it.
func (m *move) carry() error {
	if err := m.rehold(m.moved, m.from.id, m.to.id); err != nil {
		return err
	}
	target := m.to.standing
	if !m.opened {
		target = m.to.joined()
	}
	e := entry{kind: "moved", object: movedFrom, channel: m.to.channel}
	first, err := m.settle(m.to, target, e, m.from.id, nil, 0)
	if err != nil {
		return err
	}
	e = entry{kind: "moved", object: movedTo, channel: m.from.channel}
	_, err = m.settle(m.from, m.from.standing, e, m.to.id, m.moved, first)
	return err
}

// The objects of an entry about a move: what it was for its proposal.
const (
	movedTo   = "to"
	movedFrom = "from"
	movedBack = "back" // of an entry that takes a move back
)

// settle writes how a proposal stands after a move, with its entry, whose id it
// returns. batch is the entry of the other side, if that was written before.
func (m *move) settle(p placed, after standing, e entry, other int64, gone []int64, batch int64) (int64, error) {
	after, err := m.left(m.who, p.id, after)
	if err != nil {
		return 0, err
	}
	was, noted := p.standing, after
	if err := m.row("SELECT address FROM proposal WHERE id = $1", []any{p.id}, &was.Address); err != nil {
		return 0, err
	}
	if err := m.inherit(p.id); err != nil {
		return 0, err
	}
	noted.Other, noted.Moved = other, gone
	e.before, e.after = encode(was, false), encode(noted, false)
	if err := m.tx.move(m.who, e, p, after); err != nil {
		return 0, err
	}
	if batch == 0 {
		batch = m.lastEntry
	}
	return m.lastEntry, m.exec("UPDATE entry SET batch = $1 WHERE id = $2", batch, m.lastEntry)
}

// left counts anew what is in a proposal and returns how it stands: as it would,
// or set aside because nothing is left.
func (t *tx) left(who Actor, proposal int64, otherwise standing) (standing, error) {
	n, err := t.recount(proposal)
	if err != nil || n > 0 {
		return otherwise, err
	}
	s := emptied
	s.DecidedAt, s.DecidedBy = millis(t.now), who.Staff
	return s, nil
}

// rehold puts submissions of one proposal into another, in the ledger too. The
// burst of a message stays whole: what is said next goes where its latest is.
func (t *tx) rehold(all []int64, from, to int64) error {
	t.db.monologues.forget()
	for _, one := range all {
		n, err := t.change("UPDATE proposal_submission SET proposal = $1 WHERE proposal = $2 AND submission = $3", to, from, one)
		if err != nil {
			return err
		}
		if n == 0 {
			continue // it left meanwhile
		}
		if err := t.exec("UPDATE ledger SET proposal = $1 WHERE submission = $2 AND proposal = $3", to, one, from); err != nil {
			return err
		}
	}
	return nil
}

// joined is how a proposal stands when something has joined it: a decision stays
// and it is marked changed; one that waited for an answer, or was empty, is new again.
func (s standing) joined() standing {
	switch {
	case s.State == New:
	case s.State == NeedsInfo, s.Reason == ReasonEmptied:
		s = standing{State: New}
	default:
		s.Changed = true
	}
	return s
}

// undoMoved puts what a move took back where it was. d is the side that it left.
func (t *tx) undoMoved(who Actor, d, other deed) error {
	if err := t.rehold(d.after.Moved, other.proposal, d.proposal); err != nil {
		return err
	}
	for _, side := range [...]deed{other, d} {
		now, err := t.standing(side.proposal)
		if err != nil {
			return err
		}
		after, err := t.restored(side)
		if err != nil {
			return err
		}
		if after, err = t.left(who, side.proposal, after); err != nil {
			return err
		}
		if err := t.exec("UPDATE proposal SET address = $1 WHERE id = $2", side.before.Address, side.proposal); err != nil {
			return err
		}
		if err := t.move(who, entry{kind: "undone", object: movedBack, undoes: side.id}, now, after); err != nil {
			return err
		}
	}
	return nil
}
