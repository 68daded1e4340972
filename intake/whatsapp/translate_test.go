package whatsapp

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"usulan/intake"
)

var (
	marni   = types.NewJID("91010000021826", types.HiddenUserServer)
	marniPN = types.NewJID("6281200000101", types.DefaultUserServer)
	forum   = types.NewJID("6281210002000", types.DefaultUserServer)
	serpong = types.NewJID("120363012345678901", types.GroupServer)
	noon    = time.Date(2020, 3, 17, 5, 42, 5, 0, time.UTC)
	heard   = noon.Add(3 * time.Second)
)

func testTranslator() translator {
	return newTranslator(Account{Name: "forum"}.WithDefaults(), time.FixedZone("WIB", 7*3600))
}

// said is an event as the client hands it over.
func said(m *waE2E.Message, change ...func(*types.MessageInfo)) *events.Message {
	info := types.MessageInfo{
		MessageSource: types.MessageSource{Chat: marni, Sender: types.JID{User: marni.User, Server: marni.Server, Device: 3}, SenderAlt: marniPN},
		ID:            "3EB0A1", PushName: "Bu Marni", Timestamp: noon, Type: "text",
	}
	for _, f := range change {
		f(&info)
	}
	evt := &events.Message{Info: info, RawMessage: m}
	return evt.UnwrapRaw()
}

func TestText(t *testing.T) {
	got := testTranslator().message(said(&waE2E.Message{Conversation: proto.String("Assalamualaikum\r\nmau usul")}), heard)
	s := got.Submission
	if s == nil {
		t.Fatal("a text gave no submission")
	}
	raw := s.Raw
	want := intake.Item{
		Key: "91010000021826@lid/91010000021826@lid/3EB0A1", ReceivedAt: noon, Size: raw.Size,
		Submission: &intake.Submission{
			Kind: intake.Message, ExternalID: "3EB0A1", ContentHash: s.ContentHash, Text: "Assalamualaikum\nmau usul",
			From:    intake.Address{Kind: intake.LID, Value: "91010000021826", Name: "Bu Marni"},
			Aliases: []intake.Address{{Kind: intake.Phone, Value: "+6281200000101", Shown: "0812-0000-0101"}},
			Chat:    &intake.Chat{Type: intake.TextMessage, Quiet: 10 * time.Minute},
			SentAt:  noon, ReceivedAt: noon, Raw: raw,
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
