package email

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func headerOf(src string) (*header, int) {
	fields, n, _ := scanHeader([]byte(src), maxFields, func(line []byte) bool { return string(line) == "--b" })
	return &header{fields: fields}, n
}

func TestScanHeader(t *testing.T) {
	for _, tc := range []struct{ name, src, want, body string }{
		{"Fields", "A: b\r\nC:d\r\n\r\nisi", "a=b|c=d", "isi"},
		{"Folded", "A: b\n c\n\td\n\nisi", "a=b c d", "isi"},
		{"BlankBeforeColon", "Subject : x\n\nisi", "subject=x", "isi"},
		{"NoEmptyLine", "A: b\nisi tanpa titik dua\n", "a=b", "isi tanpa titik dua\n"},
		{"FoldLost", "Received: x\nby y\nfrom z\nSubject: s\n\nisi", "received=xby yfrom z|subject=s", "isi"},
		{"FoldLostAtTheEnd", "A: b\nSubject: s\nterus\n\nisi", "a=b|subject=s", "terus\n\nisi"},
		{"MboxLine", "From siti Mon Jan 5\nA: b\n\nisi", "a=b", "isi"},
		{"EscapedMboxLine", "A: b\n>From siti Mon\nC: d\n\nisi", "a=b|c=d", "isi"},
		{"FoldFirst", "  x\nA: b\n\nisi", "a=b", "isi"},
		{"NoName", ": b\n\nisi", "", ": b\n\nisi"},
		{"DelimiterEndsIt", "A: b\n--b\n\nisi", "a=b", "--b\n\nisi"},
		{"NoBody", "A: b", "a=b", ""},
		{"OnlyEmptyLine", "\nisi", "", "isi"},
		{"BareCarriageReturns", "A: b\r\r\nC: d\r\r\n\r\r\nisi", "a=b|c=d", "isi"},
		{"EmptyValue", "A:\nB: \n\nisi", "a=|b=", "isi"},
		{"NameWith8Bit", "\xc3\xa9: b\n\nisi", "", "\xc3\xa9: b\n\nisi"},
		{"NameTooLong", strings.Repeat("a", 201) + ": b\n\n", "", strings.Repeat("a", 201) + ": b\n\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h, n := headerOf(tc.src)
			var got []string
			for _, f := range h.fields {
				got = append(got, f.name+"="+decodeValue(f.raw, ""))
			}
			if s := strings.Join(got, "|"); s != tc.want {
				t.Errorf("fields %q, want %q", s, tc.want)
			}
			if body := tc.src[n:]; body != tc.body {
				t.Errorf("body %q, want %q", body, tc.body)
			}
		})
	}
}

