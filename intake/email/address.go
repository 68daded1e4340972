package email

import (
	"bytes"
	"strings"

	"usulan/intake"
)

// maxAddressField bounds how much of a field is read for addresses.
const maxAddressField = 64 << 10

// mailbox is one address as a header gives it.
type mailbox struct {
	name string // decoded, empty when it says no more than the address
	addr string // without brackets
}

// address turns a mailbox into an address of the intake.
func (m mailbox) address() intake.Address {
	return intake.Address{Kind: intake.Email, Value: strings.ToLower(m.addr), Shown: m.addr, Name: m.name}
}

// local returns the part before the last @ in lower case.
func (m mailbox) local() string {
	i := strings.LastIndexByte(m.addr, '@')
	return strings.ToLower(m.addr[:max(i, 0)])
}

// parseAddresses reads an address list (RFC 5322 section 3.4) as far as it can
// be read: unquoted specials, lost brackets and quotes, names behind the
// address, groups and routes. charset is what its 8-bit bytes mean.
func parseAddresses(raw []byte, charset string) []mailbox {
	raw = raw[:min(len(raw), maxAddressField)]
	p := addressParser{src: unfold(raw), charset: charset}
	p.run()
	if len(p.found) == 0 {
		if m, ok := anyAddress(p.src, charset); ok {
			return []mailbox{m}
		}
	}
	return p.found
}

// addressParser collects one mailbox at a time.
type addressParser struct {
	src     []byte
	pos     int
	charset string
	found   []mailbox

	phrase  []byte // words outside brackets, quotes taken off
	comment []byte
	angle   []byte
	bracket bool // angle was given, if empty
}

func (p *addressParser) run() {
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		switch {
		case c == '"':
			p.quotedString()
			continue
		case c == '(':
			p.parens()
			continue
		case c == '<':
			p.brackets()
			continue
		case c == '=' && p.encodedWord():
			continue
		case c == ',' || c == ';':
			p.flush()
		case c == ':' && !p.bracket && bytes.IndexByte(p.phrase, '@') < 0 && !bytes.Equal(bytes.ToLower(bytes.TrimSpace(p.phrase)), []byte("mailto")):
			p.phrase = p.phrase[:0] // the name of a group
		default:
			p.phrase = append(p.phrase, c)
		}
		p.pos++
	}
	p.flush()
}

// quotedString takes a quoted string. One that is never closed is not one.
func (p *addressParser) quotedString() {
	start, open := len(p.phrase), p.pos
	for i := p.pos + 1; i < len(p.src); i++ {
		switch c := p.src[i]; {
		case c == '\\' && i+1 < len(p.src):
			i++
			p.phrase = append(p.phrase, p.src[i])
		case c == '"':
			p.pos = i + 1
			if p.pos < len(p.src) && p.src[p.pos] == '@' {
				// A quoted local part keeps its quotes.
				p.phrase = append(p.phrase[:start], p.src[open:i+1]...)
			}
			return
		default:
			p.phrase = append(p.phrase, c)
		}
	}
	p.phrase = p.phrase[:start]
	p.src = bytes.ReplaceAll(p.src[p.pos:], []byte(`"`), nil)
	p.pos = 0
}

// parens takes a comment, with those inside it.
func (p *addressParser) parens() {
	depth, start := 0, p.pos+1
	for i := p.pos; i < len(p.src); i++ {
		switch p.src[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				p.comment = append(p.comment[:0], p.src[start:i]...)
				p.pos = i + 1
				return
			}
		}
	}
	// Never closed: an ordinary character, and so are all the others.
	p.src = bytes.ReplaceAll(p.src[p.pos:], []byte("("), nil)
	p.pos = 0
}

// brackets takes <address>. A missing end is the end of the field.
func (p *addressParser) brackets() {
	rest := p.src[p.pos+1:]
	end := bytes.IndexByte(rest, '>')
	p.pos += end + 2
	if end < 0 {
		end, p.pos = len(rest), len(p.src)
	}
	inner := rest[:end]
	// "a < b <c@d>": the last opening bracket counts.
	if i := bytes.LastIndexByte(inner, '<'); i >= 0 {
		p.phrase = append(p.phrase, inner[:i]...)
		inner = inner[i+1:]
	}
	if p.bracket && len(p.angle) > 0 && bytes.IndexByte(p.angle, '@') >= 0 {
		return // the first one counts
	}
	p.angle, p.bracket = inner, true
}

// encodedWord takes an encoded word whole: some programs leave commas and
// brackets unencoded in it.
func (p *addressParser) encodedWord() bool {
	rest := p.src[p.pos:min(len(p.src), p.pos+1000)]
	if !bytes.HasPrefix(rest, []byte("=?")) {
		return false
	}
	q := bytes.IndexByte(rest[2:], '?') + 2
	if q < 3 || q+2 >= len(rest) || rest[q+2] != '?' {
		return false
	}
	end := bytes.Index(rest[q+3:], []byte("?="))
	if end < 0 {
		return false
	}
	end += q + 5
	p.phrase = append(p.phrase, rest[:end]...)
	p.pos += end
	return true
}

