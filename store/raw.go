package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"usulan/intake"
)

const (
	// inDatabase is the size up to which bytes live in the database: below it a
	// row is faster and a backup simpler, above it a row slows the pages around it.
	inDatabase = 96 << 10

	// unclaimed is how long a file may wait for its row. Between Keep and Record
	// lie seconds; a process that takes longer has ended.
	unclaimed = time.Hour

	// rawFolder is the folder of the files, inside the data folder.
	rawFolder = "raw"
)

// rawFile is where the bytes with a hash live when they are many.
func (db *DB) rawFile(hash []byte) string {
	name := hex.EncodeToString(hash)
	return filepath.Join(db.dir, rawFolder, name[:2], name)
}

// Keep takes size bytes from r into storage and returns a handle on them.
func (l *lease) Keep(r io.Reader, size int64) (*intake.Raw, error) { return l.db.keep(r, size) }

func (db *DB) keep(r io.Reader, size int64) (*intake.Raw, error) {
	if size <= inDatabase {
		b := make([]byte, size)
		if _, err := io.ReadFull(r, b); err != nil {
			return nil, fmt.Errorf("read source: %w", err)
		}
		return intake.NewRaw(b), nil
	}
	hash, err := db.keepFile(r, size)
	if err != nil {
		return nil, err
	}
	return db.openRaw(hash, size)
}

// keepBytes takes bytes that are in memory already.
func (db *DB) keepBytes(b []byte) (*intake.Raw, error) {
	raw := intake.NewRaw(b)
	if raw.Size > inDatabase {
		if _, err := db.keepFile(bytes.NewReader(b), raw.Size); err != nil {
			return nil, err
		}
		raw.File = db.rawFile(raw.Hash[:])
	}
	return raw, nil
}

// openRaw maps a file that is kept.
func (db *DB) openRaw(hash [sha256.Size]byte, size int64) (*intake.Raw, error) {
	name := db.rawFile(hash[:])
	file, err := os.Open(name)
	if err != nil {
		return nil, storageFault("open source", err)
	}
	defer file.Close()
	mapped, release, err := mapping(file, int(size))
	if err != nil {
		return nil, storageFault("map source", err)
	}
	return &intake.Raw{Hash: hash, Size: size, Bytes: mapped, File: name, Release: release}, nil
}

// keepFile streams to a temporary file, syncs it and gives it the name of its
// hash; only then may a row speak of it.
func (db *DB) keepFile(r io.Reader, size int64) (hash [sha256.Size]byte, err error) {
	root := filepath.Join(db.dir, rawFolder)
	if err := os.MkdirAll(root, 0o700); err != nil {
		return hash, storageFault("keep source", err)
	}
	part, err := os.CreateTemp(root, "part-*")
	if err != nil {
		return hash, storageFault("keep source", err)
	}
	defer os.Remove(part.Name())
	defer part.Close()

	digest := sha256.New()
	disk := &disk{file: part}
	if _, err := io.CopyN(io.MultiWriter(disk, digest), r, size); err != nil {
		if disk.err != nil {
			return hash, storageFault("keep source", disk.err)
		}
		return hash, fmt.Errorf("read source: %w", err)
	}
	digest.Sum(hash[:0])
	if err := part.Sync(); err != nil {
		return hash, storageFault("keep source", err)
	}
	return hash, storageFault("keep source", db.name(part.Name(), hash[:]))
}

// name gives a complete file its final name. One that is there already is made
// young again, so that no sweep takes it before its row is written.
func (db *DB) name(part string, hash []byte) error {
	name := db.rawFile(hash)
	now := time.Now()
	if err := os.Chtimes(name, now, now); err == nil {
		return nil
	}
	folder := filepath.Dir(name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	if err := os.Rename(part, name); err != nil {
		return err
	}
	return errors.Join(syncFolder(folder), syncFolder(filepath.Dir(folder)))
}

// disk remembers an error of the file, to tell it from one of the network.
type disk struct {
	file *os.File
	err  error
}

func (d *disk) Write(p []byte) (int, error) {
	n, err := d.file.Write(p)
	d.err = err
	return n, err
}

// putRaw makes a row of what is kept, or counts one more reference to it.
func (t *tx) putRaw(raw *intake.Raw) (id int64, err error) {
	var here []byte
	if raw.File == "" {
		if here = raw.Bytes; here == nil {
			here = []byte{}
		}
	} else if _, err := os.Stat(raw.File); err != nil {
		return 0, err // a sweep was quicker: the source has to be taken again
	}
	err = t.row(`
		INSERT INTO raw (hash, size, refs, bytes) VALUES ($1, $2, 1, $3)
		ON CONFLICT (hash) DO UPDATE SET refs = raw.refs + 1 RETURNING id`,
		[]any{raw.Hash[:], raw.Size, here}, &id)
	return id, err
}

// dropRaw counts one reference less; bytes that nobody refers to go. A file
// goes with the next sweep.
func (t *tx) dropRaw(id int64) error {
	var refs int64
	if err := t.row("UPDATE raw SET refs = refs - 1 WHERE id = $1 RETURNING refs", []any{id}, &refs); err != nil {
		return err
	}
	if refs > 0 {
		return nil
	}
	return t.exec("DELETE FROM raw WHERE id = $1", id)
}

// sweep removes files that no row refers to: what a process left that was
// killed between Keep and Record, and what was dropped.
func (db *DB) sweep() {
	root := filepath.Join(db.dir, rawFolder)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || db.stop.Err() != nil {
			return errors.Join(err, db.stop.Err())
		}
		if entry.IsDir() {
			return nil
		}
		info, err := entry.Info()
		if err != nil || time.Since(info.ModTime()) < unclaimed {
			return nil
		}
		hash, err := hex.DecodeString(entry.Name())
		if err != nil {
			return os.Remove(path) // the part of a file that was never whole
		}
		return db.sweepFile(path, hash)
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) && db.stop.Err() == nil {
		db.Log.Warn("files not swept", "error", err)
	}
}

// sweepFile removes a file unless a row refers to it. It looks again with the
// writer's turn, so that no row comes to refer to the file while it goes.
func (db *DB) sweepFile(path string, hash []byte) error {
	var id int64
	const find = "SELECT id FROM raw WHERE hash = $1"
	if err := db.row(db.stop, find, []any{hash}, &id); !errors.Is(err, ErrNotFound) {
		return err
	}
	return db.transact(db.stop, func(t *tx) error {
		if err := t.row(find, []any{hash}, &id); !errors.Is(err, ErrNotFound) {
			return err
		}
		return os.Remove(path)
	})
}
