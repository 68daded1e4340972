package email

import "strings"

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
