package email

import (
	"encoding/binary"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxRTF bounds what is unpacked of a text that came as RTF.
const maxRTF = 8 << 20

// rtfDictionary is what the compression of RTF in mails takes as already seen
// (MS-OXRTFCP section 2.1.3.1).
const rtfDictionary = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0` +
	"\r\n" + `\par \pard\plain\f0\fs20\b\i\u\tab\tx`

// rtfText makes a text of the compressed RTF of a winmail.dat.
func rtfText(compressed []byte) string {
	src := unpackRTF(compressed)
	if len(src) == 0 {
		return ""
	}
	r := rtfReader{src: src, charset: "windows-1252"}
	r.run()
	if r.html {
		text, _ := htmlText([]byte(validUTF8(r.out.String())))
		return text
	}
	return cleanText([]byte(validUTF8(r.out.String())))
}

// unpackRTF undoes the compression (MS-OXRTFCP section 2.2).
func unpackRTF(b []byte) []byte {
	if len(b) < 16 {
		return nil
	}
	size := min(int(binary.LittleEndian.Uint32(b[4:])), maxRTF)
	kind := string(b[8:12])
	b = b[16:]
	switch kind {
	case "MELA":
		return b[:min(len(b), size)]
	case "LZFu":
	default:
		return nil
	}
	var window [4096]byte
	at := copy(window[:], rtfDictionary)
	out := make([]byte, 0, min(size, 16*len(b)+64))
	for len(b) > 0 && len(out) < size {
		flags := b[0]
		b = b[1:]
		for bit := 0; bit < 8 && len(out) < size; bit++ {
			if flags>>bit&1 == 0 {
				if len(b) == 0 {
					return out
				}
				out = append(out, b[0])
				window[at&4095] = b[0]
				at, b = at+1, b[1:]
				continue
			}
			if len(b) < 2 {
				return out
			}
			offset, length := int(b[0])<<4|int(b[1])>>4, int(b[1]&15)+2
			b = b[2:]
			if offset == at&4095 {
				return out // the end
			}
			for range length {
				c := window[offset&4095]
				out = append(out, c)
				window[at&4095] = c
				at, offset = at+1, offset+1
			}
		}
	}
	return out
}

// rtfReader takes the text out of RTF, or the HTML that it wraps (MS-OXRTFEX).
type rtfReader struct {
	src     []byte
	pos     int
	out     strings.Builder
	charset string
	html    bool

	group  rtfGroup
	stack  []rtfGroup
	pieces []byte // bytes of a charset, not yet text
}

// rtfGroup is what { and } save and restore.
type rtfGroup struct {
	skip   bool // a destination that is no text
	tag    bool // HTML markup
	htmlRT bool // RTF that stands for markup given elsewhere
	after  int  // characters to pass over behind \u
}

func (r *rtfReader) run() {
	r.group.after = 1
	for r.pos < len(r.src) {
		c := r.src[r.pos]
		r.pos++
		switch c {
		case '{':
			if len(r.stack) < 1000 {
				r.stack = append(r.stack, r.group)
			}
		case '}':
			r.flush()
			if n := len(r.stack); n > 0 {
				r.group, r.stack = r.stack[n-1], r.stack[:n-1]
			}
		case '\\':
			r.control()
		case '\r', '\n':
		default:
			r.byte(c)
		}
	}
	r.flush()
}

// shown tells whether text at this place is text of the mail.
func (r *rtfReader) shown() bool {
	return !r.group.skip && (!r.html || r.group.tag || !r.group.htmlRT)
}

func (r *rtfReader) byte(c byte) {
	if r.shown() {
		r.pieces = append(r.pieces, c)
	}
}

func (r *rtfReader) text(s string) {
	if r.shown() {
		r.flush()
		r.out.WriteString(s)
	}
}

func (r *rtfReader) flush() {
	r.out.Write(toUTF8(r.pieces, r.charset))
	r.pieces = r.pieces[:0]
}

// control reads what follows a backslash.
func (r *rtfReader) control() {
	if r.pos >= len(r.src) {
		return
	}
	c := r.src[r.pos]
	if !isASCIILetter(c) {
		r.pos++
		switch {
		case c == '\'' && r.pos+2 <= len(r.src) && isHex(r.src[r.pos]) && isHex(r.src[r.pos+1]):
			r.byte(unhex(r.src[r.pos])<<4 | unhex(r.src[r.pos+1]))
			r.pos += 2
		case c == '~':
			r.text("\u00a0")
		case c == '*':
			r.destination()
		case c == '\\' || c == '{' || c == '}':
			r.byte(c)
		}
		return
	}
	start := r.pos
	for r.pos < len(r.src) && isASCIILetter(r.src[r.pos]) {
		r.pos++
	}
	word := string(r.src[start:r.pos])
	start = r.pos
	if r.pos < len(r.src) && r.src[r.pos] == '-' {
		r.pos++
	}
	r.pos += digits(string(r.src[r.pos:min(len(r.src), r.pos+12)]), 0)
	number, err := strconv.Atoi(string(r.src[start:r.pos]))
	if r.pos < len(r.src) && r.src[r.pos] == ' ' {
		r.pos++
	}
	r.word(word, number, err == nil)
}

// destination handles {\*\name: text of no concern, but for the HTML it wraps.
func (r *rtfReader) destination() {
	if strings.HasPrefix(string(r.src[r.pos:min(len(r.src), r.pos+9)]), `\htmltag`) {
		r.group.tag = true
		return
	}
	r.group.skip = true
}

func (r *rtfReader) word(word string, number int, given bool) {
	switch word {
	case "par", "line", "sect", "page":
		r.text("\n")
	case "tab", "cell":
		r.text("\t")
	case "row":
		r.text("\n")
	case "emdash":
		r.text("—")
	case "endash":
		r.text("–")
	case "lquote":
		r.text("‘")
	case "rquote":
		r.text("’")
	case "ldblquote":
		r.text("“")
	case "rdblquote":
		r.text("”")
	case "bullet":
		r.text("•")
	case "u":
		if given {
			r.unicode(number)
		}
	case "uc":
		r.group.after = min(max(number, 0), 8)
	case "ansicpg":
		r.charset = "windows-" + strconv.Itoa(number)
	case "fromhtml":
		r.html = true
	case "htmlrtf":
		r.group.htmlRT = !given || number != 0
	case "fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "themedata":
		r.group.skip = true
	}
}

// unicode writes a character and passes over what stands there for programs
// that do not know it.
func (r *rtfReader) unicode(n int) {
	if n < 0 {
		n += 65536
	}
	if n <= utf8.MaxRune {
		r.text(string(rune(n)))
	}
	for range r.group.after {
		if r.pos+3 < len(r.src) && r.src[r.pos] == '\\' && r.src[r.pos+1] == '\'' {
			r.pos += 4
		} else if r.pos < len(r.src) && strings.IndexByte(`\{}`, r.src[r.pos]) < 0 {
			r.pos++
		}
	}
}
