package review

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"usulan/intake"
)

// block is a piece of a text as it is set on the page. Every character of the
// text is in one of its blocks: nothing is cut, ranges are folded.
type block struct {
	Kind string // para, item, opening, or fold
	Text string
	Fold intake.RangeKind
	Rows int    // lines inside a fold
	Hint string // how a fold begins
	Runs []run  // the text in pieces, where some of it speaks for a suggestion
}

// blocks sets a text: its own words in paragraphs, what is marked as a range in folds.
func blocks(text string, ranges []intake.Range) []block {
	var out []block
	from := 0
	for _, r := range ranges {
		if r.Start < from || r.End > len(text) || r.End <= r.Start {
			continue // a range that does not fit must not cost any text
		}
		out = append(out, paragraphs(text[from:r.Start])...)
		if folded := text[r.Start:r.End]; strings.TrimSpace(folded) != "" {
			out = append(out, fold(folded, r.Kind))
		}
		from = r.End
	}
	return opening(append(out, paragraphs(text[from:])...))
}

func fold(text string, kind intake.RangeKind) block {
	text = strings.Trim(text, "\n")
	b := block{Kind: "fold", Fold: kind, Text: text, Rows: strings.Count(text, "\n") + 1}
	for line := range strings.Lines(text) {
		if b.Hint = strings.TrimLeft(strings.TrimSpace(line), "->_=* "); b.Hint != "" {
			break
		}
	}
	return b
}

// marker begins an item of a list: 1. or a) or a dash.
var marker = regexp.MustCompile(`^\s*(?:\d{1,2}[.)]|[a-zA-Z][.)]|[-*•–—])\s+\S`)

// paragraphs parts a text at its empty lines and at the items of its lists.
func paragraphs(text string) []block {
	var out []block
	var lines []string
	kind := "para"
	flush := func() {
		if len(lines) > 0 {
			out = append(out, block{Kind: kind, Text: unwrap(lines)})
		}
		lines, kind = nil, "para"
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\r\n")
		switch {
		case strings.TrimSpace(line) == "":
			flush()
			continue
		case marker.MatchString(line):
			flush()
			kind = "item"
		}
		lines = append(lines, line)
	}
	flush()
	return out
}

// A mail program that breaks lines by itself does so at a width like these, in characters.
const wrapLeast, wrapMost = 50, 110

// unwrap joins the lines of a paragraph that a mail program broke, so that it
// flows at the width of the paper; lines that people broke stay broken. A
// program breaks a line only where the next word would not have fitted.
func unwrap(lines []string) string {
	width := 0
	for _, l := range lines {
		width = max(width, utf8.RuneCountInString(l))
	}
	if width < wrapLeast || width > wrapMost {
		return strings.Join(lines, "\n")
	}
	joined := []string{lines[0]}
	for i, l := range lines[1:] {
		word, _, _ := strings.Cut(strings.TrimLeft(l, " \t"), " ")
		fits := utf8.RuneCountInString(lines[i])+1+utf8.RuneCountInString(word) <= width
		// In two or three lines a sentence that ends with its line is a person's.
		if fits || len(lines) <= 3 && strings.ContainsAny(lines[i][len(lines[i])-1:], ".:!?") {
			return strings.Join(lines, "\n")
		}
		joined = append(joined, strings.TrimLeft(l, " \t"))
	}
	return strings.Join(joined, " ")
}

// A formal letter opens with number, subject and addressee, and then greets.
var (
	openingWord = regexp.MustCompile(`(?im)^\s*(?:nomor|perihal|hal|lampiran|kepada|yth)\b`)
	greeting    = regexp.MustCompile(`(?i)^\s*(?:dengan hormat|assal|ass\.|salam|selamat|bismillah|yang terhormat)`)
)

// openingMost is how many blocks before the greeting can be the opening.
const openingMost = 8

// opening marks what stands above the greeting of a formal letter: it is set smaller.
func opening(all []block) []block {
	greets := -1
	for i, b := range all {
		if i > openingMost || b.Kind == "fold" {
			break
		}
		if greeting.MatchString(b.Text) {
			greets = i
			break
		}
	}
	formal := 0
	for i := range max(greets, 0) {
		if openingWord.MatchString(all[i].Text) {
			formal++
		}
	}
	if formal == 0 {
		return all
	}
	for i := range greets {
		all[i].Kind = "opening"
	}
	return all
}
