package intake

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"io"
)

// Encoding is how the bytes of a part are written in the raw source
// (Content-Transfer-Encoding, RFC 2045 section 6, and uuencode).
type Encoding string

// The encodings of a part. Identity stands for 7bit, 8bit and binary.
const (
	Identity        Encoding = ""
	Base64          Encoding = "base64"
	QuotedPrintable Encoding = "quoted-printable"
	UUEncode        Encoding = "uuencode"
)

// Decode reads what r holds in encoding e. It is lenient to the letter of RFC
// 2045 section 6.7 and 6.8: bytes that cannot belong to the encoding are
// skipped (base64) or kept (quoted-printable), a missing end is an end. It
// never fails by itself; errors are those of r.
func Decode(e Encoding, r io.Reader) io.Reader {
	switch e {
	case Base64:
		return &base64Reader{src: r}
	case QuotedPrintable:
		return &quotedPrintableReader{src: bufio.NewReader(r)}
	case UUEncode:
		return &uuReader{src: bufio.NewReader(r)}
	default:
		return r
	}
}

// sextet maps a byte to its value in base64, both alphabets (RFC 4648 sections
// 4 and 5); 64 is padding, 255 is nothing.
var sextet = func() (t [256]byte) {
	const std = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range t {
		t[i] = 255
	}
	for i := range len(std) {
		t[std[i]] = byte(i)
	}
	t['-'], t['_'], t['='] = 62, 63, 64
	return t
}()

// base64Reader decodes a stream of base64. Padding ends a group, not the
// stream: some programs encode in pieces and join them.
type base64Reader struct {
	src  io.Reader
	err  error
	in   [4096]byte
	buf  [3072 + 3]byte
	out  []byte // decoded, not yet given out
	acc  uint32
	have int // sextets in acc
}

func (d *base64Reader) Read(p []byte) (int, error) {
	for len(d.out) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		d.fill()
	}
	n := copy(p, d.out)
	d.out = d.out[n:]
	return n, nil
}

// fill decodes the next piece of the source.
func (d *base64Reader) fill() {
	n, err := d.src.Read(d.in[:])
	w := 0
	in := d.in[:n]
	for len(in) > 0 {
		if d.have == 0 {
			// The usual case, many clean groups in a row, goes to the library.
			clean := cleanGroups(in)
			if clean > 0 {
				k, _ := base64.StdEncoding.Decode(d.buf[w:], in[:clean])
				w += k
				in = in[clean:]
				continue
			}
		}
		switch v := sextet[in[0]]; {
		case v < 64:
			d.acc = d.acc<<6 | uint32(v)
			if d.have++; d.have == 4 {
				w += d.flush(w)
			}
		case v == 64:
			w += d.flush(w)
		}
		in = in[1:]
	}
	if err != nil {
		w += d.flush(w)
		d.err = err
	}
	d.out = d.buf[:w]
}

// cleanGroups counts the leading bytes of in that are whole groups of four of
// the standard alphabet.
func cleanGroups(in []byte) int {
	i := 0
	for i < len(in) && sextet[in[i]] < 64 && in[i] != '-' && in[i] != '_' {
		i++
	}
	return i &^ 3
}

// flush writes the bytes of a group that is whole or cut short.
func (d *base64Reader) flush(w int) int {
	have := d.have
	acc := d.acc << (6 * (4 - have))
	d.acc, d.have = 0, 0
	if have < 2 {
		return 0 // one lone sextet is less than a byte
	}
	d.buf[w], d.buf[w+1], d.buf[w+2] = byte(acc>>16), byte(acc>>8), byte(acc)
	return have - 1
}

// quotedPrintableReader decodes line by line.
type quotedPrintableReader struct {
	src *bufio.Reader
	buf []byte
	out []byte
	err error
}

