package email

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"usulan/intake"
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

// declare opens a mark where the markup says that a quote or a signature begins.
func (w *htmlWriter) declare(e *element, a *attributes) {
	if w.mark.open && w.mark.frame && e.tag == atom.Blockquote {
		w.closeMark()
	}
	if w.mark.open || a.n == 0 && e.tag != atom.Blockquote {
		return
	}
	switch {
	case e.tag == atom.Blockquote && w.frames > 0:
		w.openMark(intake.Quote)
		e.marked = true
	case e.tag == atom.Div && a.hasClass("gmail_quote"):
		w.openMark(intake.Quote)
		w.mark.frame = true
		e.marked, e.frame = true, true
	case e.tag == atom.Blockquote && a.n == 0:
		w.openMark(intake.Quote)
		w.mark.bare = true
		e.marked = true
	case quotesToEnd(a):
		w.openMark(intake.Quote)
	case isQuote(e.tag, a):
		w.openMark(intake.Quote)
		e.marked = true
	case isSignature(a):
		w.openMark(intake.Signature)
		e.marked = true
	}
}

// quotesToEnd recognises the elements behind which all that follows is earlier
// correspondence: the header that Outlook and Zimbra put above it.
func quotesToEnd(a *attributes) bool {
	if a.n == 0 {
		return false
	}
	switch strings.TrimPrefix(a.get("id"), "x_") {
	case "divRplyFwdMsg", "stopSpelling", "zwchr", "reply-intro", "mail-editor-reference-message-container", "ms-outlook-mobile-body-separator-line":
		return true
	}
	if a.get("data-marker") == "__DIVIDER__" {
		return true
	}
	if style := a.get("style"); strings.Contains(style, "border-top") || strings.Contains(style, "BORDER-TOP") {
		return isOutlookRule(a.css())
	}
	return false
}

// isOutlookRule recognises the box around the header of a quoted mail in Outlook
// since 2003, by its rule above and the padding nobody else uses.
func isOutlookRule(css string) bool {
	if strings.Contains(css, "border-top-color:rgb(229,229,229)") && strings.Contains(css, "border-top-width:1px") {
		return true // Windows Mail
	}
	if !strings.Contains(css, "padding:3.0pt0") && !strings.Contains(css, "padding:3pt0") && !strings.Contains(css, "padding-top:3pt") {
		return false
	}
	return strings.Contains(css, "border-top:solid#") || strings.Contains(css, "border-top:#") || strings.Contains(css, "border-top:1pt") ||
		strings.Contains(css, "border-top:1.0pt")
}

// isQuote recognises the elements in which mail programs put what they quote.
func isQuote(tag atom.Atom, a *attributes) bool {
	if tag == atom.Blockquote {
		return strings.EqualFold(a.get("type"), "cite") || a.hasClass("protonmail_quote") || a.hasClass("iosymail") || hasQuoteBar(a)
	}
	for _, class := range [...]string{"gmail_quote", "gmail_quote_container", "moz-cite-prefix", "yahoo_quoted", "protonmail_quote", "zmail_extra", "tutanota_quote", "moz-forward-container", "front-blockquote", "missive_quote"} {
		if a.hasClass(class) {
			return true
		}
	}
	switch strings.TrimPrefix(a.get("id"), "x_") {
	case "OLK_SRC_BODY_SECTION", "yahoo_quoted", "isReplyContent", "mailContainerQuote":
		return true
	}
	return a.get("data-marker") == "__QUOTED_TEXT__"
}

// hasQuoteBar recognises the line that mail programs draw at the left of what
// they quote. Gmail draws it, with its class, also around what a sender sets off
// by a button.
func hasQuoteBar(a *attributes) bool {
	style := strings.ToLower(a.get("style"))
	i := strings.Index(style, "border-left")
	if i < 0 || a.hasClass("gmail_quote") {
		return false
	}
	value, _, _ := strings.Cut(style[i:], ";")
	return !strings.Contains(value, "none") && !strings.HasSuffix(strings.TrimSpace(value), "0") && !strings.HasSuffix(value, "0px")
}

// isSignature recognises the elements in which mail programs put a signature.
func isSignature(a *attributes) bool {
	for _, class := range [...]string{"gmail_signature", "moz-signature", "protonmail_signature_block", "AppleMailSignature"} {
		if a.hasClass(class) {
			return true
		}
	}
	switch strings.TrimPrefix(a.get("id"), "x_") {
	case "Signature", "ms-outlook-mobile-signature", "AppleMailSignature", "zmail_signature":
		return true
	}
	return a.get("data-smartmail") == "gmail_signature"
}

func (w *htmlWriter) openMark(kind intake.RangeKind) {
	if !w.mark.open {
		w.mark = openMark{open: true, kind: kind, start: -1}
	}
}

// closeMark ends the open mark where the last text ended.
func (w *htmlWriter) closeMark() {
	if !w.mark.open {
		return
	}
	end := len(w.out)
	for end > 0 && (w.out[end-1] == ' ' || w.out[end-1] == '\n') {
		end--
	}
	if w.mark.start >= 0 && w.mark.start < end {
		r := intake.Range{Start: w.mark.start, End: end, Kind: w.mark.kind}
		if n := len(w.marks); w.mark.bare {
			w.bare = r
		} else if n > 0 && w.marks[n-1].Kind == r.Kind && isBlank(string(w.out[w.marks[n-1].End:r.Start])) {
			w.marks[n-1].End = r.End // an attribution and what it introduces
		} else {
			w.marks = append(w.marks, r)
		}
	}
	w.mark = openMark{}
}
