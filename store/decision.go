package store

import (
	"context"
)

// Actor is who does something: a staff member, perhaps through an API token.
type Actor struct {
	Staff int64 // 0 for the system itself
	Token int64 // 0 when not through a token
}

// Decision is what staff decide about a proposal.
type Decision struct {
	State      State
	Priority   string // code, for Tagged
	Reason     string // code, for SetAside
	ReasonText string
}

// Conflict says that a proposal is not what the decision was made on.
type Conflict struct {
	Current Summary
}

func (c *Conflict) Error() string { return c.Current.Ref + " changed meanwhile" }
func (c *Conflict) Unwrap() error { return ErrConflict }

// Decide records a decision on the version of a proposal that was seen. A
// different version is a *Conflict and changes nothing. An unknown code is an *InputError.
func (db *DB) Decide(ctx context.Context, who Actor, ref string, version int64, d Decision) (Summary, error) {
	panic("skeleton")
}

// Undo takes back the latest decision of who that is not taken back yet, with
// an entry of its own. It is a *Conflict when somebody has decided since, and
// ErrNotFound when there is nothing to undo.
func (db *DB) Undo(ctx context.Context, who Actor) (Summary, error) { panic("skeleton") }

// InputError says which field of a request is wrong and, as a key of the language files, why.
type InputError struct{ Field, Key string }

func (e *InputError) Error() string { return e.Field + ": " + e.Key }
