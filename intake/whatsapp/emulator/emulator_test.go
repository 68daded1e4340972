package emulator_test

import (
	"bytes"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"usulan/intake/whatsapp/emulator"
)

func TestPairing(t *testing.T) {
	t.Parallel()
	t.Run("ByQR", func(t *testing.T) {
		s := newServer(t)
		c := link(t, s)
		if got := c.Store.ID.User; got != "6281210002000" {
			t.Errorf("linked to %s", got)
		}
	})
	t.Run("ByCode", func(t *testing.T) {
		s := newServer(t)
		c := newClient(t, s, filepath.Join(t.TempDir(), "session.db"))
		if err := c.Connect(); err != nil {
			t.Fatal(err)
		}
		await(c, any1[*events.QR])
		code, err := c.PairPhone(t.Context(), "+62 812-1000-2000", true, whatsmeow.PairClientChrome, "Chrome (Linux)")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.EnterCode(t.Context(), code); err != nil {
			t.Fatal(err)
		}
		ready(t, s)
	})
	t.Run("ErrWrongCode", func(t *testing.T) {
		s := newServer(t)
		c := newClient(t, s, filepath.Join(t.TempDir(), "session.db"))
		if err := c.Connect(); err != nil {
			t.Fatal(err)
		}
		await(c, any1[*events.QR])
		if _, err := c.PairPhone(t.Context(), "6281210002000", true, whatsmeow.PairClientChrome, "Chrome (Linux)"); err != nil {
			t.Fatal(err)
		}
		if err := s.EnterCode(t.Context(), "ABCD-EFGH"); err == nil {
			t.Error("a wrong code was accepted")
		}
	})
	t.Run("ErrExpiredQR", func(t *testing.T) {
		s := newServer(t)
		for _, code := range []string{"", "https://example.com", "https://wa.me/settings/linked_devices#2@X,a,b,c,1"} {
			if err := s.ScanQR(code); err == nil {
				t.Errorf("%q was accepted", code)
			}
		}
	})
}

func TestMessages(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	c := link(t, s)
	marni := person(t, s, "6281200000101", "Bu Marni")

	t.Run("TextsInOrder", func(t *testing.T) {
		want := []string{"Assalamualaikum", "sy bu marni", "mau usul"}
		for _, w := range want {
			id, err := marni.Send(emulator.Text(w))
			send(t, id, err)
		}
		settled(t, s)
		if d := cmp.Diff(want, c.texts()); d != "" {
			t.Error(d)
		}
		got := await(c, any1[*events.Message])
		if got.Info.PushName != "Bu Marni" || got.Info.Sender.ToNonAD() != marni.LID() || got.Info.SenderAlt.ToNonAD() != marni.Number() {
			t.Errorf("sender = %s, %s, %q", got.Info.Sender, got.Info.SenderAlt, got.Info.PushName)
		}
	})
	t.Run("MediaAndBack", func(t *testing.T) {
		data := bytes.Repeat([]byte("gambar"), 5000)
		m, err := s.Image(data, "image/jpeg", "surat")
		if err != nil {
			t.Fatal(err)
		}
		id, err := marni.Send(m)
		send(t, id, err)
		got := await(c, func(e *events.Message) bool { return e.Info.ID == id })
		plain, err := c.Download(t.Context(), got.Message.GetImageMessage())
		if err != nil || !bytes.Equal(plain, data) {
			t.Fatalf("%d bytes, %v", len(plain), err)
		}
		s.Forget()
		if _, err := c.Download(t.Context(), got.Message.GetImageMessage()); !errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith410) {
			t.Errorf("a forgotten file: %v", err)
		}
		if _, err := c.Upload(t.Context(), data, whatsmeow.MediaImage); err != nil {
			t.Errorf("upload: %v", err)
		}
	})
	t.Run("Kinds", func(t *testing.T) {
		first, err := marni.Send(emulator.Text("jumlah 400"))
		send(t, first, err)
		for name, m := range map[string]struct {
			id  string
			err error
		}{
			"edit": pair(marni.Send(marni.Edit(first, "jumlah 40"))), "delete": pair(marni.Send(marni.Delete(first))),
			"place": pair(marni.Send(emulator.Location(-6.3, 106.6, "lahan"))), "card": pair(marni.Send(emulator.Contact("Joko", "62812"))),
			"poll": pair(marni.Send(emulator.Poll("kapan?", "pagi", "sore"))), "forwarded": pair(marni.Send(emulator.Forwarded("dari Pak Slamet"))),
			"reply":        pair(marni.Send(emulator.Reply("ralat", first, marni, emulator.Text("jumlah 400")))),
			"disappearing": pair(marni.Send(emulator.Disappearing(emulator.Text("hilang nanti")))),
		} {
			if m.err != nil {
				t.Fatal(name, m.err)
			}
			await(c, func(e *events.Message) bool { return e.Info.ID == m.id })
		}
		settled(t, s)
	})
	t.Run("Group", func(t *testing.T) {
		dina, yosi := person(t, s, "6281200000112", "Dina"), person(t, s, "6281200000113", "Yosi")
		g := s.Group("Delegasi Serpong", dina, yosi)
		for _, p := range []*emulator.Person{dina, yosi, dina} {
			id, err := p.SendTo(g, emulator.Text("usul dari "+p.Number().User))
			send(t, id, err)
			got := await(c, func(e *events.Message) bool { return e.Info.ID == id && e.Message.GetConversation() != "" })
			if got.Info.Chat != g.JID() || got.Info.Sender.ToNonAD() != p.LID() {
				t.Errorf("chat %s, sender %s", got.Info.Chat, got.Info.Sender)
			}
		}
		settled(t, s)
	})
	t.Run("HiddenNumber", func(t *testing.T) {
		siti := person(t, s, "6281200000199", "Siti")
		siti.HideNumber(true)
		id, err := siti.Send(emulator.Text("tanpa nomor"))
		send(t, id, err)
		if got := await(c, func(e *events.Message) bool { return e.Info.ID == id }); !got.Info.SenderAlt.IsEmpty() {
			t.Errorf("the number was told: %s", got.Info.SenderAlt)
		}
		siti.HideNumber(false)
		id, err = siti.Send(emulator.Text("ini nomor saya"))
		send(t, id, err)
		if got := await(c, func(e *events.Message) bool { return e.Info.ID == id }); got.Info.SenderAlt.ToNonAD() != siti.Number() {
			t.Errorf("the number was not told: %s", got.Info.SenderAlt)
		}
	})
	t.Run("Replies", func(t *testing.T) {
		for i, to := range []types.JID{marni.Number(), marni.LID()} {
			text := strings.Repeat("Terima kasih. ", i+1)
			if _, err := c.SendMessage(t.Context(), to, emulator.Text(text)); err != nil {
				t.Fatal(err)
			}
			sent, err := s.AwaitSent(t.Context(), i+1)
			if err != nil {
				t.Fatal(err)
			}
			if got := sent[i]; got.To != marni.Number() || got.Message.GetConversation() != text {
				t.Errorf("sent %v", got)
			}
		}
	})
}