func TestDecodeValue(t *testing.T) {
	for _, tc := range []struct{ name, raw, charset, want string }{
		{"Plain", "jalan rusak", "", "jalan rusak"},
		{"Q", "=?iso-8859-1?Q?caf=E9_besar?=", "", "café besar"},
		{"B", "=?UTF-8?B?Y2Fmw6k=?=", "", "café"},
		{"InText", "Usulan =?utf-8?q?caf=C3=A9?= baru", "", "Usulan café baru"},
		{"BlankBetweenWordsGoes", "=?utf-8?q?a?= =?utf-8?q?b?=\r\n =?utf-8?b?Yw==?=", "", "abc"},
		{"BlankBesideTextStays", "a =?utf-8?q?b?= c", "", "a b c"},
		{"CharacterCutInTwo", "=?utf-8?B?4oA=?= =?utf-8?B?kyBh?=", "", "– a"},
		{"GroupCutInTwo", "=?utf-8?B?Y2Fm?==?utf-8?B?w6kg?= =?utf-8?B?YQ?=", "", "café a"},
		{"CharacterCutInQ", "=?utf-8?Q?=E2=80?= =?utf-8?Q?=93?=", "", "–"},
		{"TwoCharsets", "=?iso-8859-1?Q?=E9?= =?koi8-r?Q?=C1?=", "", "éа"},
		{"Language", "=?utf-8*id?Q?caf=C3=A9?=", "", "café"},
		{"BlankInsideWord", "=?utf-8?Q?caf=C3=A9 besar?=", "", "café besar"},
		{"QuestionMarkInside", "=?utf-8?Q?apa?=20ini?=", "", "apa? ini"},
		{"NeverClosed", "=?utf-8?Q?caf=C3=A9", "", "café"},
		{"NeverClosedThenAnother", "=?utf-8?Q?caf=C3=A9 =?utf-8?Q?dua?=", "", "cafédua"},
		{"NotAWord", "a =? b ?= c =?x?y?z?=", "", "a =? b ?= c =?x?y?z?="},
		{"UnknownCharset", "=?x-kota-9?Q?caf=C3=A9?=", "", "café"},
		{"WrongCharset", "=?us-ascii?Q?caf=C3=A9?=", "", "café"},
		{"DamagedBase64", "=?utf-8?B?Y2*Fm w6k?=", "", "café"},
		{"DamagedEscape", "=?utf-8?Q?a=ZZ=4?=", "", "a=ZZ=4"},
		{"Raw8Bit", "caf\xc3\xa9", "", "café"},
		{"Raw8BitOfTheText", "\xca\xcf\xc4", "koi8-r", "йод"},
		{"Raw8BitUnknown", "caf\xe9", "", "café"},
		{"Controls", "a\x00b\tc=?utf-8?Q?=0D=0Ad?=", "", "a b c  d"},
		{"ISO2022JP", "=?ISO-2022-JP?B?GyRCJCIbKEI=?=", "", "あ"},
		{"Empty", "", "", ""},
		{"EmptyWord", "=?utf-8?Q??=", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := decodeValue([]byte(tc.raw), tc.charset); got != tc.want {
				t.Errorf("%q is %q, want %q", tc.raw, got, tc.want)
			}
		})
	}
}

