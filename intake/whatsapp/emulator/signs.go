package emulator

import (
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// Confirm tells the account that the person's phone has, or the person has seen,
// a message with the given id. The kind is such as types.ReceiptTypeDelivered.
func (p *Person) Confirm(id string, kind types.ReceiptType) {
	attrs := waBinary.Attrs{"from": p.lid, "id": id, "t": now()}
	if kind != types.ReceiptTypeDelivered {
		attrs["type"] = string(kind)
	}
	p.server.deliver(&stanza{id: id, node: waBinary.Node{Tag: "receipt", Attrs: attrs}})
}

// Call rings the account and returns the id of the call.
func (p *Person) Call() string {
	call := messageID()
	p.callStanza(call, "offer", waBinary.Attrs{}, []waBinary.Node{
		{Tag: "audio", Attrs: waBinary.Attrs{"enc": "opus", "rate": "16000"}},
	})
	return call
}

// HangUp ends a call that nobody has answered.
func (p *Person) HangUp(call string) {
	p.callStanza(call, "terminate", waBinary.Attrs{"reason": "timeout"}, nil)
}

func (p *Person) callStanza(call, tag string, attrs waBinary.Attrs, content []waBinary.Node) {
	attrs["call-id"], attrs["call-creator"] = call, p.lid
	if hidden, _ := p.addressing(); !hidden {
		attrs["caller_pn"] = p.number
	}
	id := messageID()
	p.server.deliver(&stanza{id: id, node: waBinary.Node{
		Tag:     "call",
		Attrs:   waBinary.Attrs{"from": p.lid, "id": id, "t": now(), "platform": "android", "version": "2.26.1.1"},
		Content: []waBinary.Node{{Tag: tag, Attrs: attrs, Content: content}},
	}})
}

// Typing shows the account that the person is writing, or has stopped. It
// reaches a client that is there and nobody else.
func (p *Person) Typing(typing bool) {
	state := types.ChatPresencePaused
	if typing {
		state = types.ChatPresenceComposing
	}
	p.server.show(waBinary.Node{Tag: "chatstate", Attrs: waBinary.Attrs{"from": p.lid}, Content: []waBinary.Node{{Tag: string(state)}}})
}

// Online shows the account that the person is there, or not.
func (p *Person) Online(online bool) {
	attrs := waBinary.Attrs{"from": p.lid}
	if !online {
		attrs["type"], attrs["last"] = "unavailable", now()
	}
	p.server.show(waBinary.Node{Tag: "presence", Attrs: attrs})
}

// show sends what is not kept for later.
func (s *Server) show(n waBinary.Node) {
	s.mu.Lock()
	live := s.live
	ready := live != nil && live.ready
	s.mu.Unlock()
	if ready {
		live.send(n)
	}
}
