package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"usulan/intake"
)

const tempPrefix = "usulan-media-"

var (
	errLarge   = errors.New("the file is larger than the limit")
	errStalled = errors.New("nothing more came")
)

// temp is a file on its way: bounded in size, and watched. It is a
// whatsmeow.File, in which the client downloads and then decrypts in place.
type temp struct {
	f      *os.File
	limit  int64
	end    int64 // where writing goes on
	stall  time.Duration
	watch  *time.Timer
	failed error // what our own disk said
}

// sealing is how much larger a file is on the server: padding and signature.
const sealing = 64

// openTemp begins a file. stalled is called when nothing has moved for a while.
func openTemp(dir string, limit int64, stall time.Duration, stalled context.CancelCauseFunc) (*temp, error) {
	f, err := os.CreateTemp(dir, tempPrefix+"*")
	if err != nil {
		return nil, &intake.Fault{Code: intake.FaultStorage, Err: fmt.Errorf("make room for a download: %w", err)}
	}
	return &temp{f: f, limit: limit + sealing, stall: stall, watch: time.AfterFunc(stall, func() { stalled(errStalled) })}, nil
}

// moved notes that something happened, and what our disk said of it.
func (t *temp) moved(n int, err error) (int, error) {
	t.watch.Reset(t.stall)
	if err != nil && !errors.Is(err, io.EOF) {
		t.failed = err
	}
	return n, err
}

func (t *temp) Read(b []byte) (int, error)              { return t.moved(t.f.Read(b)) }
func (t *temp) ReadAt(b []byte, at int64) (int, error)  { return t.moved(t.f.ReadAt(b, at)) }
func (t *temp) WriteAt(b []byte, at int64) (int, error) { return t.moved(t.f.WriteAt(b, at)) }
func (t *temp) Stat() (os.FileInfo, error)              { return t.f.Stat() }
func (t *temp) Truncate(size int64) error               { return t.f.Truncate(size) }

// Write takes what comes in, up to the limit.
func (t *temp) Write(b []byte) (int, error) {
	if t.end += int64(len(b)); t.end > t.limit {
		return 0, errLarge
	}
	return t.moved(t.f.Write(b))
}

func (t *temp) Seek(offset int64, whence int) (int64, error) {
	at, err := t.f.Seek(offset, whence)
	t.end = at
	return at, err
}

// keep gives the file to the ledger.
func (t *temp) keep(l intake.Ledger) (*intake.Raw, error) {
	size, err := t.f.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = t.f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, &intake.Fault{Code: intake.FaultStorage, Err: fmt.Errorf("read a download: %w", err)}
	}
	return l.Keep(t.f, size)
}

// remove ends the file, which is of no use any more.
func (t *temp) remove() {
	t.watch.Stop()
	_ = t.f.Close()
	_ = os.Remove(t.f.Name())
}

// removeAll deletes files; those that are gone are no fault.
func removeAll(names []string) error {
	for _, name := range names {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove a file of an earlier run: %w", err)
		}
	}
	return nil
}
