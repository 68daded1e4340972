package store

import (
	"context"
	"fmt"
)

// NoteExport writes into the history that somebody took out a list of count
// proposals in a format.
func (db *DB) NoteExport(ctx context.Context, who Actor, format string, count int) error {
	err := db.write(ctx, func(t *tx) error {
		return t.note(who, "exported", fmt.Sprintf("%s:%d", format, count))
	})
	if err != nil {
		return fmt.Errorf("note export: %w", err)
	}
	return nil
}
