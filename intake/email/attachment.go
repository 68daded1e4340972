package email

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"io"
	"strings"
	"unicode/utf8"

	"usulan/intake"
)

// maxMachineText bounds the text of a part that machines read.
const maxMachineText = 64 << 10

// attach lists a part as an attachment.
func (c *content) attach(p *part, at place) {
	if c.inner {
		return
	}
	src := c.src[p.body:p.end]
	if len(src) == 0 && givenName(p) == "" {
		return // nothing
	}
	a := intake.Attachment{
		Type:      p.mediaType,
		Role:      roleOf(p, at),
		ContentID: contentID(&p.header),
		Offset:    int64(p.body),
		Length:    int64(len(src)),
		Encoding:  p.encoding,
	}
	a.Name = c.fileName(p)
	if p.mediaType == "text/html" && a.Role == intake.HTML {
		c.attachHTML(p, a, src)
		return
	}
	if strings.HasPrefix(p.mediaType, "message/") && !p.isMessage() || strings.HasPrefix(p.mediaType, "text/") {
		p.text = cleanText(toUTF8(decodeText(p.encoding, src[:min(len(src), maxMachineText)]), p.charset()))
	}
	a.Size, a.Hash = digest(p.encoding, src)
	c.addPart(p, a.Hash, src)
	c.list(a)
}

// list adds an attachment. One whose place is not in the source of the mail
// carries its bytes.
func (c *content) list(a intake.Attachment) {
	if c.detached {
		a.Data = decode(a.Encoding, c.src[a.Offset:a.Offset+a.Length])
		a.Offset, a.Length, a.Encoding = 0, 0, intake.Identity
	}
	c.attachments = append(c.attachments, a)
}

// attachHTML lists the HTML form of the text.
func (c *content) attachHTML(p *part, a intake.Attachment, src []byte) {
	label := p.charset()
	raw := decode(p.encoding, src)
	a.Size, a.Hash = int64(len(raw)), sha256.Sum256(raw)
	switch {
	case utf8.Valid(raw) && !lookupCharset(label).ambiguous:
		label = "utf-8"
	case lookupCharset(label).decode == nil:
		label = "windows-1252"
	}
	a.Type = "text/html; charset=" + label
	c.addText(raw)
	c.list(a)
}

// roleOf tells what a part is to its mail. A picture with an id is shown inside
// the text unless it was declared a file outside of what belongs to the HTML.
func roleOf(p *part, at place) intake.Role {
	switch {
	case p.mediaType == "text/html" && !isFile(p, at) && !at.cut:
		return intake.HTML
	case strings.HasPrefix(p.mediaType, "image/") && contentID(&p.header) != "" && (at.related || p.disposition != "attachment"):
		return intake.Inline
	default:
		return intake.File
	}
}

// contentID returns a Content-ID without its brackets (RFC 2392).
func contentID(h *header) string {
	return strings.Trim(h.get("content-id"), "<> ")
}

// digest measures and hashes what a part holds, decoded, without holding it.
func digest(e intake.Encoding, src []byte) (int64, [sha256.Size]byte) {
	switch e {
	case intake.Identity:
		return int64(len(src)), sha256.Sum256(src)
	case intake.Base64:
		return digestBase64(src)
	}
	if len(src) <= maxTextStart {
		out := decode(e, src)
		return int64(len(out)), sha256.Sum256(out)
	}
	h := sha256.New()
	n, _ := io.Copy(h, intake.Decode(e, bytes.NewReader(src))) // memory does not fail
	return n, [sha256.Size]byte(h.Sum(nil))
}

// digestBase64 decodes clean lines with the standard library and the rest
// leniently, in pieces that stay in the processor's cache.
func digestBase64(src []byte) (int64, [sha256.Size]byte) {
	const piece = 32 << 10
	d := base64Digest{hash: sha256.New(), out: make([]byte, 0, min(len(src), piece)+16)}
	for pos := 0; pos < len(src); {
		line, next := cutLine(src, pos)
		for len(line) > 0 {
			chunk := line[:min(len(line), piece/2)]
			d.write(chunk)
			line = line[len(chunk):]
		}
		pos = next
	}
	d.out = appendGroup(d.out, d.acc, d.have)
	d.drain()
	return d.size, [sha256.Size]byte(d.hash.Sum(nil))
}

// base64Digest is the state between two lines.
type base64Digest struct {
	hash hash.Hash
	size int64
	out  []byte
	acc  uint32
	have int
}

func (d *base64Digest) write(line []byte) {
	if len(d.out)+len(line) > cap(d.out) {
		d.drain()
	}
	if d.have == 0 && len(line)&3 == 0 {
		n, err := base64.StdEncoding.Decode(d.out[len(d.out):cap(d.out)], line)
		if err == nil {
			d.out = d.out[:len(d.out)+n]
			return
		}
	}
	for _, c := range line {
		switch v := sextet[c]; {
		case v < padding:
			d.acc = d.acc<<6 | uint32(v)
			if d.have++; d.have == 4 {
				d.out = append(d.out, byte(d.acc>>16), byte(d.acc>>8), byte(d.acc))
				d.acc, d.have = 0, 0
			}
		case v == padding:
			d.out = appendGroup(d.out, d.acc, d.have)
			d.acc, d.have = 0, 0
		}
	}
}

// drain hands on what has been decoded.
func (d *base64Digest) drain() {
	d.hash.Write(d.out)
	d.size += int64(len(d.out))
	d.out = d.out[:0]
}
