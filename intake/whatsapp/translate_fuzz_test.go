package whatsapp

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"usulan/intake"
)

// FuzzTranslate gives the translation whatever can be read as a message. What
// it makes of it must be safe to store and to show, and the same again from its
// raw bytes.
func FuzzTranslate(f *testing.F) {
	for _, c := range kinds {
		b, err := proto.Marshal(c.m)
		if err != nil {
			f.Fatal(err)
		}
		if len(b) < 10_000 {
			f.Add(b, "3EB0A1", "Bu Marni", "91010000021826")
		}
	}
	f.Add([]byte(nil), "\x00", "\xff", "")
	tr := testTranslator()
	parse := Parser(Account{Name: "forum"}.WithDefaults(), tr.zone)
	f.Fuzz(func(t *testing.T, b []byte, id, name, user string) {
		m := &waE2E.Message{}
		if proto.Unmarshal(b, m) != nil {
			t.Skip()
		}
		item := tr.message(said(m, func(i *types.MessageInfo) { i.ID, i.PushName, i.Sender.User = id, name, user }), heard)
		if !harmlessText(item.Key) {
			t.Errorf("key %q", item.Key)
		}
		s := item.Submission
		if s == nil {
			if item.Outcome != intake.Service {
				t.Errorf("no submission, outcome %q", item.Outcome)
			}
			return
		}
		checkSubmission(t, s)
		again := parse(s.Raw, heard)
		s.Raw, again.Raw = nil, nil
		if d := cmp.Diff(s, again); d != "" && utf8.ValidString(user) {
			t.Errorf("read again from its raw bytes (-first +again):\n%s", d)
		}
	})
}

// checkSubmission looks for what a database, a screen or a spreadsheet chokes on.
func checkSubmission(t *testing.T, s *intake.Submission) {
	t.Helper()
	for _, text := range append([]string{s.Text, s.ExternalID, s.Revises, s.From.Name, s.From.Value, s.Chat.Quote, s.Chat.Unknown}, s.InReplyTo...) {
		if !harmlessText(text) {
			t.Errorf("text %q", text)
		}
	}
	for _, a := range s.Attachments {
		if a.Name == "" || a.Name != intake.SafeName(a.Name) || a.Size < 0 || a.Duration < 0 || !a.Absent || !strings.Contains(a.Type, "/") || a.Type != strings.ToLower(a.Type) {
			t.Errorf("attachment %+v", a)
		}
	}
	if _, err := json.Marshal(s.Chat); err != nil {
		t.Errorf("the chat cannot be stored: %v", err)
	}
	if len(s.Chat.Quote) > quoted || s.Chat.Quiet <= 0 || s.ReceivedAt.IsZero() {
		t.Errorf("quote of %d bytes, quiet %s, at %s", len(s.Chat.Quote), s.Chat.Quiet, s.ReceivedAt)
	}
	if s.Fault != "" && s.Chat.Unknown == "" {
		t.Errorf("fault %q without the name of what is unknown", s.Fault)
	}
}

func harmlessText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' })
}
