package review

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"usulan/store"
	"usulan/store/storetest"
)

// BenchmarkScreens measures what a browser waits for, over a socket, in a
// forum of USULAN_PROPOSALS proposals (10,000 when it is not set). A folder
// named by USULAN_DIR is filled once and used again.
func BenchmarkScreens(b *testing.B) {
	n := 10_000
	if v, err := strconv.Atoi(os.Getenv("USULAN_PROPOSALS")); err == nil {
		n = v
	}
	dir := os.Getenv("USULAN_DIR")
	if dir == "" {
		dir = b.TempDir()
	}
	ctx := context.Background()
	db, err := store.Open(ctx, dir, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if err := db.Configure(ctx, storetest.Settings()); err != nil {
		b.Fatal(err)
	}
	staff, err := db.StaffNamed(ctx, "ratna")
	if err != nil {
		staff, err = db.AddStaff(ctx, store.Actor{}, store.Staff{Name: "ratna", Role: store.Lead, Password: HashPassword(testPassword)})
	}
	if err != nil {
		b.Fatal(err)
	}
	counts, err := db.Counts(ctx)
	if err != nil {
		b.Fatal(err)
	}
	if lacking := n - int(total(counts, anyState)); lacking > 0 {
		if err := storetest.Fill(ctx, db, lacking, lacking/2, staff.ID); err != nil {
			b.Fatal(err)
		}
	}
	w := &world{t: b, db: db, log: &journal{}}
	w.serve(Config{})
	defer w.http.Close()
	officer := w.as(staff)
	first, err := db.Neighbour(ctx, store.Filter{Waiting: true}, "", 1)
	if err != nil {
		b.Fatal(err)
	}
	middle := fmt.Sprintf("USL-2020-%04d", n/2)
	for _, screen := range []struct {
		name string
		ask  func(i int) page
	}{
		{"queue", func(int) page { return officer.get("/triage") }},
		{"list", func(int) page { return officer.get("/proposals") }},
		{"proposal", func(i int) page { return officer.get(fmt.Sprintf("/proposals/USL-2020-%04d", 1+(i*7919)%n)) }},
		{"next", func(int) page { return officer.get("/proposals/" + middle + "?part=reading") }},
		{"search", func(int) page { return officer.get("/proposals?q=modal&state=all") }},
		{"tag", func(i int) page {
			p, err := db.Summaries(ctx, []string{first.Ref})
			if err != nil || len(p) != 1 {
				b.Fatal(err)
			}
			form := url.Values{"version": {strconv.FormatInt(p[0].Version, 10)}, "priority": {[]string{"P1", "P5"}[i%2]}}
			return officer.post("/proposals/"+first.Ref+"/decision", form, "Accept", "application/json")
		}},
	} {
		b.Run(screen.name, func(b *testing.B) {
			officer.t = b
			took := make([]time.Duration, 0, b.N)
			for i := range b.N {
				began := time.Now()
				if p := screen.ask(i); p.status != http.StatusOK {
					b.Fatalf("status %d: %s", p.status, p.body[:min(300, len(p.body))])
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}
