package emulator_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waMmsRetry"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"usulan/intake/whatsapp/emulator"
)

func TestHistory(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	c := newClient(t, s, t.TempDir()+"/session.db")
	c.ManualHistorySyncDownload, c.DisableManualHistorySyncReceipt = true, true
	linkClient(t, s, c)
	marni, dina := person(t, s, "6281200000101", "Bu Marni"), person(t, s, "6281200000112", "Dina")
	g := s.Group("Delegasi", dina)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	id, err := s.SendHistory(
		emulator.Past{From: marni, ID: "A1", At: at, Message: emulator.Text("usul lama")},
		emulator.Past{From: s.Phone(), To: marni, ID: "A2", At: at, Message: emulator.Text("terima kasih")},
		emulator.Past{From: dina, Group: g, ID: "A3", At: at, Message: emulator.Text("usul delegasi")},
	)
	send(t, id, err)
	got := await(c, func(e *events.Message) bool { return e.Info.ID == id })
	sync, err := c.DownloadHistorySync(t.Context(), got.Message.GetProtocolMessage().GetHistorySyncNotification(), true)
	if err != nil {
		t.Fatal(err)
	}
	type said struct {
		ID, Text, Name string
		Chat, Sender   types.JID
		Own            bool
	}
	var all []said
	for _, conversation := range sync.GetConversations() {
		chat, err := types.ParseJID(conversation.GetID())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range conversation.GetMessages() {
			e, err := c.ParseWebMessage(chat, m.GetMessage())
			if err != nil {
				t.Fatal(err)
			}
			if !e.Info.Timestamp.Equal(at) {
				t.Errorf("%s was said at %s", e.Info.ID, e.Info.Timestamp)
			}
			all = append(all, said{e.Info.ID, e.Message.GetConversation(), e.Info.PushName, e.Info.Chat, e.Info.Sender, e.Info.IsFromMe})
		}
	}
	want := []said{
		{"A1", "usul lama", "Bu Marni", marni.LID(), marni.LID(), false},
		{"A2", "terima kasih", "", marni.LID(), s.Phone().LID(), true},
		{"A3", "usul delegasi", "Dina", g.JID(), dina.LID(), false},
	}
	if d := cmp.Diff(want, all); d != "" {
		t.Error(d)
	}
	if err := c.SendProtocolMessageReceipt(t.Context(), id, types.ReceiptTypeHistorySync); err != nil {
		t.Fatal(err)
	}
	if err := s.AwaitWord(t.Context(), id, types.ReceiptTypeHistorySync); err != nil {
		t.Fatal(err)
	}
	notice := got.Message.GetProtocolMessage().GetHistorySyncNotification()
	if err := c.DeleteMedia(t.Context(), whatsmeow.MediaHistory, notice.GetDirectPath(), notice.GetFileEncSHA256(), ""); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Download(t.Context(), notice); err == nil {
		t.Error("the history is still there after it was deleted")
	}
}

func TestOwnMessages(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	c := link(t, s)
	marni := person(t, s, "6281200000101", "Bu Marni")
	id, err := s.PhoneSend(marni, emulator.Text("kami catat"))
	send(t, id, err)
	got := await(c, func(e *events.Message) bool { return e.Info.ID == id })
	if !got.Info.IsFromMe || got.Info.Chat != marni.LID() || got.Message.GetConversation() != "kami catat" {
		t.Errorf("from me %v, in %s: %q", got.Info.IsFromMe, got.Info.Chat, got.Message.GetConversation())
	}
	g := s.Group("Delegasi", marni)
	id, err = s.Phone().SendTo(g, emulator.Text("kepada semua"))
	send(t, id, err)
	got = await(c, func(e *events.Message) bool { return e.Info.ID == id && e.Message.GetConversation() != "" })
	if !got.Info.IsFromMe || got.Info.Chat != g.JID() {
		t.Errorf("from me %v, in %s", got.Info.IsFromMe, got.Info.Chat)
	}
	settled(t, s)
}

