//go:build unix

package store_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"usulan/intake"
	"usulan/store"
	"usulan/store/storetest"
)

// BenchmarkRecord measures mails a second, recorded and indexed in batches of 64.
// Set TMPDIR to choose the disk.
func BenchmarkRecord(b *testing.B) {
	ctx := context.Background()
	dir := b.TempDir()
	db, err := store.Open(ctx, dir, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if err := db.Configure(ctx, storetest.Settings()); err != nil {
		b.Fatal(err)
	}
	l, err := db.Acquire(ctx, "email/forum")
	if err != nil {
		b.Fatal(err)
	}
	place := intake.Place{Folder: "INBOX", Epoch: 1}
	if _, err := l.Position(ctx, place, 0); err != nil {
		b.Fatal(err)
	}
	items := make([]intake.Item, b.N)
	var bytes int64
	for i := range items {
		s := storetest.Mail(i)
		bytes += s.Raw.Size
		items[i] = intake.Item{ID: uint32(i + 1), ReceivedAt: s.ReceivedAt, Size: s.Raw.Size, Submission: s}
	}
	b.ResetTimer()
	began := processorTime()
	batches := 0
	for done := 0; done < len(items); batches++ {
		n, err := l.Record(ctx, place, items[done:min(done+64, len(items))])
		if err != nil {
			b.Fatal(err)
		}
		done += n
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
	b.ReportMetric(float64((processorTime()-began).Microseconds())/float64(b.N), "cpu-µs/mail")
	b.ReportMetric(float64(b.N)/float64(batches), "mails/batch")
	b.ReportMetric(float64(bytes)/float64(b.N), "B/mail")
	if info, err := os.Stat(filepath.Join(dir, "usulan.db")); err == nil {
		b.ReportMetric(float64(info.Size())/float64(b.N), "disk-B/mail")
	}
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
