package email

import "bytes"

// Mails that are signed without being readable for programs that know no
// signatures (S/MIME, RFC 8551 section 3.5.2): the mail proper stands inside a
// CMS structure (RFC 5652). The signature is not checked; the text is what
// matters here, and the raw bytes stay.

// oidSignedData and oidData are the object identifiers of signed content and of
// plain content, as BER writes them.
var (
	oidSignedData = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02}
	oidData       = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01}
)

const maxBERDepth = 32

// isSMIME recognises the carrier.
func isSMIME(p *part) bool {
	return p.mediaType == "application/pkcs7-mime" || p.mediaType == "application/x-pkcs7-mime"
}

// takeSMIME reads the mail inside a signed carrier. What is encrypted, or no
// such structure, stays an attachment.
func (c *content) takeSMIME(p *part, at place) ([]piece, bool) {
	if c.detached {
		return nil, false // signed twice: once is enough to be read
	}
	src, ok := signedContent(decode(p.encoding, c.src[p.body:p.end]))
	if !ok {
		return nil, false
	}
	root, fault := scanStructure(src)
	if fault != "" || len(root.header.fields) == 0 {
		return nil, false
	}
	outer := c.src
	c.src, c.detached = src, true
	pieces := c.gather(root, at)
	for i := range pieces {
		c.read(&pieces[i])
	}
	c.src, c.detached = outer, false
	return pieces, true
}

// signedContent takes the content out of ContentInfo, SignedData and
// EncapsulatedContentInfo (RFC 5652 sections 3 and 5).
func signedContent(b []byte) ([]byte, bool) {
	info, _ := readBER(b)
	kind, rest := readBER(info.body)
	if info.tag != 0x30 || !bytes.Equal(kind.body, oidSignedData) {
		return nil, false
	}
	explicit, _ := readBER(rest)
	signed, _ := readBER(explicit.body)
	_, rest = readBER(signed.body) // version
	_, rest = readBER(rest)        // digest algorithms
	encapsulated, _ := readBER(rest)
	kind, rest = readBER(encapsulated.body)
	if !bytes.Equal(kind.body, oidData) {
		return nil, false
	}
	explicit, _ = readBER(rest)
	if explicit.tag != 0xa0 {
		return nil, false
	}
	octets, _ := readBER(explicit.body)
	content := octets.appendOctets(make([]byte, 0, len(octets.body)), 0)
	return content, len(content) > 0
}

// ber is one element of BER (X.690): its first octet and its content, without
// the end mark where its length was not given.
type ber struct {
	tag  byte
	body []byte
}

// readBER reads the first element of b. What is damaged or cut short gives the
// zero element.
func readBER(b []byte) (ber, []byte) {
	e, rest, ok := readElement(b, 0)
	if !ok {
		return ber{}, nil
	}
	return e, rest
}

func readElement(b []byte, depth int) (e ber, rest []byte, ok bool) {
	if len(b) < 2 || b[0]&0x1f == 0x1f || depth > maxBERDepth {
		return ber{}, nil, false
	}
	e.tag = b[0]
	length := int(b[1])
	b = b[2:]
	switch {
	case length == 0x80:
		return e.until(b, depth)
	case length > 0x80:
		n := length - 0x80
		if n > 4 || n > len(b) {
			return ber{}, nil, false
		}
		length = 0
		for _, c := range b[:n] {
			length = length<<8 | int(c)
		}
		b = b[n:]
	}
	if length > len(b) {
		length = len(b) // cut short: what is there
	}
	e.body = b[:length]
	return e, b[length:], true
}

// until finds the end of an element without a length: the mark behind the
// elements in it.
func (e ber) until(b []byte, depth int) (ber, []byte, bool) {
	rest := b
	for {
		if len(rest) < 2 || rest[0] == 0 && rest[1] == 0 {
			e.body = b[:len(b)-len(rest)]
			return e, rest[min(2, len(rest)):], true
		}
		_, after, ok := readElement(rest, depth+1)
		if !ok {
			return ber{}, nil, false
		}
		rest = after
	}
}

// appendOctets joins an octet string, which may be in pieces.
func (e ber) appendOctets(dst []byte, depth int) []byte {
	switch {
	case e.tag == 0x04:
		return append(dst, e.body...)
	case e.tag != 0x24 || depth > maxBERDepth:
		return dst
	}
	for rest := e.body; len(rest) > 0; {
		var piece ber
		if piece, rest = readBER(rest); piece.tag == 0 {
			break
		}
		dst = piece.appendOctets(dst, depth+1)
	}
	return dst
}
