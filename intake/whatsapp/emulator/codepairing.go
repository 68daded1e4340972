package emulator

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/curve25519"
)

// codePairing is a client that waits for the owner to type its eight-character
// code into the phone.
type codePairing struct {
	ref       string
	wrapped   []byte // salt, nonce and the client's ephemeral key under its code
	static    [32]byte
	ephemeral *keys.KeyPair
	shared    []byte // the secret of both ephemeral keys
}

// codeRounds is how often a code is hashed into a key.
const codeRounds = 2 << 16

// codeQuery answers the two questions of a client that is linked by code.
func (s *Server) codeQuery(c *connection, n *waBinary.Node) ([]waBinary.Node, func()) {
	registration, ok := n.GetOptionalChildByTag("link_code_companion_reg")
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pairing
	if !ok || p == nil || p.session != c {
		return nil, func() {}
	}
	switch text(&registration, "stage") {
	case "companion_hello":
		p.code = &codePairing{ref: rand.Text()}
		p.code.wrapped, _ = registration.GetChildByTag("link_code_pairing_wrapped_companion_ephemeral_pub").Content.([]byte)
		static, _ := registration.GetChildByTag("companion_server_auth_key_pub").Content.([]byte)
		copy(p.code.static[:], static)
		s.announce()
		return []waBinary.Node{{Tag: "link_code_companion_reg", Content: []waBinary.Node{
			{Tag: "link_code_pairing_ref", Content: []byte(p.code.ref)},
		}}}, func() {}
	case "companion_finish":
		return nil, func() {
			if err := s.finishCode(p, &registration); err != nil {
				p.done <- err
			}
		}
	}
	return nil, func() {}
}

// EnterCode does what the owner's phone does when the eight characters that the
// client shows are typed into it, and waits until the client has accepted.
func (s *Server) EnterCode(ctx context.Context, code string) error {
	var p *pairing
	err := s.wait(ctx, func() bool {
		p = s.pairing
		return p != nil && p.code != nil
	})
	if err != nil {
		return fmt.Errorf("wait for a client to link: %w", err)
	}
	hello, err := p.code.open(strings.ReplaceAll(code, "-", ""))
	if err != nil {
		return err
	}
	p.session.send(waBinary.Node{
		Tag:   "notification",
		Attrs: waBinary.Attrs{"from": types.ServerJID, "id": s.id("N"), "type": "link_code_companion_reg", "t": now()},
		Content: []waBinary.Node{{Tag: "link_code_companion_reg", Content: []waBinary.Node{
			{Tag: "link_code_pairing_ref", Content: []byte(p.code.ref)},
			{Tag: "link_code_pairing_wrapped_primary_ephemeral_pub", Content: hello},
			{Tag: "primary_identity_pub", Content: s.phone.device.IdentityKey.Pub[:]},
		}}},
	})
	return p.wait(ctx)
}

// open takes the client's ephemeral key out from under the code and puts the
// phone's under it.
func (p *codePairing) open(code string) (wrapped []byte, err error) {
	if len(p.wrapped) != 80 {
		return nil, errors.New("the client's key has a wrong length")
	}
	theirs, err := underCode(code, p.wrapped[:32], p.wrapped[32:48], p.wrapped[48:])
	if err != nil {
		return nil, err
	}
	p.ephemeral = keys.NewKeyPair()
	if p.shared, err = curve25519.X25519(p.ephemeral.Priv[:], theirs); err != nil {
		return nil, err
	}
	var head [48]byte // salt and nonce
	_, _ = rand.Read(head[:])
	ours, err := underCode(code, head[:32], head[32:], p.ephemeral.Pub[:])
	return join(head[:], ours), err
}

// underCode encrypts or decrypts a key with a code.
func underCode(code string, salt, iv, key []byte) ([]byte, error) {
	derived, err := pbkdf2.Key(sha256.New, code, salt, codeRounds, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, err
	}
	out := make([]byte, len(key))
	cipher.NewCTR(block, iv).XORKeyStream(out, key)
	return out, nil
}

// finishCode opens what the client sealed with the shared secret: both identity
// keys and its part of the secret that proves the linking.
func (s *Server) finishCode(p *pairing, n *waBinary.Node) error {
	wrapped, _ := n.GetChildByTag("link_code_pairing_wrapped_key_bundle").Content.([]byte)
	if len(wrapped) < 44 {
		return errors.New("the client's keys have a wrong length")
	}
	salt, iv, sealed := wrapped[:32], wrapped[32:44], wrapped[44:]
	key, err := hkdf.Key(sha256.New, p.code.shared, salt, "link_code_pairing_key_bundle_encryption_key", 32)
	if err != nil {
		return err
	}
	aead, err := newAEAD(key)
	if err != nil {
		return err
	}
	bundle, err := aead.Open(nil, iv, sealed, nil)
	if err != nil || len(bundle) != 96 {
		return errors.New("the code does not match")
	}
	identity := [32]byte(bundle[:32])
	shared, err := curve25519.X25519(s.phone.device.IdentityKey.Priv[:], identity[:])
	if err != nil {
		return err
	}
	secret, err := hkdf.Key(sha256.New, join(p.code.shared, shared, bundle[64:]), nil, "adv_secret", 32)
	if err != nil {
		return err
	}
	return s.link(p, p.code.static, identity, secret)
}