func (d *quotedPrintableReader) Read(p []byte) (int, error) {
	for len(d.out) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		line, err := d.src.ReadSlice('\n')
		whole := !errors.Is(err, bufio.ErrBufferFull)
		if err != nil && whole {
			d.err = err
		}
		if !whole {
			// A line longer than the buffer: do not cut an escape in two.
			line = d.unreadEscape(line)
			whole = bytes.HasSuffix(line, []byte("\n"))
		}
		d.buf = appendQuotedPrintable(d.buf[:0], line, whole)
		d.out = d.buf
	}
	n := copy(p, d.out)
	d.out = d.out[n:]
	return n, nil
}

// unreadEscape completes a line whose last bytes begin an escape.
func (d *quotedPrintableReader) unreadEscape(line []byte) []byte {
	i := bytes.LastIndexByte(line, '=')
	if i < 0 || i < len(line)-2 {
		return line
	}
	line = append([]byte(nil), line...)
	for range 3 - (len(line) - i) {
		c, err := d.src.ReadByte()
		if err != nil {
			break
		}
		line = append(line, c)
		if c == '\n' {
			break
		}
	}
	return line
}

// appendQuotedPrintable decodes one line, or the beginning of one when it is not
// whole. Blanks before the line's end were added in transport (RFC 2045 section
// 6.7 rule 3) and go. A soft break may be cut off at the end of the source,
// because the line end behind it belongs to the delimiter that follows.
func appendQuotedPrintable(dst, line []byte, whole bool) []byte {
	end := len(line)
	body := bytes.TrimRight(line, "\r\n")
	eol := line[len(body):end]
	if len(eol) > 0 {
		body = bytes.TrimRight(body, " \t")
	}
	if whole && bytes.HasSuffix(body, []byte("=")) {
		body, eol = body[:len(body)-1], nil // soft line break
	}
	for i := 0; i < len(body); i++ {
		c := body[i]
		if c == '=' && i+2 < len(body) {
			hi, lo := unhex(body[i+1]), unhex(body[i+2])
			if hi < 16 && lo < 16 {
				dst = append(dst, hi<<4|lo)
				i += 2
				continue
			}
		}
		dst = append(dst, c)
	}
	return append(dst, eol...)
}

func unhex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	default:
		return 255
	}
}

// uuReader decodes the lines between "begin" and "end" of a uuencoded file
// (POSIX uuencode); lines of another shape are skipped.
type uuReader struct {
	src *bufio.Reader
	buf []byte
	out []byte
	err error
}

func (d *uuReader) Read(p []byte) (int, error) {
	for len(d.out) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		line, err := d.src.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			d.err = err
		}
		line = bytes.TrimRight(line, "\r\n")
		if bytes.HasPrefix(line, []byte("begin ")) || bytes.Equal(line, []byte("end")) {
			continue
		}
		d.buf = appendUU(d.buf[:0], line)
		d.out = d.buf
	}
	n := copy(p, d.out)
	d.out = d.out[n:]
	return n, nil
}

// appendUU decodes one line: a length, then groups of four characters. Trailing
// blanks, which stand for zero and which mailers trim, are put back.
func appendUU(dst, line []byte) []byte {
	if len(line) == 0 {
		return dst
	}
	for _, c := range line {
		if c < ' ' || c > '`' {
			return dst
		}
	}
	n := int(line[0]-' ') & 63
	line = line[1:]
	if len(line) > (n+2)/3*4+2 {
		return dst // longer than it says, give or take a check sum
	}
	at := func(i int) uint32 {
		if i >= len(line) {
			return 0
		}
		return uint32(line[i]-' ') & 63
	}
	for i := 0; n > 0; i += 4 {
		v := at(i)<<18 | at(i+1)<<12 | at(i+2)<<6 | at(i+3)
		for _, b := range [3]byte{byte(v >> 16), byte(v >> 8), byte(v)} {
			if n > 0 {
				dst = append(dst, b)
				n--
			}
		}
	}
	return dst
}
