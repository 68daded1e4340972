package email

import (
	"unicode/utf16"
	"unicode/utf8"
)

// decodeUTF7 reads RFC 2152. Text that breaks its rules is kept as it is, and
// counts as foreign.
func decodeUTF7(b []byte) ([]byte, bool) {
	out := make([]byte, 0, len(b))
	clean := true
	for i := 0; i < len(b); i++ {
		if b[i] != '+' {
			if b[i] < utf8.RuneSelf {
				out = append(out, b[i])
			} else {
				out, clean = utf8.AppendRune(out, utf8.RuneError), false
			}
			continue
		}
		start := i + 1
		end := start
		for end < len(b) && isUTF7Base64(b[end]) {
			end++
		}
		switch {
		case end == start && end < len(b) && b[end] == '-':
			out = append(out, '+') // "+-"
		case end == start:
			out, clean = append(out, '+'), false
			i = end - 1
			continue
		default:
			out = appendUTF16(out, appendBase64(nil, b[start:end]))
		}
		i = end - 1
		if end < len(b) && b[end] == '-' {
			i = end
		}
	}
	return out, clean
}

func isUTF7Base64(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}

// appendUTF16 appends big-endian UTF-16 as UTF-8.
func appendUTF16(dst, b []byte) []byte {
	for i := 0; i+1 < len(b); i += 2 {
		r := rune(b[i])<<8 | rune(b[i+1])
		if utf16.IsSurrogate(r) && i+3 < len(b) {
			if pair := utf16.DecodeRune(r, rune(b[i+2])<<8|rune(b[i+3])); pair != utf8.RuneError {
				r = pair
				i += 2
			}
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}
