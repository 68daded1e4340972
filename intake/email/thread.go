package email

import (
	"slices"
	"strings"
)

// maxReferences bounds how many earlier mails one mail names.
const maxReferences = 100

// messageID takes the first message id out of a field's value, without its
// brackets (RFC 5322 section 3.6.4) and without blanks from folding.
func messageID(value string) string {
	if start := strings.IndexByte(value, '<'); start >= 0 {
		value = value[start+1:]
		if end := strings.IndexByte(value, '>'); end >= 0 {
			value = value[:end]
		}
	}
	return strings.Join(strings.Fields(value), "")
}

// answered lists the mails that a mail answers, nearest first: In-Reply-To, then
// References from its end.
func answered(h *header) []string {
	ids := messageIDs(h.get("in-reply-to"))
	references := messageIDs(h.get("references"))
	slices.Reverse(references)
	for _, id := range references {
		if len(ids) >= maxReferences {
			break
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids[:min(len(ids), maxReferences)]
}

// messageIDs takes every message id out of a value. Where there are no
// brackets, words with an @ are taken.
func messageIDs(value string) []string {
	var ids []string
	rest := value
	for {
		start := strings.IndexByte(rest, '<')
		if start < 0 {
			break
		}
		rest = rest[start+1:]
		end := strings.IndexByte(rest, '>')
		if end < 0 {
			end = len(rest)
		}
		if id := strings.Join(strings.Fields(rest[:end]), ""); id != "" {
			ids = append(ids, id)
		}
		rest = rest[min(end+1, len(rest)):]
	}
	if ids != nil || value == "" {
		return ids
	}
	for _, word := range strings.Fields(value) {
		if strings.IndexByte(word, '@') > 0 {
			ids = append(ids, word)
		}
	}
	return ids
}

// mentions finds references such as USL-2020-0001 in the subject and in the
// addresses a mail was sent to (usulan+USL-2020-0001@example.org).
func mentions(h *header, subject string) []string {
	found := appendReferences(nil, subject)
	for _, name := range [...]string{"to", "cc", "delivered-to", "x-original-to", "envelope-to"} {
		for _, f := range h.fields {
			if f.name == name {
				found = appendReferences(found, string(f.raw[:min(len(f.raw), maxAddressField)]))
			}
		}
	}
	return found
}

// appendReferences appends the references that a text holds, in upper case and
// each once: letters, a year of four digits, a number of at least four.
func appendReferences(found []string, s string) []string {
	for pos := 0; pos < len(s) && len(found) < maxReferences; {
		i := strings.IndexByte(s[pos:], '-')
		if i < 0 {
			break
		}
		dash := pos + i
		pos = dash + 1
		start := dash
		for start > 0 && dash-start < 12 && isASCIIAlnum(s[start-1]) {
			start--
		}
		year := digits(s, pos)
		if dash-start < 2 || year != 4 || pos+4 >= len(s) || s[pos+4] != '-' || !isASCIILetter(s[start]) ||
			start > 0 && (isASCIIAlnum(s[start-1]) || s[start-1] == '-') {
			continue
		}
		number := digits(s, pos+5)
		end := pos + 5 + number
		if number < 4 || number > 9 || end < len(s) && isASCIIAlnum(s[end]) {
			continue
		}
		if ref := strings.ToUpper(s[start:end]); !slices.Contains(found, ref) {
			found = append(found, ref)
		}
		pos = end
	}
	return found
}

// digits counts the digits of s from pos on.
func digits(s string, pos int) int {
	n := 0
	for pos+n < len(s) && s[pos+n] >= '0' && s[pos+n] <= '9' {
		n++
	}
	return n
}

func isASCIILetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isASCIIAlnum(c byte) bool  { return isASCIILetter(c) || c >= '0' && c <= '9' }
