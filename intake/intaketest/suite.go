// Package intaketest is the suite that every channel passes: what intake.Channel
// promises, tried against a real far side and a real ledger.
package intaketest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"usulan/intake"
)

// patience is when the suite gives up on what never comes.
const patience = 5 * time.Minute

// Rig is a far side in the hands of the suite.
type Rig struct {
	// Channel makes the channel over this far side anew, as a restart does.
	Channel func() intake.Channel

	// Deliver has n items appear that differ from all others, each a proposal of
	// somebody else.
	Deliver func(n int)

	// Hostile has one item appear that cannot be read and ends in quarantine.
	Hostile func()

	// Cut ends every connection, and lets new ones be made.
	Cut func()

	// Told counts the items that the far side was told about. It is nil for a
	// channel that tells nothing.
	Told func() int
}

// Book is a fresh database in the hands of the suite.
type Book struct {
	Acquire  func(ctx context.Context, source string) (intake.Ledger, error)
	Accounts func(source string) map[intake.Outcome]int64
}

// Run tries everything that a channel promises.
func Run(t *testing.T, rig func(*testing.T) Rig, book func(*testing.T) Book) {
	for name, try := range map[string]func(*bench){
		"NamesItsSource":              namesItsSource,
		"TakesWhatIsThere":            takesWhatIsThere,
		"TakesWhatArrives":            takesWhatArrives,
		"TakesNothingTwice":           takesNothingTwice,
		"GoesOnAfterACut":             goesOnAfterACut,
		"GoesOnAfterTheLedgerFailed":  goesOnAfterTheLedgerFailed,
		"StopsWhenTheLeaseIsLost":     stopsWhenTheLeaseIsLost,
		"TakesALedgerThatRecordsLess": takesALedgerThatRecordsLess,
		"SetsAsideWhatItCannotRead":   setsAsideWhatItCannotRead,
		"TellsOnlyWhatIsCommitted":    tellsOnlyWhatIsCommitted,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // what takes long is waiting for disks
			r := rig(t)
			b := &bench{T: t, rig: r, book: book(t), source: r.Channel().Name()}
			b.ledger = b.acquire()
			try(b)
			_ = b.stop()
			if open := b.ledger.open(); open != 0 {
				t.Errorf("%d handles on bytes were never closed", open)
			}
		})
	}
}

// bench is where one promise is tried.
type bench struct {
	*testing.T
	rig    Rig
	book   Book
	source string
	ledger *ledger
	stop   func() error // the running channel; does nothing when none runs
}

func (b *bench) acquire() *ledger {
	b.Helper()
	l, err := b.book.Acquire(b.Context(), b.source)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Release(context.Background()) })
	b.stop = func() error { return nil }
	return &ledger{Ledger: l}
}

// run starts a channel as a fresh process would.
func (b *bench) run() (ended <-chan error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	ch := b.rig.Channel()
	go func() { done <- ch.Run(ctx, b.ledger) }()
	b.stop = sync.OnceValue(func() error { cancel(); return <-done })
	b.Cleanup(func() { _ = b.stop() })
	return done
}

// wantEnd waits for the channel to end by itself and returns its error.
func (b *bench) wantEnd(done <-chan error) error {
	b.Helper()
	select {
	case err := <-done:
		b.stop = func() error { return err }
		if err == nil {
			b.Fatal("Run returned nil although its context goes on")
		}
		return err
	case <-time.After(patience):
		b.Fatal("Run goes on")
		return nil
	}
}

// wantProposals waits until that many items were recorded and checks that they
// are proposals.
func (b *bench) wantProposals(n int) {
	b.Helper()
	b.untilThere(n)
	if got := b.book.Accounts(b.source); got[intake.NewProposal] != int64(n) || len(got) != 1 {
		b.Errorf("accounts = %v, want %d proposals", got, n)
	}
}

// untilThere waits until the ledger has that many rows. What a far side delivers
// again, not having heard that it arrived, adds none.
func (b *bench) untilThere(n int) {
	b.Helper()
	b.ledger.Until(b.T, "what was waited for", func() bool {
		var rows int64
		for _, count := range b.book.Accounts(b.source) {
			rows += count
		}
		return rows >= int64(n)
	})
}

