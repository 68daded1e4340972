package store

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// settings is the forum of the tests.
func settings() Settings {
	return Settings{
		Forum: Forum{
			Name: "Forum Perangkat Daerah", Prefix: "USL", Year: 2020, PlanYear: 2021,
			Opens:  time.Date(2020, 3, 1, 0, 0, 0, 0, time.UTC),
			Closes: time.Date(2020, 4, 1, 0, 0, 0, 0, time.UTC),
		},
		Priorities: []Priority{
			{Code: "P1", Short: "MODAL", Title: "Permodalan", Keywords: []string{"modal", "pinjaman"}},
			{Code: "P2", Short: "MUTU", Title: "Mutu produk"},
		},
		Reasons: []Reason{{Code: "duplicate", Title: "Duplikat", Gloss: "Duplicate"}},
	}
}

// open opens a database for one test.
func open(t testing.TB, dir string) *DB {
	t.Helper()
	db, err := Open(context.Background(), dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

func TestConfigure(t *testing.T) {
	db := open(t, t.TempDir())
	want := settings()
	if err := db.Configure(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	got, err := db.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

// TestPrivate holds that nobody else on the machine reads what participants
// wrote, whatever folder the data are in.
func TestPrivate(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
	files, err := filepath.Glob(filepath.Join(dir, databaseName+"*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no database: %v", err)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v; want 0600", filepath.Base(file), info.Mode().Perm(), err)
		}
	}
}

// A new database has the pages that it was measured with.
func TestPageSize(t *testing.T) {
	db := open(t, t.TempDir())
	for pragma, want := range map[string]string{"page_size": strconv.Itoa(pageSize), "journal_mode": "wal", "synchronous": "2"} {
		var got string
		if err := db.row(t.Context(), "PRAGMA "+pragma, nil, &got); err != nil || got != want {
			t.Errorf("%s = %q, %v, want %s", pragma, got, err, want)
		}
	}
}
