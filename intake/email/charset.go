package email

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// toUTF8 turns bytes of a charset, as a sender declared it, into UTF-8. Senders
// declare it wrongly, so what is UTF-8 stays UTF-8 unless the charset is one
// whose bytes look the same; bytes that fit neither are taken for windows-1252.
// The result is valid UTF-8. It may be b itself.
func toUTF8(b []byte, charset string) []byte {
	if len(b) == 0 {
		return b
	}
	ascii := isASCII(b)
	if ascii && bytes.IndexByte(b, 0x1b) < 0 && !isSevenBit(charset) {
		return b
	}
	if charset == "" || charset == "utf-8" || charset == "us-ascii" {
		return withoutCharset(b)
	}
	c := lookupCharset(charset)
	if !c.ambiguous && !ascii && utf8.Valid(b) {
		return b
	}
	if c.decode == nil {
		return withoutCharset(b)
	}
	out, ok := c.decode(b)
	if !ok && utf8.Valid(b) {
		return b
	}
	return out
}

// withoutCharset reads bytes of which nobody knows the charset.
func withoutCharset(b []byte) []byte {
	if utf8.Valid(b) {
		if bytes.Contains(b, []byte("\x1b$")) {
			if out, ok := lookupCharset("iso-2022-jp").decode(b); ok {
				return out
			}
		}
		return b
	}
	if out, ok := guessUTF16(b); ok {
		return out
	}
	return mixedUTF8(b)
}

// mixedUTF8 keeps what is UTF-8 and takes the other bytes for windows-1252:
// mails are joined from pieces of several origins, and cut in mid-character.
func mixedUTF8(b []byte) []byte {
	out := make([]byte, 0, len(b)+len(b)/8)
	wide := false
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			if wide && !utf8.FullRune(b) {
				break // a cut through the last character of a text in UTF-8
			}
			r = charmap.Windows1252.DecodeByte(b[0])
		}
		wide = n > 1
		out = utf8.AppendRune(out, r)
		b = b[n:]
	}
	return out
}

// isSevenBit tells whether a charset writes other characters with ASCII bytes.
func isSevenBit(charset string) bool {
	return strings.HasPrefix(charset, "utf-7") || strings.HasPrefix(charset, "utf-16") ||
		strings.HasPrefix(charset, "utf-32") || strings.HasPrefix(charset, "hz") ||
		strings.HasPrefix(charset, "iso-2022") || strings.Contains(charset, "utf-7")
}

// charset is one way to read bytes.
type charset struct {
	// decode returns valid UTF-8, and whether every byte belonged to the charset.
	decode func(b []byte) ([]byte, bool)

	// ambiguous says that proper text in it may look like UTF-8.
	ambiguous bool
}

// lookupCharset finds a charset by the label a sender gave it; decode is nil
// where nobody knows it.
func lookupCharset(label string) charset {
	label = strings.ToLower(strings.Trim(label, " \t\"'<>;,"))
	switch {
	case strings.HasPrefix(label, "utf-16"), label == "ucs-2", label == "unicode":
		return charset{func(b []byte) ([]byte, bool) { return decodeUTF16(b, label) }, true}
	case strings.HasSuffix(label, "utf-7"):
		return charset{decodeUTF7, true}
	case label == "iso-2022-kr":
		return charset{decodeISO2022KR, true}
	case strings.HasPrefix(label, "utf-32"):
		order := utf32.BigEndian
		if strings.HasSuffix(label, "le") {
			order = utf32.LittleEndian
		}
		return charset{decoderOf(utf32.UTF32(order, utf32.UseBOM)), true}
	case label == "hz-gb-2312", label == "hz":
		return charset{decoderOf(simplifiedchinese.HZGB2312), true}
	}
	enc, err := htmlindex.Get(label)
	if err != nil || enc == encoding.Replacement {
		simple := simplerLabel(label)
		for _, find := range [...]func() (encoding.Encoding, error){
			func() (encoding.Encoding, error) { return htmlindex.Get(simple) },
			func() (encoding.Encoding, error) { return ianaindex.IANA.Encoding(label) },
			func() (encoding.Encoding, error) { return ianaindex.IANA.Encoding(simple) },
		} {
			if enc, err = find(); err == nil && enc != nil {
				break
			}
		}
	}
	if err != nil || enc == nil || enc == encoding.Replacement || enc == unicode.UTF8 {
		return charset{}
	}
	_, single := enc.(*charmap.Charmap)
	return charset{decoderOf(enc), !single}
}

