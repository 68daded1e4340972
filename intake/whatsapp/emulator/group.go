package emulator

import (
	"strconv"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// Group is a group that the account is in.
type Group struct {
	jid     types.JID
	name    string
	members []*Person

	introduced map[*Person]bool // whose sender key the client was given; guarded by the server's mu
	server     *Server
}

// Group makes a group of the account and some people.
func (s *Server) Group(name string, members ...*Person) *Group {
	g := &Group{
		jid: types.NewJID(s.id("1203630"), types.GroupServer), name: name, members: members,
		introduced: map[*Person]bool{}, server: s,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.groups[g.jid] = g
	return g
}

// JID returns the address of the group.
func (g *Group) JID() types.JID { return g.jid }

// introduce tells whether the client still lacks a person's sender key, and
// notes that it is given now.
func (g *Group) introduce(p *Person) bool {
	g.server.mu.Lock()
	defer g.server.mu.Unlock()
	lacks := !g.introduced[p]
	g.introduced[p] = true
	return lacks
}

// groupQuery describes a group, or all of them.
func (s *Server) groupQuery(n *waBinary.Node) []waBinary.Node {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.groups[jid(n, "to")]; g != nil {
		return []waBinary.Node{g.node(s.phone)}
	}
	var all []waBinary.Node
	for _, g := range s.groups {
		all = append(all, g.node(s.phone))
	}
	return []waBinary.Node{{Tag: "groups", Content: all}}
}

func (g *Group) node(owner *Person) waBinary.Node {
	content := []waBinary.Node{}
	for _, p := range append([]*Person{owner}, g.members...) {
		content = append(content, waBinary.Node{Tag: "participant", Attrs: waBinary.Attrs{"jid": p.lid, "phone_number": p.number, "lid": p.lid}})
	}
	return waBinary.Node{Tag: "group", Attrs: waBinary.Attrs{
		"id": g.jid.User, "subject": g.name, "s_t": now(), "creation": now(), "addressing_mode": "lid",
		"creator": owner.lid, "s_o": owner.lid, "size": strconv.Itoa(len(content)),
	}, Content: content}
}
