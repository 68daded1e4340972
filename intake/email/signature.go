package email

import (
	"slices"
	"strings"

	"usulan/intake"
)

// Bounds on signatures: more lines than these are no signature.
const (
	signatureLines     = 20 // below "-- " with its space, as RFC 3676 section 4.3 writes it
	bareSignatureLines = 9  // below "--"
	deviceLineBytes    = 160

	declaredSignatureBytes = 1200 // in an element for it

	disclaimerBytes = 4000
	disclaimerStart = 400 // they say at once what they are
	footerLines     = 7
)

// withSignatures adds to the ranges found so far the signatures at the end of
// each stretch of text between them, and those the HTML declared.
func (s *scanner) withSignatures(marks []intake.Range) []intake.Range {
	var found []intake.Range
	at, above := 0, false
	for i := 0; i <= len(s.ranges); i++ {
		end := len(s.text)
		if i < len(s.ranges) {
			end = s.ranges[i].Start
		}
		if from, to := trimSpace(s.text, at, end); from < to {
			start := s.signature(at, end, above)
			if start < end {
				found = append(found, intake.Range{Start: start, End: end, Kind: intake.Signature})
			}
			above = above || start > from
		}
		if i < len(s.ranges) {
			at = s.ranges[i].End
		}
	}
	for _, m := range marks {
		if m.Kind == intake.Signature && isShort(s.text[m.Start:m.End]) {
			found = append(found, m)
		}
	}
	if len(found) == 0 {
		return s.ranges
	}
	return merge(s.ranges, found)
}

// isShort tells whether a signature that the HTML declared is no longer than
// signatures are: people write their mail inside of that element, too.
func isShort(text string) bool {
	return len(text) < declaredSignatureBytes && strings.Count(text, "\n") < signatureLines
}

// merge adds signatures to other ranges, which they must not overlap.
func merge(ranges, signatures []intake.Range) []intake.Range {
	all := slices.Concat(ranges, signatures)
	slices.SortStableFunc(all, func(a, b intake.Range) int { return a.Start - b.Start })
	kept := all[:0]
	for _, r := range all {
		if n := len(kept); n > 0 && r.Start < kept[n-1].End {
			last := &kept[n-1]
			if last.Kind == intake.Signature && r.Kind == intake.Signature {
				last.End = max(last.End, r.End)
				continue
			}
			if last.Kind == intake.Signature {
				last.End = r.Start
				if last.Start >= last.End {
					kept = kept[:n-1]
				}
			} else {
				r.Start = last.End
			}
		}
		if r.Start < r.End {
			kept = append(kept, r)
		}
	}
	return kept
}

// signature returns where in text[start:end] the signature at its end begins,
// or end. above tells whether there is text before start.
func (s *scanner) signature(start, end int, above bool) int {
	first, _ := slices.BinarySearchFunc(s.lines, start, func(l line, at int) int { return l.start - at })
	last, _ := slices.BinarySearchFunc(s.lines, end, func(l line, at int) int { return l.start - at })
	if first == last || s.lines[last-1].next < end {
		return end // more lines than were looked at
	}
	lines := s.lines[first:last]
	kept := len(lines)
	for {
		kept = trimBlank(lines, kept)
		if kept == 0 {
			break
		}
		next := kept
		for _, tail := range [...]func(lines []line) int{s.deviceTail, s.footerTail, s.disclaimerTail, s.dashTail} {
			if next = tail(lines[:kept]); next < kept {
				break
			}
		}
		if next == kept {
			break
		}
		kept = next
	}
	if kept == len(lines) || trimBlank(lines, kept) == trimBlank(lines, len(lines)) {
		return end
	}
	if trimBlank(lines, kept) == 0 && !above && !s.onlyDevices(lines) {
		return end
	}
	return lines[kept].start
}

func trimBlank(lines []line, n int) int {
	for n > 0 && lines[n-1].blank() {
		n--
	}
	return n
}

func (s *scanner) onlyDevices(lines []line) bool {
	for _, l := range lines {
		if !l.blank() && !isDeviceLine(s.text[l.from:l.to]) {
			return false
		}
	}
	return true
}

// deviceTail finds a line such as "Sent from my iPhone" at the end.
func (s *scanner) deviceTail(lines []line) int {
	n := len(lines)
	l := lines[n-1]
	if isDeviceLine(s.text[l.from:l.to]) {
		return n - 1
	}
	return n
}

// dashTail finds the line "-- " with a signature below it.
func (s *scanner) dashTail(lines []line) int {
	found, below := len(lines), 0
	for i := len(lines) - 1; i >= 0 && below <= signatureLines; i-- {
		l := lines[i]
		if l.blank() {
			continue
		}
		if s.text[l.from:l.to] != "--" || l.depth > s.base {
			below++
			continue
		}
		proper := l.from == l.start && l.to < l.next && s.text[l.to] == ' '
		if below <= bareSignatureLines || proper {
			if proper || s.looksSigned(lines[i+1:]) && !s.dividesAbove(lines[:i]) {
				found = i
			}
		}
	}
	return found
}

