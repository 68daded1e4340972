package email

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"usulan/intake"
)

// Fault codes of this channel, besides those that all channels share.
const (
	FaultFolder  = "folder"       // a configured folder is not there
	FaultMark    = "mark"         // processed mail could not be marked or moved
	ItemRefused  = "item_refused" // the server answers NO or BAD when asked for this mail
	ItemDropped  = "item_dropped" // the server ends the connection when asked for this mail
	ItemMissing  = "item_missing" // the server lists this mail and sends nothing
	ItemTooLarge = "item_too_large"
)

// Channel takes in the mail of one mailbox. Each folder has a connection of its
// own, so that new mail is heard of in every folder at once (IDLE) and a slow
// folder holds no other up.
type Channel struct {
	box    Mailbox
	since  time.Time
	parser *Parser
	log    *slog.Logger
	budget *Budget
	tokens *tokens

	mu       sync.Mutex
	troubles map[string]error // what is wrong with single folders
}

var _ intake.Channel = (*Channel)(nil)

// Options are what a channel needs besides its mailbox.
type Options struct {
	Since  time.Time // mail that was there at the first connection and is older is only counted
	Parser *Parser
	Log    *slog.Logger
	Budget *Budget // shared by all mailboxes; nil for one of its own
}

// New returns the channel of a mailbox that has its defaults and was checked.
func New(box Mailbox, o Options) *Channel {
	if o.Budget == nil {
		o.Budget = NewBudget(defaultBudget)
	}
	return &Channel{
		box: box, since: o.Since, parser: o.Parser, log: o.Log, budget: o.Budget,
		tokens: newTokens(box.OAuth), troubles: map[string]error{},
	}
}

// Name is email/<name of the mailbox>.
func (c *Channel) Name() string { return c.box.Source() }

// Run brings in new mail as it arrives.
func (c *Channel) Run(ctx context.Context, l intake.Ledger) error {
	g, ctx := errgroup.WithContext(ctx)
	wakes := make([]chan struct{}, len(c.box.Folders))
	for i, name := range c.box.Folders {
		wakes[i] = make(chan struct{}, 1)
		g.Go(func() error { return c.attend(ctx, l, name, wakes[i]) })
	}
	g.Go(func() error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-l.Wake():
				for _, w := range wakes {
					signal(w)
				}
			}
		}
	})
	return g.Wait()
}

// Fetch brings in what is there and returns: one pass over all folders. A
// folder that is not there does not keep it from the others.
func (c *Channel) Fetch(ctx context.Context, l intake.Ledger) error {
	var faults []error
	for _, name := range c.box.Folders {
		err := c.visit(ctx, l, name, nil)
		if err != nil && !isFolderFault(err) {
			return err
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// attend works one folder until ctx ends. One of several that is not there is
// looked for again later, while the others are worked.
func (c *Channel) attend(ctx context.Context, l intake.Ledger, name string, wake chan struct{}) (err error) {
	defer func() {
		if v := recover(); v != nil {
			c.log.Error("channel panicked", "folder", name, "panic", v, "stack", string(debug.Stack()))
			err = &intake.Fault{Code: intake.FaultPanic, Err: fmt.Errorf("panic: %v", v)}
		}
	}()
	for {
		err := c.visit(ctx, l, name, wake)
		switch {
		case ctx.Err() != nil:
			return nil
		case !isFolderFault(err) || len(c.box.Folders) == 1:
			return err
		}
		if c.trouble(name, err) {
			c.log.Error("folder not worked", "folder", name, "fault", intake.FaultOf(err), "error", err)
		}
		if err := c.report(ctx, l); err != nil {
			return err
		}
		pause(ctx, time.Duration(c.box.Poll), wake)
	}
}

// visit works one folder over as many connections as it takes. When wake is
// nil it returns after one pass.
//
// A connection that ends in the middle of a mail is re-made at once, because
// finding out which mail the server cannot deliver takes several; see suspicion.
func (c *Channel) visit(ctx context.Context, l intake.Ledger, name string, wake chan struct{}) error {
	var s suspicion
	for {
		err := c.connection(ctx, l, name, wake, &s)
		var lost *lostError
		if ctx.Err() != nil || !errors.As(err, &lost) || s.hopeless() {
			return err
		}
		c.log.Warn("connection lost while fetching, connecting again", "folder", name, "uid", s.uid, "error", err)
	}
}

// connection is one connection's life.
func (c *Channel) connection(ctx context.Context, l intake.Ledger, name string, wake chan struct{}, s *suspicion) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	sess, err := connect(ctx, &c.box, c.tokens)
	if err != nil {
		return err
	}
	defer sess.close()
	f, err := openFolder(ctx, c, sess, l, name, s)
	if err != nil {
		return err
	}
	c.trouble(name, nil)
	if err := c.report(ctx, l); err != nil {
		return err
	}
	for {
		if err := f.pass(ctx); err != nil {
			return err
		}
		if wake == nil {
			sess.goodbye()
			return nil
		}
		if err := f.wait(ctx, wake); err != nil {
			return err
		}
	}
}

// trouble remembers what is wrong with a folder, or that nothing is any more.
// It tells whether that is new.
func (c *Channel) trouble(name string, err error) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.troubles[name]
	if err == nil {
		delete(c.troubles, name)
		return before != nil
	}
	c.troubles[name] = err
	return before == nil || before.Error() != err.Error()
}

// report notes the state of the mailbox: connected, unless a folder has trouble.
func (c *Channel) report(ctx context.Context, l intake.Ledger) error {
	status := intake.Status{State: intake.Connected}
	c.mu.Lock()
	var details []string
	for _, name := range c.box.Folders {
		if err := c.troubles[name]; err != nil {
			status.State, status.Fault = intake.Failing, intake.FaultOf(err)
			details = append(details, err.Error())
		}
	}
	c.mu.Unlock()
	status.Detail = strings.Join(details, "; ")
	return storage(ctx, "report", l.Report(ctx, status))
}

// storage marks an error of the ledger as our own side's fault.
func storage(ctx context.Context, doing string, err error) error {
	var fault *intake.Fault
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil, errors.Is(err, intake.ErrLeased), errors.As(err, &fault):
		return fmt.Errorf("%s: %w", doing, err)
	default:
		return &intake.Fault{Code: intake.FaultStorage, Err: fmt.Errorf("%s: %w", doing, err)}
	}
}

func isFolderFault(err error) bool {
	var fault *intake.Fault
	return errors.As(err, &fault) && fault.Code == FaultFolder
}

// pause waits for d, for wake or for ctx's end.
func pause(ctx context.Context, d time.Duration, wake <-chan struct{}) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-t.C:
	}
}

// Budget bounds the bytes of mails that were asked for and are not yet
// recorded, over all mailboxes together.
type Budget struct {
	bytes *semaphore.Weighted
	size  int64
}

const defaultBudget = 24 << 20

// NewBudget returns a budget of that many bytes.
func NewBudget(bytes int64) *Budget {
	return &Budget{semaphore.NewWeighted(bytes), bytes}
}

// take waits until n bytes are free and returns how many were taken: one mail
// larger than everything waits for everything.
func (b *Budget) take(ctx context.Context, n int64) (int64, error) {
	n = min(n, b.size)
	return n, b.bytes.Acquire(ctx, n)
}

func (b *Budget) give(n int64) { b.bytes.Release(n) }