func TestMediaFromThePhone(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	c := link(t, s)
	marni := person(t, s, "6281200000101", "Bu Marni")
	data := bytes.Repeat([]byte("foto"), 900)
	m, err := s.Image(data, "image/jpeg", "")
	if err != nil {
		t.Fatal(err)
	}
	id, err := marni.Send(m)
	send(t, id, err)
	got := await(c, func(e *events.Message) bool { return e.Info.ID == id })
	image := got.Message.GetImageMessage()
	s.Forget()
	if _, err := c.Download(t.Context(), image); !errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith410) {
		t.Fatalf("download says %v", err)
	}

	s.Phone().Away(true)
	if err := c.SendMediaRetryReceipt(t.Context(), &got.Info, image.GetMediaKey()); err != nil {
		t.Fatal(err)
	}
	settled(t, s)
	if n := count[*events.MediaRetry](c); n != 0 {
		t.Errorf("%d answers of a phone that is away", n)
	}
	s.Phone().Away(false)
	answer := await(c, func(e *events.MediaRetry) bool { return e.MessageID == id })
	again, err := whatsmeow.DecryptMediaRetryNotification(answer, image.GetMediaKey())
	if err != nil || again.GetResult() != waMmsRetry.MediaRetryNotification_SUCCESS {
		t.Fatalf("the phone says %v, %v", again, err)
	}
	if answer.ChatID != marni.LID() {
		t.Errorf("the answer is about %s", answer.ChatID)
	}
	image.DirectPath = again.DirectPath
	if plain, err := c.Download(t.Context(), image); err != nil || !bytes.Equal(plain, data) {
		t.Errorf("%d bytes, %v", len(plain), err)
	}
	settled(t, s)
	c.forget()

	s.Forget()
	s.ForgetOnPhone()
	if err := c.SendMediaRetryReceipt(t.Context(), &got.Info, image.GetMediaKey()); err != nil {
		t.Fatal(err)
	}
	answer = await(c, func(e *events.MediaRetry) bool { return e.MessageID == id })
	if _, err := whatsmeow.DecryptMediaRetryNotification(answer, image.GetMediaKey()); !errors.Is(err, whatsmeow.ErrMediaNotAvailableOnPhone) {
		t.Errorf("a phone without the file says %v", err)
	}
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	for name, fromGroup := range map[string]bool{"Direct": false, "Group": true} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			c := link(t, s)
			marni := person(t, s, "6281200000101", "Bu Marni")
			var g *emulator.Group
			if fromGroup {
				g = s.Group("Delegasi", marni)
			}
			for _, want := range []string{"pertama", "kedua"} { // to begin a session, and within it
				id, err := marni.SendSpoilt(g, emulator.Text(want))
				send(t, id, err)
				await(c, func(e *events.UndecryptableMessage) bool { return e.Info.ID == id })
				await(c, func(e *events.Message) bool { return e.Info.ID == id && e.Message.GetConversation() == want })
				settled(t, s)
			}

			marni.Away(true)
			id, err := marni.SendSpoilt(g, emulator.Text("ketiga"))
			send(t, id, err)
			await(c, func(e *events.UndecryptableMessage) bool { return e.Info.ID == id })
			settled(t, s) // the server has the client's word and forgets the message
			if d := cmp.Diff([]string{"pertama", "kedua"}, c.texts()); d != "" {
				t.Error(d)
			}
			marni.Away(false)
			await(c, func(e *events.Message) bool { return e.Info.ID == id && e.Message.GetConversation() == "ketiga" })
			settled(t, s)
		})
	}
}

func TestUnavailable(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	c := link(t, s)
	marni := person(t, s, "6281200000101", "Bu Marni")
	id, err := s.PhoneSend(marni, emulator.Text("halo"))
	send(t, id, err) // now the client knows the phone
	settled(t, s)
	once, err := marni.SendUnavailable(emulator.ViewOnce(emulator.Text("rahasia")), emulator.ViewOnceOnly)
	send(t, once, err)
	got := await(c, func(e *events.UndecryptableMessage) bool { return e.Info.ID == once })
	if !got.IsUnavailable || got.UnavailableType != events.UnavailableTypeViewOnce {
		t.Errorf("unavailable %v: %q", got.IsUnavailable, got.UnavailableType)
	}
	later, err := marni.SendUnavailable(emulator.Text("lewat ponsel"), emulator.PhoneOnly)
	send(t, later, err)
	handed := await(c, func(e *events.Message) bool { return e.Info.ID == later && e.Message.GetConversation() != "" })
	if handed.Message.GetConversation() != "lewat ponsel" || handed.Info.Sender != marni.LID() || handed.Info.PushName != "Bu Marni" {
		t.Errorf("the phone handed over %q of %s, %q", handed.Message.GetConversation(), handed.Info.Sender, handed.Info.PushName)
	}
	settled(t, s)
	for _, e := range all[*events.Message](c) {
		if e.Info.ID == once {
			t.Error("the phone handed on what may be looked at once")
		}
	}
}
