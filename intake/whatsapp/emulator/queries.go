package emulator

import (
	"strconv"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// query answers an info query. Whatever the emulator knows nothing of is
// answered with an empty result.
func (c *connection) query(n *waBinary.Node) {
	s := c.server
	if kind := text(n, "type"); kind == "result" || kind == "error" {
		s.pairingAnswered(c, n)
		return
	}
	var content []waBinary.Node
	after := func() {}
	switch text(n, "xmlns") {
	case "encrypt":
		content = s.keysQuery(n)
	case "usync":
		content = s.usync(n)
	case "w:m":
		content = []waBinary.Node{{
			Tag:     "media_conn",
			Attrs:   waBinary.Attrs{"auth": "loopback", "ttl": "300", "auth_ttl": "21600", "max_buckets": "12"},
			Content: []waBinary.Node{{Tag: "host", Attrs: waBinary.Attrs{"hostname": "mmg.whatsapp.net"}}},
		}}
	case "passive":
		after = func() { s.replay(c) }
	case "md":
		content, after = s.codeQuery(c, n)
		if _, leaves := n.GetOptionalChildByTag("remove-companion-device"); leaves {
			s.mu.Lock()
			s.linked = nil
			s.announce()
			s.mu.Unlock()
		}
	case "w:g2":
		content = s.groupQuery(n)
	}
	c.send(waBinary.Node{
		Tag:     "iq",
		Attrs:   waBinary.Attrs{"type": "result", "id": text(n, "id"), "from": jid(n, "to")},
		Content: content,
	})
	after()
}

// keysQuery serves the prekeys of simulated people and takes the client's.
func (s *Server) keysQuery(n *waBinary.Node) []waBinary.Node {
	if text(n, "type") == "set" {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.linked != nil {
			s.linked.publish(n)
		}
		return nil
	}
	if _, ok := n.GetOptionalChildByTag("count"); ok {
		s.mu.Lock()
		defer s.mu.Unlock()
		count := 0
		if s.linked != nil {
			count = len(s.linked.prekeys)
		}
		return []waBinary.Node{{Tag: "count", Attrs: waBinary.Attrs{"value": strconv.Itoa(count)}}}
	}
	var users []waBinary.Node
	request := n.GetChildByTag("key")
	for _, user := range request.GetChildren() {
		who := jid(&user, "jid")
		if p := s.known(who); p != nil {
			users = append(users, p.bundleNode(s.ctx, who))
		}
	}
	return []waBinary.Node{{Tag: "list", Content: users}}
}

// usync says which devices and which LID a number has.
func (s *Server) usync(n *waBinary.Node) []waBinary.Node {
	var users []waBinary.Node
	list := n.GetChildByTag("usync", "list")
	for _, user := range list.GetChildren() {
		who := jid(&user, "jid")
		p := s.known(who)
		if p == nil {
			continue
		}
		devices := []waBinary.Node{{Tag: "device", Attrs: waBinary.Attrs{"id": "0"}}}
		if number := s.linkedNumber(); p == s.phone && number != "" {
			devices = append(devices, waBinary.Node{Tag: "device", Attrs: waBinary.Attrs{"id": number, "key-index": number}})
		}
		answer := waBinary.Node{Tag: "user", Attrs: waBinary.Attrs{"jid": who}, Content: []waBinary.Node{
			{Tag: "devices", Content: []waBinary.Node{{Tag: "device-list", Content: devices}}},
		}}
		if hidden, _ := p.addressing(); !hidden {
			answer.Content = append(answer.GetChildren(), waBinary.Node{Tag: "lid", Attrs: waBinary.Attrs{"val": p.lid}})
		}
		users = append(users, answer)
	}
	return []waBinary.Node{{Tag: "usync", Content: []waBinary.Node{{Tag: "list", Content: users}}}}
}

// linkedNumber is the number of the device that is linked, empty when none is.
func (s *Server) linkedNumber() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.linked == nil {
		return ""
	}
	return strconv.Itoa(int(s.linked.number.Device))
}

// known finds a person by number or LID.
func (s *Server) known(who types.JID) *Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.people[who.User]
}
