package emulator

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
)

// maxUpload bounds what is taken from a client: WhatsApp's own limit for
// documents is 2 GB; a simulation needs less.
const maxUpload = 128 << 20

// errShortNonce says that what was encrypted with AES-GCM lacks its nonce.
var errShortNonce = errors.New("the nonce has a wrong length")

// file is an encrypted file on the server, and what a message tells of it.
type file struct {
	path                string
	key                 []byte
	hash, encryptedHash []byte
	size                uint64
	uploaded            time.Time
}

// put encrypts a file as a sender's phone does and keeps it.
func (s *Server) put(kind whatsmeow.MediaType, data []byte) (file, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	expanded, err := hkdf.Key(sha256.New, key, nil, string(kind), 112)
	if err != nil {
		return file{}, err
	}
	iv, cipherKey, macKey := expanded[:16], expanded[16:48], expanded[48:80]
	block, err := aes.NewCipher(cipherKey)
	if err != nil {
		return file{}, err
	}
	n := aes.BlockSize - len(data)%aes.BlockSize
	sealed := append(bytes.Clone(data), bytes.Repeat([]byte{byte(n)}, n)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(sealed, sealed)
	mac := hmac.New(sha256.New, macKey)
	mac.Write(iv)
	mac.Write(sealed)
	sealed = append(sealed, mac.Sum(nil)[:10]...)
	plainHash, sealedHash := sha256.Sum256(data), sha256.Sum256(sealed)
	name := base64.RawURLEncoding.EncodeToString(sealedHash[:])
	s.mu.Lock()
	s.media[name], s.album[name] = sealed, sealed
	s.mu.Unlock()
	return file{
		path: pathOf(name), key: key, hash: plainHash[:], encryptedHash: sealedHash[:],
		size: uint64(len(data)), uploaded: time.Now(),
	}, nil
}

// Forget removes every file, as WhatsApp does after some weeks. The owner's phone
// still has them.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.media)
}

// ForgetOnPhone removes every file from the owner's phone.
func (s *Server) ForgetOnPhone() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.album)
}

// Spoil damages every file on the server.
func (s *Server) Spoil() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, data := range s.media {
		data = bytes.Clone(data)
		data[len(data)/2] ^= 1
		s.media[name] = data
	}
}

// downloadable is the part of a message that tells of a file.
type downloadable interface {
	GetDirectPath() string
	GetMediaKey() []byte
}

// fileOf finds the file of a message, whatever it is wrapped in.
func fileOf(m *waE2E.Message) downloadable {
	wrapped := []*waE2E.FutureProofMessage{
		m.GetEphemeralMessage(), m.GetViewOnceMessageV2(), m.GetDocumentWithCaptionMessage(),
	}
	for _, w := range wrapped {
		if w.GetMessage() != nil {
			return fileOf(w.GetMessage())
		}
	}
	if own := m.GetDeviceSentMessage().GetMessage(); own != nil {
		return fileOf(own)
	}
	files := []downloadable{
		m.GetImageMessage(), m.GetVideoMessage(), m.GetAudioMessage(), m.GetDocumentMessage(), m.GetStickerMessage(),
		m.GetProtocolMessage().GetHistorySyncNotification(),
	}
	for _, f := range files {
		if f.GetDirectPath() != "" {
			return f
		}
	}
	return files[0]
}

// download serves a file to the client.
func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	data, ok := s.media[r.PathValue("name")]
	s.mu.Unlock()
	if !ok {
		http.Error(w, "gone", http.StatusGone)
		return
	}
	_, _ = w.Write(data)
}

// upload takes a file from the client.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpload))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	sum := sha256.Sum256(data)
	name := base64.RawURLEncoding.EncodeToString(sum[:])
	s.mu.Lock()
	s.media[name] = data
	s.mu.Unlock()
	path := pathOf(name)
	_ = json.NewEncoder(w).Encode(map[string]string{"url": "https://mmg.whatsapp.net" + path, "direct_path": path})
}

// remove deletes a file that the client needs no more.
func (s *Server) remove(_ http.ResponseWriter, r *http.Request) {
	name, err := base64.URLEncoding.DecodeString(r.PathValue("name"))
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.media, base64.RawURLEncoding.EncodeToString(name))
}
