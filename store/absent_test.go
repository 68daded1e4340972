package store

import (
	"context"
	"testing"
	"time"

	"usulan/intake"
)

// What is awaited and what is gone is listed with its proposal, newest first,
// and leaves the list when its bytes come.
func TestAbsent(t *testing.T) {
	ctx := context.Background()
	db := forum(t)
	l := acquire(t, db, "whatsapp/forum")
	record(t, l, item(1, voiceNote("a", "one.ogg", "two.ogg")), item(2, voiceNote("b", "three.ogg")))
	ids := wanted(t, l)
	if err := l.Unfetched(ctx, ids[0], "media_gone", time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := l.Unfetched(ctx, ids[1], "media_waiting", time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	awaited, gone, err := db.Absent(ctx, "whatsapp/forum", 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(awaited) != 2 || awaited[0].Name != "three.ogg" || awaited[1].Name != "two.ogg" || awaited[0].Ref == "" || !awaited[0].Next.IsZero() {
		t.Errorf("awaited %+v, want three.ogg of a proposal and two.ogg", awaited)
	}
	if awaited[1].Tries != 1 || awaited[1].Reason != "media_waiting" || !awaited[1].Next.After(time.Now()) {
		t.Errorf("two.ogg stands as %+v, want one try and another in an hour", awaited[1])
	}
	if len(gone) != 1 || gone[0].Name != "one.ogg" || gone[0].Reason != "media_gone" || gone[0].From == "" {
		t.Errorf("gone %+v, want one.ogg with its sender", gone)
	}
	if err := l.Fetched(ctx, ids[1], intake.NewRaw([]byte("bunyi"))); err != nil {
		t.Fatal(err)
	}
	if awaited, _, err = db.Absent(ctx, "whatsapp/forum", 1); err != nil || len(awaited) != 1 || awaited[0].Name != "three.ogg" {
		t.Errorf("awaited %+v, %v; want three.ogg alone", awaited, err)
	}
	if awaited, gone, err = db.Absent(ctx, "whatsapp/other", 10); err != nil || len(awaited)+len(gone) != 0 {
		t.Errorf("another source: %+v, %+v, %v", awaited, gone, err)
	}
}
