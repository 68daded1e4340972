package storetest

import (
	"context"
	"log/slog"
	"testing"

	"usulan/intake"
	"usulan/store"
)

// Open opens a database in a folder with the forum of Settings, until the end of
// the test.
func Open(t testing.TB, dir string) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Configure(context.Background(), Settings()); err != nil {
		t.Fatal(err)
	}
	return db
}

// Source returns how a source does; a zero Source when there is none of that name.
func Source(t testing.TB, db *store.DB, name string) store.Source {
	t.Helper()
	all, err := db.Sources(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.Name == name {
			return s
		}
	}
	return store.Source{}
}

// Accounts counts the items of a source by outcome.
func Accounts(t testing.TB, db *store.DB, source string) map[intake.Outcome]int64 {
	t.Helper()
	found := map[intake.Outcome]int64{}
	for outcome, n := range Source(t, db, source).Outcomes {
		if n != 0 {
			found[outcome] = n
		}
	}
	return found
}
