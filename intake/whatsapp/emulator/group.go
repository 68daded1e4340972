package emulator

import (
	"slices"
	"strconv"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// Group is a group that the account is in.
type Group struct {
	jid    types.JID
	server *Server

	// Guarded by the server's mu.
	name       string
	members    []*Person
	introduced map[*Person]bool // whose sender key the client was given
}

func (s *Server) newGroup(jid types.JID, name string, members ...*Person) *Group {
	return &Group{jid: jid, server: s, name: name, members: members, introduced: map[*Person]bool{}}
}

// Group makes a group of the account and some people. The client learns of it
// when it asks, or when something happens there.
func (s *Server) Group(name string, members ...*Person) *Group {
	g := s.newGroup(types.NewJID(s.id("1203630"), types.GroupServer), name, members...)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.groups[g.jid] = g
	return g
}

// JID returns the address of the group.
func (g *Group) JID() types.JID { return g.jid }

// Rename gives the group another name.
func (g *Group) Rename(by *Person, name string) {
	g.server.mu.Lock()
	g.name = name
	g.server.mu.Unlock()
	g.notify(by, waBinary.Node{Tag: "subject", Attrs: waBinary.Attrs{"subject": name, "s_t": now(), "s_o": by.lid}})
}

// Add takes people into the group.
func (g *Group) Add(by *Person, people ...*Person) {
	g.server.mu.Lock()
	g.members = append(g.members, people...)
	nodes := g.server.participants(people)
	g.server.mu.Unlock()
	g.notify(by, waBinary.Node{Tag: "add", Content: nodes})
}

// Remove takes somebody out of the group, who may be the account's owner.
func (g *Group) Remove(by, who *Person) {
	g.server.mu.Lock()
	g.members = slices.DeleteFunc(g.members, func(p *Person) bool { return p == who })
	if who == g.server.phone {
		delete(g.server.groups, g.jid)
	}
	nodes := g.server.participants([]*Person{who})
	g.server.mu.Unlock()
	g.notify(by, waBinary.Node{Tag: "remove", Content: nodes})
}

// Invite tells the client that the account is in the group, as when somebody has
// just made it.
func (g *Group) Invite(by *Person) {
	g.server.mu.Lock()
	node := g.node()
	g.server.mu.Unlock()
	g.notify(by, waBinary.Node{Tag: "create", Attrs: waBinary.Attrs{"type": "new"}, Content: []waBinary.Node{node}})
}

func (g *Group) notify(by *Person, change waBinary.Node) {
	id := g.server.id("N")
	attrs := waBinary.Attrs{"from": g.jid, "id": id, "type": "w:gp2", "t": now(), "participant": by.lid, "notify": by.name}
	if hidden, _ := by.addressing(); !hidden {
		attrs["participant_pn"] = by.number
	}
	g.server.deliver(&stanza{id: id, node: waBinary.Node{Tag: "notification", Attrs: attrs, Content: []waBinary.Node{change}}})
}

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
		return []waBinary.Node{g.node()}
	}
	var all []waBinary.Node
	for _, g := range s.groups {
		all = append(all, g.node())
	}
	return []waBinary.Node{{Tag: "groups", Content: all}}
}

// node describes the group. The caller holds the server's mu.
func (g *Group) node() waBinary.Node {
	owner := g.server.phone
	content := g.server.participants(append([]*Person{owner}, g.members...))
	return waBinary.Node{Tag: "group", Attrs: waBinary.Attrs{
		"id": g.jid.User, "subject": g.name, "s_t": now(), "creation": now(), "addressing_mode": "lid",
		"creator": owner.lid, "s_o": owner.lid, "size": strconv.Itoa(len(content)),
	}, Content: content}
}

// participants names people as members of a group. The caller holds mu.
func (s *Server) participants(people []*Person) []waBinary.Node {
	nodes := make([]waBinary.Node, len(people))
	for i, p := range people {
		attrs := waBinary.Attrs{"jid": p.lid, "lid": p.lid}
		if !p.secret {
			attrs["phone_number"] = p.number
		}
		nodes[i] = waBinary.Node{Tag: "participant", Attrs: attrs}
	}
	return nodes
}
