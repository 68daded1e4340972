package email

import "strings"

// fieldKind says which header a line of a header block shows.
type fieldKind uint8

const (
	noField fieldKind = iota
	fromField
	dateField
	toField
	subjectField
	otherField
)

// separatorKind says what a line such as "---- Original Message ----" announces.
type separatorKind uint8

const (
	noSeparator separatorKind = iota
	originalSeparator
	forwardSeparator
)

// vocabulary is the table of languages, turned for looking things up.
type vocabulary struct {
	fields       map[string]fieldKind
	on, wrote    map[string]bool
	wroteEndings []string // verbs of languages that write no spaces
	separators   map[string]separatorKind
	deviceStarts []string
	mine         map[string]bool
	devices      map[string]bool
}

var words = readVocabulary(languages[:], deviceNames)

func readVocabulary(languages []language, devices []string) vocabulary {
	v := vocabulary{
		fields: map[string]fieldKind{}, separators: map[string]separatorKind{},
		on: map[string]bool{}, wrote: map[string]bool{}, mine: map[string]bool{}, devices: map[string]bool{},
	}
	for i := range languages {
		l := &languages[i]
		// A word that means two things in two languages keeps the meaning that
		// an earlier row gave it.
		for kind, names := range [...][]string{fromField: l.from, dateField: l.date, toField: l.to, subjectField: l.subject, otherField: l.other} {
			for _, w := range names {
				if v.fields[w] == noField {
					v.fields[w] = fieldKind(kind)
				}
			}
		}
		add(v.on, l.on)
		add(v.wrote, l.wrote)
		add(v.mine, l.mine)
		if l.unspaced {
			v.wroteEndings = append(v.wroteEndings, l.wrote...)
		}
		for _, w := range l.original {
			v.separators[w] = originalSeparator
		}
		for _, w := range l.forward {
			v.separators[w] = forwardSeparator
		}
		v.deviceStarts = append(v.deviceStarts, l.device...)
	}
	add(v.devices, devices)
	return v
}

func add(set map[string]bool, words []string) {
	for _, w := range words {
		set[w] = true
	}
}

// hasAny tells whether a text in lower case contains at least enough of the
// words.
func hasAny(text string, words []string, enough int) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			if enough--; enough == 0 {
				return true
			}
		}
	}
	return false
}

// hasAnyPrefix tells whether s begins with one of some words, as whole words.
func hasAnyPrefix(s string, words []string) bool {
	for _, w := range words {
		if rest, ok := strings.CutPrefix(s, w); ok && (rest == "" || rest[0] == ' ' || w[len(w)-1] >= 0x80) {
			return true
		}
	}
	return false
}

// hasAnySuffix tells whether s ends with one of some words.
func hasAnySuffix(s string, words []string) bool {
	s = strings.TrimRight(s, ".!")
	for _, w := range words {
		if strings.HasSuffix(s, w) {
			return true
		}
	}
	return false
}
