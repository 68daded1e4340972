package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"usulan/intake"
)

// State is where a proposal stands.
type State string

// The states of a proposal.
const (
	New       State = "new"
	NeedsInfo State = "needs_info"
	Tagged    State = "tagged"
	SetAside  State = "set_aside"
	Withdrawn State = "withdrawn"
)

// Proposal is everything that one screen shows of a proposal.
type Proposal struct {
	Summary
	ParticipantID int64
	Addresses     []Address // of the participant
	Forwarded     []Address // who is suggested as the participant of forwarded text
	Parts         []Part    // its submissions in order of arrival
	SplitHint     [][]int64 // submissions that could be proposals of their own; nil when nothing suggests a cut
	Others        int64     // other proposals of the participant, counted up to a thousand
	History       []Entry   // oldest first
}

// Address is one address of a participant.
type Address struct {
	Kind  intake.AddressKind
	Value string
	Shown string
	Name  string
}

// Part is one submission of a proposal.
type Part struct {
	ID          int64 // of the submission
	Source      string
	Kind        intake.Kind
	From        Address
	Subject     string
	Text        string
	Ranges      []intake.Range
	SentAt      time.Time
	ReceivedAt  time.Time
	ExternalID  string
	InReplyTo   []string     // external ids of what it answers, nearest first
	Revises     string       // external id of what it edits or deletes
	Fault       string       // why it could not be read
	RemovedAt   time.Time    // when somebody else deleted it for the group it was said in
	Chat        *intake.Chat // nil for mail
	RawSize     int64
	Attachments []Attachment // HTML form included, by Role

	forwarded intake.Address
}

// Attachment is a file of a submission.
type Attachment struct {
	ID        int64
	Name      string
	Type      string
	Role      intake.Role
	ContentID string
	Size      int64
	SHA256    string        // hex; while State is not empty what the sender says it is
	Duration  time.Duration // of a recording, by its sender; 0 where unknown

	// State is empty when the bytes are here. Otherwise Reason may say, as a Fault
	// code, why they are not.
	State  AttachmentState
	Reason string
	Tries  int // how often they could not be fetched
}

// AttachmentState says where the bytes of an attachment are.
type AttachmentState string

// The states of an attachment.
const (
	Here    AttachmentState = ""        // its bytes can be had from Content
	Waiting AttachmentState = "waiting" // they are to be fetched from the far side
	Gone    AttachmentState = "gone"    // the far side has given them up
)

// Proposal returns one proposal; ErrNotFound when the reference was never given.
func (db *DB) Proposal(ctx context.Context, reference string) (*Proposal, error) {
	id, err := db.find(ctx, reference)
	if err != nil {
		return nil, err
	}
	return db.proposal(ctx, id)
}

// find returns the id of a proposal.
func (db *DB) find(ctx context.Context, reference string) (id int64, err error) {
	r, ok := parseRef(reference)
	if !ok {
		return 0, fmt.Errorf("proposal %.40q: %w", reference, ErrNotFound)
	}
	err = db.row(ctx, `
		SELECT proposal.id FROM forum JOIN proposal ON proposal.forum = forum.id
		WHERE forum.prefix = $1 AND forum.year = $2 AND proposal.number = $3`,
		[]any{r.prefix, r.year, r.number}, &id)
	if err != nil {
		return 0, fmt.Errorf("proposal %s: %w", r, err)
	}
	return id, nil
}

func (db *DB) proposal(ctx context.Context, id int64) (*Proposal, error) {
	summaries, err := db.summaries(ctx, []int64{id})
	if err != nil {
		return nil, err
	}
	if len(summaries) == 0 {
		return nil, ErrNotFound
	}
	p := &Proposal{Summary: summaries[0]}
	for _, read := range []func(context.Context, int64) error{p.readPeople(db), p.readParts(db)} {
		if err := read(ctx, id); err != nil {
			return nil, fmt.Errorf("read proposal %s: %w", p.Ref, err)
		}
	}
	p.SplitHint = splitHint(p.Parts)
	p.History, err = db.history(ctx, id, p.ParticipantID)
	return p, err
}

// othersCounted bounds how far the other proposals of a participant are counted.
const othersCounted = 1000

// readPeople reads who the proposal is from.
func (p *Proposal) readPeople(db *DB) func(context.Context, int64) error {
	return func(ctx context.Context, id int64) error {
		err := db.row(ctx, "SELECT address.participant FROM proposal JOIN address ON address.id = proposal.address WHERE proposal.id = $1",
			[]any{id}, &p.ParticipantID)
		if err != nil {
			return err
		}
		err = db.each(ctx, "SELECT kind, value, shown, name FROM address WHERE participant = $1 ORDER BY id", []any{p.ParticipantID},
			func(rows *sql.Rows) error {
				var a Address
				err := rows.Scan(&a.Kind, &a.Value, &a.Shown, &a.Name)
				p.Addresses = append(p.Addresses, a)
				return err
			})
		if err != nil {
			return err
		}
		return db.row(ctx, `
			SELECT count(*) FROM (
				SELECT 1 FROM address JOIN proposal ON proposal.address = address.id
				WHERE address.participant = $1 AND proposal.id <> $2 LIMIT $3)`,
			[]any{p.ParticipantID, id, othersCounted}, &p.Others)
	}
}

