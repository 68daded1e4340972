package store

import (
	"context"
	"errors"
	"fmt"
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

	// Suggested is the code that was suggested first to who decided, NoProposal
	// for "not a proposal", NoSuggestion when none was shown. Empty is unknown.
	// It does not tell decisions apart, and only entries keep it.
	Suggested string
}

// What stands for a priority in Decision.Suggested where it was none.
const (
	NoProposal   = "none"
	NoSuggestion = "-"
)

// Conflict says that a proposal is not what the decision was made on.
type Conflict struct {
	Current Summary
}

func (c *Conflict) Error() string { return c.Current.Ref + " changed meanwhile" }
func (c *Conflict) Unwrap() error { return ErrConflict }

// Decide records a decision on the version of a proposal that was seen. A
// different version is a *Conflict and changes nothing. An unknown code is an
// *InputError. Deciding what is decided already changes nothing.
func (db *DB) Decide(ctx context.Context, who Actor, reference string, version int64, d Decision) (Summary, error) {
	s, err := db.decide(ctx, who, reference, version, d)
	if err != nil {
		return Summary{}, fmt.Errorf("decide: %w", err)
	}
	return s, nil
}

func (db *DB) decide(ctx context.Context, who Actor, reference string, version int64, d Decision) (Summary, error) {
	id, err := db.find(ctx, reference)
	if err != nil {
		return Summary{}, err
	}
	err = db.write(ctx, func(t *tx) error {
		before, err := t.standing(id)
		if err != nil {
			return err
		}
		if before.version != version {
			return ErrConflict
		}
		after, err := t.decided(who, before.forum, d)
		if err != nil {
			return err
		}
		if after.Suggested, err = t.suggested(before.forum, d); err != nil {
			return err
		}
		if after.decision() == before.decision() && !before.Changed {
			return nil
		}
		return t.move(who, entry{kind: "decided"}, before, after)
	})
	return db.outcome(ctx, id, err)
}

// outcome returns the proposal as it stands, or the conflict with how it stands.
func (db *DB) outcome(ctx context.Context, id int64, err error) (Summary, error) {
	if err != nil && !errors.Is(err, ErrConflict) {
		return Summary{}, err
	}
	summaries, readErr := db.summaries(ctx, []int64{id})
	if readErr != nil || len(summaries) == 0 {
		return Summary{}, errors.Join(err, readErr)
	}
	if err != nil {
		return Summary{}, &Conflict{Current: summaries[0]}
	}
	return summaries[0], nil
}

// decided checks a decision and returns the standing that it leads to.
func (t *tx) decided(who Actor, forum int64, d Decision) (standing, error) {
	s := standing{State: d.State, DecidedAt: millis(t.now), DecidedBy: who.Staff}
	switch d.State {
	case New:
		return standing{State: New}, nil
	case NeedsInfo, Withdrawn:
		s.ReasonText = d.ReasonText
		return s, nil
	case Tagged:
		s.Priority = d.Priority
		var retired bool
		err := t.row("SELECT retired FROM priority WHERE forum = $1 AND code = $2", []any{forum, d.Priority}, &retired)
		if errors.Is(err, ErrNotFound) || retired {
			return s, &InputError{Field: "priority", Key: "input.priority"}
		}
		return s, err
	case SetAside:
		s.Reason, s.ReasonText = d.Reason, d.ReasonText
		var one int
		err := t.row("SELECT 1 FROM reason WHERE forum = $1 AND code = $2", []any{forum, d.Reason}, &one)
		if errors.Is(err, ErrNotFound) {
			return s, &InputError{Field: "reason", Key: "input.reason"}
		}
		return s, err
	}
	return s, &InputError{Field: "state", Key: "input.state"}
}

// suggested is what is kept of a suggestion: nothing where the decision could not
// follow one, or names what cannot have been suggested.
func (t *tx) suggested(forum int64, d Decision) (string, error) {
	if d.Suggested == "" || d.State != Tagged && d.State != SetAside {
		return "", nil
	}
	if d.Suggested == NoProposal || d.Suggested == NoSuggestion {
		return d.Suggested, nil
	}
	var one int
	err := t.row("SELECT 1 FROM priority WHERE forum = $1 AND code = $2", []any{forum, d.Suggested}, &one)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return d.Suggested, err
}

// InputError says which field of a request is wrong and, as a key of the language files, why.
type InputError struct{ Field, Key string }

func (e *InputError) Error() string { return e.Field + ": " + e.Key }
