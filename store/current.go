package store

import (
	"database/sql"
	"errors"
	"strings"

	"usulan/intake"
)

// What was said in a chat can be edited and taken back by who said it, each with
// a submission of its own. Nothing is overwritten; what a proposal is found by
// and what lists show of it is what stands now.

// wording is a submission of a proposal as it stands now.
type wording struct {
	submission    int64
	subject, text string
	ranges        []intake.Range
	from, by      intake.Address // sender, and author of forwarded text
	chat          *intake.Chat   // nil for mail
	taken         bool           // its sender deleted it
	folded        bool           // an edit or a deletion, which shows in what it is about
}

// findable bounds how many submissions of a proposal can be found by their words.
// Who writes more than that in one go would otherwise have all of it indexed anew
// with every line.
const findable = 500

// reading calls scan for every row of a query.
type reading func(query string, args []any, scan func(*sql.Rows) error) error

// wordings reads the first submissions of a proposal in the order of their arrival.
func wordings(read reading, proposal int64) ([]wording, error) {
	var all []wording
	at := map[int64]int{}
	chats := false
	err := read(`
		SELECT submission.id, submission.subject, submission.body, submission.ranges, submission.sender_name,
			submission.sender_shown, submission.forwarded, submission.chat
		FROM proposal_submission JOIN submission ON submission.id = proposal_submission.submission
		WHERE proposal_submission.proposal = $1 ORDER BY submission.received_at, submission.id LIMIT $2`, []any{proposal, findable},
		func(rows *sql.Rows) error {
			var w wording
			var ranges, forwarded, chat string
			err := rows.Scan(&w.submission, &w.subject, &w.text, &ranges, &w.from.Name, &w.from.Shown, &forwarded, &chat)
			if err == nil {
				err = errors.Join(decode(ranges, &w.ranges), decode(forwarded, &w.by), decode(chat, &w.chat))
			}
			at[w.submission] = len(all)
			all = append(all, w)
			chats = chats || w.chat != nil
			return err
		})
	if err != nil || !chats {
		return all, err
	}
	return all, revise(read, proposal, func(submission int64) *wording {
		if i, ok := at[submission]; ok {
			return &all[i]
		}
		return nil
	})
}

// revise applies edits and deletions to the submissions of a proposal. Only
// those by the same participant count, in the same room.
func revise(read reading, proposal int64, of func(submission int64) *wording) error {
	return read(`
		SELECT said.id, revision.id, revision.body, revision.chat
		FROM proposal_submission
			JOIN submission AS said ON said.id = proposal_submission.submission
			JOIN answer ON answer.external_id = said.external_id AND said.external_id <> ''
			JOIN submission AS revision ON revision.id = answer.submission AND revision.revises = said.external_id
			JOIN address AS one ON one.id = said.address
			JOIN address AS other ON other.id = revision.address
		WHERE proposal_submission.proposal = $1 AND said.chat <> '' AND revision.chat <> '' AND revision.source = said.source
			AND said.revises = '' AND revision.fault = '' AND one.participant = other.participant
		ORDER BY revision.received_at, revision.id`, []any{proposal},
		func(rows *sql.Rows) error {
			var said, revision int64
			var text, encoded string
			var chat intake.Chat
			if err := errors.Join(rows.Scan(&said, &revision, &text, &encoded), decode(encoded, &chat)); err != nil {
				return err
			}
			w := of(said)
			if w == nil || w.chat == nil || w.chat.Room != chat.Room {
				return nil
			}
			switch chat.Type {
			case intake.EditMessage:
				w.text, w.ranges = text, nil
			case intake.DeletionMessage:
				w.taken = true
			default:
				return nil
			}
			if r := of(revision); r != nil {
				r.folded = true
			}
			return nil
		})
}

// shown tells whether any of its words are to be seen.
func (w *wording) shown() bool { return !w.taken && !w.folded }

// told is the beginning of what was said in a chat, in one line: from the first
// message on that says more than a greeting, when there is one.
func told(all []wording) string {
	for _, greetings := range []bool{false, true} {
		var line strings.Builder
		for i := range all {
			w := &all[i]
			if !w.shown() || line.Len() > 8*snippetLength {
				continue
			}
			said := snippet(w.text, w.ranges)
			if said == "" && w.chat != nil && w.chat.Location != nil {
				said = oneLine(w.chat.Location.Name+" "+w.chat.Location.Address, snippetLength)
			}
			if said == "" || line.Len() == 0 && !greetings && !intake.Says(said) {
				continue
			}
			if line.Len() > 0 {
				line.WriteString(" · ")
			}
			line.WriteString(said)
		}
		if line.Len() > 0 {
			return oneLine(line.String(), snippetLength)
		}
	}
	return ""
}