type sent struct {
	id  string
	err error
}

func pair(id string, err error) struct {
	id  string
	err error
} {
	return sent{id, err}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	t.Run("WhatHasNoReceiptComesAgain", func(t *testing.T) {
		s := newServer(t)
		c := link(t, s)
		p := person(t, s, "6281200000101", "Bu Marni")
		refused := make(chan struct{}, 100)
		c.mu.Lock()
		c.accept = func(e any) bool {
			if _, ok := e.(*events.Message); ok {
				refused <- struct{}{}
				return false
			}
			return true
		}
		c.mu.Unlock()
		id, err := p.Send(emulator.Text("simpan dulu"))
		send(t, id, err)
		<-refused
		if n := s.Unacknowledged(); n != 1 {
			t.Errorf("%d unacknowledged, want 1", n)
		}
		c.mu.Lock()
		c.accept = nil
		c.mu.Unlock()
		c.ResetConnection()
		settled(t, s)
		if d := cmp.Diff([]string{"simpan dulu"}, c.texts()); d != "" {
			t.Error(d)
		}
	})
	t.Run("ACutLineLosesNothing", func(t *testing.T) {
		s := newServer(t)
		c := link(t, s)
		p := person(t, s, "6281200000101", "Bu Marni")
		s.Cut()
		for range 20 {
			id, err := p.Send(emulator.Text("usul"))
			send(t, id, err)
		}
		settled(t, s)
		if n := len(c.texts()); n != 20 {
			t.Errorf("%d of 20", n)
		}
	})
	t.Run("DelaysAndDuplicates", func(t *testing.T) {
		s := newServer(t)
		c := link(t, s)
		p := person(t, s, "6281200000101", "Bu Marni")
		id, err := p.Send(emulator.Text("0"))
		send(t, id, err)
		settled(t, s)
		s.Disturb(20_000_000, 0.3)
		for range 50 {
			id, err := p.Send(emulator.Text("usul"))
			send(t, id, err)
		}
		settled(t, s)
		if n := len(c.texts()); n != 51 {
			t.Errorf("%d of 51: a replayed ciphertext was read, or one was lost", n)
		}
	})
	t.Run("Logout", func(t *testing.T) {
		s := newServer(t)
		c := link(t, s)
		s.Logout()
		await(c, any1[*events.LoggedOut])
	})
	t.Run("Replaced", func(t *testing.T) {
		s := newServer(t)
		c := link(t, s)
		s.Replace()
		await(c, any1[*events.StreamReplaced])
	})
	t.Run("Outdated", func(t *testing.T) {
		s := newServer(t)
		c := link(t, s)
		s.Outdate(math.MaxUint32)
		await(c, any1[*events.ClientOutdated])
	})
	t.Run("Banned", func(t *testing.T) {
		s := newServer(t)
		c := link(t, s)
		s.Ban(3600_000_000_000)
		if got := await(c, any1[*events.TemporaryBan]); got.Expire <= 0 {
			t.Errorf("banned for %s", got.Expire)
		}
	})
}
