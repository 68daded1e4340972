package email_test

import (
	"context"
	"io"
	"maps"
	"slices"
	"sync"
	"testing"

	"usulan/intake"
)

// book is the smallest ledger that keeps the contract, in memory.
type book struct {
	mu      sync.Mutex
	items   map[intake.Place]map[uint32]intake.Item
	raws    map[intake.Place]map[uint32]string
	pos     map[intake.Place]intake.Position
	due     map[uint32]bool
	status  []intake.Status
	changed chan struct{}
	wake    chan struct{}
	missing []uint32
	present int
}

func newBook() *book {
	return &book{
		items: map[intake.Place]map[uint32]intake.Item{}, raws: map[intake.Place]map[uint32]string{},
		pos: map[intake.Place]intake.Position{}, due: map[uint32]bool{},
		changed: make(chan struct{}), wake: make(chan struct{}, 1),
	}
}

func (b *book) Position(_ context.Context, p intake.Place, baseline uint32) (intake.Position, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.pos[p]; !ok {
		b.pos[p] = intake.Position{Baseline: baseline}
		b.items[p], b.raws[p] = map[uint32]intake.Item{}, map[uint32]string{}
	}
	return b.pos[p], nil
}

func (b *book) Record(_ context.Context, p intake.Place, items []intake.Item) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, it := range items {
		if old, ok := b.items[p][it.ID]; ok && old.Submission != nil && old.Outcome == "" {
			continue
		}
		if it.Submission != nil {
			b.raws[p][it.ID] = string(it.Submission.Raw.Bytes)
		}
		b.items[p][it.ID] = it
		pos := b.pos[p]
		pos.Last = max(pos.Last, it.ID)
		b.pos[p] = pos
		delete(b.due, it.ID)
	}
	close(b.changed)
	b.changed = make(chan struct{})
	return len(items), nil
}

func (b *book) Handled(_ context.Context, p intake.Place, upTo uint32) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	pos := b.pos[p]
	pos.Handled = upTo
	b.pos[p] = pos
	return nil
}

func (b *book) list(p intake.Place, after uint32, limit int, keep func(intake.Item) bool) []uint32 {
	b.mu.Lock()
	defer b.mu.Unlock()
	var ids []uint32
	for _, id := range slices.Sorted(maps.Keys(b.items[p])) {
		if id > after && len(ids) < limit && keep(b.items[p][id]) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (b *book) Known(_ context.Context, p intake.Place, after uint32, limit int) ([]uint32, error) {
	return b.list(p, after, limit, func(intake.Item) bool { return true }), nil
}

func (b *book) Read(_ context.Context, p intake.Place, after uint32, limit int) ([]uint32, error) {
	return b.list(p, after, limit, func(it intake.Item) bool { return it.Submission != nil && it.Outcome == "" }), nil
}

func (b *book) Due(_ context.Context, p intake.Place, limit int) ([]intake.Due, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var due []intake.Due
	for _, id := range slices.Sorted(maps.Keys(b.due)) {
		if len(due) < limit {
			due = append(due, intake.Due{ID: id, Insisted: b.due[id]})
		}
	}
	return due, nil
}

func (b *book) Census(_ context.Context, _ intake.Place, present int, missing []uint32) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.present, b.missing = present, missing
	return nil
}

func (b *book) Report(_ context.Context, s intake.Status) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.status = append(b.status, s)
	close(b.changed)
	b.changed = make(chan struct{})
	return nil
}

func (b *book) Keep(r io.Reader, size int64) (*intake.Raw, error) {
	buf := make([]byte, size)
	if _, err := io.ReadFull(r, buf); err != nil {
		return nil, err
	}
	return intake.NewRaw(buf), nil
}

func (b *book) Wake() <-chan struct{}       { return b.wake }
func (*book) Renew(context.Context) error   { return nil }
func (*book) Release(context.Context) error { return nil }

// until waits for a condition on the book.
func (b *book) until(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for {
		b.mu.Lock()
		ok, changed := cond(), b.changed
		b.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-t.Context().Done():
			t.Fatalf("never: %s", what)
		}
	}
}
