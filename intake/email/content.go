package email

import (
	"crypto/sha256"
	"hash"
	"strings"
	"unicode"

	"usulan/intake"
)

// Bounds of what becomes the text of a submission. What is larger is no letter:
// its beginning is the text, and all of it is an attachment.
const (
	maxTextSource = 8 << 20  // of all text parts together, as they stand in the source
	maxTextStart  = 1 << 20  // how much of what goes beyond is text
	maxHTMLSource = 16 << 20 // of all HTML parts together; pictures inside them count
	maxCompared   = 64 << 10 // of texts that are compared word by word
	maxForms      = 50       // texts of one mail among which doubles are looked for
)

// content is what the body of a mail holds.
type content struct {
	src         []byte
	text        string
	marks       []intake.Range // what the markup of text declares
	attachments []intake.Attachment

	budget   int     // bytes of source that may yet become text
	rich     int     // bytes of HTML that may yet become text
	nested   []*part // mails inside the mail
	hash     hash.Hash
	counter  int  // attachments without a name
	detached bool // src was unpacked: what is attached carries its bytes
	inner    bool // this is a mail inside the mail: nothing of it is attached here
	wraps    int  // how many encodings this mail was taken out of
}

// piece is a part of the body that is text.
type piece struct {
	part *part
	html bool
	size int // how many bytes of its source are taken

	text  string
	marks []intake.Range
	done  bool // text and marks are known
}

// readContent decides what of a mail is its text and what came with it.
func readContent(src []byte, root *part) *content {
	c := &content{src: src, budget: maxTextSource, rich: maxHTMLSource, hash: sha256.New()}
	pieces := c.gather(root, place{root: true})
	c.join(pieces)
	if strings.TrimSpace(c.text) == "" {
		c.text, c.marks = "", nil
		c.elsewhere(root)
	}
	return c
}

// place says where in a mail a part is.
type place struct {
	root        bool
	alternative bool // one form of several of the same text
	related     bool // beside the HTML that shows it
	report      bool // in a multipart/report
	cut         bool // only its beginning is in the text
}

// gather walks the parts in order, lists what is attached and returns what is
// text.
func (c *content) gather(p *part, at place) []piece {
	switch {
	case p.isMultipart() && len(p.children) > 0:
		inside := place{report: at.report || p.mediaType == "multipart/report"}
		inside.alternative = p.mediaType == "multipart/alternative"
		inside.related = p.mediaType == "multipart/related"
		if inside.alternative {
			return c.alternative(p, inside)
		}
		var pieces []piece
		for _, child := range p.children {
			pieces = append(pieces, c.gather(child, inside)...)
		}
		return pieces
	case p.isMultipart():
		// No delimiter anywhere: what is there was meant to be read.
		p.mediaType = "text/plain"
		return []piece{c.textPiece(p, at)}
	case p.isMessage():
		if !at.report && !c.detached {
			c.nested = append(c.nested, p)
		}
		c.attach(p, at)
		return nil
	case isText(p.mediaType) && !isFile(p, at):
		return []piece{c.textPiece(p, at)}
	case at.alternative && (p.mediaType == "text/x-amp-html" || p.mediaType == "text/watch-html"):
		return nil // the same once more, for programs of a few makers
	case isTNEF(p):
		if pieces, ok := c.takeTNEF(p); ok {
			return pieces
		}
		c.attach(p, at)
		return nil
	case isSMIME(p):
		if pieces, ok := c.takeSMIME(p, at); ok {
			return pieces
		}
		c.attach(p, at)
		return nil
	default:
		c.attach(p, at)
		return nil
	}
}

// textPiece takes a text as far as the bounds allow. HTML is listed too, and so
// is a text of which only the beginning is taken.
func (c *content) textPiece(p *part, at place) piece {
	t := piece{part: p, html: p.mediaType == "text/html", size: p.end - p.body}
	budget := &c.budget
	if t.html {
		budget = &c.rich
	}
	if t.size > *budget {
		t.size, at.cut = min(*budget, maxTextStart), true
	}
	*budget -= t.size
	if t.html || at.cut {
		c.attach(p, at)
	}
	return t
}

// isText tells which types are shown as text when nothing says that they are
// files.
func isText(mediaType string) bool {
	switch mediaType {
	case "text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown", "text/x-markdown":
		return true
	default:
		return false
	}
}

// isFile tells whether a text was sent as a file.
func isFile(p *part, at place) bool {
	switch {
	case p.disposition == "attachment":
		return !at.root || givenName(p) != ""
	case givenName(p) == "":
		return false
	default:
		return !at.alternative && !(at.root && p.disposition == "")
	}
}

