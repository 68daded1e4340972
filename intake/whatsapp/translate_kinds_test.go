package whatsapp

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"usulan/intake"
)

// heading is what a test looks at in a submission.
type heading struct {
	Kind      intake.Kind
	As        intake.MessageType
	Text      string
	Answers   string
	Quote     string
	Revises   string
	Forwarded bool
	Location  *intake.Location
	Unknown   string
	Fault     string
	File      string // name, type, size and length
	Outcome   intake.Outcome
}

func headingOf(item intake.Item) heading {
	s := item.Submission
	if s == nil {
		return heading{Outcome: item.Outcome}
	}
	h := heading{
		Kind: s.Kind, As: s.Chat.Type, Text: s.Text, Answers: strings.Join(s.InReplyTo, " "), Quote: s.Chat.Quote, Revises: s.Revises,
		Forwarded: s.Chat.Forwarded, Location: s.Chat.Location, Unknown: s.Chat.Unknown, Fault: s.Fault, Outcome: item.Outcome,
	}
	for _, a := range s.Attachments {
		h.File += strings.Join([]string{a.Name, a.Type, num(a.Size), a.Duration.String()}, " ")
		if !a.Absent {
			h.File += " here"
		}
	}
	return h
}

func num(n int64) string { return strings.TrimLeft(time.Duration(n).String(), "") }

func text(s string) *waE2E.Message { return &waE2E.Message{Conversation: proto.String(s)} }

func wrap(m *waE2E.Message) *waE2E.FutureProofMessage { return &waE2E.FutureProofMessage{Message: m} }

func key(id string, own bool, by string) *waCommon.MessageKey {
	k := &waCommon.MessageKey{ID: proto.String(id), FromMe: proto.Bool(own), RemoteJID: proto.String(forum.String())}
	if by != "" {
		k.Participant = proto.String(by)
	}
	return k
}

func photo(caption string) *waE2E.ImageMessage {
	return &waE2E.ImageMessage{
		Mimetype: proto.String("image/JPEG"), Caption: proto.String(caption), FileLength: proto.Uint64(5), FileSHA256: bytes.Repeat([]byte{1}, 32),
		DirectPath: proto.String("/v/1?"), MediaKey: make([]byte, 32),
	}
}

const photoFile = "foto-20200317-124205.jpg image/jpeg 5ns 0s"

