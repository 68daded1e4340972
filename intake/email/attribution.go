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
		if head == 0 && i > floor && wrapsDate(text, lines[i-1], l) {
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

// wrapsDate tells whether the date with which an attribution begins was broken
// over the line above and this one:
//
//	Pada Sel, 17 Mar 2020 pukul
//	10.15 Nama <nama@contoh.id> menulis:
func wrapsDate(text string, above, l line) bool {
	if above.blank() || above.depth != l.depth || l.to-above.from > attributionBytes || numbersOf(text[l.from:l.to]).date {
		return false
	}
	body := text[above.from:above.to]
	return strings.IndexByte("!?:", body[len(body)-1]) < 0 && attributionHead(body) >= 0
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
	return len(last) < 24 && words.wrote[strings.ToLower(last)]
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
			if strings.IndexByte(body[:i], '@') >= 0 {
				return -1 // that is the sender, and the date follows
			}
			return len(strings.TrimRight(body[:i], "- "))
		}
	}
	return -1
}

// startsWithOn tells whether s opens with a word like "On" and a date.
func startsWithOn(s string) bool {
	if s == "" {
		return false
	}
	end := strings.IndexByte(s, ' ')
	if end < 0 {
		end = len(s)
	}
	if s[0] < utf8.RuneSelf && end > 5 {
		return false
	}
	if word := strings.ToLower(s[:min(end, 24)]); words.on[word] {
		n := wordsBeforeDigit(s[end:])
		return n >= 0 && n <= 3
	}
	// Some languages write no space after it.
	for _, on := range [...]string{"在", "于", "於", "ב-", "ב"} {
		if rest, ok := strings.CutPrefix(s, on); ok {
			return wordsBeforeDigit(rest) == 0
		}
	}
	return false
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
	n, in := 0, false
	for i, c := range s {
		if i > 44 {
			break
		}
		switch {
		case unicode.IsDigit(c):
			if in {
				return n - 1
			}
			return n
		case c == ' ' || c == ',' || c == '\n' || c == '(':
			in = false
		case !in:
			in = true
			n++
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
	case f.verb && (dated || f.dateAfter) && n.date && n.time && len(s) < 160:
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
	dateAfter   bool // the date follows the verb
	indonesian  bool // the verb is
}

func readAttribution(s string) reading {
	var f reading
	trimmed := strings.TrimRight(s, "*_ ")
	f.colon = strings.HasSuffix(trimmed, ":") || strings.HasSuffix(trimmed, "：")
	f.dashed = strings.HasPrefix(s, "--") && strings.HasSuffix(trimmed, "--")
	n, verbAt, addressAt, afterVerb := 0, -1, -1, byte(0)
	for word := range strings.FieldsSeq(strings.TrimRight(trimmed, " \n\t:：>)]")) {
		at := strings.IndexByte(word, '@') >= 0
		if at {
			addressAt = n
		}
		if gt := strings.LastIndexByte(word, '>'); gt >= 0 && gt+1 < len(word) && len(word)-gt < 24 {
			word = word[gt+1:]
			at = false
		}
		if verbAt == n-1 && verbAt >= 0 {
			afterVerb = word[0]
		}
		if !at && len(word) < 40 {
			if verb, weak := isWrote(word); verb {
				verbAt, f.weakVerb, afterVerb = n, weak, 0
				f.indonesian = strings.HasPrefix(strings.ToLower(word), "menulis")
			}
		}
		n++
	}
	f.address = addressAt >= 0
	f.addressLast = addressAt == n-1 && n > 0
	if verbAt >= 0 {
		after := n - 1 - verbAt
		rest := afterWord(s, verbAt)
		f.dateAfter = after <= 8 && (startsWithOn(rest) || startsWithDate(rest))
		f.verb = after <= 2 || f.dateAfter || afterVerb == '(' || f.addressLast && after <= 12 ||
			verbAt <= 1 && f.colon && f.address // Quoting Name <name@host>:
	}
	if !f.verb {
		core := strings.TrimRight(trimmed, ":： ")
		for _, suffix := range words.wroteEndings {
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
	if words.wrote[lower] {
		switch lower {
		case "mengirim", "berkata", "tulis":
			return true, true
		}
		return true, false
	}
	if n := strings.IndexAny(lower, "(/["); n > 0 {
		lower = lower[:n] // written for both sexes
	}
	switch lower {
	case "sent", "said", "replied", "responded":
		return true, true
	}
	return words.wrote[lower], false
}
