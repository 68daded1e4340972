package intaketest

import (
	"context"
	"io"
	"sync"
	"testing"
	"time"

	"usulan/intake"
)

// ledger is a real ledger that the suite watches and interferes with.
type ledger struct {
	intake.Ledger

	fail func(recorded int) error // called ahead of every Record; an error comes in its place
	most int                      // how many items Record takes at most; 0 is any number

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced at every change
	recorded int
	states   []intake.State
	kept     int // handles that were given out and not closed
}

func (l *ledger) Record(ctx context.Context, p intake.Place, items []intake.Item) (int, error) {
	if l.fail != nil {
		l.mu.Lock()
		recorded := l.recorded
		l.mu.Unlock()
		if err := l.fail(recorded); err != nil {
			return 0, err
		}
	}
	if l.most > 0 {
		items = items[:min(l.most, len(items))]
	}
	n, err := l.Ledger.Record(ctx, p, items)
	l.note(func() { l.recorded += n })
	return n, err
}

func (l *ledger) Report(ctx context.Context, s intake.Status) error {
	err := l.Ledger.Report(ctx, s)
	l.note(func() { l.states = append(l.states, s.State) })
	return err
}

func (l *ledger) Keep(r io.Reader, size int64) (*intake.Raw, error) {
	raw, err := l.Ledger.Keep(r, size)
	if err != nil {
		return raw, err
	}
	l.note(func() { l.kept++ })
	release := raw.Release
	raw.Release = func() error {
		l.note(func() { l.kept-- })
		if release == nil {
			return nil
		}
		return release()
	}
	return raw, nil
}

func (l *ledger) note(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *ledger) open() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kept
}

func (l *ledger) was(s intake.State) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, state := range l.states {
		if state == s {
			return true
		}
	}
	return false
}

// until waits for a condition; it is asked again at every change.
func (l *ledger) until(t *testing.T, cond func() bool) {
	t.Helper()
	timeout := time.After(patience)
	for {
		l.mu.Lock()
		ok, changed := cond(), l.changed
		l.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-timeout:
			t.Fatal("what was waited for never came")
		}
	}
}
