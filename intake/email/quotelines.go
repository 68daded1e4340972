package email

import (
	"strings"

	"usulan/intake"
)

// mark takes a quotation that the HTML declared and that begins in line i.
func (s *scanner) mark(i int) int {
	for len(s.marks) > 0 && s.marks[0].Start < s.lines[i].start {
		s.marks = s.marks[1:]
	}
	if len(s.marks) == 0 || s.marks[0].Start >= s.lines[i].next {
		return i
	}
	m := s.marks[0]
	s.marks = s.marks[1:]
	from, _ := trimSpace(s.text, m.Start, m.End)
	first := i
	for first+1 < len(s.lines) && s.lines[first].next <= from {
		first++
	}
	// Web mail wraps forwards like quotations: those are content.
	if s.forward || separatorAt(s.body(first)) == forwardSeparator {
		return i
	}
	if !s.saysBefore(m.Start) {
		if block, ok := headerBlockAt(s.text, s.lines, first); ok && block.quotes(true, true) {
			return i
		}
	}
	if strings.TrimSpace(s.text[m.End:]) == "" && s.saysBefore(m.Start) && s.pointsBelow(m.Start) {
		return i
	}
	if m.Start > s.lines[i].from && s.seen < 0 {
		s.seen = i
	}
	return s.add(m.Start, m.End, intake.Quote)
}

// quotedLines takes the lines from i on that are marked by ">", and everything
// from line start on with them.
func (s *scanner) quotedLines(start, i int) int {
	attributed := start < i
	end, deep := i, false
	for j := i; j < len(s.lines); j++ {
		l := s.lines[j]
		if l.depth > s.base {
			end, deep = j+1, deep || l.depth > s.base+1
			continue
		}
		if l.blank() {
			continue
		}
		if j != end || !s.continuesQuote(j) {
			break
		}
	}
	if !attributed && !s.plausible(i, end, deep) {
		if s.seen < 0 {
			s.seen = i
		}
		return end
	}
	return s.add(s.lines[start].start, s.lines[end-1].next, intake.Quote)
}

// continuesQuote tells whether line j, without a ">" but between lines with
// one, is the rest of a quoted line that was broken on its way.
func (s *scanner) continuesQuote(j int) bool {
	if j+1 >= len(s.lines) || s.lines[j+1].depth <= s.base {
		return false
	}
	above, body := s.body(j-1), s.body(j)
	if strings.IndexByte(body, ' ') < 0 && (strings.Contains(body, "://") || strings.Count(above, "(") > strings.Count(above, ")") || strings.Count(above, "<") > strings.Count(above, ">")) {
		return true
	}
	if body[0] == '(' && strings.HasSuffix(body, ">") && strings.Contains(body, "://") {
		return true
	}
	const wrapped = 64
	return len(above) >= wrapped && strings.IndexByte(".?!:;", above[len(above)-1]) < 0 && 'a' <= body[0] && body[0] <= 'z'
}

// plausible tells whether lines marked by ">" without an attribution above are
// a quotation, and not a list or a comparison ("> 50 orang") of the sender's. One
// or two in a mail that answers nothing are not.
func (s *scanner) plausible(i, end int, deep bool) bool {
	first := s.body(i)
	if strings.HasSuffix(first, "<") || end-i == 1 && strings.HasPrefix(s.text[s.lines[i].start:], ">From ") {
		return false
	}
	if s.quoted || deep {
		return true
	}
	for j := i - 1; j >= 0; j-- {
		if !s.lines[j].blank() {
			if strings.HasSuffix(s.body(j), ":") {
				return false
			}
			break
		}
	}
	return s.reply || s.marked >= 3
}
