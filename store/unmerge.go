package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// Unmerge takes back that two participants became one: entry is that of the
// merger. The addresses that were moved go back, with the proposals and the
// messages sent from them, and never become the other participant's again by
// themselves. It is ErrNotFound when entry is no merger, and ErrConflict when it
// was taken back already.
func (db *DB) Unmerge(ctx context.Context, who Actor, entry int64) error {
	err := db.write(ctx, func(t *tx) error {
		m, err := t.merger(entry)
		if err != nil {
			return err
		}
		return t.unmerge(who, m, entry)
	})
	if err != nil {
		return fmt.Errorf("take participants apart: %w", err)
	}
	return nil
}

// merger reads what an entry says of a merger.
func (t *tx) merger(id int64) (m merger, err error) {
	var before string
	var undone bool
	err = t.row(`
		SELECT before, EXISTS (SELECT 1 FROM entry AS later WHERE later.undoes = entry.id AND later.undoes <> 0)
		FROM entry WHERE id = $1 AND kind = $2`, []any{id, entryMerged}, &before, &undone)
	if err == nil && undone {
		err = ErrConflict
	}
	if err != nil {
		return m, err
	}
	return m, decode(before, &m)
}

// unmerge gives a participant back what a merger took.
func (t *tx) unmerge(who Actor, m merger, undoes int64) error {
	// Where the addresses are now may have been merged into yet another.
	var others []int64
	for _, address := range m.Addresses {
		var now int64
		if err := t.row("SELECT participant FROM address WHERE id = $1", []any{address}, &now); err != nil {
			return err
		}
		if err := t.keepApart(address, now, m.Addresses); err != nil {
			return err
		}
		if err := t.exec("UPDATE address SET participant = $1 WHERE id = $2", m.Participant, address); err != nil {
			return err
		}
		others = append(others, now)
	}
	for _, burst := range m.Bursts {
		if err := t.exec("UPDATE burst SET participant = $1 WHERE id = $2", m.Participant, burst); err != nil {
			return err
		}
	}
	if len(others) > 0 {
		m.Into = others[0]
	}
	// What was begun since goes with the addresses that all of it came from.
	err := t.exec(`
		UPDATE burst SET participant = $1 WHERE participant = $2 AND NOT EXISTS (
			SELECT 1 FROM submission JOIN address ON address.id = submission.address
			WHERE submission.burst = burst.id AND submission.burst <> 0 AND address.participant <> $1)`, m.Participant, m.Into)
	if err != nil {
		return err
	}
	if m.Named {
		err := t.exec("UPDATE participant SET name = '' WHERE id = $1 AND name = (SELECT name FROM participant WHERE id = $2)", m.Into, m.Participant)
		if err != nil {
			return err
		}
	}
	t.db.monologues.forget()
	return t.noteMerger(who, entry{kind: entryUnmerged, before: encode(m, false), undoes: undoes}, m)
}

// keepApart notes that an address is not of the person to whom a participant's
// other addresses belong.
func (t *tx) keepApart(address, participant int64, moved []int64) error {
	var rest []int64
	if err := t.each("SELECT id FROM address WHERE participant = $1", []any{participant}, collect(&rest)); err != nil {
		return err
	}
	for _, other := range rest {
		if slices.Contains(moved, other) {
			continue
		}
		err := t.exec("INSERT INTO apart (one, other) VALUES ($1, $2) ON CONFLICT DO NOTHING", min(address, other), max(address, other))
		if err != nil {
			return err
		}
	}
	return nil
}

// history reads the entries of a proposal, and those about who its participant is.
func (db *DB) history(ctx context.Context, proposal, participant int64) ([]Entry, error) {
	entries, err := db.entries(ctx, `
		WHERE entry.proposal = $1 AND entry.proposal <> 0
			OR entry.id IN (SELECT participant_entry.entry FROM participant_entry WHERE participant_entry.participant = $2)
		ORDER BY entry.id`, proposal, participant)
	for i := range entries {
		if kind := entries[i].Kind; err == nil && (kind == entryMerged || kind == entryUnmerged) {
			entries[i].Addresses, err = db.moved(ctx, entries[i].ID)
		}
	}
	return entries, err
}

// moved reads the addresses that an entry about a merger names.
func (db *DB) moved(ctx context.Context, entry int64) (addresses []Address, err error) {
	err = db.each(ctx, `
		SELECT address.kind, address.value, address.shown, address.name
		FROM entry, json_each(entry.before, '$.addresses') AS moved JOIN address ON address.id = moved.value
		WHERE entry.id = $1 ORDER BY address.id`, []any{entry}, func(rows *sql.Rows) error {
		var a Address
		err := rows.Scan(&a.Kind, &a.Value, &a.Shown, &a.Name)
		addresses = append(addresses, a)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read entry %d: %w", entry, err)
	}
	return addresses, nil
}
