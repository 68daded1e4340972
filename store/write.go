package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// writer is the one connection that writes. Who writes holds its turn.
type writer struct {
	pool *sql.DB
	conn *sql.Conn

	turn chan struct{} // holds one token while somebody writes

	// Statements by their text. Only who holds the turn touches it.
	stmts map[string]*sql.Stmt
}

func openWriter(ctx context.Context, file string) (*writer, error) {
	pool, err := dial(file, true)
	if err != nil {
		return nil, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return &writer{pool: pool, conn: conn, turn: make(chan struct{}, 1), stmts: map[string]*sql.Stmt{}}, nil
}

// close waits for its turn, which nobody gets after.
func (w *writer) close() error {
	w.turn <- struct{}{}
	var errs []error
	for _, stmt := range w.stmts {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, w.conn.Close(), w.pool.Close())...)
}

// tx is a write transaction. Its statements run to their end whatever becomes
// of the caller's context: they are short, and half a batch is worth nothing.
type tx struct {
	db  *DB
	now time.Time
	ctx context.Context

	lastEntry int64 // the newest entry written, 0 when none was

	// What is done once, at the end of the transaction.
	tallies  map[tallyKey]int64
	outcomes map[outcomeKey]int64
	texts    map[int64]string // search texts of proposals; empty when to be gathered
}

// write runs do in a transaction on behalf of a person, and goes before intake.
func (db *DB) write(ctx context.Context, do func(*tx) error) error {
	db.gate.enter()
	defer db.gate.leave()
	return db.transact(ctx, do)
}

// errClosed says that the database was closed.
var errClosed = errors.New("the database is closed")

// patience is how long intake lets persons go first: a program that writes on
// and on through the interface must not stop it altogether.
const patience = 50 * time.Millisecond

// transactIntake lets persons go first and then runs do in a transaction.
func (db *DB) transactIntake(ctx context.Context, do func(*tx) error) error {
	for waited := time.Duration(0); waited < patience && db.gate.wanted() && ctx.Err() == nil; waited += time.Millisecond {
		time.Sleep(time.Millisecond)
	}
	return db.transact(ctx, do)
}

// transact waits for its turn and runs do in a transaction. What do returns
// decides between commit and rollback.
func (db *DB) transact(ctx context.Context, do func(*tx) error) error {
	w := db.writer
	select {
	case w.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	case <-db.stop.Done():
		return errClosed
	}
	defer func() { <-w.turn }()
	if ctx.Err() != nil || db.stop.Err() != nil {
		return cmp.Or(ctx.Err(), errClosed)
	}
	t := &tx{
		db: db, now: db.Now().UTC(), ctx: context.WithoutCancel(ctx),
		tallies: map[tallyKey]int64{}, outcomes: map[outcomeKey]int64{}, texts: map[int64]string{},
	}
	if err := t.exec("BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	// A panic must not leave the transaction open for the next one.
	done := false
	defer func() {
		if !done {
			t.rollback()
		}
	}()
	if err := do(t); err != nil {
		return err
	}
	learned, err := t.finish()
	if err != nil {
		return err
	}
	if err := t.exec("COMMIT"); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	done = true
	learn(learned)
	db.changes.announce(t.lastEntry)
	return nil
}

// finish writes the counters and the search rows. It returns the stems that
// were new; they are known once the transaction has been committed.
func (t *tx) finish() ([]*stemmed, error) {
	if err := t.writeTallies(); err != nil {
		return nil, fmt.Errorf("keep counters: %w", err)
	}
	learned, err := t.writeTexts()
	if err != nil {
		return nil, fmt.Errorf("keep search index: %w", err)
	}
	return learned, nil
}

// rollback gives up. SQLite may have done so by itself already (a full disk).
func (t *tx) rollback() {
	t.db.monologues.forget()
	if _, err := t.db.writer.conn.ExecContext(t.ctx, "ROLLBACK"); err != nil {
		t.db.Log.Debug("nothing to roll back", "error", err)
	}
}

func (t *tx) prepared(query string) (*sql.Stmt, error) {
	w := t.db.writer
	if stmt := w.stmts[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := w.conn.PrepareContext(t.ctx, query)
	if err != nil {
		return nil, err
	}
	w.stmts[query] = stmt
	return stmt, nil
}

func (t *tx) run(query string, args []any) (sql.Result, error) {
	stmt, err := t.prepared(query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(t.ctx, args...)
}

// exec runs a statement.
func (t *tx) exec(query string, args ...any) error {
	_, err := t.change(query, args...)
	return err
}

// change runs a statement and returns how many rows it changed.
func (t *tx) change(query string, args ...any) (int64, error) {
	result, err := t.run(query, args)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// insert runs an INSERT of one row into a table with an id and returns the id.
// It is the one place where SQLite gives an id another way than RETURNING,
// which would cost a result set.
func (t *tx) insert(query string, args ...any) (int64, error) {
	result, err := t.run(query, args)
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

// row reads one row into dest; ErrNotFound when there is none.
func (t *tx) row(query string, args []any, dest ...any) error {
	stmt, err := t.prepared(query)
	if err != nil {
		return err
	}
	return found(stmt.QueryRowContext(t.ctx, args...).Scan(dest...))
}

// each calls scan for every row of a query.
func (t *tx) each(query string, args []any, scan func(*sql.Rows) error) error {
	stmt, err := t.prepared(query)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(t.ctx, args...)
	if err != nil {
		return err
	}
	return eachRow(rows, scan)
}
