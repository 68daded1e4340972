package store

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
)

// walk goes through the proposals of a filter by their ids. It merges streams,
// each of which is one index read from one place on: so a page costs the same
// wherever it lies and however many proposals there are.
type walk struct {
	db      *DB
	newest  bool
	forum   int64
	match   string // full-text expression, empty when not searching
	streams []stream
}

// stream is a list of conditions that an index serves.
type stream []condition

// condition is one comparison; the value takes the place of the question mark,
// if there is one.
type condition struct {
	text  string
	value any
}

// and adds a condition on a column of proposal.
func (s stream) and(column string, value any) stream {
	return append(slices.Clip(s), condition{"proposal." + column + " = ?", value})
}

// given adds a condition without a value.
func (s stream) given(text string) stream { return append(slices.Clip(s), condition{text, nil}) }

// write renders the conditions and appends their values to args.
func (s stream) write(args *[]any) string {
	texts := make([]string, len(s))
	for i, c := range s {
		texts[i] = c.text
		if c.value != nil {
			texts[i] = strings.Replace(c.text, "?", parameter(args, c.value), 1)
		}
	}
	return strings.Join(texts, " AND ")
}

// parameter appends a value and returns its placeholder.
func parameter(args *[]any, value any) string {
	*args = append(*args, value)
	return "$" + strconv.Itoa(len(*args))
}

// states lists every state.
var states = [...]State{New, NeedsInfo, Tagged, SetAside, Withdrawn}

// walk prepares to go through the proposals of f in the current round.
func (db *DB) walk(ctx context.Context, f Filter) (*walk, error) {
	w := &walk{db: db, newest: f.Newest}
	err := db.row(ctx, "SELECT id FROM forum WHERE current = 1", nil, &w.forum)
	if errors.Is(err, ErrNotFound) {
		err = errNotConfigured
	}
	if err != nil {
		return nil, err
	}
	if f.Query != "" {
		if w.match, err = db.matching(ctx, f.Query); err != nil {
			return nil, err
		}
		if w.match == "" {
			return w, nil // nothing in the query can be found: no stream
		}
	}
	base := stream{}.and("forum", w.forum)
	if f.Channel != "" {
		base = base.and("channel", f.Channel)
	}
	w.streams = byStanding(base, f)
	if f.Participant != 0 {
		w.streams, err = db.byParticipant(ctx, w.streams, f.Participant)
	}
	return w, err
}

// byStanding splits a stream by state, priority and whether staff are waited for.
func byStanding(base stream, f Filter) (streams []stream) {
	wanted := f.States
	if len(wanted) == 0 {
		wanted = states[:]
	}
	for _, state := range states {
		if !slices.Contains(wanted, state) {
			continue
		}
		s := base.and("state", string(state))
		switch {
		case f.Priority != "" && state != Tagged:
			continue
		case f.Priority != "":
			// Only what is tagged has a priority: the state need not be asked for.
			s = base.and("priority", f.Priority).given("proposal.priority <> ''")
		}
		if f.Waiting && state != New {
			s = changed(base, state, f.Priority)
		}
		streams = append(streams, s)
	}
	return streams
}

// changed is the stream of decided proposals that changed since. There are few:
// the other columns are written so that no index of theirs looks better than
// the one that has only these.
func changed(base stream, state State, priority string) stream {
	s := append(slices.Clip(base), condition{"proposal.state || '' = ?", string(state)})
	if priority != "" {
		s = append(s, condition{"proposal.priority || '' = ?", priority})
	}
	return s.given("proposal.changed = 1")
}

// byParticipant splits streams by the addresses of a participant.
func (db *DB) byParticipant(ctx context.Context, streams []stream, participant int64) (split []stream, err error) {
	err = db.each(ctx, "SELECT id FROM address WHERE participant = $1", []any{participant}, func(rows *sql.Rows) error {
		var address int64
		err := rows.Scan(&address)
		for _, s := range streams {
			split = append(split, s.and("address", address))
		}
		return err
	})
	return split, err
}

// next returns at most limit ids that follow from in the order of the filter,
// or precede it when backward; from 0 is the end where that way begins.
func (w *walk) next(ctx context.Context, backward bool, from int64, limit int) ([]int64, error) {
	descending := w.newest != backward
	if w.match != "" && len(w.streams) > 0 {
		return w.search(ctx, descending, from, limit)
	}
	return w.filtered(ctx, descending, from, limit)
}

// filtered returns ids of the filter without the query.
func (w *walk) filtered(ctx context.Context, descending bool, from int64, limit int) ([]int64, error) {
	var merged []int64
	for _, s := range w.streams {
		var args []any
		query := "SELECT proposal.id FROM proposal WHERE " + s.write(&args) + onward("proposal.id", descending, from, limit, &args)
		if err := w.db.each(ctx, query, args, collect(&merged)); err != nil {
			return nil, err
		}
	}
	return firstOf(merged, descending, limit), nil
}

// firstOf merges what the streams gave.
func firstOf(ids []int64, descending bool, limit int) []int64 {
	slices.Sort(ids)
	if descending {
		slices.Reverse(ids)
	}
	return ids[:min(len(ids), limit)]
}

// onward is the end of a statement that reads on from a place.
func onward(column string, descending bool, from int64, limit int, args *[]any) string {
	if descending {
		if from == 0 {
			from = math.MaxInt64
		}
		return " AND " + column + " < " + parameter(args, from) + " ORDER BY " + column + " DESC LIMIT " + parameter(args, limit)
	}
	return " AND " + column + " > " + parameter(args, from) + " ORDER BY " + column + " LIMIT " + parameter(args, limit)
}

// collect scans ids.
func collect(ids *[]int64) func(*sql.Rows) error {
	return func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		*ids = append(*ids, id)
		return err
	}
}
