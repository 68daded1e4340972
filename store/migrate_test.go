package store

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
)

// frozen makes a database from the schema of the first release, as it was.
func frozen(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	script, err := os.ReadFile("testdata/first-release.sql")
	if err != nil {
		t.Fatal(err)
	}
	pool, err := dial(filepath.Join(dir, databaseName), true)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(string(script)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestMigrate(t *testing.T) {
	t.Run("TheFirstReleaseOpens", func(t *testing.T) {
		db := open(t, frozen(t))
		p, err := db.Proposal(t.Context(), first)
		if err != nil || p.Participant != "Ibu Marni" || p.Priority != "P1" || len(p.Parts) != 1 || p.Parts[0].Text != "Mohon tambahan modal" {
			t.Errorf("proposal = %+v, %v", p, err)
		}
		if got := refs(t, db, Filter{Query: "permodalan"}); len(got) != 1 {
			t.Errorf("the search finds %v", got)
		}
		l, err := db.Acquire(t.Context(), "email/forum")
		if err != nil {
			t.Fatal(err)
		}
		pos, err := l.Position(t.Context(), inbox, 0)
		if err != nil || pos.Last != 1 {
			t.Errorf("position = %+v, %v; want 1", pos, err)
		}
		record(t, l, item(2, mail("tini@example.id", "2", "Lapak", "isi")))
		wantLines(t, ledgerOf(t, db), "1 proposal USL-2020-0001", "2 proposal USL-2020-0002")
	})

	t.Run("ACopyIsMadeFirst", func(t *testing.T) {
		dir := frozen(t)
		db := &DB{Log: slog.New(slog.DiscardHandler), dir: dir}
		var err error
		if db.writer, err = openWriter(t.Context(), filepath.Join(dir, databaseName)); err != nil {
			t.Fatal(err)
		}
		defer db.writer.close()
		steps, err := migrations()
		if err != nil {
			t.Fatal(err)
		}
		steps = append(steps, migration{len(steps) + 1, "next.sql", "ALTER TABLE participant ADD COLUMN note TEXT NOT NULL DEFAULT ''"})
		broken := append(steps[:len(steps):len(steps)], migration{len(steps) + 1, "broken.sql", "CREATE TABLE half (id INTEGER); NONSENSE"})
		if err := db.migrate(t.Context(), db.writer.conn, broken); err == nil {
			t.Fatal("a broken step was taken")
		}
		if version, err := schemaVersion(t.Context(), db.writer.conn); err != nil || version != len(steps) {
			t.Errorf("version after a broken step = %d, %v; want %d, the last good one", version, err, len(steps))
		}
		var half int
		if err := db.writer.conn.QueryRowContext(t.Context(), "SELECT count(*) FROM sqlite_schema WHERE name = 'half'").Scan(&half); err != nil || half != 0 {
			t.Errorf("%d traces of the broken step, %v", half, err)
		}
		restored := t.TempDir()
		b, err := os.ReadFile(filepath.Join(dir, "backup", "usulan-v4.db"))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(restored, databaseName), b, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := summary(t, open(t, restored), first); got.Priority != "P1" {
			t.Errorf("restored copy = %+v", got)
		}
	})

	t.Run("ErrNewer", func(t *testing.T) {
		dir := frozen(t)
		pool, err := dial(filepath.Join(dir, databaseName), true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pool.Exec("PRAGMA user_version = 999"); err != nil {
			t.Fatal(err)
		}
		pool.Close()
		if _, err := Open(context.Background(), dir, slog.New(slog.DiscardHandler)); !errors.Is(err, ErrNewer) {
			t.Errorf("open = %v; want that it is newer", err)
		}
	})

	t.Run("ErrNoDatabase", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, databaseName), []byte("this is not a database, it is a letter to the mayor about capital"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(context.Background(), dir, slog.New(slog.DiscardHandler)); err == nil {
			t.Error("a letter was opened as a database")
		}
	})

	t.Run("ErrFolderIsAFile", func(t *testing.T) {
		name := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(context.Background(), name, slog.New(slog.DiscardHandler)); err == nil {
			t.Error("a file was opened as a folder")
		}
	})

	t.Run("NumberedWithoutGaps", func(t *testing.T) {
		if _, err := migrations(); err != nil {
			t.Error(err)
		}
	})
}
