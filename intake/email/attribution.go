package email

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds that keep the search for an attribution line linear: it looks at no
// more lines above its end, and at no more bytes, than these.
const (
	attributionLines = 5
	attributionBytes = 480
)

// attribution is a line, broken or not, that says who wrote what is quoted
// below it.
type attribution struct {
	start int // offset in the text; may lie in the middle of a line

	// needsQuote says that it is one only when what follows is marked as quoted:
	// a letter may well say "In 2018 the mayor wrote:".
	needsQuote bool
}

// attributionAt tells whether an attribution ends with line e. Lines before
// floor are not looked at.
func attributionAt(text string, lines []line, e, floor int) (attribution, bool) {
	last := lines[e]
	body := text[last.from:last.to]
	if !mayEndAttribution(body) {
		return attribution{}, false
	}
	for i := e; i >= floor && i > e-attributionLines; i-- {
		l := lines[i]
		if l.blank() {
			// Polymail puts an empty line and a lone "<" before the address.
			if i < e && text[lines[i+1].from:lines[i+1].to] == "<" {
				continue
			}
			break
		}
		if l.depth != last.depth || last.to-l.from > attributionBytes {
			break
		}
		head := attributionHead(text[l.from:l.to])
		if head < 0 {
			continue
		}
		if a, ok := judgeAttribution(text, l.from+head, last.to, true); ok {
			return a, true
		}
		break
	}
	// No date to begin with. The name may still stand on the line above the
	// address, and the address above the verb.
	start := last.from
	if e > floor && (body[0] == '<' || len(body) < 24 && strings.IndexByte(body, ' ') < 0) {
		if above := lines[e-1]; !above.blank() && above.depth == last.depth && above.to-above.from < 120 {
			start = above.from
		}
	}
	return judgeAttribution(text, start, last.to, false)
}

// mayEndAttribution is a quick look that most lines of prose do not pass.
func mayEndAttribution(body string) bool {
	if len(body) < 2 {
		return body == ":"
	}
	switch body[len(body)-1] {
	case ':', '-', '>':
		return true
	}
	if strings.HasSuffix(body, "：") || strings.HasSuffix(body, ":*") || strings.HasSuffix(body, ":_") {
		return true
	}
	// "... <name@host> wrote", without a colon.
	if strings.IndexByte(body, '@') < 0 {
		return false
	}
	last := body[strings.LastIndexAny(body, " \t>")+1:]
	return len(last) < 24 && wroteWords[strings.ToLower(last)]
}

// attributionHead finds where in a line an attribution begins that opens with
// a date, or returns -1. That may be after the end of somebody's sentence.
func attributionHead(body string) int {
	rest := strings.TrimLeft(body, "-*_—–\"“ ")
	if startsWithOn(rest) || startsWithDate(rest) {
		return 0
	}
	for i := 1; i+8 < len(body); i++ {
		if c := body[i]; (body[i-1] == ' ' || body[i-1] == '-') && ('A' <= c && c <= 'Z' || c >= utf8.RuneSelf) && startsWithOn(body[i:]) {
			return len(strings.TrimRight(body[:i], "- "))
		}
	}
	return -1
}

// startsWithOn tells whether s opens with a word like "On" and a date.
func startsWithOn(s string) bool {
	end := strings.IndexByte(s, ' ')
	if end < 0 {
		end = len(s)
	}
	word := s[:min(end, 24)]
	if first := s[:min(1, len(s))]; first != "" && first[0] < utf8.RuneSelf {
		if end > 5 {
			return false
		}
		word = strings.ToLower(word)
	} else if !onWords[strings.ToLower(word)] {
		// Some languages write no space after it.
		word = ""
		for _, on := range [...]string{"在", "于", "於", "ב-", "ב"} {
			if rest, ok := strings.CutPrefix(s, on); ok {
				return wordsBeforeDigit(rest) == 0
			}
		}
		return false
	}
	if !onWords[strings.ToLower(word)] && word != "in" { // "in data"
		return false
	}
	n := wordsBeforeDigit(s[end:])
	return n >= 0 && n <= 3
}

