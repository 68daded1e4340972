package email

import (
	"bytes"
	"io"
	"strings"

	"usulan/intake"
)

// encodingOf reads Content-Transfer-Encoding (RFC 2045 section 6.1) in the
// spellings that occur; what is unknown is taken as it stands.
func encodingOf(h *header) intake.Encoding {
	raw, ok := h.raw("content-transfer-encoding")
	if !ok {
		return intake.Identity
	}
	name, _, _ := bytes.Cut(unfold(raw), []byte(";"))
	name, _, _ = bytes.Cut(name, []byte("("))
	switch strings.ToLower(strings.Trim(string(name), " \t\"'.,")) {
	case "base64", "base-64", "b64", "x-base64":
		return intake.Base64
	case "quoted-printable", "quotedprintable", "quoted printable", "qp", "quoted_printable":
		return intake.QuotedPrintable
	case "x-uuencode", "uuencode", "x-uue", "uue", "x-uu":
		return intake.UUEncode
	default:
		return intake.Identity
	}
}

// decode undoes a transfer encoding. The result may be src itself.
func decode(e intake.Encoding, src []byte) []byte {
	switch e {
	case intake.Identity:
		return src
	case intake.Base64:
		return appendBase64(make([]byte, 0, len(src)/4*3+3), src)
	case intake.QuotedPrintable:
		if !longLines(src) {
			return appendQuotedPrintable(make([]byte, 0, len(src)), src)
		}
		fallthrough
	default:
		var out bytes.Buffer
		out.Grow(len(src))
		// Reading from memory does not fail, and neither does decoding.
		_, _ = io.Copy(&out, intake.Decode(e, bytes.NewReader(src)))
		return out.Bytes()
	}
}

// decodeText undoes the transfer encoding of a text. What is labelled base64
// and is not, or goes on in plain text behind it (list servers add footers), is
// taken as it stands.
func decodeText(e intake.Encoding, src []byte) []byte {
	if e != intake.Base64 {
		return decode(e, src)
	}
	end := base64End(src)
	if end == 0 {
		return src
	}
	out := appendBase64(make([]byte, 0, end/4*3+3+len(src)-end), src[:end])
	if rest := bytes.TrimSpace(src[end:]); len(rest) > 0 {
		out = append(append(out, '\n'), rest...)
	}
	return out
}

// base64End finds where lines of base64 stop. A few foreign characters in a
// line are damage; a blank between words, or many of them, are text.
func base64End(src []byte) int {
	for pos := 0; pos < len(src); {
		line, next := cutLine(src, pos)
		line = bytes.TrimSpace(line)
		foreign := 0
		for _, c := range line {
			if sextet[c] == notBase64 || c == '-' || c == '_' {
				foreign++
			}
		}
		if foreign > 0 && (foreign*4 > len(line) || bytes.ContainsAny(line, " \t")) {
			return pos
		}
		pos = next
	}
	return len(src)
}

const (
	padding   = 64
	notBase64 = 255
)

// sextet maps a byte to its value in either alphabet of base64.
var sextet = func() (t [256]byte) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range t {
		t[i] = notBase64
	}
	for i := range len(alphabet) {
		t[alphabet[i]] = byte(i)
	}
	t['-'], t['_'], t['='] = 62, 63, padding
	return t
}()

// appendBase64 decodes leniently, like intake.Decode: padding ends a group,
// foreign bytes are skipped.
func appendBase64(dst, src []byte) []byte {
	var acc uint32
	have := 0
	for i := 0; i < len(src); i++ {
		v := sextet[src[i]]
		if v < padding {
			acc = acc<<6 | uint32(v)
			if have++; have == 4 {
				dst = append(dst, byte(acc>>16), byte(acc>>8), byte(acc))
				acc, have = 0, 0
			}
			continue
		}
		if v == padding {
			dst = appendGroup(dst, acc, have)
			acc, have = 0, 0
		}
	}
	return appendGroup(dst, acc, have)
}

// appendGroup appends the bytes of a group that was cut short.
func appendGroup(dst []byte, acc uint32, have int) []byte {
	switch acc <<= 6 * uint(4-have); have {
	case 2:
		return append(dst, byte(acc>>16))
	case 3:
		return append(dst, byte(acc>>16), byte(acc>>8))
	default:
		return dst
	}
}

// longLines tells whether a line is longer than what intake.Decode looks at in
// one piece: its answer is the one that attachments are served by.
func longLines(src []byte) bool {
	for len(src) > 4000 {
		i := bytes.LastIndexByte(src[:4000], '\n')
		if i < 0 {
			return true
		}
		src = src[i+1:]
	}
	return false
}

// appendQuotedPrintable decodes leniently, like intake.Decode: blanks at the end
// of a line go, what is no escape stays.
func appendQuotedPrintable(dst, src []byte) []byte {
	for len(src) > 0 {
		next := len(src)
		if i := bytes.IndexByte(src, '\n'); i >= 0 {
			next = i + 1
		}
		line := bytes.TrimRight(src[:next], "\r\n")
		end := src[len(line):next]
		src = src[next:]
		if len(end) > 0 {
			for n := len(line); n > 0 && (line[n-1] == ' ' || line[n-1] == '\t'); n-- {
				line = line[:n-1]
			}
		}
		if n := len(line); n > 0 && line[n-1] == '=' {
			line, end = line[:n-1], nil // a soft line break
		}
		dst = append(appendUnescaped(dst, line), end...)
	}
	return dst
}

// appendUnescaped decodes the escapes of one line.
func appendUnescaped(dst, line []byte) []byte {
	for {
		i := bytes.IndexByte(line, '=')
		if i < 0 {
			return append(dst, line...)
		}
		dst = append(dst, line[:i]...)
		line = line[i:]
		if len(line) > 2 && isHex(line[1]) && isHex(line[2]) {
			dst = append(dst, unhex(line[1])<<4|unhex(line[2]))
			line = line[3:]
			continue
		}
		dst = append(dst, '=')
		line = line[1:]
	}
}
