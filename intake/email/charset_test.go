package email

import (
	"testing"
	"unicode/utf8"
)

// TestLookupCharset: the labels that mails carry, in the spellings that occur.
func TestLookupCharset(t *testing.T) {
	for _, label := range []string{
		"iso-8859-1", "ISO_8859-1", "iso8859-1", "iso88591", "latin1", "latin-1", "l1", "iso-8859-15", "iso8859_15", "iso-8859-2", "iso-8859-9", "iso-8859-8-i", "iso-8859-8-e",
		"windows-1252", "windows1252", "win-1252", "cp1252", "cp-1252", "x-cp1252", "windows-1250", "windows-1251", "cp1251", "win1251", "windows-1256", "windows-874", "tis-620",
		"koi8-r", "koi8r", "koi8-u", "ibm866", "cp866", "ibm850", "cp850", "cp-850", "cp437", "ibm437", "macintosh", "x-mac-roman", "mac", "x-mac-cyrillic",
		"gb2312", "gbk", "gb18030", "x-gbk", "cp936", "ms936", "hz-gb-2312", "gb_2312-80", "big5", "big5-hkscs", "cp950", "x-x-big5",
		"shift_jis", "shift-jis", "x-sjis", "sjis", "cp932", "ms932", "windows-31j", "euc-jp", "x-euc-jp", "eucjp", "iso-2022-jp", "iso-2022-jp-1", "iso-2022-jp-3", "cp50221",
		"euc-kr", "ks_c_5601-1987", "ks_c_5601", "ksc5601", "cp949", "uhc", "iso-2022-kr", "utf-16", "utf-16le", "utf-16be", "utf-7", "unicode-1-1-utf-7", "x-unicode-2-0-utf-7", "utf-32",
		"\"iso-8859-1\"", " iso-8859-1 ", "'iso-8859-1'", "iso-8859-1;", "<iso-8859-1>",
	} {
		c := lookupCharset(label)
		if c.decode == nil {
			t.Errorf("%q is not known", label)
			continue
		}
		for _, b := range [][]byte{nil, {0xff}, {0x1b, '$', 'B'}, {'+'}, {'~', '{'}, {0, 0, 0}, {0xd8, 0}, []byte("isi\xe9\x80\xff\xfe")} {
			if out, _ := c.decode(b); !utf8.Valid(out) {
				t.Errorf("%q makes %q of %q, which is not UTF-8", label, out, b)
			}
		}
	}
	for _, label := range []string{"utf-8", "utf8", "us-ascii", "ascii", "x-unknown", "unknown-8bit", "binary", "x-kota-9", "", "default", "_charset"} {
		if got := string(toUTF8([]byte("caf\xc3\xa9"), label)); got != "café" {
			t.Errorf("%q makes %q of UTF-8", label, got)
		}
		if got := string(toUTF8([]byte("caf\xe9."), label)); got != "café." {
			t.Errorf("%q makes %q of windows-1252", label, got)
		}
	}
}

func TestToUTF8(t *testing.T) {
	for _, tc := range []struct{ name, in, charset, want string }{
		{"UTF8Truncated", "йод\xd0", "utf-8", "йод"},
		{"UTF8DamagedInside", "йод\xd0 x", "utf-8", "йодÐ x"},
		{"UTF8InGBK", "你好，世界", "gbk", "你好，世界"},
		{"GBKThatLooksLikeUTF8", "\xc4\xe3\xba\xc3", "gbk", "你好"},
		{"UTF7Broken", "a+b é", "utf-7", "a+b é"},
		{"UTF7Surrogates", "+2D3cTQ-", "utf-7", "👍"},
		{"UTF16Odd", "\xff\xfei\x00s", "utf-16", "i\ufffd"},
		{"UTF16Undeclared", "\xff\xfei\x00s\x00", "", "is"},
		{"UTF16ThatIsASCII", "isi surat", "utf-16", "isi surat"},
		{"UTF32", "\x00\x00\xfe\xff\x00\x00\x00i", "utf-32", "i"},
		{"Windows1252Undefined", "a\x81b", "windows-1252", "a\ufffdb"},
		{"JIS0208InASCII", "\x1b$B$\"\x1b(B", "us-ascii", "あ"},
		{"Empty", "", "gbk", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := string(toUTF8([]byte(tc.in), tc.charset)); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
