package emulator

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/libsignal/keys/identity"
	"go.mau.fi/libsignal/keys/prekey"
	"go.mau.fi/libsignal/util/optional"
	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// linkedDevice is what the server knows of the client that is linked. Each link
// has a device number of its own, as WhatsApp gives them; the phone's is 0.
type linkedDevice struct {
	static   [32]byte
	identity [32]byte
	number   types.JID
	lid      types.JID

	registration uint32
	signed       publicKey
	prekeys      []publicKey // unused ones
}

// publicKey is a prekey as it is published.
type publicKey struct {
	id        uint32
	public    [32]byte
	signature [64]byte
}

// pairing is a client that waits to be linked.
type pairing struct {
	session *connection
	refs    []string
	code    *codePairing
	device  *linkedDevice // once the phone has agreed
	asked   string        // the id of the proof that the client was sent
	done    chan error
}

// refs is how many QR codes a client gets at once.
const refs = 6

// startPairing sends a client that has no account the codes to show.
func (s *Server) startPairing(c *connection) {
	p := &pairing{session: c, done: make(chan error, 1)}
	content := make([]waBinary.Node, refs)
	for i := range content {
		ref := "2@" + rand.Text()
		p.refs = append(p.refs, ref)
		content[i] = waBinary.Node{Tag: "ref", Content: []byte(ref)}
	}
	s.mu.Lock()
	s.pairing = p
	s.announce()
	s.mu.Unlock()
	c.send(waBinary.Node{
		Tag:     "iq",
		Attrs:   waBinary.Attrs{"from": types.ServerJID, "type": "set", "id": s.id("P"), "xmlns": "md"},
		Content: []waBinary.Node{{Tag: "pair-device", Content: content}},
	})
}

// ScanQR does what the owner's phone does when it reads a QR code from the
// client's screen, and waits until the client has accepted.
func (s *Server) ScanQR(code string) error {
	_, data, ok := strings.Cut(code, "#")
	fields := strings.Split(data, ",")
	if !ok || len(fields) < 4 {
		return fmt.Errorf("not a code for linking: %.20q", code)
	}
	s.mu.Lock()
	p := s.pairing
	s.mu.Unlock()
	if p == nil || !slices.Contains(p.refs, fields[0]) {
		return errors.New("the code has expired")
	}
	var keys [3][]byte // static, identity, the secret that only the code tells
	for i := range keys {
		var err error
		if keys[i], err = base64.StdEncoding.DecodeString(fields[i+1]); err != nil || len(keys[i]) != 32 {
			return errors.New("the code is damaged")
		}
	}
	if err := s.link(p, [32]byte(keys[0]), [32]byte(keys[1]), keys[2]); err != nil {
		return err
	}
	return p.wait(s.ctx)
}

// wait blocks until the client has accepted or refused.
func (p *pairing) wait(ctx context.Context) error {
	select {
	case err := <-p.done:
		return err
	case <-p.session.ctx.Done():
		return errors.New("the client went away")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// link signs the client's identity with the phone's and sends it the proof.
func (s *Server) link(p *pairing, static, key [32]byte, secret []byte) error {
	s.mu.Lock()
	s.links++
	number := s.links
	s.mu.Unlock()
	d := &linkedDevice{static: static, identity: key, number: s.phone.number, lid: s.phone.lid}
	d.number.Device, d.lid.Device = number, number
	container, err := s.vouch(number, key, secret)
	if err != nil {
		return err
	}
	id := s.id("P")
	s.mu.Lock()
	p.device, p.asked = d, id
	s.mu.Unlock()
	p.session.send(waBinary.Node{
		Tag: "iq", Attrs: waBinary.Attrs{"from": types.ServerJID, "type": "set", "id": id, "xmlns": "md", "t": now()},
		Content: []waBinary.Node{{Tag: "pair-success", Content: []waBinary.Node{
			{Tag: "device-identity", Content: container},
			{Tag: "device", Attrs: waBinary.Attrs{"jid": d.number, "lid": d.lid}},
			{Tag: "platform", Attrs: waBinary.Attrs{"name": "android"}},
		}}},
	})
	return nil
}

// vouch makes the signed device identity: the phone's signature over the
// client's identity key, under a code that proves who showed the QR code.
func (s *Server) vouch(device uint16, key [32]byte, secret []byte) ([]byte, error) {
	details, err := proto.Marshal(&waAdv.ADVDeviceIdentity{
		RawID: proto.Uint32(1), Timestamp: proto.Uint64(uint64(unix())), KeyIndex: proto.Uint32(uint32(device)),
		AccountType: waAdv.ADVEncryptionType_E2EE.Enum(), DeviceType: waAdv.ADVEncryptionType_E2EE.Enum(),
	})
	if err != nil {
		return nil, err
	}
	phone := s.phone.device.IdentityKey
	message := join(whatsmeow.AdvAccountSignaturePrefix, details, key[:])
	signature := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*phone.Priv), message)
	if s.forges(ForgedAccount) {
		signature[0] ^= 1
	}
	signed, err := proto.Marshal(&waAdv.ADVSignedDeviceIdentity{
		Details: details, AccountSignatureKey: phone.Pub[:], AccountSignature: signature[:],
	})
	if err != nil {
		return nil, err
	}
	if s.forges(ForgedProof) {
		secret = make([]byte, len(secret))
	}
	code := hmac.New(sha256.New, secret)
	code.Write(signed)
	return proto.Marshal(&waAdv.ADVSignedDeviceIdentityHMAC{
		Details: signed, HMAC: code.Sum(nil), AccountType: waAdv.ADVEncryptionType_E2EE.Enum(),
	})
}

