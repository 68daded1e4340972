package emulator

import (
	"bytes"
	"context"
	cryptorand "crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.mau.fi/libsignal/groups"
	"go.mau.fi/libsignal/protocol"
	"go.mau.fi/libsignal/session"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"
)

// Person is a simulated person with a phone: a number, a LID that stands for it,
// the name they gave themselves, and Signal sessions of their own.
type Person struct {
	server *Server
	number types.JID
	lid    types.JID
	name   string
	device *store.Device

	mu     sync.Mutex // one message of a person after another
	secret bool       // the number is not told
	byName bool       // addressed by number instead of LID
}

// Person returns the person with a number such as "6281200000101", who comes
// into being with the first call.
func (s *Server) Person(number, name string) (*Person, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.people[number]; p != nil {
		return p, nil
	}
	device := s.devices.NewDevice()
	p := &Person{
		server: s, name: name, device: device,
		number: types.NewJID(number, types.DefaultUserServer),
		lid:    types.NewJID("9"+reversed(number), types.HiddenUserServer),
	}
	device.ID, device.LID = &p.number, p.lid
	// A phone is nobody's linked device; the store of keys wants a proof all the same.
	device.Account = &waAdv.ADVSignedDeviceIdentity{
		Details: []byte{}, AccountSignatureKey: make([]byte, 32), AccountSignature: make([]byte, 64), DeviceSignature: make([]byte, 64),
	}
	if err := s.devices.PutDevice(s.ctx, device); err != nil {
		return nil, fmt.Errorf("keep the keys of a simulated person: %w", err)
	}
	s.people[number], s.people[p.lid.User] = p, p
	return p, nil
}

// reversed makes a LID that does not look like the number.
func reversed(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// Number and LID return the two addresses of a person.
func (p *Person) Number() types.JID { return p.number }

// LID returns the address that hides the number.
func (p *Person) LID() types.JID { return p.lid }

// HideNumber decides whether the server tells the person's number with a
// message; it is learnt later when that is taken back.
func (p *Person) HideNumber(hide bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.secret = hide
}

// UseNumber decides whether messages come from the number, with the LID beside
// it, as they did before LIDs.
func (p *Person) UseNumber(use bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.byName = use
}

func (p *Person) hidden() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.secret
}

// Send writes a message to the account and returns its id. It is delivered when
// the client is there, and again until the client says that it has it.
func (p *Person) Send(m *waE2E.Message) (string, error) { return p.send(nil, m, messageID()) }

// SendTo writes a message to a group that the account is in.
func (p *Person) SendTo(g *Group, m *waE2E.Message) (string, error) {
	return p.send(g, m, messageID())
}

// SendAs writes a message with an id of the caller's, to a group where g is not
// nil. Who sends under the same id again repeats a message, and does not write
// another.
func (p *Person) SendAs(id string, g *Group, m *waE2E.Message) error {
	_, err := p.send(g, m, id)
	return err
}

// AwaitReceipt waits until the client has said that it has a message.
func (p *Person) AwaitReceipt(ctx context.Context, id string) error {
	s := p.server
	return s.wait(ctx, func() bool {
		return !slices.ContainsFunc(s.outbox.waiting, func(st *stanza) bool { return st.person == p && st.id == id })
	})
}

// messageID is like those of phones. An account outlives a server, so that ids
// must not begin anew with it.
func messageID() string {
	var b [9]byte
	_, _ = cryptorand.Read(b[:])
	return "3EB0" + strings.ToUpper(hex.EncodeToString(b[:]))
}

func (p *Person) send(g *Group, m *waE2E.Message, id string) (string, error) {
	p.mu.Lock()
	stanza := &stanza{person: p, group: g, message: m, id: id, at: time.Now()}
	err := p.encrypt(stanza, false)
	p.mu.Unlock()
	if err != nil {
		return "", fmt.Errorf("encrypt %s: %w", id, err)
	}
	p.server.deliver(stanza)
	return id, nil
}

// encrypt makes the node of a stanza. fresh begins the Signal session anew, as
// after a retry receipt. The caller holds mu.
func (p *Person) encrypt(st *stanza, fresh bool) error {
	plain, err := proto.Marshal(st.message)
	if err != nil {
		return err
	}
	if st.group != nil {
		return p.encryptGroup(st, plain, fresh)
	}
	enc, err := p.direct(plain, fresh)
	if err != nil {
		return err
	}
	st.node = p.envelope(st, []waBinary.Node{enc})
	return nil
}

