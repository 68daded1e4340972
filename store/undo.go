package store

import (
	"context"
	"fmt"
)

// Undo takes back the latest decision of who that is not taken back yet, with
// an entry of its own. It is a *Conflict when somebody has decided since, and
// ErrNotFound when there is nothing to undo.
func (db *DB) Undo(ctx context.Context, who Actor) (Summary, error) {
	var proposal int64
	err := db.write(ctx, func(t *tx) error {
		done, err := t.latest(who)
		if err != nil {
			return err
		}
		proposal = done.proposal
		if err := t.undoable(done); err != nil {
			return err
		}
		switch done.kind {
		case "reclassified":
			return t.undoReclassified(who, done)
		case "moved":
			other, err := t.deed("WHERE id = $1", done.batch)
			if err != nil {
				return err
			}
			proposal = other.proposal // shown when it is what stands in the way
			if err := t.undoable(other); err != nil {
				return err
			}
			proposal = done.proposal
			return t.undoMoved(who, done, other)
		}
		return t.undoDecided(who, done)
	})
	s, err := db.outcome(ctx, proposal, err)
	if err != nil {
		return Summary{}, fmt.Errorf("undo: %w", err)
	}
	return s, nil
}

// deed is an entry that can be taken back.
type deed struct {
	id         int64
	kind       string
	proposal   int64
	submission int64
	before     standing
	after      standing
	batch      int64 // for a move: the entry of the other side
}

// latest finds the latest deed of a staff member that is not taken back.
func (t *tx) latest(who Actor) (d deed, err error) {
	if who.Staff == 0 {
		return d, ErrNotFound
	}
	return t.deed(`
		WHERE staff = $1 AND staff <> 0 AND kind IN ('decided', 'reclassified', 'moved')
			AND NOT EXISTS (SELECT 1 FROM entry AS later WHERE later.undoes = entry.id AND later.undoes <> 0)
		ORDER BY id DESC LIMIT 1`, who.Staff)
}

func (t *tx) deed(which string, args ...any) (d deed, err error) {
	var before, after string
	err = t.row("SELECT id, kind, proposal, submission, before, after, batch FROM entry "+which, args,
		&d.id, &d.kind, &d.proposal, &d.submission, &before, &after, &d.batch)
	if err != nil {
		return d, err
	}
	if err := decode(before, &d.before); err != nil {
		return d, err
	}
	return d, decode(after, &d.after)
}

// undoable is ErrConflict when somebody has decided about the proposal since,
// and has not taken that back.
func (t *tx) undoable(d deed) error {
	var since int64
	err := t.row(`
		SELECT count(*) FROM entry
		WHERE proposal = $1 AND proposal <> 0 AND id > $2 AND kind IN ('decided', 'reclassified', 'moved')
			AND NOT EXISTS (SELECT 1 FROM entry AS later WHERE later.undoes = entry.id AND later.undoes <> 0)`,
		[]any{d.proposal, d.id}, &since)
	if err == nil && since > 0 {
		err = ErrConflict
	}
	return err
}

// undoDecided restores how the proposal stood.
func (t *tx) undoDecided(who Actor, d deed) error {
	now, err := t.standing(d.proposal)
	if err != nil {
		return err
	}
	after, err := t.restored(d)
	if err != nil {
		return err
	}
	return t.move(who, entry{kind: "undone", undoes: d.id}, now, after)
}

// restored is how a proposal stood before a deed. What has joined it meanwhile
// stays: it is still changed, and a question that was answered is not open again.
func (t *tx) restored(d deed) (standing, error) {
	var joined int64
	err := t.row("SELECT count(*) FROM entry WHERE proposal = $1 AND id > $2 AND kind = 'joined'", []any{d.proposal, d.id}, &joined)
	after := d.before
	after.Address = 0 // of the proposal, not of how it stands
	switch {
	case joined == 0, after.State == New:
	case after.State == NeedsInfo:
		after = standing{State: New}
	default:
		after.Changed = true
	}
	return after, err
}