// pairingAnswered takes the client's answer to the proof: its own signature, or
// why it does not trust the phone.
func (s *Server) pairingAnswered(c *connection, n *waBinary.Node) {
	s.mu.Lock()
	p := s.pairing
	if p == nil || p.session != c || p.device == nil || p.asked != text(n, "id") {
		s.mu.Unlock()
		return
	}
	err := p.device.confirm(s.phone, n)
	if err == nil {
		s.linked, s.pairing = p.device, nil
		s.begin()
	}
	p.device = nil
	s.announce()
	s.mu.Unlock()
	if err == nil {
		// The client comes back as a linked device.
		c.send(waBinary.Node{Tag: "stream:error", Attrs: waBinary.Attrs{"code": "515"}})
	}
	p.done <- err
}

// begin forgets what was sealed for a device that was linked before, which no
// other can read, and whose keys it had. The caller holds mu.
func (s *Server) begin() {
	s.outbox = outbox{tickets: map[ticket][]*stanza{}}
	for _, g := range s.groups {
		g.introduced = map[*Person]bool{}
	}
}

// confirm checks the signature that the client put under its identity.
func (d *linkedDevice) confirm(phone *Person, n *waBinary.Node) error {
	if fault, ok := n.GetOptionalChildByTag("error"); ok {
		return fmt.Errorf("the client refused: %s %s", text(&fault, "code"), text(&fault, "text"))
	}
	node := n.GetChildByTag("pair-device-sign", "device-identity")
	raw, _ := node.Content.([]byte)
	var signed waAdv.ADVSignedDeviceIdentity
	if err := proto.Unmarshal(raw, &signed); err != nil || len(signed.DeviceSignature) != 64 {
		return errors.New("the client's signature cannot be read")
	}
	account := phone.device.IdentityKey.Pub
	message := join(whatsmeow.AdvDeviceSignaturePrefix, signed.Details, d.identity[:], account[:])
	if !ecc.VerifySignature(ecc.NewDjbECPublicKey(d.identity), message, [64]byte(signed.DeviceSignature)) {
		return errors.New("the client's signature is wrong")
	}
	return nil
}

// publish takes the prekeys that a client uploads.
func (d *linkedDevice) publish(n *waBinary.Node) {
	if raw, ok := n.GetChildByTag("registration").Content.([]byte); ok && len(raw) == 4 {
		d.registration = binary.BigEndian.Uint32(raw)
	}
	signed := n.GetChildByTag("skey")
	d.signed = readKey(&signed)
	list := n.GetChildByTag("list")
	for _, key := range list.GetChildren() {
		d.prekeys = append(d.prekeys, readKey(&key))
	}
}

func readKey(n *waBinary.Node) (k publicKey) {
	if id, ok := n.GetChildByTag("id").Content.([]byte); ok && len(id) == 3 {
		k.id = binary.BigEndian.Uint32(append([]byte{0}, id...))
	}
	if value, ok := n.GetChildByTag("value").Content.([]byte); ok {
		copy(k.public[:], value)
	}
	if signature, ok := n.GetChildByTag("signature").Content.([]byte); ok {
		copy(k.signature[:], signature)
	}
	return k
}

// bundle is what is needed to write to the client for the first time. One
// prekey is used up.
func (d *linkedDevice) bundle() *prekey.Bundle {
	key := identity.NewKey(ecc.NewDjbECPublicKey(d.identity))
	signed := ecc.NewDjbECPublicKey(d.signed.public)
	device := uint32(d.number.Device)
	if len(d.prekeys) == 0 {
		return prekey.NewBundle(d.registration, device, optional.NewEmptyUint32(), d.signed.id,
			nil, signed, d.signed.signature, key)
	}
	one := d.prekeys[0]
	d.prekeys = d.prekeys[1:]
	return prekey.NewBundle(d.registration, device, optional.NewOptionalUint32(one.id), d.signed.id,
		ecc.NewDjbECPublicKey(one.public), signed, d.signed.signature, key)
}
