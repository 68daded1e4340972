package store

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"usulan/intake"
)

// mailbox is what the killed process records: every tenth mail continues the
// one before, every fifteenth is large, every twentieth is there twice.
func mailbox(n int) []intake.Item {
	var items []intake.Item
	for i := range n {
		s := mail(fmt.Sprintf("%d@example.id", i%50), fmt.Sprint(i), fmt.Sprintf("Usulan %d", i), strings.Repeat("modal usaha ", 50))
		switch {
		case i%10 == 9:
			s.From.Value, s.InReplyTo = fmt.Sprintf("%d@example.id", (i-1)%50), []string{fmt.Sprint(i - 1)}
		case i%20 == 10:
			s = items[i-1].Submission
		}
		items = append(items, item(uint32(i+1), s))
	}
	return items
}

// recordMailbox records a mailbox from the position on, keeping large sources in files.
func recordMailbox(ctx context.Context, db *DB, size int, progress io.Writer) error {
	l, err := db.Acquire(ctx, "email/forum")
	if err != nil {
		return err
	}
	pos, err := l.Position(ctx, inbox, 0)
	if err != nil {
		return err
	}
	items := mailbox(size)[pos.Last:]
	for len(items) > 0 {
		batch := items[:min(16, len(items))]
		for i := range batch {
			if batch[i].ID%15 != 0 {
				continue
			}
			large := strings.Repeat(fmt.Sprintf("%08d\r\n", batch[i].ID), 20_000)
			raw, err := l.Keep(strings.NewReader(large), int64(len(large)))
			if err != nil {
				return err
			}
			batch[i].Submission.Raw = raw
		}
		n, err := l.Record(ctx, inbox, batch)
		if err != nil {
			return err
		}
		items = items[n:]
		fmt.Fprintln(progress, n)
	}
	return nil
}

// TestKilled kills a recording process again and again until all is recorded,
// and compares with what an undisturbed one recorded.
func TestKilled(t *testing.T) {
	kills := 8
	if os.Getenv("USULAN_LONG") != "" {
		kills = 100
	}
	size := 75 * kills
	undisturbed := forum(t)
	record(t, acquire(t, undisturbed, "email/forum"), mailbox(size)...)
	want := ledgerOf(t, undisturbed)

	dir := t.TempDir()
	db := open(t, dir)
	if err := db.Configure(t.Context(), settings()); err != nil {
		t.Fatal(err)
	}
	within := 0
	for range kills {
		kill := child(t, "record", rand.IntN(7), dir, strconv.Itoa(size))
		time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond) // anywhere within a batch
		kill()
		if n := len(ledgerOf(t, db)); n > 0 && n < size {
			within++
		}
	}
	t.Logf("%d of %d kills fell between the first commit and the last", within, kills)
	if err := recordMailbox(t.Context(), db, size, io.Discard); err != nil {
		t.Fatal(err)
	}
	if got := ledgerOf(t, db); !slices.Equal(got, want) {
		t.Errorf("after the kills the ledger has %d rows that differ from the %d of an undisturbed run", len(got), len(want))
	}
	var broken string
	if err := db.row(t.Context(), "PRAGMA integrity_check", nil, &broken); err != nil || broken != "ok" {
		t.Errorf("integrity: %s, %v", broken, err)
	}
	if got := len(refs(t, db, Filter{Query: `"modal usaha"`})); got != 50 {
		t.Errorf("the search finds %d on a page, want 50", got)
	}
	// Every large source is where its row says.
	page, err := db.Rows(t.Context(), RowFilter{}, "", size)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range page.Items {
		source, _, err := db.RawSource(t.Context(), r.Submission)
		if err != nil {
			t.Fatalf("row %d: %v", r.ID, err)
		}
		source.Close()
	}
}
