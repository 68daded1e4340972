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
	"go.mau.fi/whatsmeow/types"
)

// outbox holds, in order, what the client has not acknowledged.
type outbox struct {
	waiting []*stanza // those that are done lie about until there are many
	tickets map[ticket][]*stanza
	left    int
}

func (o *outbox) add(st *stanza) {
	o.waiting = append(o.waiting, st)
	t := st.ticket()
	o.tickets[t] = append(o.tickets[t], st)
	o.left++
}

// settle takes out what an acknowledgement is for. read says that it is for a
// message that was read, and not only for one that has arrived.
func (o *outbox) settle(t ticket, read bool) {
	of := o.tickets[t]
	owes := slices.IndexFunc(of, func(st *stanza) bool { return st.owed > 0 })
	if !read && owes >= 0 {
		of[owes].owed--
		return
	}
	for _, st := range of {
		st.done = true
	}
	o.left -= len(of)
	delete(o.tickets, t)
	if len(o.waiting) > 2*o.left+64 {
		o.waiting = slices.DeleteFunc(o.waiting, func(st *stanza) bool { return st.done })
	}
}

// open lists what is left.
func (o *outbox) open() []*stanza {
	return slices.DeleteFunc(slices.Clone(o.waiting), func(st *stanza) bool { return st.done })
}

// target is the client's address, with the keys to begin a session where there
// is none or it is to begin anew.
func (s *Server) target(p *Person, fresh bool) (*protocol.SignalAddress, *prekey.Bundle, error) {
	s.mu.Lock()
	linked := s.linked
	s.mu.Unlock()
	if linked == nil {
		return nil, nil, errors.New("no client is linked to the account")
	}
	to := linked.lid.SignalAddress()
	known, err := p.device.ContainsSession(s.ctx, to)
	if err != nil {
		return nil, nil, err
	}
	if known && !fresh {
		return to, nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if linked.registration == 0 {
		return nil, nil, errors.New("the client has not published its keys yet")
	}
	return to, linked.bundle(), nil
}

// deliver queues a stanza, for a client that is there and for those that come.
func (s *Server) deliver(st *stanza) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st.letter != nil {
		s.archive[st.id] = st
	}
	s.outbox.add(st)
	if s.live != nil && s.live.ready {
		s.live.push(st)
	}
}

// push puts a stanza into the queue of a connection. The caller holds the
// server's mu.
func (c *connection) push(st *stanza) {
	c.queue = append(c.queue, st)
	select {
	case c.more <- struct{}{}:
	default:
	}
}

// replay queues for a client that has just become active all that it has no
// receipt for, says how many that were, and goes on with what comes after.
func (s *Server) replay(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.ready {
		return
	}
	c.ready = true
	c.queue = append(c.queue, s.outbox.open()...)
	c.push(&stanza{node: waBinary.Node{
		Tag: "ib", Attrs: waBinary.Attrs{"from": types.ServerJID}, Content: []waBinary.Node{
			{Tag: "offline", Attrs: waBinary.Attrs{"count": strconv.Itoa(len(c.queue))}},
		},
	}})
	s.announce()
	s.running.Go(c.empty)
}

// empty sends what is queued until the line ends.
func (c *connection) empty() {
	for {
		c.server.mu.Lock()
		queue := c.queue
		c.queue = nil
		c.server.mu.Unlock()
		for _, st := range queue {
			if c.ctx.Err() != nil {
				return
			}
			c.transmit(st)
		}
		if len(queue) > 0 {
			continue
		}
		select {
		case <-c.more:
		case <-c.ctx.Done():
			return
		}
	}
}

// transmit sends a stanza, with the faults that are asked for.
func (c *connection) transmit(st *stanza) {
	c.server.mu.Lock()
	node, done := st.node, st.done
	c.server.mu.Unlock()
	if done {
		return
	}
	delay, copies := c.server.disturb()
	if node.Tag == "ib" || delay == 0 {
		for range copies {
			c.send(node)
		}
		return
	}
	c.server.running.Go(func() {
		t := time.NewTimer(delay)
		defer t.Stop()
		select {
		case <-t.C:
			for range copies {
				c.send(node)
			}
		case <-c.ctx.Done():
		}
	})
}

// receipt takes the client's word that it has messages, or that it cannot read
// or fetch one.
func (s *Server) receipt(n *waBinary.Node) {
	id, to, kind := text(n, "id"), jid(n, "to"), types.ReceiptType(text(n, "type"))
	switch kind {
	case types.ReceiptTypeRetry:
		s.retry(id)
		return
	case types.ReceiptTypeServerError:
		s.reupload(id, n)
		return
	}
	ids := []string{id}
	list := n.GetChildByTag("list")
	for _, item := range list.GetChildren() {
		ids = append(ids, text(&item, "id"))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		s.outbox.settle(ticket{"message", id, to.ToNonAD()}, true)
	}
	s.receipts = append(s.receipts, Receipt{IDs: ids, To: to.ToNonAD(), Kind: kind})
	s.announce()
}

// acknowledged takes the client's word that a stanza has arrived.
func (s *Server) acknowledged(n *waBinary.Node) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outbox.settle(ticket{text(n, "class"), text(n, "id"), jid(n, "to").ToNonAD()}, false)
	s.announce()
}

// retry lets the writer of a message that the client could not read encrypt it
// anew.
func (s *Server) retry(id string) {
	s.mu.Lock()
	st := s.archive[id]
	s.mu.Unlock()
	if st == nil {
		return
	}
	l := st.letter
	l.person.ask(func() {
		l.person.mu.Lock()
		defer l.person.mu.Unlock()
		l.retries++
		node, err := l.encrypt(true)
		if err != nil {
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if st.node = node; st.done {
			st.done = false
			s.outbox.add(st)
		} else {
			st.owed++ // the client acknowledges what it could not read
		}
		if s.live != nil && s.live.ready {
			s.live.push(st)
		}
	})
}

// Unacknowledged tells how many messages, calls and notifications the client has
// no receipt for.
func (s *Server) Unacknowledged() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.outbox.left
}

// Settled waits until the client has a receipt for everything.
func (s *Server) Settled(ctx context.Context) error { return s.Below(ctx, 1) }

// Below waits until fewer than n are without a receipt.
func (s *Server) Below(ctx context.Context, n int) error {
	return s.wait(ctx, func() bool { return s.outbox.left < n })
}

// Ready waits until a linked client is logged in and active.
func (s *Server) Ready(ctx context.Context) error {
	return s.wait(ctx, func() bool { return s.live != nil && s.live.ready })
}
