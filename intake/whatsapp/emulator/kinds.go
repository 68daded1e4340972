package emulator

import (
	"strings"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// The messages that people write, to be given to Send or SendTo.

// Text is what one types.
func Text(s string) *waE2E.Message { return &waE2E.Message{Conversation: proto.String(s)} }

// Forwarded is a text that somebody else wrote.
func Forwarded(s string) *waE2E.Message {
	return &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{
		Text:        proto.String(s),
		ContextInfo: &waE2E.ContextInfo{IsForwarded: proto.Bool(true), ForwardingScore: proto.Uint32(1)},
	}}
}

// Reply is a text that quotes a message of author's with the given id.
func Reply(s, quotedID string, author *Person, quoted *waE2E.Message) *waE2E.Message {
	return &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{
		Text: proto.String(s),
		ContextInfo: &waE2E.ContextInfo{
			StanzaID: proto.String(quotedID), Participant: proto.String(author.lid.String()), QuotedMessage: quoted,
		},
	}}
}

// Edit changes the text of the person's own message.
func (p *Person) Edit(id, s string) *waE2E.Message {
	return &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), Key: p.key(id), EditedMessage: Text(s),
	}}
}

// Delete takes the person's own message back, for everyone.
func (p *Person) Delete(id string) *waE2E.Message {
	return &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_REVOKE.Enum(), Key: p.key(id),
	}}
}

// React puts an emoji under a message of the account's.
func (p *Person) React(id, emoji string) *waE2E.Message {
	key := p.key(id)
	key.FromMe = proto.Bool(false)
	return &waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{Key: key, Text: proto.String(emoji)}}
}

func (p *Person) key(id string) *waCommon.MessageKey {
	return &waCommon.MessageKey{
		RemoteJID: proto.String(p.server.phone.lid.String()), FromMe: proto.Bool(true), ID: proto.String(id),
	}
}

// Location is a place, by latitude and longitude in degrees.
func Location(lat, lng float64, name string) *waE2E.Message {
	return &waE2E.Message{LocationMessage: &waE2E.LocationMessage{
		DegreesLatitude: proto.Float64(lat), DegreesLongitude: proto.Float64(lng), Name: proto.String(name),
	}}
}

// LiveLocation is a place that moves.
func LiveLocation(lat, lng float64) *waE2E.Message {
	return &waE2E.Message{LiveLocationMessage: &waE2E.LiveLocationMessage{
		DegreesLatitude: proto.Float64(lat), DegreesLongitude: proto.Float64(lng),
	}}
}

// Contact is somebody's card.
func Contact(name, number string) *waE2E.Message {
	card := strings.Join([]string{"BEGIN:VCARD", "VERSION:3.0", "FN:" + name, "TEL:+" + number, "END:VCARD"}, "\n")
	return &waE2E.Message{ContactMessage: &waE2E.ContactMessage{DisplayName: proto.String(name), Vcard: proto.String(card)}}
}

// Poll asks a question with answers to choose from.
func Poll(question string, answers ...string) *waE2E.Message {
	options := make([]*waE2E.PollCreationMessage_Option, len(answers))
	for i, a := range answers {
		options[i] = &waE2E.PollCreationMessage_Option{OptionName: proto.String(a)}
	}
	return &waE2E.Message{PollCreationMessage: &waE2E.PollCreationMessage{
		Name: proto.String(question), Options: options, SelectableOptionsCount: proto.Uint32(1),
	}}
}

// Disappearing wraps a message in a chat where messages vanish after a time.
func Disappearing(m *waE2E.Message) *waE2E.Message {
	return &waE2E.Message{EphemeralMessage: &waE2E.FutureProofMessage{Message: m}}
}

// ViewOnce wraps a picture that may be looked at once, and not on linked devices.
func ViewOnce(m *waE2E.Message) *waE2E.Message {
	return &waE2E.Message{ViewOnceMessageV2: &waE2E.FutureProofMessage{Message: m}}
}

