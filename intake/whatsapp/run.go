package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"

	"usulan/intake"
)

// How long being let in may take once connected, and how often a connection
// looks after what is due and says how it does.
const (
	loginTime = time.Minute
	round     = time.Minute
)

// place is where all items of an account are: messages have no numbers.
var place = intake.Place{}

// Run takes in messages until ctx ends or the connection does. Without a linked
// device it returns at once, with a Permanent error.
func (c *Channel) Run(ctx context.Context, l intake.Ledger) error {
	_, err := l.Position(ctx, place, 0)
	if err == nil {
		err = c.connections(ctx, l)
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// connections makes one connection, or more when the server asks for another or
// refuses the client's version.
func (c *Channel) connections(ctx context.Context, l intake.Ledger) error {
	for renewed := false; ; {
		err := c.work(ctx, l)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, errAgain) {
			continue
		}
		if intake.FaultOf(err) != FaultOutdated {
			return c.parting(ctx, l, err)
		}
		if renewed {
			return err
		}
		another, asking := c.version.renew(ctx)
		if !another {
			return errors.Join(err, asking)
		}
		renewed = true
	}
}

// parting tells people when an error means that no device is linked any more, and
// forgets the keys of one that was removed.
func (c *Channel) parting(ctx context.Context, l intake.Ledger, err error) error {
	removed := errors.Is(err, errRemoved)
	if !removed && intake.FaultOf(err) != FaultUnlinked {
		return err
	}
	if removed {
		if forgetting := c.forget(ctx); forgetting != nil {
			return forgetting
		}
	}
	c.mu.Lock()
	if removed {
		c.gone = err
	} else if c.gone != nil {
		err = c.gone // it stays known why
	}
	c.mu.Unlock()
	status := intake.Status{State: intake.Parked, Fault: intake.FaultOf(err), Detail: err.Error(), Account: &intake.Account{}}
	return errors.Join(err, l.Report(ctx, status))
}

// forget deletes the keys of the device. The client does so too, in its time.
func (c *Channel) forget(ctx context.Context) error {
	file, err := c.session(ctx)
	if err != nil {
		return err
	}
	device, err := file.device(ctx)
	if err == nil && device != nil {
		err = device.Delete(ctx)
	}
	return storageFault(err)
}

// run is one connection of the linked device.
type run struct {
	channel   *Channel
	translate translator
	ledger    intake.Ledger
	file      *session
	client    *whatsmeow.Client
	device    types.JID // our own address, with the number of the device
	log       *slog.Logger
	groups    *groups
	buffer    *buffer
	downloads *downloads

	ctx      context.Context // of what is done for the connection; outlives the context of Run by its last words
	end      context.CancelFunc
	gate     gate
	ended    chan error // why the connection ends: the first reason counts
	loggedIn chan struct{}
	news     chan struct{} // something changed that people see
	asked    chan struct{} // something may be due
	workers  sync.WaitGroup

	recorded atomic.Int64 // when something last was, in Unix nanoseconds

	mu   sync.Mutex
	link link
}

// work is one connection, from the first greeting to the end.
func (c *Channel) work(ctx context.Context, l intake.Ledger) error {
	r, err := c.newRun(ctx, l)
	if err != nil {
		return err
	}
	c.version.prepare(ctx)
	c.begin(r)
	defer c.finish(r)
	abandon := context.AfterFunc(ctx, r.end) // connecting is not worth waiting for
	err = c.connect(r.ctx, r.end, r.client)
	abandon()
	if err != nil {
		return err
	}
	return r.watch(ctx)
}

// newRun prepares a connection of the linked device.
func (c *Channel) newRun(ctx context.Context, l intake.Ledger) (*run, error) {
	file, err := c.session(ctx)
	if err != nil {
		return nil, err
	}
	device, err := file.device(ctx)
	if err != nil {
		return nil, storageFault(err)
	}
	if device == nil {
		return nil, intake.Permanent(fault(FaultUnlinked, "no device is linked"))
	}
	r := &run{
		channel: c, translate: c.translate, ledger: l, file: file, device: *device.ID, log: c.log,
		ended: make(chan error, 1), loggedIn: make(chan struct{}, 1), news: make(chan struct{}, 1), asked: make(chan struct{}, 1),
	}
	r.gate.open()
	if r.link, err = file.link(ctx, r.device, time.Now()); err != nil {
		return nil, storageFault(err)
	}
	names, err := file.groupNames(ctx)
	if err != nil {
		return nil, storageFault(err)
	}
	if err := os.MkdirAll(c.opts.Files, 0o700); err != nil {
		return nil, storageFault(fmt.Errorf("make room for downloads: %w", err))
	}
	r.buffer = newBuffer(device.EventBuffer, r.stop)
	device.EventBuffer = r.buffer
	r.ctx, r.end = context.WithCancel(context.WithoutCancel(ctx))
	r.client = c.client(r.ctx, device, r.handle)
	r.groups = newGroups(c.account, file, names, r.client, r.gate.closed)
	r.downloads = newDownloads(r.client, l, c.opts.Files, int64(c.account.MaxSize), c.log)
	return r, nil
}

// begin and finish note which connection there is. When finish returns, nothing
// of the connection is at work any more.
func (c *Channel) begin(r *run) {
	c.mu.Lock()
	c.running = r
	c.mu.Unlock()
}

func (c *Channel) finish(r *run) {
	r.gate.shut()        // no event is taken from now on, so that none is acknowledged
	disconnect(r.client) // which waits for the client's queue
	if err := r.buffer.flush(r.ctx); err != nil && r.ctx.Err() == nil {
		c.log.Warn("some events may be handled again", "error", err)
	}
	r.end()
	r.workers.Wait()
	c.mu.Lock()
	c.running = nil
	c.mu.Unlock()
}

// watch waits for the end of the connection, and looks after what is due.
func (r *run) watch(ctx context.Context) error {
	letIn := time.NewTimer(loginTime)
	defer letIn.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-r.ended:
		return err
	case <-letIn.C:
		return fault(intake.FaultUnreachable, "not let in within %s", loginTime)
	case <-r.loggedIn:
	}
	r.log.Info("connected", "device", r.device.Device)
	r.workers.Go(func() { r.groups.learn(r.ctx, r.log) })
	r.workers.Go(r.catchUp)
	r.workers.Go(func() {
		if err := r.downloads.run(r.ctx); err != nil {
			r.stop(err)
		}
	})
	tick := time.NewTicker(round)
	defer tick.Stop()
	for {
		if err := r.report(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-r.ended:
			return err
		case <-r.news:
		case <-r.ledger.Wake():
			signal(r.asked)
			r.downloads.wake()
		case <-tick.C:
			signal(r.asked)
			if err := r.buffer.flush(r.ctx); err != nil {
				return storageFault(err)
			}
		}
	}
}

// stop ends the connection for a reason.
func (r *run) stop(reason error) {
	select {
	case r.ended <- reason:
	default:
	}
}

// report says how the account does.
func (r *run) report() error {
	r.mu.Lock()
	known := r.link
	r.mu.Unlock()
	device := r.client.Store
	name := device.PushName
	if name == "" {
		name = device.BusinessName
	}
	status := intake.Status{State: intake.Connected, Account: &intake.Account{
		Number: "+" + r.device.User, Name: cleanName(name), Device: r.channel.account.DeviceName,
		Since: known.since, Phone: known.phone,
	}}
	if time.Since(known.phone) > phoneAway {
		status.Fault = FaultPhoneAway
	}
	return r.ledger.Report(r.ctx, status)
}

// signal wakes whoever waits for c, now or when it next does.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
