package store

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// life is a file that this process keeps locked for as long as it lives. The
// system lets go of the lock when the process ends, however it ends; so a lease
// of a killed process need not be waited for.
type life struct {
	folder string
	name   string
	file   *os.File
}

// openLife makes the file and removes those of processes that have ended.
func openLife(folder string) (*life, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	l := &life{folder: folder, name: rand.Text()}
	names, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if l.ended(name.Name()) {
			_ = os.Remove(filepath.Join(folder, name.Name()))
		}
	}
	// Locked under a temporary name first: nobody must find it unlocked.
	part := filepath.Join(folder, l.name+".part")
	if l.file, err = os.OpenFile(part, os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return nil, err
	}
	if err := lock(l.file); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return nil, errors.Join(err, l.close())
	}
	return l, os.Rename(part, filepath.Join(folder, l.name))
}

// ended tells whether the process of that name is known to be no more. A
// process on another machine is never known.
func (l *life) ended(holder string) bool {
	name, _, _ := strings.Cut(holder, "/")
	if name == l.name || strings.HasSuffix(name, ".part") {
		return false
	}
	file, err := os.OpenFile(filepath.Join(l.folder, filepath.Base(name)), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return true // it removed its file when it ended, or somebody did after
	}
	if err != nil {
		return false
	}
	defer file.Close()
	return lock(file) == nil
}

func (l *life) close() error {
	if l == nil || l.file == nil {
		return nil
	}
	err := os.Remove(filepath.Join(l.folder, l.name))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, l.file.Close())
}