func TestParseParams(t *testing.T) {
	for _, tc := range []struct {
		name, raw, token string
		want             map[string]string
	}{
		{"Usual", `text/plain; charset=utf-8; format=flowed`, "text/plain", map[string]string{"charset": "utf-8", "format": "flowed"}},
		{"UpperCase", `TEXT/Plain; CHARSET="UTF-8"`, "text/plain", map[string]string{"charset": "UTF-8"}},
		{"Folded", "multipart/mixed;\r\n\tboundary=\"a b\"", "multipart/mixed", map[string]string{"boundary": "a b"}},
		{"Comment", `text/plain (surat); charset=us-ascii (lama)`, "text/plain", map[string]string{"charset": "us-ascii (lama)"}},
		{"Escapes", `attachment; filename="a \"b\" \\c.txt"`, "attachment", map[string]string{"filename": `a "b" \c.txt`}},
		{"WindowsPath", `attachment; filename="C:\surat\a.txt"`, "attachment", map[string]string{"filename": `C:\surat\a.txt`}},
		{"QuotesInside", `attachment; filename="surat "asli" saya.txt"; size=3`, "attachment", map[string]string{"filename": `surat "asli" saya.txt`, "size": "3"}},
		{"BareWithBlanks", `attachment; filename=surat saya (1).txt`, "attachment", map[string]string{"filename": "surat saya (1).txt"}},
		{"NoSemicolon", `application/pdf name="a.pdf" size=1`, "application/pdf", nil},
		{"NoSemicolonBetween", `application/pdf; name="a.pdf" size=1`, "application/pdf", map[string]string{"name": "a.pdf", "size": "1"}},
		{"NeverClosed", `attachment; filename="a.txt`, "attachment", map[string]string{"filename": "a.txt"}},
		{"NoValue", `attachment; filename`, "attachment", nil},
		{"Twice", `attachment; filename=a; filename=b`, "attachment", map[string]string{"filename": "a"}},
		{"Semicolons", `attachment;; ; filename=a;`, "attachment", map[string]string{"filename": "a"}},
		{"EncodedWord", `attachment; filename="=?utf-8?B?Y2Fmw6kucGRm?="`, "attachment", map[string]string{"filename": "café.pdf"}},
		{"EncodedWordBare", `attachment; filename==?utf-8?Q?caf=C3=A9.pdf?=`, "attachment", map[string]string{"filename": "café.pdf"}},
		{"EncodedWordsFolded", "attachment; filename=\"=?utf-8?Q?caf?=\r\n =?utf-8?Q?=C3=A9.pdf?=\"", "attachment", map[string]string{"filename": "café.pdf"}},
		{"RFC2231", `attachment; filename*=iso-8859-1'id'caf%E9.pdf`, "attachment", map[string]string{"filename": "café.pdf"}},
		{"RFC2231Continued", `attachment; filename*0*=utf-8''caf%C3; filename*1*=%A9; filename*2=".pdf"`, "attachment", map[string]string{"filename": "café.pdf"}},
		{"RFC2231OutOfOrder", `attachment; filename*1="dua.pdf"; filename*0="satu-"`, "attachment", map[string]string{"filename": "satu-dua.pdf"}},
		{"RFC2231WinsOverPlain", `attachment; filename="caf?.pdf"; filename*=utf-8''caf%C3%A9.pdf`, "attachment", map[string]string{"filename": "café.pdf"}},
		{"RFC2231NoCharset", `attachment; filename*=caf%C3%A9.pdf`, "attachment", map[string]string{"filename": "café.pdf"}},
		{"RFC2231Gap", `attachment; filename*0=a; filename*2=c`, "attachment", map[string]string{"filename": "a"}},
		{"RFC2231FromOne", `attachment; filename*1=a; filename*2=b`, "attachment", map[string]string{"filename": "ab"}},
		{"RFC2231Continued2047", `attachment; filename*0="=?utf-8?Q?caf="; filename*1="C3=A9.pdf?="`, "attachment", map[string]string{"filename": "café.pdf"}},
		{"RFC2231BadPercent", `attachment; filename*=utf-8''a%ZZ%4`, "attachment", map[string]string{"filename": "a%ZZ%4"}},
		{"Raw8Bit", "attachment; filename=\"caf\xe9.pdf\"", "attachment", map[string]string{"filename": "café.pdf"}},
		{"Empty", ``, "", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			token, params := parseParams([]byte(tc.raw), "")
			if token != tc.token || !maps.Equal(params, tc.want) {
				t.Errorf("%s\n%q %s", tc.raw, token, cmp.Diff(tc.want, params))
			}
		})
	}
}