// kinds are messages as phones send them, with what people are to see of them.
var kinds = map[string]struct {
	m    *waE2E.Message
	want heading
}{
	"Text":       {text("  usul \n lagi "), heading{Kind: intake.Message, As: intake.TextMessage, Text: "  usul \n lagi "}},
	"EmptyText":  {text(""), heading{Kind: intake.Message, As: intake.TextMessage}},
	"HugeText":   {text(strings.Repeat("usul ", 100_000)), heading{Kind: intake.Message, As: intake.TextMessage, Text: strings.Repeat("usul ", 100_000)}},
	"BrokenUTF8": {text("kop\xffi\x00\r\nes\u202e\x1b[31m"), heading{Kind: intake.Message, As: intake.TextMessage, Text: "kop\ufffdi\nes\u202e[31m"}},
	"Mention":    {text("@6281210002000 mohon dibantu"), heading{Kind: intake.Message, As: intake.TextMessage, Text: "@6281210002000 mohon dibantu"}},
	"Quote": {
		&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("maksudnya 40"), ContextInfo: &waE2E.ContextInfo{
			StanzaID: proto.String("3EB0OLD"), Participant: proto.String(marni.String()), QuotedMessage: text("jumlah 400\x00"),
		}}},
		heading{Kind: intake.Message, As: intake.TextMessage, Text: "maksudnya 40", Answers: "3EB0OLD", Quote: "jumlah 400"},
	},
	"QuoteOfADocument": {
		&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("ini salah"), ContextInfo: &waE2E.ContextInfo{
			StanzaID: proto.String("3EB0OLD"), QuotedMessage: &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{FileName: proto.String("../RAB.pdf")}},
		}}},
		heading{Kind: intake.Message, As: intake.TextMessage, Text: "ini salah", Answers: "3EB0OLD", Quote: "RAB.pdf"},
	},
	"QuoteOfManyLetters": {
		&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("ya"), ContextInfo: &waE2E.ContextInfo{
			StanzaID: proto.String("3EB0OLD"), QuotedMessage: text(strings.Repeat("é", 400)),
		}}},
		heading{Kind: intake.Message, As: intake.TextMessage, Text: "ya", Answers: "3EB0OLD", Quote: strings.Repeat("é", 150)},
	},
	"QuoteOfNothing": {
		&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("ya"), ContextInfo: &waE2E.ContextInfo{StanzaID: proto.String("3EB0OLD")}}},
		heading{Kind: intake.Message, As: intake.TextMessage, Text: "ya", Answers: "3EB0OLD"},
	},
	"Forwarded": {
		&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("dari Pak Slamet"), ContextInfo: &waE2E.ContextInfo{ForwardingScore: proto.Uint32(5)}}},
		heading{Kind: intake.Message, As: intake.TextMessage, Text: "dari Pak Slamet", Forwarded: true},
	},
	"Photo":     {&waE2E.Message{ImageMessage: photo("ini pak")}, heading{Kind: intake.Message, As: intake.MediaMessage, Text: "ini pak", File: photoFile}},
	"BarePhoto": {&waE2E.Message{ImageMessage: &waE2E.ImageMessage{}}, heading{Kind: intake.Message, As: intake.MediaMessage, File: "foto-20200317-124205.jpg image/jpeg 0s 0s"}},
	"AbsurdPhoto": {
		&waE2E.Message{ImageMessage: &waE2E.ImageMessage{Mimetype: proto.String("../../x\x00; a=b"), FileLength: proto.Uint64(math.MaxUint64), FileSHA256: []byte{1, 2}}},
		heading{Kind: intake.Message, As: intake.MediaMessage, File: "foto-20200317-124205.jpg image/jpeg 0s 0s"},
	},
	"Voice": {
		&waE2E.Message{AudioMessage: &waE2E.AudioMessage{Mimetype: proto.String("audio/ogg; codecs=opus"), PTT: proto.Bool(true), Seconds: proto.Uint32(42), FileLength: proto.Uint64(9)}},
		heading{Kind: intake.Message, As: intake.MediaMessage, File: "suara-20200317-124205.ogg audio/ogg 9ns 42s"},
	},
	"AbsurdLength": {
		&waE2E.Message{AudioMessage: &waE2E.AudioMessage{Mimetype: proto.String("audio/mp4"), Seconds: proto.Uint32(math.MaxUint32)}},
		heading{Kind: intake.Message, As: intake.MediaMessage, File: "audio-20200317-124205.m4a audio/mp4 0s 1193046h28m15s"},
	},
	"Film":      {&waE2E.Message{VideoMessage: &waE2E.VideoMessage{Caption: proto.String("jalannya"), Seconds: proto.Uint32(7)}}, heading{Kind: intake.Message, As: intake.MediaMessage, Text: "jalannya", File: "video-20200317-124205.mp4 video/mp4 0s 7s"}},
	"RoundFilm": {&waE2E.Message{PtvMessage: &waE2E.VideoMessage{Seconds: proto.Uint32(7)}}, heading{Kind: intake.Message, As: intake.MediaMessage, File: "video-20200317-124205.mp4 video/mp4 0s 7s"}},
	"Sticker":   {&waE2E.Message{StickerMessage: &waE2E.StickerMessage{}}, heading{Kind: intake.Message, As: intake.SmallMessage, File: "stiker-20200317-124205.webp image/webp 0s 0s"}},
	"Document": {
		&waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{FileName: proto.String("../../etc/Proposal\u202efdp.exe\x00"), Mimetype: proto.String("application/pdf"), FileLength: proto.Uint64(3)}},
		heading{Kind: intake.Message, As: intake.MediaMessage, File: "Proposalfdp.exe application/pdf 3ns 0s"},
	},
	"DocumentCaptionedByItsName": {
		&waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{FileName: proto.String("RAB.pdf"), Caption: proto.String("RAB.pdf"), Mimetype: proto.String("application/pdf")}},
		heading{Kind: intake.Message, As: intake.MediaMessage, File: "RAB.pdf application/pdf 0s 0s"},
	},
	"DocumentWithoutExtension": {
		&waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{Title: proto.String("Proposal"), Mimetype: proto.String("application/pdf")}},
		heading{Kind: intake.Message, As: intake.MediaMessage, File: "Proposal.pdf application/pdf 0s 0s"},
	},
	"DocumentWithCaption": {
		&waE2E.Message{DocumentWithCaptionMessage: wrap(&waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{FileName: proto.String("CON"), Caption: proto.String("RAB nya")}})},
		heading{Kind: intake.Message, As: intake.MediaMessage, Text: "RAB nya", File: "_CON application/octet-stream 0s 0s"},
	},
	"ViewOnce":            {&waE2E.Message{ViewOnceMessage: wrap(&waE2E.Message{ImageMessage: photo("")})}, heading{Kind: intake.Message, As: intake.MediaMessage, File: photoFile}},
	"ViewOnceV2":          {&waE2E.Message{ViewOnceMessageV2: wrap(&waE2E.Message{ImageMessage: photo("")})}, heading{Kind: intake.Message, As: intake.MediaMessage, File: photoFile}},
	"ViewOnceV2Extension": {&waE2E.Message{ViewOnceMessageV2Extension: wrap(&waE2E.Message{AudioMessage: &waE2E.AudioMessage{}})}, heading{Kind: intake.Message, As: intake.MediaMessage, File: "audio-20200317-124205.ogg audio/ogg 0s 0s"}},
	"EmptyViewOnce":       {&waE2E.Message{ViewOnceMessageV2: wrap(nil)}, heading{Kind: intake.Message, As: intake.SmallMessage, Unknown: "viewOnceMessageV2", Fault: FaultUnsupported}},
	"Ephemeral":           {&waE2E.Message{EphemeralMessage: wrap(text("hilang nanti"))}, heading{Kind: intake.Message, As: intake.TextMessage, Text: "hilang nanti"}},
	"FromAnotherDevice":   {&waE2E.Message{DeviceSentMessage: &waE2E.DeviceSentMessage{Message: text("dari tablet")}}, heading{Kind: intake.Message, As: intake.TextMessage, Text: "dari tablet"}},
	"PictureOfAnAlbum":    {&waE2E.Message{AssociatedChildMessage: wrap(&waE2E.Message{ImageMessage: photo("")})}, heading{Kind: intake.Message, As: intake.MediaMessage, File: photoFile}},
	"Spoiler":             {&waE2E.Message{SpoilerMessage: wrap(text("rahasia"))}, heading{Kind: intake.Message, As: intake.TextMessage, Text: "rahasia"}},
	"ForABot":             {&waE2E.Message{BotInvokeMessage: wrap(&waE2E.Message{EphemeralMessage: wrap(text("@bot halo"))})}, heading{Kind: intake.Message, As: intake.TextMessage, Text: "@bot halo"}},
	"WrappedTooDeep":      {deep(40), heading{Kind: intake.Message, As: intake.SmallMessage, Unknown: "ephemeralMessage", Fault: FaultUnsupported}},
	"Place": {
		&waE2E.Message{LocationMessage: &waE2E.LocationMessage{DegreesLatitude: proto.Float64(-6.3), DegreesLongitude: proto.Float64(106.6), Name: proto.String("Lahan"), Address: proto.String("Jl. Puspiptek"), Comment: proto.String("di sini pak")}},
		heading{Kind: intake.Message, As: intake.PlaceMessage, Text: "Lahan\nJl. Puspiptek\ndi sini pak", Location: &intake.Location{Latitude: -6.3, Longitude: 106.6, Name: "Lahan", Address: "Jl. Puspiptek"}},
	},
	"LivePlace": {
		&waE2E.Message{LiveLocationMessage: &waE2E.LiveLocationMessage{DegreesLatitude: proto.Float64(90), DegreesLongitude: proto.Float64(-180), Caption: proto.String("jalan")}},
		heading{Kind: intake.Message, As: intake.PlaceMessage, Text: "jalan", Location: &intake.Location{Latitude: 90, Longitude: -180, Live: true}},
	},
	"NowhereNaN":  {&waE2E.Message{LocationMessage: &waE2E.LocationMessage{DegreesLatitude: proto.Float64(math.NaN()), Name: proto.String("Lahan")}}, heading{Kind: intake.Message, As: intake.PlaceMessage, Text: "Lahan"}},
	"NowhereInf":  {&waE2E.Message{LocationMessage: &waE2E.LocationMessage{DegreesLongitude: proto.Float64(math.Inf(-1))}}, heading{Kind: intake.Message, As: intake.PlaceMessage}},
	"NowhereLive": {&waE2E.Message{LiveLocationMessage: &waE2E.LiveLocationMessage{DegreesLatitude: proto.Float64(90.1)}}, heading{Kind: intake.Message, As: intake.PlaceMessage}},
	"Card": {
		&waE2E.Message{ContactMessage: &waE2E.ContactMessage{DisplayName: proto.String("Pak Joko"), Vcard: proto.String("BEGIN:VCARD\r\nFN:Joko\r\nORG:Warung Joko;\r\nitem1.TEL;waid=6281200000102:+62 812-0000-0102\r\nTEL;type=HOME:021 765\r\n 4321\r\nEMAIL:joko@example.com\r\nTEL:\r\nEND:VCARD")}},
		heading{Kind: intake.Message, As: intake.SmallMessage, Text: "Pak Joko\nWarung Joko\n0812-0000-0102\n(021) 7654321\njoko@example.com"},
	},
	"BrokenCard": {&waE2E.Message{ContactMessage: &waE2E.ContactMessage{Vcard: proto.String("FN:Joko\\, S.E.\nTEL\nTEL:bukan nomor\n\xff")}}, heading{Kind: intake.Message, As: intake.SmallMessage, Text: "Joko, S.E.\nbukan nomor"}},
	"Cards": {
		&waE2E.Message{ContactsArrayMessage: &waE2E.ContactsArrayMessage{Contacts: []*waE2E.ContactMessage{{DisplayName: proto.String("A")}, nil, {DisplayName: proto.String("B")}}}},
		heading{Kind: intake.Message, As: intake.SmallMessage, Text: "A\n\nB"},
	},
	"Poll": {
		&waE2E.Message{PollCreationMessageV3: &waE2E.PollCreationMessage{Name: proto.String("Kapan?"), Options: []*waE2E.PollCreationMessage_Option{{OptionName: proto.String("Pagi")}, nil, {OptionName: proto.String("Sore")}}}},
		heading{Kind: intake.Message, As: intake.TextMessage, Text: "Kapan?\n- Pagi\n- Sore"},
	},
	"PollInAWrapper": {&waE2E.Message{PollCreationMessageV4: wrap(&waE2E.Message{PollCreationMessage: &waE2E.PollCreationMessage{Name: proto.String("Kapan?")}})}, heading{Kind: intake.Message, As: intake.TextMessage, Text: "Kapan?"}},
	"PollVote":       {&waE2E.Message{PollUpdateMessage: &waE2E.PollUpdateMessage{PollCreationMessageKey: key("3EB0P", false, "")}}, heading{Kind: intake.Reaction, As: intake.SmallMessage, Answers: "3EB0P"}},
	"PollResult":     {&waE2E.Message{PollResultSnapshotMessage: &waE2E.PollResultSnapshotMessage{Name: proto.String("Kapan?"), PollVotes: []*waE2E.PollResultSnapshotMessage_PollVote{{OptionName: proto.String("Pagi"), OptionVoteCount: proto.Int64(3)}}}}, heading{Kind: intake.Message, As: intake.SmallMessage, Text: "Kapan?\n- Pagi: 3"}},
	"Button":         {&waE2E.Message{ButtonsResponseMessage: &waE2E.ButtonsResponseMessage{Response: &waE2E.ButtonsResponseMessage_SelectedDisplayText{SelectedDisplayText: "Ya"}}}, heading{Kind: intake.Message, As: intake.TextMessage, Text: "Ya"}},
	"TemplateButton": {&waE2E.Message{TemplateButtonReplyMessage: &waE2E.TemplateButtonReplyMessage{SelectedDisplayText: proto.String("Ya")}}, heading{Kind: intake.Message, As: intake.TextMessage, Text: "Ya"}},
	"ListChoice":     {&waE2E.Message{ListResponseMessage: &waE2E.ListResponseMessage{Title: proto.String("Modal"), Description: proto.String("pinjaman")}}, heading{Kind: intake.Message, As: intake.TextMessage, Text: "Modal\npinjaman"}},
	"FormAnswer":     {&waE2E.Message{InteractiveResponseMessage: &waE2E.InteractiveResponseMessage{Body: &waE2E.InteractiveResponseMessage_Body{Text: proto.String("Kirim")}}}, heading{Kind: intake.Message, As: intake.TextMessage, Text: "Kirim"}},
	"Buttons": {
		&waE2E.Message{ButtonsMessage: &waE2E.ButtonsMessage{Header: &waE2E.ButtonsMessage_ImageMessage{ImageMessage: photo("")}, ContentText: proto.String("Pilih"), Buttons: []*waE2E.ButtonsMessage_Button{{ButtonText: &waE2E.ButtonsMessage_Button_ButtonText{DisplayText: proto.String("Ya")}}, {}}}},
		heading{Kind: intake.Message, As: intake.MediaMessage, Text: "Pilih\n- Ya", File: photoFile},
	},
	"Template": {
		&waE2E.Message{TemplateMessage: &waE2E.TemplateMessage{HydratedTemplate: &waE2E.TemplateMessage_HydratedFourRowTemplate{Title: &waE2E.TemplateMessage_HydratedFourRowTemplate_HydratedTitleText{HydratedTitleText: "Judul"}, HydratedContentText: proto.String("Isi")}}},
		heading{Kind: intake.Message, As: intake.TextMessage, Text: "Judul\nIsi"},
	},
	"EmptyTemplate": {&waE2E.Message{TemplateMessage: &waE2E.TemplateMessage{}}, heading{Kind: intake.Message, As: intake.TextMessage}},
	"Interactive": {
		&waE2E.Message{InteractiveMessage: &waE2E.InteractiveMessage{Header: &waE2E.InteractiveMessage_Header{Title: proto.String("Judul")}, Body: &waE2E.InteractiveMessage_Body{Text: proto.String("Isi")}}},
		heading{Kind: intake.Message, As: intake.TextMessage, Text: "Judul\nIsi"},
	},
	"List": {
		&waE2E.Message{ListMessage: &waE2E.ListMessage{Title: proto.String("Menu"), Sections: []*waE2E.ListMessage_Section{{Title: proto.String("A"), Rows: []*waE2E.ListMessage_Row{{Title: proto.String("satu")}}}, nil}}},
		heading{Kind: intake.Message, As: intake.TextMessage, Text: "Menu\nA\n- satu"},
	},
	"Product": {
		&waE2E.Message{ProductMessage: &waE2E.ProductMessage{Product: &waE2E.ProductMessage_ProductSnapshot{ProductImage: photo(""), Title: proto.String("Keripik"), PriceAmount1000: proto.Int64(15_500_500), CurrencyCode: proto.String("IDR")}}},
		heading{Kind: intake.Message, As: intake.MediaMessage, Text: "Keripik\nIDR 15500.50", File: photoFile},
	},
	"Order":       {&waE2E.Message{OrderMessage: &waE2E.OrderMessage{OrderTitle: proto.String("Pesanan"), TotalAmount1000: proto.Int64(-35_000_000), TotalCurrencyCode: proto.String("IDR")}}, heading{Kind: intake.Message, As: intake.TextMessage, Text: "Pesanan\nIDR -35000"}},
	"PaymentNote": {&waE2E.Message{RequestPaymentMessage: &waE2E.RequestPaymentMessage{NoteMessage: text("iuran"), Amount: &waE2E.Money{Value: proto.Int64(5), Offset: proto.Uint32(0)}}}, heading{Kind: intake.Message, As: intake.TextMessage, Text: "iuran"}},
	"GroupInvite": {&waE2E.Message{GroupInviteMessage: &waE2E.GroupInviteMessage{GroupName: proto.String("UMKM Serpong"), Caption: proto.String("gabung ya")}}, heading{Kind: intake.Message, As: intake.SmallMessage, Text: "UMKM Serpong\ngabung ya"}},
	"Event": {
		&waE2E.Message{EventMessage: &waE2E.EventMessage{Name: proto.String("Rapat"), StartTime: proto.Int64(noon.Unix()), EndTime: proto.Int64(noon.Unix() + 3600), Location: &waE2E.LocationMessage{DegreesLatitude: proto.Float64(1), Name: proto.String("Balai")}}},
		heading{Kind: intake.Message, As: intake.TextMessage, Text: "Rapat\n2020-03-17 12.42 WIB - 2020-03-17 13.42 WIB\nBalai", Location: &intake.Location{Latitude: 1, Name: "Balai"}},
	},
	"AbsurdEvent": {&waE2E.Message{EventMessage: &waE2E.EventMessage{Name: proto.String("Rapat"), StartTime: proto.Int64(math.MaxInt64), EndTime: proto.Int64(math.MinInt64)}}, heading{Kind: intake.Message, As: intake.TextMessage, Text: "Rapat"}},
	"Comment": {
		&waE2E.Message{CommentMessage: &waE2E.CommentMessage{Message: text("setuju"), TargetMessageKey: key("3EB0T", false, "")}},
		heading{Kind: intake.Message, As: intake.TextMessage, Text: "setuju", Answers: "3EB0T"},
	},
	"Edit": {
		&waE2E.Message{EditedMessage: wrap(&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), Key: key("3EB0OLD", true, ""), EditedMessage: text("jumlah 40")}})},
		heading{Kind: intake.Message, As: intake.EditMessage, Text: "jumlah 40", Revises: "3EB0OLD"},
	},
	"EditOfACaption": {
		&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), Key: key("3EB0OLD", true, ""), EditedMessage: &waE2E.Message{ImageMessage: photo("surat RT")}}},
		heading{Kind: intake.Message, As: intake.EditMessage, Text: "surat RT", Revises: "3EB0OLD"},
	},
	"EditToNothing": {
		&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), Key: key("3EB0OLD", true, "")}},
		heading{Kind: intake.Message, As: intake.EditMessage, Revises: "3EB0OLD"},
	},
	"EditOfAnEdit": {
		&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), Key: key("3EB0OLD", true, ""), EditedMessage: &waE2E.Message{
			ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_REVOKE.Enum(), Key: key("3EB0X", true, "")},
		}}},
		heading{Kind: intake.Message, As: intake.EditMessage, Revises: "3EB0OLD"},
	},
	"Delete":          {revoke(key("3EB0OLD", true, "")), heading{Kind: intake.Message, As: intake.DeletionMessage, Revises: "3EB0OLD"}},
	"DeleteByAuthor":  {revoke(key("3EB0OLD", false, marniPN.String())), heading{Kind: intake.Message, As: intake.DeletionMessage, Revises: "3EB0OLD"}},
	"DeleteByAdmin":   {revoke(key("3EB0OLD", false, "555@lid")), heading{Kind: intake.Reaction, As: intake.ReactionMessage, Answers: "3EB0OLD"}},
	"DeleteOfNothing": {revoke(nil), heading{Outcome: intake.Service}},
	"Reaction":        {&waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{Key: key("3EB0OLD", false, ""), Text: proto.String("🙏")}}, heading{Kind: intake.Reaction, As: intake.ReactionMessage, Text: "🙏", Answers: "3EB0OLD"}},
	"EmptyReaction":   {&waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{}}, heading{Kind: intake.Reaction, As: intake.ReactionMessage}},
	"SealedReaction":  {&waE2E.Message{EncReactionMessage: &waE2E.EncReactionMessage{TargetMessageKey: key("3EB0OLD", false, "")}}, heading{Kind: intake.Reaction, As: intake.ReactionMessage, Answers: "3EB0OLD"}},
	"StatusInAGroup":  {&waE2E.Message{GroupStatusMessageV2: wrap(text("promo!"))}, heading{Kind: intake.StatusPost, As: intake.TextMessage, Text: "promo!"}},
	"CallEntry":       {&waE2E.Message{CallLogMesssage: &waE2E.CallLogMessage{}}, heading{Kind: intake.Call, As: intake.SmallMessage}},

	"Pin":          {&waE2E.Message{PinInChatMessage: &waE2E.PinInChatMessage{}}, heading{Outcome: intake.Service}},
	"Keep":         {&waE2E.Message{KeepInChatMessage: &waE2E.KeepInChatMessage{}}, heading{Outcome: intake.Service}},
	"Album":        {&waE2E.Message{AlbumMessage: &waE2E.AlbumMessage{ExpectedImageCount: proto.Uint32(3)}}, heading{Outcome: intake.Service}},
	"Timer":        {&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_EPHEMERAL_SETTING.Enum()}}, heading{Outcome: intake.Service}},
	"History":      {&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_HISTORY_SYNC_NOTIFICATION.Enum()}}, heading{Outcome: intake.Service}},
	"KeyShare":     {&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_APP_STATE_SYNC_KEY_SHARE.Enum()}}, heading{Outcome: intake.Service}},
	"Keys":         {&waE2E.Message{SenderKeyDistributionMessage: &waE2E.SenderKeyDistributionMessage{}}, heading{Outcome: intake.Service}},
	"KeysAndText":  {&waE2E.Message{SenderKeyDistributionMessage: &waE2E.SenderKeyDistributionMessage{}, Conversation: proto.String("halo")}, heading{Kind: intake.Message, As: intake.TextMessage, Text: "halo"}},
	"Nothing":      {&waE2E.Message{}, heading{Outcome: intake.Service}},
	"OnlyContext":  {&waE2E.Message{MessageContextInfo: &waE2E.MessageContextInfo{MessageSecret: make([]byte, 32)}}, heading{Outcome: intake.Service}},
	"NewField":     {newer(777), heading{Kind: intake.Message, As: intake.SmallMessage, Unknown: "field 777", Fault: FaultUnsupported}},
	"NewInWrapper": {&waE2E.Message{EphemeralMessage: wrap(newer(778))}, heading{Kind: intake.Message, As: intake.SmallMessage, Unknown: "field 778", Fault: FaultUnsupported}},
	"NewProtocol":  {&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_Type(999).Enum()}}, heading{Kind: intake.Message, As: intake.SmallMessage, Unknown: "protocolMessage", Fault: FaultUnsupported}},
	"Masked":       {&waE2E.Message{PlaceholderMessage: &waE2E.PlaceholderMessage{}}, heading{Kind: intake.Message, As: intake.SmallMessage, Unknown: "placeholderMessage", Fault: FaultUnsupported}},
	"SealedEdit":   {&waE2E.Message{SecretEncryptedMessage: &waE2E.SecretEncryptedMessage{}}, heading{Kind: intake.Message, As: intake.SmallMessage, Unknown: "secretEncryptedMessage", Fault: FaultUnsupported}},
}

