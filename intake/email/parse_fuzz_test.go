package email

import (
	"bytes"
	"crypto/sha256"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
)

// checkSubmission asserts what holds for every submission, whatever the mail.
func checkSubmission(t *testing.T, s *intake.Submission) {
	t.Helper()
	for name, v := range map[string]string{
		"subject": s.Subject, "external id": s.ExternalID, "from name": s.From.Name, "from": s.From.Value, "from as shown": s.From.Shown,
		"forwarded name": s.Forwarded.Name, "forwarded": s.Forwarded.Value,
		"in reply to": strings.Join(s.InReplyTo, " "), "mentions": strings.Join(s.Mentions, " "),
	} {
		checkLine(t, name, v)
	}
	if !utf8.ValidString(s.Text) {
		t.Errorf("text is not UTF-8: %q", s.Text)
	}
	if i := strings.IndexFunc(s.Text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }); i >= 0 {
		t.Errorf("text has control character %q at %d", s.Text[i], i)
	}
	pos := 0
	for _, r := range s.Ranges {
		if r.Start < pos || r.End <= r.Start || r.End > len(s.Text) {
			t.Fatalf("range %+v behind %d in a text of %d bytes", r, pos, len(s.Text))
		}
		if !utf8.RuneStart(s.Text[r.Start]) || r.End < len(s.Text) && !utf8.RuneStart(s.Text[r.End]) {
			t.Errorf("range %+v cuts a character in two", r)
		}
		pos = r.End
	}
	if s.From.Kind == intake.Email && s.From.Value == "" {
		t.Error("an email address is empty")
	}
	for i := range s.Attachments {
		checkAttachment(t, s.Raw.Bytes, &s.Attachments[i])
	}
}

// checkLine asserts that v is one line of clean text.
func checkLine(t *testing.T, name, v string) {
	t.Helper()
	if !utf8.ValidString(v) {
		t.Errorf("%s is not UTF-8: %q", name, v)
	}
	if i := strings.IndexFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }); i >= 0 {
		t.Errorf("%s has control character %q: %q", name, v[i], v)
	}
}

// checkAttachment asserts that an attachment is where it says, of the size and
// hash it says, under a harmless name.
func checkAttachment(t *testing.T, raw []byte, a *intake.Attachment) {
	t.Helper()
	checkLine(t, "file name", a.Name)
	checkLine(t, "media type", a.Type)
	checkLine(t, "content id", a.ContentID)
	if a.Name == "" || len(a.Name) > 255 || strings.ContainsAny(a.Name, `/\`) || a.Name == "." || a.Name == ".." {
		t.Errorf("file name %q", a.Name)
	}
	var r io.Reader = bytes.NewReader(a.Data)
	if a.Data == nil {
		if a.Offset < 0 || a.Length < 0 || a.Offset+a.Length > int64(len(raw)) {
			t.Fatalf("attachment at %d+%d in a source of %d bytes", a.Offset, a.Length, len(raw))
		}
		r = intake.Decode(a.Encoding, bytes.NewReader(raw[a.Offset:a.Offset+a.Length]))
	}
	h := sha256.New()
	n, err := io.Copy(h, r)
	if err != nil || n != a.Size || [sha256.Size]byte(h.Sum(nil)) != a.Hash {
		t.Errorf("attachment %q decodes to %d bytes, it says %d, and the hash is right: %v", a.Name, n, a.Size, [sha256.Size]byte(h.Sum(nil)) == a.Hash)
	}
}

// FuzzParse: whatever a stranger sends becomes a submission that keeps its
// promises, the same one each time, and no larger than its source allows.
func FuzzParse(f *testing.F) {
	for _, m := range strangeMails {
		f.Add([]byte(m))
	}
	f.Add(plainMail(100))
	f.Add(alternativeMail(100))
	f.Add(attachmentMail(200))
	f.Add([]byte(tnefMail()))
	f.Add([]byte(smimeMail(signed(signedInside, true))))
	f.Fuzz(func(t *testing.T, b []byte) {
		p := Parser{Own: []string{"usulan@example.org"}}
		raw := intake.NewRaw(b)
		at := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
		s := p.Parse(raw, at)
		checkSubmission(t, s)
		if again := p.Parse(raw, at); !cmp.Equal(s, again) {
			t.Errorf("parsed twice, two results:\n%s", cmp.Diff(s, again))
		}
		// The source may be gone afterwards: nothing but Raw may refer to it.
		gone := bytes.Clone(b)
		s = p.Parse(&intake.Raw{Hash: raw.Hash, Size: raw.Size, Bytes: gone}, at)
		clear(gone)
		s.Raw = raw
		if again := p.Parse(raw, at); !cmp.Equal(s, again) {
			t.Errorf("the submission changed with its source:\n%s", cmp.Diff(s, again))
		}
		if len(s.Text) > 100*len(b)+1000 {
			t.Errorf("%d bytes became a text of %d", len(b), len(s.Text))
		}
		checkSubmission(t, p.ParseHeader(raw, at))
	})
}

// FuzzHTMLText: any HTML becomes clean text with marks that lie in it.
func FuzzHTMLText(f *testing.F) {
	for _, tc := range htmlTexts {
		f.Add([]byte(tc.html))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		text, marks := htmlText(toUTF8(b, ""))
		checkSubmission(t, &intake.Submission{Text: text, Ranges: marks, Raw: intake.NewRaw(b)})
		if len(text) > 20*len(b)+100 {
			t.Errorf("%d bytes became a text of %d", len(b), len(text))
		}
	})
}
