package intake

import (
	"context"
	"errors"
	"time"
)

// Channel is one way in, working one source.
type Channel interface {
	// Name is the source, as the configuration names it: "email/forum". It never
	// comes from a host or a user, so that a moved mailbox keeps its history.
	Name() string

	// Run brings in what is new and then waits for more. It returns nil only when
	// ctx ends; any error means that the connection is gone, and the supervisor
	// calls again after a pause. A Permanent error needs a person first.
	Run(ctx context.Context, l Ledger) error
}

// Waker is a Channel that knows by itself when trying again makes sense, such as
// after an account was linked.
type Waker interface {
	// Woken signals that the channel should be run now.
	Woken() <-chan struct{}
}

// State is how a source does.
type State string

// The states of a source. A parked source waits for a person.
const (
	Connecting State = "connecting"
	Connected  State = "connected"
	Failing    State = "failing"
	Parked     State = "parked"
	Stopped    State = "stopped"
)

// Status is the state of a source, for the channels screen.
type Status struct {
	State  State
	Fault  string    // a Fault code, empty when all is well
	Detail string    // what the far side or the system said, for the engineer; never a secret
	Next   time.Time // when the next attempt is due, zero when none is planned

	// Account is what a channel that is linked to an account knows of it. Nil
	// leaves what was noted before; a zero Account says that there is none.
	Account *Account
}

// Account is the account on the far side that a channel is linked to.
type Account struct {
	Number string    `json:"number"` // in international form: +6281210002000
	Name   string    `json:"name"`   // as its owner named it
	Device string    `json:"device"` // as the far side's list of linked devices names us
	Since  time.Time `json:"since"`  // when it was linked
	Phone  time.Time `json:"phone"`  // when anything was last heard from the phone that owns it
}

// Fault codes that every channel shares. Screens turn a code into a sentence
// that says what to do; a channel adds codes of its own.
const (
	FaultUnreachable = "unreachable" // no answer from the far side
	FaultRefused     = "refused"     // name and password, or token, were not accepted
	FaultTLS         = "tls"         // no trustworthy encrypted connection
	FaultProtocol    = "protocol"    // the far side answered something unexpected
	FaultStorage     = "storage"     // our own disk or database does not take it
	FaultLeased      = "leased"      // another process works the source
	FaultPanic       = "panic"       // a defect in this program
)

// Fault is an error that a person can act on: Code leads to the sentence.
type Fault struct {
	Code string
	Err  error

	// Until is when the far side says that it ends by itself; zero when it said
	// nothing. The supervisor tries again then.
	Until time.Time
}

func (f *Fault) Error() string { return f.Code + ": " + f.Err.Error() }
func (f *Fault) Unwrap() error { return f.Err }

// FaultOf finds the code of err; what no channel named is a protocol fault.
func FaultOf(err error) string {
	var f *Fault
	switch {
	case errors.As(err, &f):
		return f.Code
	case errors.Is(err, ErrLeased):
		return FaultLeased
	default:
		return FaultProtocol
	}
}

// untilOf is when the far side says that err ends, zero when it said nothing.
func untilOf(err error) time.Time {
	var f *Fault
	if errors.As(err, &f) {
		return f.Until
	}
	return time.Time{}
}

// Permanent marks an error that trying again does not mend.
func Permanent(err error) error { return &permanent{err} }

type permanent struct{ error }

func (p *permanent) Unwrap() error { return p.error }

// IsPermanent tells whether err was marked with Permanent.
func IsPermanent(err error) bool {
	var p *permanent
	return errors.As(err, &p)
}
