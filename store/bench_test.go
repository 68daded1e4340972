//go:build unix

package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"usulan/intake"
	"usulan/store"
	"usulan/store/storetest"
)

// intakeOf opens a fresh database and the ledger of a source. Set TMPDIR to
// choose the disk.
func intakeOf(b *testing.B) (db *store.DB, l intake.Ledger, dir string) {
	ctx := context.Background()
	dir = b.TempDir()
	db, err := store.Open(ctx, dir, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	if err := db.Configure(ctx, storetest.Settings()); err != nil {
		b.Fatal(err)
	}
	if l, err = db.Acquire(ctx, "email/forum"); err != nil {
		b.Fatal(err)
	}
	if _, err := l.Position(ctx, place, 0); err != nil {
		b.Fatal(err)
	}
	return db, l, dir
}

var place = intake.Place{Folder: "INBOX", Epoch: 1}

func itemOf(i int) intake.Item {
	s := storetest.Mail(i)
	return intake.Item{ID: uint32(i + 1), ReceivedAt: s.ReceivedAt, Size: s.Raw.Size, Submission: s}
}

// BenchmarkRecord measures mails a second, recorded and indexed in batches of 64.
func BenchmarkRecord(b *testing.B) {
	_, l, dir := intakeOf(b)
	items := make([]intake.Item, b.N)
	for i := range items {
		items[i] = itemOf(i)
	}
	b.ResetTimer()
	began := processorTime()
	batches := 0
	for done := 0; done < len(items); batches++ {
		n, err := l.Record(context.Background(), place, items[done:min(done+64, len(items))])
		if err != nil {
			b.Fatal(err)
		}
		done += n
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
	b.ReportMetric(float64((processorTime()-began).Microseconds())/float64(b.N), "cpu-µs/mail")
	b.ReportMetric(float64(b.N)/float64(batches), "mails/batch")
	if info, err := os.Stat(filepath.Join(dir, "usulan.db")); err == nil {
		b.ReportMetric(float64(info.Size())/float64(b.N), "disk-B/mail")
	}
}

// BenchmarkTagDuringIntake measures how long a person waits for a tag while mails
// are recorded at full speed.
func BenchmarkTagDuringIntake(b *testing.B) {
	db, l, _ := intakeOf(b)
	ctx, stop := context.WithCancel(context.Background())
	recorded := make(chan int)
	begun := make(chan struct{})
	go func() {
		done := 0
		for ctx.Err() == nil {
			items := make([]intake.Item, 64)
			for i := range items {
				items[i] = itemOf(done + i)
			}
			n, err := l.Record(context.Background(), place, items)
			if err == nil {
				err = l.Renew(context.Background())
			}
			if err != nil {
				b.Error(err)
				break
			}
			if done == 0 {
				close(begun)
			}
			done += n
		}
		recorded <- done
	}()
	<-begun
	took := make([]time.Duration, b.N)
	for i := range b.N {
		time.Sleep(10 * time.Millisecond) // a person, though a quick one
		began := time.Now()
		d := store.Decision{State: store.Tagged, Priority: fmt.Sprintf("P%d", i%6+1)}
		if _, err := db.Decide(ctx, store.Actor{}, "USL-2020-0001", int64(i+1), d); err != nil {
			b.Fatal(err)
		}
		took[i] = time.Since(began)
	}
	stop()
	b.ReportMetric(float64(<-recorded), "recorded")
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op")
}

// processorTime is what this process has used so far: on a busy machine it says
// more than the clock on the wall.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
