package email

import (
	"strings"

	"golang.org/x/net/html/atom"

	"usulan/intake"
)

// openMark is a mark whose end has not come.
type openMark struct {
	open  bool
	kind  intake.RangeKind
	start int // -1 until something was written

	// bare says that it is a blockquote without any attribute. Whoever indents a
	// passage with a button leaves a style there; a bare one quotes, but only the
	// last of a mail is sure to be the mail that is answered.
	bare bool

	// frame says that it is Gmail's quotation. With a blockquote inside, only the
	// attribution above that and the blockquotes quote: whoever answers point by
	// point writes between them.
	frame bool
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