// direct encrypts for the linked client.
func (p *Person) direct(plain []byte, fresh bool) (waBinary.Node, error) {
	ctx := p.server.ctx
	to, bundle, err := p.server.target(p, fresh)
	if err != nil {
		return waBinary.Node{}, err
	}
	builder := session.NewBuilderFromSignal(p.device, to, store.SignalProtobufSerializer)
	if bundle != nil {
		if err := builder.ProcessBundle(ctx, bundle); err != nil {
			return waBinary.Node{}, err
		}
	}
	sealed, err := session.NewCipher(builder, to).Encrypt(ctx, pad(plain))
	if err != nil {
		return waBinary.Node{}, err
	}
	kind := "msg"
	if sealed.Type() == protocol.PREKEY_TYPE {
		kind = "pkmsg"
	}
	return waBinary.Node{Tag: "enc", Attrs: waBinary.Attrs{"v": "2", "type": kind}, Content: sealed.Serialize()}, nil
}

// encryptGroup encrypts with the person's sender key of the group. The key goes
// along with the first message, and again when the client asks.
func (p *Person) encryptGroup(st *stanza, plain []byte, fresh bool) error {
	ctx := p.server.ctx
	name := protocol.NewSenderKeyName(st.group.jid.String(), p.lid.SignalAddress())
	builder := groups.NewGroupSessionBuilder(p.device, store.SignalProtobufSerializer)
	var content []waBinary.Node
	if fresh || st.group.introduce(p) {
		distribution, err := builder.Create(ctx, name)
		if err != nil {
			return err
		}
		key, err := proto.Marshal(&waE2E.Message{SenderKeyDistributionMessage: &waE2E.SenderKeyDistributionMessage{
			GroupID: proto.String(st.group.jid.String()), AxolotlSenderKeyDistributionMessage: distribution.Serialize(),
		}})
		if err != nil {
			return err
		}
		enc, err := p.direct(key, fresh)
		if err != nil {
			return err
		}
		content = append(content, enc)
	}
	sealed, err := groups.NewGroupCipher(builder, name, p.device).Encrypt(ctx, pad(plain))
	if err != nil {
		return err
	}
	content = append(content, waBinary.Node{
		Tag: "enc", Attrs: waBinary.Attrs{"v": "2", "type": "skmsg"}, Content: sealed.(*protocol.SenderKeyMessage).SignedSerialize(),
	})
	st.node = p.envelope(st, content)
	return nil
}

// envelope addresses a stanza. The caller holds mu.
func (p *Person) envelope(st *stanza, content []waBinary.Node) waBinary.Node {
	from, other, otherName := p.lid, p.number, "pn"
	mode := types.AddressingModeLID
	if p.byName {
		from, other, otherName, mode = p.number, p.lid, "lid", types.AddressingModePN
	}
	attrs := waBinary.Attrs{
		"id": st.id, "t": strconv.FormatInt(st.at.Unix(), 10), "type": st.kind(),
		"addressing_mode": string(mode),
	}
	if p.name != "" {
		attrs["notify"] = p.name
	}
	if edit := st.edit(); edit != "" {
		attrs["edit"] = edit
	}
	prefix := "sender_"
	if st.group != nil {
		attrs["from"], attrs["participant"] = st.group.jid, from
		prefix = "participant_"
	} else {
		attrs["from"] = from
	}
	if !p.secret {
		attrs[prefix+otherName] = other
	}
	return waBinary.Node{Tag: "message", Attrs: attrs, Content: content}
}

// bundleNode publishes what is needed to write to the person.
func (p *Person) bundleNode(ctx context.Context, as types.JID) waBinary.Node {
	registration := make([]byte, 4)
	binary.BigEndian.PutUint32(registration, p.device.RegistrationID)
	content := []waBinary.Node{
		{Tag: "registration", Content: registration},
		{Tag: "type", Content: []byte{5}},
		{Tag: "identity", Content: p.device.IdentityKey.Pub[:]},
		keyNode("skey", p.device.SignedPreKey),
	}
	if one, err := p.device.PreKeys.GenOnePreKey(ctx); err == nil {
		content = append(content, keyNode("key", one))
	}
	return waBinary.Node{Tag: "user", Attrs: waBinary.Attrs{"jid": as}, Content: content}
}

func keyNode(tag string, k *keys.PreKey) waBinary.Node {
	id := make([]byte, 4)
	binary.BigEndian.PutUint32(id, k.KeyID)
	content := []waBinary.Node{{Tag: "id", Content: id[1:]}, {Tag: "value", Content: k.Pub[:]}}
	if k.Signature != nil {
		content = append(content, waBinary.Node{Tag: "signature", Content: k.Signature[:]})
	}
	return waBinary.Node{Tag: tag, Content: content}
}

// pad hides how long a message is.
func pad(plain []byte) []byte {
	n := byte(1 + rand.N(15))
	return append(plain, bytes.Repeat([]byte{n}, int(n))...)
}
