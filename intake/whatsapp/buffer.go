package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/store"
	"modernc.org/sqlite"

	"usulan/intake"
)

// buffer is the client's store of decrypted events, which keeps each until it was
// handled. That one was handled is noted for many at once: on its own the note
// would cost every message a third wait for the disk. A note that is lost costs
// nothing: should the event come again, the ledger knows it.
//
// The client takes every error for a message that cannot be decrypted: it
// acknowledges it and asks for it anew. When it is the session file that fails,
// the message is to come again by itself, after a new connection.
type buffer struct {
	store.EventBuffer
	failed func(error) // the session file has failed

	mu      sync.Mutex
	handled map[[32]byte]bool // not noted yet
	noted   time.Time
}

// So many events, or so long a time, are noted at once.
const (
	notesAtOnce = 64
	noteAfter   = time.Second
)

func newBuffer(b store.EventBuffer, failed func(error)) *buffer {
	return &buffer{EventBuffer: b, failed: failed, handled: map[[32]byte]bool{}, noted: time.Now()}
}

// GetBufferedEvent finds an event by the hash of what was received.
func (b *buffer) GetBufferedEvent(ctx context.Context, hash [32]byte) (*store.BufferedEvent, error) {
	b.mu.Lock()
	handled := b.handled[hash]
	b.mu.Unlock()
	if handled {
		return &store.BufferedEvent{InsertTime: time.Now()}, nil
	}
	event, err := b.EventBuffer.GetBufferedEvent(ctx, hash)
	return event, b.judge(err)
}

// DoDecryptionTxn decrypts an event and keeps it, both or neither.
func (b *buffer) DoDecryptionTxn(ctx context.Context, decrypt func(context.Context) error) error {
	return b.judge(b.EventBuffer.DoDecryptionTxn(ctx, decrypt))
}

// judge tells an error of the session file from one of the message. To the
// client the former is as if it had been told to stop: it says nothing about the
// message to anybody.
func (b *buffer) judge(err error) error {
	var file *sqlite.Error
	if !errors.As(err, &file) {
		return err
	}
	b.failed(&intake.Fault{Code: intake.FaultStorage, Err: fmt.Errorf("session file: %w", err)})
	return errors.Join(context.Canceled, err)
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
	err := b.EventBuffer.DoDecryptionTxn(ctx, func(ctx context.Context) error {
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
