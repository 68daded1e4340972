package email

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"usulan/intake"
)

const (
	maxOpenElements = 256 // deeper ones are read as text without structure
	maxIndent       = 8   // levels of lists that are indented
	maxLink         = 1000
	maxHTMLText     = 8 << 20 // bytes of text made of one HTML part
)

// htmlText makes readable text of HTML: paragraphs, lists, tables (cells parted
// by tabs), links with their address behind them. marks are what the markup
// declares to be quoted or signed.
//
// It walks over tokens, not over a tree: mail is rarely well-formed, deep
// nesting costs nothing, and time and memory stay linear.
func htmlText(src []byte) (text string, marks []intake.Range) {
	w := newHTMLWriter(src, false)
	if isBlank(string(w.out)) && w.hid {
		w = newHTMLWriter(src, true) // all of it hidden: better than nothing
	}
	w.finish()
	return string(w.out), w.marks
}

// htmlWriter turns a stream of tokens into text.
type htmlWriter struct {
	out   []byte
	marks []intake.Range
	stack []element
	over  int // open elements that found no place on the stack

	breaks int  // line ends owed before the next text
	space  bool // a blank owed before the next text
	tab    bool // a tab owed: the next text is in another cell of the row
	stick  bool // the next text stays on this line whatever block it is in
	flush  int  // how often line ends were written

	hidden, pre, skip int // open elements that hide, keep blanks, or are not text
	showAll           bool
	hid               bool // something was hidden
	mark              openMark
	bare              intake.Range // the last bare blockquote
	frames            int          // open elements that are frames
}

// element is an open element.
type element struct {
	tag    atom.Atom
	name   string // where tag is 0
	hidden bool
	pre    bool
	skip   bool
	marked bool // the open mark ends with it
	frame  bool // Gmail's quotation: blockquotes, and answers between them

	breaks int // line ends behind it
	items  int // ol: the next number; -1 in ul. tr: cells so far
	base   int // tr: value of flush when its first cell was written
	href   string
	start  int // a: where its text starts
}

