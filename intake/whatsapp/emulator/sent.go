package emulator

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"go.mau.fi/libsignal/protocol"
	"go.mau.fi/libsignal/session"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// Sent is a message that the client wrote, as its recipient read it.
type Sent struct {
	ID      string
	To      types.JID
	At      time.Time
	Message *waE2E.Message
}

// Sent lists what the client wrote to people so far.
func (s *Server) Sent() []Sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}

// AwaitSent waits until the client has written at least n messages.
func (s *Server) AwaitSent(ctx context.Context, n int) ([]Sent, error) {
	err := s.wait(ctx, func() bool { return len(s.sent) >= n })
	return s.Sent(), err
}

// Receipt is what the client says of messages that it got.
type Receipt struct {
	IDs  []string
	To   types.JID // who wrote them, or the group
	Kind types.ReceiptType
}

// Receipts lists what the client has said of messages so far.
func (s *Server) Receipts() []Receipt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.receipts)
}

// AwaitWord waits until the client has said a certain thing of a message.
func (s *Server) AwaitWord(ctx context.Context, id string, kind types.ReceiptType) error {
	return s.wait(ctx, func() bool {
		return slices.ContainsFunc(s.receipts, func(r Receipt) bool { return r.Kind == kind && slices.Contains(r.IDs, id) })
	})
}

// accept takes a message from the client: the recipient decrypts it.
func (s *Server) accept(c *connection, n *waBinary.Node) {
	participants, ok := n.GetOptionalChildByTag("participants")
	recipients := participants.GetChildren()
	if !ok {
		recipients = []waBinary.Node{{Tag: "to", Attrs: waBinary.Attrs{"jid": jid(n, "to")}, Content: n.Content}}
	}
	for _, to := range recipients {
		who := jid(&to, "jid")
		p := s.known(who)
		enc := to.GetChildByTag("enc")
		if p == nil {
			continue
		}
		m, err := p.read(&enc)
		if p == s.phone {
			s.hear(text(n, "id"), m)
			continue
		}
		if err != nil {
			s.askAgain(c, n, who)
			continue
		}
		s.mu.Lock()
		s.sent = append(s.sent, Sent{ID: text(n, "id"), To: p.number, At: time.Now(), Message: m})
		s.announce()
		s.mu.Unlock()
	}
}

// read decrypts a message of the client.
func (p *Person) read(enc *waBinary.Node) (*waE2E.Message, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.server
	s.mu.Lock()
	linked := s.linked
	s.mu.Unlock()
	sealed, _ := enc.Content.([]byte)
	if linked == nil || sealed == nil {
		return nil, errors.New("nothing to read")
	}
	from := linked.lid.SignalAddress()
	serial := store.SignalProtobufSerializer
	cipher := session.NewCipher(session.NewBuilderFromSignal(p.device, from, serial), from)
	var plain []byte
	if text(enc, "type") == "pkmsg" {
		m, err := protocol.NewPreKeySignalMessageFromBytes(sealed, serial.PreKeySignalMessage, serial.SignalMessage)
		if err != nil {
			return nil, err
		}
		if plain, err = cipher.DecryptMessage(s.ctx, m); err != nil {
			return nil, err
		}
	} else {
		m, err := protocol.NewSignalMessageFromBytes(sealed, serial.SignalMessage)
		if err != nil {
			return nil, err
		}
		if plain, err = cipher.Decrypt(s.ctx, m); err != nil {
			return nil, err
		}
	}
	m := &waE2E.Message{}
	return m, proto.Unmarshal(unpad(plain), m)
}

// askAgain sends the client a retry receipt, as a phone does that cannot read.
func (s *Server) askAgain(c *connection, n *waBinary.Node, who types.JID) {
	c.send(waBinary.Node{
		Tag:   "receipt",
		Attrs: waBinary.Attrs{"from": who, "id": text(n, "id"), "type": "retry", "t": now()},
		Content: []waBinary.Node{{Tag: "retry", Attrs: waBinary.Attrs{
			"id": text(n, "id"), "count": "1", "t": now(), "v": "1",
		}}},
	})
}

func unix() int64 { return time.Now().Unix() }
func now() string { return strconv.FormatInt(unix(), 10) }

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
