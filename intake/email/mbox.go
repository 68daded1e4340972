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

// mboxLine is how much of a line is looked at together. Reading and unquoting
// have to agree on it.
const mboxLine = 64 << 10

// scanMbox finds the mails of an mbox in one pass, whatever its size. A mail
// begins after a separator that is the first line or follows a blank one.
func scanMbox(r io.Reader) iter.Seq2[mboxMail, error] {
	return func(yield func(mboxMail, error) bool) {
		in := bufio.NewReaderSize(r, mboxLine)
		s := mboxScanner{first: true, start: true}
		for {
			line, err := in.ReadSlice('\n')
			if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
				yield(mboxMail{}, err)
				return
			}
			if arrival, ok := s.separates(line); ok {
				if s.open && !yield(s.cut(), nil) {
					return
				}
				s.begin(len(line), arrival)
			} else if !s.add(line) {
				yield(mboxMail{}, errNotMbox)
				return
			}
			s.start = err == nil
			if errors.Is(err, io.EOF) {
				if s.open {
					yield(s.cut(), nil)
				}
				return
			}
		}
	}
}

// mboxScanner is where in an mbox the scan stands.
type mboxScanner struct {
	mail  mboxMail
	open  bool  // a mail has begun
	pos   int64 // in the file
	blank int64 // length of the line before, when it is blank
	start bool  // the next bytes begin a line
	first bool  // no separator has been met
}

func (s *mboxScanner) separates(line []byte) (time.Time, bool) {
	if !s.start || !s.first && s.blank == 0 || len(line) > maxSeparator || !bytes.HasPrefix(line, []byte("From ")) {
		return time.Time{}, false
	}
	found := separator.FindSubmatch(line)
	if found == nil {
		return time.Time{}, false
	}
	return parseDate(string(found[1])), true // UTC where it has no zone (RFC 4155)
}

func (s *mboxScanner) begin(separator int, arrival time.Time) {
	s.pos += int64(separator)
	s.mail = mboxMail{offset: s.pos, arrival: arrival}
	s.open, s.first, s.blank = true, false, 0
}

// add counts a line in. It fails where there is text ahead of the first mail.
func (s *mboxScanner) add(line []byte) bool {
	n := int64(len(line))
	blank := len(bytes.TrimRight(line, "\r\n")) == 0
	s.pos += n
	if !s.open {
		return blank
	}
	s.mail.length += n
	s.mail.size += n
	if s.start && quotedFrom(line) {
		s.mail.size--
	}
	switch {
	case n == 0: // the end of the file
	case s.start && blank:
		s.blank = n
	default:
		s.blank = 0
	}
	return true
}

// cut is the mail without the blank line ahead of the next separator.
func (s *mboxScanner) cut() mboxMail {
	m := s.mail
	if m.length > s.blank {
		m.length -= s.blank
		m.size -= s.blank
	}
	return m
}

// quotedFrom tells whether a line is one that the writer of the mbox put a ">"
// before, so that it does not look like a separator.
func quotedFrom(line []byte) bool {
	return len(line) > 5 && line[0] == '>' && bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From "))
}

// openMboxMail reads one mail of an mbox as it was before it was put there.
func openMboxMail(path string, m mboxMail) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	u := newUnquoter(io.NewSectionReader(f, m.offset, m.length))
	return struct {
		io.Reader
		io.Closer
	}{u, f}, nil
}

// unquoter takes one ">" from each quoted line.
type unquoter struct {
	in    *bufio.Reader
	start bool // of a line
	rest  []byte
	err   error
}

func newUnquoter(r io.Reader) *unquoter {
	return &unquoter{in: bufio.NewReaderSize(r, mboxLine), start: true}
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
		if u.start = err == nil; err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			u.err = err
		}
		u.rest = line
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}
