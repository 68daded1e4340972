package email

import (
	"bytes"
	"crypto/sha256"
	"io"
	"strings"

	"usulan/intake"
)

// sum is the content hash of a mail: over From, Date, Subject and what the parts
// hold. The routes by which a mail travels add and change everything else. Where
// there is no Date, the Message-ID tells two equal mails apart.
func (c *content) sum(s *intake.Submission, root *part) [sha256.Size]byte {
	h := c.hash
	date := strings.Join(strings.Fields(root.header.get("date")), " ")
	if date == "" {
		date = s.ExternalID
	}
	for _, v := range [...]string{s.From.Value, date, s.Subject} {
		_, _ = io.WriteString(h, v)
		h.Write([]byte{0})
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// addPart adds an attached part to the content hash. Base64 carries bytes; in
// any other encoding the line ends are those of the route, unless the part is so
// large that nobody wrote it.
func (c *content) addPart(p *part, sum [sha256.Size]byte, src []byte) {
	switch {
	case p.encoding == intake.Identity:
		c.addText(src)
	case p.encoding == intake.QuotedPrintable && len(src) <= maxTextStart:
		c.addText(decode(p.encoding, src))
	default:
		c.hash.Write(sum[:])
	}
}

// addText adds a text to the content hash, in the form that all routes leave
// alone: lines end in \n, none at the end, and lines that an mbox file had to
// escape (">From ") are as they were.
func (c *content) addText(src []byte) {
	src = bytes.TrimRight(src, "\r\n")
	if bytes.IndexByte(src, '\r') < 0 && !bytes.Contains(src, []byte(">From ")) {
		c.hash.Write(src)
		c.hash.Write([]byte{0})
		return
	}
	const piece = 16 << 10
	buf := make([]byte, 0, min(len(src), piece)+2)
	for pos := 0; pos < len(src); {
		line, next := cutLine(src, pos)
		if len(line) > 5 && line[0] == '>' {
			if rest := bytes.TrimLeft(line, ">"); bytes.HasPrefix(rest, []byte("From ")) {
				line = rest
			}
		}
		if len(buf)+len(line)+1 > cap(buf) {
			c.hash.Write(buf)
			buf = buf[:0]
		}
		if len(line)+1 > cap(buf) {
			c.hash.Write(line)
			line = nil
		}
		buf = append(buf, line...)
		if pos = next; pos < len(src) {
			buf = append(buf, '\n')
		}
	}
	c.hash.Write(buf)
	c.hash.Write([]byte{0})
}