// simplerLabel maps the many spellings of a label to the usual one.
func simplerLabel(label string) string {
	label = strings.TrimPrefix(label, "x-")
	plain := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == ' ' || r == '.' || r == ':' {
			return -1
		}
		return r
	}, label)
	switch plain {
	case "cp932", "ms932", "windows31j", "sjis":
		return "shift_jis"
	case "cp936", "ms936", "gb18030":
		return "gb18030"
	case "cp949", "ms949", "uhc", "ksc5601", "ksc56011987":
		return "euc-kr"
	case "cp950", "ms950":
		return "big5"
	case "eucjp":
		return "euc-jp"
	case "iso2022jp1", "iso2022jp2", "iso2022jp3", "cp50220", "cp50221", "cp50222":
		return "iso-2022-jp"
	case "cp437", "cp850", "cp852", "cp855", "cp858", "cp862", "cp865", "cp866":
		return "ibm" + plain[2:]
	}
	for _, p := range [...][2]string{
		{"windows", "windows-"}, {"win", "windows-"}, {"cp125", "windows-125"}, {"iso8859", "iso-8859-"}, {"koi8", "koi8-"}, {"mac", "x-mac-"},
	} {
		if rest, ok := strings.CutPrefix(plain, p[0]); ok {
			return p[1] + rest
		}
	}
	return plain
}

// decoderOf makes a decode function of an encoding.
func decoderOf(enc encoding.Encoding) func([]byte) ([]byte, bool) {
	return func(b []byte) ([]byte, bool) {
		out, err := enc.NewDecoder().Bytes(b)
		if err != nil {
			return mixedUTF8(b), false
		}
		return out, !bytes.Contains(out, []byte("\uFFFD"))
	}
}

// decodeUTF16 trusts a byte order mark first, the label next, and then where
// the zero bytes are.
func decodeUTF16(b []byte, label string) ([]byte, bool) {
	if bytes.IndexByte(b, 0) < 0 && !bytes.HasPrefix(b, []byte("\xff\xfe")) && !bytes.HasPrefix(b, []byte("\xfe\xff")) && isASCII(b) {
		return b, true // labelled by a program that had converted it already
	}
	order := unicode.BigEndian
	if strings.HasSuffix(label, "le") || !strings.HasSuffix(label, "be") && zerosAtOdd(b) {
		order = unicode.LittleEndian
	}
	return decoderOf(unicode.UTF16(order, unicode.UseBOM))(b)
}

// guessUTF16 recognises UTF-16 that nobody declared.
func guessUTF16(b []byte) ([]byte, bool) {
	if len(b) < 4 || len(b)%2 != 0 || !bytes.HasPrefix(b, []byte("\xff\xfe")) && !bytes.HasPrefix(b, []byte("\xfe\xff")) {
		return nil, false
	}
	return decodeUTF16(b, "utf-16")
}

// zerosAtOdd tells whether the zero bytes of b stand where the high bytes of
// little-endian text are.
func zerosAtOdd(b []byte) bool {
	var zeros [2]int
	for i, c := range b[:min(len(b), 4096)] {
		if c == 0 {
			zeros[i&1]++
		}
	}
	return zeros[1] > zeros[0]
}

// decodeISO2022KR reads RFC 1557: between SO and SI the bytes are EUC-KR
// without their high bits.
func decodeISO2022KR(b []byte) ([]byte, bool) {
	b = bytes.ReplaceAll(b, []byte("\x1b$)C"), nil)
	euc := make([]byte, 0, len(b))
	shifted := false
	for _, c := range b {
		switch {
		case c == 0x0e:
			shifted = true
		case c == 0x0f:
			shifted = false
		case shifted && c > ' ':
			euc = append(euc, c|0x80)
		default:
			euc = append(euc, c)
		}
	}
	return decoderOf(korean.EUCKR)(euc)
}

// isASCII tells whether no byte has its high bit set.
func isASCII(b []byte) bool {
	for len(b) >= 8 {
		if (b[0]|b[1]|b[2]|b[3]|b[4]|b[5]|b[6]|b[7])&0x80 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c&0x80 != 0 {
			return false
		}
	}
	return true
}
