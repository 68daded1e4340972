package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
)

// voiceNote is a mail whose attachments come later, as a chat's do.
func voiceNote(id string, names ...string) *intake.Submission {
	s := mail("marni@example.id", id, "", "usul gerobak "+id)
	for _, name := range names {
		s.Attachments = append(s.Attachments, intake.Attachment{
			Name: name, Type: "audio/ogg", Role: intake.File, Size: 999, Hash: sha256.Sum256([]byte("said")),
			Absent: true, Duration: 7 * time.Second,
		})
	}
	return s
}

// wanted lists the queue as ids of attachments.
func wanted(t testing.TB, l intake.Ledger) (ids []int64) {
	t.Helper()
	all, err := l.Wanted(context.Background(), 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range all {
		ids = append(ids, w.Attachment)
	}
	return ids
}

func wantQueue(t testing.TB, l intake.Ledger, want ...int64) {
	t.Helper()
	if diff := cmp.Diff(want, wanted(t, l)); diff != "" {
		t.Errorf("queue (-want +got):\n%s", diff)
	}
}

// onlyAttachment is the one attachment of the first proposal.
func onlyAttachment(t testing.TB, db *DB) Attachment {
	t.Helper()
	p, err := db.Proposal(context.Background(), "USL-2020-0001")
	if err != nil || len(p.Parts) != 1 || len(p.Parts[0].Attachments) != 1 {
		t.Fatalf("proposal %+v, %v; want one attachment", p, err)
	}
	return p.Parts[0].Attachments[0]
}

// lastKind is the kind and object of the newest entry.
func lastKind(t testing.TB, db *DB) string {
	t.Helper()
	var kind, object string
	if err := db.row(context.Background(), "SELECT kind, object FROM entry ORDER BY id DESC LIMIT 1", nil, &kind, &object); err != nil {
		t.Fatal(err)
	}
	return kind + " " + object
}

func TestMediaComeLater(t *testing.T) {
	for name, size := range map[string]int{"Little": 1000, "Much": inDatabase + 1, "Nothing": 0} {
		t.Run(name, func(t *testing.T) {
			db := forum(t)
			l := acquire(t, db, "whatsapp/utama")
			s := voiceNote("a", "suara.ogg")
			record(t, l, item(1, s))
			a := onlyAttachment(t, db)
			if a.State != Waiting || a.Reason != "" || a.Duration != 7*time.Second || a.Size != 999 {
				t.Errorf("before: %+v", a)
			}
			if n := summary(t, db, "USL-2020-0001").Attachments; n != 1 {
				t.Errorf("the proposal counts %d attachments, want 1 from the beginning", n)
			}
			queue, err := l.Wanted(t.Context(), 10)
			if diff := cmp.Diff([]intake.Wanted{{Attachment: a.ID, Source: s.Raw.Bytes}}, queue); err != nil || diff != "" {
				t.Errorf("queue (-want +got), %v:\n%s", err, diff)
			}
			var absent *AbsentError
			if _, _, err := db.Content(t.Context(), a.ID); !errors.As(err, &absent) || absent.State != Waiting || !errors.Is(err, ErrNotFound) {
				t.Errorf("content before it is here: %v; want an AbsentError", err)
			}

			before, err := db.LastEntry(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			sound := bytes.Repeat([]byte{7}, size)
			raw, err := l.Keep(bytes.NewReader(sound), int64(size))
			if err != nil {
				t.Fatal(err)
			}
			defer raw.Close()
			for range 2 { // told twice it is kept once
				if err := l.Fetched(t.Context(), a.ID, raw); err != nil {
					t.Fatal(err)
				}
			}
			wantQueue(t, l)
			entries, err := db.Entries(t.Context(), before, 10)
			if err != nil || len(entries) != 1 || entries[0].Kind != "media_fetched" || entries[0].Ref != "USL-2020-0001" {
				t.Errorf("entries %+v, %v; want one that the bytes came", entries, err)
			}
			got, r, err := db.Content(t.Context(), a.ID)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			b, err := io.ReadAll(r)
			hash := sha256.Sum256(sound)
			if err != nil || !bytes.Equal(b, sound) || got.Size != int64(size) || got.SHA256 != hex.EncodeToString(hash[:]) || got.State != "" {
				t.Errorf("after: %+v with %d bytes, %v; want size and hash of the bytes that came", got, len(b), err)
			}
			if v := summary(t, db, "USL-2020-0001").Version; v != 1 {
				t.Errorf("version %d; a decision under way must not conflict with a download", v)
			}
			found, err := db.Proposals(t.Context(), Filter{Query: "gerobak"}, "", 10)
			if err != nil || len(found.Items) != 1 {
				t.Errorf("found %d by its words, %v; want 1", len(found.Items), err)
			}
		})
	}
}

// TestMediaShared holds that bytes which came twice are there once, and that a
// placeholder takes only its own reference with it.
func TestMediaShared(t *testing.T) {
	db := forum(t)
	l := acquire(t, db, "whatsapp/utama")
	record(t, l, item(1, voiceNote("a", "x.ogg", "y.ogg")), item(2, mail("b@example.id", "b", "", "sama")))
	raw := intake.NewRaw([]byte("satu suara"))
	for _, id := range wanted(t, l) {
		if err := l.Fetched(t.Context(), id, raw); err != nil {
			t.Fatal(err)
		}
	}
	var refs int
	if err := db.row(t.Context(), "SELECT refs FROM raw WHERE hash = $1", []any{raw.Hash[:]}, &refs); err != nil || refs != 2 {
		t.Errorf("%d references, %v; want 2", refs, err)
	}
	err := db.transact(t.Context(), func(tx *tx) error {
		if err := tx.exec("DELETE FROM proposal_submission WHERE submission = 1"); err != nil {
			return err
		}
		if err := tx.exec("UPDATE ledger SET submission = NULL WHERE submission = 1"); err != nil {
			return err
		}
		return tx.dropSubmission(1)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.row(t.Context(), "SELECT refs FROM raw WHERE hash = $1", []any{raw.Hash[:]}, &refs); !errors.Is(err, ErrNotFound) {
		t.Errorf("%d references after the submission went, %v; want the bytes gone too", refs, err)
	}
}

func TestMediaThatDoNotCome(t *testing.T) {
	db := forum(t)
	l := acquire(t, db, "whatsapp/utama")
	record(t, l, item(1, voiceNote("a", "suara.ogg")), item(2, voiceNote("b", "foto.jpg")))
	wantQueue(t, l, 1, 2)

	if err := l.Unfetched(t.Context(), 1, "media_waiting", morning.Add(30*time.Second)); err != nil {
		t.Fatal(err)
	}
	wantQueue(t, l, 2)
	if a := onlyAttachment(t, db); a.State != Waiting || a.Reason != "media_waiting" || a.Tries != 1 {
		t.Errorf("after one try: %+v", a)
	}
	db.Now = func() time.Time { return morning.Add(31 * time.Second) }
	wantQueue(t, l, 2, 1)

	if err := l.Unfetched(t.Context(), 1, "media_gone", time.Time{}); err != nil {
		t.Fatal(err)
	}
	wantQueue(t, l, 2)
	if got := lastKind(t, db); got != "media_gone 1" {
		t.Errorf("newest entry %q; want that it is gone", got)
	}
	var absent *AbsentError
	if a, _, err := db.Content(t.Context(), 1); !errors.As(err, &absent) || absent.State != Gone || absent.Reason != "media_gone" || a.Name != "suara.ogg" {
		t.Errorf("content of what is gone: %+v, %v", a, err)
	}

	if err := db.FetchAgain(t.Context(), Actor{}, 1); err != nil {
		t.Fatal(err)
	}
	select {
	case <-l.Wake():
	default:
		t.Error("nobody was woken")
	}
	wantQueue(t, l, 1, 2) // who was asked for comes first
	if a := onlyAttachment(t, db); a.State != Waiting || a.Tries != 0 {
		t.Errorf("asked for again: %+v", a)
	}

	// The phone sends again what had been given up.
	if err := l.Unfetched(t.Context(), 1, "media_gone", time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := l.Fetched(t.Context(), 1, intake.NewRaw([]byte("ogg"))); err != nil {
		t.Fatal(err)
	}
	if a := onlyAttachment(t, db); a.State != "" || a.Reason != "" || a.Size != 3 {
		t.Errorf("come late: %+v", a)
	}
}

func TestMediaLeftAlone(t *testing.T) {
	db := forum(t)
	l := acquire(t, db, "whatsapp/utama")
	other := acquire(t, db, "whatsapp/dinas")
	whole := mail("b@example.id", "b", "", "isi")
	whole.Attachments = []intake.Attachment{{Name: "surat.pdf", Role: intake.File, Data: []byte("pdf"), Size: 3}}
	record(t, l, item(1, voiceNote("a", "suara.ogg")), item(2, whole))
	before, err := db.LastEntry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	raw := intake.NewRaw([]byte("not yours"))
	for name, err := range map[string]error{
		"another source's":                  other.Fetched(t.Context(), 1, raw),
		"one that is here":                  l.Fetched(t.Context(), 2, raw),
		"none":                              l.Fetched(t.Context(), 77, raw),
		"no failure of one that is here":    l.Unfetched(t.Context(), 2, "media_gone", time.Time{}),
		"no failure of another source's":    other.Unfetched(t.Context(), 1, "media_gone", time.Time{}),
		"no failure of what does not exist": l.Unfetched(t.Context(), 77, "media_gone", time.Time{}),
	} {
		if err != nil {
			t.Errorf("%s: %v; want nothing to happen", name, err)
		}
	}
	if last, err := db.LastEntry(t.Context()); err != nil || last != before {
		t.Errorf("entries were written, %v", err)
	}
	wantQueue(t, l, 1)
	wantQueue(t, other)
	for _, id := range []int64{2, 77} {
		if err := db.FetchAgain(t.Context(), Actor{}, id); !errors.Is(err, ErrNotFound) {
			t.Errorf("asking for attachment %d: %v; want not found", id, err)
		}
	}
	if err := l.Fetched(t.Context(), 1, &intake.Raw{Size: 10}); err == nil {
		t.Error("a handle that was closed gave an attachment its bytes")
	}
	gone, err := l.Keep(bytes.NewReader(make([]byte, inDatabase+1)), inDatabase+1)
	if err != nil {
		t.Fatal(err)
	}
	defer gone.Close()
	removeAll(t, db)
	if err := l.Fetched(t.Context(), 1, gone); intake.FaultOf(err) != intake.FaultStorage {
		t.Errorf("bytes that a sweep took: %v; want a fault of storage", err)
	}
	wantQueue(t, l, 1)
	db.Now = func() time.Time { return morning.Add(leaseTime + time.Second) }
	for name, err := range map[string]error{
		"fetched": l.Fetched(t.Context(), 1, raw), "unfetched": l.Unfetched(t.Context(), 1, "x", time.Time{}),
	} {
		if !errors.Is(err, intake.ErrLeased) {
			t.Errorf("%s with a lost lease: %v; want ErrLeased", name, err)
		}
	}
}

// TestMediaSurviveAKill kills a process between Keep and Fetched.
func TestMediaSurviveAKill(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)
	if err := db.Configure(t.Context(), settings()); err != nil {
		t.Fatal(err)
	}
	kill := child(t, "media", 1, dir)
	kill()
	if n := files(t, db); n != 1 {
		t.Fatalf("%d files, want the one that was kept", n)
	}
	l := acquire(t, db, "whatsapp/utama")
	wantQueue(t, l, 1)
	grow := func(older time.Duration) { makeOlder(t, db, older) }
	db.sweep()
	if n := files(t, db); n != 1 {
		t.Errorf("%d files after a sweep at once; it may still be about to get its row", n)
	}
	grow(2 * unclaimed)
	db.sweep()
	if n := files(t, db); n != 0 {
		t.Errorf("%d files for ever", n)
	}
	raw, err := l.Keep(bytes.NewReader(make([]byte, inDatabase+1)), inDatabase+1)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if err := l.Fetched(t.Context(), 1, raw); err != nil {
		t.Fatal(err)
	}
	grow(2 * unclaimed)
	db.sweep()
	if n := files(t, db); n != 1 {
		t.Errorf("%d files, want the one that an attachment has", n)
	}
}