func TestParseAddresses(t *testing.T) {
	for _, tc := range []struct{ name, raw, want string }{
		{"Usual", `Siti Rahayu <siti@example.org>`, "Siti Rahayu|siti@example.org"},
		{"Bare", `siti@example.org`, "|siti@example.org"},
		{"Quoted", `"Rahayu, Siti" <siti@example.org>`, "Rahayu, Siti|siti@example.org"},
		{"EscapedQuote", `"Siti \"Ibu\" R" <siti@example.org>`, `Siti "Ibu" R|siti@example.org`},
		{"Comment", `siti@example.org (Siti (Ibu) R)`, "Siti (Ibu) R|siti@example.org"},
		{"CommentInAddress", `Siti <siti@example(kota).org>`, "Siti|siti@example.org"},
		{"EncodedName", `=?utf-8?Q?Caf=C3=A9?= <a@example.org>`, "Café|a@example.org"},
		{"EncodedComma", `=?utf-8?Q?Rahayu=2C_Siti?= <a@example.org>`, "Rahayu, Siti|a@example.org"},
		{"UnencodedCommaInWord", `=?utf-8?Q?Rahayu,_Siti?= <a@example.org>`, "Rahayu, Siti|a@example.org"},
		{"EncodedInQuotes", `"=?utf-8?B?Y2Fmw6k=?=" <a@example.org>`, "café|a@example.org"},
		{"NoBlankBeforeBracket", `Siti<siti@example.org>`, "Siti|siti@example.org"},
		{"Two", `a@example.org, B <b@example.org>`, "|a@example.org; B|b@example.org"},
		{"Semicolon", `a@example.org; b@example.org`, "|a@example.org; |b@example.org"},
		{"Group", `Warga: a@example.org, b@example.org;`, "|a@example.org; |b@example.org"},
		{"EmptyGroup", `undisclosed-recipients:;`, ""},
		{"Route", `<@x.org,@y.org:a@example.org>`, "|a@example.org"},
		{"Mailto", `<mailto:a@example.org>`, "|a@example.org"},
		{"MailtoBare", `mailto:a@example.org`, "|a@example.org"},
		{"NameIsAddress", `"a@example.org" <a@example.org>`, "|a@example.org"},
		{"NameIsAnotherAddress", `b@example.org <a@example.org>`, "b@example.org|a@example.org"},
		{"SingleQuotes", `'Siti' <a@example.org>`, "Siti|a@example.org"},
		{"NeverClosedBracket", `Siti <a@example.org`, "Siti|a@example.org"},
		{"NeverClosedQuote", `"Siti <a@example.org>`, "Siti|a@example.org"},
		{"NeverClosedComment", `Siti (Ibu <a@example.org>`, "Siti Ibu|a@example.org"},
		{"TwoBrackets", `Siti <<a@example.org>>`, "Siti|a@example.org"},
		{"EmptyBracketsThenAddress", `a@example.org <>`, "|a@example.org"},
		{"NameBehind", `<a@example.org> Siti`, "Siti|a@example.org"},
		{"LocalOnly", `siti`, "|siti"},
		{"WordsOnly", `Warga RT 03`, ""},
		{"QuotedLocal", `"siti r"@example.org`, `|"siti r"@example.org`},
		{"BlanksInAddress", `Siti <siti @ example . org>`, "Siti|siti@example.org"},
		{"WordBesideAddress", `"x" <kota.example a@example.org>`, "x|a@example.org"},
		{"Raw8Bit", "Caf\xe9 <a@example.org>", "Café|a@example.org"},
		{"Folded", "Siti\r\n Rahayu\r\n <a@example.org>", "Siti Rahayu|a@example.org"},
		{"Injection", "Siti\r\nBcc: x@y.org <a@example.org>", "x@y.org|a@example.org"},
		{"Rubbish", `,;:<>()"`, ""},
		{"Empty", ``, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, m := range parseAddresses([]byte(tc.raw), "") {
				got = append(got, m.name+"|"+m.addr)
			}
			if s := strings.Join(got, "; "); s != tc.want {
				t.Errorf("%q is %q, want %q", tc.raw, s, tc.want)
			}
		})
	}
}

