package store

import (
	"cmp"
	"database/sql"
	"errors"
	"slices"
	"time"

	"usulan/intake"
)

const (
	// recentBursts is how many bursts of one sender in one room are looked at:
	// those that were last written to, and that of a message that is answered.
	recentBursts = 16

	// weighed is how much of a message the rules read. Nobody hides a request
	// behind four thousand letters.
	weighed = 4096

	// remembered bounds the texts of monologues that are kept in memory, in bytes.
	remembered = 8 << 20
)

// room is where one participant talks with us.
type room struct {
	participant int64
	source      string
	id          string // of a group; empty in a chat of two
}

// utterance is a message with its row.
type utterance struct {
	intake.ChatMessage
	submission int64
	order      int64 // among those of the same second
	burst      int64 // as its row says
	room       string
	quiet      time.Duration
}

// burst is a row of its table with its messages, which are in order.
type burst struct {
	id int64 // 0 before it has a row
	intake.Burst
	rows []utterance // what Messages are, in the same order

	// settled tells that staff moved something of it: then its messages stay
	// where they are, whatever else arrives.
	settled bool
}

// monologue is what one participant said in one room of late: bursts, oldest first.
type monologue struct {
	room
	bursts []*burst
}

// monologues remembers who is talking, so that a sender of thousands of messages is
// not read anew with each of them. It belongs to who writes.
type monologues struct {
	of      map[room]*monologue
	size    int
	version int64 // of the database, as far as other processes changed it
}

func newMonologues() *monologues { return &monologues{of: map[room]*monologue{}} }

// forget drops everything: it was changed otherwise, or rolled back.
func (k *monologues) forget() {
	clear(k.of)
	k.size = 0
}

// followOthers forgets what is remembered when another process has written.
func (t *tx) followOthers() error {
	var version int64
	if err := t.row("PRAGMA data_version", nil, &version); err != nil {
		return err
	}
	if version != t.db.monologues.version {
		t.db.monologues.forget()
		t.db.monologues.version = version
	}
	return nil
}

// monologue returns what was said in a room.
func (t *tx) monologue(r room) (*monologue, error) {
	if known := t.db.monologues.of[r]; known != nil {
		return known, nil
	}
	if t.db.monologues.size > remembered {
		t.db.monologues.forget()
	}
	var ids []int64
	err := t.each("SELECT id FROM burst WHERE participant = $1 AND source = $2 AND room = $3 ORDER BY last_at DESC, id DESC LIMIT $4",
		[]any{r.participant, r.source, r.id, recentBursts}, collect(&ids))
	if err != nil {
		return nil, err
	}
	k := &monologue{room: r}
	for _, id := range ids {
		b, err := t.burst(id)
		if err != nil {
			return nil, err
		}
		if len(b.rows) > 0 {
			k.bursts = append(k.bursts, b)
		}
	}
	k.sort()
	t.db.monologues.of[r] = k
	return k, nil
}

// burst reads a burst.
func (t *tx) burst(id int64) (*burst, error) {
	b := &burst{id: id}
	err := t.each(`
		SELECT `+utteranceColumns+` FROM submission WHERE burst = $1 AND burst <> 0 AND judged IN ('', 'message')`, []any{id},
		func(rows *sql.Rows) error {
			m, err := scanUtterance(rows)
			t.db.monologues.size += len(m.Text)
			b.rows = append(b.rows, m)
			return err
		})
	if err != nil {
		return nil, err
	}
	b.set(inOrder(b.rows))
	return b, t.row(`
		SELECT EXISTS (
			SELECT 1 FROM submission
				JOIN proposal_submission ON proposal_submission.submission = submission.id
				JOIN entry ON entry.proposal = proposal_submission.proposal AND entry.proposal <> 0 AND entry.kind = 'moved'
			WHERE submission.burst = $1 AND submission.burst <> 0)`, []any{id}, &b.settled)
}

