package email

import (
	"strings"

	"usulan/intake"
)

// elsewhere looks for a text in what is not one, for a mail that has none: a mail
// that was attached, a text that was given a file's name without being sent as a
// file, an invitation.
func (c *content) elsewhere(root *part) {
	for _, p := range c.nested {
		if c.fromMail(p) {
			return
		}
	}
	if c.text = namedText(root); c.text == "" {
		c.text = calendarText(c.src, root)
	}
}

// maxWraps bounds mails that were encoded inside mails that were encoded. Each
// costs another look at all that is in it, and its bytes once more in memory.
const maxWraps = 3

// fromMail takes the text of an attached mail, under a header as mail programs
// write it above what they forward.
func (c *content) fromMail(p *part) bool {
	src, wraps := c.src, c.wraps
	var mail *part
	switch {
	case len(p.children) > 0:
		mail = p.children[0]
	case p.encoding != intake.Identity && p.end-p.body <= maxTextSource && wraps < maxWraps:
		// Not allowed (RFC 2046 section 5.2.1), and done.
		wraps++
		src = decode(p.encoding, c.src[p.body:p.end])
		var fault string
		if mail, fault = scanStructure(src); fault != "" {
			return false
		}
	default:
		return false
	}
	inner := content{src: src, budget: c.budget, rich: c.rich, hash: c.hash, inner: true, wraps: wraps}
	inner.join(inner.gather(mail, place{root: true}))
	if isBlank(inner.text) {
		inner.elsewhere(mail)
	}
	if isBlank(inner.text) {
		return false
	}
	head := forwardHead(&mail.header)
	c.text = head + inner.text
	for _, m := range inner.marks {
		c.marks = append(c.marks, intake.Range{Start: m.Start + len(head), End: m.End + len(head), Kind: m.Kind})
	}
	return true
}

// forwardHead writes the header of an attached mail as mail programs write it
// above a forwarded text.
func forwardHead(h *header) string {
	var b strings.Builder
	b.WriteString("---------- Forwarded message ---------\n")
	for _, f := range [...][2]string{{"From", "from"}, {"Date", "date"}, {"Subject", "subject"}, {"To", "to"}} {
		if v := h.get(f[1]); v != "" {
			b.WriteString(f[0] + ": " + v + "\n")
		}
	}
	b.WriteString("\n")
	return b.String()
}

// namedText returns the first text that has a file's name and was not declared to
// be a file.
func namedText(p *part) string {
	if p.mediaType == "text/plain" && p.disposition != "attachment" && p.end-p.body <= maxMachineText && !isBlank(p.text) {
		return p.text
	}
	if p.isMessage() {
		return ""
	}
	for _, child := range p.children {
		if text := namedText(child); text != "" {
			return text
		}
	}
	return ""
}

// calendarText tells an invitation (RFC 5545) in words, for a mail that has none
// of its own.
func calendarText(src []byte, p *part) string {
	if p.mediaType == "text/calendar" && len(p.children) == 0 {
		raw := decodeText(p.encoding, src[p.body:min(p.end, p.body+maxMachineText)])
		return eventText(cleanText(toUTF8(raw, p.charset())))
	}
	if p.isMessage() {
		return ""
	}
	for _, child := range p.children {
		if text := calendarText(src, child); text != "" {
			return text
		}
	}
	return ""
}

// eventText takes what a reader wants to know out of the first event.
func eventText(ics string) string {
	ics = strings.ReplaceAll(strings.ReplaceAll(ics, "\n ", ""), "\n\t", "")
	_, event, ok := strings.Cut(ics, "BEGIN:VEVENT\n")
	if !ok {
		return ""
	}
	unescape := strings.NewReplacer(`\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\\`, `\`)
	found := map[string]string{}
	for line := range strings.Lines(event) {
		line = strings.TrimSuffix(line, "\n")
		if line == "END:VEVENT" || strings.HasPrefix(line, "BEGIN:") {
			break
		}
		name, value, _ := strings.Cut(line, ":")
		name, _, _ = strings.Cut(name, ";")
		if name = strings.ToUpper(name); found[name] == "" {
			found[name] = strings.TrimSpace(unescape.Replace(value))
		}
	}
	var lines []string
	for _, name := range [...]string{"SUMMARY", "DTSTART", "LOCATION", "DESCRIPTION"} {
		if found[name] != "" {
			lines = append(lines, found[name])
		}
	}
	return strings.Join(lines, "\n")
}
