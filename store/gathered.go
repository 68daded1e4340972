package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// Gathered tells which proposals hold the submissions of a source that their
// senders call by some names (Submission.ExternalID): by name, a reference. What
// is in no proposal is left out; of two submissions of one name the newer counts.
func (db *DB) Gathered(ctx context.Context, source string, names []string) (map[string]string, error) {
	found := map[string]string{}
	for chunk := range slices.Chunk(names, inChunks) {
		args := make([]any, 0, len(chunk)+1)
		for _, name := range chunk {
			args = append(args, name)
		}
		err := db.each(ctx, `
			SELECT submission.external_id, forum.prefix, forum.year, proposal.number
			FROM submission
			JOIN proposal_submission AS held ON held.submission = submission.id
			JOIN proposal ON proposal.id = held.proposal
			JOIN forum ON forum.id = proposal.forum
			WHERE submission.external_id IN (`+placeholders(len(chunk))+fmt.Sprintf(`) AND submission.source = $%d
			ORDER BY submission.id`, len(chunk)+1), append(args, source), func(rows *sql.Rows) error {
			var name string
			var r ref
			if err := rows.Scan(&name, &r.prefix, &r.year, &r.number); err != nil {
				return err
			}
			found[name] = r.String()
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("find the proposals of submissions: %w", err)
		}
	}
	return found, nil
}
