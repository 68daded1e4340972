package store

import (
	"bytes"
	"errors"
	"os"
	"testing"
	"time"

	"usulan/intake"
)

// A file that waited too long for its row is swept. Whoever still means to
// record it is told, takes the source again, and nothing is lost.
func TestNoRowNamesASweptFile(t *testing.T) {
	db := forum(t)
	l := acquire(t, db, "email/forum")
	source := bytes.Repeat([]byte("lampiran "), 20_000)
	keep := func() *intake.Raw {
		raw, err := l.Keep(bytes.NewReader(source), int64(len(source)))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	s := mail("marni@example.id", "big", "Scan", "Terlampir")
	s.Raw = keep()
	old := time.Now().Add(-2 * unclaimed)
	if err := os.Chtimes(s.Raw.File, old, old); err != nil {
		t.Fatal(err)
	}
	db.sweep()
	if _, err := os.Stat(s.Raw.File); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("the file is still there: %v", err)
	}
	if n, err := l.Record(t.Context(), inbox, []intake.Item{item(1, s)}); err == nil {
		t.Fatalf("recorded %d although the bytes are gone", n)
	}

	s.Raw = keep()
	record(t, l, item(1, s))
	if err := os.Chtimes(s.Raw.File, old, old); err != nil {
		t.Fatal(err)
	}
	db.sweep()
	if _, err := os.Stat(s.Raw.File); err != nil {
		t.Errorf("a file that a row names was swept: %v", err)
	}
}
