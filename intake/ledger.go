package intake

import (
	"context"
	"errors"
	"io"
	"time"
)

// Outcome says what became of an item that a channel saw. Every item has one:
// the sum over the outcomes is the number of items.
type Outcome string

// The outcomes of an item. For a submission that was read and is not a
// Message, the outcome carries the name of its Kind.
const (
	NewProposal  Outcome = "proposal"     // opened a proposal
	Continuation Outcome = "continuation" // joined one
	Duplicate    Outcome = "duplicate"    // the same item was there already
	Quarantine   Outcome = "quarantine"   // could not be read; its raw bytes are kept
	TooLarge     Outcome = "too_large"    // only its headers were taken
	Unfetchable  Outcome = "unfetchable"  // the far side does not deliver it; tried again later
	Vanished     Outcome = "vanished"     // moved or deleted on the far side before it could be read
	Older        Outcome = "older"        // from before the forum opened; taken when a person asks
	SmallTalk    Outcome = "small_talk"   // greetings, thanks and questions; kept, and part of a proposal once one follows
	OtherGroup   Outcome = "other_group"  // said in a group that the configuration does not let in; nothing of it is kept
	Receipt      Outcome = "receipt"      // somebody's device or eyes got what we sent
	Service      Outcome = "service"      // devices among themselves: keys, settings
)

// OutcomeOf is the outcome of a submission that was read and is not a Message.
func OutcomeOf(k Kind) Outcome { return Outcome(k) }

// Place is a part of a source that counts its items by itself: an IMAP folder
// with its UIDVALIDITY. A channel that has no such parts uses the zero Place.
type Place struct {
	Folder string
	Epoch  uint32 // a new epoch makes every item number of the old one meaningless
}

// Position is how far a place has been worked.
type Position struct {
	Last     uint32 // every item up to here has a row in the ledger
	Baseline uint32 // the highest item that was there at the first connection
	Handled  uint32 // items up to here were marked or moved on the far side
}

// Item is one row of the ledger to be, in the order of the far side.
type Item struct {
	ID         uint32 // its number in its place; 0 where Key names it
	Key        string // its name in its place, for channels without numbers
	ReceivedAt time.Time
	Size       int64

	// Submission is what was read. When it is nil, Outcome says why.
	Submission *Submission
	Outcome    Outcome
	Reason     string // a Fault code, for quarantine, too large and unfetchable
}

// Due is an item that wants to be fetched again although it lies below the
// position: its time has come, or a person asked.
type Due struct {
	ID       uint32
	Key      string  // for channels without numbers
	Outcome  Outcome // what became of it the last time
	Tries    int
	Insisted bool // a person asked for it: no limit on size applies

	// Source is the raw bytes of what was recorded then, for channels whose far
	// side does not give them again. Nil when nothing was.
	Source []byte
}

// ErrLeased says that another process works the source.
var ErrLeased = errors.New("another process works this source")

// Ledger is the right to work one source, and the book kept of it. It is had
// from the store, which gives it to one process at a time; every method fails
// with ErrLeased once it was lost. Several goroutines may use it, each working
// a place of its own.
type Ledger interface {
	// Position opens a place. The first time, baseline (the highest item on the
	// far side) is remembered. A new epoch retires the folder's earlier ones.
	Position(ctx context.Context, p Place, baseline uint32) (Position, error)

	// Record makes the first n items safe, n being at least 1 unless there is an
	// error: each with its participant, proposal, attachments and history, and the
	// position behind them, in one transaction that has been committed when
	// Record returns. It stops early when a person waits to write, so n may be
	// less than len(items): call it again with the rest. An item that is already
	// there changes nothing and counts as recorded, unless nothing had been read
	// of it (Due): then what is known now takes its place. An item that cannot be
	// recorded goes to quarantine; only a fault that would hit every item (a full
	// disk, a lost lease) is an error.
	Record(ctx context.Context, p Place, items []Item) (n int, err error)

	// Handled moves the mark below which the far side has been told.
	Handled(ctx context.Context, p Place, upTo uint32) error

	// Known lists, in order, the items of a place above after that have a row,
	// except those that had vanished: when the far side lists one of these all the
	// same, it is missing here.
	Known(ctx context.Context, p Place, after uint32, limit int) ([]uint32, error)

	// Read lists, in order, the items of a place above after whose content is
	// recorded: those the far side may be told about.
	Read(ctx context.Context, p Place, after uint32, limit int) ([]uint32, error)

	// Due lists, in order, the items that want to be fetched again now.
	Due(ctx context.Context, p Place, limit int) ([]Due, error)

	// Census notes what a comparison with the far side found: how many items it
	// holds and which of those at or below the position have no row.
	Census(ctx context.Context, p Place, present int, missing []uint32) error

	// Report notes the state of the source for people to see.
	Report(ctx context.Context, s Status) error

	// Keep takes size bytes from r into storage, in memory when they are few and
	// in a file when they are many, and returns a handle on them. What no
	// submission refers to in the end is swept away. The handle must be closed.
	Keep(r io.Reader, size int64) (*Raw, error)

	// Attachments that come after their submission.
	MediaQueue

	// Wake signals when a person asked for something to be fetched, or a parked
	// channel to be tried, now.
	Wake() <-chan struct{}

	// Renew keeps the right to the source for another while.
	Renew(ctx context.Context) error

	// Release gives the source back.
	Release(ctx context.Context) error
}
