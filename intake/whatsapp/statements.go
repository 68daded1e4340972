package whatsapp

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"modernc.org/sqlite"
)

// The client has SQLite compile each of its statements anew whenever it runs it,
// half a dozen for every message, which costs more than running them. Here every
// connection keeps those that it has compiled.

// keptStatements bounds what a connection keeps: the client writes some lists of
// values into its statements.
const keptStatements = 128

// openKeeping opens a database whose connections keep their statements.
func openKeeping(name string) (*sql.DB, error) {
	c, err := sqlite.NewConnector(name)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(keepingConnector{c}), nil
}

type keepingConnector struct{ driver.Connector }

// Connect opens a connection.
func (k keepingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	whole, ok := c.(connection)
	if !ok {
		return nil, errors.Join(fmt.Errorf("a connection of the driver, %T, lacks something", c), c.Close())
	}
	return &keeping{connection: whole, kept: map[string]*statement{}}, nil
}

// connection is what the driver's connections can do.
type connection interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// keeping is a connection with its statements. database/sql uses a connection
// from one goroutine at a time.
type keeping struct {
	connection
	kept map[string]*statement
}

// statement is a compiled one.
type statement struct {
	compiled
	reading bool // its rows are still being read
}

type compiled interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// statement returns the one that is kept for a query, nil when none can be.
func (k *keeping) statement(ctx context.Context, query string) *statement {
	if s := k.kept[query]; s != nil {
		if s.reading {
			return nil
		}
		return s
	}
	if len(k.kept) == keptStatements || !single(query) {
		return nil
	}
	plain, err := k.PrepareContext(ctx, query)
	if err != nil {
		return nil // who runs it hears why
	}
	c, ok := plain.(compiled)
	if !ok {
		_ = plain.Close()
		return nil
	}
	s := &statement{compiled: c}
	k.kept[query] = s
	return s
}

// single tells whether a query is one statement that reads or changes rows.
func single(query string) bool {
	verb, _, _ := strings.Cut(strings.TrimSpace(query), " ")
	switch strings.ToUpper(strings.TrimSpace(verb)) {
	case "SELECT", "INSERT", "UPDATE", "DELETE":
		return !strings.Contains(query, ";")
	}
	return false
}

// ExecContext runs a statement that changes rows.
func (k *keeping) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if s := k.statement(ctx, query); s != nil {
		return s.ExecContext(ctx, args)
	}
	return k.connection.ExecContext(ctx, query, args)
}

// QueryContext runs a statement that reads rows.
func (k *keeping) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s := k.statement(ctx, query)
	if s == nil {
		return k.connection.QueryContext(ctx, query, args)
	}
	r, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.reading = true
	return rows{r, s}, nil
}

// Close closes the connection.
func (k *keeping) Close() error {
	var errs []error
	for _, s := range k.kept {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, k.connection.Close())...)
}

// rows are those of a statement that is kept.
type rows struct {
	driver.Rows
	of *statement
}

// Close lets the statement be run again.
func (r rows) Close() error {
	r.of.reading = false
	return r.Rows.Close()
}
