package whatsapp

import (
	"time"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"

	"usulan/intake"
)

// This file reads messages about other messages, and those that devices send to
// each other.

// protocol takes an edit, a deletion, or what devices tell each other.
func (c *content) protocol(p *waE2E.ProtocolMessage, zone *time.Location) {
	switch t := p.GetType(); {
	case t == waE2E.ProtocolMessage_REVOKE && p.GetKey() != nil:
		c.revoke(p.GetKey())
	case t == waE2E.ProtocolMessage_MESSAGE_EDIT && p.GetKey() != nil:
		c.edit(p, zone)
	case waE2E.ProtocolMessage_Type_name[int32(t)] != "":
		c.service = true
	default: // newer than this program
		c.unknown, c.as = "protocolMessage", intake.SmallMessage
	}
}

// edit takes the new text of a message. What a picture shows does not change
// with its caption, so files stay with the message that brought them.
func (c *content) edit(p *waE2E.ProtocolMessage, zone *time.Location) {
	m, _ := unwrap(p.GetEditedMessage())
	if m.GetProtocolMessage() == nil { // an edit of an edit is none
		c.read(m, zone)
	}
	*c = content{text: c.text, location: c.location, revises: plainID(p.GetKey().GetID()), as: intake.EditMessage}
}

// revoke takes a deletion for everyone.
func (c *content) revoke(k *waCommon.MessageKey) {
	c.revises, c.as = plainID(k.GetID()), intake.DeletionMessage
	if !k.GetFromMe() {
		c.author = k.GetParticipant()
	}
}

// sign takes a sign under somebody's message.
func (c *content) sign(k *waCommon.MessageKey, text string) {
	c.kind, c.as, c.answers, c.text = intake.Reaction, intake.ReactionMessage, plainID(k.GetID()), clean(text)
}

// social takes reactions, comments and what else is about another message.
func (c *content) social(m *waE2E.Message) bool {
	switch {
	case m.GetReactionMessage() != nil:
		c.sign(m.GetReactionMessage().GetKey(), m.GetReactionMessage().GetText())
	case m.GetEncReactionMessage() != nil:
		c.sign(m.GetEncReactionMessage().GetTargetMessageKey(), "")
	case m.GetStatusStickerInteractionMessage() != nil:
		c.sign(m.GetStatusStickerInteractionMessage().GetKey(), "")
	case m.GetEncEventResponseMessage() != nil:
		c.sign(m.GetEncEventResponseMessage().GetEventCreationMessageKey(), "")
	case m.GetPollUpdateMessage() != nil:
		c.sign(m.GetPollUpdateMessage().GetPollCreationMessageKey(), "")
		c.as = intake.SmallMessage
	case m.GetCommentMessage() != nil:
		inner, _ := unwrap(m.GetCommentMessage().GetMessage())
		if inner.GetCommentMessage() == nil && inner.GetProtocolMessage() == nil {
			c.read(inner, time.UTC)
		}
		c.answers = plainID(m.GetCommentMessage().GetTargetMessageKey().GetID())
	case m.GetQuestionResponseMessage() != nil:
		c.text, c.answers = clean(m.GetQuestionResponseMessage().GetText()), plainID(m.GetQuestionResponseMessage().GetKey().GetID())
	case m.GetStatusQuestionAnswerMessage() != nil:
		c.text, c.answers = clean(m.GetStatusQuestionAnswerMessage().GetText()), plainID(m.GetStatusQuestionAnswerMessage().GetKey().GetID())
	case m.GetStatusQuotedMessage() != nil:
		c.text, c.answers = clean(m.GetStatusQuotedMessage().GetText()), plainID(m.GetStatusQuotedMessage().GetOriginalStatusID().GetID())
	default:
		return false
	}
	return true
}

// silent takes what says nothing to people: pins, albums (whose pictures come
// one by one), and calls, which are counted.
func (c *content) silent(m *waE2E.Message) bool {
	switch {
	case m.GetCall() != nil, m.GetCallLogMesssage() != nil, m.GetBcallMessage() != nil, m.GetScheduledCallEditMessage() != nil:
		c.kind, c.as = intake.Call, intake.SmallMessage
	case m.GetPinInChatMessage() != nil, m.GetKeepInChatMessage() != nil, m.GetAlbumMessage() != nil,
		m.GetStickerSyncRmrMessage() != nil, m.GetMessageHistoryBundle() != nil, m.GetMessageHistoryNotice() != nil,
		m.GetStatusNotificationMessage() != nil, m.GetGroupRootKeyShare() != nil, m.GetRootSecretDistributeMessage() != nil,
		m.GetRequestPhoneNumberMessage() != nil, m.GetChat() != nil, m.GetStatusLinkPreviewMetadata() != nil,
		m.GetDeclinePaymentRequestMessage() != nil, m.GetCancelPaymentRequestMessage() != nil, m.GetSplitPaymentUpdateMessage() != nil,
		m.GetPaymentInviteMessage() != nil:
		c.service = true
	default:
		return false
	}
	return true
}
