package email

import (
	"bytes"
	"strings"

	"usulan/intake"
)

// Bounds of what is taken for a mail that a person or a program of theirs made.
// Honest mails have been seen with 12 nested parts and 3,000 delimiters; what
// goes beyond was made to hurt and is quarantined.
const (
	maxDepth       = 50
	maxParts       = 10_000
	maxFields      = 50_000  // in all headers together
	maxHeaderBytes = 4 << 20 // of the mail's own header
	maxGuesses     = 3       // boundaries found without a declaration; each costs one more look at the part
)

// part is one node of a mail's MIME structure.
type part struct {
	header      header
	mediaType   string // in lower case, "text/plain" where none is given
	params      map[string]string
	disposition string // in lower case, empty where none is given
	dispParams  map[string]string
	encoding    intake.Encoding
	children    []*part

	start int // offset of the header in the source
	body  int // offset of the body
	end   int // offset of the end of the body, before the line end that belongs to a delimiter

	// text is the decoded UTF-8 of a part that machines read for people: that of
	// message/delivery-status and its like, up to a bound; else empty.
	text string
}

// isMultipart tells whether a part holds others.
func (p *part) isMultipart() bool { return strings.HasPrefix(p.mediaType, "multipart/") }

// isMessage tells whether a part is a mail by itself.
func (p *part) isMessage() bool {
	return p.mediaType == "message/rfc822" || p.mediaType == "message/global" || p.mediaType == "message/news"
}

// partScanner finds the structure of a mail in one pass over its bytes. Every byte
// is looked at once for delimiters and at most once for fields, whatever the
// nesting; only boundaries that nobody declared cost another look.
type partScanner struct {
	src     []byte
	open    [][]byte // boundaries of the multiparts around the current place, outermost first
	parts   int
	fields  int
	guesses int
	fault   string // why scanning was given up
}

// delimiter is a line that parts parts, or the end of the source.
type delimiter struct {
	start   int // where the content before it ends
	after   int // where what follows begins
	level   int // which of the open boundaries it has, -1 at the end of the source
	closing bool
}

// scanStructure reads the structure of a whole mail. It returns a part whatever
// src holds, and a Fault code when the structure was too much.
func scanStructure(src []byte) (root *part, fault string) {
	s := partScanner{src: src}
	start := 0
	for start < len(src) && (src[start] == '\n' || src[start] == '\r') {
		start++
	}
	root = &part{start: start}
	limit := start + min(len(src)-start, maxHeaderBytes)
	fields, size, ok := scanHeader(src[start:limit], maxFields, func([]byte) bool { return false })
	root.header.fields = fields
	root.body = start + size
	root.end = len(src)
	s.fields = len(fields)
	root.describe("text/plain")
	if !ok || root.body == limit && limit < len(src) {
		return root, FaultHeader
	}
	s.inside(root, 0)
	return root, s.fault
}

// entity reads a part whose header begins at start, and everything in it.
func (s *partScanner) entity(start, depth int, defaultType string) (*part, delimiter) {
	p := &part{start: start}
	if s.parts++; s.parts > maxParts || depth > maxDepth {
		s.fault = FaultStructure
		return p, s.end()
	}
	fields, size, ok := scanHeader(s.src[start:], maxFields-s.fields, func(line []byte) bool {
		level, _ := s.match(line)
		return level >= 0
	})
	if s.fields += len(fields); !ok {
		s.fault = FaultStructure
		return p, s.end()
	}
	p.header.fields = fields
	p.body = start + size
	p.describe(defaultType)
	return p, s.inside(p, depth)
}

// inside reads the body of a part and returns the delimiter that ended it.
func (s *partScanner) inside(p *part, depth int) delimiter {
	var d delimiter
	switch {
	case p.isMultipart():
		d = s.multipart(p, depth)
	case p.isMessage() && p.encoding == intake.Identity:
		var child *part
		child, d = s.entity(p.body, depth+1, "text/plain")
		p.children = []*part{child}
		// Empty lines behind a mail are the sender's program's, not the mail's.
		d.start = max(p.body, d.start)
		p.end = p.body + len(bytes.TrimRight(s.src[p.body:d.start], "\r\n"))
		return d
	default:
		if boundary, ok := s.undeclared(p); ok {
			p.mediaType = "multipart/mixed"
			d = s.children(p, boundary, depth)
			break
		}
		d = s.delimiter(p.body)
	}
	p.end = max(d.start, p.body)
	return d
}

// multipart reads the children of a multipart. When its boundary is missing or
// occurs nowhere, the first line that looks like a delimiter is taken for one.
func (s *partScanner) multipart(p *part, depth int) delimiter {
	var d delimiter
	if boundary := p.params["boundary"]; boundary != "" {
		if d = s.children(p, []byte(boundary), depth); len(p.children) > 0 {
			return d
		}
	} else {
		d = s.delimiter(p.body)
	}
	if s.fault != "" {
		return d
	}
	if boundary, ok := s.guess(s.src[p.body:max(d.start, p.body)]); ok {
		return s.children(p, boundary, depth)
	}
	return d
}

// children reads the parts that a boundary divides.
func (s *partScanner) children(p *part, boundary []byte, depth int) delimiter {
	defaultType := "text/plain"
	if p.mediaType == "multipart/digest" {
		defaultType = "message/rfc822"
	}
	shared := s.isOpen(boundary)
	s.open = append(s.open, boundary)
	own := len(s.open) - 1
	d := s.delimiter(p.body)
	for d.level == own && s.fault == "" {
		if d.closing {
			if shared {
				// The same boundary one level up: what follows is up there.
				s.open = s.open[:own]
				return s.delimiter(d.after)
			}
			// Parts behind the end come from programs that append to mails.
			d = s.delimiter(d.after)
			continue
		}
		var child *part
		child, d = s.entity(d.after, depth+1, defaultType)
		p.children = append(p.children, child)
	}
	s.open = s.open[:own]
	return d
}

