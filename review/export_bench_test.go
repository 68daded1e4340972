package review

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"usulan/intake"
	"usulan/store"
)

// BenchmarkExport writes 100,000 proposals out of a database and reports the
// most heap that was in use meanwhile. Filling the database takes a minute or
// more and is not counted.
func BenchmarkExport(b *testing.B) {
	const count = 100_000
	ctx := context.Background()
	db, err := store.Open(ctx, b.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if err := db.Configure(ctx, sheetSettings()); err != nil {
		b.Fatal(err)
	}
	l, err := db.Acquire(ctx, "email/forum")
	if err != nil {
		b.Fatal(err)
	}
	inbox := intake.Place{Folder: "INBOX", Epoch: 1}
	if _, err := l.Position(ctx, inbox, 0); err != nil {
		b.Fatal(err)
	}
	for done := 0; done < count; {
		items := make([]intake.Item, 0, 64)
		for i := done; i < min(done+64, count); i++ {
			m := mailFrom(fmt.Sprint("warga", i), fmt.Sprint("Usulan ", i), fmt.Sprintf("Mohon bantuan modal untuk warung kami nomor %d di Serpong.", i))
			items = append(items, intake.Item{ID: uint32(i + 1), ReceivedAt: m.ReceivedAt.Add(time.Duration(i) * time.Second), Submission: m})
		}
		n, err := l.Record(ctx, inbox, items)
		if err != nil {
			b.Fatal(err)
		}
		done += n
		if err := l.Renew(ctx); err != nil {
			b.Fatal(err)
		}
	}
	for _, format := range []string{"xlsx", "csv"} {
		b.Run(format, func(b *testing.B) {
			for b.Loop() {
				most := watchHeap()
				n, err := Export{Format: format, Zone: jakarta, TempDir: b.TempDir()}.Write(ctx, db, store.Actor{}, io.Discard)
				if n != count || err != nil {
					b.Fatalf("%d proposals, %v", n, err)
				}
				b.ReportMetric(float64(most())/(1<<20), "MiB-heap")
			}
		})
	}
}

// watchHeap looks at the heap until the function it returns is called, which
// tells the most that was in use.
func watchHeap() (most func() uint64) {
	var peak atomic.Uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak.Store(max(peak.Load(), m.HeapInuse))
			}
		}
	}()
	return func() uint64 { close(stop); <-stopped; return peak.Load() }
}
