package emulator

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
)

// Person is a simulated person with a phone: a number, a LID that stands for it,
// the name they gave themselves, and Signal sessions of their own.
type Person struct {
	server *Server
	number types.JID
	lid    types.JID
	name   string
	device *store.Device

	mu sync.Mutex // one message of a person after another

	// Guarded by the server's mu.
	secret   bool     // the number is not told
	byNumber bool     // addressed by number instead of LID
	away     bool     // the phone answers nothing
	asked    []func() // what it will answer when it is back
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
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.secret = hide
}

// UseNumber decides whether messages come from the number, with the LID beside
// it, as they did before LIDs.
func (p *Person) UseNumber(use bool) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.byNumber = use
}

func (p *Person) addressing() (hidden, byNumber bool) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	return p.secret, p.byNumber
}

// Away switches the person's phone off: it can still be made to write, but what
// a client asks of it waits until it is on again. It is asked to encrypt anew
// what the client could not read; the owner's phone is also asked for messages
// and files that the client lacks.
func (p *Person) Away(away bool) {
	p.server.mu.Lock()
	p.away = away
	var answers []func()
	if !away {
		answers, p.asked = p.asked, nil
	}
	p.server.mu.Unlock()
	for _, answer := range answers {
		answer()
	}
}

// ask lets a person's phone do something, now or when it is on again.
func (p *Person) ask(answer func()) {
	p.server.mu.Lock()
	away := p.away
	if away {
		p.asked = append(p.asked, answer)
	}
	p.server.mu.Unlock()
	if !away {
		answer()
	}
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
