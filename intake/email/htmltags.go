package email

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// attributes holds those attributes of a tag that say something to us.
type attributes struct {
	names  [12]string
	values [12]string
	n      int
}

// read takes the attributes of the tag that z stands at.
func (a *attributes) read(z *html.Tokenizer) {
	for {
		name, value, more := z.TagAttr()
		switch string(name) {
		case "class", "id", "style", "type", "href", "alt", "start", "value", "hidden", "data-marker", "data-smartmail", "name":
			if a.n < len(a.names) {
				a.names[a.n], a.values[a.n] = string(name), string(value)
				a.n++
			}
		}
		if !more {
			return
		}
	}
}

func (a *attributes) get(name string) string {
	for i := range a.n {
		if a.names[i] == name {
			return a.values[i]
		}
	}
	return ""
}

// number reads an attribute that counts, within reason.
func (a *attributes) number(name string, otherwise int) int {
	n, err := strconv.Atoi(strings.TrimSpace(a.get(name)))
	if err != nil || n < 0 || n > 1_000_000 {
		return otherwise
	}
	return n
}

// style tells whether there is anything that may hide or format.
func (a *attributes) style() bool { return a.n > 0 && a.get("style") != "" }

// css returns the style without blanks in lower case.
func (a *attributes) css() string {
	return strings.ToLower(strings.NewReplacer(" ", "", "\n", "", "\r", "", "\t", "").Replace(a.get("style")))
}

// hidden tells whether a reader does not see the element.
func (a *attributes) hidden() bool {
	return strings.Contains(a.get("style"), "none") && strings.Contains(a.css(), "display:none")
}

// keepsBlanks tells whether line ends inside the element are line ends.
func (a *attributes) keepsBlanks() bool {
	return strings.Contains(a.get("style"), "pre") && strings.Contains(a.css(), "white-space:pre")
}

// hasClass tells whether one of the element's classes is name, also with the
// prefix that Outlook on the web puts before the classes of what it quotes.
func (a *attributes) hasClass(name string) bool {
	class := a.get("class")
	if !strings.Contains(class, name) {
		return false
	}
	for _, c := range strings.Fields(class) {
		if strings.TrimPrefix(c, "x_") == name {
			return true
		}
	}
	return false
}

// isVoid tells the elements without content.
func isVoid(tag atom.Atom) bool {
	switch tag {
	case atom.Br, atom.Hr, atom.Img, atom.Input, atom.Meta, atom.Link, atom.Area, atom.Base, atom.Col, atom.Embed,
		atom.Param, atom.Source, atom.Track, atom.Wbr, atom.Basefont, atom.Bgsound, atom.Frame, atom.Keygen:
		return true
	}
	return false
}

// isInline tells the elements that format a run of text.
func isInline(tag atom.Atom) bool {
	switch tag {
	case atom.A, atom.Abbr, atom.B, atom.Big, atom.Cite, atom.Code, atom.Em, atom.Font, atom.I, atom.Label, atom.Nobr,
		atom.S, atom.Small, atom.Span, atom.Strike, atom.Strong, atom.Sub, atom.Sup, atom.Tt, atom.U:
		return true
	}
	return false
}

func isCell(tag atom.Atom) bool { return tag == atom.Td || tag == atom.Th || tag == atom.Caption }

// isTable tells the elements that may be closed from inside a cell.
func isTable(tag atom.Atom) bool {
	switch tag {
	case atom.Table, atom.Tbody, atom.Thead, atom.Tfoot, atom.Tr, atom.Td, atom.Th, atom.Caption, atom.Body, atom.Html:
		return true
	}
	return false
}

func isListOrCell(tag atom.Atom) bool {
	return tag == atom.Ul || tag == atom.Ol || tag == atom.Dl || tag == atom.Menu || tag == atom.Dir || isCell(tag)
}

func isRowOrTable(tag atom.Atom) bool   { return tag == atom.Tr || tag == atom.Table }
func isTableElement(tag atom.Atom) bool { return tag == atom.Table }

// blockBreaks tells how many line ends an element puts around itself. Word's
// paragraphs are lines; it makes empty ones of a blank.
func blockBreaks(tag atom.Atom, a *attributes) int {
	switch tag {
	case atom.P:
		if a != nil && (a.hasClass("MsoNormal") || a.hasClass("MsoPlainText") || strings.Contains(a.get("style"), "margin:0") || strings.Contains(a.get("style"), "margin: 0")) {
			return 1
		}
		if a == nil {
			return 1
		}
		return 2
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Table, atom.Pre, atom.Listing, atom.Xmp:
		return 2
	case atom.Div, atom.Ul, atom.Ol, atom.Menu, atom.Dir, atom.Dl, atom.Li, atom.Dt, atom.Dd, atom.Tr, atom.Tbody, atom.Thead, atom.Tfoot,
		atom.Caption, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Nav, atom.Main, atom.Aside, atom.Address,
		atom.Center, atom.Form, atom.Fieldset, atom.Legend, atom.Body, atom.Html, atom.Head, atom.Figure, atom.Figcaption,
		atom.Details, atom.Summary, atom.Textarea, atom.Option, atom.Dialog:
		return 1
	}
	return 0
}
