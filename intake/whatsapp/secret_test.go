package whatsapp

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"
	"go.mau.fi/whatsmeow/util/gcmutil"
	"google.golang.org/protobuf/proto"

	"usulan/intake"
)

// TestReveal seals edits, comments and reactions as phones do, with the secret
// that came with the message they are about.
func TestReveal(t *testing.T) {
	r := newRig(t, 1<<20)
	secret := bytes.Repeat([]byte{3}, 32)
	original := text("jumlah 400")
	original.MessageContextInfo = &waE2E.MessageContextInfo{MessageSecret: secret}
	id, err := r.sender.Send(original)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.server.Settled(t.Context()); err != nil {
		t.Fatal(err)
	}
	who := r.sender.LID().String()
	seal := func(use whatsmeow.MsgSecretType, secret []byte, m proto.Message) (sealed, iv []byte) {
		plain, err := proto.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		key, err := hkdf.Key(sha256.New, secret, nil, id+who+who+string(use), 32)
		if err != nil {
			t.Fatal(err)
		}
		iv = make([]byte, 12)
		if sealed, err = gcmutil.Encrypt(key, iv, plain, nil); err != nil {
			t.Fatal(err)
		}
		return sealed, iv
	}
	target := &waCommon.MessageKey{ID: proto.String(id), FromMe: proto.Bool(true), RemoteJID: proto.String(who)}
	edit := func(secret []byte, plain *waE2E.Message) *waE2E.Message {
		sealed, iv := seal(whatsmeow.EncSecretMessageEdit, secret, plain)
		return &waE2E.Message{SecretEncryptedMessage: &waE2E.SecretEncryptedMessage{
			TargetMessageKey: target, EncPayload: sealed, EncIV: iv, SecretEncType: waE2E.SecretEncryptedMessage_MESSAGE_EDIT.Enum(),
		}}
	}
	comment, commentIV := seal(whatsmeow.EncSecretComment, secret, text("setuju"))
	reaction, reactionIV := seal(whatsmeow.EncSecretReaction, secret, &waE2E.ReactionMessage{Text: proto.String("👍")})
	full := &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), Key: target, EditedMessage: text("jumlah 40")}}
	wrongSize := edit(secret, full)
	wrongSize.SecretEncryptedMessage.EncIV = []byte("short")
	for name, c := range map[string]struct {
		m    *waE2E.Message
		want heading
	}{
		"Edit":        {edit(secret, text("jumlah 40")), heading{Kind: intake.Message, As: intake.EditMessage, Text: "jumlah 40", Revises: id}},
		"WholeEdit":   {edit(secret, full), heading{Kind: intake.Message, As: intake.EditMessage, Text: "jumlah 40", Revises: id}},
		"Comment":     {&waE2E.Message{EncCommentMessage: &waE2E.EncCommentMessage{TargetMessageKey: target, EncPayload: comment, EncIV: commentIV}}, heading{Kind: intake.Message, As: intake.TextMessage, Text: "setuju", Answers: id}},
		"Reaction":    {&waE2E.Message{EncReactionMessage: &waE2E.EncReactionMessage{TargetMessageKey: target, EncPayload: reaction, EncIV: reactionIV}}, heading{Kind: intake.Reaction, As: intake.ReactionMessage, Text: "👍", Answers: id}},
		"WrongSecret": {edit(bytes.Repeat([]byte{4}, 32), text("x")), heading{Kind: intake.Message, As: intake.SmallMessage, Unknown: "secretEncryptedMessage", Fault: FaultUnsupported}},
		"Nonsense":    {&waE2E.Message{SecretEncryptedMessage: &waE2E.SecretEncryptedMessage{}}, heading{Kind: intake.Message, As: intake.SmallMessage, Unknown: "secretEncryptedMessage", Fault: FaultUnsupported}},
		"WrongSize":   {wrongSize, heading{Kind: intake.Message, As: intake.SmallMessage, Unknown: "secretEncryptedMessage", Fault: FaultUnsupported}},
		"Plain":       {text("halo"), heading{Kind: intake.Message, As: intake.TextMessage, Text: "halo"}},
	} {
		t.Run(name, func(t *testing.T) {
			evt := said(c.m)
			evt.Info.Chat, evt.Info.Sender = r.sender.LID(), r.sender.LID()
			reveal(t.Context(), r.client, evt)
			item := testTranslator().message(evt, heard)
			if got := headingOf(item); got != c.want {
				t.Errorf("got %+v\nwant %+v", got, c.want)
			}
			rec, err := decode(item.Submission.Raw.Bytes)
			if err != nil || proto.Equal(c.m, &waE2E.Message{}) {
				t.Fatal(err)
			}
			if c.m.SecretEncryptedMessage != nil && !proto.Equal(rec.message.SecretEncryptedMessage, c.m.SecretEncryptedMessage) {
				t.Error("what was received is not in the raw bytes")
			}
		})
	}
	reveal(t.Context(), r.client, &events.Message{}) // nothing to open
}
