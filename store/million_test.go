//go:build unix

package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"usulan/store"
	"usulan/store/storetest"
)

// BenchmarkMillion measures what staff do at ten thousand and at a million
// proposals. It takes long and some six gigabytes:
//
//	USULAN_LONG=1 go test -run none -bench Million -benchtime 300x -timeout 2h ./store
//
// With USULAN_MILLION set to a folder the databases are kept there and used again.
func BenchmarkMillion(b *testing.B) {
	if os.Getenv("USULAN_LONG") == "" {
		b.Skip("set USULAN_LONG=1")
	}
	for _, n := range []int{10_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkFilled(b, n) })
	}
}

func benchmarkFilled(b *testing.B, n int) {
	ctx := context.Background()
	dir := os.Getenv("USULAN_MILLION")
	if dir == "" {
		dir = b.TempDir()
	}
	dir = fmt.Sprint(dir, "/", n)
	db, err := store.Open(ctx, dir, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	sari, err := db.StaffNamed(ctx, "sari")
	if err != nil {
		if sari, err = db.AddStaff(ctx, store.Actor{}, store.Staff{Name: "sari", Role: store.Officer, Language: "id", Password: "$argon2id$x"}); err != nil {
			b.Fatal(err)
		}
	}
	if err := storetest.Fill(ctx, db, n, n/20, sari.ID); err != nil {
		b.Fatal(err)
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}

	began := time.Now()
	if db, err = store.Open(ctx, dir, slog.New(slog.DiscardHandler)); err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	b.Logf("%d: opened in %s", n, time.Since(began).Round(time.Millisecond))
	who := store.Actor{Staff: sari.ID}
	ref := func(i int) string { return fmt.Sprintf("USL-2020-%04d", 1+(i*7919)%n) }
	page := func(f store.Filter, cursor string) store.Page {
		p, err := db.Proposals(ctx, f, cursor, 50)
		if err != nil {
			b.Fatal(err)
		}
		return p
	}
	waiting := store.Filter{Waiting: true}
	deep := page(waiting, "").Next
	for range 20 {
		deep = page(waiting, deep).Next
	}
	chats := page(store.Filter{Channel: "whatsapp", States: []store.State{store.New}, Newest: true}, "").Items
	for _, deed := range []struct {
		name string
		do   func(i int)
	}{
		{"queue", func(int) { page(waiting, "") }},
		{"queue-deep", func(int) { page(waiting, deep) }},
		{"priority-newest", func(int) { page(store.Filter{Priority: "P3", Newest: true}, "") }},
		{"channel-state", func(int) { page(store.Filter{Channel: "email", States: []store.State{store.SetAside}}, "") }},
		{"channel-whatsapp", func(int) { page(store.Filter{Channel: "whatsapp", Waiting: true}, "") }},
		{"proposal", func(i int) {
			if _, err := db.Proposal(ctx, ref(i)); err != nil {
				b.Fatal(err)
			}
		}},
		{"tag", func(i int) {
			s, err := db.Summaries(ctx, []string{ref(i)})
			if err != nil {
				b.Fatal(err)
			}
			d := store.Decision{State: store.Tagged, Priority: fmt.Sprintf("P%d", i%6+1)}
			if _, err := db.Decide(ctx, who, s[0].Ref, s[0].Version, d); err != nil {
				b.Fatal(err)
			}
		}},
		{"split-and-undo", func(i int) {
			p, err := db.Proposal(ctx, chats[i%len(chats)].Ref)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := db.Move(ctx, who, []int64{p.Parts[0].ID}, p.Ref, p.Version, ""); err != nil {
				b.Fatal(err)
			}
			if _, err := db.Undo(ctx, who); err != nil {
				b.Fatal(err)
			}
		}},
		{"sources", func(int) {
			if _, err := db.Sources(ctx); err != nil {
				b.Fatal(err)
			}
		}},
		{"neighbour", func(i int) {
			if _, err := db.Neighbour(ctx, waiting, ref(i), 1); err != nil {
				b.Fatal(err)
			}
		}},
		{"search-common", func(int) { page(store.Filter{Query: "modal"}, "") }},
		{"search-common-newest", func(int) { page(store.Filter{Query: "modal", Newest: true}, "") }},
		{"search-two-waiting", func(int) { page(store.Filter{Query: "pinjaman koperasi", Waiting: true}, "") }},
		{"search-common-priority", func(int) { page(store.Filter{Query: "modal", Priority: "P3"}, "") }},
		{"search-common-priority-newest", func(int) { page(store.Filter{Query: "modal", Priority: "P3", Newest: true}, "") }},
		{"search-prefix", func(int) { page(store.Filter{Query: "pe"}, "") }},
		{"search-phrase", func(int) { page(store.Filter{Query: `"modal usaha"`, Newest: true}, "") }},
		{"search-rare", func(int) { page(store.Filter{Query: "zzzz"}, "") }},
		{"counts", func(int) {
			if _, err := db.Counts(ctx); err != nil {
				b.Fatal(err)
			}
		}},
		{"ledger", func(int) {
			if _, err := db.Rows(ctx, store.RowFilter{}, "", 50); err != nil {
				b.Fatal(err)
			}
		}},
	} {
		b.Run(deed.name, func(b *testing.B) {
			took := make([]time.Duration, b.N)
			for i := range b.N {
				began := time.Now()
				deed.do(i)
				took[i] = time.Since(began)
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.Logf("%d: heap %d MiB", n, m.HeapInuse>>20)
}
