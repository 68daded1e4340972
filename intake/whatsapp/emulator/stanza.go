package emulator

import (
	"maps"
	"strconv"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
)

// stanza is what goes to the client and is kept until it says that it has it: a
// message, or somebody's receipt, call or notification.
type stanza struct {
	id   string
	node waBinary.Node // guarded by the server's mu: a retry replaces it
	done bool          // acknowledged; guarded by the server's mu
	owed int           // acknowledgements to come that are for a copy which could not be read; guarded too

	letter *letter // nil when it is not a message
}

// letter is what a message says and how it is addressed.
type letter struct {
	id      string
	person  *Person
	group   *Group // nil in a chat of two
	message *waE2E.Message
	plain   []byte // what is encrypted
	at      time.Time

	attrs   waBinary.Attrs // besides those that every message has
	spoil   bool           // damage what is encrypted, this once
	hidden  string         // why linked devices do not get it; empty when they do
	retries int            // guarded by the person's mu
}

// ticket names what an acknowledgement is for.
type ticket struct {
	class, id string
	from      types.JID
}

func (st *stanza) ticket() ticket {
	from, _ := st.node.Attrs["from"].(types.JID)
	return ticket{st.node.Tag, st.id, from.ToNonAD()}
}

// kind is the type that the server can see of an encrypted message.
func (l *letter) kind() string {
	m := l.message
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
func (l *letter) edit() string {
	switch p := l.message.GetProtocolMessage(); {
	case p == nil:
		return ""
	case p.GetType() == waE2E.ProtocolMessage_REVOKE:
		return string(types.EditAttributeSenderRevoke)
	case p.GetType() == waE2E.ProtocolMessage_MESSAGE_EDIT:
		return string(types.EditAttributeMessageEdit)
	}
	return ""
}

// envelope addresses a message.
func (l *letter) envelope(content []waBinary.Node) waBinary.Node {
	p := l.person
	hidden, byNumber := p.addressing()
	from, other, otherName := p.lid, p.number, "pn"
	mode := types.AddressingModeLID
	if byNumber {
		from, other, otherName, mode = p.number, p.lid, "lid", types.AddressingModePN
	}
	attrs := waBinary.Attrs{
		"id": l.id, "t": strconv.FormatInt(l.at.Unix(), 10), "type": l.kind(), "addressing_mode": string(mode),
	}
	if p.name != "" {
		attrs["notify"] = p.name
	}
	if edit := l.edit(); edit != "" {
		attrs["edit"] = edit
	}
	prefix := "sender_"
	if l.group != nil {
		attrs["from"], attrs["participant"] = l.group.jid, from
		prefix = "participant_"
	} else {
		attrs["from"] = from
	}
	if !hidden && p != p.server.phone {
		attrs[prefix+otherName] = other
	}
	maps.Copy(attrs, l.attrs)
	return waBinary.Node{Tag: "message", Attrs: attrs, Content: content}
}
