package email

import (
	"bytes"
	"strings"
)

// header is the header section of a mail or a part: its fields in order, names
// compared without regard to case. Values are decoded when they are asked for:
// most of a mail's fields never are.
type header struct {
	fields []field

	// charset is what 8-bit bytes are taken for that are not UTF-8: senders who
	// put them there unencoded mean the charset of their text.
	charset string
}

// field is one header field as it stands in the source.
type field struct {
	name string // in lower case
	raw  []byte // what follows the colon, folds and encoded words as they came
}

// get returns the first value of a field, given by its name in lower case, or
// the empty string. It is unfolded, its encoded words (RFC 2047) are decoded,
// and it is one line of valid UTF-8.
func (h *header) get(name string) string {
	raw, _ := h.raw(name)
	return decodeValue(raw, h.charset)
}

// raw returns the first value of a field as it stands in the source.
func (h *header) raw(name string) ([]byte, bool) {
	for _, f := range h.fields {
		if f.name == name {
			return f.raw, true
		}
	}
	return nil, false
}

// scanHeader reads the fields at the start of src and returns how many bytes
// they take, with the empty line behind them. stop tells whether a line that
// begins with two hyphens is a delimiter, where a header without an empty line
// ends. At most limit fields are read; when there are more, ok is false.
//
// Lines that are no field are what damaged mails have: folds that lost their
// blank continue the field above when a field that everybody knows follows
// before an empty line does; else the empty line is missing and the text begins.
func scanHeader(src []byte, limit int, stop func(line []byte) bool) (fields []field, size int, ok bool) {
	pos, known := 0, 0 // known: up to here lines that are no field are passed over
	for pos < len(src) {
		line, next := cutLine(src, pos)
		if len(line) == 0 {
			return fields, next, true
		}
		if line[0] == '-' && bytes.HasPrefix(line, []byte("--")) && stop(line) {
			return fields, pos, true
		}
		n, value := fieldName(line)
		switch {
		case line[0] == ' ' || line[0] == '\t':
			extend(fields, src, pos, len(line))
		case n > 0:
			if len(fields) == limit {
				return fields, pos, false
			}
			if fields == nil {
				fields = make([]field, 0, 16)
			}
			fields = append(fields, field{lowerName(line[:n]), line[value:]})
		case isFromLine(line):
		default:
			if pos >= known {
				if known = knownField(src, next); known < 0 {
					return fields, pos, true
				}
			}
			extend(fields, src, pos, len(line))
		}
		pos = next
	}
	return fields, len(src), true
}

// knownField finds the next line that is a field of a well-known name, before an
// empty line; -1 when there is none.
func knownField(src []byte, pos int) int {
	for pos < len(src) {
		line, next := cutLine(src, pos)
		if len(line) == 0 {
			break
		}
		if n, _ := fieldName(line); n > 0 && knownNames[lowerName(line[:n])] != "" {
			return pos
		}
		pos = next
	}
	return -1
}

// extend lets the last field reach to the end of the line at pos.
func extend(fields []field, src []byte, pos, n int) {
	if len(fields) == 0 {
		return
	}
	last := &fields[len(fields)-1]
	// raw is a slice of src, so its distance from the end of src is known.
	start := pos - (cap(last.raw) - cap(src[pos:]))
	last.raw = src[start : pos+n]
}

// isFromLine recognises the line by which mbox files part mails.
func isFromLine(line []byte) bool {
	return bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))
}

// cutLine returns the line at pos without its end, and where the next begins.
func cutLine(src []byte, pos int) (line []byte, next int) {
	if pos >= len(src) {
		return nil, len(src)
	}
	i := bytes.IndexByte(src[pos:], '\n')
	if i < 0 {
		return bytes.TrimRight(src[pos:], "\r"), len(src)
	}
	line = src[pos : pos+i]
	for len(line) > 0 && line[len(line)-1] == '\r' {
		line = line[:len(line)-1]
	}
	return line, pos + i + 1
}

// fieldName measures the name at the start of a line (RFC 5322 section 3.6.8)
// and finds where the value begins. Blanks before the colon are obsolete
// syntax. n is 0 when the line is no field.
func fieldName(line []byte) (n, value int) {
	for n < len(line) && line[n] > ' ' && line[n] < 127 && line[n] != ':' {
		n++
	}
	value = n
	for value < len(line) && (line[value] == ' ' || line[value] == '\t') {
		value++
	}
	if n == 0 || n > 200 || value == len(line) || line[value] != ':' {
		return 0, 0
	}
	return n, value + 1
}

// knownNames holds the names that mails usually have, so that they need no
// memory of their own.
var knownNames = func() map[string]string {
	const names = "from to cc bcc reply-to sender date subject message-id in-reply-to references received " +
		"return-path delivered-to x-original-to x-original-from mime-version content-type content-transfer-encoding " +
		"content-disposition content-id content-description content-location content-language content-class " +
		"content-length content-md5 content-base comments keywords resent-from resent-to resent-date resent-sender resent-message-id " +
		"dkim-signature domainkey-signature x-google-dkim-signature arc-seal arc-message-signature arc-authentication-results " +
		"authentication-results received-spf x-received x-gm-message-state x-google-smtp-source x-mailer user-agent " +
		"x-originating-ip x-priority importance priority precedence auto-submitted x-auto-response-suppress " +
		"x-autoreply x-autorespond list-id list-unsubscribe list-unsubscribe-post list-post list-help list-archive list-subscribe list-owner " +
		"mailing-list errors-to x-spam-flag x-spam-status x-spam-score x-spam-level x-spam-checker-version x-virus-scanned " +
		"x-failed-recipients x-loop thread-topic thread-index accept-language organization status x-status x-uid lines " +
		"x-ms-has-attach x-ms-tnef-correlator x-mimeole x-msmail-priority x-attachment-id envelope-to delivery-date feedback-id " +
		"reporting-mta final-recipient original-recipient action diagnostic-code remote-mta arrival-date"
	m := map[string]string{}
	for _, n := range strings.Fields(names) {
		m[n] = n
	}
	return m
}()

// lowerName returns a field's name in lower case.
func lowerName(name []byte) string {
	var buf [200]byte
	n := copy(buf[:], name)
	for i, c := range buf[:n] {
		if c >= 'A' && c <= 'Z' {
			buf[i] = c + 'a' - 'A'
		}
	}
	if known, ok := knownNames[string(buf[:n])]; ok {
		return known
	}
	return string(buf[:n])
}
