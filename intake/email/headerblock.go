package email

import (
	"strings"
	"unicode/utf8"

	"usulan/intake"
)

// Bounds on the search for a header block.
const (
	blockLines         = 24 // lines a block may have
	blockContinuations = 4  // lines one field may be folded over
	fieldNameBytes     = 40
)

// headerBlock is what "From: ..., Sent: ..., To: ..., Subject: ..." above an
// earlier mail was found to hold.
type headerBlock struct {
	end     int // index of the line after it
	first   fieldKind
	kinds   uint8
	address bool // sender or recipient has one
	time    bool // the date has a time of the day
	form    bool // more "Name: value" lines follow at once, as in a form
}

func (b headerBlock) has(kinds ...fieldKind) bool {
	for _, k := range kinds {
		if b.kinds&(1<<k) == 0 {
			return false
		}
	}
	return true
}

// quotes tells whether it stands above an earlier mail. A memorandum also has
// From, To, Date and Subject, so a clock time is asked for, and an address unless
// the mail is an answer. marked says that a line which only mail programs write
// stands above it.
func (b headerBlock) quotes(marked, answer bool) bool {
	switch {
	case marked && b.has(fromField) && b.kinds&^(1<<fromField) != 0 && (b.address || b.has(toField) || b.has(dateField)):
		return true
	case marked && b.has(dateField, toField, subjectField):
		return true
	case !b.time || !b.has(dateField) || !b.address && !answer:
		return false
	case b.has(fromField, toField, subjectField):
		return true
	case b.form:
		return false
	case b.has(fromField) && (b.address || b.has(toField) || b.has(subjectField)):
		return true
	}
	return b.first == dateField && b.has(toField) && b.address
}

// forwards tells whether it is the header of a forward, given that a line that
// announces one stands above it.
func (b headerBlock) forwards() bool {
	return b.has(fromField) || b.has(dateField, toField) || b.has(toField, subjectField)
}

// fieldOf tells which header a line shows, and where its value begins.
func fieldOf(body string) (fieldKind, int) {
	limit := min(len(body), fieldNameBytes)
	colon := strings.IndexByte(body[:limit], ':')
	width := 1
	if wide := strings.Index(body[:limit], "："); wide >= 0 && (colon < 0 || wide < colon) {
		colon, width = wide, len("：")
	}
	if colon < 1 {
		return noField, 0
	}
	// Bold names come as *From:*.
	name := strings.Trim(body[:colon], "*_|[ \t\u00a0")
	var buf [fieldNameBytes]byte
	n := 0
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c >= utf8.RuneSelf {
			return words.fields[strings.ToLower(name)], colon + width
		}
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		buf[n] = c
		n++
	}
	return words.fields[string(buf[:n])], colon + width
}

// headerBlockAt reads a header block that begins with line i.
func headerBlockAt(text string, lines []line, i int) (headerBlock, bool) {
	var b headerBlock
	if lines[i].blank() {
		return b, false
	}
	b.first, _ = fieldOf(text[lines[i].from:lines[i].to])
	if b.first == noField || b.first == otherField {
		return b, false
	}
	current, missed := noField, 0
	for j := i; j < len(lines) && j < i+blockLines; j++ {
		l := lines[j]
		if l.blank() || l.depth != lines[i].depth {
			// Programs that write each line as a paragraph leave blank lines between.
			if l.blank() && j+1 < len(lines) && lines[j+1].depth == lines[i].depth {
				if kind, _ := fieldOf(text[lines[j+1].from:lines[j+1].to]); kind != noField && b.kinds&(1<<kind) == 0 {
					continue
				}
			}
			break
		}
		body := text[l.from:l.to]
		kind, value := fieldOf(body)
		if kind == noField {
			if missed++; missed > blockContinuations {
				break
			}
			// A folded line: more of the field above, if another field follows.
			if current == fromField || current == toField {
				b.address = b.address || strings.IndexByte(body, '@') >= 0 && missed == 1
			}
			continue
		}
		if b.kinds&(1<<kind) != 0 && kind != otherField {
			break
		}
		b.see(kind, body[value:])
		current, missed, b.end = kind, 0, j+1
	}
	b.end = blockEnd(text, lines, b.end)
	b.form = b.end < len(lines) && looksLikeField(text[lines[b.end].from:lines[b.end].to])
	return b, true
}

// see notes one field, and others that stand on the same line behind it.
func (b *headerBlock) see(kind fieldKind, value string) {
	b.kinds |= 1 << kind
	switch kind {
	case dateField:
		b.time = b.time || numbersOf(value).time
	case fromField, toField:
		b.address = b.address || strings.IndexByte(value, '@') >= 0
	}
	value = value[:min(len(value), 300)]
	for from := 0; ; {
		colon := strings.IndexByte(value[from:], ':')
		if colon < 0 {
			return
		}
		colon += from
		name := strings.TrimRight(value[from:colon], " *\u00a0")
		name = strings.ToLower(name[strings.LastIndexAny(name, " *\u00a0")+1:])
		if inner := words.fields[name]; inner != noField && inner != otherField && len(name) > 1 {
			b.kinds |= 1 << inner
			if inner == dateField {
				b.time = b.time || numbersOf(value[colon+1:]).time
			}
		}
		from = colon + 1
	}
}

