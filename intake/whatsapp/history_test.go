package whatsapp_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mau.fi/whatsmeow/types"

	"usulan/intake"
	"usulan/intake/whatsapp"
	"usulan/intake/whatsapp/emulator"
	"usulan/store"
)

// What was said before linking is offered, and taken in when staff ask for it:
// what others wrote, in chats of two and in groups that are let in.
func TestHistory(t *testing.T) {
	t.Parallel()
	p := newPhone(t, func(a *whatsapp.Account) { a.Groups = []whatsapp.Group{{Name: "UMKM Pamulang"}} })
	p.since = time.Now().Add(-24 * time.Hour)
	sari, budi := p.person("6281200000101", "Bu Sari"), p.person("6281200000102", "Pak Budi")
	in, out := p.server.Group("UMKM Pamulang", budi), p.server.Group("Arisan RT 3", sari)
	c, db, l, _ := p.connected()

	at := time.Now().Add(-48 * time.Hour)
	offer, err := p.server.SendHistory(
		emulator.Past{From: budi, Group: in, ID: "OLD4", At: at.Add(time.Minute), Message: emulator.Text("Mohon tenda untuk pedagang Pamulang.")},
		emulator.Past{From: sari, Group: out, ID: "OLD3", At: at, Message: emulator.Text("Siapa belum bayar?")},
		emulator.Past{From: p.server.Phone(), To: sari, ID: "OLD2", At: at.Add(time.Minute), Message: emulator.Text("Baik, Bu.")},
		emulator.Past{From: sari, ID: "OLD1", At: at, Message: emulator.Text("Mohon modal untuk warung saya.")},
	)
	if err != nil {
		t.Fatal(err)
	}
	p.acknowledged()
	want(t, db, map[intake.Outcome]int64{intake.Older: 1})
	if slices.ContainsFunc(p.server.Receipts(), func(r emulator.Receipt) bool { return r.Kind == types.ReceiptTypeHistorySync }) {
		t.Error("the phone was told that its history was taken in")
	}

	if _, err := db.InsistOlder(t.Context(), store.Actor{}, c.Name()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := p.server.AwaitWord(ctx, offer, types.ReceiptTypeHistorySync); err != nil {
		t.Fatal(err)
	}
	want(t, db, map[intake.Outcome]int64{intake.NewProposal: 2, intake.Service: 1})
	got := map[string]string{}
	l.Lock()
	for _, item := range l.items {
		if s := item.Submission; s != nil && item.Outcome == "" {
			got[s.ExternalID] = s.Text
		}
	}
	l.Unlock()
	if diff := cmp.Diff(map[string]string{"OLD1": "Mohon modal untuk warung saya.", "OLD4": "Mohon tenda untuk pedagang Pamulang."}, got); diff != "" {
		t.Errorf("taken in (-want +got):\n%s", diff)
	}
}

// A piece that WhatsApp has deleted says so, and does not come again and again.
func TestHistoryIsGone(t *testing.T) {
	t.Parallel()
	p := newPhone(t)
	c, db, l, _ := p.connected()
	sari := p.person("6281200000101", "Bu Sari")
	if _, err := p.server.SendHistory(emulator.Past{From: sari, ID: "OLD1", At: opening, Message: emulator.Text("Mohon modal.")}); err != nil {
		t.Fatal(err)
	}
	p.acknowledged()
	p.server.Forget()
	if _, err := db.InsistOlder(t.Context(), store.Actor{}, c.Name()); err != nil {
		t.Fatal(err)
	}
	l.Until(t, "an end", func() bool { return len(l.items) == 2 })
	want(t, db, map[intake.Outcome]int64{intake.Vanished: 1})
}

// What came before the opening is there as it was when staff ask for it.
func TestOlderIsTakenInWhenAsked(t *testing.T) {
	t.Parallel()
	p := newPhone(t)
	p.since = time.Now().Add(-time.Hour)
	c, db, l, _ := p.connected()
	sari := p.person("6281200000101", "Bu Sari")
	if _, err := sari.SendAt(time.Now().Add(-2*time.Hour), emulator.Text("Mohon modal untuk warung saya")); err != nil {
		t.Fatal(err)
	}
	p.send(p.person("6281200000102", "Pak Budi"), "Mohon jalan di Pamulang diperbaiki")
	p.acknowledged()
	want(t, db, map[intake.Outcome]int64{intake.NewProposal: 1, intake.Older: 1})
	if _, err := db.InsistOlder(t.Context(), store.Actor{}, c.Name()); err != nil {
		t.Fatal(err)
	}
	l.Until(t, "the older one", func() bool { return len(l.items) == 3 })
	want(t, db, map[intake.Outcome]int64{intake.NewProposal: 2})
}
