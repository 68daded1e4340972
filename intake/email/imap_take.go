package email

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"usulan/intake"
)

// How mails are asked for.
const (
	window     = 2000      // mails whose size and date are asked for at once
	reach      = 128       // mails fetched by one command, at most
	reachBytes = 2 << 20   // bytes fetched by one command, about
	lanes      = 3         // commands on their way at a time
	headerMax  = 256 << 10 // bytes of the header of a mail that is too large
)

// haul is one run over a list of mails. Its stages work side by side: plan asks
// for sizes and cuts the list into tasks, lanes fetch, readers parse, and record
// makes safe, in the order of the list. Whatever was received in order before a
// connection ended is recorded.
type haul struct {
	*folder
	recorder
	uids     []uint32
	insisted map[uint32]bool
	serial   bool // one mail or few at a time: something went wrong before

	tasks  chan *task
	cancel context.CancelCauseFunc
	failed atomic.Bool
}

// task is one FETCH command.
type task struct {
	slots  []*slot
	header bool
	bytes  int64
}

// take fetches, parses and records a list of mails, given by UID in ascending
// order.
func (f *folder) take(ctx context.Context, uids []uint32, insisted map[uint32]bool) error {
	for len(uids) > 0 {
		part, serial := uids, f.suspect.active()
		if serial {
			part = uids[:min(len(uids), 2*reach)]
		}
		h := &haul{folder: f, uids: part, insisted: insisted, serial: serial}
		err := h.run(ctx)
		f.pos.Last = max(f.pos.Last, h.last)
		var lost *lostError
		switch {
		case errors.As(err, &lost):
			f.suspect.lost(part[min(h.recorded, len(part)-1)], h.recorded > 0)
			return err
		case err != nil:
			return err
		}
		f.suspect.clear()
		uids = uids[len(part):]
	}
	return nil
}

// run has all stages work and waits for them.
func (h *haul) run(parent context.Context) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	h.cancel = cancel
	h.tasks = make(chan *task)
	c := h.channel
	h.recorder = recorder{
		ledger: h.folder.ledger, place: h.folder.place, parser: c.parser, budget: c.budget, log: c.log,
		stop: h.breakOff,
	}
	finish := h.start(parent, lanes)
	var planning, fetching sync.WaitGroup
	planning.Go(func() {
		defer close(h.order)
		defer close(h.tasks)
		if err := h.guarded(func() error { return h.plan(ctx) }); err != nil {
			h.fail(err)
		}
	})
	for range h.lanes() {
		fetching.Go(h.lane)
	}
	planning.Wait()
	fetching.Wait()
	close(h.parse)
	if err := finish(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

func (h *haul) lanes() int {
	if h.serial {
		return 1
	}
	return lanes
}

// fail ends the haul: no more is asked for. What was received is recorded.
func (h *haul) fail(err error) {
	h.failed.Store(true)
	h.cancel(err)
}

// breakOff ends the haul and the connection, so that nobody waits for what is
// not wanted any more.
func (h *haul) breakOff(err error) {
	h.fail(err) // before others notice that the line was cut
	h.abort()
}

// plan cuts the list into tasks and hands them to the lanes, in order.
func (h *haul) plan(ctx context.Context) error {
	rest, size := h.uids, window
	if h.serial {
		size = 1
	}
	for len(rest) > 0 && ctx.Err() == nil {
		part := rest[:min(size, len(rest))]
		rest = rest[len(part):]
		if err := h.planWindow(ctx, part); err != nil {
			return err
		}
		size = min(2*size, window)
		if h.serial {
			size = min(size, reach)
		}
	}
	return nil
}

// planWindow asks for size and date of some mails and makes tasks of them.
func (h *haul) planWindow(ctx context.Context, uids []uint32) error {
	if len(uids) == 1 && h.suspect.guilty(uids[0]) {
		return h.condemn(ctx, uids[0])
	}
	found, err := h.describe(uids)
	if err != nil {
		return err
	}
	t := &task{}
	for _, uid := range uids {
		s, header := h.assess(uid, found[uid])
		want := s.reserved
		if len(t.slots) == reach || t.bytes+want > reachBytes && t.bytes > 0 || header != t.header && len(t.slots) > 0 {
			if err := h.send(ctx, t); err != nil {
				return err
			}
			t = &task{}
		}
		t.header = header
		t.bytes += want
		t.slots = append(t.slots, s)
	}
	return h.send(ctx, t)
}

// assess decides what to do with a mail: nothing (its slot is ready), fetch its
// header, or fetch it whole.
func (h *haul) assess(uid uint32, d *description) (s *slot, header bool) {
	switch {
	case d == nil:
		return settled(uid, intake.Vanished, ""), false
	case d.fault != "":
		return settled(uid, intake.Unfetchable, d.fault), false
	}
	insisted := h.insisted[uid]
	s = &slot{item: intake.Item{ID: uid, ReceivedAt: d.date, Size: d.size}}
	switch since := h.channel.since; {
	case !insisted && uid <= h.pos.Baseline && d.date.Before(since):
		s.item.Outcome = intake.Older
		s.ready = closed
		return s, false
	case !insisted && d.size > int64(h.box.MaxSize):
		s.reserved, header = headerMax, true
	default:
		s.reserved = max(d.size, 1)
	}
	s.ready = make(chan struct{})
	return s, header
}

func settled(uid uint32, o intake.Outcome, reason string) *slot {
	return &slot{item: intake.Item{ID: uid, Outcome: o, Reason: reason}, ready: closed}
}

// send hands a task to the recorder and, when something is to be fetched, to a
// lane, once the budget has room for it.
func (h *haul) send(ctx context.Context, t *task) error {
	if len(t.slots) == 0 {
		return nil
	}
	taken, err := h.budget.take(ctx, t.bytes)
	if err != nil {
		return err
	}
	// What was taken for the task is given back slot by slot.
	for _, s := range t.slots {
		s.reserved = min(s.reserved, taken)
		taken -= s.reserved
	}
	select {
	case h.order <- t.slots:
	case <-ctx.Done():
		for _, s := range t.slots {
			h.budget.give(s.reserved)
		}
		return ctx.Err()
	}
	t.slots = slices.DeleteFunc(slices.Clone(t.slots), func(s *slot) bool { return s.ready == closed })
	if len(t.slots) == 0 {
		return nil
	}
	select {
	case h.tasks <- t:
	case <-ctx.Done():
		t.lose()
		return ctx.Err()
	}
	if h.serial {
		// Nothing else is asked for meanwhile, so that it is clear which mail a
		// connection was lost over.
		for _, s := range t.slots {
			<-s.ready
		}
	}
	return nil
}

// lose settles what was not received: nothing became of it.
func (t *task) lose() {
	for _, s := range t.slots {
		if s.raw == nil && s.item.Outcome == "" {
			s.lost = true
			close(s.ready)
		}
	}
}
