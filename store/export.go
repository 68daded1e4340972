package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
)

// exported is how many proposals All reads ahead.
const exported = 200

// All calls yield for every proposal of f, in order, for exports: with the texts
// of its submissions and the addresses of its participant, without attachments,
// history and the sources. A dozen statements read two hundred proposals.
func (db *DB) All(ctx context.Context, f Filter, yield func(*Proposal) error) error {
	w, err := db.walk(ctx, f)
	if err != nil {
		return fmt.Errorf("read proposals: %w", err)
	}
	for from := int64(0); ; {
		ids, err := w.next(ctx, false, from, exported)
		if err != nil {
			return fmt.Errorf("read proposals: %w", err)
		}
		for chunk := range slices.Chunk(ids, inChunks) {
			proposals, err := db.withTexts(ctx, chunk)
			if err != nil {
				return fmt.Errorf("read proposals: %w", err)
			}
			for _, p := range proposals {
				if err := yield(p); err != nil {
					return err
				}
			}
		}
		if len(ids) < exported {
			return nil
		}
		from = ids[len(ids)-1]
	}
}

// withTexts reads the proposals with these ids, in their order.
func (db *DB) withTexts(ctx context.Context, ids []int64) ([]*Proposal, error) {
	found, err := db.summariesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	named := make(map[int64]*Proposal, len(ids))
	proposals := make([]*Proposal, 0, len(ids))
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
		if s, ok := found[id]; ok {
			named[id] = &Proposal{Summary: s}
			proposals = append(proposals, named[id])
		}
	}
	err = db.each(ctx, `
		SELECT held.proposal, submission.id, submission.subject, submission.body, submission.ranges, submission.received_at,
			submission.external_id, submission.revises, submission.chat, coalesce(address.kind, ''), coalesce(address.value, '')
		FROM proposal_submission held
			JOIN submission ON submission.id = held.submission
			LEFT JOIN address ON address.id = submission.address
		WHERE held.proposal IN (`+placeholders(len(ids))+`)
		ORDER BY held.proposal, submission.received_at, submission.id`, args, func(rows *sql.Rows) error {
		var part Part
		var id, received int64
		var ranges, chat string
		err := rows.Scan(&id, &part.ID, &part.Subject, &part.Text, &ranges, &received,
			&part.ExternalID, &part.Revises, &chat, &part.From.Kind, &part.From.Value)
		if err != nil {
			return err
		}
		part.ReceivedAt = instant(received)
		if err := errors.Join(decode(ranges, &part.Ranges), decode(chat, &part.Chat)); err != nil {
			return fmt.Errorf("submission %d: %w", part.ID, err)
		}
		if p := named[id]; p != nil {
			p.Parts = append(p.Parts, part)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = db.each(ctx, `
		SELECT proposal.id, alias.kind, alias.value, alias.shown, alias.name
		FROM proposal JOIN address ON address.id = proposal.address JOIN address alias ON alias.participant = address.participant
		WHERE proposal.id IN (`+placeholders(len(ids))+`)
		ORDER BY proposal.id, alias.id`, args, func(rows *sql.Rows) error {
		var a Address
		var id int64
		if err := rows.Scan(&id, &a.Kind, &a.Value, &a.Shown, &a.Name); err != nil {
			return err
		}
		if p := named[id]; p != nil {
			p.Addresses = append(p.Addresses, a)
		}
		return nil
	})
	return proposals, err
}

// NoteExport writes into the history that somebody took out a list of count
// proposals in a format.
func (db *DB) NoteExport(ctx context.Context, who Actor, format string, count int) error {
	err := db.write(ctx, func(t *tx) error {
		return t.note(who, "exported", fmt.Sprintf("%s:%d", format, count))
	})
	if err != nil {
		return fmt.Errorf("note export: %w", err)
	}
	return nil
}
