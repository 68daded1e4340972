package intaketest

import (
	"context"
	"io"

	"usulan/intake"
)

// ledger is a real ledger that the suite watches and interferes with.
type ledger struct {
	intake.Ledger

	fail func(recorded int) error // called ahead of every Record; an error comes in its place
	most int                      // how many items Record takes at most; 0 is any number

	Watch
	recorded int
	states   []intake.State
	kept     int // handles that were given out and not closed
}

func (l *ledger) Record(ctx context.Context, p intake.Place, items []intake.Item) (int, error) {
	if l.fail != nil {
		l.Lock()
		recorded := l.recorded
		l.Unlock()
		if err := l.fail(recorded); err != nil {
			return 0, err
		}
	}
	if l.most > 0 {
		items = items[:min(l.most, len(items))]
	}
	n, err := l.Ledger.Record(ctx, p, items)
	l.Note(func() { l.recorded += n })
	return n, err
}

func (l *ledger) Report(ctx context.Context, s intake.Status) error {
	err := l.Ledger.Report(ctx, s)
	l.Note(func() { l.states = append(l.states, s.State) })
	return err
}

func (l *ledger) Keep(r io.Reader, size int64) (*intake.Raw, error) {
	raw, err := l.Ledger.Keep(r, size)
	if err != nil {
		return raw, err
	}
	l.Note(func() { l.kept++ })
	release := raw.Release
	raw.Release = func() error {
		l.Note(func() { l.kept-- })
		if release == nil {
			return nil
		}
		return release()
	}
	return raw, nil
}

func (l *ledger) open() int {
	l.Lock()
	defer l.Unlock()
	return l.kept
}

func (l *ledger) was(s intake.State) bool {
	l.Lock()
	defer l.Unlock()
	for _, state := range l.states {
		if state == s {
			return true
		}
	}
	return false
}
