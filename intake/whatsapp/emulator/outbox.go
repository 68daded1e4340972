package emulator

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"go.mau.fi/libsignal/keys/prekey"
	"go.mau.fi/libsignal/protocol"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
)

// stanza is a message on its way to the client.
type stanza struct {
	person  *Person
	group   *Group
	message *waE2E.Message
	id      string
	at      time.Time
	node    waBinary.Node
	retries int
}

// from is where the client's receipt will go to.
func (st *stanza) from() types.JID { return st.node.Attrs["from"].(types.JID) }

// kind is the type that the server can see of an encrypted message.
func (st *stanza) kind() string {
	m := st.message
	switch {
	case m.GetReactionMessage() != nil:
		return "reaction"
	case m.GetPollCreationMessage() != nil:
		return "poll"
	case m.GetConversation() != "", m.GetExtendedTextMessage() != nil, m.GetProtocolMessage() != nil:
		return "text"
	default:
		return "media"
	}
}

// edit is how the server marks what changes an earlier message.
func (st *stanza) edit() string {
	switch p := st.message.GetProtocolMessage(); {
	case p == nil:
		return ""
	case p.GetType() == waE2E.ProtocolMessage_REVOKE:
		return string(types.EditAttributeSenderRevoke)
	case p.GetType() == waE2E.ProtocolMessage_MESSAGE_EDIT:
		return string(types.EditAttributeMessageEdit)
	}
	return ""
}

// outbox holds, in order, what the client has not acknowledged.
type outbox struct {
	waiting []*stanza
}

// target is the client's address, with the keys to begin a session where there
// is none or it is to begin anew.
func (s *Server) target(p *Person, fresh bool) (*protocol.SignalAddress, *prekey.Bundle, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.linked == nil {
		return nil, nil, errors.New("no client is linked to the account")
	}
	to := s.linked.lid.SignalAddress()
	known, err := p.device.ContainsSession(s.ctx, to)
	if err != nil {
		return nil, nil, err
	}
	if known && !fresh {
		return to, nil, nil
	}
	if s.linked.registration == 0 {
		return nil, nil, errors.New("the client has not published its keys yet")
	}
	return to, s.linked.bundle(), nil
}

// deliver queues a stanza and sends it to a client that is there.
func (s *Server) deliver(st *stanza) {
	s.mu.Lock()
	s.outbox.waiting = append(s.outbox.waiting, st)
	live := s.live
	ready := live != nil && live.ready
	s.mu.Unlock()
	if ready {
		s.transmit(live, st)
	}
}

// transmit sends a stanza, with the faults that are asked for.
func (s *Server) transmit(c *connection, st *stanza) {
	delay, copies := s.disturb()
	if delay == 0 {
		for range copies {
			c.send(st.node)
		}
		return
	}
	s.running.Go(func() {
		t := time.NewTimer(delay)
		defer t.Stop()
		select {
		case <-t.C:
			for range copies {
				c.send(st.node)
			}
		case <-c.ctx.Done():
		}
	})
}

// replay sends a client that has just become active all that it has no receipt
// for, and says how many that were.
func (s *Server) replay(c *connection) {
	s.mu.Lock()
	waiting := slices.Clone(s.outbox.waiting)
	c.ready = true
	s.announce()
	s.mu.Unlock()
	for _, st := range waiting {
		s.transmit(c, st)
	}
	c.send(waBinary.Node{Tag: "ib", Attrs: waBinary.Attrs{"from": types.ServerJID}, Content: []waBinary.Node{
		{Tag: "offline", Attrs: waBinary.Attrs{"count": strconv.Itoa(len(waiting))}},
	}})
}

// receipt takes the client's word that it has messages, or that it cannot read
// one.
func (s *Server) receipt(c *connection, n *waBinary.Node) {
	to := jid(n, "to")
	if text(n, "type") == "retry" {
		s.retry(c, text(n, "id"), to)
		return
	}
	s.settle(text(n, "id"), to)
	list := n.GetChildByTag("list")
	for _, item := range list.GetChildren() {
		s.settle(text(&item, "id"), to)
	}
}

// settle forgets a message that the client has.
func (s *Server) settle(id string, from types.JID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outbox.waiting = slices.DeleteFunc(s.outbox.waiting, func(st *stanza) bool {
		return st.id == id && st.from().ToNonAD() == from.ToNonAD()
	})
	s.announce()
}

// retry encrypts a message anew for a client that could not read it.
func (s *Server) retry(c *connection, id string, from types.JID) {
	s.mu.Lock()
	at := slices.IndexFunc(s.outbox.waiting, func(st *stanza) bool { return st.id == id && st.from().ToNonAD() == from.ToNonAD() })
	if at < 0 {
		s.mu.Unlock()
		return
	}
	st := s.outbox.waiting[at]
	s.mu.Unlock()

	st.person.mu.Lock()
	st.retries++
	err := st.person.encrypt(st, true)
	if err == nil {
		for i := range st.node.GetChildren() {
			st.node.GetChildren()[i].Attrs["count"] = strconv.Itoa(st.retries)
		}
	}
	st.person.mu.Unlock()
	if err == nil {
		s.transmit(c, st)
	}
}

// Unacknowledged tells how many messages the client has no receipt for.
func (s *Server) Unacknowledged() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.outbox.waiting)
}

// Settled waits until the client has a receipt for every message.
func (s *Server) Settled(ctx context.Context) error {
	return s.wait(ctx, func() bool { return len(s.outbox.waiting) == 0 })
}

// Ready waits until a linked client is logged in and active.
func (s *Server) Ready(ctx context.Context) error {
	return s.wait(ctx, func() bool { return s.live != nil && s.live.ready })
}
