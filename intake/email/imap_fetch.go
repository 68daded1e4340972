package email

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"usulan/intake"
)

// lane fetches tasks one after the other. After a failure it only settles them.
func (h *haul) lane() {
	for t := range h.tasks {
		if !h.failed.Load() {
			if err := h.guarded(func() error { return h.fetch(t, t.slots, t.header) }); err != nil {
				h.breakOff(err)
			}
		}
		t.lose()
	}
}

// guarded turns a panic into an error: the supervisor's guard does not reach
// into other goroutines than its own.
func (h *haul) guarded(do func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			h.log.Error("fetching panicked", "folder", h.folder.place.Folder, "panic", v, "stack", string(debug.Stack()))
			err = &intake.Fault{Code: intake.FaultPanic, Err: fmt.Errorf("panic: %v", v)}
		}
	}()
	return do()
}

// fetch has the mails of a task, or some of them, sent. What does not come is
// asked for again by halves, and in the end one by one, until it is known which
// mail the server cannot deliver.
func (h *haul) fetch(t *task, slots []*slot, header bool) error {
	refusal := h.receive(slots, header)
	if refusal != nil && !isAnswer(refusal) {
		return refusal
	}
	rest := slices.DeleteFunc(slices.Clone(slots), func(s *slot) bool { return s.raw != nil || s.item.Outcome != "" })
	switch {
	case len(rest) == 0:
		return nil
	case len(slots) == 1:
		return h.judge(t, slots[0], header, refusal)
	case len(rest) == 1:
		return h.fetch(t, rest, header)
	}
	if err := h.fetch(t, rest[:len(rest)/2], header); err != nil {
		return err
	}
	return h.fetch(t, rest[len(rest)/2:], header)
}

// judge settles a mail that was asked for alone and did not come.
func (h *haul) judge(t *task, s *slot, header bool, refusal error) error {
	data, err := h.client.UIDSearch(&imap.SearchCriteria{UID: []imap.UIDSet{uidSet([]uint32{s.item.ID})}}, nil).Wait()
	if err != nil {
		return &lostError{h.broken("look for a mail", err)}
	}
	found, _ := data.All.(imap.UIDSet)
	switch {
	case !found.Contains(imap.UID(s.item.ID)):
		s.item.Outcome = intake.Vanished
	case refusal != nil:
		s.item.Outcome, s.item.Reason = intake.Unfetchable, ItemRefused
		h.log.Warn("the server refuses a mail", "folder", h.recorder.place.Folder, "uid", s.item.ID, "error", refusal)
	default:
		s.item.Outcome, s.item.Reason = intake.Unfetchable, ItemMissing
	}
	close(s.ready)
	return nil
}

// receive sends one FETCH and fills the slots with what comes. Its error is the
// server's refusal, a lostError or a fault of storage.
func (h *haul) receive(slots []*slot, header bool) error {
	uids := make([]uint32, len(slots))
	for i, s := range slots {
		uids[i] = s.item.ID
	}
	section := &imap.FetchItemBodySection{Peek: true}
	if header {
		section.Specifier = imap.PartSpecifierHeader
		section.Partial = &imap.SectionPartial{Size: headerMax}
	}
	cmd := h.client.Fetch(uidSet(uids), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}})
	for m := cmd.Next(); m != nil; m = cmd.Next() {
		var s *slot
		for item := m.Next(); item != nil; item = m.Next() {
			switch item := item.(type) {
			case imapclient.FetchItemDataUID:
				if i, ok := slices.BinarySearch(uids, uint32(item.UID)); ok {
					s = slots[i]
				}
			case imapclient.FetchItemDataBodySection:
				if s == nil || s.raw != nil || item.Literal == nil {
					continue
				}
				if err := h.guarded(func() error { return h.keep(s, item.Literal, header) }); err != nil {
					h.breakOff(err)
					drain(cmd, err)
					return err
				}
			}
		}
	}
	err := cmd.Close()
	if err != nil && !isAnswer(err) {
		return &lostError{h.broken("fetch mail", err)}
	}
	return err
}

// drain lets the library's reader go, which waits for a literal to be read to
// its end. It knows already when reading has failed: then nobody may read again.
func drain(cmd *imapclient.FetchCommand, err error) {
	var lost *lostError
	if !errors.As(err, &lost) {
		_ = cmd.Close()
	}
}

// keep takes the bytes of one mail into storage and hands them to the readers.
func (h *haul) keep(s *slot, lit imap.LiteralReader, header bool) error {
	size := lit.Size()
	if limit := int64(h.box.MaxSize); !header && size > limit && !h.insisted[s.item.ID] {
		// The server said that it was smaller.
		s.item.Size, s.item.Outcome, s.item.Reason = size, intake.TooLarge, ItemTooLarge
		close(s.ready)
		return nil
	}
	in := &counted{r: lit}
	raw, err := h.recorder.ledger.Keep(in, size)
	switch {
	case in.n < size && in.err != nil:
		if err == nil {
			_ = raw.Close()
		}
		return &lostError{h.broken("receive mail", cutShort(in.err))}
	case err != nil:
		return &intake.Fault{Code: intake.FaultStorage, Err: fmt.Errorf("keep mail: %w", err)}
	}
	s.raw, s.header = raw, header
	if !header {
		s.item.Size = size
	}
	h.parse <- s
	return nil
}

// cutShort names an end that came too early.
func cutShort(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// counted remembers what came and why it ended, since a connection that ends in
// the middle of a mail looks like its end.
type counted struct {
	r   io.Reader
	n   int64
	err error
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if err != nil {
		c.err = err
	}
	return n, err
}
