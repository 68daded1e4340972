package store

import (
	"context"
	"io"
	"time"

	"usulan/intake"
)

// Source is a way in and how it does, for the channels screen.
type Source struct {
	Name      string // email/forum
	Status    intake.Status
	StateAt   time.Time // since when it is in that state
	SeenAt    time.Time // when the far side was last heard of
	ArrivedAt time.Time // when the newest item was received
	Leased    bool
	Outcomes  map[intake.Outcome]int64 // kept, not counted; they sum up to Total
	Total     int64
	Present   int64 // items on the far side by the last census
	Missing   int64 // of those at or below the position, how many have no row: red
	CensusAt  time.Time
}

// Sources lists all sources by name.
func (db *DB) Sources(ctx context.Context) ([]Source, error) { panic("skeleton") }

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
	Source   string
	Outcomes []intake.Outcome
}

// Rows lists a page of the ledger.
func (db *DB) Rows(ctx context.Context, f RowFilter, cursor string, limit int) (Rows, error) {
	panic("skeleton")
}

// Row returns one row with everything that is known of its submission.
func (db *DB) Row(ctx context.Context, id int64) (Row, *Part, error) { panic("skeleton") }

// Reclassify changes what a submission is; a message becomes or continues a
// proposal, one that was a message and is none leaves its proposal (which is
// set aside when it stays empty). It is an entry and can be undone.
func (db *DB) Reclassify(ctx context.Context, who Actor, submission int64, k intake.Kind) (Row, error) {
	panic("skeleton")
}

// Insist asks for an item to be fetched now whatever its size or age, and wakes its source.
func (db *DB) Insist(ctx context.Context, who Actor, row int64) error { panic("skeleton") }

// InsistOlder asks for all items of a source from before the forum's opening.
func (db *DB) InsistOlder(ctx context.Context, who Actor, source string) (int64, error) {
	panic("skeleton")
}

// Retry wakes a source that failed or was parked.
func (db *DB) Retry(ctx context.Context, who Actor, source string) error { panic("skeleton") }

// Replay reads a quarantined item again with parse and, when that succeeds,
// records it as if it had just arrived. ErrNotFound when it is not in quarantine.
func (db *DB) Replay(ctx context.Context, who Actor, row int64, parse func(*intake.Raw, time.Time) *intake.Submission) (Row, error) {
	panic("skeleton")
}

// Content opens the bytes of an attachment, decoded.
func (db *DB) Content(ctx context.Context, attachment int64) (Attachment, io.ReadCloser, error) {
	panic("skeleton")
}

// Source opens the raw bytes of a submission exactly as they arrived.
func (db *DB) RawSource(ctx context.Context, submission int64) (io.ReadCloser, int64, error) {
	panic("skeleton")
}
