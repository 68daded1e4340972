package whatsapp

import (
	"context"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// reveal opens edits, comments and reactions that are sealed with the secret of
// the message they are about, which the client has kept. What is found stands
// beside the sealed form in the event, so that it is part of the raw bytes too:
// the secret will not be there for ever. What cannot be opened stays as it came.
//
// The library takes the sender's fields for granted and panics at some that only
// an attacker sends; they must not stop what comes after them.
func reveal(ctx context.Context, client *whatsmeow.Client, evt *events.Message) {
	if !sealedWithSecret(evt.Message) {
		return
	}
	defer func() { _ = recover() }()
	if m, err := revealed(ctx, client, evt); err == nil {
		evt.RawMessage, evt.Message = m, m
	}
}

func revealed(ctx context.Context, client *whatsmeow.Client, evt *events.Message) (*waE2E.Message, error) {
	m := proto.CloneOf(evt.Message)
	switch {
	case m.GetSecretEncryptedMessage() != nil:
		plain, err := client.DecryptSecretEncryptedMessage(ctx, evt)
		if err != nil {
			return nil, err
		}
		m.ProtocolMessage = editOf(plain)
		if m.ProtocolMessage.Key == nil {
			m.ProtocolMessage.Key = m.GetSecretEncryptedMessage().GetTargetMessageKey()
		}
	case m.GetEncCommentMessage() != nil:
		plain, err := client.DecryptComment(ctx, evt)
		if err != nil {
			return nil, err
		}
		m.CommentMessage = &waE2E.CommentMessage{Message: plain, TargetMessageKey: m.GetEncCommentMessage().GetTargetMessageKey()}
	default:
		plain, err := client.DecryptReaction(ctx, evt)
		if err != nil {
			return nil, err
		}
		if plain.Key == nil {
			plain.Key = m.GetEncReactionMessage().GetTargetMessageKey()
		}
		m.ReactionMessage = plain
	}
	return m, nil
}

func sealedWithSecret(m *waE2E.Message) bool {
	return m.GetSecretEncryptedMessage() != nil || m.GetEncCommentMessage() != nil || m.GetEncReactionMessage() != nil
}

// editOf makes an edit of what was sealed: an edit already, or the new content.
func editOf(plain *waE2E.Message) *waE2E.ProtocolMessage {
	inner, _ := unwrap(plain)
	if p := inner.GetProtocolMessage(); p.GetType() == waE2E.ProtocolMessage_MESSAGE_EDIT {
		return p
	}
	return &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), EditedMessage: plain}
}
