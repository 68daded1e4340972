package emulator_test

import (
	"context"
	"testing"

	"go.mau.fi/whatsmeow/types/events"

	"usulan/intake/whatsapp/emulator"
)

// An account outlives a server: a server that is started anew must not give the
// ids of before to new messages, and can repeat an old one under its own.
func TestIDsOutliveAServer(t *testing.T) {
	t.Parallel()
	var last string
	for range 2 {
		s := newServer(t)
		c := link(t, s)
		marni := person(t, s, "6281200000101", "Bu Marni")
		id, err := marni.Send(emulator.Text("usul modal"))
		if id = send(t, id, err); id == last {
			t.Errorf("two servers gave the id %s", id)
		}
		last = id
		if err := marni.SendAs("3EB0ABCD", nil, emulator.Text("usul lapak")); err != nil {
			t.Fatal(err)
		}
		settled(t, s)
		got := await(c, func(m *events.Message) bool { return m.Message.GetConversation() == "usul lapak" })
		if got.Info.ID != "3EB0ABCD" {
			t.Errorf("the message came as %s", got.Info.ID)
		}
	}
}

func TestAwaitReceipt(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	c := link(t, s)
	marni, other := person(t, s, "6281200000101", "Bu Marni"), person(t, s, "6281200000102", "Pak Dul")
	c.mu.Lock()
	c.accept = func(e any) bool { _, message := e.(*events.Message); return !message }
	c.mu.Unlock()
	id, err := marni.Send(emulator.Text("usul modal"))
	id = send(t, id, err)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := marni.AwaitReceipt(ended, id); err == nil {
		t.Error("a message that the client refuses has a receipt")
	}
	if err := other.AwaitReceipt(ended, id); err != nil {
		t.Errorf("it waits for what somebody else sent: %v", err)
	}
	c.mu.Lock()
	c.accept = nil
	c.mu.Unlock()
	c.ResetConnection()
	if err := marni.AwaitReceipt(t.Context(), id); err != nil {
		t.Error(err)
	}
}