// FromTheFuture is a message of a kind that this program's client does not know:
// a field of that number, with a text in it.
func FromTheFuture(field int32, s string) *waE2E.Message {
	m := &waE2E.Message{}
	raw := protowire.AppendTag(nil, protowire.Number(field), protowire.BytesType)
	inner := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), s)
	m.ProtoReflect().SetUnknown(protowire.AppendBytes(raw, inner))
	return m
}

// Image is a picture with a caption.
func (s *Server) Image(data []byte, mime, caption string) (*waE2E.Message, error) {
	f, err := s.put(whatsmeow.MediaImage, data)
	if err != nil {
		return nil, err
	}
	return &waE2E.Message{ImageMessage: &waE2E.ImageMessage{
		Mimetype: proto.String(mime), Caption: given(caption), FileLength: proto.Uint64(f.size), DirectPath: proto.String(f.path),
		MediaKey: f.key, FileSHA256: f.hash, FileEncSHA256: f.encryptedHash, MediaKeyTimestamp: proto.Int64(f.uploaded.Unix()),
	}}, nil
}

// Video is a film with a caption.
func (s *Server) Video(data []byte, mime, caption string) (*waE2E.Message, error) {
	f, err := s.put(whatsmeow.MediaVideo, data)
	if err != nil {
		return nil, err
	}
	return &waE2E.Message{VideoMessage: &waE2E.VideoMessage{
		Mimetype: proto.String(mime), Caption: given(caption), FileLength: proto.Uint64(f.size), DirectPath: proto.String(f.path),
		MediaKey: f.key, FileSHA256: f.hash, FileEncSHA256: f.encryptedHash, MediaKeyTimestamp: proto.Int64(f.uploaded.Unix()),
	}}, nil
}

// Voice is a voice note of so many seconds.
func (s *Server) Voice(data []byte, seconds uint32) (*waE2E.Message, error) {
	f, err := s.put(whatsmeow.MediaAudio, data)
	if err != nil {
		return nil, err
	}
	return &waE2E.Message{AudioMessage: &waE2E.AudioMessage{
		Mimetype: proto.String("audio/ogg; codecs=opus"), PTT: proto.Bool(true), Seconds: proto.Uint32(seconds),
		FileLength: proto.Uint64(f.size), DirectPath: proto.String(f.path),
		MediaKey: f.key, FileSHA256: f.hash, FileEncSHA256: f.encryptedHash, MediaKeyTimestamp: proto.Int64(f.uploaded.Unix()),
	}}, nil
}

// Document is a file with its name and a caption.
func (s *Server) Document(data []byte, name, mime, caption string) (*waE2E.Message, error) {
	f, err := s.put(whatsmeow.MediaDocument, data)
	if err != nil {
		return nil, err
	}
	m := &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{
		FileName: proto.String(name), Mimetype: proto.String(mime), Caption: given(caption), FileLength: proto.Uint64(f.size),
		DirectPath: proto.String(f.path), MediaKey: f.key, FileSHA256: f.hash, FileEncSHA256: f.encryptedHash,
		MediaKeyTimestamp: proto.Int64(f.uploaded.Unix()),
	}}
	if caption != "" {
		m = &waE2E.Message{DocumentWithCaptionMessage: &waE2E.FutureProofMessage{Message: m}}
	}
	return m, nil
}

// Sticker is a small picture that says nothing by itself.
func (s *Server) Sticker(data []byte) (*waE2E.Message, error) {
	f, err := s.put(whatsmeow.MediaImage, data)
	if err != nil {
		return nil, err
	}
	return &waE2E.Message{StickerMessage: &waE2E.StickerMessage{
		Mimetype: proto.String("image/webp"), FileLength: proto.Uint64(f.size), DirectPath: proto.String(f.path),
		MediaKey: f.key, FileSHA256: f.hash, FileEncSHA256: f.encryptedHash, MediaKeyTimestamp: proto.Int64(f.uploaded.Unix()),
	}}, nil
}

func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