func revoke(k *waCommon.MessageKey) *waE2E.Message {
	return &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_REVOKE.Enum(), Key: k}}
}

// newer is a message with a field that nobody knows yet.
func newer(field protowire.Number) *waE2E.Message {
	m := &waE2E.Message{}
	m.ProtoReflect().SetUnknown(protowire.AppendString(protowire.AppendTag(nil, field, protowire.BytesType), "baru"))
	return m
}

// deep is a text inside so many wrappers.
func deep(n int) *waE2E.Message {
	m := text("dalam")
	for range n {
		m = &waE2E.Message{EphemeralMessage: wrap(m)}
	}
	return m
}

func TestKinds(t *testing.T) {
	tr := testTranslator()
	parse := Parser(Account{Name: "forum"}.WithDefaults(), tr.zone)
	for name, c := range kinds {
		t.Run(name, func(t *testing.T) {
			item := tr.message(said(c.m), heard)
			if d := cmp.Diff(c.want, headingOf(item)); d != "" {
				t.Fatal(d)
			}
			s := item.Submission
			if s == nil {
				return
			}
			// From its raw bytes it is the same again.
			again := parse(s.Raw, heard)
			s.Raw, again.Raw = nil, nil
			if d := cmp.Diff(s, again); d != "" {
				t.Errorf("read again from its raw bytes (-first +again):\n%s", d)
			}
		})
	}
}

