package intake

import (
	"context"
	"time"
)

// Wanted is an attachment whose bytes are still on the far side.
type Wanted struct {
	Attachment int64
	Source     []byte // the raw bytes of the submission it belongs to
	Tries      int
}

// MediaQueue is the part of a Ledger that concerns attachments which come after
// their submission. What is in the queue survives a restart. An attachment that
// is no longer in the queue (its bytes came another way, its submission was
// replaced) is left as it is, without an error.
type MediaQueue interface {
	// Wanted lists the attachments of the source whose time to be fetched has
	// come: what a person asked for first, then who waits longest.
	Wanted(ctx context.Context, limit int) ([]Wanted, error)

	// Fetched gives an attachment its bytes, also one that had been given up. Size
	// and hash of the attachment become theirs, whatever the sender had said. It
	// has been committed when Fetched returns.
	Fetched(ctx context.Context, attachment int64, bytes *Raw) error

	// Unfetched notes why an attachment could not be fetched, a Fault code, and
	// when to try again. A zero time gives it up: the far side does not have it
	// any more. Asked for by a person it comes back into the queue.
	Unfetched(ctx context.Context, attachment int64, reason string, again time.Time) error
}
