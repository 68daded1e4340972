package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"usulan/intake"
)

// Row is one item of the ledger.
type Row struct {
	ID           int64
	Source       string
	Folder       string
	Item         string // number or key in its place
	Outcome      intake.Outcome
	Reason       string // Fault code
	Submission   int64  // 0 when nothing was read
	Ref          string // of the proposal it opened or continued
	Subject      string
	From         string
	ReceivedAt   time.Time
	Size         int64
	Tries        int
	Insisted     bool
	Reclassified bool
}

// Rows is a page of the ledger, newest first.
type Rows struct {
	Items          []Row
	Next, Previous string
}

// RowFilter chooses rows of the ledger; the zero value chooses all.
type RowFilter struct {
	Source     string
	Outcomes   []intake.Outcome
	Submission int64 // the rows of one submission; the other fields are not looked at then
}

// Rows lists a page of the ledger.
func (db *DB) Rows(ctx context.Context, f RowFilter, cursor string, limit int) (Rows, error) {
	rows, err := db.rowPage(ctx, f, cursor, max(limit, 1))
	if err != nil {
		return Rows{}, fmt.Errorf("list the ledger: %w", err)
	}
	return rows, nil
}

func (db *DB) rowPage(ctx context.Context, f RowFilter, cursor string, limit int) (page Rows, err error) {
	backward, from, err := readCursor(cursor)
	if err != nil {
		return page, err
	}
	streams, err := db.rowStreams(ctx, f)
	if err != nil {
		return page, err
	}
	ids, err := db.rowIDs(ctx, streams, !backward, from, limit+1)
	if err != nil {
		return page, err
	}
	more := len(ids) > limit
	ids = ids[:min(len(ids), limit)]
	before := false
	if cursor != "" && len(ids) > 0 {
		behind, err := db.rowIDs(ctx, streams, backward, ids[0], 1)
		if err != nil {
			return page, err
		}
		before = len(behind) > 0
	}
	if backward {
		slices.Reverse(ids)
		more, before = before, more
	}
	for _, id := range ids {
		r, err := db.ledgerRow(ctx, id)
		if err != nil {
			return page, err
		}
		page.Items = append(page.Items, r)
	}
	if len(ids) > 0 && more {
		page.Next = writeCursor(false, ids[len(ids)-1])
	}
	if len(ids) > 0 && before {
		page.Previous = writeCursor(true, ids[0])
	}
	return page, nil
}

// rowStreams splits a filter into what the index on source and outcome serves.
// The counters say which combinations exist.
func (db *DB) rowStreams(ctx context.Context, f RowFilter) (streams []stream, err error) {
	if f.Submission != 0 {
		return []stream{{{"ledger.submission = ?", f.Submission}}}, nil
	}
	if f.Source == "" && len(f.Outcomes) == 0 {
		return []stream{stream{}.given("1 = 1")}, nil
	}
	err = db.each(ctx, "SELECT source, outcome FROM ledger_tally WHERE count <> 0", nil, func(rows *sql.Rows) error {
		var k outcomeKey
		err := rows.Scan(&k.source, &k.outcome)
		if (f.Source == "" || f.Source == k.source) && (len(f.Outcomes) == 0 || slices.Contains(f.Outcomes, k.outcome)) {
			streams = append(streams, stream{{"ledger.source = ?", k.source}, {"ledger.outcome = ?", string(k.outcome)}})
		}
		return err
	})
	return streams, err
}

func (db *DB) rowIDs(ctx context.Context, streams []stream, descending bool, from int64, limit int) ([]int64, error) {
	var merged []int64
	for _, s := range streams {
		var args []any
		query := "SELECT ledger.id FROM ledger WHERE " + s.write(&args) + onward("ledger.id", descending, from, limit, &args)
		if err := db.each(ctx, query, args, collect(&merged)); err != nil {
			return nil, err
		}
	}
	return firstOf(merged, descending, limit), nil
}

// Row returns one row with everything that is known of its submission.
func (db *DB) Row(ctx context.Context, id int64) (Row, *Part, error) {
	r, err := db.ledgerRow(ctx, id)
	if err != nil {
		return Row{}, nil, fmt.Errorf("read row %d of the ledger: %w", id, err)
	}
	if r.Submission == 0 {
		return r, nil, nil
	}
	part, err := db.Part(ctx, r.Submission)
	return r, part, err
}

func (db *DB) ledgerRow(ctx context.Context, id int64) (r Row, err error) {
	var of ref
	var item, received int64
	var key string
	err = db.row(ctx, `
		SELECT ledger.id, ledger.source, place.folder, ledger.item, ledger.key, ledger.outcome, ledger.reason,
			coalesce(ledger.submission, 0), coalesce(forum.prefix, ''), coalesce(forum.year, 0), coalesce(proposal.number, 0),
			coalesce(submission.subject, ''), coalesce(nullif(submission.sender_name, ''), nullif(submission.sender_shown, ''),
				CASE address.kind WHEN 'lid' THEN NULL ELSE address.value END, ''),
			ledger.received_at, ledger.size, ledger.tries, ledger.insisted, ledger.reclassified
		FROM ledger
			JOIN place ON place.id = ledger.place
			LEFT JOIN submission ON submission.id = ledger.submission
			LEFT JOIN address ON address.id = submission.address
			LEFT JOIN proposal ON proposal.id = ledger.proposal
			LEFT JOIN forum ON forum.id = proposal.forum
		WHERE ledger.id = $1`, []any{id},
		&r.ID, &r.Source, &r.Folder, &item, &key, &r.Outcome, &r.Reason, &r.Submission, &of.prefix, &of.year, &of.number,
		&r.Subject, &r.From, &received, &r.Size, &r.Tries, &r.Insisted, &r.Reclassified)
	if r.Item = key; key == "" {
		r.Item = fmt.Sprint(item)
	}
	if of.number != 0 {
		r.Ref = of.String()
	}
	r.ReceivedAt = instant(received)
	return r, err
}
