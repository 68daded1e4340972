package emulator

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"strings"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waMmsRetry"
	"go.mau.fi/whatsmeow/proto/waWeb"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// Phone returns the owner of the account, whose phone the client is linked to.
// The client can ask that phone for something once it has heard from it.
func (s *Server) Phone() *Person { return s.phone }

// PhoneSend writes a message to somebody on the owner's own phone. The client
// gets a copy, as every device of the account does.
func (s *Server) PhoneSend(to *Person, m *waE2E.Message) (string, error) {
	return s.phone.write(&letter{
		message: &waE2E.Message{DeviceSentMessage: &waE2E.DeviceSentMessage{
			DestinationJID: proto.String(to.lid.String()), Message: m,
		}},
		attrs: waBinary.Attrs{"recipient": to.lid, "peer_recipient_pn": to.number},
	})
}

// peer writes what only devices of the account tell each other.
func (s *Server) peer(m *waE2E.ProtocolMessage) (string, error) {
	return s.phone.write(&letter{
		message: &waE2E.Message{ProtocolMessage: m}, attrs: waBinary.Attrs{"category": "peer"},
	})
}

// hear takes what the client asks of the owner's phone: messages that it knows
// of and does not have.
func (s *Server) hear(id string, m *waE2E.Message) {
	request := m.GetProtocolMessage().GetPeerDataOperationRequestMessage()
	for _, wanted := range request.GetPlaceholderMessageResendRequest() {
		s.mu.Lock()
		st := s.archive[wanted.GetMessageKey().GetID()]
		s.mu.Unlock()
		if st == nil || st.letter.hidden == ViewOnceOnly {
			continue // it has none, or must not hand it on
		}
		s.phone.ask(func() { _ = s.handOver(id, st) }) // a client that was unlinked meanwhile needs no answer
	}
}

// handOver gives the client a message that the phone has.
func (s *Server) handOver(request string, st *stanza) error {
	l := st.letter
	web := &waWeb.WebMessageInfo{
		Key:     &waCommon.MessageKey{RemoteJID: proto.String(l.chat().String()), FromMe: proto.Bool(false), ID: proto.String(st.id)},
		Message: l.message, MessageTimestamp: proto.Uint64(uint64(l.at.Unix())), PushName: given(l.person.name),
	}
	if l.group != nil {
		web.Participant = proto.String(l.person.lid.String())
	}
	raw, err := proto.Marshal(web)
	if err != nil {
		return err
	}
	kind := waE2E.PeerDataOperationRequestType_PLACEHOLDER_MESSAGE_RESEND
	_, err = s.peer(&waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE.Enum(),
		PeerDataOperationRequestResponseMessage: &waE2E.PeerDataOperationRequestResponseMessage{
			PeerDataOperationRequestType: &kind, StanzaID: proto.String(request),
			PeerDataOperationResult: []*waE2E.PeerDataOperationRequestResponseMessage_PeerDataOperationResult{{
				PlaceholderMessageResendResponse: &waE2E.PeerDataOperationRequestResponseMessage_PeerDataOperationResult_PlaceholderMessageResendResponse{
					WebMessageInfoBytes: raw,
				},
			}},
		},
	})
	return err
}

// chat is where a message was said.
func (l *letter) chat() types.JID {
	if l.group != nil {
		return l.group.jid
	}
	return l.person.lid
}

// reupload lets the owner's phone put a file on the server again that the
// client could not fetch.
func (s *Server) reupload(id string, n *waBinary.Node) {
	s.mu.Lock()
	st := s.archive[id]
	s.mu.Unlock()
	encrypted, _ := n.GetChildByTag("encrypt", "enc_p").Content.([]byte)
	iv, _ := n.GetChildByTag("encrypt", "enc_iv").Content.([]byte)
	about := n.GetChildByTag("rmr")
	if st == nil {
		s.phone.ask(func() { s.notifyMedia(id, about, mediaError("2")) })
		return
	}
	file := fileOf(st.letter.message)
	asked, err := retryPayload(file.GetMediaKey(), id, iv, encrypted)
	if err != nil || asked.GetStanzaID() != id {
		return // nobody but who has the message's key may ask
	}
	s.phone.ask(func() {
		answer := &waMmsRetry.MediaRetryNotification{
			StanzaID: proto.String(id), Result: waMmsRetry.MediaRetryNotification_SUCCESS.Enum(),
		}
		var found bool
		if answer.DirectPath, found = s.putAgain(file.GetDirectPath()); !found {
			s.notifyMedia(id, about, mediaError("2"))
			return
		}
		sealed, err := sealRetry(file.GetMediaKey(), id, answer)
		if err == nil {
			s.notifyMedia(id, about, sealed)
		}
	})
}

func mediaError(code string) waBinary.Node {
	return waBinary.Node{Tag: "error", Attrs: waBinary.Attrs{"code": code}}
}

// notifyMedia tells the client what became of its wish for a file.
func (s *Server) notifyMedia(id string, about, answer waBinary.Node) {
	s.deliver(&stanza{id: id, node: waBinary.Node{
		Tag:     "notification",
		Attrs:   waBinary.Attrs{"from": s.phone.number, "id": id, "type": "mediaretry", "t": now()},
		Content: []waBinary.Node{answer, {Tag: "rmr", Attrs: about.Attrs}},
	}})
}

// putAgain puts a file that the phone has kept on the server under a new path.
func (s *Server) putAgain(path string) (*string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, ok := s.album[nameOf(path)]
	if !ok {
		return nil, false
	}
	name := rand.Text()
	s.media[name], s.album[name] = data, data
	again := pathOf(name)
	return &again, true
}

// retryKey is the key under which phone and client talk of a file.
func retryKey(mediaKey []byte) ([]byte, error) {
	return hkdf.Key(sha256.New, mediaKey, nil, "WhatsApp Media Retry Notification", 32)
}

func retryPayload(mediaKey []byte, id string, iv, sealed []byte) (*waMmsRetry.ServerErrorReceipt, error) {
	key, err := retryKey(mediaKey)
	if err != nil {
		return nil, err
	}
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	if len(iv) != aead.NonceSize() {
		return nil, errShortNonce
	}
	plain, err := aead.Open(nil, iv, sealed, []byte(id))
	if err != nil {
		return nil, err
	}
	m := &waMmsRetry.ServerErrorReceipt{}
	return m, proto.Unmarshal(plain, m)
}

func sealRetry(mediaKey []byte, id string, m *waMmsRetry.MediaRetryNotification) (waBinary.Node, error) {
	key, err := retryKey(mediaKey)
	if err != nil {
		return waBinary.Node{}, err
	}
	aead, err := newAEAD(key)
	if err != nil {
		return waBinary.Node{}, err
	}
	plain, err := proto.Marshal(m)
	if err != nil {
		return waBinary.Node{}, err
	}
	iv := make([]byte, aead.NonceSize())
	_, _ = rand.Read(iv)
	return waBinary.Node{Tag: "encrypt", Content: []waBinary.Node{
		{Tag: "enc_p", Content: aead.Seal(nil, iv, plain, []byte(id))}, {Tag: "enc_iv", Content: iv},
	}}, nil
}

// nameOf is the name of a file in its path.
func nameOf(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "/v/"), "?")
	return name
}

func pathOf(name string) string { return "/v/" + name + "?ccb=11" }