const utteranceColumns = `submission.id, submission.burst, submission.external_id, submission.received_at, submission.chat,
	substr(submission.body, 1, 4096), submission.answers, submission.revises`

// scanUtterance reads what utteranceColumns select.
func scanUtterance(rows *sql.Rows) (utterance, error) {
	s := intake.Submission{Chat: &intake.Chat{}}
	var id, burst, received int64
	var chat, answers string
	err := rows.Scan(&id, &burst, &s.ExternalID, &received, &chat, &s.Text, &answers, &s.Revises)
	if err == nil {
		err = errors.Join(decode(chat, s.Chat), decode(answers, &s.InReplyTo))
	}
	s.ReceivedAt = instant(received)
	m := utteranceOf(id, &s)
	m.burst = burst
	return m, err
}

// utteranceOf is a submission as the rules see it.
func utteranceOf(id int64, s *intake.Submission) utterance {
	m := utterance{
		ChatMessage: s.ChatMessage(""), submission: id, order: 2 * id,
		room: s.Chat.Room, quiet: cmp.Or(s.Chat.Quiet, intake.Quiet),
	}
	m.At = instant(millis(m.At))
	m.Text = m.Text[:min(len(m.Text), weighed)]
	if m.Type == "" {
		m.Type = intake.SmallMessage
	}
	return m
}

// set makes rows the messages of the burst.
func (b *burst) set(rows []utterance) {
	b.rows = rows
	b.Messages = make([]intake.ChatMessage, len(rows))
	for i := range rows {
		b.Messages[i] = rows[i].ChatMessage
	}
}

// insert puts a message at a place in the burst.
func (b *burst) insert(i int, m utterance) {
	b.rows = slices.Insert(b.rows, i, m)
	b.Messages = slices.Insert(b.Messages, i, m.ChatMessage)
}

// find is where a message belongs in the burst.
func (b *burst) find(m *utterance) int {
	n, _ := slices.BinarySearchFunc(b.rows, m, func(a utterance, m *utterance) int { return byUtterance(&a, m) })
	return n
}

// byUtterance compares messages by when they were said. The far side's clock has
// seconds: within one, they follow each other as they came.
func byUtterance(a, b *utterance) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.order, b.order), cmp.Compare(a.submission, b.submission))
}

// inOrder sorts messages by when they were said. What comes late or unordered
// may be older than what it edits or deletes: it is moved behind that.
func inOrder(rows []utterance) []utterance {
	targets := map[string]*utterance{}
	for i := range rows {
		targets[rows[i].ID] = &rows[i]
	}
	for i := range rows {
		m := &rows[i]
		if target := targets[m.Target]; m.Target != "" && target != nil && byUtterance(m, target) < 0 {
			m.At, m.order = target.At, target.order+1
		}
	}
	slices.SortFunc(rows, func(a, b utterance) int { return byUtterance(&a, &b) })
	return rows
}

// sort puts the bursts in order of their first messages.
func (k *monologue) sort() {
	slices.SortFunc(k.bursts, func(a, b *burst) int { return byUtterance(&a.rows[0], &b.rows[0]) })
}

// newest is when the participant last said something here.
func (k *monologue) newest() (at time.Time) {
	for _, b := range k.bursts {
		if last := b.Last(); last.After(at) {
			at = last
		}
	}
	return at
}

// holds tells whether a burst is in the monologue.
func (k *monologue) holds(id int64) bool {
	return slices.ContainsFunc(k.bursts, func(b *burst) bool { return b.id == id })
}

// prune leaves the bursts that were last written to.
func (k *monologue) prune() {
	for len(k.bursts) > recentBursts {
		oldest := slices.MinFunc(k.bursts, func(a, b *burst) int { return a.Last().Compare(b.Last()) })
		k.bursts = slices.DeleteFunc(k.bursts, func(b *burst) bool { return b == oldest })
	}
}
