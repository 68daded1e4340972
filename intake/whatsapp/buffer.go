package whatsapp

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/store"
)

// buffer is the client's store of decrypted events, which keeps each until it was
// handled. That one was handled is noted for many at once: on its own the note
// would cost every message a third wait for the disk. A note that is lost costs
// nothing: should the event come again, the ledger knows it.
type buffer struct {
	store.EventBuffer

	mu      sync.Mutex
	handled map[[32]byte]bool // not noted yet
	noted   time.Time
}

// So many events, or so long a time, are noted at once.
const (
	notesAtOnce = 64
	noteAfter   = time.Second
)

func newBuffer(b store.EventBuffer) *buffer {
	return &buffer{EventBuffer: b, handled: map[[32]byte]bool{}, noted: time.Now()}
}

// GetBufferedEvent finds an event by the hash of what was received.
func (b *buffer) GetBufferedEvent(ctx context.Context, hash [32]byte) (*store.BufferedEvent, error) {
	b.mu.Lock()
	handled := b.handled[hash]
	b.mu.Unlock()
	if handled {
		return &store.BufferedEvent{InsertTime: time.Now()}, nil
	}
	return b.EventBuffer.GetBufferedEvent(ctx, hash)
}

// ClearBufferedEventPlaintext takes note that an event was handled.
func (b *buffer) ClearBufferedEventPlaintext(ctx context.Context, hash [32]byte) error {
	b.mu.Lock()
	b.handled[hash] = true
	wait := len(b.handled) < notesAtOnce && time.Since(b.noted) < noteAfter
	b.mu.Unlock()
	if wait {
		return nil
	}
	return b.flush(ctx)
}

// flush writes the notes.
func (b *buffer) flush(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.noted = time.Now()
	if len(b.handled) == 0 {
		return nil
	}
	err := b.DoDecryptionTxn(ctx, func(ctx context.Context) error {
		for hash := range b.handled {
			if err := b.EventBuffer.ClearBufferedEventPlaintext(ctx, hash); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note which events were handled: %w", err)
	}
	clear(b.handled)
	return nil
}
