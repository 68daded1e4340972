package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Exists tells whether there is a database in folder dir: Open would make one.
func Exists(dir string) (bool, error) {
	_, err := os.Stat(filepath.Join(dir, databaseName))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Backup copies the database, as it is at one instant, and the large files that
// it names into a folder. Work goes on meanwhile. A database that is there
// already is replaced once the new copy is complete; files that are there are
// not copied again. To restore, the folder becomes the data folder.
func (db *DB) Backup(ctx context.Context, folder string) error {
	if err := db.backupTo(ctx, folder); err != nil {
		return fmt.Errorf("back up into %s: %w", folder, err)
	}
	return nil
}

func (db *DB) backupTo(ctx context.Context, folder string) error {
	if err := os.MkdirAll(filepath.Join(folder, rawFolder), 0o700); err != nil {
		return err
	}
	// A connection of its own: the readers may not write, not even elsewhere, and
	// the writer is needed meanwhile.
	pool, err := dial(filepath.Join(db.dir, databaseName), true)
	if err != nil {
		return err
	}
	defer pool.Close()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	// The database first: a row of it never lacks its file, which was there
	// before the row. The other way about a mail could come in between.
	part := filepath.Join(folder, databaseName+".part")
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := copyInto(ctx, conn, part); err != nil {
		return err
	}
	if err := db.each(ctx, "SELECT hash FROM raw WHERE bytes IS NULL", nil, func(rows *sql.Rows) error {
		var hash []byte
		if err := rows.Scan(&hash); err != nil {
			return err
		}
		name := hex.EncodeToString(hash)
		return copyFile(db.rawFile(hash), filepath.Join(folder, rawFolder, name[:2], name))
	}); err != nil {
		return err
	}
	if err := syncFile(part); err != nil {
		return err
	}
	if err := os.Rename(part, filepath.Join(folder, databaseName)); err != nil {
		return err
	}
	return syncFolder(folder)
}

// copyFile copies a file that never changes, unless it is there already.
func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	info, err := source.Stat()
	if err != nil {
		return err
	}
	if there, err := os.Stat(to); err == nil && there.Size() == info.Size() {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	part, err := os.CreateTemp(filepath.Dir(to), "part-*")
	if err != nil {
		return err
	}
	defer os.Remove(part.Name())
	defer part.Close()
	if _, err := io.Copy(part, source); err != nil {
		return err
	}
	if err := part.Sync(); err != nil {
		return err
	}
	return os.Rename(part.Name(), to)
}

// syncFile makes what was written to a file survive a power cut.
func syncFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
