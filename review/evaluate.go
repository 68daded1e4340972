package review

import (
	"context"
	"fmt"

	"usulan/review/suggest"
	"usulan/store"
)

// Evaluation is how well suggestions fit the decisions of a database.
type Evaluation = suggest.Evaluation

// evaluatedLeast is how many decisions on different texts say anything at all.
const evaluatedLeast = 30

// Evaluate cross-validates the suggestions on the confirmed decisions of a
// database. With too few of them it is an error that says how many are needed.
func Evaluate(ctx context.Context, db *store.DB) (Evaluation, error) {
	settings, err := db.Settings(ctx)
	if err != nil {
		return Evaluation{}, fmt.Errorf("read settings: %w", err)
	}
	confirmed, err := db.Confirmed(ctx, noProposal, learntMost)
	if err != nil {
		return Evaluation{}, fmt.Errorf("read decisions: %w", err)
	}
	e := suggest.CrossValidate(subjects(settings), examples(confirmed))
	if e.Decisions < evaluatedLeast {
		return Evaluation{}, fmt.Errorf("evaluate suggestions: there are decisions on %d different texts, and at least %d are needed; tag some more and try again", e.Decisions, evaluatedLeast)
	}
	return e, nil
}
