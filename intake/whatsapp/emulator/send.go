package emulator

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"strings"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// Send writes a message to the account and returns its id. It is delivered when
// the client is there, and again until the client says that it has it.
func (p *Person) Send(m *waE2E.Message) (string, error) { return p.write(&letter{message: m}) }

// SendTo writes a message to a group that the account is in.
func (p *Person) SendTo(g *Group, m *waE2E.Message) (string, error) {
	return p.write(&letter{message: m, group: g})
}

// SendAt writes a message that says it was written at another time.
func (p *Person) SendAt(at time.Time, m *waE2E.Message) (string, error) {
	return p.write(&letter{message: m, at: at})
}

// SendAs writes a message with an id of the caller's, to a group where g is not
// nil. Who sends under the same id again repeats a message, and does not write
// another.
func (p *Person) SendAs(id string, g *Group, m *waE2E.Message) error {
	_, err := p.write(&letter{id: id, message: m, group: g})
	return err
}

// AwaitReceipt waits until the client has said that it has a message.
func (p *Person) AwaitReceipt(ctx context.Context, id string) error {
	return p.server.wait(ctx, func() bool {
		st := p.server.archive[id]
		return st == nil || st.letter.person != p || st.done
	})
}

// messageID is like those of phones. An account outlives a server, so that ids
// must not begin anew with it.
func messageID() string {
	var b [9]byte
	_, _ = rand.Read(b[:])
	return "3EB0" + strings.ToUpper(hex.EncodeToString(b[:]))
}

// SendBytes writes a message as it would be encoded, whatever the bytes are.
func (p *Person) SendBytes(plain []byte) (string, error) { return p.write(&letter{plain: plain}) }

// SendSpoilt writes a message that arrives damaged, so that the client cannot
// read it. When it asks, it gets the message undamaged, unless the person is
// Away. With a nil group it is for the account alone.
func (p *Person) SendSpoilt(g *Group, m *waE2E.Message) (string, error) {
	return p.write(&letter{message: m, group: g, spoil: true})
}

// Reasons why linked devices do not get a message, for SendUnavailable.
const (
	ViewOnceOnly = "view_once" // it can be looked at once, on the phone
	PhoneOnly    = "hosted"    // the phone hands it over when it is asked
)

// SendUnavailable writes a message of which linked devices only learn that it
// exists.
func (p *Person) SendUnavailable(m *waE2E.Message, reason string) (string, error) {
	return p.write(&letter{message: m, hidden: reason})
}

// Broadcast writes a message to a list of recipients, one of whom is the account.
func (p *Person) Broadcast(m *waE2E.Message) (string, error) {
	return p.write(&letter{message: m, attrs: waBinary.Attrs{
		"from": types.NewJID("1700000000", types.BroadcastServer), "participant": p.lid, "participant_pn": p.number,
	}})
}

// Post shows a message to everybody who follows the person's status.
func (p *Person) Post(m *waE2E.Message) (string, error) {
	return p.write(&letter{message: m, group: p.server.status})
}

// SendAgain delivers a message of the person once more under its id, encrypted
// anew and addressed as the person is addressed now.
func (p *Person) SendAgain(id string) error {
	p.server.mu.Lock()
	st := p.server.archive[id]
	p.server.mu.Unlock()
	if st == nil || st.letter.person != p {
		return fmt.Errorf("%s wrote no message %s", p.number.User, id)
	}
	again := *st.letter
	again.id, again.retries = id, 0
	_, err := p.write(&again)
	return err
}

// News shows a message to the followers of a newsletter. It is not encrypted.
func (s *Server) News(newsletter string, m *waE2E.Message) (string, error) {
	plain, err := proto.Marshal(m)
	if err != nil {
		return "", err
	}
	id := messageID()
	s.deliver(&stanza{id: id, node: waBinary.Node{
		Tag: "message",
		Attrs: waBinary.Attrs{
			"id": id, "from": types.NewJID(newsletter, types.NewsletterServer), "t": now(), "type": "text", "server_id": "101",
		},
		Content: []waBinary.Node{{Tag: "plaintext", Content: plain}},
	}})
	return id, nil
}

// write sends a letter of the person.
func (p *Person) write(l *letter) (string, error) {
	l.person = p
	if l.at.IsZero() {
		l.at = time.Now()
	}
	if l.plain == nil {
		var err error
		if l.plain, err = proto.Marshal(l.message); err != nil {
			return "", err
		}
	}
	if l.id == "" {
		l.id = messageID()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	node, err := l.encrypt(false)
	if err != nil {
		return "", fmt.Errorf("encrypt %s: %w", l.id, err)
	}
	p.server.deliver(&stanza{id: l.id, node: node, letter: l})
	return l.id, nil
}

// Replay delivers a message that was sent, as it was encrypted then, under
// another id: what somebody on the line could do.
func (s *Server) Replay(id string) (string, error) {
	as := messageID()
	s.mu.Lock()
	st := s.archive[id]
	if st == nil {
		s.mu.Unlock()
		return "", fmt.Errorf("there is no message %s", id)
	}
	node := st.node
	node.Attrs = maps.Clone(st.node.Attrs)
	node.Attrs["id"] = as
	s.mu.Unlock()
	s.deliver(&stanza{id: as, node: node})
	return as, nil
}
