//go:build linux

package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"usulan/intake"
)

// TestPersonsGoFirst tags proposals while intake runs at full speed: batches end
// early for each tag, and nothing gets lost between the two.
func TestPersonsGoFirst(t *testing.T) {
	db, l := one(t)
	sari := staff(t, db, "sari")
	ctx, cancel := context.WithCancel(t.Context())
	var short, recorded int
	var wg sync.WaitGroup
	wg.Go(func() {
		for id := uint32(2); ctx.Err() == nil; {
			var items []intake.Item
			for range 64 {
				items = append(items, item(id+uint32(len(items)), mail(fmt.Sprintf("%d@example.id", id), fmt.Sprint(id, len(items)), "Usul", fmt.Sprint("isi ", id, len(items)))))
			}
			n, err := l.Record(context.Background(), inbox, items)
			if err != nil {
				t.Errorf("record: %v", err)
				return
			}
			if n < len(items) {
				short++
			}
			recorded += n
			id += uint32(n)
		}
	})
	for range 40 {
		decide(t, db, sari, first, Decision{State: Tagged, Priority: "P1"})
		decide(t, db, sari, first, Decision{State: Tagged, Priority: "P2"})
	}
	cancel()
	wg.Wait()
	if short == 0 {
		t.Error("no batch ended early for a person")
	}
	if got := len(ledgerOf(t, db)); got != recorded+1 {
		t.Errorf("%d rows, want %d", got, recorded+1)
	}
	if s := summary(t, db, first); s.Priority != "P2" || s.Version != 81 {
		t.Errorf("after 80 tags = %+v", s)
	}
}

// TestGate lets persons of two processes (as far as locks know) keep intake waiting.
func TestGate(t *testing.T) {
	dir := t.TempDir()
	here, err := openGate(dir + "/gate")
	if err != nil {
		t.Fatal(err)
	}
	there, err := openGate(dir + "/gate")
	if err != nil {
		t.Fatal(err)
	}
	want := func(waiting bool) {
		t.Helper()
		if here.wanted() != waiting || there.wanted() != waiting {
			t.Errorf("somebody waits: %v here, %v there; want %v", here.wanted(), there.wanted(), waiting)
		}
	}
	want(false)
	here.enter()
	want(true)
	there.enter()
	here.enter()
	here.leave()
	want(true)
	here.leave()
	want(true)
	there.leave()
	want(false)
	if err := errors.Join(here.close(), there.close()); err != nil {
		t.Error(err)
	}
}

func TestChanged(t *testing.T) {
	t.Run("AtOnceInThisProcess", func(t *testing.T) {
		db, l := one(t)
		last, err := db.LastEntry(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		heard := make(chan int64, 1)
		go func() {
			n, err := db.Changed(t.Context(), last)
			if err != nil {
				t.Error(err)
			}
			heard <- n
		}()
		record(t, l, item(2, mail("b@example.id", "b", "Dua", "isi")))
		if n := <-heard; n != last+1 {
			t.Errorf("newest entry = %d, want %d", n, last+1)
		}
	})

	t.Run("FromAnotherProcess", func(t *testing.T) {
		dir := t.TempDir()
		db := open(t, dir)
		if err := db.Configure(t.Context(), settings()); err != nil {
			t.Fatal(err)
		}
		record(t, acquire(t, db, "email/forum"), item(1, mail("a@example.id", "a", "Satu", "isi")))
		heard := make(chan int64, 1)
		go func() {
			n, err := db.Changed(t.Context(), 1)
			if err != nil {
				t.Error(err)
			}
			heard <- n
		}()
		kill := child(t, "decide", 1, dir, first)
		defer kill()
		if n := <-heard; n != 2 {
			t.Errorf("newest entry = %d, want 2", n)
		}
		if s := summary(t, db, first); s.Priority != "P1" {
			t.Errorf("the other process's decision shows as %+v", s)
		}
	})

	t.Run("ErrCancelled", func(t *testing.T) {
		db, _ := one(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := db.Changed(ctx, 99); !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v; want cancelled", err)
		}
	})

	t.Run("ManyWait", func(t *testing.T) {
		db, l := one(t)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if _, err := db.Changed(t.Context(), 1); err != nil {
					t.Error(err)
				}
			})
		}
		record(t, l, item(2, mail("b@example.id", "b", "Dua", "isi")))
		wg.Wait()
	})
}

// TestDiskFull fills a small disk: recording stops with a fault of our storage,
// and goes on where it stopped when there is room again.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	defer func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) }()
	db := open(t, dir)
	if err := db.Configure(t.Context(), settings()); err != nil {
		t.Fatal(err)
	}
	l := acquire(t, db, "email/forum")
	items := mailbox(2000)
	var full error
	done := 0
	for full == nil && done < len(items) {
		n, err := l.Record(t.Context(), inbox, items[done:min(done+16, len(items))])
		done, full = done+n, err
	}
	if intake.FaultOf(full) != intake.FaultStorage || done == 0 {
		t.Fatalf("recorded %d, then %v; want a storage fault on the way", done, full)
	}
	if _, err := l.Keep(zeros{}, 8<<20); intake.FaultOf(err) != intake.FaultStorage {
		t.Errorf("kept eight megabytes on four: %v; want a storage fault", err)
	}
	if got := len(ledgerOf(t, db)); got != done {
		t.Errorf("%d rows, want the %d that were acknowledged", got, done)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	record(t, l, items[done:done+100]...)
	if got := len(ledgerOf(t, db)); got != done+100 {
		t.Errorf("%d rows with room again, want %d", got, done+100)
	}
	var broken string
	if err := db.row(t.Context(), "PRAGMA integrity_check", nil, &broken); err != nil || broken != "ok" {
		t.Errorf("integrity: %s, %v", broken, err)
	}
}

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestClosed uses a database after it was closed.
func TestClosed(t *testing.T) {
	db := open(t, t.TempDir())
	waiting := make(chan error, 1)
	go func() {
		_, err := db.Changed(context.Background(), 5)
		waiting <- err
	}()
	time.AfterFunc(10*time.Millisecond, func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := <-waiting; err == nil {
		t.Error("a wait outlived the database")
	}
	if err := db.Configure(t.Context(), settings()); err == nil {
		t.Error("a closed database was written to")
	}
	if _, err := db.Settings(t.Context()); err == nil {
		t.Error("a closed database was read from")
	}
}
