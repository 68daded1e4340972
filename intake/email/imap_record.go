package email

import (
	"context"
	"time"

	"usulan/intake"
)

// A batch ends when it is full or when its first mail has waited long enough.
const (
	batchItems = 64
	batchWait  = 15 * time.Millisecond
)

// batch gathers mails that are recorded together.
type batch struct {
	slots []*slot
	items []intake.Item
	due   *time.Timer
}

// record makes the mails safe in the order of the list. It goes on to the end
// of the list, so that every handle is closed and every reservation given back,
// but after the first mail that was lost it records no more: the position must
// not pass it. Its error is one of storage, which also ends the haul.
func (h *haul) record(ctx context.Context) error {
	b := &batch{due: time.NewTimer(time.Hour)}
	defer b.due.Stop()
	var fault error
	over := false
	flush := func() {
		if fault == nil {
			if fault = h.flush(ctx, b); fault != nil {
				over = true
				h.fail(fault)
				h.abort()
			}
		}
		h.drop(b.slots)
		b.slots, b.items = b.slots[:0], b.items[:0]
	}
	for {
		var slots []*slot
		var open bool
		select {
		case slots, open = <-h.order:
		case <-b.due.C:
			flush() // the planner may wait for what the batch holds of the budget
			continue
		}
		if !open {
			flush()
			return fault
		}
		for _, s := range slots {
			if !b.await(s) {
				flush()
				<-s.ready
			}
			if s.lost && !over {
				flush()
				over = true
			}
			if over {
				h.drop([]*slot{s})
				continue
			}
			if b.add(s); len(b.items) == batchItems {
				flush()
			}
		}
	}
}

// await waits for a slot, though not longer than the batch may wait.
func (b *batch) await(s *slot) bool {
	select {
	case <-s.ready:
		return true
	default:
	}
	if len(b.items) == 0 {
		<-s.ready
		return true
	}
	select {
	case <-s.ready:
		return true
	case <-b.due.C:
		return false
	}
}

func (b *batch) add(s *slot) {
	if len(b.items) == 0 {
		b.due.Reset(batchWait)
	}
	b.slots = append(b.slots, s)
	b.items = append(b.items, s.item)
}

// flush records a batch, in as many transactions as the ledger wants.
func (h *haul) flush(ctx context.Context, b *batch) error {
	b.due.Reset(time.Hour)
	for items := b.items; len(items) > 0; {
		n, err := h.ledger.Record(ctx, h.place, items)
		if err == nil && n < 1 {
			err = errNoProgress
		}
		n = min(max(n, 0), len(items))
		if n > 0 {
			h.recorded += n
			h.pos.Last = max(h.pos.Last, items[n-1].ID)
			items = items[n:]
		}
		if err != nil {
			return storage(ctx, "record mail", err)
		}
	}
	return nil
}

// drop gives back what slots hold.
func (h *haul) drop(slots []*slot) {
	for i, s := range slots {
		_ = s.raw.Close()
		h.channel.budget.give(s.reserved)
		slots[i] = nil
	}
}
