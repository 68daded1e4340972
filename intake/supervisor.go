package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// Supervisor keeps channels running: each in its own goroutine, none disturbed
// by another's faults.
type Supervisor struct {
	// Acquire gives the right to work a source, or ErrLeased.
	Acquire func(ctx context.Context, source string) (Ledger, error)
	Log     *slog.Logger

	// How long to pause after a failure, at first and at most; a run that lasted
	// longer than MaxPause was a good one. How long a parked channel stays
	// parked when nobody comes, and how often a lease is renewed.
	// NewSupervisor sets them.
	FirstPause, MaxPause, Parking, Renewal time.Duration
}

// NewSupervisor returns a supervisor with the usual pauses.
func NewSupervisor(acquire func(context.Context, string) (Ledger, error), log *slog.Logger) *Supervisor {
	return &Supervisor{
		Acquire: acquire, Log: log,
		FirstPause: time.Second, MaxPause: 2 * time.Minute,
		Parking: time.Hour, Renewal: 20 * time.Second,
	}
}

// Run works all channels until ctx ends and every one of them has returned.
func (s *Supervisor) Run(ctx context.Context, channels ...Channel) {
	var wg sync.WaitGroup
	for _, ch := range channels {
		wg.Go(func() { s.keep(ctx, ch, s.Log.With("source", ch.Name())) })
	}
	wg.Wait()
}

// keep has the source leased and worked, again and again.
func (s *Supervisor) keep(ctx context.Context, ch Channel, log *slog.Logger) {
	pause := Backoff{First: s.FirstPause, Max: s.MaxPause}
	for ctx.Err() == nil {
		ledger, err := s.Acquire(ctx, ch.Name())
		if err == nil {
			err = s.hold(ctx, ch, ledger, log)
		}
		if ctx.Err() != nil {
			return
		}
		wait := pause.Next()
		log.Warn("source not held", "fault", FaultOf(err), "error", err, "next_in", wait.Round(time.Millisecond))
		sleep(ctx, wait)
	}
}

// hold works the source while it is ours. It returns when the lease is lost or
// ctx ends.
func (s *Supervisor) hold(ctx context.Context, ch Channel, l Ledger, log *slog.Logger) error {
	ctx, release := s.held(ctx, l, log)
	defer release(Status{State: Stopped})
	pause := Backoff{First: s.FirstPause, Max: s.MaxPause}
	var woken <-chan struct{}
	if w, ok := ch.(Waker); ok {
		woken = w.Woken()
	}
	for {
		report(ctx, l, Status{State: Connecting}, log)
		began := time.Now()
		err := guarded(log, func() error { return ch.Run(ctx, l) })
		if err == nil {
			err = errors.New("channel ended by itself")
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if errors.Is(err, ErrLeased) {
			return err
		}
		if time.Since(began) > s.MaxPause {
			pause.Reset()
		}
		status, wait := Status{State: Failing, Fault: FaultOf(err), Detail: err.Error()}, pause.Next()
		if IsPermanent(err) {
			status.State, wait = Parked, s.Parking
			log.Error("channel parked, a person must act", "fault", status.Fault, "error", err)
		} else {
			log.Warn("channel interrupted", "fault", status.Fault, "error", err, "next_in", wait.Round(time.Millisecond))
		}
		if left := time.Until(untilOf(err)); left > 0 {
			wait = left
		}
		status.Next = time.Now().Add(wait)
		report(ctx, l, status, log)
		sleep(ctx, wait, l.Wake(), woken)
	}
}

// Once has a source leased for a single piece of work, such as one pass over a
// mailbox, and gives it back. The state that the source ends in is noted.
func (s *Supervisor) Once(ctx context.Context, source string, work func(context.Context, Ledger) error) error {
	l, err := s.Acquire(ctx, source)
	if err != nil {
		return err
	}
	log := s.Log.With("source", source)
	ctx, release := s.held(ctx, l, log)
	err = guarded(log, func() error { return work(ctx, l) })
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	last := Status{State: Stopped}
	if err != nil && ctx.Err() == nil {
		last = Status{State: Failing, Fault: FaultOf(err), Detail: err.Error()}
	}
	release(last)
	return err
}

// held renews a lease in the background. The context ends when it is lost;
// release ends the renewing, notes the last state and gives the source back.
func (s *Supervisor) held(ctx context.Context, l Ledger, log *slog.Logger) (_ context.Context, release func(Status)) {
	ctx, lose := context.WithCancelCause(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() { s.renew(ctx, l, lose, log) })
	return ctx, func(status Status) {
		lose(nil)
		renewing.Wait()
		// What is written last must be written although ctx has ended.
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		report(last, l, status, log)
		if err := l.Release(last); err != nil && !errors.Is(err, ErrLeased) {
			log.Warn("lease not given back", "error", err)
		}
	}
}

// renew keeps the lease; when it is lost the work on the source ends.
func (s *Supervisor) renew(ctx context.Context, l Ledger, lose context.CancelCauseFunc, log *slog.Logger) {
	for sleep(ctx, s.Renewal) {
		switch err := l.Renew(ctx); {
		case errors.Is(err, ErrLeased):
			lose(err)
			return
		case err != nil && ctx.Err() == nil:
			log.Warn("lease not renewed", "error", err)
		}
	}
}

// guarded turns a panic into an error.
func guarded(log *slog.Logger, work func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			log.Error("channel panicked", "panic", v, "stack", string(debug.Stack()))
			err = &Fault{Code: FaultPanic, Err: fmt.Errorf("panic: %v", v)}
		}
	}()
	return work()
}

// report notes a state for people to see. That it could not be noted must not
// stop the work.
func report(ctx context.Context, l Ledger, status Status, log *slog.Logger) {
	if err := l.Report(ctx, status); err != nil && ctx.Err() == nil {
		log.Warn("state not noted", "state", string(status.State), "error", err)
	}
}

// sleep waits for d, or less when one of up to two channels signals. It tells
// whether ctx goes on.
func sleep(ctx context.Context, d time.Duration, wake ...<-chan struct{}) bool {
	var wakers [2]<-chan struct{} // nil ones never signal
	copy(wakers[:], wake)
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-wakers[0]:
	case <-wakers[1]:
	case <-t.C:
	}
	return true
}
