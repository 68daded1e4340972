package email

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
)

func parseString(src string) *intake.Submission {
	p := Parser{Own: []string{"usulan@example.org"}}
	return p.Parse(intake.NewRaw([]byte(src)), time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC))
}

// TestParseText: what of a mail is its text.
func TestParseText(t *testing.T) {
	const alt = "Content-Type: multipart/alternative; boundary=b\n\n"
	const mixed = "Content-Type: multipart/mixed; boundary=b\n\n"
	const plain, html = "--b\nContent-Type: text/plain\n\n", "--b\nContent-Type: text/html\n\n"
	for _, tc := range []struct{ name, src, want string }{
		{"Plain", "\nisi\r\nbaris\r\n", "isi\nbaris"},
		{"NoType8Bit", "\ncaf\xc3\xa9", "café"},
		{"UTF8CalledASCII", "Content-Type: text/plain; charset=us-ascii\n\ncaf\xc3\xa9", "café"},
		{"UTF8CalledLatin1", "Content-Type: text/plain; charset=iso-8859-1\n\ncaf\xc3\xa9", "café"},
		{"Latin1CalledUTF8", "Content-Type: text/plain; charset=utf-8\n\ncaf\xe9", "café"},
		{"Windows1252CalledLatin1", "Content-Type: text/plain; charset=iso-8859-1\n\n\x93ya\x94", "“ya”"},
		{"UnknownCharset", "Content-Type: text/plain; charset=x-kota-9\n\ncaf\xc3\xa9", "café"},
		{"CharsetWithRubbish", "Content-Type: text/plain; charset=\"windows-1252 (lama)\"\n\ncaf\xe9", "café"},
		{"MixedCharsets", "Content-Type: text/plain; charset=utf-8\n\ncaf\xc3\xa9 caf\xe9", "café café"},
		{"UTF16", "Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte("\xff\xfei\x00s\x00i\x00")), "isi"},
		{"UTF16WithoutMark", "Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte("i\x00s\x00i\x00")), "isi"},
		{"UTF7", "Content-Type: text/plain; charset=utf-7\n\ncaf+AOk- +-", "café +"},
		{"GBK", "Content-Type: text/plain; charset=gb2312\n\n\xc4\xe3\xba\xc3", "你好"},
		{"Big5", "Content-Type: text/plain; charset=big5\n\n\xa7A\xa6n", "你好"},
		{"ShiftJIS", "Content-Type: text/plain; charset=Shift_JIS\n\n\x82\xa0", "あ"},
		{"ISO2022JP", "Content-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B$\"\x1b(B", "あ"},
		{"ISO2022JPUndeclared", "\n\x1b$B$\"\x1b(B", "あ"},
		{"ISO2022KR", "Content-Type: text/plain; charset=iso-2022-kr\n\n\x1b$)C\x0e0!\x0f", "가"},
		{"KSC", "Content-Type: text/plain; charset=ks_c_5601-1987\n\n\xb0\xa1", "가"},
		{"KOI8", "Content-Type: text/plain; charset=koi8-r\n\n\xca\xcf\xc4", "йод"},
		{"CP850", "Content-Type: text/plain; charset=cp850\n\ncaf\x82", "café"},
		{"HZ", "Content-Type: text/plain; charset=hz-gb-2312\n\n~{<:~}", "己"},
		{"ByteOrderMark", "Content-Type: text/plain; charset=utf-8\n\n\xef\xbb\xbfisi", "isi"},
		{"Controls", "\na\x00b\x1bc\x7fd\re\x0cf", "abcd\ne\nf"},

		{"QuotedPrintable", "Content-Transfer-Encoding: Quoted-Printable\nContent-Type: text/plain; charset=utf-8\n\ncaf=C3=A9 =\nbesar=", "café besar"},
		{"EncodingWithComment", "Content-Transfer-Encoding: base64 (x)\n\naXNp", "isi"},
		{"EncodingUnknown", "Content-Transfer-Encoding: zip\n\nisi", "isi"},
		{"Base64ThatIsNot", "Content-Transfer-Encoding: base64\n\nIni bukan base64, kata warga.", "Ini bukan base64, kata warga."},
		{"Base64WithFooter", "Content-Transfer-Encoding: base64\n\naXNp\n-- \nmilis warga kota\n", "isi\n-- \nmilis warga kota"},
		{"Base64CutShort", "Content-Transfer-Encoding: base64\n\naXNpIHN1cmF0I*!", "isi surat"},
		{"Flowed", "Content-Type: text/plain; format=flowed\n\nsatu \ndua\n> tiga \n> empat\n  lima \n-- \nSiti\n", "satu dua\n> tiga \n> empat\n lima \n-- \nSiti"},
		{"FlowedDelSp", "Content-Type: text/plain; format=flowed; delsp=yes\n\nsa \ntu", "satu"},
		{"NotFlowed", "\nsatu \ndua", "satu \ndua"},

		{"HTMLOnly", "Content-Type: text/html\n\n<p>isi</p>", "isi"},
		{"HTMLCharsetInHead", "Content-Type: text/html\n\n<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>\xca\xcf\xc4", "йод"},
		{"Enriched", "Content-Type: text/enriched\n\n<bold>isi</bold>", "isi"},
		{"Alternative", alt + plain + "polos\n" + html + "<p>kaya\n--b--", "polos"},
		{"AlternativeOtherOrder", alt + html + "<p>kaya\n" + plain + "polos\n--b--", "polos"},
		{"AlternativeEmptyPlain", alt + plain + " \n\n" + html + "<p>kaya\n--b--", "kaya"},
		{"AlternativeStub", alt + plain + "Lihat versi HTML.\n" + html + "<p>" + strings.Repeat("usulan warga ", 20) + "\n--b--", "Lihat versi HTML.\n\n" + strings.TrimSpace(strings.Repeat("usulan warga ", 20))},
		{"AlternativeStubThatIsThere", alt + plain + "usulan\n" + html + "<p>" + strings.Repeat("usulan warga ", 20) + "\n--b--", strings.TrimSpace(strings.Repeat("usulan warga ", 20))},
		{"AlternativeBothShort", alt + plain + "ya\n" + html + "<style>" + strings.Repeat("p{}", 200) + "</style><p>ya\n--b--", "ya"},
		{"AlternativeNoHTML", alt + plain + "satu\n" + plain + "dua\n--b--", "satu\n\ndua"},
		{"MixedTexts", mixed + plain + "satu\n" + plain + "dua\n--b--", "satu\n\ndua"},
		{"MixedPlainAndItsHTML", mixed + plain + "satu dua\n" + html + "<p>Satu <b>dua</b>\n--b--", "satu dua"},
		{"MixedPlainAndOtherHTML", mixed + plain + "satu\n" + html + "<p>dua\n--b--", "satu\n\ndua"},
		{"AppleAlternative", alt + plain + "satu\n" + "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: text/html\n\nsatu\n--c\nContent-Type: application/pdf; name=a.pdf\n\nx\n--c--\n--b--", "satu"},
		{"TextFileIsNoText", mixed + plain + "isi\n--b\nContent-Type: text/plain; name=a.txt\n\nberkas\n--b--", "isi"},
		{"AttachedTextIsNoText", mixed + plain + "isi\n--b\nContent-Disposition: attachment\n\nberkas\n--b--", "isi"},
		{"Preamble", mixed + "This is a multi-part message.\n" + plain + "isi\n--b--\nepilog", "isi"},
		{"NoPart", mixed + "isi saja", "isi saja"},
		{"NoEnd", mixed + plain + "isi", "isi"},
		{"ForwardedAsAttachment", mixed + plain + "\n--b\nContent-Type: message/rfc822\n\nFrom: Siti <siti@example.org>\nSubject: jalan\n\nisi surat\n--b--",
			"---------- Forwarded message ---------\nFrom: Siti <siti@example.org>\nSubject: jalan\n\nisi surat"},
		{"ForwardedTwice", "Content-Type: message/rfc822\n\nContent-Type: message/rfc822\n\nFrom: a@b\n\nisi", "---------- Forwarded message ---------\n\n---------- Forwarded message ---------\nFrom: a@b\n\nisi"},
		{"ForwardedInBase64", "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte("From: a@b\n\nisi")), "---------- Forwarded message ---------\nFrom: a@b\n\nisi"},
		{"ForwardedInRubbish", "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n!!!", ""},
		{"OnlyNamedText", mixed + "--b\nContent-Type: text/plain; name=pesan.txt\n\nisi\n--b\nContent-Type: image/png; name=a.png\n\nx\n--b--", "isi"},
		{"OnlyAttachedText", mixed + "--b\nContent-Type: text/plain; name=pesan.txt\nContent-Disposition: attachment\n\nisi\n--b--", ""},
		{"AttachedMailBesideText", mixed + plain + "lihat\n--b\nContent-Type: message/rfc822\n\nSubject: x\n\nisi surat\n--b--", "lihat"},
		{"Invitation", "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Rapat\\, wa\r\n rga\r\nLOCATION;X=1:Balai\r\nEND:VEVENT\r\n", "Rapat, warga\nBalai"},
		{"UUFile", "\nlihat\nbegin 644 a.txt\n#:7-I\n`\nend\nterima kasih", "lihat\nterima kasih"},
		{"UUFileCut", "\nlihat\nbegin 644 a.txt\n#:7-I\n", "lihat"},
		{"NotUU", "\nbegin 644 dengan\nkalimat biasa", "begin 644 dengan\nkalimat biasa"},
		{"Empty", "\n", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := parseString("From: siti@example.org\n" + tc.src)
			checkSubmission(t, s)
			if s.Fault != "" || s.Text != tc.want {
				t.Errorf("fault %q\n%s", s.Fault, cmp.Diff(tc.want, s.Text))
			}
		})
	}
}

// TestParseAttachments: what came with a mail, under which name and as what.
func TestParseAttachments(t *testing.T) {
	part := func(head, body string) string { return "--b\n" + head + "\n\n" + body + "\n" }
	for _, tc := range []struct {
		name, parts string
		want        []string // name, type, role, content id, content
	}{
		{"File", part("Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64", "JVBE\nRg=="), []string{"a.pdf|application/pdf|file||%PDF"}},
		{"DispositionNameWins", part("Content-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment; filename=b.pdf", "x"), []string{"b.pdf|application/pdf|file||x"}},
		{"NameThatLostItsCharacters", part("Content-Type: application/pdf; name=\"=?utf-8?Q?=D0=B9=D0=B9.pdf?=\"\nContent-Disposition: attachment; filename=\"??.pdf\"", "x"), []string{"йй.pdf|application/pdf|file||x"}},
		{"NoName", part("Content-Type: application/pdf", "x") + part("Content-Type: image/png", "y") + part("Content-Type: x/y", "z"),
			[]string{"lampiran-1.pdf|application/pdf|file||x", "lampiran-2.png|image/png|file||y", "lampiran-3|x/y|file||z"}},
		{"InlinePicture", part("Content-Type: image/png; name=a.png\nContent-ID: <1@x>\nContent-Disposition: inline", "x"), []string{"a.png|image/png|inline|1@x|x"}},
		{"PictureFileWithID", part("Content-Type: image/png; name=a.png\nContent-ID: <1@x>\nContent-Disposition: attachment", "x"), []string{"a.png|image/png|file|1@x|x"}},
		{"HTML", part("Content-Type: text/html; charset=iso-8859-1", "caf\xe9"), []string{"surat.html|text/html; charset=iso-8859-1|html||caf\xe9"}},
		{"HTMLDeclaredWrongly", part("Content-Type: text/html; charset=iso-8859-1", "caf\xc3\xa9"), []string{"surat.html|text/html; charset=utf-8|html||caf\xc3\xa9"}},
		{"HTMLCharsetUnknown", part("Content-Type: text/html; charset=x-9", "caf\xe9"), []string{"surat.html|text/html; charset=windows-1252|html||caf\xe9"}},
		{"HTMLFile", part("Content-Type: text/html; name=a.html\nContent-Disposition: attachment", "x"), []string{"a.html|text/html|file||x"}},
		{"Message", part("Content-Type: message/rfc822", "Subject: Surat / jalan\n\nisi\n\n"), []string{"Surat - jalan.eml|message/rfc822|file||Subject: Surat / jalan\n\nisi"}},
		{"MessageWithoutSubject", part("Content-Type: message/rfc822", "A: b\n\nisi"), []string{"lampiran.eml|message/rfc822|file||A: b\n\nisi"}},
		{"Nothing", part("Content-Type: application/octet-stream", ""), nil},
		{"EmptyButNamed", part("Content-Type: application/octet-stream; name=a", ""), []string{"a|application/octet-stream|file||"}},
		{"DamagedBase64", part("Content-Type: a/b; name=a\nContent-Transfer-Encoding: base64", "dXN1*bGFu\n!"), []string{"a|a/b|file||usulan"}},
		{"Calendar", part("Content-Type: text/calendar; method=REQUEST", "BEGIN:VCALENDAR"), []string{"lampiran-1.ics|text/calendar|file||BEGIN:VCALENDAR"}},
		{"UUFile", part("Content-Type: text/plain", "lihat\nbegin 644 ../a.pdf\n#:7-I\n`\nend"), []string{"a.pdf|application/pdf|file||isi"}},
		{"UUFileInBase64", part("Content-Type: text/plain\nContent-Transfer-Encoding: base64", base64.StdEncoding.EncodeToString([]byte("begin 644 a\n#:7-I\n`\nend\n"))), []string{"a|application/octet-stream|file||isi"}},
		{"OtherForms", "--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\nx\n--c\nContent-Type: text/x-amp-html\n\ny\n--c--\n", nil},
		{"Signature", part("Content-Type: application/pkcs7-signature; name=smime.p7s", "x"), []string{"smime.p7s|application/pkcs7-signature|file||x"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := parseString("From: siti@example.org\nContent-Type: multipart/mixed; boundary=b\n\n" + tc.parts + "--b--\n")
			checkSubmission(t, s)
			var got []string
			for _, a := range s.Attachments {
				data := a.Data
				if data == nil {
					data = decode(a.Encoding, s.Raw.Bytes[a.Offset:a.Offset+a.Length])
				}
				got = append(got, strings.Join([]string{a.Name, a.Type, string(a.Role), a.ContentID, string(data)}, "|"))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSafeName(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"surat.pdf", "surat.pdf"},
		{"Surat café (1).pdf", "Surat café (1).pdf"},
		{"RAB 12/2019.pdf", "RAB 12-2019.pdf"},
		{"../../etc/passwd", "passwd"},
		{`..\..\boot.ini`, "boot.ini"},
		{"/etc/passwd", "passwd"},
		{`C:\surat\a.pdf`, "a.pdf"},
		{"~/a.pdf", "a.pdf"},
		{"a/../b.pdf", "b.pdf"},
		{"..", ""}, {".", ""}, {"/", ""}, {" . ", ""}, {"", ""}, {"\x00", ""}, {"\u202e", ""},
		{".pdf", "lampiran.pdf"},
		{".bashrc.txt", "bashrc.txt"},
		{"surat.pdf. . ", "surat.pdf"},
		{"a\x00b\r\nc\td.pdf", "abcd.pdf"},
		{"surat\u202efdp.exe", "suratfdp.exe"},
		{"a\u200b\ufeff\u2066b.pdf", "ab.pdf"},
		{"a\u2028b\u00a0c.pdf", "a b c.pdf"},
		{"CON", "_CON"}, {"nul.txt", "_nul.txt"}, {"com1.pdf", "_com1.pdf"}, {"comb.pdf", "comb.pdf"},
		{"e\u0301.pdf", "é.pdf"},
		{"\xff.pdf", "\ufffd.pdf"},
		{strings.Repeat("a", 300) + ".pdf", strings.Repeat("a", intake.MaxFileName-4) + ".pdf"},
		{strings.Repeat("é", 300) + ".pdf", strings.Repeat("é", (intake.MaxFileName-4)/2) + ".pdf"},
		{"a." + strings.Repeat("b", 300), "a." + strings.Repeat("b", intake.MaxFileName-2)},
	} {
		if got := safeName(tc.in); got != tc.want {
			t.Errorf("%.60q becomes %q, want %q", tc.in, got, tc.want)
		}
	}
}

// TestContentHash: equal for one mail over two routes, different for two mails.
func TestContentHash(t *testing.T) {
	const mail = "Received: a\nMessage-ID: <1@x>\nFrom: Siti <siti@example.org>\nDate: Mon, 5 Jan 2026 09:10:11 +0700\nSubject: jalan\n" +
		"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSalam\nFrom pagi\n--b\nContent-Type: text/html\n\n<p>Salam</p>\n\n--b\nContent-Type: a/b\nContent-Transfer-Encoding: base64\n\nYWJj\n--b--\n"
	sum := func(s string) [sha256.Size]byte { return parseString(s).ContentHash }
	want := sum(mail)
	for name, same := range map[string]string{
		"other route":     "X-Spam: no\nReceived: b\n" + mail,
		"line ends":       strings.ReplaceAll(mail, "\n", "\r\n"),
		"mbox":            "From siti Mon Jan 5\n" + strings.Replace(mail, "\nFrom pagi", "\n>From pagi", 1) + "\n\n",
		"other id":        strings.Replace(mail, "<1@x>", "<2@x>", 1),
		"header folded":   strings.Replace(mail, "Jan 2026", "Jan\n 2026", 1),
		"subject encoded": strings.Replace(mail, "jalan", "=?utf-8?Q?jalan?=", 1),
		"text encoded":    strings.Replace(mail, "--b\n\nSalam\nFrom", "--b\nContent-Transfer-Encoding: quoted-printable\n\nSalam\n=46rom", 1),
		"base64 wrapped":  strings.Replace(mail, "YWJj", "YW\nJj", 1),
	} {
		if sum(same) != want {
			t.Errorf("%s: the same mail is taken for another", name)
		}
	}
	for name, other := range map[string]string{
		"text":     strings.Replace(mail, "Salam\nF", "Salam!\nF", 1),
		"html":     strings.Replace(mail, "<p>Salam", "<p>Salam!", 1),
		"file":     strings.Replace(mail, "YWJj", "YWJk", 1),
		"subject":  strings.Replace(mail, "jalan", "air", 1),
		"sender":   strings.Replace(mail, "siti@", "budi@", 1),
		"date":     strings.Replace(mail, "09:10:11", "09:10:12", 1),
		"one less": strings.Replace(mail, "--b\nContent-Type: a/b", "--b--\nContent-Type: a/b", 1),
	} {
		if sum(other) == want {
			t.Errorf("%s: another mail is taken for the same", name)
		}
	}
	undated := strings.Replace(mail, "Date:", "X-Date:", 1)
	if sum(undated) == sum(strings.Replace(undated, "<1@x>", "<2@x>", 1)) {
		t.Error("two mails without a date are taken for one although their ids differ")
	}
}

func TestParseHeaders(t *testing.T) {
	s := parseString("From: =?utf-8?Q?Siti_Rahayu?= <Siti@Example.org>\nTo: usulan+usl-2020-0001@example.org\nSubject: =?utf-8?B?SmFsYW4=?=\n rusak\n" +
		"Message-ID: <1@x>\nIn-Reply-To: <2@x>\nReferences: <3@x> <2@x>\nDate: Mon, 5 Jan 2026 09:10:11 +0700\n\nisi")
	want := intake.Address{Kind: intake.Email, Value: "siti@example.org", Shown: "Siti@Example.org", Name: "Siti Rahayu"}
	if diff := cmp.Diff(want, s.From); diff != "" {
		t.Error(diff)
	}
	if s.Subject != "Jalan rusak" || s.ExternalID != "1@x" || s.Kind != intake.Message {
		t.Errorf("subject %q, id %q, kind %q", s.Subject, s.ExternalID, s.Kind)
	}
	if !cmp.Equal(s.InReplyTo, []string{"2@x", "3@x"}) || !cmp.Equal(s.Mentions, []string{"USL-2020-0001"}) {
		t.Errorf("answers %q, mentions %q", s.InReplyTo, s.Mentions)
	}
	if want := time.Date(2026, 1, 5, 2, 10, 11, 0, time.UTC); !s.SentAt.Equal(want) {
		t.Errorf("sent at %v, want %v", s.SentAt, want)
	}
	if own := parseString("From: Usulan <USULAN@example.org>\n\nisi"); own.Kind != intake.Own {
		t.Errorf("our own mail is a %q", own.Kind)
	}
	if s := parseString("bukan surat"); s.Fault != FaultNotMail || s.From.Kind != intake.Anonymous {
		t.Errorf("what is no mail has fault %q, from %+v", s.Fault, s.From)
	}
	if s := parseString("Subject: x\n\nisi"); s.From.Kind != intake.Anonymous || s.Fault != "" {
		t.Errorf("a mail without a sender is from %+v, fault %q", s.From, s.Fault)
	}
	// The charset of the text tells what unencoded bytes of the header mean.
	if s := parseString("Subject: \xca\xcf\xc4\nContent-Type: text/plain; charset=koi8-r\n\n\xca"); s.Subject != "йод" {
		t.Errorf("subject %q", s.Subject)
	}
}

func TestParseHeaderOnly(t *testing.T) {
	raw := intake.NewRaw([]byte("From: siti@example.org\nSubject: jalan\nMessage-ID: <1@x>\nContent-Type: multipart/mixed; boundary=b\n"))
	s := new(Parser).ParseHeader(raw, time.Time{})
	checkSubmission(t, s)
	if s.From.Value != "siti@example.org" || s.Subject != "jalan" || s.ExternalID != "1@x" || s.Raw != raw || s.Text != "" {
		t.Errorf("got %+v", s)
	}
	if s.ContentHash == new(Parser).ParseHeader(intake.NewRaw([]byte("From: siti@example.org\n")), time.Time{}).ContentHash {
		t.Error("two mails have one content hash")
	}
}
