package whatsapp_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.mau.fi/whatsmeow/types"

	"usulan/intake"
	"usulan/intake/whatsapp"
	"usulan/intake/whatsapp/emulator"
	"usulan/store"
	"usulan/store/storetest"
)

var errDisk = errors.New("no space left on device")

// fails has every Record fail from now on; nil ends it.
func (w *watched) fails(before func([]intake.Item) error) {
	w.Lock()
	defer w.Unlock()
	w.before = before
}

// want holds what the database counts of a source.
func want(t *testing.T, db *store.DB, counts map[intake.Outcome]int64) {
	t.Helper()
	if diff := cmp.Diff(counts, storetest.Accounts(t, db, "whatsapp/forum"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("items by outcome (-want +got):\n%s", diff)
	}
}

// What could not be recorded is not acknowledged, and comes again. In between
// nobody hears that it has arrived.
func TestNothingIsAcknowledgedThatIsNotRecorded(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		before func([]intake.Item) error
		fault  string
	}{
		"DiskFull": {func([]intake.Item) error { return errDisk }, intake.FaultStorage},
		"Locked":   {func([]intake.Item) error { return errors.New("database is locked (5) (SQLITE_BUSY)") }, intake.FaultStorage},
		"Panic":    {func([]intake.Item) error { panic("a defect") }, intake.FaultPanic},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPhone(t)
			c, db, l, ended := p.connected()
			l.fails(tc.before)
			p.send(p.person("6281200000101", "Bu Sari"), "Mohon modal untuk warung saya")
			if err := end(t, ended); intake.FaultOf(err) != tc.fault || intake.IsPermanent(err) {
				t.Errorf("Run = %v, want a fault %s that the supervisor mends by calling again", err, tc.fault)
			}
			if n := p.server.Unacknowledged(); n != 1 {
				t.Errorf("%d messages are unacknowledged, want the 1 that was not recorded", n)
			}
			want(t, db, nil)
			l.fails(nil)
			begin(t, c, l)
			p.acknowledged()
			want(t, db, map[intake.Outcome]int64{intake.NewProposal: 1})
		})
	}
}

// A storage that is busy for a moment costs nobody a connection.
func TestRecordingIsTriedAgain(t *testing.T) {
	t.Parallel()
	p := newPhone(t)
	_, db, l, ended := p.connected()
	var tries atomic.Int32
	l.fails(func([]intake.Item) error {
		if tries.Add(1) <= 3 {
			return errors.New("database is locked (5) (SQLITE_BUSY)")
		}
		return nil
	})
	p.send(p.person("6281200000101", "Bu Sari"), "Mohon modal untuk warung saya")
	p.acknowledged()
	want(t, db, map[intake.Outcome]int64{intake.NewProposal: 1})
	select {
	case err := <-ended:
		t.Errorf("the connection ended: %v", err)
	default:
	}
}

// A line that is cut again and again, delays, duplicates and messages that
// overtake each other: the same count, and nothing twice.
func TestABadLineLosesNothing(t *testing.T) {
	t.Parallel()
	const n = 300
	p := newPhone(t)
	p.meet()
	db := storetest.Open(t, t.TempDir())
	c := p.channel()
	l := lease(t, db, c.Name())
	s := intake.NewSupervisor(func(context.Context, string) (intake.Ledger, error) { return l, nil }, slog.New(slog.DiscardHandler))
	s.FirstPause, s.MaxPause = time.Millisecond, 20*time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx, c) }()
	t.Cleanup(func() { cancel(); <-done })

	p.server.Disturb(30*time.Millisecond, 0.2)
	sent := map[string]bool{}
	for i := range n {
		who := p.person("62812"+string([]byte{'0' + byte(i/100), '0' + byte(i/10%10), '0' + byte(i%10)})+"00000", "Warga")
		sent[p.send(who, "Mohon jalan di Pamulang diperbaiki.")] = true
		if i%60 == 59 {
			p.server.Cut()
		}
	}
	p.acknowledged()
	want(t, db, map[intake.Outcome]int64{intake.NewProposal: n})
	l.Lock()
	defer l.Unlock()
	for _, item := range l.items {
		delete(sent, item.Submission.ExternalID)
	}
	if len(sent) > 0 {
		t.Errorf("%d messages never came", len(sent))
	}
}

