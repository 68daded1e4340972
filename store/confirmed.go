package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"usulan/intake"
)

// Confirmed is what staff decided that a text is about.
type Confirmed struct {
	Text     string // subject and own words as they stand now
	Priority string // code; empty when it is no proposal
}

// wordsMost bounds how much of one proposal Confirmed hands out, in bytes.
const wordsMost = 16 << 10

// Confirmed returns the texts of the newest proposals of the current round that
// are tagged, and of those set aside for the reason given, at most so many of
// each. Decisions that something has joined since are not among them: they were
// made on another text.
func (db *DB) Confirmed(ctx context.Context, noProposal string, most int) ([]Confirmed, error) {
	var out []Confirmed
	var ids []int64
	err := db.each(ctx, `
		SELECT id, priority FROM (
			SELECT proposal.id, proposal.priority FROM forum JOIN proposal ON proposal.forum = forum.id
			WHERE forum.current = 1 AND proposal.state = 'tagged' AND proposal.changed = 0 ORDER BY proposal.id DESC LIMIT $1)
		UNION ALL SELECT id, '' FROM (
			SELECT proposal.id FROM forum JOIN proposal ON proposal.forum = forum.id
			WHERE forum.current = 1 AND proposal.state = 'set_aside' AND proposal.changed = 0 AND proposal.reason = $2
			ORDER BY proposal.id DESC LIMIT $1)`, []any{most, noProposal},
		func(rows *sql.Rows) error {
			var id int64
			var c Confirmed
			err := rows.Scan(&id, &c.Priority)
			ids, out = append(ids, id), append(out, c)
			return err
		})
	read := func(query string, args []any, scan func(*sql.Rows) error) error {
		return db.each(ctx, query, args, scan)
	}
	for i, id := range ids {
		if err != nil {
			break
		}
		var all []wording
		all, err = wordings(read, id)
		out[i].Text = ownWords(all)
	}
	if err != nil {
		return nil, fmt.Errorf("read confirmed decisions: %w", err)
	}
	return out, nil
}

// ownWords joins what the submissions of a proposal say themselves.
func ownWords(all []wording) string {
	var b strings.Builder
	for i := range all {
		w := &all[i]
		if !w.shown() || b.Len() > wordsMost {
			continue
		}
		if i == 0 && w.subject != "" {
			b.WriteString(w.subject + "\n")
		}
		b.WriteString(apart(w.text, w.ranges) + "\n")
	}
	s := b.String()
	return strings.ToValidUTF8(s[:min(len(s), wordsMost)], "")
}

// apart is a text without its ranges; one that does not fit takes nothing away.
func apart(text string, ranges []intake.Range) string {
	var b strings.Builder
	at := 0
	for _, r := range ranges {
		if r.Start < at || r.End < r.Start || r.End > len(text) {
			continue
		}
		b.WriteString(text[at:r.Start])
		b.WriteByte('\n')
		at = r.End
	}
	b.WriteString(text[at:])
	return b.String()
}
