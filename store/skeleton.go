package store

import (
	"context"

	"usulan/intake"
)

// Acquire leases a source to this process; intake.ErrLeased when another has it.
func (db *DB) Acquire(ctx context.Context, source string) (intake.Ledger, error) { panic("skeleton") }

// LastEntry is the number of the newest entry: it grows with every change.
func (db *DB) LastEntry(ctx context.Context) (int64, error) { panic("skeleton") }

// Changed waits until there are entries after the one given, whichever process
// wrote them, and returns the newest number. It returns ctx's error when that ends first.
func (db *DB) Changed(ctx context.Context, after int64) (int64, error) { panic("skeleton") }