// readParts reads the submissions in the order of their arrival.
func (p *Proposal) readParts(db *DB) func(context.Context, int64) error {
	return func(ctx context.Context, id int64) (err error) {
		p.Parts, err = db.parts(ctx, `
			JOIN proposal_submission ON proposal_submission.submission = submission.id
			WHERE proposal_submission.proposal = $1 ORDER BY submission.received_at, submission.id`, id)
		for i := range p.Parts {
			if a := p.Parts[i].forwarded; a != (intake.Address{}) {
				p.Forwarded = append(p.Forwarded, Address{Kind: a.Kind, Value: a.Value, Shown: a.Shown, Name: a.Name})
			}
		}
		if err == nil && slices.ContainsFunc(p.Parts, func(one Part) bool { return one.Chat != nil && one.Chat.Room != "" }) {
			err = p.readRemovals(ctx, db, id)
		}
		return err
	}
}

// readRemovals notes which messages of a group somebody else has deleted. Whether
// that was an administrator, only WhatsApp knows; so it takes nothing away.
func (p *Proposal) readRemovals(ctx context.Context, db *DB, id int64) error {
	return db.each(ctx, `
		SELECT said.id, removal.received_at
		FROM proposal_submission
			JOIN submission AS said ON said.id = proposal_submission.submission
			JOIN answer ON answer.external_id = said.external_id AND said.external_id <> ''
			JOIN submission AS removal ON removal.id = answer.submission AND removal.revises = said.external_id
			JOIN address AS one ON one.id = said.address
			JOIN address AS other ON other.id = removal.address
		WHERE proposal_submission.proposal = $1 AND said.chat <> '' AND removal.chat <> '' AND removal.source = said.source
			AND removal.chat ->> 'type' = 'deletion' AND said.chat ->> 'room' = removal.chat ->> 'room' AND one.participant <> other.participant`,
		[]any{id}, func(rows *sql.Rows) error {
			var said, at int64
			err := rows.Scan(&said, &at)
			for i := range p.Parts {
				if p.Parts[i].ID == said {
					p.Parts[i].RemovedAt = instant(at)
				}
			}
			return err
		})
}

// parts reads submissions with their attachments.
func (db *DB) parts(ctx context.Context, which string, args ...any) ([]Part, error) {
	var parts []Part
	err := db.each(ctx, `
		SELECT submission.id, submission.source, CASE WHEN submission.judged <> '' THEN submission.judged ELSE submission.kind END,
			coalesce(address.kind, ''), coalesce(address.value, ''), submission.sender_shown, submission.sender_name,
			submission.subject, submission.body, submission.ranges, submission.sent_at, submission.received_at,
			submission.external_id, submission.forwarded, coalesce(raw.size, 0),
			submission.answers, submission.revises, submission.fault, submission.chat
		FROM submission LEFT JOIN address ON address.id = submission.address LEFT JOIN raw ON raw.id = submission.raw `+which, args,
		func(rows *sql.Rows) error {
			var p Part
			var ranges, forwarded, answers, chat string
			var sent, received int64
			err := rows.Scan(&p.ID, &p.Source, &p.Kind, &p.From.Kind, &p.From.Value, &p.From.Shown, &p.From.Name,
				&p.Subject, &p.Text, &ranges, &sent, &received, &p.ExternalID, &forwarded, &p.RawSize,
				&answers, &p.Revises, &p.Fault, &chat)
			if err != nil {
				return err
			}
			p.SentAt, p.ReceivedAt = instant(sent), instant(received)
			if err := errors.Join(decode(ranges, &p.Ranges), decode(forwarded, &p.forwarded), decode(answers, &p.InReplyTo), decode(chat, &p.Chat)); err != nil {
				return fmt.Errorf("submission %d: %w", p.ID, err)
			}
			parts = append(parts, p)
			return nil
		})
	for i := range parts {
		if err != nil {
			return nil, err
		}
		parts[i].Attachments, err = db.attachments(ctx, "WHERE submission = $1 ORDER BY position", parts[i].ID)
	}
	return parts, err
}

// Part returns one submission, for showing its HTML form with the pictures that
// came with it; ErrNotFound when there is none.
func (db *DB) Part(ctx context.Context, submission int64) (*Part, error) {
	parts, err := db.parts(ctx, "WHERE submission.id = $1", submission)
	if err == nil && len(parts) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read submission %d: %w", submission, err)
	}
	return &parts[0], nil
}

// attachments reads what is known of attachments, without their bytes.
func (db *DB) attachments(ctx context.Context, which string, args ...any) ([]Attachment, error) {
	var attachments []Attachment
	err := db.each(ctx, "SELECT "+attachmentColumns+" FROM attachment "+which, args,
		func(rows *sql.Rows) error {
			var a Attachment
			err := a.scan(rows.Scan)
			attachments = append(attachments, a)
			return err
		})
	return attachments, err
}

const attachmentColumns = `
	attachment.id, attachment.name, attachment.type, attachment.role, attachment.content_id, attachment.size,
	attachment.hash, attachment.duration, attachment.state, attachment.reason, attachment.tries`

// scan reads what attachmentColumns select, and what more the query does.
func (a *Attachment) scan(scan func(...any) error, more ...any) error {
	var hash []byte
	var duration int64
	err := scan(append([]any{&a.ID, &a.Name, &a.Type, &a.Role, &a.ContentID, &a.Size,
		&hash, &duration, &a.State, &a.Reason, &a.Tries}, more...)...)
	a.SHA256, a.Duration = hex.EncodeToString(hash), time.Duration(duration)*time.Millisecond
	return err
}
