package email

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
)

// outline writes the parts of a mail: types, nesting and bodies.
func outline(src string, p *part) string {
	if len(p.children) == 0 {
		return fmt.Sprintf("%s %q", p.mediaType, src[p.body:p.end])
	}
	var inner []string
	for _, c := range p.children {
		inner = append(inner, outline(src, c))
	}
	return p.mediaType + " (" + strings.Join(inner, ", ") + ")"
}

func TestScanStructure(t *testing.T) {
	for _, tc := range []struct{ name, src, want string }{
		{"Plain", "A: b\n\nisi\n", `text/plain "isi\n"`},
		{"Two", "Content-Type: multipart/mixed; boundary=b\n\npre\n--b\n\nsatu\n--b\r\nContent-Type: text/html\r\n\r\ndua\r\n--b--\nepi", `multipart/mixed (text/plain "satu", text/html "dua")`},
		{"NoEnd", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nsatu\n", `multipart/mixed (text/plain "satu\n")`},
		{"BlanksBehindDelimiter", "Content-Type: multipart/mixed; boundary=\"b \"\n\n--b \t\r\n\r\nsatu\r\n--b-- \r\n", `multipart/mixed (text/plain "satu")`},
		{"InnerNotClosed", "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\nsatu\n--b\n\ndua\n--b--", `multipart/mixed (multipart/alternative (text/plain "satu"), text/plain "dua")`},
		{"OneBoundaryBeginsTheOther", "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=bb\n\n--bb\n\nsatu\n--bb--\n--b\n\ndua\n--b--", `multipart/mixed (multipart/alternative (text/plain "satu"), text/plain "dua")`},
		{"SameBoundaryTwice", "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nsatu\n--b--\n--b\n\ndua\n--b--", `multipart/mixed (multipart/mixed (text/plain "satu"), text/plain "dua")`},
		{"PartBehindTheEnd", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nsatu\n--b--\n--b\n\ndua\n--b--", `multipart/mixed (text/plain "satu", text/plain "dua")`},
		{"PartWithoutHeaderAndEmptyLine", "Content-Type: multipart/mixed; boundary=b\n\n--b\nsatu dua\ntiga\n--b--", `multipart/mixed (text/plain "satu dua\ntiga")`},
		{"HeaderOnlyPart", "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n--b\n\ndua\n--b--", `multipart/mixed (text/html "", text/plain "dua")`},
		{"EmptyPart", "Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\n--b--", `multipart/mixed (text/plain "", text/plain "")`},
		{"BoundaryMissing", "Content-Type: multipart/mixed\n\n--x y\n\n--xyz\nContent-Type: text/html\n\nisi\n--xyz--", `multipart/mixed (text/html "isi")`},
		{"BoundaryWrong", "Content-Type: multipart/mixed; boundary=b\n\n--xyz\nContent-Type: text/html\n\nisi\n--xyz--", `multipart/mixed (text/html "isi")`},
		{"NoPartAnywhere", "Content-Type: multipart/mixed; boundary=b\n\nisi saja\n", `multipart/mixed "isi saja\n"`},
		{"TypeLost", "A: b\n\n--xyz\nContent-Type: text/html\n\nisi\n--xyz--\n", `multipart/mixed (text/html "isi")`},
		{"NotADelimiter", "A: b\n\n--xyz\nSalam\n", `text/plain "--xyz\nSalam\n"`},
		{"Message", "Content-Type: message/rfc822\n\nSubject: x\n\nisi\n\n", `message/rfc822 (text/plain "isi\n\n")`},
		{"Digest", "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\nisi\n--b--", `multipart/digest (message/rfc822 (text/plain "isi"))`},
		{"TypeWithParametersOnly", "Content-Type: ; charset=utf-8\n\nisi", `text/plain "isi"`},
		{"TypeOneWord", "Content-Type: text\n\nisi", `text/plain "isi"`},
		{"TypeDamaged", "Content-Type: text/html/x; =\n\nisi", `text/html "isi"`},
		{"TypeUnknown", "Content-Type: zork\n\nisi", `application/octet-stream "isi"`},
		{"Empty", "", `text/plain ""`},
		{"EmptyLinesFirst", "\r\n\nA: b\n\nisi", `text/plain "isi"`},
		{"HeaderOnly", "A: b", `text/plain ""`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			root, fault := scanStructure([]byte(tc.src))
			if fault != "" {
				t.Fatalf("fault %q", fault)
			}
			if got := outline(tc.src, root); got != tc.want {
				t.Errorf("%s", cmp.Diff(tc.want, got))
			}
		})
	}
}

// TestHostileStructure: mails made to hurt are quarantined with what their
// headers say, or read, at a cost in memory that their size bounds.
func TestHostileStructure(t *testing.T) {
	const head = "From: Siti <siti@example.org>\nSubject: jahat\n"
	nested := func(n int, closed bool) string {
		var b, end strings.Builder
		b.WriteString(head)
		for i := range n {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
		}
		if closed {
			for i := n - 1; i >= 0; i-- {
				fmt.Fprintf(&end, "\n--b%d--\n", i)
			}
		}
		return b.String() + "\nisi" + end.String()
	}
	for _, tc := range []struct {
		name, src, fault string
	}{
		{"HonestDepth", nested(12, true), ""},
		{"HonestDepthUnclosed", nested(40, false), ""},
		{"Depth1000Unclosed", nested(1000, false), FaultStructure},
		{"Depth100000", nested(100_000, true), FaultStructure},
		{"HonestParts", head + "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nisi\n", 3043), ""},
		{"Parts100000", head + "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nisi\n", 100_000), FaultStructure},
		{"Header100MB", head + strings.Repeat("X: "+strings.Repeat("y", 997)+"\n", 100<<10) + "\nisi", FaultHeader},
		{"HeaderOneLongField", head + "X: " + strings.Repeat("y", 100<<20) + "\n\nisi", FaultHeader},
		{"HeaderManyFields", head + strings.Repeat("a:\n", 1<<20) + "\nisi", FaultHeader},
		{"PartsWithManyFields", head + "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n"+strings.Repeat("a:\n", 100)+"\n", 5000), FaultStructure},
		{"MessagesInMessages", head + strings.Repeat("Content-Type: message/rfc822\n\n", 100_000), FaultStructure},
		{"BoundariesUnused", head + "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--x\n", 1<<20), ""},
		{"OneLongLine", head + "\n" + strings.Repeat("isi ", 1<<20), ""},
		{"LinesWithoutField", head + strings.Repeat("zzz\n", 1<<20) + "\nisi", ""},
		{"EncodedWords", head + "Subject: " + strings.Repeat("=?a?q?", 1<<17) + "\n\nisi", ""},
		{"EncodedWordsWithBlanks", "Subject: " + strings.Repeat("=?a?q?x y=?", 1<<17) + "\n\nisi", ""},
		{"Brackets", "From: " + strings.Repeat("<", 1<<20) + "\nSubject: jahat\n\nisi", ""},
		{"Comments", "From: " + strings.Repeat("(", 1<<20) + "\nSubject: jahat\n\nisi", ""},
		{"Quotes", "From: " + strings.Repeat(`"\`, 1<<19) + "\nSubject: jahat\n\nisi", ""},
		{"References", "References: " + strings.Repeat("<a@b> ", 1<<17) + "\nSubject: jahat\n\nisi", ""},
		{"Parameters", "Subject: jahat\nContent-Type: text/plain" + strings.Repeat(";a*1*=b", 1<<17) + "\n\nisi", ""},
		{"ParametersOfManyNames", "Subject: jahat\nContent-Type: text/plain" + manyParameters(1<<17) + "\n\nisi", ""},
		{"UUFiles", head + "\n" + strings.Repeat("begin 644 a\n#```\n`\nend\n", 1<<16), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			raw := intake.NewRaw([]byte(tc.src))
			var s *intake.Submission
			used := allocated(func() { s = new(Parser).Parse(raw, time.Time{}) })
			if s.Fault != tc.fault {
				t.Errorf("fault %q, want %q", s.Fault, tc.fault)
			}
			if limit := uint64(24*min(len(tc.src), 4<<20) + 8<<20); used > limit {
				t.Errorf("%d bytes of mail took %d bytes of memory, limit %d", len(tc.src), used, limit)
			}
			if tc.fault != "" && (s.Subject != "jahat" || s.From.Value != "siti@example.org" || s.Raw != raw) {
				t.Errorf("quarantined without its header or bytes: %q from %q", s.Subject, s.From.Value)
			}
		})
	}
}

// TestLargeMail: an attachment of 49 MiB is measured and hashed without being
// held.
func TestLargeMail(t *testing.T) {
	raw := intake.NewRaw(attachmentMail(49 << 20))
	var s *intake.Submission
	used := allocated(func() { s = new(Parser).Parse(raw, time.Time{}) })
	if len(s.Attachments) != 1 || s.Attachments[0].Size < 30<<20 {
		t.Fatalf("attachments %+v", s.Attachments)
	}
	if used > 1<<20 {
		t.Errorf("parsing %d bytes took %d bytes of memory", raw.Size, used)
	}
}

// TestLargeText: what is too long to be a letter is an attachment whose
// beginning is the text.
func TestLargeText(t *testing.T) {
	for _, kind := range []string{"plain", "html"} {
		src := benchHead + "Content-Type: text/" + kind + "; charset=utf-8\r\n\r\n" + strings.Repeat("Usulan warga RT 03. ", (maxHTMLSource+1000)/20)
		raw := intake.NewRaw([]byte(src))
		s := new(Parser).Parse(raw, time.Time{})
		if len(s.Attachments) != 1 || s.Attachments[0].Role != intake.File || s.Attachments[0].Size < maxHTMLSource {
			t.Errorf("%s: attachments %+v", kind, s.Attachments)
		}
		if !strings.HasPrefix(s.Text, "Usulan warga") || len(s.Text) > maxTextStart {
			t.Errorf("%s: text of %d bytes", kind, len(s.Text))
		}
	}
}

func manyParameters(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ";a%d*=b;c%d=d", i, i)
	}
	return b.String()
}

// A mail that carries a mail that carries a mail, each encoded, costs no more
// than a few looks at it: the encoding is undone so many times and no more.
func TestEncodedMailsInMails(t *testing.T) {
	const wrap = "Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n"
	wrapped := func(times int) string {
		return "From: siti@example.org\n" + strings.Repeat(wrap, times) + "Subject: usul\n\njalan rusak"
	}
	if s := parseString(wrapped(maxWraps)); !strings.HasSuffix(s.Text, "jalan rusak") {
		t.Errorf("the text of the innermost mail is %q", s.Text)
	}
	if s := parseString(wrapped(100_000)); s.Text != "" || len(s.Attachments) != 1 {
		t.Errorf("text %q and %d attachments; want the mail as it came, attached", s.Text, len(s.Attachments))
	}
}