// dividesAbove tells whether a "--" further up has words below it: then the
// sender parts paragraphs by it.
func (s *scanner) dividesAbove(lines []line) bool {
	words := false
	for i := len(lines) - 1; i >= 0; i-- {
		switch l := lines[i]; {
		case l.to-l.from == 2 && s.text[l.from:l.to] == "--":
			return words
		case !l.blank():
			words = true
		}
	}
	return false
}

// looksSigned tells whether the lines below a bare "--" are a signature, and not
// one more paragraph of somebody who divides the text so.
func (s *scanner) looksSigned(lines []line) bool {
	for _, l := range lines {
		body := s.text[l.from:l.to]
		if len(body) > 100 || len(body) > 60 && strings.HasSuffix(body, ".") {
			return false
		}
		if len(body) > 2 && isDigit(body[0]) && (body[1] == '.' || body[1] == ')') {
			return false
		}
	}
	return true
}

// footerTail finds what a mailing list adds: a rule and a few lines that say how
// to leave it and where.
func (s *scanner) footerTail(lines []line) int {
	n := len(lines)
	rule := -1
	for i, left := n-1, footerLines; i >= 0 && left > 0 && rule < 0; i-- {
		if lines[i].blank() {
			continue
		}
		left--
		if body := s.text[lines[i].from:lines[i].to]; body == "--" || isRule(body) {
			rule = i
		}
	}
	if rule < 0 {
		return n
	}
	leaves, place := false, false
	for _, l := range lines[rule+1:] {
		if body := s.text[l.from:l.to]; len(body) < 200 {
			leaves = leaves || hasAny(strings.ToLower(body), listFooterWords, 1)
			place = place || strings.IndexByte(body, '@') >= 0 || strings.Contains(body, "http") || strings.Contains(body, "www.")
		}
	}
	if !leaves || !place {
		return n
	}
	return rule
}

// disclaimerTail finds a paragraph of legal words at the end.
func (s *scanner) disclaimerTail(lines []line) int {
	n := len(lines)
	i := n
	for i > 0 && !lines[i-1].blank() && !isRule(s.text[lines[i-1].from:lines[i-1].to]) {
		i--
		if lines[n-1].to-lines[i].from > disclaimerBytes {
			return n
		}
	}
	if i == n {
		// A rule below a disclaimer, or below nothing.
		return n
	}
	paragraph := s.text[lines[i].from:lines[n-1].to]
	if len(paragraph) < 60 || !disclaimerWords.in(foldWords(paragraph, disclaimerStart), 2) {
		return n
	}
	if i > 0 && isRule(s.text[lines[i-1].from:lines[i-1].to]) {
		i--
	}
	return i
}

// isDeviceLine tells whether a telephone or a mail program wrote a line.
func isDeviceLine(body string) bool {
	if len(body) < 6 || len(body) > deviceLineBytes*3 {
		return false
	}
	switch body[0] {
	case '>', '-', '.', '1', '2', '3', '4', '5', '6', '7', '8', '9', '0':
		return false
	}
	if n := strings.IndexByte(body, '<'); n > 0 && strings.Contains(body[n:], "://") {
		body = strings.TrimSpace(body[:n]) // the link the program adds
	}
	if n := strings.Index(body, "(http"); n > 0 {
		body = strings.TrimSpace(body[:n])
	}
	if len(body) > deviceLineBytes || strings.Contains(body, ", ") || strings.Contains(body, ": ") {
		return false
	}
	lower := strings.ToLower(strings.Trim(body, "*_[]()<>\"' "))
	return (hasAnyPrefix(lower, words.deviceStarts) || hasAnySuffix(lower, deviceEndings)) && namesDevice(lower)
}

// namesDevice tells whether a text names a device or a program, or says "my" and
// little else.
func namesDevice(text string) bool {
	n, mine := 0, false
	for word := range strings.FieldsSeq(text) {
		if n++; n > 16 {
			return false
		}
		word = strings.Trim(word, ".!,®™()[]\"'")
		if words.devices[word] {
			return true
		}
		mine = mine || n <= 4 && words.mine[word]
		// iPhonesta, iPhonu, iPhone'umdan, 我的iPhone
		if hasAny(word, []string{"iphon", "ipad", "android", "samsung", "blackberry", "outlook"}, 1) {
			return true
		}
	}
	return mine && n <= 8 && !strings.HasSuffix(text, ".") && !strings.HasPrefix(text, "from ")
}
