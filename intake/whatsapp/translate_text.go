package whatsapp

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean makes a text of what a phone sent: valid UTF-8, lines that end in \n, no
// control characters, which no letter has and which databases, spreadsheets and
// terminals choke on. Everything else stays as it was typed.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if !strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) }) {
		return s
	}
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n").Replace(s)
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}

// maxName bounds the name of a person, in bytes.
const maxName = 200

// cleanName makes a name of what somebody calls themselves: one line, nothing
// that hides or turns the direction of writing beyond it.
func cleanName(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r == '\u200e', r == '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return cut(strings.Join(strings.Fields(s), " "), maxName)
}

// cut shortens a text to n bytes at most, between letters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// lines joins what there is of several parts, each on lines of its own. A part
// that repeats the one before it is left out.
func lines(parts ...string) string {
	var kept []string
	for _, p := range parts {
		p = strings.TrimSpace(p)
		if p != "" && (len(kept) == 0 || kept[len(kept)-1] != p) {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "\n")
}

// plainID is the id of a message. Those that phones make are letters and digits;
// of others, two that differ stay different.
func plainID(s string) string {
	if clean(s) == s {
		return s
	}
	return strconv.Quote(s)
}