// flush ends a mailbox.
func (p *addressParser) flush() {
	name, addr := p.phrase, p.angle
	if !p.bracket || cleanAddress(addr) == "" {
		if name, addr = splitBare(p.phrase); p.bracket && bytes.IndexByte(addr, '@') < 0 {
			name, addr = p.phrase, nil
		}
	}
	m := mailbox{addr: validUTF8(cleanAddress(addr))}
	if len(bytes.TrimSpace(name)) == 0 {
		name = p.comment
	}
	m.name = cleanName(decodeWords(bytes.TrimSpace(name), p.charset), m.addr)
	if m.addr != "" || m.name != "" && p.bracket {
		p.found = append(p.found, m)
	}
	p.phrase, p.comment, p.angle, p.bracket = p.phrase[:0], p.comment[:0], nil, false
}

// splitBare parts an address without brackets from a name beside it. A single
// word without @ is an address as local mailers write it.
func splitBare(phrase []byte) (name, addr []byte) {
	phrase = bytes.TrimSpace(phrase)
	at := bytes.IndexByte(phrase, '@')
	if at < 0 {
		if len(phrase) > 0 && !bytes.ContainsAny(phrase, " \t?") {
			return nil, phrase
		}
		return phrase, nil
	}
	start := bytes.LastIndexAny(phrase[:at], " \t") + 1
	if i := bytes.LastIndexByte(phrase[:at], '"'); i >= start {
		start = bytes.IndexByte(phrase, '"')
	}
	end := len(phrase)
	if i := bytes.IndexAny(phrase[at:], " \t"); i >= 0 {
		end = at + i
	}
	name = append(append([]byte(nil), phrase[:start]...), phrase[end:]...)
	return name, phrase[start:end]
}

// cleanAddress takes off what does not belong to an address: blanks, comments,
// a route (RFC 5322 section 4.4), "mailto:", stray brackets and quotes.
func cleanAddress(b []byte) string {
	s := string(b)
	if i := strings.IndexByte(s, '('); i >= 0 {
		s = withoutComments(s)
	}
	if strings.HasPrefix(strings.TrimSpace(s), "@") {
		if i := strings.LastIndexByte(s, ':'); i >= 0 {
			s = s[i+1:]
		}
	}
	s = oneLine(s)
	if len(s) > 7 && strings.EqualFold(s[:7], "mailto:") {
		s = s[7:]
	}
	s = strings.Trim(s, "<>[]{},;' \t")
	if strings.HasPrefix(s, `"`) && strings.HasSuffix(s, `"`) {
		s = strings.Trim(s, `"`)
	}
	if i := strings.IndexByte(s, '@'); i >= 0 && !strings.HasPrefix(s, `"`) {
		s = oneAddress(s)
	}
	return strings.TrimRight(s, ".")
}

// oneAddress takes the blanks out of an address, or the word with the @ where
// something else stands beside it.
func oneAddress(s string) string {
	words := strings.Fields(s)
	for _, w := range words {
		if i := strings.IndexByte(w, '@'); i > 0 && i < len(w)-1 && w[0] != '.' && w[len(w)-1] != '.' && !strings.HasPrefix(s, "@") {
			if len(words) == 2 || len(words) > 4 {
				return w
			}
		}
	}
	return strings.Join(words, "")
}

// withoutComments removes what stands in parentheses.
func withoutComments(s string) string {
	var out strings.Builder
	depth := 0
	for _, r := range s {
		switch {
		case r == '(':
			depth++
		case r == ')' && depth > 0:
			depth--
		case depth == 0:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// cleanName makes a name of a phrase: one line, without quotes around it, empty
// when it only repeats the address.
func cleanName(name, addr string) string {
	name = strings.Trim(strings.Join(strings.Fields(oneLine(name)), " "), " <>")
	for len(name) > 1 && (name[0] == '\'' || name[0] == '"') && name[len(name)-1] == name[0] {
		name = strings.TrimSpace(name[1 : len(name)-1])
	}
	if strings.EqualFold(name, addr) || strings.EqualFold(name, "<"+addr+">") {
		return ""
	}
	return name
}

// anyAddress finds something with an @ in a field that could not be read.
func anyAddress(b []byte, charset string) (mailbox, bool) {
	at := bytes.IndexByte(b, '@')
	if at < 0 {
		return mailbox{}, false
	}
	const end = " \t<>(),;:\"[]"
	start := bytes.LastIndexAny(b[:at], end) + 1
	stop := len(b)
	if i := bytes.IndexAny(b[at:], end); i >= 0 {
		stop = at + i
	}
	addr := cleanAddress(b[start:stop])
	if len(addr) < 3 {
		return mailbox{}, false
	}
	return mailbox{addr: validUTF8(addr)}, true
}