// TestEveryField holds that whatever WhatsApp's own description of a message
// knows is either read, counted, or kept as unsupported by its name.
func TestEveryField(t *testing.T) {
	fields := (&waE2E.Message{}).ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		m := &waE2E.Message{}
		if f.Message() == nil {
			continue
		}
		m.ProtoReflect().Set(f, m.ProtoReflect().NewField(f))
		got := headingOf(testTranslator().message(said(m), heard))
		switch {
		case got.Outcome == intake.Service:
		case got.Fault == "" && got.Kind != "":
		case got.Fault == FaultUnsupported && got.Unknown == string(f.Name()):
		default:
			t.Errorf("%s: %+v", f.Name(), got)
		}
	}
}

func TestWhereItWasSaid(t *testing.T) {
	own := func(i *types.MessageInfo) { i.IsFromMe, i.Sender = true, forum }
	for name, c := range map[string]struct {
		change func(*types.MessageInfo)
		room   string
		kind   intake.Kind
	}{
		"Two":       {func(*types.MessageInfo) {}, "", intake.Message},
		"Group":     {func(i *types.MessageInfo) { i.Chat, i.IsGroup = serpong, true }, "120363012345678901@g.us", intake.Message},
		"List":      {func(i *types.MessageInfo) { i.Chat, i.IsGroup = types.NewJID("77", types.BroadcastServer), true }, "", intake.Message},
		"Status":    {func(i *types.MessageInfo) { i.Chat, i.IsGroup = types.StatusBroadcastJID, true }, "status@broadcast", intake.StatusPost},
		"Channel":   {func(i *types.MessageInfo) { i.Chat = types.NewJID("88", types.NewsletterServer) }, "88@newsletter", intake.Newsletter},
		"Own":       {own, "", intake.Own},
		"OwnStatus": {func(i *types.MessageInfo) { own(i); i.Chat = types.StatusBroadcastJID }, "status@broadcast", intake.Own},
	} {
		t.Run(name, func(t *testing.T) {
			s := testTranslator().message(said(&waE2E.Message{ImageMessage: photo("x")}, c.change), heard).Submission
			if s.Chat.Room != c.room || s.Kind != c.kind || s.Fault != "" {
				t.Errorf("room %q, kind %s, fault %q", s.Chat.Room, s.Kind, s.Fault)
			}
			if wanted := len(s.Attachments) > 0; wanted != (c.kind == intake.Message) {
				t.Errorf("its file is fetched: %t", wanted)
			}
		})
	}
	t.Run("NothingNewFromOurselvesIsAFault", func(t *testing.T) {
		if s := testTranslator().message(said(newer(777), own), heard).Submission; s.Fault != "" {
			t.Errorf("fault %q", s.Fault)
		}
	})
	t.Run("FromDeviceToDevice", func(t *testing.T) {
		item := testTranslator().message(said(newer(777), own, func(i *types.MessageInfo) { i.Category = "peer" }), heard)
		if item.Outcome != intake.Service {
			t.Errorf("outcome %q", item.Outcome)
		}
	})
}