// startsWithDate tells whether s opens with a date or a time, perhaps after the
// name of a day.
func startsWithDate(s string) bool {
	n := wordsBeforeDigit(s)
	if n < 0 || n > 2 {
		return false
	}
	f := numbersOf(s)
	return f.date || f.time
}

// wordsBeforeDigit counts the words before the first digit, or returns -1 when
// none comes within the length of a date.
func wordsBeforeDigit(s string) int {
	words, in := 0, false
	for i, c := range s {
		if i > 44 {
			break
		}
		switch {
		case unicode.IsDigit(c):
			if in {
				return words - 1
			}
			return words
		case c == ' ' || c == ',' || c == '\n' || c == '(':
			in = false
		case !in:
			in = true
			words++
		}
	}
	return -1
}

// judgeAttribution tells whether text[start:end] reads as one. dated says that
// it begins with a date.
func judgeAttribution(text string, start, end int, dated bool) (attribution, bool) {
	s := text[start:end]
	f := readAttribution(s)
	n := numbersOf(s)
	a := attribution{start: start}
	switch {
	case f.dashed && f.verb:
		return a, true
	case f.weakVerb && !(f.address && n.date && n.time):
		return a, false
	case f.verb && f.address && (dated || n.date && n.time):
		return a, true
	case f.verb && n.date && n.time && len(s) < 160:
		// Without an address. Indonesian letters give dates and times as well,
		// and Indonesian programs the address.
		a.needsQuote = f.indonesian
		return a, true
	case f.verb && len(s) < 240:
		a.needsQuote = true
		return a, true
	case dated && f.addressLast && n.date && n.time && len(s) < 300 && f.colon:
		return a, true
	case dated && f.addressLast && n.date && len(s) < 300:
		a.needsQuote = true
		return a, true
	}
	return a, false
}

// reading is what the words of a supposed attribution say.
type reading struct {
	verb        bool // it has "wrote" where an attribution has it
	weakVerb    bool // the verb is one that letters use as well
	address     bool
	addressLast bool
	colon       bool // it ends in one
	dashed      bool // it stands between dashes
	indonesian  bool // the verb is
}

func readAttribution(s string) reading {
	var f reading
	trimmed := strings.TrimRight(s, "*_ ")
	f.colon = strings.HasSuffix(trimmed, ":") || strings.HasSuffix(trimmed, "：")
	f.dashed = strings.HasPrefix(s, "--") && strings.HasSuffix(trimmed, "--")
	words, verbAt, addressAt, afterVerb := 0, -1, -1, byte(0)
	for word := range strings.FieldsSeq(strings.TrimRight(trimmed, " \n\t:：>)]")) {
		at := strings.IndexByte(word, '@') >= 0
		if at {
			addressAt = words
		}
		if gt := strings.LastIndexByte(word, '>'); gt >= 0 && gt+1 < len(word) && len(word)-gt < 24 {
			word = word[gt+1:]
			at = false
		}
		if verbAt == words-1 && verbAt >= 0 {
			afterVerb = word[0]
		}
		if !at && len(word) < 40 {
			if verb, weak := isWrote(word); verb {
				verbAt, f.weakVerb, afterVerb = words, weak, 0
				f.indonesian = strings.HasPrefix(strings.ToLower(word), "menulis")
			}
		}
		words++
	}
	f.address = addressAt >= 0
	f.addressLast = addressAt == words-1 && words > 0
	if verbAt >= 0 {
		after := words - 1 - verbAt
		f.verb = after <= 2 || afterVerb == '(' || f.addressLast && after <= 12 ||
			after <= 8 && startsWithOn(afterWord(s, verbAt))
	}
	if !f.verb {
		core := strings.TrimRight(trimmed, ":： ")
		for _, suffix := range wroteSuffixes {
			if strings.HasSuffix(core, suffix) {
				f.verb, f.weakVerb = true, false
			}
		}
	}
	return f
}

// afterWord returns what follows the n-th word of s, counted from nought.
func afterWord(s string, n int) string {
	for ; n >= 0; n-- {
		s = strings.TrimLeft(s, " \t\n")
		i := strings.IndexAny(s, " \t\n")
		if i < 0 {
			return ""
		}
		s = s[i:]
	}
	return strings.TrimLeft(s, " \t\n")
}

