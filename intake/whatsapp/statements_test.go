package whatsapp

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
)

func TestStatementsAreKept(t *testing.T) {
	t.Parallel()
	db, err := openKeeping("file:" + filepath.Join(t.TempDir(), "kept.db") + sessionSettings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	db.SetMaxOpenConns(1)
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := db.Exec(query, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec("CREATE TABLE a (n INTEGER PRIMARY KEY); CREATE TABLE b (n INTEGER)")
	for i := range 10 {
		exec("INSERT INTO a (n) VALUES ($1)", i)
	}
	if _, err := db.Exec("INSERT INTO a (n) VALUES ($1)", 3); err == nil {
		t.Error("the same key twice was taken")
	}
	exec("INSERT INTO a (n) VALUES ($1)", 10) // after the error

	t.Run("OneWithinTheOther", func(t *testing.T) {
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback() }()
		if n := count(t, tx, 2); n != 11*11 {
			t.Errorf("%d pairs, want 121", n)
		}
	})
	t.Run("AfterTheTableChanged", func(t *testing.T) {
		exec("ALTER TABLE a ADD COLUMN name TEXT NOT NULL DEFAULT 'x'")
		var n int
		var name string
		if err := db.QueryRow("SELECT * FROM a WHERE n = $1", 7).Scan(&n, &name); err != nil || n != 7 || name != "x" {
			t.Errorf("read %d, %q, %v", n, name, err)
		}
	})
	t.Run("MoreThanAreKept", func(t *testing.T) {
		for i := range 2 * keptStatements {
			var n int
			if err := db.QueryRow(fmt.Sprintf("SELECT %d", i)).Scan(&n); err != nil || n != i {
				t.Fatalf("read %d, %v, want %d", n, err, i)
			}
		}
	})
}

// count reads all pairs, the same query within itself.
func count(t *testing.T, tx *sql.Tx, depth int) (n int) {
	t.Helper()
	if depth == 0 {
		return 1
	}
	rows, err := tx.Query("SELECT n FROM a")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		n += count(t, tx, depth-1)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}