func TestWhoSaidIt(t *testing.T) {
	for name, c := range map[string]struct {
		sender, alt types.JID
		push        string
		want        intake.Address
		aliases     int
	}{
		"LID":         {marni, marniPN, "Bu Marni", intake.Address{Kind: intake.LID, Value: "91010000021826", Name: "Bu Marni"}, 1},
		"Number":      {marniPN, marni, "Bu\u202e \tMarni\n", intake.Address{Kind: intake.Phone, Value: "+6281200000101", Shown: "0812-0000-0101", Name: "Bu Marni"}, 1},
		"NumberAlone": {marniPN, types.EmptyJID, "", intake.Address{Kind: intake.Phone, Value: "+6281200000101", Shown: "0812-0000-0101"}, 0},
		"SameTwice":   {marniPN, marniPN, "", intake.Address{Kind: intake.Phone, Value: "+6281200000101", Shown: "0812-0000-0101"}, 0},
		"Foreign":     {types.NewJID("60123456789", types.DefaultUserServer), types.EmptyJID, "", intake.Address{Kind: intake.Phone, Value: "+60123456789", Shown: "+60 12-345 6789"}, 0},
		"NotANumber":  {types.NewJID("abc", types.DefaultUserServer), types.EmptyJID, "", intake.Address{Kind: intake.LID, Value: "abc@s.whatsapp.net"}, 0},
		"Bot":         {types.NewJID("867051314767696", types.BotServer), types.EmptyJID, "", intake.Address{Kind: intake.LID, Value: "867051314767696@bot"}, 0},
		"NobodyAtAll": {types.EmptyJID, types.EmptyJID, strings.Repeat("é", 300), intake.Address{Name: strings.Repeat("é", 100)}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := testTranslator().message(said(text("x"), func(i *types.MessageInfo) { i.Sender, i.SenderAlt, i.PushName = c.sender, c.alt, c.push }), heard).Submission
			if d := cmp.Diff(c.want, s.From); d != "" || len(s.Aliases) != c.aliases {
				t.Errorf("aliases %v\n%s", s.Aliases, d)
			}
		})
	}
}

