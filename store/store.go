// Package store keeps everything in one database and is the only package that
// speaks SQL. Each noun has a file of its own.
package store

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"usulan/intake"
)

// ErrNotFound says that nothing is there under the name given.
var ErrNotFound = errors.New("not found")

// ErrConflict says that somebody else changed the thing meanwhile; a *Conflict
// wraps it and carries the present state.
var ErrConflict = errors.New("changed meanwhile")

// DB is the database of one forum service: one writer, many readers.
type DB struct {
	// Now is the clock; one instant is used for a whole transaction.
	Now func() time.Time
	Log *slog.Logger
}

// Open opens the database in folder dir, creating and migrating it as needed.
// A database newer than the program is refused.
func Open(ctx context.Context, dir string, log *slog.Logger) (*DB, error) { panic("skeleton") }

// Close waits for work in hand and closes the database.
func (db *DB) Close() error { panic("skeleton") }

// Acquire leases a source to this process; intake.ErrLeased when another has it.
func (db *DB) Acquire(ctx context.Context, source string) (intake.Ledger, error) { panic("skeleton") }

// LastEntry is the number of the newest entry: it grows with every change.
func (db *DB) LastEntry(ctx context.Context) (int64, error) { panic("skeleton") }

// Changed waits until there are entries after the one given, whichever process
// wrote them, and returns the newest number. It returns ctx's error when that ends first.
func (db *DB) Changed(ctx context.Context, after int64) (int64, error) { panic("skeleton") }
