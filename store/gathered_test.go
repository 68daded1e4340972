package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestGathered(t *testing.T) {
	db, _ := heard(t,
		text(phone(1), "A1", 0, "usul modal untuk warung nasi di Jombang"),
		text(phone(1), "A2", time.Minute, "3 juta saja"),
		text(phone(2), "B1", time.Minute, "terima kasih"),
		text(phone(3), "C1", time.Minute, "usul tempat jualan tetap di pasar Serpong"))
	got, err := db.Gathered(t.Context(), "whatsapp/forum", []string{"A1", "A2", "B1", "C1", "tak ada"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"A1": "USL-2020-0001", "A2": "USL-2020-0001", "C1": "USL-2020-0002"}, got); diff != "" {
		t.Errorf("proposals by message (-want +got):\n%s", diff)
	}
	if got, err := db.Gathered(t.Context(), "whatsapp/lain", []string{"A1"}); err != nil || len(got) > 0 {
		t.Errorf("of another source: %v, %v", got, err)
	}
	if got, err := db.Gathered(t.Context(), "whatsapp/forum", nil); err != nil || len(got) > 0 {
		t.Errorf("of nothing: %v, %v", got, err)
	}
}
