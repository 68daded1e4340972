package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Summary is a proposal as a list shows it.
type Summary struct {
	Ref         string // USL-2020-0001
	Number      int64
	Version     int64
	State       State
	Priority    string // code, empty unless tagged
	Reason      string // code, when set aside
	ReasonText  string
	Channel     string // "email"
	Subject     string
	Snippet     string // beginning of the first submission's own words, one line
	Participant string // name as written, or the address as shown when no name is known
	Named       bool   // Participant is a name
	ReceivedAt  time.Time
	ChangedAt   time.Time // last submission that joined
	DecidedAt   time.Time
	DecidedBy   string    // name of the staff member
	QuietAt     time.Time // until then its sender may still be writing; zero unless it was written in a chat
	Submissions int
	Attachments int
	Late        bool
	Changed     bool // something joined after the decision
}

// Filter chooses proposals; the zero value chooses all. Fields are joined by and.
type Filter struct {
	States      []State
	Waiting     bool // only those that wait for staff: new ones, and decided ones that changed since
	Priority    string
	Channel     string
	Participant int64
	Query       string // words, "phrases", a reference; never a syntax error
	Newest      bool   // newest first instead of oldest first
}

// Page is a part of a list. Next and Previous are opaque keyset cursors, empty at the ends.
type Page struct {
	Items          []Summary
	Next, Previous string
}

// Proposals lists a page of at most limit proposals.
func (db *DB) Proposals(ctx context.Context, f Filter, cursor string, limit int) (Page, error) {
	page, err := db.page(ctx, f, cursor, max(limit, 1))
	if err != nil {
		return Page{}, fmt.Errorf("list proposals: %w", err)
	}
	return page, nil
}

func (db *DB) page(ctx context.Context, f Filter, cursor string, limit int) (p Page, err error) {
	backward, from, err := readCursor(cursor)
	if err != nil {
		return p, err
	}
	w, err := db.walk(ctx, f)
	if err != nil {
		return p, err
	}
	ids, err := w.next(ctx, backward, from, limit+1)
	if err != nil {
		return p, err
	}
	more := len(ids) > limit
	ids = ids[:min(len(ids), limit)]
	before := false // something lies on the side that we come from
	if cursor != "" && len(ids) > 0 {
		behind, err := w.next(ctx, !backward, ids[0], 1)
		if err != nil {
			return p, err
		}
		before = len(behind) > 0
	}
	if backward {
		slices.Reverse(ids)
		more, before = before, more
	}
	if len(ids) > 0 && more {
		p.Next = writeCursor(false, ids[len(ids)-1])
	}
	if len(ids) > 0 && before {
		p.Previous = writeCursor(true, ids[0])
	}
	p.Items, err = db.summaries(ctx, ids)
	return p, err
}

// A cursor is the id next to which the page begins, and the way to go from there.
func writeCursor(backward bool, id int64) string {
	if backward {
		return "b" + strconv.FormatInt(id, 36)
	}
	return "a" + strconv.FormatInt(id, 36)
}

func readCursor(cursor string) (backward bool, id int64, err error) {
	if cursor == "" {
		return false, 0, nil
	}
	id, err = strconv.ParseInt(cursor[1:], 36, 64)
	if err != nil || id < 0 || (cursor[0] != 'a' && cursor[0] != 'b') {
		return false, 0, &InputError{Field: "cursor", Key: "input.cursor"}
	}
	return cursor[0] == 'b', id, nil
}

// Neighbour returns the proposal that follows (step 1) or precedes (step -1) ref in the order of f,
// whether or not ref itself still matches; ErrNotFound at the ends. An empty ref asks for the first.
func (db *DB) Neighbour(ctx context.Context, f Filter, reference string, step int) (Summary, error) {
	s, err := db.neighbour(ctx, f, reference, step)
	if err != nil {
		return Summary{}, fmt.Errorf("find the next proposal: %w", err)
	}
	return s, nil
}