// alternative chooses among several forms of a text: the plain one, unless it
// holds nothing or only says that one should look at the other.
func (c *content) alternative(p *part, at place) []piece {
	var plain, rich []piece
	for _, child := range p.children {
		pieces := c.gather(child, at)
		if hasHTML(pieces) {
			rich = append(rich, pieces...)
		} else {
			plain = append(plain, pieces...)
		}
	}
	if len(plain) == 0 {
		return rich
	}
	if len(rich) == 0 || !c.isStub(plain, rich) {
		return plain
	}
	if text, long := c.textOf(plain), c.textOf(rich); !isBlank(text) && !containsWords(long[:min(len(long), maxCompared)], text) {
		return append(plain, rich...)
	}
	return rich
}

func hasHTML(pieces []piece) bool {
	for i := range pieces {
		if pieces[i].html {
			return true
		}
	}
	return false
}

// isStub tells whether a plain form is too little beside the HTML form. A plain
// form of some length is trusted without looking further.
func (c *content) isStub(plain, rich []piece) bool {
	const trusted = 400
	text := c.textOf(plain)
	if isBlank(text) {
		return true
	}
	size := len(text)
	if size >= trusted {
		return false
	}
	source := 0
	for i := range rich {
		source += rich[i].part.end - rich[i].part.body
	}
	if source < 5*size {
		return false
	}
	return letters(text)*5+20 < letters(c.textOf(rich))
}

// textOf returns the text of several pieces.
func (c *content) textOf(pieces []piece) string {
	if len(pieces) == 1 {
		c.read(&pieces[0])
		return pieces[0].text
	}
	var all strings.Builder
	for i := range pieces {
		c.read(&pieces[i])
		all.WriteString(pieces[i].text)
		all.WriteByte('\n')
	}
	return all.String()
}

// join makes one text of the pieces. HTML that only repeats what came before as
// plain text, not declared as an alternative, is passed over.
func (c *content) join(pieces []piece) {
	var all strings.Builder
	for i := range pieces {
		p := &pieces[i]
		c.read(p)
		text := strings.Trim(p.text, "\n")
		if isBlank(text) {
			continue
		}
		if (p.html || isTNEF(p.part)) && i < maxForms && all.Len() > 0 && len(text) <= maxCompared && all.Len() <= maxCompared && sameWords(all.String(), text) {
			continue
		}
		shift := all.Len() - (len(p.text) - len(strings.TrimLeft(p.text, "\n")))
		if all.Len() > 0 {
			all.WriteString("\n\n")
			shift += 2
		} else if len(pieces) == 1 {
			c.text = text
		}
		if c.text == "" {
			all.WriteString(text)
		}
		for _, m := range p.marks {
			m.Start, m.End = max(m.Start+shift, 0), min(m.End+shift, all.Len()+len(c.text))
			if m.Start < m.End {
				c.marks = append(c.marks, m)
			}
		}
	}
	if c.text == "" {
		c.text = all.String()
	}
}

// read finds the text of a piece.
func (c *content) read(p *piece) {
	if p.done {
		return
	}
	p.done = true
	raw := decodeText(p.part.encoding, c.src[p.part.body:p.part.body+p.size])
	switch p.part.mediaType {
	case "text/html":
		label := p.part.charset()
		if label == "" {
			label = metaCharset(raw)
		}
		p.text, p.marks = htmlText(toUTF8(raw, label))
	case "text/enriched", "text/richtext":
		p.text, _ = htmlText(toUTF8(raw, p.part.charset()))
	default:
		at := -1
		if p.part.encoding == intake.Identity && !c.detached {
			at = p.part.body
		}
		raw = c.takeUUFiles(raw, at)
		p.text = cleanText(toUTF8(raw, p.part.charset()))
		if strings.EqualFold(p.part.params["format"], "flowed") {
			p.text = unflow(p.text, strings.EqualFold(p.part.params["delsp"], "yes"))
		}
	}
	if !p.html {
		c.addText([]byte(p.text))
	}
	p.part.text = p.text
}

// isBlank tells whether a text shows nothing.
func isBlank(s string) bool {
	for _, r := range s {
		if !unicode.IsSpace(r) && r != '\u200b' && r != '\ufeff' {
			return false
		}
	}
	return true
}

// letters counts letters and digits.
func letters(s string) int {
	n := 0
	for _, r := range s {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// onlyWords reduces a text to its letters and digits in lower case.
func onlyWords(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

func sameWords(a, b string) bool     { return onlyWords(a) == onlyWords(b) }
func containsWords(a, b string) bool { return strings.Contains(onlyWords(a), onlyWords(b)) }
