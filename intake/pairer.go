package intake

import (
	"context"
	"time"
)

// Pairer is a channel that works once a person has linked it to an account, with
// the phone that owns the account.
type Pairer interface {
	Name() string

	// Pair begins linking, anew where it was under way. Without a number the
	// phone scans a code; with the account's number (in any form people write) a
	// code is shown that is typed into the phone. It returns when there is
	// something to show or a reason why not; linking goes on by itself.
	Pair(ctx context.Context, number string) (Pairing, error)

	// Pairing tells how linking stands.
	Pairing() Pairing

	// Unpair ends the link on both sides as far as the far side can be reached,
	// and forgets the keys. What was received stays.
	Unpair(ctx context.Context) error
}

// PairingStep is how far linking has come.
type PairingStep string

// The steps of linking.
const (
	Unlinked PairingStep = "unlinked" // nobody has begun
	Waiting  PairingStep = "waiting"  // for the phone to scan or type the code
	Scanned  PairingStep = "scanned"  // the phone has agreed, keys are being exchanged
	Linked   PairingStep = "linked"
	Failed   PairingStep = "failed" // Fault says why; Pair begins anew
)

// Pairing is how linking stands.
type Pairing struct {
	Step    PairingStep
	QR      string    // what the code to scan says, where one is to be scanned
	Code    string    // what is to be typed, such as ABCD-1234
	Expires time.Time // when the code is replaced by the next, or linking ends
	Fault   string    // a Fault code, when it failed
	Detail  string    // what the far side said, for the engineer
}
