package email

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
	"os"
	"regexp"
	"time"
)

// mboxMail is one mail of an mbox file (RFC 4155).
type mboxMail struct {
	offset, length int64 // in the file, without the separator and the blank line before the next
	size           int64 // after unquoting
	arrival        time.Time
}

// separator is the line between two mails. It is strict about the date, because
// mboxes exist whose bodies have lines that begin with "From ".
var separator = regexp.MustCompile(`^From .*\b((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2} \d{2}:\d{2}(?::\d{2})?(?: [A-Z]{2,5}| [+-]\d{4})? \d{4}(?: [+-]\d{4})?)`)

var errNotMbox = errors.New("it is not an mbox file: the first line must begin with \"From \" and end with a date")

// maxSeparator bounds the line that is looked at; longer lines separate nothing.
const maxSeparator = 1000

// scanMbox finds the mails of an mbox in one pass, whatever its size. A mail
// begins after a separator that is the first line or follows a blank one.
func scanMbox(r io.Reader) iter.Seq2[mboxMail, error] {
	return func(yield func(mboxMail, error) bool) {
		in := bufio.NewReaderSize(r, 256<<10)
		var m *mboxMail
		var pos int64
		blank := 0    // length of the line before, when it is blank
		start := true // of a line
		first := true // of the file
		for {
			line, err := in.ReadSlice('\n')
			if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
				yield(mboxMail{}, err)
				return
			}
			if found := start && (first || blank > 0) && len(line) <= maxSeparator && bytes.HasPrefix(line, []byte("From ")); found {
				if at := separator.FindSubmatch(line); at != nil {
					if m != nil && !yield(m.cut(blank), nil) {
						return
					}
					m = &mboxMail{offset: pos + int64(len(line)), arrival: mboxDate(string(at[1]))}
					pos += int64(len(line))
					first, blank = false, 0
					continue
				}
			}
			if m == nil && len(bytes.TrimSpace(line)) > 0 {
				yield(mboxMail{}, errNotMbox)
				return
			}
			if m != nil {
				m.length += int64(len(line))
				m.size += int64(len(line))
				if start && quotedFrom(line) {
					m.size--
				}
			}
			pos += int64(len(line))
			blank = 0
			if start && len(line) > 0 && len(bytes.TrimRight(line, "\r\n")) == 0 {
				blank = len(line)
			}
			start = err == nil
			if err == io.EOF {
				if m != nil {
					yield(m.cut(blank), nil)
				}
				return
			}
		}
	}
}

// cut takes the blank line before the next separator off.
func (m *mboxMail) cut(blank int) mboxMail {
	c := *m
	if c.length > int64(blank) {
		c.length -= int64(blank)
		c.size -= int64(blank)
	}
	return c
}

// quotedFrom tells whether a line is one that the writer of the mbox put a ">"
// before, so that it does not look like a separator.
func quotedFrom(line []byte) bool {
	return len(line) > 5 && line[0] == '>' && bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From "))
}

// mboxDate reads the date of a separator. Where it has no zone it is UTC (RFC
// 4155).
func mboxDate(s string) time.Time { return parseDate(s) }

// openMboxMail reads one mail of an mbox as it was before it was put there.
func openMboxMail(path string, m mboxMail) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return &unquoter{file: f, in: bufio.NewReaderSize(io.NewSectionReader(f, m.offset, m.length), 64<<10), start: true}, nil
}

// unquoter takes one ">" from each quoted line.
type unquoter struct {
	file  *os.File
	in    *bufio.Reader
	start bool
	rest  []byte
	err   error
}

func (u *unquoter) Read(p []byte) (int, error) {
	for len(u.rest) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		line, err := u.in.ReadSlice('\n')
		if u.start && quotedFrom(line) {
			line = line[1:]
		}
		if u.start = err == nil; err != nil && err != bufio.ErrBufferFull {
			u.err = err
		}
		u.rest = line
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}

func (u *unquoter) Close() error { return u.file.Close() }
