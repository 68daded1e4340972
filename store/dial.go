package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Everything that is peculiar to SQLite and its driver stands in this file, in
// migrations/ and in search.go.

const (
	databaseName = "usulan.db"

	// pageSize is larger than SQLite's usual 4 KiB because a mail with its text
	// is: fewer overflow pages, a flatter search index.
	pageSize = 8192

	readers = 4
)

// dial opens the pool of readers, or of the one writer, on the database file.
func dial(file string, writer bool) (*sql.DB, error) {
	pragmas := []string{
		"busy_timeout(10000)", // first: the others may have to wait too
		"page_size(" + strconv.Itoa(pageSize) + ")",
		"synchronous(FULL)", // what we said is saved survives a power cut
		"foreign_keys(1)",
	}
	// The driver runs the pragmas in alphabetical order, and a journal mode fixes the
	// size of pages: given this way it comes after them.
	values := url.Values{"_journal_mode": {"WAL"}}
	count := readers
	if writer {
		// Writing begins by taking the lock: a transaction that reads first and
		// writes later would be refused when another came in between.
		values.Set("_txlock", "immediate")
		pragmas = append(pragmas, "cache_size(-16000)", "wal_autocheckpoint(2000)", "journal_size_limit(67108864)")
		count = 1
		// A commit waits for the data, not for the time of the file's last change,
		// which is what fsync waits for besides. Where this cannot be had it is slower.
		_, _ = sqlite.Fdatasync(true)
	} else {
		pragmas = append(pragmas, "query_only(1)", "cache_size(-4000)")
	}
	values["_pragma"] = pragmas
	pool, err := sql.Open("sqlite", "file:"+escapePath(file)+"?"+values.Encode())
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(count)
	pool.SetMaxIdleConns(count)
	return pool, nil
}

// escapePath makes a path safe inside a file: URI (https://sqlite.org/uri.html).
func escapePath(file string) string {
	return strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(filepath.ToSlash(file))
}

// isConstraint tells whether err is about the row that was written, not about
// the database: the next row may well be accepted.
func isConstraint(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE:
		return true
	}
	return false
}

// isUnique tells whether err says that a row with that key is there already.
func isUnique(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
}

// copyInto writes a consistent copy of the database to file.
func copyInto(ctx context.Context, conn *sql.Conn, file string) error {
	if _, err := conn.ExecContext(ctx, "VACUUM INTO $1", file); err != nil {
		return fmt.Errorf("copy database to %s: %w", file, err)
	}
	return nil
}
