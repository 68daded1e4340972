package emulator

import (
	"bytes"
	"compress/zlib"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"go.mau.fi/whatsmeow/proto/waWeb"
	"google.golang.org/protobuf/proto"
)

// Past is a message from before the client was linked, or from while it was
// away for too long.
type Past struct {
	From    *Person // who wrote it; the owner's phone for what the account wrote
	To      *Person // whom the account wrote to; only looked at when the phone wrote it
	Group   *Group  // nil in a chat of two
	ID      string
	At      time.Time
	Message *waE2E.Message
}

// SendHistory lets the owner's phone hand the client what was said before,
// in one chunk: an encrypted file on the media host, and a message that tells
// where. It returns the id of that message.
func (s *Server) SendHistory(past ...Past) (string, error) {
	sync := &waHistorySync.HistorySync{
		SyncType:   waHistorySync.HistorySync_INITIAL_BOOTSTRAP.Enum(),
		ChunkOrder: proto.Uint32(1), Progress: proto.Uint32(100),
	}
	conversations := map[string]*waHistorySync.Conversation{}
	named := map[*Person]bool{}
	for _, m := range past {
		chat, web := s.recall(m)
		c := conversations[chat]
		if c == nil {
			c = &waHistorySync.Conversation{ID: proto.String(chat)}
			conversations[chat] = c
			sync.Conversations = append(sync.Conversations, c)
		}
		c.Messages = append(c.Messages, &waHistorySync.HistorySyncMsg{Message: web, MsgOrderID: proto.Uint64(uint64(len(c.Messages) + 1))})
		if hidden, _ := m.From.addressing(); !hidden && !named[m.From] {
			named[m.From] = true
			sync.PhoneNumberToLidMappings = append(sync.PhoneNumberToLidMappings, &waHistorySync.PhoneNumberToLIDMapping{
				PnJID: proto.String(m.From.number.String()), LidJID: proto.String(m.From.lid.String()),
			})
		}
	}
	plain, err := proto.Marshal(sync)
	if err != nil {
		return "", err
	}
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	if _, err := w.Write(plain); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	f, err := s.put(whatsmeow.MediaHistory, packed.Bytes())
	if err != nil {
		return "", err
	}
	return s.peer(&waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_HISTORY_SYNC_NOTIFICATION.Enum(),
		HistorySyncNotification: &waE2E.HistorySyncNotification{
			FileSHA256: f.hash, FileLength: proto.Uint64(f.size), MediaKey: f.key, FileEncSHA256: f.encryptedHash,
			DirectPath: proto.String(f.path), SyncType: waE2E.HistorySyncType_INITIAL_BOOTSTRAP.Enum(),
			ChunkOrder: proto.Uint32(1), Progress: proto.Uint32(100),
		},
	})
}

// recall is a message as the phone keeps it, with the name of its conversation.
func (s *Server) recall(m Past) (chat string, web *waWeb.WebMessageInfo) {
	own := m.From == s.phone
	with := m.From
	if own && m.To != nil {
		with = m.To
	}
	chat = with.lid.String()
	web = &waWeb.WebMessageInfo{
		Message: m.Message, MessageTimestamp: proto.Uint64(uint64(m.At.Unix())), PushName: given(m.From.name),
	}
	if m.Group != nil {
		chat = m.Group.jid.String()
		web.Participant = proto.String(m.From.lid.String())
	}
	web.Key = &waCommon.MessageKey{RemoteJID: proto.String(chat), FromMe: proto.Bool(own), ID: proto.String(m.ID), Participant: web.Participant}
	return chat, web
}
