package emulator_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"usulan/intake/whatsapp/emulator"
)

func TestSigns(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	c := link(t, s)
	marni := person(t, s, "6281200000101", "Bu Marni")

	t.Run("Receipts", func(t *testing.T) {
		r, err := c.SendMessage(t.Context(), marni.LID(), emulator.Text("terima kasih"))
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range []types.ReceiptType{types.ReceiptTypeDelivered, types.ReceiptTypeRead} {
			marni.Confirm(r.ID, kind)
			got := await(c, func(e *events.Receipt) bool { return e.Type == kind })
			if got.Sender != marni.LID() || len(got.MessageIDs) != 1 || got.MessageIDs[0] != r.ID {
				t.Errorf("a receipt of %s for %v", got.Sender, got.MessageIDs)
			}
		}
		settled(t, s)
	})
	t.Run("MissedCall", func(t *testing.T) {
		call := marni.Call()
		if got := await(c, any1[*events.CallOffer]); got.CallID != call || got.From != marni.LID() || got.CallCreatorAlt != marni.Number() {
			t.Errorf("call %s from %s, %s", got.CallID, got.From, got.CallCreatorAlt)
		}
		marni.HangUp(call)
		if got := await(c, any1[*events.CallTerminate]); got.CallID != call || got.Reason != "timeout" {
			t.Errorf("call %s ended: %s", got.CallID, got.Reason)
		}
		settled(t, s)
	})
	t.Run("Presence", func(t *testing.T) {
		marni.Typing(true)
		if got := await(c, any1[*events.ChatPresence]); got.State != types.ChatPresenceComposing || got.Sender != marni.LID() {
			t.Errorf("%s is %s", got.Sender, got.State)
		}
		marni.Online(false)
		if got := await(c, any1[*events.Presence]); !got.Unavailable || got.From != marni.LID() {
			t.Errorf("%s unavailable: %v", got.From, got.Unavailable)
		}
	})
}

func TestSaidToMany(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	c := link(t, s)
	marni := person(t, s, "6281200000101", "Bu Marni")
	for name, sent := range map[string]struct {
		id  string
		err error
	}{
		"status@broadcast":     pair(marni.Post(emulator.Text("jualan hari ini"))),
		"1700000000@broadcast": pair(marni.Broadcast(emulator.Text("undangan"))),
		"120363@newsletter":    pair(s.News("120363", emulator.Text("kabar"))),
	} {
		if sent.err != nil {
			t.Fatal(name, sent.err)
		}
		got := await(c, func(e *events.Message) bool { return e.Info.ID == sent.id && e.Message.GetConversation() != "" })
		if got.Info.Chat.String() != name {
			t.Errorf("said in %s, want %s", got.Info.Chat, name)
		}
	}
	settled(t, s)
}

func TestGroupChanges(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	c := link(t, s)
	dina, yosi := person(t, s, "6281200000112", "Dina"), person(t, s, "6281200000113", "Yosi")
	yosi.HideNumber(true)
	g := s.Group("Delegasi Serpong", dina)
	g.Invite(dina)
	if got := await(c, any1[*events.JoinedGroup]); got.JID != g.JID() || got.Name != "Delegasi Serpong" {
		t.Errorf("joined %s, %q", got.JID, got.Name)
	}
	g.Rename(dina, "Serpong Maju")
	if got := await(c, func(e *events.GroupInfo) bool { return e.Name != nil }); got.Name.Name != "Serpong Maju" {
		t.Errorf("renamed to %q", got.Name.Name)
	}
	g.Add(dina, yosi)
	got := await(c, func(e *events.GroupInfo) bool { return e.Join != nil })
	if d := cmp.Diff([]types.JID{yosi.LID()}, got.Join); d != "" {
		t.Error(d)
	}
	info, err := c.GetGroupInfo(t.Context(), g.JID())
	if err != nil {
		t.Fatal(err)
	}
	if info.Name != "Serpong Maju" || len(info.Participants) != 3 {
		t.Errorf("%q with %d participants", info.Name, len(info.Participants))
	}
	for _, p := range info.Participants {
		if p.LID == yosi.LID() && !p.PhoneNumber.IsEmpty() {
			t.Errorf("the group tells a hidden number: %s", p.PhoneNumber)
		}
	}
	g.Remove(dina, s.Phone())
	if got := await(c, func(e *events.GroupInfo) bool { return e.Leave != nil }); got.Leave[0] != s.Phone().LID() {
		t.Errorf("%s left", got.Leave)
	}
	settled(t, s)
}

func TestStrangeMessages(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	c := link(t, s)
	marni := person(t, s, "6281200000101", "Bu Marni")
	t.Run("FromTheFuture", func(t *testing.T) {
		id, err := marni.Send(emulator.FromTheFuture(9999, "jenis baru"))
		send(t, id, err)
		got := await(c, func(e *events.Message) bool { return e.Info.ID == id })
		if len(got.Message.ProtoReflect().GetUnknown()) == 0 {
			t.Error("the unknown field did not arrive")
		}
	})
	t.Run("Bytes", func(t *testing.T) {
		id, err := marni.SendBytes([]byte("\x0a\x04isi!"))
		send(t, id, err)
		if got := await(c, func(e *events.Message) bool { return e.Info.ID == id }); got.Message.GetConversation() != "isi!" {
			t.Errorf("read %q", got.Message.GetConversation())
		}
		id, err = marni.SendBytes([]byte("\x0a\xffrusak"))
		send(t, id, err)
		settled(t, s) // the client says that it is no message
		for _, e := range all[*events.Message](c) {
			if e.Info.ID == id {
				t.Error("what is no message was read")
			}
		}
	})
	t.Run("AgainUnderTheNumber", func(t *testing.T) {
		id, err := marni.Send(emulator.Text("sekali"))
		send(t, id, err)
		settled(t, s)
		marni.UseNumber(true)
		if err := marni.SendAgain(id); err != nil {
			t.Fatal(err)
		}
		got := await(c, func(e *events.Message) bool {
			return e.Info.ID == id && e.Info.Sender.Server == types.DefaultUserServer
		})
		if got.Info.Chat != marni.Number() || got.Message.GetConversation() != "sekali" {
			t.Errorf("%q in %s", got.Message.GetConversation(), got.Info.Chat)
		}
		if err := marni.SendAgain("3EB0FFFF"); err == nil {
			t.Error("a message that nobody wrote was sent again")
		}
		settled(t, s)
	})
	t.Run("Refused", func(t *testing.T) {
		s.Refuse(events.ConnectFailureMainDeviceGone)
		if got := await(c, any1[*events.LoggedOut]); got.Reason != events.ConnectFailureMainDeviceGone {
			t.Errorf("logged out: %s", got.Reason)
		}
	})
}
