// Package store keeps everything in one database and is the only package that
// speaks SQL. Each noun has a file of its own.
//
// Read it in this order: store.go (how it is opened), write.go (the one writer),
// record.go and admit.go (how what arrives is made safe), converse.go and burst.go
// (how what is said in chats comes together), proposal.go and list.go (how it is
// read), decide.go (what staff do).
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
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

	dir     string
	writer  *writer
	readers *sql.DB
	reads   sync.Map // query text to *sql.Stmt on readers
	gate    *gate
	life    *life
	leases  sync.Map // source to *lease, those of this process
	changes changes

	closed     func() error    // close, once
	stop       context.Context // ends when the database is closed
	end        context.CancelFunc
	background sync.WaitGroup

	vocabulary *vocabulary // the writer's
	monologues *monologues // the writer's
}

// Open opens the database in folder dir, creating and migrating it as needed.
// A database newer than the program is refused.
func Open(ctx context.Context, dir string, log *slog.Logger) (*DB, error) {
	db := &DB{Now: time.Now, Log: log, dir: dir, vocabulary: newVocabulary(), monologues: newMonologues()}
	db.closed = sync.OnceValue(db.close)
	db.stop, db.end = context.WithCancel(context.Background())
	if err := db.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open database in %s: %w", dir, err), db.Close())
	}
	return db, nil
}

func (db *DB) open(ctx context.Context) error {
	if err := os.MkdirAll(db.dir, 0o700); err != nil {
		return err
	}
	file := filepath.Join(db.dir, databaseName)
	var err error
	if db.life, err = openLife(filepath.Join(db.dir, "live")); err != nil {
		return err
	}
	if err := private(file); err != nil {
		return err
	}
	if db.gate, err = openGate(filepath.Join(db.dir, "gate")); err != nil {
		return err
	}
	if db.writer, err = openWriter(ctx, file); err != nil {
		return err
	}
	steps, err := migrations()
	if err != nil {
		return err
	}
	if err := db.migrate(ctx, db.writer.conn, steps); err != nil {
		return err
	}
	if db.readers, err = dial(file, false); err != nil {
		return err
	}
	db.background.Go(db.watch)
	db.background.Go(db.sweep)
	return nil
}

// private makes the database a file that only its owner may read, before SQLite
// makes it one that everybody may. Its companions get the same rights. A file
// that is there is not opened: closing it would let go of the locks that other
// connections of this process have on it.
func private(file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// Close waits for work in hand and closes the database. It may be called more
// than once.
func (db *DB) Close() error { return db.closed() }

func (db *DB) close() error {
	db.end()
	db.background.Wait()
	var errs []error
	db.reads.Range(func(_, stmt any) bool {
		errs = append(errs, stmt.(*sql.Stmt).Close())
		return true
	})
	if db.readers != nil {
		errs = append(errs, db.readers.Close())
	}
	if db.writer != nil {
		errs = append(errs, db.writer.close())
	}
	errs = append(errs, db.gate.close(), db.life.close())
	return errors.Join(errs...)
}

// prepared returns the statement of a query on the readers, made once.
func (db *DB) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt, ok := db.reads.Load(query); ok {
		return stmt.(*sql.Stmt), nil
	}
	stmt, err := db.readers.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if other, loaded := db.reads.LoadOrStore(query, stmt); loaded {
		return other.(*sql.Stmt), stmt.Close()
	}
	return stmt, nil
}

// row reads one row into dest; ErrNotFound when there is none.
func (db *DB) row(ctx context.Context, query string, args []any, dest ...any) error {
	stmt, err := db.prepared(ctx, query)
	if err != nil {
		return err
	}
	return found(stmt.QueryRowContext(ctx, args...).Scan(dest...))
}

// each calls scan for every row of a query.
func (db *DB) each(ctx context.Context, query string, args []any, scan func(*sql.Rows) error) error {
	stmt, err := db.prepared(ctx, query)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	return eachRow(rows, scan)
}

// eachRow calls scan for every row and closes rows.
func eachRow(rows *sql.Rows, scan func(*sql.Rows) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// found turns the driver's word for "no row" into ours.
func found(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// millis is how times are stored: UTC milliseconds, 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// instant reads what millis wrote.
func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
