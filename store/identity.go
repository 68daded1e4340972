package store

import (
	"database/sql"
	"errors"
	"slices"

	"usulan/intake"
)

// addressesOf lists the addresses that a submission gives for its sender, the
// one it was sent from first. One without a value or a kind names nobody.
func addressesOf(s *intake.Submission) (named []intake.Address) {
	for _, a := range append([]intake.Address{s.From}, s.Aliases...) {
		known := slices.ContainsFunc(named, func(b intake.Address) bool { return a.Kind == b.Kind && a.Value == b.Value })
		if a.Value != "" && a.Kind != "" && a.Kind != intake.Anonymous && !known && len(named) < aliases {
			named = append(named, a)
		}
	}
	return named
}

// aliases bounds how many addresses one submission may give for its sender.
const aliases = 8

// identity is who sent a submission.
type identity struct {
	address     int64 // it was sent from
	participant int64

	// others are participants to whom an alias belongs, and who staff said is
	// somebody else.
	others []int64
}

// identify finds or makes the participant to whom all addresses of a submission
// belong. Participants whom it shows to be one person are merged, unless staff
// said that they are apart. Without any address it is the zero identity.
func (t *tx) identify(s *intake.Submission) (who identity, err error) {
	named := addressesOf(s)
	if len(named) == 0 {
		return who, nil
	}
	ids := make([]int64, len(named))
	for i, a := range named {
		var participant int64
		var name string
		err := t.row("SELECT id, participant, name FROM address WHERE value = $1 AND kind = $2", []any{a.Value, string(a.Kind)},
			&ids[i], &participant, &name)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err == nil && name == "" && a.Name != "" {
			err = t.learnName(ids[i], participant, a)
		}
		if err == nil {
			err = t.acknowledge(&who, participant)
		}
		if err != nil {
			return who, err
		}
	}
	if who.participant == 0 {
		if who.participant, err = t.insert("INSERT INTO participant (name) VALUES ($1)", s.From.Name); err != nil {
			return who, err
		}
	}
	for i, a := range named {
		if ids[i] != 0 {
			continue
		}
		ids[i], err = t.insert("INSERT INTO address (kind, value, shown, name, participant) VALUES ($1, $2, $3, $4, $5)",
			string(a.Kind), a.Value, a.Shown, a.Name, who.participant)
		if err != nil {
			return who, err
		}
	}
	who.address = ids[0]
	return who, nil
}

// acknowledge takes in that an address of a sender belongs to a participant.
func (t *tx) acknowledge(who *identity, participant int64) error {
	if who.participant == 0 || who.participant == participant {
		who.participant = participant
		return nil
	}
	apart, err := t.apart(who.participant, participant)
	if err != nil {
		return err
	}
	if apart {
		who.others = append(who.others, participant)
		return nil
	}
	into, from := min(who.participant, participant), max(who.participant, participant)
	who.participant = into
	return t.merge(into, from)
}

// apart tells whether staff said that two participants are not one.
func (t *tx) apart(a, b int64) (apart bool, err error) {
	err = t.row(`
		SELECT EXISTS (
			SELECT 1 FROM apart
				JOIN address AS one ON one.id = apart.one
				JOIN address AS other ON other.id = apart.other
			WHERE one.participant = $1 AND other.participant = $2 OR one.participant = $2 AND other.participant = $1)`,
		[]any{a, b}, &apart)
	return apart, err
}

// merger is what an entry about a merger keeps, so that it can be undone.
type merger struct {
	Participant int64   `json:"participant"` // who was merged into another
	Addresses   []int64 `json:"addresses"`   // that were theirs
	Bursts      []int64 `json:"bursts,omitempty"`
	Into        int64   `json:"into"`
	Named       bool    `json:"named,omitempty"` // the other one had no name and got theirs
}

// merge makes two participants one: from has nothing left afterwards. Proposals
// follow their address.
func (t *tx) merge(into, from int64) error {
	m := merger{Participant: from, Into: into}
	if err := t.each("SELECT id FROM address WHERE participant = $1 ORDER BY id", []any{from}, collect(&m.Addresses)); err != nil {
		return err
	}
	if err := t.each("SELECT id FROM burst WHERE participant = $1 ORDER BY id", []any{from}, collect(&m.Bursts)); err != nil {
		return err
	}
	for _, statement := range []string{
		"UPDATE address SET participant = $1 WHERE participant = $2",
		"UPDATE burst SET participant = $1 WHERE participant = $2",
		"INSERT INTO participant_entry (participant, entry) SELECT $1, entry FROM participant_entry WHERE participant = $2 ON CONFLICT DO NOTHING",
	} {
		if err := t.exec(statement, into, from); err != nil {
			return err
		}
	}
	named, err := t.change(`
		UPDATE participant SET name = (SELECT name FROM participant WHERE id = $1)
		WHERE id = $2 AND name = '' AND (SELECT name FROM participant WHERE id = $1) <> ''`, from, into)
	if err != nil {
		return err
	}
	m.Named = named > 0
	t.db.monologues.forget()
	return t.noteMerger(Actor{}, entry{kind: entryMerged, before: encode(m, false)}, m)
}

// The kinds of entries about who is whom.
const (
	entryMerged   = "participants_merged"
	entryUnmerged = "participants_unmerged"
)

// noteMerger writes an entry that the proposals of both participants show.
func (t *tx) noteMerger(who Actor, e entry, m merger) error {
	if err := t.enterEntry(who, e); err != nil {
		return err
	}
	return t.exec("INSERT INTO participant_entry (participant, entry) VALUES ($1, $3), ($2, $3)", m.Into, m.Participant, t.lastEntry)
}

// twins finds the submission of the same message under any address of its
// sender. unread tells that it is a placeholder: nothing could be read of it.
func (b *batch) twins(s *intake.Submission, who identity) (id int64, unread bool, err error) {
	if s.ExternalID == "" {
		return 0, false, nil
	}
	for _, participant := range append([]int64{who.participant}, who.others...) {
		err := b.each(`
			SELECT submission.id, submission.chat, EXISTS (
				SELECT 1 FROM ledger WHERE ledger.submission = submission.id AND ledger.outcome IN ('quarantine', 'unfetchable'))
			FROM submission JOIN address ON address.id = submission.address
			WHERE submission.external_id = $1 AND submission.external_id <> '' AND submission.source = $2 AND submission.chat <> ''
				AND address.participant = $3
			ORDER BY submission.id DESC`, []any{s.ExternalID, b.lease.source, participant},
			func(rows *sql.Rows) error {
				var candidate int64
				var text string
				var placeholder bool
				var chat intake.Chat
				if err := errors.Join(rows.Scan(&candidate, &text, &placeholder), decode(text, &chat)); err != nil {
					return err
				}
				if chat.Room == s.Chat.Room {
					id, unread = candidate, placeholder
				}
				return nil
			})
		if err != nil || id != 0 {
			return id, unread, err
		}
	}
	return 0, false, nil
}
