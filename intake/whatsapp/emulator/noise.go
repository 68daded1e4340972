package emulator

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/coder/websocket"
	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCert"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/socket"
	"go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/curve25519"
	"google.golang.org/protobuf/proto"
)

// root is the key that signs certificates. The clients of a process know one
// root, so all servers of the process share it.
var root = sync.OnceValues(func() (*keys.KeyPair, error) {
	pair := keys.NewKeyPair()
	return pair, trust(*pair.Pub)
})

// vouched is the server's static key with the certificates that vouch for it.
type vouched struct {
	static *keys.KeyPair
	chain  []byte
}

func newIdentity(root *keys.KeyPair, f Forgery) (vouched, error) {
	middle, static := keys.NewKeyPair(), keys.NewKeyPair()
	certified, signer, from := static, middle, time.Now()
	switch f {
	case ForgedRoot:
		root = keys.NewKeyPair()
	case ForgedLeaf:
		signer = keys.NewKeyPair()
	case ForgedKey:
		certified = keys.NewKeyPair()
	case Expired:
		from = from.AddDate(-1, 0, 0)
	}
	const serial = 1
	intermediate, err := certificate(root, from, &waCert.CertChain_NoiseCertificate_Details{
		Serial: proto.Uint32(serial), IssuerSerial: proto.Uint32(whatsmeow.WACertIssuerSerial), Key: middle.Pub[:],
	})
	if err != nil {
		return vouched{}, err
	}
	leaf, err := certificate(signer, from, &waCert.CertChain_NoiseCertificate_Details{
		Serial: proto.Uint32(serial + 1), IssuerSerial: proto.Uint32(serial), Key: certified.Pub[:],
	})
	if err != nil {
		return vouched{}, err
	}
	chain, err := proto.Marshal(&waCert.CertChain{Leaf: leaf, Intermediate: intermediate})
	return vouched{static, chain}, err
}

// certificate signs the details of a key for a month around a time.
func certificate(signer *keys.KeyPair, at time.Time, d *waCert.CertChain_NoiseCertificate_Details) (*waCert.CertChain_NoiseCertificate, error) {
	d.NotBefore = proto.Uint64(uint64(at.AddDate(0, 0, -15).Unix()))
	d.NotAfter = proto.Uint64(uint64(at.AddDate(0, 0, 15).Unix()))
	raw, err := proto.Marshal(d)
	if err != nil {
		return nil, err
	}
	signature := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*signer.Priv), raw)
	return &waCert.CertChain_NoiseCertificate{Details: raw, Signature: signature[:]}, nil
}

// handshake is the responder of Noise_XX_25519_AESGCM_SHA256 (The Noise Protocol
// Framework, revision 34), as far as the client speaks it: the first message
// carries no payload, not even an empty one.
type handshake struct {
	hash, salt []byte
	aead       cipher.AEAD
	counter    uint32
}

