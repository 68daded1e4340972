package emulator

import (
	"context"
	"strconv"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/types"
)

// connection is one line of a client, from handshake to end.
type connection struct {
	server  *Server
	line    *line
	ctx     context.Context
	cut     context.CancelFunc
	key     [32]byte // the client's static key
	payload *waWa6.ClientPayload

	// Guarded by the server's mu.
	ready bool          // the client said that it is active
	queue []*stanza     // what is to be sent
	more  chan struct{} // the queue was empty and is not any more; not guarded
}

// serve answers the client until the line ends.
func (c *connection) serve() {
	if !c.welcome() {
		// What it was told must reach the client before the line ends.
		select {
		case <-c.ctx.Done():
		case <-time.After(farewell):
		}
		return
	}
	defer c.server.leave(c)
	for {
		frame, err := c.line.receive(c.ctx)
		if err != nil {
			return
		}
		raw, err := waBinary.Unpack(frame)
		if err != nil {
			return
		}
		node, err := waBinary.Unmarshal(raw)
		if err != nil {
			return
		}
		c.handle(node)
	}
}

// welcome lets a client in, or says why not.
func (c *connection) welcome() bool {
	s := c.server
	if refusal := s.refusal(versionOf(c.payload)); refusal != nil {
		c.send(*refusal)
		return false
	}
	if c.payload.DevicePairingData != nil {
		s.enter(c)
		s.startPairing(c)
		return true
	}
	s.mu.Lock()
	linked := s.linked
	s.mu.Unlock()
	if linked == nil || linked.static != c.key {
		c.send(waBinary.Node{Tag: "failure", Attrs: waBinary.Attrs{"reason": "401"}})
		return false
	}
	s.enter(c)
	c.send(waBinary.Node{Tag: "success", Attrs: waBinary.Attrs{
		"t": strconv.FormatInt(time.Now().Unix(), 10), "lid": linked.lid,
	}})
	return true
}

// enter makes c the account's connection; an earlier one is replaced.
func (s *Server) enter(c *connection) {
	s.mu.Lock()
	before := s.live
	s.live = c
	s.mu.Unlock()
	if before != nil {
		before.dismiss(replaced)
	}
}

// leave forgets a connection that has ended.
func (s *Server) leave(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.live == c {
		s.live = nil
	}
	s.announce()
}

// send writes a node. A line that is cut is noticed by whoever reads it.
func (c *connection) send(n waBinary.Node) {
	raw, err := waBinary.Marshal(n)
	if err != nil {
		panic("emulator: a node of its own cannot be written: " + err.Error())
	}
	_ = c.line.send(c.ctx, raw)
}

// farewell is how long a line stays up after the last word: a client whose line
// ends at once drops what it has received and not handled.
const farewell = 300 * time.Millisecond

// dismiss says a last word and then ends the line.
func (c *connection) dismiss(n waBinary.Node) {
	c.send(n)
	time.AfterFunc(farewell, c.cut)
}

// handle answers one node.
func (c *connection) handle(n *waBinary.Node) {
	s := c.server
	switch n.Tag {
	case "iq":
		c.query(n)
	case "receipt":
		c.acknowledge(n)
		s.receipt(n)
	case "ack":
		s.acknowledged(n)
	case "call":
		c.acknowledge(n)
	case "message":
		s.accept(c, n)
		c.acknowledge(n)
	}
}

// acknowledge tells the client that a node has arrived.
func (c *connection) acknowledge(n *waBinary.Node) {
	attrs := waBinary.Attrs{"class": n.Tag, "id": text(n, "id"), "from": jid(n, "to"),
		"t": strconv.FormatInt(time.Now().Unix(), 10)}
	for _, name := range []string{"type", "participant"} {
		if v, ok := n.Attrs[name]; ok && n.Tag != "message" {
			attrs[name] = v
		}
	}
	c.send(waBinary.Node{Tag: "ack", Attrs: attrs})
}

// text is a text attribute of a node, empty when absent.
func text(n *waBinary.Node, name string) string {
	v, _ := n.Attrs[name].(string)
	return v
}

// jid is an attribute of a node that is a JID, the server's own when absent.
func jid(n *waBinary.Node, name string) types.JID {
	if v, ok := n.Attrs[name].(types.JID); ok {
		return v
	}
	return types.ServerJID
}
