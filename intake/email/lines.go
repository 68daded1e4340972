package email

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// line is one line of a text: where it lies, and its body, which is the line
// without the marks of quoting and without white space around it.
type line struct {
	start, next int // the line and its line break are text[start:next]
	from, to    int // the body is text[from:to]
	depth       int // how many ">" stand before the body
}

func (l line) blank() bool { return l.from == l.to }

// maxLines bounds the memory that lines take: nobody reads more, and a hostile
// mail may be nothing but line ends.
const maxLines = 1 << 16

// splitLines cuts a text into its lines, the first maxLines of them.
func splitLines(text string) []line {
	lines := make([]line, 0, min(strings.Count(text, "\n")+1, maxLines))
	for start := 0; start < len(text) && len(lines) < maxLines; {
		next := len(text)
		if n := strings.IndexByte(text[start:], '\n'); n >= 0 {
			next = start + n + 1
		}
		l := line{start: start, next: next}
		l.from, l.depth = quoteMarks(text, start, next)
		l.from, l.to = trimSpace(text, l.from, next)
		lines = append(lines, l)
		start = next
	}
	joinBrokenMarks(text, lines)
	return lines
}

// quoteMarks counts the ">" at the beginning of a line and tells where they end.
func quoteMarks(text string, from, to int) (int, int) {
	depth, end, spaces := 0, from, 0
	for i := from; i < to; i++ {
		switch text[i] {
		case '>':
			depth++
			end, spaces = i+1, 0
		case ' ':
			// Four spaces begin something else than a further mark.
			if spaces++; spaces > 3 {
				return end, depth
			}
		default:
			return end, depth
		}
	}
	return end, depth
}

// trimSpace narrows a piece of text to what is not white space; marks that show
// nothing (zero width, byte order, direction) count as white space.
func trimSpace(text string, from, to int) (int, int) {
	for from < to {
		c, n := rune(text[from]), 1
		if c >= utf8.RuneSelf {
			c, n = utf8.DecodeRuneInString(text[from:to])
		}
		if !isSpace(c) {
			break
		}
		from += n
	}
	for from < to {
		c, n := rune(text[to-1]), 1
		if c >= utf8.RuneSelf {
			c, n = utf8.DecodeLastRuneInString(text[from:to])
		}
		if !isSpace(c) {
			break
		}
		to -= n
	}
	return from, to
}

func isSpace(c rune) bool {
	if c < utf8.RuneSelf {
		return c == ' ' || '\t' <= c && c <= '\r'
	}
	return unicode.IsSpace(c) || '\u200b' <= c && c <= '\u200f' || '\u202a' <= c && c <= '\u202e' || c == '\u2060' || '\u2066' <= c && c <= '\u2069' || c == '\ufeff'
}

// joinBrokenMarks takes back the quoting of lines whose ">" closes an address
// that a mail program broke over two lines:
//
//	Pada ... Nama <nama@contoh.id
//	> menulis:
func joinBrokenMarks(text string, lines []line) {
	for i := 1; i < len(lines); i++ {
		l := &lines[i]
		if l.depth != 1 || lines[i-1].depth != 0 || lines[i-1].blank() {
			continue
		}
		above, body := text[lines[i-1].from:lines[i-1].to], text[l.from:l.to]
		if len(body) > 24 || !strings.HasSuffix(body, ":") || strings.LastIndexByte(above, '<') <= strings.LastIndexByte(above, '>') {
			if !strings.HasPrefix(above, "mailto:") || len(body) > 24 || !strings.HasSuffix(body, ":") {
				continue
			}
		}
		l.depth = 0
		l.from = l.start + strings.IndexByte(text[l.start:l.next], '>')
	}
}

// only tells whether a body consists of one or more of some ASCII characters
// alone, at least enough of them, spaces aside.
func only(body, chars string, enough int) bool {
	n := 0
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == ' ':
		case strings.IndexByte(chars, c) >= 0:
			n++
		default:
			return false
		}
	}
	return n >= enough
}

// isRule tells whether a body is a horizontal rule.
func isRule(body string) bool {
	if body == "" {
		return false
	}
	switch body[0] {
	case '-', '_', '=', '*', '~':
		return only(body, "-_=*~", 2) && body != "--"
	}
	// Rules drawn with box characters or long dashes.
	if strings.HasPrefix(body, "─") || strings.HasPrefix(body, "━") || strings.HasPrefix(body, "—") {
		return len(body) > 9 && strings.Trim(body, "─━— ") == ""
	}
	return false
}
