package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"
)

// Entry is one line of the history: who did what to what, when.
type Entry struct {
	ID     int64
	At     time.Time
	Actor  string // staff name; empty for the system
	Kind   string // "opened", "joined", "left", "decided", "undone", "reclassified", "staff_added", ...
	Ref    string // proposal, empty when about something else
	Before Decision
	After  Decision
	Undoes int64 // the entry that this one takes back
	Undone bool

	Suggested string // to who decided, as in Decision; empty when unknown

	Channel string // for opened and joined

	// For a move: where submissions went, or where they came from. One is a
	// reference, the other empty.
	To, From string

	UndoesMove bool // it takes a move back, not a decision

	Addresses []Address // whose participant became another, for participants_merged and participants_unmerged
}

// entry is a line of the history to be.
type entry struct {
	kind       string
	proposal   int64
	submission int64
	object     string // what it is about, when that is neither: a source, a staff member's id
	channel    string
	before     string // JSON of a standing, or codes
	after      string
	undoes     int64
}

// standing is how a proposal stands: what a decision changes and undo restores.
// Entries hold it as JSON.
type standing struct {
	State      State  `json:"state"`
	Priority   string `json:"priority,omitempty"`
	Reason     string `json:"reason,omitempty"`
	ReasonText string `json:"reason_text,omitempty"`
	Changed    bool   `json:"changed,omitempty"`
	DecidedAt  int64  `json:"decided_at,omitempty"`
	DecidedBy  int64  `json:"decided_by,omitempty"`

	// Only in entries about decisions: what was suggested to who made it.
	Suggested string `json:"suggested,omitempty"`

	// Only in entries about what a submission is.
	Kind string `json:"kind,omitempty"`

	// Only in entries about a move: whose the proposal was, the other proposal and,
	// on the side that they left, which submissions.
	Address int64   `json:"address,omitempty"`
	Other   int64   `json:"other,omitempty"`
	Moved   []int64 `json:"moved,omitempty"`
}

// openedStanding is how every proposal begins.
const openedStanding = `{"state":"new"}`

func (s standing) decision() Decision {
	return Decision{State: s.State, Priority: s.Priority, Reason: s.Reason, ReasonText: s.ReasonText}
}

// placed is a proposal's standing and where it is counted.
type placed struct {
	standing
	id      int64
	forum   int64
	channel string
	version int64
}

// standing reads how a proposal stands.
func (t *tx) standing(proposal int64) (placed, error) {
	p := placed{id: proposal}
	err := t.row(`
		SELECT forum, channel, version, state, priority, reason, reason_text, changed, decided_at, decided_by
		FROM proposal WHERE id = $1`, []any{proposal},
		&p.forum, &p.channel, &p.version, &p.State, &p.Priority, &p.Reason, &p.ReasonText, &p.Changed, &p.DecidedAt, &p.DecidedBy)
	return p, err
}

// move changes how a proposal stands, keeps the counters and writes the entry.
func (t *tx) move(who Actor, e entry, before placed, after standing) error {
	err := t.exec(`
		UPDATE proposal SET version = version + 1, state = $1, priority = $2, reason = $3, reason_text = $4,
			changed = $5, decided_at = $6, decided_by = $7
		WHERE id = $8`,
		string(after.State), after.Priority, after.Reason, after.ReasonText, after.Changed, after.DecidedAt, after.DecidedBy, before.id)
	if err != nil {
		return err
	}
	t.tallies[tallyKey{before.forum, before.channel, before.State, before.Priority, before.Changed}]--
	t.tallies[tallyKey{before.forum, before.channel, after.State, after.Priority, after.Changed}]++
	if e.before == "" {
		e.before, e.after = encode(before.standing, false), encode(after, false)
	}
	e.proposal = before.id
	return t.enterEntry(who, e)
}

// enterEntry appends to the history.
func (t *tx) enterEntry(who Actor, e entry) error {
	id, err := t.insert(`
		INSERT INTO entry (at, staff, token, kind, proposal, submission, object, channel, before, after, undoes)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		millis(t.now), who.Staff, who.Token, e.kind, e.proposal, e.submission, e.object, e.channel, e.before, e.after, e.undoes)
	t.lastEntry = id
	return err
}

const entryColumns = `
	entry.id, entry.at, coalesce(staff.name, ''), entry.kind, entry.before, entry.after, entry.undoes, entry.channel,
	coalesce(forum.prefix, ''), coalesce(forum.year, 0), coalesce(proposal.number, 0), entry.object,
	EXISTS (SELECT 1 FROM entry AS later WHERE later.undoes = entry.id AND later.undoes <> 0)
	FROM entry
		LEFT JOIN staff ON staff.id = entry.staff
		LEFT JOIN proposal ON proposal.id = entry.proposal
		LEFT JOIN forum ON forum.id = proposal.forum`

// scanEntry reads what entryColumns select.
func scanEntry(rows *sql.Rows) (Entry, error) {
	var e Entry
	var at int64
	var before, after, object string
	var r ref
	err := rows.Scan(&e.ID, &at, &e.Actor, &e.Kind, &before, &after, &e.Undoes, &e.Channel, &r.prefix, &r.year, &r.number, &object, &e.Undone)
	if err != nil {
		return e, err
	}
	e.At = instant(at)
	if r.number != 0 {
		e.Ref = r.String()
	}
	var b, a standing
	if err := decode(before, &b); err != nil {
		return e, fmt.Errorf("entry %s: %w", strconv.FormatInt(e.ID, 10), err)
	}
	if err := decode(after, &a); err != nil {
		return e, fmt.Errorf("entry %s: %w", strconv.FormatInt(e.ID, 10), err)
	}
	e.Before, e.After, e.Suggested = b.decision(), a.decision(), a.Suggested
	e.UndoesMove = e.Kind == "undone" && object == movedBack
	if a.Other != 0 {
		// The other one is of the same forum, and its id ends in its number.
		other := ref{r.prefix, r.year, numberOf(a.Other)}.String()
		if object == movedTo {
			e.To = other
		} else {
			e.From = other
		}
	}
	return e, nil
}

func (db *DB) entries(ctx context.Context, where string, args ...any) ([]Entry, error) {
	var entries []Entry
	err := db.each(ctx, "SELECT "+entryColumns+" "+where, args, func(rows *sql.Rows) error {
		e, err := scanEntry(rows)
		entries = append(entries, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	return entries, nil
}

// Recent lists the latest decisions and moves of a staff member, newest first,
// for the trail.
func (db *DB) Recent(ctx context.Context, staff int64, limit int) ([]Entry, error) {
	return db.entries(ctx, "WHERE entry.staff = $1 AND entry.staff <> 0 AND (entry.kind = 'decided' OR entry.kind = 'moved' AND entry.object = 'to') ORDER BY entry.id DESC LIMIT $2", staff, limit)
}

// Entries lists entries after the given one, oldest first, for live updates.
func (db *DB) Entries(ctx context.Context, after int64, limit int) ([]Entry, error) {
	return db.entries(ctx, "WHERE entry.id > $1 ORDER BY entry.id LIMIT $2", after, limit)
}
