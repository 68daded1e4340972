package email

import (
	"slices"
	"strings"

	"usulan/intake"
)

// findRanges tells which parts of a text are quoted history, the header of a
// forward, and signatures. marks are ranges that the HTML form of the text
// itself declared, in order. The result is in order and does not overlap.
//
// It errs on the side of showing: what might be the sender's own words stays
// outside of every range, and a mail of which nothing would be left to see has
// no range that hides anything, unless it is what a telephone adds to a picture.
func findRanges(subject, text string, marks []intake.Range) []intake.Range {
	s := scanner{text: text, lines: splitLines(text), seen: -1}
	s.reply, s.forward = subjectSays(subject)
	for i := range s.lines {
		if s.lines[i].depth > 0 {
			s.marked++
		}
	}
	for _, m := range marks {
		if m.Kind == intake.Quote {
			s.marks = append(s.marks, m)
		}
	}
	s.scan()
	ranges := s.withSignatures(marks)
	if !anythingLeft(text, ranges) {
		ranges = slices.DeleteFunc(ranges, func(r intake.Range) bool {
			return r.Kind == intake.Quote || r.Kind == intake.Signature && !isDeviceLine(strings.TrimSpace(text[r.Start:r.End]))
		})
	}
	return ranges
}

// scanner walks once through the lines of a text.
type scanner struct {
	text   string
	lines  []line
	marks  []intake.Range // quotations the HTML declared, not yet passed
	ranges []intake.Range

	reply   bool // the subject says this is an answer
	forward bool // the subject says this is a forward, and what it forwards has not begun
	base    int  // depth of ">" at which content stands: 1 inside a forward that was marked so
	floor   int  // the first line that is in no range yet
	seen    int  // index of the first line since the last forward that says something, or -1
	quoted  bool // a quotation with its attribution has been found
	marked  int  // how many lines the text has that begin with ">"
}

func (s *scanner) body(i int) string { return s.text[s.lines[i].from:s.lines[i].to] }

func (s *scanner) scan() {
	for i := 0; i < len(s.lines); {
		i = s.step(i)
	}
}

// step looks at line i and returns the next line to look at.
func (s *scanner) step(i int) int {
	l := s.lines[i]
	if next := s.mark(i); next > i {
		return next
	}
	if l.blank() && l.depth <= s.base {
		return i + 1
	}
	if l.depth < s.base {
		s.base = 0
	}
	if l.depth > s.base {
		return s.quotedLines(i, i)
	}
	body := s.body(i)
	if kind := separatorAt(body); kind != noSeparator {
		return s.separator(i, kind)
	}
	if block, ok := headerBlockAt(s.text, s.lines, i); ok && block.quotes(s.ruleAbove(i) < i, s.reply || s.forward) {
		return s.block(i, block)
	}
	if a, ok := attributionAt(s.text, s.lines, i, s.floor); ok {
		if next := s.attribution(i, a); next > i {
			return next
		}
	}
	if s.seen < 0 && !isRule(body) && !isDeviceLine(body) {
		s.seen = i
	}
	return i + 1
}

// separator takes a line such as "----- Original Message -----".
func (s *scanner) separator(i int, kind separatorKind) int {
	end := i + 1
	j := s.nextLine(i+1, 2)
	if j < len(s.lines) && s.lines[j].depth > s.lines[i].depth && kind == forwardSeparator {
		s.base = s.lines[j].depth // the whole forward is marked by ">"
	}
	if j < len(s.lines) {
		if block, ok := headerBlockAt(s.text, s.lines, j); ok && (block.forwards() || block.quotes(true, true)) {
			end = block.end
		}
	}
	start := s.ruleAbove(i)
	if kind == forwardSeparator {
		// Without dashes it is a sentence, unless a header follows.
		if end == i+1 && strings.HasSuffix(s.body(i), ":") && s.body(i)[0] != '-' {
			if s.seen < 0 {
				s.seen = i
			}
			return i + 1
		}
		return s.forwardHeader(start, end)
	}
	return s.earlier(start, s.lines[start].start, end)
}

// block takes a header block that begins at line i.
func (s *scanner) block(i int, block headerBlock) int {
	start := s.ruleAbove(i)
	return s.earlier(start, s.lines[start].start, block.end)
}

// attribution takes an attribution that ends with line i. It returns i when it
// is none after all.
func (s *scanner) attribution(i int, a attribution) int {
	next := s.nextLine(i+1, 4)
	marked := next < len(s.lines) && (s.lines[next].depth > s.base || s.markBegins(i, next))
	if a.needsQuote && !marked {
		return i
	}
	start := i
	for start > s.floor && s.lines[start].start > a.start {
		start--
	}
	if s.lines[start].from >= a.start {
		start = s.ruleAbove(start)
		a.start = s.lines[start].start
	}
	if !marked && !s.forward && !s.saysBefore(a.start) {
		return i
	}
	return s.earlier(start, a.start, i+1)
}