// What could not be decrypted holds a place until it comes again.
func TestUndecryptable(t *testing.T) {
	t.Parallel()
	p := newPhone(t)
	_, db, l, _ := p.connected()
	sari := p.person("6281200000101", "Bu Sari")
	sari.Away(true)
	if _, err := sari.SendSpoilt(nil, emulator.Text("Mohon modal untuk warung saya")); err != nil {
		t.Fatal(err)
	}
	l.Until(t, "a placeholder", func() bool { return len(l.items) == 1 })
	want(t, db, map[intake.Outcome]int64{intake.Unfetchable: 1})
	if item := l.items[0]; item.Reason != whatsapp.FaultUndecryptable || item.Submission.From.Value == "" {
		t.Errorf("placeholder: %+v", item)
	}
	sari.Away(false)
	l.Until(t, "the message", func() bool { return len(l.items) == 2 })
	if s := l.items[1].Submission; s.Text != "Mohon modal untuk warung saya" {
		t.Errorf("text = %q", s.Text)
	}
	want(t, db, map[intake.Outcome]int64{intake.NewProposal: 1})
}

// Whatever is known of who somebody is stands with what they wrote.
func TestSender(t *testing.T) {
	t.Parallel()
	p := newPhone(t)
	c, db, l, _ := p.connected()
	sari := p.person("6281200000101", "Bu Sari")
	sari.HideNumber(true)
	first := p.send(sari, "Mohon modal untuk warung saya")
	p.acknowledged()
	sari.HideNumber(false)
	p.send(sari, "untuk beli gerobak")
	p.acknowledged()
	sari.HideNumber(true) // from now on it is known all the same
	p.send(sari, "dan bahan")
	p.acknowledged()
	sari.HideNumber(false)
	sari.UseNumber(true)
	if err := sari.SendAgain(first); err != nil {
		t.Fatal(err)
	}
	p.acknowledged()

	lid := intake.Address{Kind: intake.LID, Value: sari.LID().User}
	number := intake.Address{Kind: intake.Phone, Value: "+6281200000101", Shown: "0812-0000-0101"}
	named := func(a intake.Address) intake.Address { a.Name = "Bu Sari"; return a }
	type sender struct {
		From    intake.Address
		Aliases []intake.Address
	}
	var got []sender
	l.Lock()
	for _, item := range l.items {
		got = append(got, sender{item.Submission.From, item.Submission.Aliases})
	}
	l.Unlock()
	wanted := []sender{{named(lid), nil}, {named(lid), []intake.Address{number}}, {named(lid), []intake.Address{number}}, {named(number), []intake.Address{lid}}}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("senders (-want +got):\n%s", diff)
	}
	if got := storetest.Accounts(t, db, c.Name()); got[intake.Duplicate] != 1 {
		t.Errorf("accounts = %v, want 1 duplicate: the same message under the other address", got)
	}
}

// What is not written to the forum is counted, or nothing at all.
func TestWhatIsNotAMessage(t *testing.T) {
	t.Parallel()
	p := newPhone(t)
	_, db, _, _ := p.connected()
	sari := p.person("6281200000101", "Bu Sari")
	sari.Typing(true)
	sari.Online(true)
	call := sari.Call()
	sari.HangUp(call)
	sari.Confirm("3EB0AAAA", types.ReceiptTypeDelivered)
	sari.Confirm("3EB0AAAA", types.ReceiptTypeRead)
	if _, err := sari.Post(emulator.Text("Warung buka")); err != nil {
		t.Fatal(err)
	}
	if _, err := sari.Send(sari.React("3EB0AAAA", "👍")); err != nil {
		t.Fatal(err)
	}
	p.acknowledged()
	want(t, db, map[intake.Outcome]int64{
		intake.OutcomeOf(intake.Call): 1, intake.Receipt: 2, intake.OutcomeOf(intake.StatusPost): 1, intake.OutcomeOf(intake.Reaction): 1,
		intake.Service: 1, // the key to the status post
	})
}

// What linked devices do not get is handed over by the owner's phone; when that is
// off, staff ask again later.
func TestThePhoneHandsOver(t *testing.T) {
	t.Parallel()
	p := newPhone(t)
	c, db, l, _ := p.connected()
	sari := p.person("6281200000101", "Bu Sari")
	if _, err := p.server.PhoneSend(sari, emulator.Text("Silakan, Bu.")); err != nil {
		t.Fatal(err)
	}
	p.acknowledged()
	own := intake.OutcomeOf(intake.Own)
	if _, err := sari.SendUnavailable(emulator.Text("Mohon modal untuk warung saya"), emulator.PhoneOnly); err != nil {
		t.Fatal(err)
	}
	l.Until(t, "the message from the phone", func() bool {
		return slices.ContainsFunc(l.items, func(i intake.Item) bool {
			return i.Submission != nil && i.Submission.Text == "Mohon modal untuk warung saya"
		})
	})
	counts := storetest.Accounts(t, db, c.Name())
	if counts[intake.NewProposal] != 1 || counts[own] != 1 || counts[intake.Unfetchable] != 0 {
		t.Errorf("accounts = %v, want the proposal, our own message and no placeholder", counts)
	}
}
