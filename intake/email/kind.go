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
	h := &root.header
	if p.isOwn(s.From.Value) {
		return intake.Own
	}
	m := evidence{header: h, subject: foldWords(s.Subject, subjectBytes), server: isMailServer(h), nullPath: hasNullPath(h)}
	m.answer, m.forward = subjectSays(s.Subject)
	m.answer = m.answer || len(s.InReplyTo) > 0
	m.text = foldWords(s.Text, textBytes)
	m.own = m.text
	if len(s.Ranges) > 0 {
		m.own = foldWords(ownWords(s), textBytes)
	}

	if kind := reportKind(root, m); kind != "" {
		return kind
	}
	if isCalendar(root, 0) {
		return intake.Calendar
	}
	if kind := m.bounceKind(); kind != "" {
		return kind
	}
	switch {
	case m.spam():
		return intake.Spam
	case m.saysAutomatic():
		return intake.AutoReply
	case p.isBulk(m, s):
		return intake.Newsletter
	case m.readsAutomatic():
		return intake.AutoReply
	}
	return intake.Message
}

// How much of a mail its kind is told from: what robots say stands on top.
const (
	subjectBytes = 300
	textBytes    = 1500
)

// evidence is what the kind of a mail is told by.
type evidence struct {
	header   *header
	subject  string // in lower case, its white space folded
	text     string // the beginning of the text, likewise
	own      string // the beginning of what is not quoted, likewise
	server   bool   // a mail server sent it
	nullPath bool   // it came from <>, as RFC 5321 section 4.5.5 has it for notifications
	answer   bool   // it answers another mail
	forward  bool   // it forwards another mail
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

// ownWords returns the first words of a text that are not quoted.
func ownWords(s *intake.Submission) string {
	start := 0
	for _, r := range s.Ranges {
		if from, to := trimSpace(s.Text, start, r.Start); from < to {
			return s.Text[from:to]
		}
		start = r.End
	}
	return s.Text[start:]
}

// isMailServer tells whether a mail server is the sender.
func isMailServer(h *header) bool {
	from := strings.ToLower(h.get("from"))
	for _, name := range [...]string{"mailer-daemon", "mailerdaemon", "mail-daemon", "maildaemon", "mdaemon@", "postmaster", "mail delivery", "mail administrator", "system administrator", "mail system", "mail router", "delivery subsystem", "microsoftexchange"} {
		if strings.Contains(from, name) {
			return true
		}
	}
	path := strings.ToLower(h.get("return-path"))
	return strings.Contains(path, "mailer-daemon")
}

// isDaemon tells whether the sender is a mail server that writes of nothing but
// failures and delays, unlike a postmaster.
func isDaemon(h *header) bool {
	from := strings.ToLower(h.get("from"))
	return strings.Contains(from, "mailer-daemon@") || strings.Contains(from, "mail delivery s") || strings.TrimSpace(from) == "mailer-daemon"
}

func hasNullPath(h *header) bool {
	raw, ok := h.raw("return-path")
	path := strings.TrimSpace(string(raw))
	return ok && (path == "<>" || path == "") || strings.TrimSpace(h.get("from")) == "<>"
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

// spam tells whether the server that took the mail in called it spam.
func (m *evidence) spam() bool {
	for _, name := range [...]string{"x-spam-flag", "x-spam-status", "x-spam", "x-barracuda-spam-flag", "x-barracuda-spam-status", "x-bogosity", "x-dspam-result", "x-rspamd-action", "x-ses-spam-verdict", "x-kaspersky-spam-status", "x-anti-spam", "x-antispam", "x-spam-verdict", "x-vr-spamstate"} {
		value := strings.ToLower(strings.TrimSpace(m.header.get(name)))
		verdict, _, _ := strings.Cut(value, ",")
		switch strings.TrimSpace(verdict) {
		case "yes", "true", "spam", "fail", "reject", "add header", "rewrite subject", "probable spam":
			return true
		}
		if strings.HasPrefix(value, "yes") || name == "x-bogosity" && strings.HasPrefix(value, "spam") {
			return true
		}
	}
	if strings.Contains(strings.ToUpper(m.header.get("x-forefront-antispam-report")), "SFV:SPM") {
		return true
	}
	switch scl := strings.TrimSpace(m.header.get("x-ms-exchange-organization-scl")); scl {
	case "5", "6", "7", "8", "9":
		return true
	}
	// Servers that can only change the subject write one of these before it.
	for _, tag := range [...]string{"***spam***", "*****spam*****", "[spam]", "{spam?}", "{spam}", "[spam?]", "[bulk spam]", "[suspected spam]", "[possible spam]"} {
		if strings.HasPrefix(m.subject, tag) {
			return true
		}
	}
	return false
}

// isBulk tells whether a mail went to many. A List-Unsubscribe alone does not
// say so: programs that a cooperative writes its mail with add it to each one.
// The forum's own address may itself be a list, and who answers us by our
// reference is no list.
func (p *Parser) isBulk(m evidence, s *intake.Submission) bool {
	h := m.header
	if len(mentions(h, s.Subject)) > 0 {
		return false
	}
	lists := ""
	for _, name := range [...]string{"list-id", "list-post", "list-owner", "mailing-list", "x-mailing-list", "list-archive", "list-subscribe"} {
		lists += " " + strings.ToLower(h.get(name))
	}
	if lists = strings.TrimSpace(lists); lists != "" {
		for _, own := range p.Own {
			name, domain, _ := strings.Cut(own, "@")
			if strings.Contains(lists, own) || strings.Contains(lists, name+"."+domain) {
				return false
			}
		}
	}
	switch strings.ToLower(strings.TrimSpace(h.get("precedence"))) {
	case "bulk", "list", "junk":
		return true
	}
	if strings.TrimSpace(h.get("list-id")+h.get("list-post")+h.get("mailing-list")+h.get("x-mailing-list")) != "" {
		return true
	}
	if _, ok := h.raw("list-unsubscribe"); !ok {
		return m.headerSaysCampaign() && hasAny(m.text, unsubscribeWords, 1)
	}
	return m.headerSaysCampaign() || noReply(s.From.Value) || hasAny(foldWords(s.Text[max(0, len(s.Text)-textBytes):], textBytes), unsubscribeWords, 1)
}

// headerSaysCampaign tells whether the header has what programs for mass mail
// leave there.
func (m *evidence) headerSaysCampaign() bool {
	for _, f := range m.header.fields {
		switch f.name {
		case "list-unsubscribe-post", "feedback-id", "x-campaign", "x-campaignid", "x-campaign-id", "x-mc-user", "x-mailchimp-campaignid", "x-newsletter", "x-csa-complaints", "x-rpcampaign", "x-report-abuse", "x-mailer-lid", "x-mailer-recptid", "x-mailing-id", "x-accounttype", "x-cid", "x-sfmc-stack", "x-job":
			return true
		}
	}
	return false
}

func noReply(address string) bool {
	name, _, _ := strings.Cut(address, "@")
	for _, n := range [...]string{"noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "newsletter", "news", "info-noreply", "promo", "marketing", "buletin"} {
		if name == n {
			return true
		}
	}
	return false
}