func (db *DB) neighbour(ctx context.Context, f Filter, reference string, step int) (s Summary, err error) {
	var from int64
	if reference != "" {
		if from, err = db.find(ctx, reference); err != nil {
			return s, err
		}
	}
	w, err := db.walk(ctx, f)
	if err != nil {
		return s, err
	}
	ids, err := w.next(ctx, step < 0, from, 1)
	if err != nil {
		return s, err
	}
	summaries, err := db.summaries(ctx, ids)
	if err != nil {
		return s, err
	}
	if len(summaries) == 0 {
		return s, ErrNotFound
	}
	return summaries[0], nil
}

// Summaries returns the proposals of these references, in that order; one that
// was never given is left out. For the trail and for rows already on screen.
func (db *DB) Summaries(ctx context.Context, refs []string) ([]Summary, error) {
	ids := make([]int64, 0, len(refs))
	for _, reference := range refs {
		id, err := db.find(ctx, reference)
		if orNone(err) != nil {
			return nil, fmt.Errorf("read proposals: %w", err)
		}
		if err == nil {
			ids = append(ids, id)
		}
	}
	return db.summaries(ctx, ids)
}

// inChunks is how many rows are read by one statement.
const inChunks = 50

// summaries reads the proposals with these ids, in their order. Ids that are
// not there are left out.
func (db *DB) summaries(ctx context.Context, ids []int64) ([]Summary, error) {
	found, err := db.summariesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	summaries := make([]Summary, 0, len(ids))
	for _, id := range ids {
		if s, ok := found[id]; ok {
			summaries = append(summaries, s)
		}
	}
	return summaries, nil
}

// summariesOf reads the proposals with these ids that are there, by id.
func (db *DB) summariesOf(ctx context.Context, ids []int64) (map[int64]Summary, error) {
	found := make(map[int64]Summary, len(ids))
	for chunk := range slices.Chunk(ids, inChunks) {
		args := make([]any, len(chunk))
		for i, id := range chunk {
			args[i] = id
		}
		err := db.each(ctx, summaryQuery+"("+placeholders(len(args))+")", args, func(rows *sql.Rows) error {
			id, s, err := scanSummary(rows)
			found[id] = s
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read proposals: %w", err)
		}
	}
	return found, nil
}

// placeholders is "$1, $2" and so on.
func placeholders(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(i+1))
	}
	return b.String()
}

const summaryQuery = `
	SELECT proposal.id, forum.prefix, forum.year, proposal.number, proposal.version, proposal.state, proposal.priority,
		proposal.reason, proposal.reason_text, proposal.channel, proposal.subject, proposal.snippet,
		CASE WHEN participant.name <> '' THEN participant.name
			WHEN address.kind = 'lid' THEN coalesce((
				SELECT known.shown FROM address AS known
				WHERE known.participant = participant.id AND known.kind = 'phone' AND known.shown <> '' ORDER BY known.id LIMIT 1), address.shown)
			WHEN address.kind = 'anonymous' THEN address.shown ELSE coalesce(nullif(address.shown, ''), address.value) END,
		participant.name <> '',
		proposal.received_at, proposal.changed_at, proposal.decided_at, coalesce(staff.name, ''), proposal.quiet_at,
		proposal.submissions, proposal.attachments, proposal.late, proposal.changed
	FROM proposal
		JOIN forum ON forum.id = proposal.forum
		JOIN address ON address.id = proposal.address
		JOIN participant ON participant.id = address.participant
		LEFT JOIN staff ON staff.id = proposal.decided_by
	WHERE proposal.id IN `

func scanSummary(rows *sql.Rows) (id int64, s Summary, err error) {
	var r ref
	var received, changed, decided, quiet int64
	err = rows.Scan(&id, &r.prefix, &r.year, &r.number, &s.Version, &s.State, &s.Priority, &s.Reason, &s.ReasonText,
		&s.Channel, &s.Subject, &s.Snippet, &s.Participant, &s.Named, &received, &changed, &decided, &s.DecidedBy, &quiet,
		&s.Submissions, &s.Attachments, &s.Late, &s.Changed)
	s.Ref, s.Number = r.String(), r.number
	s.ReceivedAt, s.ChangedAt, s.DecidedAt, s.QuietAt = instant(received), instant(changed), instant(decided), instant(quiet)
	return id, s, err
}
