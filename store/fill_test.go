package store_test

import (
	"log/slog"
	"testing"

	"usulan/store"
	"usulan/store/storetest"
)

// TestFill holds that invented chats are what they are meant to be: one proposal
// each, on top of what was there, and none twice.
func TestFill(t *testing.T) {
	db, err := store.Open(t.Context(), t.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, n := range []int{100, 300, 300} {
		if err := storetest.Fill(t.Context(), db, n, 0, 0); err != nil {
			t.Fatal(err)
		}
		counts, err := db.Counts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := counts.Channel["whatsapp"][store.New]; counts.State[store.New] != int64(n) || got != int64(n/4) {
			t.Errorf("%d proposals, %d of them from chats; want %d and %d", counts.State[store.New], got, n, n/4)
		}
	}
}
