package intake

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Parts proposes where a burst could be cut because it asks for several things:
// groups of message ids, all messages in order. One group means that nothing
// suggests a cut. Staff decide; nothing is cut by itself.
func (b *Burst) Parts() [][]string {
	var parts [][]string
	var words []map[string]bool // per part, what it speaks of
	asked := false              // the last part has asked for something
	foreign := false            // the last part is somebody else's text
	where := map[string]int{}
	for i, m := range b.Messages {
		p := plain(m.Text)
		fresh := spokenOf(p)
		at := len(parts) - 1
		switch target, known := where[m.Target]; {
		case known:
			at = target
		case at < 0, at >= 0 && item.MatchString(p) && item.MatchString(plain(b.Messages[i-1].Text)), asked && len(fresh) >= 3 && begins(m, p, fresh, words[at], foreign):
			parts, words = append(parts, nil), append(words, map[string]bool{})
			at, asked, foreign = at+1, false, false
		}
		parts[at] = append(parts[at], m.ID)
		where[m.ID] = at
		for w := range fresh {
			words[at][w] = true
		}
		if at == len(parts)-1 {
			asked = asked || (asking.MatchString(inquiring.ReplaceAllString(p, " ")) && len(fresh) >= 2) || m.Type == MediaMessage
			foreign = foreign || m.Forwarded
		}
	}
	return parts
}

// begins tells whether a message starts another request than the one before it.
func begins(m ChatMessage, p string, fresh, before map[string]bool, foreign bool) bool {
	if m.Type != TextMessage {
		return false
	}
	marked := another.MatchString(p)
	if !marked && continues(p) {
		return false
	}
	shared := 0
	for w := range fresh {
		if before[w] {
			shared++
		}
	}
	wants := wanting.MatchString(p)
	switch {
	case m.Forwarded != foreign && wants:
		return true
	case marked:
		return shared <= len(fresh)/3 && !possessive.MatchString(p)
	case shared > 0 || !wants:
		return false
	default:
		return numbered.MatchString(p) || requesting.MatchString(p) && len(fresh) >= 4
	}
}

// spokenOf lists the words of a text that name a matter.
func spokenOf(p string) map[string]bool {
	for _, re := range []*regexp.Regexp{greeting, thanking, noise, wanting, another} {
		p = re.ReplaceAllString(re.ReplaceAllString(p, " "), " ")
	}
	m := map[string]bool{}
	for _, w := range strings.FieldsFunc(p, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(w) > 3 && !slices.Contains(idle, w) {
			m[w] = true
		}
	}
	return m
}

// item begins a message that is one of a numbered list; possessive begins one
// that speaks of what was named before ("jadwalnya").
var (
	requesting = anywhere(`usul\w*|mengusul\w*|diusul\w*|ngusul\w*|mohon|mhn|memohon|permohonan|minta|mnta|meminta`)
	item       = regexp.MustCompile(`^\(?\d{1,2}[.)]\s*\pL`)
	possessive = regexp.MustCompile(`^[^\pL]*(\pL+[^\pL]+){0,4}\pL{3,}nya\b`)
)

var idle = strings.Fields("yang untuk dengan dari kami saya juga sama karena supaya biar agar sudah belum bisa kalau kalo terus udah buat pake pakai tiap banyak sekali dulu aja saja masih lebih atau oleh pada dalam jadi tapi hanya ada ngga nggak tidak")
