package whatsapp

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"usulan/intake"
)

func TestRaw(t *testing.T) {
	evt := said(&waE2E.Message{ImageMessage: photo("ini pak\nsuratnya")}, func(i *types.MessageInfo) {
		i.Chat, i.IsGroup, i.PushName = serpong, true, "Bu\n\xffMarni"
	})
	first, err := recordOf(recordMessage, &evt.Info, evt.RawMessage).encode()
	if err != nil {
		t.Fatal(err)
	}
	t.Run("SaysWhatItIs", func(t *testing.T) {
		lines := strings.SplitN(string(first), "\n", 3)
		if lines[0] != "usulan-whatsapp 1" || !strings.HasPrefix(lines[1], `{"kind":"message","id":"3EB0A1",`) ||
			!strings.Contains(lines[1], `"chat":"120363012345678901@g.us","sender":"91010000021826@lid","sender_alt":"6281200000101@s.whatsapp.net"`) {
			t.Errorf("it begins with %q", lines[:2])
		}
	})
	t.Run("SameAgain", func(t *testing.T) {
		for range 20 {
			again, err := recordOf(recordMessage, &evt.Info, proto.CloneOf(evt.RawMessage)).encode()
			if err != nil || !bytes.Equal(first, again) {
				t.Fatalf("the same event gave other bytes: %v", err)
			}
		}
		r, err := decode(first)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := r.encode(); err != nil || !bytes.Equal(first, again) {
			t.Errorf("read and written again it is %q, %v", again, err)
		}
	})
	t.Run("EnoughForTheClient", func(t *testing.T) {
		r, err := decode(first)
		if err != nil {
			t.Fatal(err)
		}
		got := r.info()
		if got.ID != "3EB0A1" || got.Chat != serpong || !got.IsGroup || got.Sender != marni {
			t.Errorf("info = %+v", got)
		}
		if f := read(r.message, time.UTC).file; f == nil || !bytes.Equal(f.source.GetMediaKey(), make([]byte, 32)) {
			t.Error("its file cannot be found any more")
		}
	})
	t.Run("NewFieldsStay", func(t *testing.T) {
		raw := testTranslator().message(said(newer(777)), heard).Submission.Raw
		r, err := decode(raw.Bytes)
		if err != nil || !bytes.Contains(r.message.ProtoReflect().GetUnknown(), []byte("baru")) {
			t.Errorf("what this program does not know is gone: %v", err)
		}
	})
	parse := Parser(Account{Name: "forum"}.WithDefaults(), nil)
	for name, b := range map[string]string{
		"Empty":         "",
		"Mail":          "From: a@b\r\n\r\nhalo",
		"OnlyVersion":   rawFormat,
		"NextVersion":   strings.Replace(string(first), " 1\n", " 2\n", 1),
		"NoJSON":        rawFormat + "halo\n",
		"BrokenJSON":    rawFormat + "{\"kind\":\n",
		"BrokenAddress": rawFormat + "{\"kind\":\"message\",\"chat\":\"lid\"}\n",
		"CutMessage":    string(first[:len(first)-7]),
		"NotAMessage":   string(first) + "\xff\xff",
		"UnknownKind":   rawFormat + "{\"kind\":\"dream\",\"id\":\"1\"}\n\xff",
	} {
		t.Run("Err"+name, func(t *testing.T) {
			if _, err := decode([]byte(b)); err == nil {
				t.Error("it was read")
			}
			s := parse(intake.NewRaw([]byte(b)), heard)
			if s == nil || s.Fault != FaultUnsupported || s.Chat == nil || s.Raw == nil || s.ReceivedAt.IsZero() {
				t.Errorf("read as a submission it is %+v", s)
			}
		})
	}
	if _, err := decode([]byte("x")); !errors.Is(err, errRaw) {
		t.Errorf("%v", err)
	}
}

func TestSealed(t *testing.T) {
	for name, c := range map[string]struct {
		evt  events.UndecryptableMessage
		want heading
	}{
		"CannotBeOpened": {events.UndecryptableMessage{}, heading{Kind: intake.Message, As: intake.TextMessage, Outcome: intake.Unfetchable}},
		"DidNotCome":     {events.UndecryptableMessage{IsUnavailable: true}, heading{Kind: intake.Message, As: intake.TextMessage, Outcome: intake.Unfetchable}},
		"ViewOnce": {
			events.UndecryptableMessage{IsUnavailable: true, UnavailableType: events.UnavailableTypeViewOnce},
			heading{Kind: intake.Message, As: intake.MediaMessage, Unknown: "viewOnceMessage", Fault: FaultUnsupported},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.evt.Info = said(nil).Info
			item := testTranslator().sealed(&c.evt, heard)
			if got := headingOf(item); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			later := testTranslator().message(said(text("sampai juga")), heard)
			if later.Key != item.Key || later.Submission.ContentHash != item.Submission.ContentHash {
				t.Error("when it comes after all it does not take its place")
			}
			if r, err := decode(item.Submission.Raw.Bytes); err != nil || r.Kind != recordSealed {
				t.Errorf("its raw bytes say %+v, %v", r, err)
			}
		})
	}
}