// blockEnd moves past lines that the last field of a block was folded over:
// indented ones, and more addresses.
func blockEnd(text string, lines []line, end int) int {
	for n := 0; end < len(lines) && n < blockContinuations; n++ {
		l := lines[end]
		if l.blank() || l.depth != lines[end-1].depth {
			break
		}
		body := text[l.from:l.to]
		indented := l.depth == 0 && (text[l.start] == ' ' || text[l.start] == '\t') && text[lines[end-1].start] != ' '
		addresses := strings.IndexByte(body, '@') >= 0 && (body[0] == '<' || strings.HasSuffix(body, ">") || strings.HasSuffix(body, ";"))
		if kind, _ := fieldOf(body); !indented && !addresses && kind != otherField {
			break
		}
		end++
	}
	return end
}

// looksLikeField tells whether a line reads "Name: value", whatever the name.
func looksLikeField(body string) bool {
	colon := strings.IndexByte(body, ':')
	return colon > 0 && colon < 28 && strings.Count(body[:colon], " ") <= 2 && !strings.HasPrefix(body[colon:], "://")
}

// separatorAt tells whether line i is one that programs put above an earlier
// mail, such as "----- Original Message -----" or "Begin forwarded message:".
func separatorAt(body string) separatorKind {
	if len(body) < 6 || len(body) > 160 {
		return noSeparator
	}
	core := strings.Trim(body, "-=_*~#<>[]—–─ \t\u00a0")
	dashes := len(body) - len(core)
	if core == "" || len(core) > 100 || dashes < 4 && body[len(body)-1] != ':' {
		return noSeparator
	}
	core = strings.ToLower(strings.TrimRight(core, ":： "))
	if kind, ok := words.separators[core]; ok {
		if dashes >= 4 {
			return kind
		}
		// Without dashes only a forward is announced so.
		if kind == forwardSeparator && strings.IndexByte(core, ' ') > 0 {
			return kind
		}
		return noSeparator
	}
	if dashes < 4 {
		return noSeparator
	}
	// "Forwarded by Name on date".
	for end, n := 0, 0; n < 4; n++ {
		next := strings.IndexByte(core[end:], ' ')
		if next < 0 {
			break
		}
		end += next
		if n > 0 && words.separators[core[:end]] == forwardSeparator {
			return forwardSeparator
		}
		end++
	}
	return noSeparator
}

// forwardedAuthor returns who wrote a forwarded text, by the header above it,
// or the zero Address when that names none. Of several forwards the one with
// the most text under it counts: the others are the way it took.
func forwardedAuthor(text string, ranges []intake.Range) intake.Address {
	var author intake.Address
	longest := -1
	for i, r := range ranges {
		if r.Kind != intake.ForwardHeader {
			continue
		}
		end := len(text)
		if i+1 < len(ranges) {
			end = ranges[i+1].Start
		}
		from, to := trimSpace(text, r.End, end)
		if to-from <= longest {
			continue
		}
		if a := senderIn(text[r.Start:r.End]); a != (intake.Address{}) {
			author, longest = a, to-from
		}
	}
	return author
}

// senderIn reads the sender's name and address out of a header block.
func senderIn(block string) intake.Address {
	lines := splitLines(block)
	for i, l := range lines {
		body := block[l.from:l.to]
		kind, value := fieldOf(body)
		if kind != fromField {
			continue
		}
		sender := body[value:]
		if strings.IndexByte(sender, '@') < 0 && i+1 < len(lines) {
			next := block[lines[i+1].from:lines[i+1].to]
			if kind, _ := fieldOf(next); kind == noField {
				sender += " " + next
			}
		}
		return parseSender(sender)
	}
	return intake.Address{}
}

// parseSender reads what programs show for a sender: Name <a@b>, Name [a@b],
// Name [mailto:a@b], a@b (Name), "Name"<mailto:a@b>.
func parseSender(s string) intake.Address {
	at := strings.IndexByte(s, '@')
	if at < 0 {
		return intake.Address{}
	}
	const stop = " \t<>[]()\"',;:|*"
	start := strings.LastIndexAny(s[:at], stop) + 1
	end := len(s)
	if n := strings.IndexAny(s[at:], stop); n >= 0 {
		end = at + n
	}
	address := strings.TrimRight(s[start:end], ".")
	if start == at || end-at < 4 || strings.IndexByte(s[at:end], '.') < 0 {
		return intake.Address{}
	}
	name := strings.Trim(strings.TrimSuffix(strings.TrimSpace(s[:start]), "mailto:"), stop)
	if name == "" {
		name, _, _ = strings.Cut(strings.TrimLeft(s[end:], stop), ")")
		name = strings.Trim(name, stop)
		if strings.IndexByte(name, '@') >= 0 {
			name = ""
		}
	}
	if strings.EqualFold(name, address) {
		name = ""
	}
	return intake.Address{Kind: intake.Email, Value: strings.ToLower(address), Shown: address, Name: name}
}
