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
		if done.kind == "reclassified" {
			return t.undoReclassified(who, done)
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
}

// latest finds the latest deed of a staff member that is not taken back.
func (t *tx) latest(who Actor) (d deed, err error) {
	if who.Staff == 0 {
		return d, ErrNotFound
	}
	var before, after string
	err = t.row(`
		SELECT id, kind, proposal, submission, before, after FROM entry
		WHERE staff = $1 AND staff <> 0 AND kind IN ('decided', 'reclassified')
			AND NOT EXISTS (SELECT 1 FROM entry AS later WHERE later.undoes = entry.id AND later.undoes <> 0)
		ORDER BY id DESC LIMIT 1`, []any{who.Staff}, &d.id, &d.kind, &d.proposal, &d.submission, &before, &after)
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
		WHERE proposal = $1 AND proposal <> 0 AND id > $2 AND kind IN ('decided', 'reclassified')
			AND NOT EXISTS (SELECT 1 FROM entry AS later WHERE later.undoes = entry.id AND later.undoes <> 0)`,
		[]any{d.proposal, d.id}, &since)
	if err == nil && since > 0 {
		err = ErrConflict
	}
	return err
}

// undoDecided restores how the proposal stood. What has joined it meanwhile
// stays: it is still changed, and a question that was answered is not open again.
func (t *tx) undoDecided(who Actor, d deed) error {
	now, err := t.standing(d.proposal)
	if err != nil {
		return err
	}
	var joined int64
	err = t.row("SELECT count(*) FROM entry WHERE proposal = $1 AND id > $2 AND kind = 'joined'", []any{d.proposal, d.id}, &joined)
	if err != nil {
		return err
	}
	after := d.before
	switch {
	case joined == 0, after.State == New:
	case after.State == NeedsInfo:
		after = standing{State: New}
	default:
		after.Changed = true
	}
	return t.move(who, entry{kind: "undone", undoes: d.id}, now, after)
}
