package store

import (
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"

	"usulan/intake"
)

// received is a submission that has its row.
type received struct {
	*intake.Submission
	id      int64
	address int64
	channel string
	home    int64 // the proposal where staff want it; 0 where the rules decide
}

// placeholderHash identifies a mail that could not be read by its bytes, and
// what is not whole by its place, since equal headers do not make equal items.
func placeholderHash(s *intake.Submission, o intake.Outcome, place int64, item intake.Item) [sha256.Size]byte {
	h := sha256.New()
	h.Write([]byte(o))
	if o == intake.Quarantine && s.Raw != nil && s.Chat == nil {
		h.Write(s.Raw.Hash[:])
	} else {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(place)))
		h.Write(binary.BigEndian.AppendUint32(nil, item.ID))
		h.Write([]byte(item.Key))
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// twin finds the submission of the same content, and the proposal that holds it.
func (t *tx) twin(s *intake.Submission) (id, proposal int64, err error) {
	err = t.row(`
		SELECT submission.id, coalesce(proposal_submission.proposal, 0)
		FROM submission LEFT JOIN proposal_submission ON proposal_submission.submission = submission.id
		WHERE submission.content_hash = $1 LIMIT 1`, []any{s.ContentHash[:]}, &id, &proposal)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return id, proposal, err
}

// sender finds or makes the address and the participant of a submission. known
// tells whether they were there. A sender without a name gets an anonymous
// address, unless must is false: then the address may stay 0.
func (t *tx) sender(s *intake.Submission, must bool) (address, participant int64, known bool, err error) {
	a := s.From
	if a.Value == "" || a.Kind == "" || a.Kind == intake.Anonymous {
		if !must {
			return 0, 0, false, nil
		}
		a.Kind, a.Value = intake.Anonymous, hex.EncodeToString(s.ContentHash[:])
	}
	var name string
	err = t.row("SELECT id, participant, name FROM address WHERE value = $1 AND kind = $2",
		[]any{a.Value, string(a.Kind)}, &address, &participant, &name)
	if err == nil && name == "" && a.Name != "" {
		err = t.learnName(address, participant, a)
	}
	if !errors.Is(err, ErrNotFound) {
		return address, participant, true, err
	}
	if participant, err = t.insert("INSERT INTO participant (name) VALUES ($1)", a.Name); err != nil {
		return 0, 0, false, err
	}
	address, err = t.insert("INSERT INTO address (kind, value, shown, name, participant) VALUES ($1, $2, $3, $4, $5)",
		string(a.Kind), a.Value, a.Shown, a.Name, participant)
	return address, participant, false, err
}

// learnName keeps the first name that came with an address.
func (t *tx) learnName(address, participant int64, a intake.Address) error {
	if err := t.exec("UPDATE address SET name = $1, shown = $2 WHERE id = $3", a.Name, a.Shown, address); err != nil {
		return err
	}
	return t.exec("UPDATE participant SET name = $1 WHERE id = $2 AND name = ''", a.Name, participant)
}

// putSubmission writes a submission with its raw bytes and attachments. address
// is 0 when nobody is known to have sent it.
func (t *tx) putSubmission(source string, s *intake.Submission, address int64) (int64, error) {
	var raw, from any
	if s.Raw != nil {
		id, err := t.putRaw(s.Raw)
		if err != nil {
			return 0, err
		}
		raw = id
	}
	if address != 0 {
		from = address
	}
	id, err := t.insert(`
		INSERT INTO submission (
			source, kind, external_id, content_hash, address, sender_name, sender_shown, forwarded, answers, mentions,
			revises, subject, body, ranges, sent_at, received_at, raw, fault, chat)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		source, string(s.Kind), s.ExternalID, s.ContentHash[:], from, s.From.Name, s.From.Shown,
		encode(s.Forwarded, s.Forwarded == intake.Address{}),
		encode(s.InReplyTo, len(s.InReplyTo) == 0), encode(s.Mentions, len(s.Mentions) == 0),
		s.Revises, s.Subject, s.Text, encode(s.Ranges, len(s.Ranges) == 0),
		millis(s.SentAt), millis(s.ReceivedAt), raw, s.Fault, encode(s.Chat, s.Chat == nil))
	if err != nil {
		return 0, err
	}
	for _, external := range about(s) {
		err := t.exec("INSERT INTO answer (external_id, submission) VALUES ($1, $2) ON CONFLICT DO NOTHING", external, id)
		if err != nil {
			return 0, err
		}
	}
	for i := range s.Attachments {
		if err := t.putAttachment(source, id, i, &s.Attachments[i]); err != nil {
			return 0, err
		}
	}
	return id, nil
}

// about lists the external ids that a submission answers, edits or deletes.
func about(s *intake.Submission) []string {
	if s.Revises == "" {
		return nearest(s.InReplyTo)
	}
	return append([]string{s.Revises}, nearest(s.InReplyTo)...)
}

// putAttachment writes an attachment: its place in the raw source, or its bytes
// where they stand nowhere else, or a place in the queue of the source's media.
func (t *tx) putAttachment(source string, submission int64, position int, a *intake.Attachment) error {
	var data any
	if a.Data != nil {
		raw, err := t.db.keepBytes(a.Data)
		if err != nil {
			return err
		}
		id, err := t.putRaw(raw)
		if err != nil {
			return err
		}
		data = id
	}
	state, fetcher, due := Here, "", int64(0)
	if a.Absent {
		state, fetcher, due = Waiting, source, millis(t.now)
	}
	_, err := t.insert(`
		INSERT INTO attachment (submission, position, name, type, role, content_id, size, hash, data, start, length, encoding,
			duration, state, source, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		submission, position, a.Name, a.Type, string(a.Role), a.ContentID, a.Size, a.Hash[:], data,
		a.Offset, a.Length, string(a.Encoding), a.Duration.Milliseconds(), string(state), fetcher, due)
	return err
}

// dropSubmission removes a placeholder, on which nothing but a ledger row hung.
func (t *tx) dropSubmission(id int64) error {
	var raws []int64
	err := t.each(`
		SELECT raw FROM submission WHERE id = $1 AND raw IS NOT NULL
		UNION ALL SELECT data FROM attachment WHERE submission = $1 AND data IS NOT NULL`, []any{id},
		func(rows *sql.Rows) error {
			var raw int64
			err := rows.Scan(&raw)
			raws = append(raws, raw)
			return err
		})
	if err != nil {
		return err
	}
	for _, statement := range []string{
		"DELETE FROM attachment WHERE submission = $1",
		"DELETE FROM answer WHERE submission = $1",
		"DELETE FROM submission WHERE id = $1",
	} {
		if err := t.exec(statement, id); err != nil {
			return err
		}
	}
	for _, raw := range raws {
		if err := t.dropRaw(raw); err != nil {
			return err
		}
	}
	return nil
}

// encode writes a value as JSON, and what is empty as nothing. The types that
// come here cannot be refused.
func encode(v any, empty bool) string {
	if empty {
		return ""
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// decode reads what encode wrote.
func decode(s string, v any) error {
	if s == "" {
		return nil
	}
	return json.Unmarshal([]byte(s), v)
}
