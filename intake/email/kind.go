package email

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"usulan/intake"
)

// classify says what a mail is: by its structure and header first, by its words
// last. Words alone must be strong, for the two errors are not alike: automatic
// mail taken for a message costs staff a key, but a message taken for automatic
// mail is a proposal that nobody reads.
func (p *Parser) classify(root *part, s *intake.Submission) intake.Kind {
	if p.isOwn(s.From.Value) {
		return intake.Own
	}
	m := readEvidence(&root.header, s)
	if kind := m.reportKind(root); kind != "" {
		return kind
	}
	if isCalendar(root, 0) {
		return intake.Calendar
	}
	if kind := m.bounceKind(); kind != "" {
		return kind
	}
	switch {
	case m.spam:
		return intake.Spam
	case m.saysAutomatic():
		return intake.AutoReply
	case p.isBulk(&m):
		return intake.Newsletter
	case m.readsAutomatic():
		return intake.AutoReply
	}
	return intake.Message
}

// isCalendar tells whether a mail is an invitation or the answer to one: a
// calendar part with a method (RFC 6047), not just a file somebody attached.
func isCalendar(p *part, depth int) bool {
	if p.mediaType == "text/calendar" && p.disposition != "attachment" {
		method := strings.ToLower(p.params["method"])
		return method != "" && method != "publish"
	}
	if !p.isMultipart() || depth > 4 {
		return false
	}
	for _, c := range p.children {
		if isCalendar(c, depth+1) {
			return true
		}
	}
	return false
}

// isBulk tells whether a mail went to many. A List-Unsubscribe alone does not
// say so: programs that a cooperative writes its mail with add it to each one.
// The forum's own address may itself be a list, and who answers us by our
// reference is no list.
func (p *Parser) isBulk(m *evidence) bool {
	bulk := m.precedence == "bulk" || m.precedence == "list" || m.precedence == "junk"
	if !bulk && m.lists == "" && !m.unsubscribe && !m.campaign {
		return false
	}
	if len(m.s.Mentions) > 0 || p.isOwnList(m.lists) {
		return false
	}
	switch {
	case bulk || m.list:
		return true
	case !m.unsubscribe:
		return m.campaign && hasAny(m.text(), unsubscribeWords, 1)
	}
	return m.campaign || noReply(m.s.From.Value) || hasAny(m.tail(), unsubscribeWords, 1)
}

// isOwnList tells whether one of the forum's addresses is the list itself.
func (p *Parser) isOwnList(lists string) bool {
	for _, own := range p.Own {
		name, domain, _ := strings.Cut(own, "@")
		if strings.Contains(lists, own) || strings.Contains(lists, name+"."+domain) {
			return true
		}
	}
	return false
}

func noReply(address string) bool {
	name, _, _ := strings.Cut(address, "@")
	switch name {
	case "noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "newsletter", "news", "promo", "marketing", "buletin":
		return true
	}
	return false
}

// foldWords returns the beginning of a text in lower case with single spaces. It
// runs over every mail, so it goes over the bytes once.
func foldWords(text string, limit int) string {
	text = text[:min(len(text), 2*limit)]
	out := make([]byte, 0, min(len(text), limit+64))
	blank := false
	for i := 0; i < len(text); {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		i += n
		if unicode.IsSpace(r) {
			blank = len(out) > 0
			continue
		}
		if blank {
			if len(out) > limit {
				break
			}
			out, blank = append(out, ' '), false
		}
		if r < utf8.RuneSelf {
			if r >= 'A' && r <= 'Z' {
				r += 'a' - 'A'
			}
			out = append(out, byte(r))
			continue
		}
		out = utf8.AppendRune(out, unicode.ToLower(r))
	}
	return string(out)
}