func newHTMLWriter(src []byte, showAll bool) *htmlWriter {
	w := &htmlWriter{out: make([]byte, 0, len(src)/2+64), showAll: showAll}
	z := html.NewTokenizer(bytes.NewReader(src))
	for len(w.out) < maxHTMLText {
		switch z.Next() {
		case html.ErrorToken:
			return w
		case html.TextToken:
			if w.skip == 0 && w.hidden == 0 {
				w.text(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			w.startTag(z)
		case html.EndTagToken:
			name, _ := z.TagName()
			w.endTag(atom.Lookup(name), name)
		}
	}
	return w
}

// finish closes what is still open.
func (w *htmlWriter) finish() {
	w.closeMark()
	if w.bare.End > 0 {
		w.marks = append(w.marks, w.bare)
		slices.SortFunc(w.marks, func(a, b intake.Range) int { return a.Start - b.Start })
	}
	w.trimBlanks()
}

// startTag opens an element.
func (w *htmlWriter) startTag(z *html.Tokenizer) {
	name, hasAttr := z.TagName()
	tag := atom.Lookup(name)
	var a attributes
	if hasAttr {
		a.read(z)
	}
	e := element{tag: tag, start: -1}
	if tag == 0 {
		e.name = string(name)
	}
	w.imply(tag)
	switch tag {
	case atom.Br:
		w.lineBreak()
	case atom.Hr:
		w.hr(&a)
	case atom.Img:
		w.image(&a)
	case atom.Title, atom.Style, atom.Script, atom.Template, atom.Noembed, atom.Noframes, atom.Object, atom.Select, atom.Datalist:
		e.skip = true
	case atom.Pre, atom.Listing, atom.Xmp, atom.Textarea:
		w.block(2)
		e.pre = true
	case atom.Ul, atom.Menu, atom.Dir:
		w.block(1)
		e.items = -1
	case atom.Ol:
		w.block(1)
		e.items = max(a.number("start", 1), 0)
	case atom.Li:
		w.listItem(&a)
	case atom.Tr:
		w.block(1)
		e.base = -1
	case atom.Td, atom.Th:
		w.cell()
	case atom.A:
		e.href, e.start = a.get("href"), len(w.out)
	case 0:
		e.skip = e.name == "xml"
	default:
		e.breaks = blockBreaks(tag, &a)
		if n := len(w.stack); tag == atom.P && n > 0 && w.stack[n-1].tag == atom.Li {
			e.breaks = 1
		}
		w.block(e.breaks)
	}
	if isVoid(tag) {
		return
	}
	if a.style() {
		e.hidden = a.hidden() && !w.showAll
		e.pre = e.pre || a.keepsBlanks()
	}
	w.declare(&e, &a)
	w.push(e)
}

// push puts an element on the stack.
func (w *htmlWriter) push(e element) {
	if len(w.stack) == maxOpenElements {
		w.over++
		return
	}
	w.stack = append(w.stack, e)
	w.count(&w.stack[len(w.stack)-1], 1)
}

func (w *htmlWriter) count(e *element, n int) {
	if e.hidden {
		w.hidden += n
		w.hid = true
	}
	if e.pre {
		w.pre += n
	}
	if e.skip {
		w.skip += n
	}
	if e.frame {
		w.frames += n
	}
}

// pop closes the innermost element.
func (w *htmlWriter) pop() {
	e := &w.stack[len(w.stack)-1]
	switch e.tag {
	case atom.A:
		w.link(e)
	case atom.Td, atom.Th:
	default:
		w.block(max(e.breaks, blockBreaks(e.tag, nil)))
	}
	w.count(e, -1)
	if e.marked {
		w.closeMark()
	}
	w.stack = w.stack[:len(w.stack)-1]
}

// endTag closes an element and all inside it. One that is not open is passed
// over, and so is one beyond what may be closed from inside: a cell keeps its
// row, and <b> does not close a paragraph.
func (w *htmlWriter) endTag(tag atom.Atom, name []byte) {
	if isVoid(tag) {
		if tag == atom.Br {
			w.lineBreak() // as browsers do
		}
		return
	}
	if w.over > 0 {
		w.over--
		return
	}
	for i := len(w.stack) - 1; i >= 0; i-- {
		e := &w.stack[i]
		if e.tag == tag && (tag != 0 || e.name == string(name)) {
			for len(w.stack) > i {
				w.pop()
			}
			return
		}
		if isInline(tag) && !isInline(e.tag) || isCell(e.tag) && !isTable(tag) {
			return
		}
	}
}

// imply closes what a start tag closes without an end tag.
func (w *htmlWriter) imply(tag atom.Atom) {
	switch tag {
	case atom.Li:
		w.closeUpTo(isListOrCell, tag)
	case atom.Td, atom.Th:
		w.closeUpTo(isRowOrTable, atom.Td, atom.Th)
	case atom.Tr:
		w.closeUpTo(isTableElement, atom.Tr)
	case atom.Dt, atom.Dd:
		w.closeUpTo(isListOrCell, atom.Dt, atom.Dd)
	case atom.Option:
		w.closeUpTo(isListOrCell, tag)
	case atom.A:
		w.closeUpTo(isCell, tag)
	default:
		if n := len(w.stack); n > 0 && w.over == 0 && w.stack[n-1].tag == atom.P && !isInline(tag) && blockBreaks(tag, nil) > 0 {
			w.pop()
		}
	}
}

// closeUpTo closes the innermost element of one of the tags, unless a barrier is
// inside it.
func (w *htmlWriter) closeUpTo(barrier func(atom.Atom) bool, tags ...atom.Atom) {
	if w.over > 0 {
		return
	}
	for i := len(w.stack) - 1; i >= 0; i-- {
		for _, t := range tags {
			if w.stack[i].tag == t {
				for len(w.stack) > i {
					w.pop()
				}
				return
			}
		}
		if barrier(w.stack[i].tag) {
			return
		}
	}
}

// metaCharset finds the charset that HTML declares in its head.
func metaCharset(b []byte) string {
	b = b[:min(len(b), 2048)]
	lower := bytes.ToLower(b)
	i := bytes.Index(lower, []byte("charset="))
	if i < 0 || !utf8.Valid(lower[i:min(len(lower), i+10)]) {
		return ""
	}
	label := bytes.TrimLeft(lower[i+len("charset="):], " \"'")
	if end := bytes.IndexAny(label, " \"'/>;\r\n"); end >= 0 {
		label = label[:end]
	}
	return string(label)
}
