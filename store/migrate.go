package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// ErrNewer says that a newer program made the database.
var ErrNewer = errors.New("the database was made by a newer version of this program; install that version or restore the copy in the folder backup")

// migration is one numbered step of the schema.
type migration struct {
	version int
	name    string
	script  string
}

// migrations lists the steps in order. They are numbered without gaps.
func migrations() ([]migration, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var steps []migration
	for i, name := range names {
		script, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		number, _, _ := strings.Cut(filepath.Base(name), "_")
		version, err := strconv.Atoi(number)
		if err != nil || version != i+1 {
			return nil, fmt.Errorf("migration %s: its number should be %04d", name, i+1)
		}
		steps = append(steps, migration{version, filepath.Base(name), string(script)})
	}
	return steps, nil
}

// migrate brings the schema up to date, one transaction a step. Before it
// touches a database that is in use it copies it to the folder backup.
func (db *DB) migrate(ctx context.Context, conn *sql.Conn, steps []migration) error {
	version, err := schemaVersion(ctx, conn)
	if err != nil {
		return err
	}
	if version > len(steps) {
		return fmt.Errorf("database version %d, program version %d: %w", version, len(steps), ErrNewer)
	}
	if version > 0 && version < len(steps) {
		if err := db.backUp(ctx, conn, version); err != nil {
			return err
		}
	}
	for _, step := range steps[version:] {
		if err := apply(ctx, conn, step); err != nil {
			return fmt.Errorf("migrate database by %s: %w", step.name, err)
		}
		db.Log.Info("database migrated", "version", step.version)
	}
	return nil
}

// apply does one step, unless another process has done it meanwhile.
func apply(ctx context.Context, conn *sql.Conn, step migration) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var version int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version >= step.version {
		return nil
	}
	if _, err := tx.ExecContext(ctx, step.script); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "PRAGMA user_version = "+strconv.Itoa(step.version)); err != nil {
		return err
	}
	return tx.Commit()
}

func schemaVersion(ctx context.Context, conn *sql.Conn) (int, error) {
	var version int
	if err := conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return 0, fmt.Errorf("read database version: %w", err)
	}
	return version, nil
}

// backUp copies the database as it is before a migration; an earlier copy of the
// same version is replaced.
func (db *DB) backUp(ctx context.Context, conn *sql.Conn, version int) error {
	folder := filepath.Join(db.dir, "backup")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("copy database: %w", err)
	}
	file := filepath.Join(folder, fmt.Sprintf("usulan-v%d.db", version))
	part := file + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("copy database: %w", err)
	}
	if err := copyInto(ctx, conn, part); err != nil {
		return err
	}
	if err := os.Rename(part, file); err != nil {
		return fmt.Errorf("copy database: %w", err)
	}
	db.Log.Info("database copied before migrating", "file", file)
	return nil
}

// Versions returns the schema version of the database in folder dir, 0 when
// there is none, and the version that this program works with. It changes
// nothing.
func Versions(ctx context.Context, dir string) (database, program int, err error) {
	steps, err := migrations()
	if err != nil {
		return 0, 0, err
	}
	there, err := Exists(dir)
	if err != nil || !there {
		return 0, len(steps), err
	}
	pool, err := dial(filepath.Join(dir, databaseName), false)
	if err != nil {
		return 0, 0, err
	}
	defer pool.Close()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("open the database: %w", err)
	}
	defer conn.Close()
	database, err = schemaVersion(ctx, conn)
	return database, len(steps), err
}