// earlier takes what stands above an earlier mail: text from offset from, in
// line start, up to line end. Then comes the earlier mail itself: the lines
// marked as quoted if there are any, else all the rest.
func (s *scanner) earlier(start, from, end int) int {
	if s.forward || !s.saysBefore(from) && !s.followsMarked(end) {
		s.forward = false
		return s.forwardHeader(start, end)
	}
	s.quoted = true
	next := s.nextLine(end, 4)
	if s.markBegins(end-1, next) {
		m := s.marks[0]
		s.marks = s.marks[1:]
		return s.add(from, m.End, intake.Quote)
	}
	if next < len(s.lines) && s.lines[next].depth > s.base {
		done := s.quotedLines(start, next)
		s.ranges[len(s.ranges)-1].Start = from
		return done
	}
	if s.pointsBelow(from) {
		if !s.reply {
			return s.forwardHeader(start, end)
		}
		return end
	}
	return s.add(from, len(s.text), intake.Quote)
}

// pointsBelow tells whether what the sender wrote above an offset says to read
// what follows: their answers are between its lines, or it is passed on without
// the word in the subject.
func (s *scanner) pointsBelow(from int) bool {
	at := 0
	if n := len(s.ranges); n > 0 {
		at = s.ranges[n-1].End
	}
	const short = 400
	if from-at > short {
		return false
	}
	lower := strings.ToLower(s.text[at:from])
	return hasAny(lower, belowWords, 1) || !s.reply && hasAny(lower, passingWords, 1)
}

// forwardHeader takes lines start to end as the header of a forward; what
// follows is content.
func (s *scanner) forwardHeader(start, end int) int {
	s.forward = false
	next := s.nextLine(end, 4)
	switch {
	case next < len(s.lines) && s.lines[next].depth > s.base:
		s.base = s.lines[next].depth
	case next < len(s.lines) && s.markBegins(end-1, next):
		s.marks = s.marks[1:]
	}
	for end < len(s.lines) && s.lines[end].blank() && s.lines[end].depth > 0 {
		end++
	}
	s.seen = -1
	return s.add(s.lines[start].start, s.lines[end-1].next, intake.ForwardHeader)
}

// add appends a range and returns the first line after it.
func (s *scanner) add(start, end int, kind intake.RangeKind) int {
	if n := len(s.ranges); n > 0 {
		last := &s.ranges[n-1]
		start = max(start, last.End)
		if last.Kind == kind && strings.TrimSpace(s.text[last.End:start]) == "" {
			last.End = max(last.End, end)
			end = last.End
			start = end
		}
	}
	if start < end {
		s.ranges = append(s.ranges, intake.Range{Start: start, End: end, Kind: kind})
	}
	for s.floor < len(s.lines) && s.lines[s.floor].start < end {
		s.floor++
	}
	for len(s.marks) > 0 && s.marks[0].Start < end {
		s.marks = s.marks[1:]
	}
	return s.floor
}

// nextLine returns the first line from i on that is not blank, if no more than
// a few blank ones come before it, else the number of lines.
func (s *scanner) nextLine(i, blanks int) int {
	for ; i < len(s.lines); i++ {
		if !s.lines[i].blank() || s.lines[i].depth > s.base {
			return i
		}
		if blanks--; blanks < 0 {
			break
		}
	}
	return len(s.lines)
}

// markBegins tells whether a quotation that the HTML declared begins after line
// i, with line next.
func (s *scanner) markBegins(i, next int) bool {
	return len(s.marks) > 0 && next < len(s.lines) && s.marks[0].Start >= s.lines[i].to && s.marks[0].Start <= s.lines[next].from && s.marks[0].End >= s.lines[next].to
}

// followsMarked tells whether the text from line end on is marked as quoted.
func (s *scanner) followsMarked(end int) bool {
	next := s.nextLine(end, 4)
	return next < len(s.lines) && (s.lines[next].depth > s.base || s.markBegins(end-1, next))
}

// saysBefore tells whether the sender wrote anything before an offset.
func (s *scanner) saysBefore(offset int) bool {
	return s.seen >= 0 && s.lines[s.seen].from < offset
}

// ruleAbove returns the line of a rule that stands right above line i, or i.
func (s *scanner) ruleAbove(i int) int {
	for j := i - 1; j >= s.floor && j >= i-3; j-- {
		if s.lines[j].depth != s.lines[i].depth {
			break
		}
		if isRule(s.body(j)) {
			return j
		}
		if !s.lines[j].blank() {
			break
		}
	}
	return i
}

// subjectSays tells whether a subject is that of an answer or of a forward.
func subjectSays(subject string) (reply, forward bool) {
	subject = strings.TrimLeft(subject, " \t[(")
	end := strings.IndexAny(subject, ":：")
	if end < 1 || end > 16 {
		return false, false
	}
	prefix := strings.ToLower(strings.TrimSpace(subject[:end]))
	// Re[2]:, Re (3):
	if n := strings.IndexAny(prefix, "[("); n > 0 {
		prefix = strings.TrimSpace(prefix[:n])
	}
	for _, p := range replyPrefixes {
		if prefix == p {
			return true, false
		}
	}
	for _, p := range forwardPrefixes {
		if prefix == p {
			return false, true
		}
	}
	return false, false
}

// anythingLeft tells whether a text has words outside of its ranges.
func anythingLeft(text string, ranges []intake.Range) bool {
	at := 0
	for _, r := range ranges {
		if r.Kind == intake.ForwardHeader {
			continue
		}
		if from, to := trimSpace(text, at, r.Start); from < to && !isRule(text[from:to]) {
			return true
		}
		at = r.End
	}
	from, to := trimSpace(text, at, len(text))
	return from < to || len(ranges) == 0
}
