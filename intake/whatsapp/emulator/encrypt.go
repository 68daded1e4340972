package emulator

import (
	"bytes"
	"math/rand/v2"
	"strconv"

	"go.mau.fi/libsignal/groups"
	"go.mau.fi/libsignal/logger"
	"go.mau.fi/libsignal/protocol"
	"go.mau.fi/libsignal/session"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"google.golang.org/protobuf/proto"
)

// The Signal library makes its log when it is first used, which two goroutines
// must not do at once.
func init() { logger.Debug() }

// encrypt makes the node of a letter. fresh begins the Signal session anew, as
// after a retry receipt. The caller holds the person's mu.
func (l *letter) encrypt(fresh bool) (waBinary.Node, error) {
	if l.hidden != "" {
		return l.envelope([]waBinary.Node{{Tag: "unavailable", Attrs: waBinary.Attrs{"type": l.hidden}}}), nil
	}
	content, err := l.seal(fresh)
	if err != nil {
		return waBinary.Node{}, err
	}
	if l.retries > 0 {
		for i := range content {
			content[i].Attrs["count"] = strconv.Itoa(l.retries)
		}
	}
	return l.envelope(content), nil
}

// seal encrypts for the linked client, or for the group.
func (l *letter) seal(fresh bool) ([]waBinary.Node, error) {
	spoil := l.spoil
	l.spoil = false
	if l.group != nil {
		return l.person.sealGroup(l.group, l.plain, fresh, spoil)
	}
	enc, err := l.person.seal(l.plain, fresh, spoil)
	return []waBinary.Node{enc}, err
}

// seal encrypts for the linked client. spoil damages the code that proves the
// text unaltered.
func (p *Person) seal(plain []byte, fresh, spoil bool) (waBinary.Node, error) {
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
	kind, content := "msg", bytes.Clone(sealed.Serialize())
	inner := content
	if m, ok := sealed.(*protocol.PreKeySignalMessage); ok {
		kind, inner = "pkmsg", m.WhisperMessage().Serialize()
	}
	if spoil {
		content[bytes.LastIndex(content, inner)+len(inner)-1] ^= 1
	}
	return waBinary.Node{Tag: "enc", Attrs: waBinary.Attrs{"v": "2", "type": kind}, Content: content}, nil
}

// sealGroup encrypts with the person's sender key of the group. The key goes
// along with the first message, and again when the client asks.
func (p *Person) sealGroup(g *Group, plain []byte, fresh, spoil bool) ([]waBinary.Node, error) {
	ctx := p.server.ctx
	name := protocol.NewSenderKeyName(g.jid.String(), p.lid.SignalAddress())
	builder := groups.NewGroupSessionBuilder(p.device, store.SignalProtobufSerializer)
	var content []waBinary.Node
	if fresh || g.introduce(p) {
		distribution, err := builder.Create(ctx, name)
		if err != nil {
			return nil, err
		}
		key, err := proto.Marshal(&waE2E.Message{SenderKeyDistributionMessage: &waE2E.SenderKeyDistributionMessage{
			GroupID: proto.String(g.jid.String()), AxolotlSenderKeyDistributionMessage: distribution.Serialize(),
		}})
		if err != nil {
			return nil, err
		}
		enc, err := p.seal(key, fresh, false)
		if err != nil {
			return nil, err
		}
		content = append(content, enc)
	}
	sealed, err := groups.NewGroupCipher(builder, name, p.device).Encrypt(ctx, pad(plain))
	if err != nil {
		return nil, err
	}
	message := bytes.Clone(sealed.(*protocol.SenderKeyMessage).SignedSerialize())
	if spoil {
		message[len(message)-1] ^= 1
	}
	return append(content, waBinary.Node{Tag: "enc", Attrs: waBinary.Attrs{"v": "2", "type": "skmsg"}, Content: message}), nil
}

// pad hides how long a message is.
func pad(plain []byte) []byte {
	n := byte(1 + rand.N(15))
	return append(bytes.Clone(plain), bytes.Repeat([]byte{n}, int(n))...)
}

func unpad(plain []byte) []byte {
	if len(plain) == 0 {
		return plain
	}
	n := int(plain[len(plain)-1])
	if n > len(plain) || !bytes.HasSuffix(plain, bytes.Repeat([]byte{byte(n)}, n)) {
		return plain
	}
	return plain[:len(plain)-n]
}
