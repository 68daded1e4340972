package email

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"usulan/intake"
)

// A batch ends when it is full or when its first mail has waited long enough.
const (
	batchItems = 64
	batchWait  = 15 * time.Millisecond
)

// recorder is the second half of a mail's road, whether it came over IMAP or
// from a file: parsed on all cores and recorded in batches, in order.
type recorder struct {
	ledger intake.Ledger
	place  intake.Place
	parser *Parser
	budget *Budget
	log    *slog.Logger

	order chan []*slot // every mail, in order
	parse chan *slot   // those whose bytes have come

	stop     func(error) // called once, when storage fails
	recorded int         // how many mails, from the first on
	last     uint32      // the highest item that was recorded
}

// slot is the place of one mail in the order. The stage that fills it closes
// ready.
type slot struct {
	item     intake.Item
	raw      *intake.Raw
	header   bool  // only the header was fetched
	reserved int64 // of the budget
	lost     bool  // nothing became of it: the connection ended
	ready    chan struct{}
}

// closed is the ready channel of slots that nothing has to be fetched for.
var closed = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// start sets the readers and the recording to work. ahead is how many pieces of
// the order may be on their way ahead of what is being recorded. The caller closes
// parse and order; finish waits for the end.
func (r *recorder) start(ctx context.Context, ahead int) (finish func() error) {
	r.order = make(chan []*slot, ahead)
	r.parse = make(chan *slot, 64)
	var reading sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		reading.Go(r.read)
	}
	done := make(chan error, 1)
	go func() { done <- r.record(ctx) }()
	return func() error {
		reading.Wait()
		return <-done
	}
}

// read parses mails until there are no more.
func (r *recorder) read() {
	for s := range r.parse {
		s.item.Submission = r.parseGuarded(s)
		if s.header {
			s.item.Outcome, s.item.Reason = intake.TooLarge, ItemTooLarge
		}
		close(s.ready)
	}
}

// parseGuarded turns a panic of the parser into a quarantined mail: it must not
// stop those behind it.
func (r *recorder) parseGuarded(s *slot) (sub *intake.Submission) {
	defer func() {
		if v := recover(); v != nil {
			r.log.Error("parser panicked", "place", r.place.Folder, "item", s.item.ID, "key", s.item.Key, "panic", v)
			sub = &intake.Submission{
				Kind: intake.Message, Raw: s.raw, ContentHash: s.raw.Hash, ReceivedAt: s.item.ReceivedAt,
				Fault: intake.FaultPanic, From: intake.Address{Kind: intake.Anonymous},
			}
		}
	}()
	if s.header {
		return r.parser.ParseHeader(s.raw, s.item.ReceivedAt)
	}
	return r.parser.Parse(s.raw, s.item.ReceivedAt)
}

// batch gathers mails that are recorded together.
type batch struct {
	slots []*slot
	items []intake.Item
	due   *time.Timer
}

// record makes the mails safe in their order. It goes on to the end, so that
// every handle is closed and every reservation given back, but after the first
// mail that was lost it records no more: the position must not pass it. Its
// error is one of storage.
func (r *recorder) record(ctx context.Context) error {
	b := &batch{due: time.NewTimer(time.Hour)}
	defer b.due.Stop()
	var fault error
	over := false
	flush := func() {
		if !over {
			if fault = r.flush(ctx, b.items); fault != nil {
				over = true
				r.stop(fault)
			}
		}
		r.drop(b.slots)
		b.slots, b.items = b.slots[:0], b.items[:0]
		b.due.Reset(time.Hour)
	}
	for {
		var slots []*slot
		var open bool
		select {
		case slots, open = <-r.order:
		case <-b.due.C:
			flush() // who fetches may wait for what the batch holds of the budget
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
				r.drop([]*slot{s})
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

var errNoProgress = errors.New("the ledger recorded nothing and gave no reason")

// flush records a batch, in as many transactions as the ledger wants.
func (r *recorder) flush(ctx context.Context, items []intake.Item) error {
	for len(items) > 0 {
		n, err := r.ledger.Record(ctx, r.place, items)
		if err == nil && n < 1 {
			err = errNoProgress
		}
		if n = min(max(n, 0), len(items)); n > 0 {
			r.recorded += n
			r.last = max(r.last, items[n-1].ID)
			items = items[n:]
		}
		if err != nil {
			return storage(ctx, "record mail", err)
		}
	}
	return nil
}

// drop gives back what slots hold.
func (r *recorder) drop(slots []*slot) {
	for i, s := range slots {
		_ = s.raw.Close()
		r.budget.give(s.reserved)
		slots[i] = nil
	}
}
