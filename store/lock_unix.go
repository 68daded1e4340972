//go:build unix

package store

import (
	"os"

	"golang.org/x/sys/unix"
)

// lock takes the lock on file, or fails at once when somebody else has it.
func lock(file *os.File) error {
	return unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
}

// lockable tells that files can be locked here.
const lockable = true

// lockShared waits for a lock that others may have too.
func lockShared(file *os.File) error { return unix.Flock(int(file.Fd()), unix.LOCK_SH) }

func unlock(file *os.File) error { return unix.Flock(int(file.Fd()), unix.LOCK_UN) }

// mapping maps size bytes of file into memory, read-only, and returns how to let go of them.
func mapping(file *os.File, size int) ([]byte, func() error, error) {
	b, err := unix.Mmap(int(file.Fd()), 0, size, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, nil, err
	}
	return b, func() error { return unix.Munmap(b) }, nil
}

// syncFolder makes the names in a folder survive a power cut.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
