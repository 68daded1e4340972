package email

import (
	"bytes"
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"

	"usulan/intake"
)

// block asks for n line ends before the next text; two make an empty line.
func (w *htmlWriter) block(n int) {
	if n == 0 {
		return
	}
	if !w.stick {
		w.breaks = max(w.breaks, n)
	}
	w.space = false
}

func (w *htmlWriter) lineBreak() {
	if w.skip > 0 || w.hidden > 0 {
		return
	}
	w.breaks = min(w.breaks+1, 3)
	w.space, w.tab, w.stick = false, false, false
}

// text writes a text, its blanks collapsed unless they are to be kept.
func (w *htmlWriter) text(b []byte) {
	if w.pre > 0 {
		w.keep(b)
		return
	}
	for i := 0; i < len(b); {
		c := b[i]
		switch {
		case c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f':
			w.space = true
			i++
		case c == 0xc2 && i+1 < len(b) && b[i+1] == 0xa0: // no-break space
			w.owed()
			w.out = append(w.out, ' ')
			i += 2
		case c < ' ' || c == 0x7f:
			i++
		default:
			start := i
			for i < len(b) && b[i] > ' ' && b[i] != 0x7f && (b[i] != 0xc2 || i+1 == len(b) || b[i+1] != 0xa0) {
				i++
			}
			w.owed()
			w.out = append(w.out, b[start:i]...)
		}
	}
}

// keep writes a text with its blanks and line ends.
func (w *htmlWriter) keep(b []byte) {
	for line := range bytes.Lines(b) {
		body, ended := bytes.CutSuffix(line, []byte("\n"))
		body = bytes.TrimRight(body, "\r")
		if len(body) > 0 {
			w.owed()
			w.out = append(w.out, cleanText(body)...)
		}
		if ended {
			w.lineBreak()
		}
	}
}

// owed writes the line ends, tab or blank that are due before a text.
func (w *htmlWriter) owed() {
	switch {
	case len(w.out) == 0:
	case w.breaks > 0:
		w.trimBlanks()
		for range w.breaks {
			w.out = append(w.out, '\n')
		}
		w.flush++
	case w.tab:
		w.out = append(w.out, '\t')
	case w.space && w.out[len(w.out)-1] != ' ' && w.out[len(w.out)-1] != '\t':
		w.out = append(w.out, ' ')
	}
	w.breaks, w.space, w.tab, w.stick = 0, false, false, false
	if w.mark.open && w.mark.start < 0 {
		w.mark.start = len(w.out)
	}
}

// trimBlanks removes the blanks at the end of what was written.
func (w *htmlWriter) trimBlanks() {
	end := len(w.out)
	for end > 0 && w.out[end-1] == ' ' {
		end--
	}
	w.out = w.out[:end]
}

// word writes something that is no text of the source.
func (w *htmlWriter) word(s string) {
	w.owed()
	w.out = append(w.out, s...)
}

func (w *htmlWriter) hr(a *attributes) {
	w.block(1)
	if quotesToEnd(a) {
		w.openMark(intake.Quote)
	}
}

// image writes the words that stand for a picture; emoji are pictures too.
func (w *htmlWriter) image(a *attributes) {
	alt := strings.Join(strings.Fields(a.get("alt")), " ")
	if alt == "" || w.skip > 0 || w.hidden > 0 {
		return
	}
	if letters(alt) > 0 {
		alt = "[" + alt + "]"
	}
	w.word(cleanText([]byte(alt)))
	w.space = true
}

// listItem begins an item with its number or a hyphen.
func (w *htmlWriter) listItem(a *attributes) {
	w.block(1)
	if w.skip > 0 || w.hidden > 0 {
		return
	}
	depth := 0
	var list *element
	for i := len(w.stack) - 1; i >= 0; i-- {
		if t := w.stack[i].tag; t == atom.Ul || t == atom.Ol || t == atom.Menu || t == atom.Dir {
			if depth++; list == nil {
				list = &w.stack[i]
			}
		}
	}
	marker := "- "
	if list != nil && list.items >= 0 {
		n := a.number("value", list.items)
		marker = strconv.Itoa(n) + ". "
		list.items = n + 1
	}
	w.word(strings.Repeat("  ", min(max(depth-1, 0), maxIndent)) + marker)
	w.stick = true
}

// cell begins a cell of a table: on the line of the one before it, unless that
// took several lines.
func (w *htmlWriter) cell() {
	for i := len(w.stack) - 1; i >= 0; i-- {
		row := &w.stack[i]
		if row.tag != atom.Tr {
			if isCell(row.tag) || row.tag == atom.Table {
				return
			}
			continue
		}
		row.items++
		switch {
		case row.items == 1:
			row.base = w.flush
			if w.breaks > 0 && len(w.out) > 0 {
				row.base++
			}
			row.start = len(w.out)
		case w.flush == row.base && len(w.out) > row.start:
			w.breaks, w.space, w.tab, w.stick = 0, false, true, true
		case w.flush > row.base:
			w.block(1)
		}
		return
	}
}

// link writes the address of a link behind its text, when the text does not say
// it already.
func (w *htmlWriter) link(e *element) {
	if w.skip > 0 || w.hidden > 0 || e.start < 0 || len(e.href) > maxLink || len(w.out) <= e.start {
		return
	}
	href := strings.TrimSpace(e.href)
	scheme, rest, _ := strings.Cut(href, ":")
	switch strings.ToLower(scheme) {
	case "http", "https":
		rest = strings.TrimSuffix(strings.TrimPrefix(rest, "//"), "/")
	case "mailto":
		rest, _, _ = strings.Cut(rest, "?")
		href = rest
	default:
		return
	}
	shown := bytes.TrimSpace(w.out[e.start:])
	text := string(shown[:min(len(shown), 2*maxLink)])
	if href == rest && strings.Contains(text, "@") {
		return
	}
	if rest == "" || text == "" || strings.Contains(strings.ToLower(text), strings.ToLower(rest)) {
		return
	}
	breaks, space, tab, stick := w.breaks, w.space, w.tab, w.stick
	w.breaks, w.space, w.tab = 0, true, false
	w.word("<" + oneLine(validUTF8(strings.ReplaceAll(href, " ", "%20"))) + ">")
	w.breaks, w.space, w.tab, w.stick = breaks, space, tab, stick
}