func TestSender(t *testing.T) {
	for _, tc := range []struct{ name, src, want string }{
		{"From", "From: Siti <Siti@Example.org>", "email siti@example.org Siti"},
		{"Shown", "From: SITI@example.org", "email siti@example.org "},
		{"ReplyToOfAPerson", "From: siti@example.org\nReply-To: lain@example.org", "email siti@example.org "},
		{"FormRobot", "From: Formulir <no-reply@example.com>\nReply-To: Siti <siti@example.org>", "email siti@example.org Siti"},
		{"FormRobotWithName", "From: Siti via Formulir <noreply@example.com>\nReply-To: siti@example.org", "email siti@example.org Siti via Formulir"},
		{"RobotForNobody", "From: no-reply@example.com\nReply-To: no-reply@example.com", "email no-reply@example.com "},
		{"SenderOnly", "Sender: siti@example.org", "email siti@example.org "},
		{"EnvelopeOnly", "Return-Path: <siti@example.org>", "email siti@example.org "},
		{"EnvelopeAndName", "Return-Path: <siti@example.org>\nFrom: <> Siti", "email siti@example.org Siti"},
		{"EmptyEnvelope", "Return-Path: <>", "anonymous  "},
		{"Nobody", "Subject: x", "anonymous  "},
		{"NameOnly", "From: <> Siti", "anonymous  Siti"},
		{"Several", "From: a@example.org, b@example.org", "email a@example.org "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h, _ := headerOf(tc.src + "\n\n")
			a := new(Parser).sender(h)
			if got := string(a.Kind) + " " + a.Value + " " + a.Name; got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestParseDate(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"Mon, 5 Jan 2026 09:10:11 +0700", "2026-01-05T09:10:11+07:00"},
		{"5 Jan 2026 09:10 GMT", "2026-01-05T09:10:00Z"},
		{"Mon, 05 Jan 26 09:10:11 WIB (Waktu Indonesia Barat)", "2026-01-05T09:10:11+07:00"},
		{"Senin, 5 Januari 2026 09:10:11 +07:00", "2026-01-05T09:10:11+07:00"},
		{"Mon Jan  5 09:10:11 2026", "2026-01-05T09:10:11Z"},
		{"Mon Jan 5 09:10:11 EST 2026", "2026-01-05T09:10:11-05:00"},
		{"2026-01-05T09:10:11.5Z", "2026-01-05T09:10:11Z"},
		{"2026-01-05 09:10:11 -0330", "2026-01-05T09:10:11-03:30"},
		{"05/01/2026 09:10", "2026-01-05T09:10:00Z"},
		{"05-Jan-2026 09:10:11", "2026-01-05T09:10:11Z"},
		{"Mon, 5 Jan 2026 9:10:11 PM +0700", "2026-01-05T21:10:11+07:00"},
		{"Mon, 5 Jan 126 09:10:11 +0000", "2026-01-05T09:10:11Z"},
		{"Mon, 5 Jan 1026 09:10:11 +0000", ""},
		{"31 Jun 2026 09:10:11 +0000", ""},
		{"kemarin sore, 32 Foo 20266", ""},
		{"99:99:99", ""},
		{"Mon, 5 Jan 2026 99:99:99 +9999", "2026-01-05T00:00:00Z"},
		{"+ - : / -- //", ""},
		{"", ""},
		{strings.Repeat("9 ", 1000), ""},
	} {
		got := ""
		if d := parseDate(tc.in); !d.IsZero() {
			got = d.Format(time.RFC3339)
		}
		if got != tc.want {
			t.Errorf("%q is %q, want %q", tc.in, got, tc.want)
		}
	}
}

func TestThread(t *testing.T) {
	h, _ := headerOf("Message-ID:\r\n <1@\r\n example.org>\r\nIn-Reply-To: <3@a> (kemarin)\r\nReferences: <1@a>\r\n <2@a> <3@a>\r\n" +
		"To: usulan+usl-2020-0007@example.org\r\nCc: x@example.org\r\nDelivered-To: usulan+USL-2020-12345@example.org\r\n\r\n")
	if got, want := messageID(h.get("message-id")), "1@example.org"; got != want {
		t.Errorf("message id %q, want %q", got, want)
	}
	if diff := cmp.Diff([]string{"3@a", "2@a", "1@a"}, answered(h)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"USL-2020-0001", "USL-2020-0007", "USL-2020-12345"}, mentions(h, "Re: [USL-2020-0001] usl-2020-0001 jalan")); diff != "" {
		t.Error(diff)
	}
	for value, want := range map[string]string{"<a@b": "a@b", "a@b": "a@b", "<>": "", "": "", "<a b@c>": "ab@c"} {
		if got := messageID(value); got != want {
			t.Errorf("message id of %q is %q, want %q", value, got, want)
		}
	}
}

func TestAppendReferences(t *testing.T) {
	for _, s := range []string{
		"", "USL", "USL-2020", "USL-2020-", "USL-2020-001", "USL-202-0001", "USL-20200-0001", "2020-2020-0001", "-2020-0001",
		"USL-2020-0001x", "USL-2020-0000000001", "A-USL2-20-0001", "08123-4567-8901", "x-USL-2020-0001", "U-2020-0001", "VERYLONGPREFIX-2020-0001",
	} {
		if got := appendReferences(nil, s); got != nil {
			t.Errorf("%q mentions %q", s, got)
		}
	}
	if got := appendReferences(nil, "USL-2020-0001,usl-2021-0002;(MSB2-2020-99999)"); !cmp.Equal(got, []string{"USL-2020-0001", "USL-2021-0002", "MSB2-2020-99999"}) {
		t.Errorf("got %q", got)
	}
}