func namesItsSource(b *bench) {
	channel, name, ok := strings.Cut(b.source, "/")
	if !ok || channel == "" || name == "" || b.rig.Channel().Name() != b.source {
		b.Errorf("name = %q, want channel/name, the same every time", b.source)
	}
}

func takesWhatIsThere(b *bench) {
	b.rig.Deliver(100)
	b.run()
	b.wantProposals(100)
	if err := b.stop(); err != nil {
		b.Errorf("Run = %v, want nil after its context ended", err)
	}
	if !b.ledger.was(intake.Connected) {
		b.Error("it never reported that it is connected")
	}
}

func takesWhatArrives(b *bench) {
	b.run()
	for n := 1; n <= 3; n++ {
		b.rig.Deliver(1)
		b.wantProposals(n)
	}
}

func takesNothingTwice(b *bench) {
	b.rig.Deliver(30)
	for range 3 {
		b.run()
		b.wantProposals(30)
		if err := b.stop(); err != nil {
			b.Error(err)
		}
	}
	b.rig.Deliver(5)
	b.run()
	b.wantProposals(35)
}

func goesOnAfterACut(b *bench) {
	b.rig.Deliver(3)
	done := b.run()
	b.wantProposals(3)
	b.rig.Cut()
	if err := b.wantEnd(done); intake.IsPermanent(err) {
		b.Errorf("error = %v, want one that the supervisor mends by calling again", err)
	}
	b.rig.Deliver(3)
	b.run()
	b.wantProposals(6)
}

var errDisk = errors.New("no space left on device")

func goesOnAfterTheLedgerFailed(b *bench) {
	b.rig.Deliver(50)
	b.ledger.fail = func(int) error { return errDisk }
	if err := b.wantEnd(b.run()); intake.FaultOf(err) != intake.FaultStorage || !errors.Is(err, errDisk) {
		b.Errorf("error = %v, want a fault of storage that wraps the ledger's", err)
	}
	b.ledger.fail = nil
	b.run()
	b.wantProposals(50)
}

func stopsWhenTheLeaseIsLost(b *bench) {
	b.rig.Deliver(5)
	b.ledger.fail = func(int) error { return intake.ErrLeased }
	if err := b.wantEnd(b.run()); !errors.Is(err, intake.ErrLeased) {
		b.Errorf("error = %v, want ErrLeased", err)
	}
}

func takesALedgerThatRecordsLess(b *bench) {
	b.rig.Deliver(20)
	b.ledger.most = 1
	b.run()
	b.wantProposals(20)
}

func setsAsideWhatItCannotRead(b *bench) {
	b.rig.Deliver(5)
	b.rig.Hostile()
	b.rig.Deliver(5)
	b.run()
	b.untilThere(11)
	if got := b.book.Accounts(b.source); got[intake.NewProposal] != 10 || got[intake.Quarantine] != 1 {
		b.Errorf("accounts = %v, want 10 proposals and 1 in quarantine", got)
	}
}

func tellsOnlyWhatIsCommitted(b *bench) {
	if b.rig.Told == nil {
		b.Skip("this channel tells the far side nothing")
	}
	early := 0
	b.ledger.fail = func(recorded int) error {
		if told := b.rig.Told(); told > recorded {
			early = told - recorded
		}
		return nil
	}
	b.rig.Deliver(70)
	b.run()
	b.wantProposals(70)
	b.untilTold(70)
	if early > 0 {
		b.Errorf("the far side was told of %d items before they were committed", early)
	}
}

// untilTold waits until the far side was told of n items, and checks that it is
// not told of more.
func (b *bench) untilTold(n int) {
	b.Helper()
	timeout := time.After(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		switch told := b.rig.Told(); {
		case told == n:
			return
		case told > n:
			b.Fatalf("the far side was told of %d items, want %d", told, n)
		}
		select {
		case <-tick.C:
		case <-timeout:
			b.Fatalf("the far side was told of %d items, want %d", b.rig.Told(), n)
		}
	}
}