// isWrote tells whether a word says that somebody wrote, and whether it is a
// word that could as well say something else.
func isWrote(word string) (is, weak bool) {
	word = strings.Trim(word, ":,.;\"'*_-–—")
	lower := strings.ToLower(word)
	if wroteWords[lower] {
		switch lower {
		case "mengirim", "berkata", "tulis":
			return true, true
		}
		return true, false
	}
	lower = strings.TrimRight(lower, ")>]")
	switch lower {
	case "sent", "said", "replied", "responded":
		return true, true
	}
	return wroteWords[lower], false
}

// numbers says which figures a text contains.
type numbers struct {
	date bool // a date in figures, or a year and a day
	time bool // a time of the day, such as 10:15 or 10.15
}

// numbersOf looks for dates and times without knowing any language.
func numbersOf(s string) numbers {
	var n numbers
	var year, small, dotted bool
	for i := 0; i < len(s); {
		if s[i] < '0' || s[i] > '9' {
			i++
			continue
		}
		j := i
		for j < len(s) && '0' <= s[j] && s[j] <= '9' {
			j++
		}
		switch j - i {
		case 1, 2:
			small = true
			if isTime(s, i, j) {
				n.time = true
			}
			if j+6 <= len(s) && s[j] == '.' && s[j+3] == '.' && twoDigits(s, j+1) && twoDigits(s, j+4) && (j+6 == len(s) || !isDigit(s[j+6])) {
				dotted = true
			}
			if isNumericDate(s, j) {
				n.date = true
			}
		case 4:
			if s[i] == '1' && s[i+1] == '9' || s[i] == '2' && s[i+1] == '0' {
				year = true
			}
			if isNumericDate(s, j) {
				n.date = true
			}
		}
		i = j
	}
	n.date = n.date || year && small
	n.time = n.time || year && dotted // 10.15.30; without a year it may be a date
	return n
}

// isTime tells whether the one or two digits s[i:j] begin a time of the day.
func isTime(s string, i, j int) bool {
	if i > 0 && (s[i-1] == '.' || s[i-1] == '/' || s[i-1] == ',' || s[i-1] == '-' && i > 1 && isDigit(s[i-2])) {
		return false
	}
	if j+2 >= len(s) {
		return false
	}
	if s[j] == ' ' { // 6 PM
		return (s[j+1]|0x20 == 'p' || s[j+1]|0x20 == 'a') && s[j+2]|0x20 == 'm'
	}
	if s[j] != ':' && s[j] != '.' && s[j]|0x20 != 'h' || !twoDigits(s, j+1) {
		return false
	}
	end := j + 3
	if end < len(s) && isDigit(s[end]) {
		return false
	}
	// 04.07.2024 is a date.
	return s[j] == ':' || end+1 >= len(s) || s[end] != '.' || !isDigit(s[end+1])
}

func twoDigits(s string, i int) bool {
	return i+1 < len(s) && '0' <= s[i] && s[i] <= '9' && '0' <= s[i+1] && s[i+1] <= '9'
}

// isNumericDate tells whether, after a number that ends at j, two more parts of
// a date follow: 17/03/2020, 2020-03-17, 17-Mar-2020, 2020年3月17日.
func isNumericDate(s string, j int) bool {
	for part := 0; part < 2; part++ {
		var sep string
		for _, c := range [...]string{"/", "-", ".", "年", "月", "년", "월", "=2C"} {
			if strings.HasPrefix(s[min(j, len(s)):], c) {
				sep = c
				break
			}
		}
		if sep == "" {
			return false
		}
		j += len(sep)
		if j < len(s) && s[j] == ' ' && len(sep) > 1 {
			j++
		}
		k := j
		for k < len(s) && k-j < 10 && (isDigit(s[k]) || part == 0 && isLetter(s[k])) {
			k++
		}
		if k == j {
			return false
		}
		if part == 0 && k < len(s) && s[k] == '.' && k+1 < len(s) && s[k+1] == '-' {
			k++ // 17-feb.-2015
		}
		j = k
	}
	return true
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c >= utf8.RuneSelf }
