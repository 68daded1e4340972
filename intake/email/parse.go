// Package email takes proposals in from mailboxes: it reads IMAP folders,
// turns each mail into a submission and finds what in its text is quoted,
// signed or forwarded, and which mails no person wrote.
//
// A mail's way through it: parse.go (the whole), structure.go (parts, as offsets
// into the source), header.go with encodedword.go, params.go and address.go (what
// headers say), content.go (which parts are the text and which are files) with
// text.go, html.go, tnef.go and uuencode.go (how they are read), quote.go and
// kind.go (what the text is).
//
// The road to the parser: imap.go (the channel: a connection for each folder),
// imap_session.go and imap_login.go (one connection), imap_folder.go (what is
// new, due or missing), imap_take.go, imap_describe.go and imap_fetch.go (mails
// are asked for), imap_suspect.go (which one the server cannot deliver),
// imap_record.go (parsed and made safe), imap_mark.go and imap_wait.go. Files
// come by import.go instead.
package email

import (
	"strings"
	"time"

	"usulan/intake"
)

// Faults of a mail that cannot be read. Its bytes are kept, and what its header
// says is in the submission.
const (
	FaultStructure = "structure" // more parts, or deeper ones, than an honest mail has
	FaultHeader    = "header"    // a header larger than an honest mail has
	FaultNotMail   = "not_mail"  // not one header field
)

// Parser turns mails into submissions. It does no I/O, keeps no state between
// mails and may be used by several goroutines at once.
type Parser struct {
	// Own holds the forum's own addresses in lower case: mail from them is our
	// own coming back.
	Own []string
}

// Parse reads one mail. It always returns a submission: what cannot be read
// has its Fault set, its raw bytes and whatever headers could be had. The
// submission refers to raw, and its attachments to places in it. Time and
// memory are linear in the size of the mail.
func (p *Parser) Parse(raw *intake.Raw, receivedAt time.Time) *intake.Submission {
	root, fault := scanStructure(raw.Bytes)
	if fault == "" && len(root.header.fields) == 0 && len(raw.Bytes) > 0 {
		fault = FaultNotMail
	}
	s := p.headers(root, raw, receivedAt)
	if fault != "" {
		s.Fault = fault
		s.ContentHash = raw.Hash
		s.Kind = intake.Message
		return s
	}
	c := readContent(raw.Bytes, root)
	s.Text = c.text
	s.Attachments = c.attachments
	s.ContentHash = c.sum(s, root)
	s.Ranges = findRanges(s.Subject, s.Text, c.marks)
	if author := forwardedAuthor(s.Text, s.Ranges); author.Value != s.From.Value && !p.isOwn(author.Value) {
		s.Forwarded = author
	}
	s.Kind = p.classify(root, s)
	return s
}

// ParseHeader reads a mail of which only the header was fetched.
func (p *Parser) ParseHeader(raw *intake.Raw, receivedAt time.Time) *intake.Submission {
	root := &part{}
	limit := min(len(raw.Bytes), maxHeaderBytes)
	root.header.fields, _, _ = scanHeader(raw.Bytes[:limit], maxFields, func([]byte) bool { return false })
	root.describe("text/plain")
	s := p.headers(root, raw, receivedAt)
	s.ContentHash = raw.Hash
	s.Kind = p.classify(root, s)
	return s
}

// headers makes a submission of what the header of a mail says.
func (p *Parser) headers(root *part, raw *intake.Raw, receivedAt time.Time) *intake.Submission {
	h := &root.header
	h.charset = headerCharset(root)
	s := &intake.Submission{
		Raw:        raw,
		ReceivedAt: receivedAt,
		Subject:    h.get("subject"),
		ExternalID: messageID(h.get("message-id")),
		InReplyTo:  answered(h),
		From:       p.sender(h),
		SentAt:     parseDate(h.get("date")),
	}
	s.Mentions = mentions(h, s.Subject)
	return s
}

// headerCharset tells what unencoded 8-bit bytes of a header are likely to
// mean: the charset of the first text.
func headerCharset(p *part) string {
	for range maxDepth {
		if c := p.charset(); c != "" {
			return c
		}
		if len(p.children) == 0 {
			break
		}
		p = p.children[0]
	}
	return ""
}

// isOwn tells whether an address is one of the forum's, with or without a +tag.
func (p *Parser) isOwn(addr string) bool {
	local, domain, ok := strings.Cut(strings.ToLower(addr), "@")
	local, _, _ = strings.Cut(local, "+")
	for _, own := range p.Own {
		if ok && own == local+"@"+domain {
			return true
		}
	}
	return false
}

// sender tells who wrote a mail. A robot that sends for a person (a web form, a
// list that rewrites From) names the person in Reply-To or X-Original-From;
// without that, all who use the form would be one participant. The robot may use
// the forum's own address: a form on its site, or a group that it reads. Without
// a From the envelope's sender counts, as the last server noted it.
func (p *Parser) sender(h *header) intake.Address {
	from := firstAddress(h, "from")
	for _, name := range [...]string{"sender", "return-path"} {
		if s := firstAddress(h, name); from.addr == "" && s.addr != "" {
			if s.name == "" {
				s.name = from.name
			}
			from = s
		}
	}
	if isRobot(from) || p.isOwn(from.addr) {
		for _, name := range [...]string{"x-original-from", "reply-to"} {
			if person := firstAddress(h, name); person.addr != "" && !isRobot(person) && !p.isOwn(person.addr) {
				if person.name == "" {
					person.name = from.name
				}
				from = person
				break
			}
		}
	}
	if from.addr == "" {
		return intake.Address{Kind: intake.Anonymous, Name: from.name}
	}
	return from.address()
}

// firstAddress returns the first mailbox of a field that has an address.
func firstAddress(h *header, name string) mailbox {
	raw, ok := h.raw(name)
	if !ok {
		return mailbox{}
	}
	var named mailbox
	for _, m := range parseAddresses(raw, h.charset) {
		if m.addr != "" {
			return m
		}
		if named.name == "" {
			named = m
		}
	}
	return named
}

// isRobot tells whether an address says of itself that nobody reads it.
func isRobot(m mailbox) bool {
	local := m.local()
	if !strings.Contains(local, "reply") {
		return false
	}
	local = strings.NewReplacer("-", "", "_", "", ".", "").Replace(local)
	return strings.HasPrefix(local, "noreply") || strings.HasPrefix(local, "donotreply") ||
		strings.HasPrefix(local, "dontreply") || strings.HasSuffix(local, "noreply")
}
