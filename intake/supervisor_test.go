package intake_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"usulan/intake"
)

// book is a ledger of which only the lease and the reported states matter here.
type book struct {
	intake.Ledger
	mu       sync.Mutex
	states   []intake.Status
	released bool
	lost     bool
	wake     chan struct{}
}

func newBook() *book { return &book{wake: make(chan struct{}, 1)} }

func (b *book) Report(_ context.Context, s intake.Status) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.states = append(b.states, s)
	return nil
}

func (b *book) Renew(context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.lost {
		return intake.ErrLeased
	}
	return nil
}

func (b *book) Release(context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.released = true
	return nil
}

func (b *book) Wake() <-chan struct{} { return b.wake }

func (b *book) last() intake.Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.states[len(b.states)-1]
}

// channel runs what a test gives it and counts how often.
type channel struct {
	mu   sync.Mutex
	runs int
	run  func(ctx context.Context, n int) error
}

func (*channel) Name() string { return "email/forum" }

func (c *channel) Run(ctx context.Context, _ intake.Ledger) error {
	c.mu.Lock()
	c.runs++
	n := c.runs
	c.mu.Unlock()
	return c.run(ctx, n)
}

func (c *channel) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.runs
}

// waker is a channel that knows when to be tried.
type waker struct {
	*channel
	woken chan struct{}
}

func (w *waker) Woken() <-chan struct{} { return w.woken }

// supervise runs the channel until the test's end.
func supervise(t *testing.T, b *book, channels ...intake.Channel) *intake.Supervisor {
	t.Helper()
	acquire := func(context.Context, string) (intake.Ledger, error) { return b, nil }
	s := intake.NewSupervisor(acquire, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { s.Run(ctx, channels...) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	return s
}

func untilEnd(ctx context.Context) error { <-ctx.Done(); return nil }

func TestSupervisor(t *testing.T) {
	t.Run("ReconnectsAfterAFailure", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBook()
			ch := &channel{run: func(ctx context.Context, n int) error {
				if n < 3 {
					return &intake.Fault{Code: intake.FaultUnreachable, Err: errors.New("no route")}
				}
				return untilEnd(ctx)
			}}
			supervise(t, b, ch)
			time.Sleep(5 * time.Second)
			synctest.Wait()
			if got := ch.count(); got != 3 {
				t.Errorf("runs after two failures = %d, want 3", got)
			}
			if got := b.states[1]; got.State != intake.Failing || got.Fault != intake.FaultUnreachable {
				t.Errorf("state after a failure = %+v, want failing, unreachable", got)
			}
		})
	})

	t.Run("PausesGrowAndStayBounded", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ch := &channel{run: func(context.Context, int) error { return errors.New("cut") }}
			supervise(t, newBook(), ch)
			time.Sleep(24 * time.Hour)
			synctest.Wait()
			// A day holds 720 pauses of two minutes and 1,440 of half that.
			if got := ch.count(); got < 700 || got > 1500 {
				t.Errorf("attempts in a day = %d, want between 700 and 1500", got)
			}
		})
	})

	t.Run("ParksUntilAPersonAsks", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBook()
			ch := &channel{run: func(context.Context, int) error {
				return intake.Permanent(&intake.Fault{Code: intake.FaultRefused, Err: errors.New("wrong password")})
			}}
			supervise(t, b, ch)
			time.Sleep(30 * time.Minute)
			synctest.Wait()
			if got := ch.count(); got != 1 {
				t.Errorf("attempts while parked = %d, want 1", got)
			}
			if got := b.last(); got.State != intake.Parked || got.Fault != intake.FaultRefused {
				t.Errorf("state = %+v, want parked, refused", got)
			}
			b.wake <- struct{}{}
			synctest.Wait()
			if got := ch.count(); got != 2 {
				t.Errorf("attempts after asking = %d, want 2", got)
			}
		})
	})

	t.Run("ParksUntilTheFarSideSays", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBook()
			until := time.Now().Add(6 * time.Hour)
			ch := &channel{run: func(ctx context.Context, n int) error {
				if n > 1 {
					return untilEnd(ctx)
				}
				return intake.Permanent(&intake.Fault{Code: "banned", Err: errors.New("for a while"), Until: until})
			}}
			supervise(t, b, ch)
			time.Sleep(6*time.Hour - time.Second)
			synctest.Wait()
			if got := b.last(); ch.count() != 1 || got.State != intake.Parked || !got.Next.Equal(until) {
				t.Errorf("after %d attempts the state is %+v, want parked until %s", ch.count(), got, until)
			}
			time.Sleep(2 * time.Second)
			synctest.Wait()
			if got := ch.count(); got != 2 {
				t.Errorf("attempts when it has ended = %d, want 2", got)
			}
		})
	})

	t.Run("AChannelWakesItself", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ch := &waker{woken: make(chan struct{}, 1), channel: &channel{run: func(context.Context, int) error {
				return intake.Permanent(&intake.Fault{Code: "unlinked", Err: errors.New("no device")})
			}}}
			supervise(t, newBook(), ch)
			time.Sleep(time.Minute)
			ch.woken <- struct{}{}
			synctest.Wait()
			if got := ch.count(); got != 2 {
				t.Errorf("attempts after waking = %d, want 2", got)
			}
		})
	})

	t.Run("APanicIsAFailure", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBook()
			ch := &channel{run: func(ctx context.Context, n int) error {
				if n == 1 {
					panic("defect")
				}
				return untilEnd(ctx)
			}}
			healthy := &channel{run: func(ctx context.Context, _ int) error { return untilEnd(ctx) }}
			supervise(t, b, ch, healthy)
			time.Sleep(5 * time.Second)
			synctest.Wait()
			if ch.count() != 2 || healthy.count() != 1 {
				t.Errorf("runs = %d and %d, want 2 and 1", ch.count(), healthy.count())
			}
		})
	})

	t.Run("ALostLeaseEndsTheRun", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBook()
			ended := make(chan error, 8)
			ch := &channel{run: func(ctx context.Context, _ int) error {
				<-ctx.Done()
				ended <- context.Cause(ctx)
				return nil
			}}
			supervise(t, b, ch)
			synctest.Wait()
			b.mu.Lock()
			b.lost = true
			b.mu.Unlock()
			time.Sleep(25 * time.Second)
			synctest.Wait()
			select {
			case err := <-ended:
				if !errors.Is(err, intake.ErrLeased) {
					t.Errorf("cause = %v, want ErrLeased", err)
				}
			default:
				t.Error("the run went on without a lease")
			}
		})
	})

	t.Run("StopsAndGivesTheLeaseBack", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBook()
			acquire := func(context.Context, string) (intake.Ledger, error) { return b, nil }
			s := intake.NewSupervisor(acquire, slog.New(slog.DiscardHandler))
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan struct{})
			go func() {
				s.Run(ctx, &channel{run: func(ctx context.Context, _ int) error { return untilEnd(ctx) }})
				close(done)
			}()
			synctest.Wait()
			cancel()
			<-done
			if !b.released || b.last().State != intake.Stopped {
				t.Errorf("released = %v, state = %v; want true, stopped", b.released, b.last().State)
			}
		})
	})
}