func newHandshake(header []byte) (*handshake, error) {
	h := &handshake{hash: []byte(socket.NoiseStartPattern)}
	h.salt = h.hash
	var err error
	h.aead, err = newAEAD(h.hash)
	h.mixHash(header)
	return h, err
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func nonce(counter uint32) []byte {
	var n [12]byte
	binary.BigEndian.PutUint32(n[8:], counter)
	return n[:]
}

func (h *handshake) mixHash(data []byte) {
	sum := sha256.Sum256(append(h.hash[:len(h.hash):len(h.hash)], data...))
	h.hash = sum[:]
}

// mixKey takes the secret that two keys share into the chain.
func (h *handshake) mixKey(private, public []byte) error {
	secret, err := curve25519.X25519(private, public)
	if err != nil {
		return err
	}
	salt, key, err := expand(h.salt, secret)
	if err != nil {
		return err
	}
	h.salt, h.counter = salt, 0
	h.aead, err = newAEAD(key)
	return err
}

func expand(salt, secret []byte) (first, second []byte, err error) {
	out, err := hkdf.Key(sha256.New, secret, salt, "", 64)
	if err != nil {
		return nil, nil, err
	}
	return out[:32], out[32:], nil
}

func (h *handshake) seal(plain []byte) []byte {
	sealed := h.aead.Seal(nil, nonce(h.counter), plain, h.hash)
	h.counter++
	h.mixHash(sealed)
	return sealed
}

func (h *handshake) open(sealed []byte) ([]byte, error) {
	plain, err := h.aead.Open(nil, nonce(h.counter), sealed, h.hash)
	h.counter++
	h.mixHash(sealed)
	return plain, err
}

// line is an encrypted connection to a client.
type line struct {
	ws      *websocket.Conn
	pending []byte // bytes of a frame that is not whole yet

	read        cipher.AEAD
	readCounter uint32

	writing      sync.Mutex
	write        cipher.AEAD
	writeCounter uint32
}

// accept does the handshake. It returns the client's static key and what it
// says of itself.
func (id vouched) accept(ctx context.Context, ws *websocket.Conn) (*line, []byte, *waWa6.ClientPayload, error) {
	l := &line{ws: ws}
	header, err := l.take(ctx, len(socket.WAConnHeader))
	if err != nil {
		return nil, nil, nil, err
	}
	h, err := newHandshake(header)
	if err != nil {
		return nil, nil, nil, err
	}
	hello, err := l.handshakeMessage(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	theirs := hello.GetClientHello().GetEphemeral()
	ours := keys.NewKeyPair()
	h.mixHash(theirs)
	h.mixHash(ours.Pub[:])
	if err := h.mixKey(ours.Priv[:], theirs); err != nil {
		return nil, nil, nil, err
	}
	static := h.seal(id.static.Pub[:])
	if err := h.mixKey(id.static.Priv[:], theirs); err != nil {
		return nil, nil, nil, err
	}
	reply, err := proto.Marshal(&waWa6.HandshakeMessage{ServerHello: &waWa6.HandshakeMessage_ServerHello{
		Ephemeral: ours.Pub[:], Static: static, Payload: h.seal(id.chain),
	}})
	if err != nil {
		return nil, nil, nil, err
	}
	if err := l.sendFrame(ctx, reply); err != nil {
		return nil, nil, nil, err
	}
	finish, err := l.handshakeMessage(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	key, payload, err := h.finish(finish.GetClientFinish(), ours)
	if err != nil {
		return nil, nil, nil, err
	}
	toServer, toClient, err := expand(h.salt, nil)
	if err != nil {
		return nil, nil, nil, err
	}
	if l.read, err = newAEAD(toServer); err != nil {
		return nil, nil, nil, err
	}
	l.write, err = newAEAD(toClient)
	return l, key, payload, err
}

// finish reads the client's static key and its payload.
func (h *handshake) finish(m *waWa6.HandshakeMessage_ClientFinish, ours *keys.KeyPair) ([]byte, *waWa6.ClientPayload, error) {
	key, err := h.open(m.GetStatic())
	if err != nil {
		return nil, nil, fmt.Errorf("open static key: %w", err)
	}
	if err := h.mixKey(ours.Priv[:], key); err != nil {
		return nil, nil, err
	}
	raw, err := h.open(m.GetPayload())
	if err != nil {
		return nil, nil, fmt.Errorf("open payload: %w", err)
	}
	payload := &waWa6.ClientPayload{}
	return key, payload, proto.Unmarshal(raw, payload)
}

func (l *line) handshakeMessage(ctx context.Context) (*waWa6.HandshakeMessage, error) {
	frame, err := l.frame(ctx)
	if err != nil {
		return nil, err
	}
	m := &waWa6.HandshakeMessage{}
	return m, proto.Unmarshal(frame, m)
}

// take reads n bytes.
func (l *line) take(ctx context.Context, n int) ([]byte, error) {
	for len(l.pending) < n {
		kind, data, err := l.ws.Read(ctx)
		if err != nil {
			return nil, err
		}
		if kind != websocket.MessageBinary {
			return nil, errors.New("not a binary message")
		}
		l.pending = append(l.pending, data...)
	}
	taken := l.pending[:n:n]
	l.pending = l.pending[n:]
	return taken, nil
}

// frame reads one frame: three bytes of length, then its bytes.
func (l *line) frame(ctx context.Context) ([]byte, error) {
	length, err := l.take(ctx, socket.FrameLengthSize)
	if err != nil {
		return nil, err
	}
	return l.take(ctx, int(length[0])<<16|int(length[1])<<8|int(length[2]))
}

func (l *line) sendFrame(ctx context.Context, data []byte) error {
	n := len(data)
	frame := append([]byte{byte(n >> 16), byte(n >> 8), byte(n)}, data...)
	return l.ws.Write(ctx, websocket.MessageBinary, frame)
}

// receive reads one encrypted frame.
func (l *line) receive(ctx context.Context) ([]byte, error) {
	sealed, err := l.frame(ctx)
	if err != nil {
		return nil, err
	}
	plain, err := l.read.Open(nil, nonce(l.readCounter), sealed, nil)
	l.readCounter++
	return plain, err
}

// send writes one encrypted frame.
func (l *line) send(ctx context.Context, plain []byte) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	sealed := l.write.Seal(nil, nonce(l.writeCounter), plain, nil)
	l.writeCounter++
	return l.sendFrame(ctx, sealed)
}