func TestIdentity(t *testing.T) {
	tr := testTranslator()
	item := func(change func(*types.MessageInfo)) intake.Item { return tr.message(said(text("x"), change), heard) }
	first := item(func(*types.MessageInfo) {})
	same := item(func(i *types.MessageInfo) { i.Sender.Device, i.PushName, i.Timestamp = 9, "Marni", noon.Add(time.Hour) })
	if same.Key != first.Key || same.Submission.ContentHash != first.Submission.ContentHash {
		t.Error("the same message, delivered again, is another one")
	}
	for name, change := range map[string]func(*types.MessageInfo){
		"Chat":   func(i *types.MessageInfo) { i.Chat = serpong },
		"Sender": func(i *types.MessageInfo) { i.Sender = marniPN },
		"ID":     func(i *types.MessageInfo) { i.ID = "3EB0A2" },
		"NUL":    func(i *types.MessageInfo) { i.ID = "3EB0A1\x00" },
		"Break":  func(i *types.MessageInfo) { i.ID = "3EB0A1\xff" },
	} {
		if other := item(change); other.Key == first.Key || other.Submission.ContentHash == first.Submission.ContentHash {
			t.Errorf("%s: another message is taken for the same", name)
		}
	}
	if key := tr.message(said(&waE2E.Message{}), heard).Key; key == first.Key {
		t.Error("keys that come under the id of a text would take its place")
	}
}

func TestTimes(t *testing.T) {
	for name, c := range map[string]struct{ said, want time.Time }{
		"Usual":          {noon, noon},
		"AFewHoursAhead": {heard.Add(2 * time.Hour), heard.Add(2 * time.Hour)},
		"Zero":           {time.Time{}, heard},
		"Epoch":          {time.Unix(0, 0), heard},
		"NextYear":       {heard.AddDate(1, 0, 0), heard},
		"NeverEnding":    {time.Unix(math.MaxInt64>>8, 0), heard},
	} {
		got := testTranslator().message(said(text("x"), func(i *types.MessageInfo) { i.Timestamp = c.said }), heard)
		if !got.ReceivedAt.Equal(c.want) || !got.Submission.ReceivedAt.Equal(c.want) {
			t.Errorf("%s: received at %s, want %s", name, got.ReceivedAt, c.want)
		}
	}
}
