package email

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// decodeValue makes one line of text of a field's value: unfolded, encoded
// words decoded, valid UTF-8, without control characters and outer blanks.
// charset is what 8-bit bytes mean that are not UTF-8.
func decodeValue(raw []byte, charset string) string {
	raw = unfold(raw)
	if isPlain(raw) && !bytes.Contains(raw, []byte("=?")) {
		return string(raw)
	}
	return oneLine(decodeWords(raw, charset))
}

// unfold joins the lines of a value (RFC 5322 section 2.2.3): the blank that
// begins a continued line stays.
func unfold(raw []byte) []byte {
	raw = bytes.TrimSpace(raw)
	if bytes.IndexByte(raw, '\n') < 0 && bytes.IndexByte(raw, '\r') < 0 {
		return raw
	}
	out := make([]byte, 0, len(raw))
	for _, c := range raw {
		if c != '\r' && c != '\n' {
			out = append(out, c)
		}
	}
	return out
}

// isPlain tells whether b is printable ASCII.
func isPlain(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// oneLine makes every control character a blank and trims.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// wordDecoder decodes a text with encoded words (RFC 2047). Words of one
// charset that follow one another are joined before their bytes become text,
// because many programs cut characters, and some base64 groups, in two.
type wordDecoder struct {
	out     strings.Builder
	charset string // of the pending bytes
	pending []byte // decoded, not yet turned into text
	base64  []byte // encoded, not yet decoded
}

// decodeWords decodes every encoded word of an unfolded value, as far as it can
// be read; what cannot stays as it is.
func decodeWords(raw []byte, charset string) string {
	if !bytes.Contains(raw, []byte("=?")) {
		return string(toUTF8(raw, charset))
	}
	var d wordDecoder
	find := wordFinder{raw: raw, end: ahead{"?=", -1}, again: ahead{" =?", -1}}
	pos, afterWord := 0, false
	for pos < len(raw) {
		w, ok := find.next(pos)
		if !ok {
			break
		}
		between := raw[pos:w.start]
		if !afterWord || len(bytes.TrimSpace(between)) > 0 {
			d.flush()
			d.out.Write(toUTF8(between, charset))
		}
		d.add(w)
		pos, afterWord = w.after, true
	}
	d.flush()
	if pos < len(raw) {
		d.out.Write(toUTF8(raw[pos:], charset))
	}
	return d.out.String()
}

// word is one encoded word.
type word struct {
	start, after int
	charset      string
	base64       bool
	text         []byte
}

// wordFinder finds encoded words from left to right.
type wordFinder struct {
	raw   []byte
	end   ahead // of the end of a word
	again ahead // of the beginning of another word behind a blank
}

// ahead remembers where the next occurrence of a pattern is, so that a text
// full of beginnings without an end is read once.
type ahead struct {
	pattern string
	at      int
}

// from finds the first occurrence in raw at or after pos, len(raw) when there
// is none. pos never goes back.
func (a *ahead) from(raw []byte, pos int) int {
	if a.at < pos {
		a.at = len(raw)
		if i := bytes.Index(raw[pos:], []byte(a.pattern)); i >= 0 {
			a.at = pos + i
		}
	}
	return a.at
}

// next finds the first word at or after pos.
func (f *wordFinder) next(pos int) (word, bool) {
	for pos < len(f.raw) {
		i := bytes.Index(f.raw[pos:], []byte("=?"))
		if i < 0 {
			break
		}
		w := word{start: pos + i}
		if f.read(&w) {
			return w, true
		}
		pos = w.start + 2
	}
	return word{}, false
}

// read reads the word at w.start.
func (f *wordFinder) read(w *word) bool {
	rest := f.raw[w.start+2:]
	q := bytes.IndexByte(rest[:min(len(rest), 80)], '?')
	if q < 1 || len(rest) < q+3 || rest[q+2] != '?' {
		return false
	}
	switch rest[q+1] {
	case 'B', 'b':
		w.base64 = true
	case 'Q', 'q':
	default:
		return false
	}
	label := rest[:q]
	if !isPlain(label) || bytes.IndexByte(label, ' ') >= 0 {
		return false
	}
	label, _, _ = bytes.Cut(label, []byte("*")) // a language may follow (RFC 2231 section 5)
	w.charset = strings.ToLower(string(label))
	start := w.start + 2 + q + 3
	end := f.end.from(f.raw, start)
	// A word that was never closed ends where the next begins, or at a blank.
	again := f.again.from(f.raw, start)
	if again < end || end == len(f.raw) {
		w.after = again
		if again == len(f.raw) {
			if i := bytes.IndexAny(f.raw[start:], " \t"); i >= 0 {
				w.after = start + i
			}
		}
		w.text = f.raw[start:w.after]
		return true
	}
	// "?=20" inside a word in Q is a question mark and a blank, not an end.
	for !w.base64 && end+3 < len(f.raw) && isHex(f.raw[end+2]) && isHex(f.raw[end+3]) {
		further := f.end.from(f.raw, end+2)
		if further == len(f.raw) || bytes.ContainsAny(f.raw[end+2:further], " \t") {
			break
		}
		end = further
	}
	w.text, w.after = f.raw[start:end], end+2
	return true
}

// add takes one word.
func (d *wordDecoder) add(w word) {
	if w.charset != d.charset {
		d.flush()
		d.charset = w.charset
	}
	if w.base64 {
		if bytes.HasSuffix(d.base64, []byte("=")) {
			d.group()
		}
		d.base64 = append(d.base64, w.text...)
		return
	}
	d.group()
	for i := 0; i < len(w.text); i++ {
		c := w.text[i]
		switch {
		case c == '_':
			c = ' '
		case c == '=' && i+2 < len(w.text) && isHex(w.text[i+1]) && isHex(w.text[i+2]):
			c = unhex(w.text[i+1])<<4 | unhex(w.text[i+2])
			i += 2
		}
		d.pending = append(d.pending, c)
	}
}

// group decodes the base64 that is pending.
func (d *wordDecoder) group() {
	d.pending = appendBase64(d.pending, d.base64)
	d.base64 = d.base64[:0]
}

// flush turns the pending bytes into text.
func (d *wordDecoder) flush() {
	d.group()
	d.out.Write(toUTF8(d.pending, d.charset))
	d.pending = d.pending[:0]
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' || c >= 'a' && c <= 'f'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	default:
		return c - 'a' + 10
	}
}

// validUTF8 replaces what is not UTF-8.
func validUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