// undeclared recognises a multipart whose Content-Type was lost or damaged: its
// body begins with a delimiter and a field of a part.
func (s *partScanner) undeclared(p *part) ([]byte, bool) {
	if len(s.open) > 0 || !strings.HasPrefix(p.mediaType, "text/") || p.encoding != intake.Identity {
		return nil, false
	}
	pos := p.body
	for pos < len(s.src) && (s.src[pos] == '\n' || s.src[pos] == '\r') {
		pos++
	}
	if !bytes.HasPrefix(s.src[pos:], []byte("--")) {
		return nil, false
	}
	line, next := cutLine(s.src, pos)
	return s.guess(s.src[pos:min(len(s.src), next+len(line)+100)])
}

// guess finds the first line that looks like a delimiter: two hyphens, no
// blanks, and a Content- field below.
func (s *partScanner) guess(body []byte) ([]byte, bool) {
	if s.guesses++; s.guesses > maxGuesses {
		return nil, false
	}
	for pos := 0; pos < len(body); {
		if pos > 0 || !bytes.HasPrefix(body, []byte("--")) {
			i := bytes.Index(body[pos:], []byte("\n--"))
			if i < 0 {
				break
			}
			pos += i + 1
		}
		line, next := cutLine(body, pos)
		line = bytes.TrimRight(line, " \t")
		below := body[next:min(len(body), next+8)]
		if len(line) > 2 && len(line) < 200 && bytes.IndexByte(line, ' ') < 0 && bytes.EqualFold(below, []byte("content-")) {
			return line[2:], true
		}
		pos = max(pos+2, next-1)
	}
	return nil, false
}

// delimiter finds the first delimiter of any open boundary at or after from,
// which is the beginning of a line.
func (s *partScanner) delimiter(from int) delimiter {
	if len(s.open) == 0 || s.fault != "" {
		return s.end()
	}
	pos := from
	for {
		if pos > from || !bytes.HasPrefix(s.src[pos:], []byte("--")) {
			i := bytes.Index(s.src[pos:], []byte("\n--"))
			if i < 0 {
				return s.end()
			}
			pos += i + 1
		}
		line, next := cutLine(s.src, pos)
		if level, closing := s.match(line); level >= 0 {
			return delimiter{start: lineEndBefore(s.src, from, pos), after: next, level: level, closing: closing}
		}
		// The next delimiter may begin at the very end of this line.
		pos = max(next-1, pos+1)
		if pos >= len(s.src) {
			return s.end()
		}
	}
}

// lineEndBefore returns where the content ends whose following line begins at
// pos: that line end belongs to the delimiter (RFC 2046 section 5.1.1).
func lineEndBefore(src []byte, from, pos int) int {
	if pos > from && src[pos-1] == '\n' {
		pos--
		if pos > from && src[pos-1] == '\r' {
			pos--
		}
	}
	return pos
}

// end is the delimiter at the end of the source.
func (s *partScanner) end() delimiter {
	return delimiter{start: len(s.src), after: len(s.src), level: -1}
}

// match tells which open boundary a line has, innermost first, -1 when none.
func (s *partScanner) match(line []byte) (level int, closing bool) {
	if len(line) < 3 || line[0] != '-' || line[1] != '-' {
		return -1, false
	}
	line = bytes.TrimRight(line[2:], " \t")
	for i := len(s.open) - 1; i >= 0; i-- {
		b := s.open[i]
		if !bytes.HasPrefix(line, b) {
			continue
		}
		switch rest := line[len(b):]; {
		case len(rest) == 0:
			return i, false
		case len(rest) == 2 && rest[0] == '-' && rest[1] == '-':
			return i, true
		}
	}
	return -1, false
}

func (s *partScanner) isOpen(boundary []byte) bool {
	for _, b := range s.open {
		if bytes.Equal(b, boundary) {
			return true
		}
	}
	return false
}

// describe reads the fields that say what a part is.
func (p *part) describe(defaultType string) {
	p.mediaType = defaultType
	if raw, ok := p.header.raw("content-type"); ok {
		var token string
		token, p.params = parseParams(raw, p.header.charset)
		p.mediaType = mediaType(token, defaultType)
	}
	if raw, ok := p.header.raw("content-disposition"); ok {
		p.disposition, p.dispParams = parseParams(raw, p.header.charset)
	}
	p.encoding = encodingOf(&p.header)
}

// mediaType makes something usable of what was declared.
func mediaType(token, defaultType string) string {
	major, minor, ok := strings.Cut(token, "/")
	minor, _, _ = strings.Cut(minor, "/")
	switch {
	case ok && isToken(major) && isToken(minor):
		return major + "/" + minor
	case token == "html" || token == "text/":
		return "text/" + map[string]string{"html": "html", "text/": "plain"}[token]
	case major == "multipart":
		return "multipart/mixed"
	case major == "text" || token == "" || token == "plain":
		return defaultType
	default:
		return "application/octet-stream"
	}
}

// isToken tells whether s is a word of RFC 2045 section 5.1.
func isToken(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 127 || strings.IndexByte(`()<>@,;:\"/[]?=`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// charset is the declared charset of a part in lower case.
func (p *part) charset() string {
	c := strings.ToLower(p.params["charset"])
	if i := strings.IndexAny(c, " \t(;\"'"); i > 0 {
		c = c[:i]
	}
	return c
}
