package email

import (
	"bytes"
	"strings"
)

// kept says which bytes of a text stand as they are. Line ends are handled, and
// control characters, which no letter has and which spreadsheets, terminals and
// databases choke on, go.
var kept = func() (t [256]bool) {
	for i := range t {
		t[i] = i >= ' ' && i != 0x7f || i == '\n' || i == '\t'
	}
	return t
}()

// cleanText makes a text of valid UTF-8: lines end in \n whatever they ended in,
// no control characters, no byte order mark.
func cleanText(b []byte) string {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	i := 0
	for i < len(b) && kept[b[i]] {
		i++
	}
	if i == len(b) {
		return string(b)
	}
	var out strings.Builder
	out.Grow(len(b))
	start := 0
	for ; i < len(b); i++ {
		c := b[i]
		if kept[c] {
			continue
		}
		out.Write(b[start:i])
		start = i + 1
		switch {
		case c == '\r' && (i+1 == len(b) || b[i+1] != '\n' && b[i+1] != '\r'):
			out.WriteByte('\n')
		case c == '\f' || c == '\v':
			out.WriteByte('\n')
		}
	}
	out.Write(b[start:])
	return out.String()
}

// unflow joins the lines that a program broke to fit (RFC 3676): those that end
// in a blank. Quoted lines are left alone, because where they begin and end is
// what tells them from the answer.
func unflow(s string, delSp bool) string {
	if !strings.Contains(s, " \n") && !strings.Contains(s, "\n ") && !strings.HasPrefix(s, " ") {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	flowing := false
	for line := range strings.Lines(s) {
		body, ended := strings.CutSuffix(line, "\n")
		quoted := strings.HasPrefix(body, ">")
		if flowing && (quoted || body == "-- ") {
			out.WriteByte('\n')
		}
		if !quoted {
			body = strings.TrimPrefix(body, " ")
		}
		flowing = ended && !quoted && body != "-- " && strings.HasSuffix(body, " ")
		if flowing && delSp {
			body = body[:len(body)-1]
		}
		out.WriteString(body)
		if ended && !flowing {
			out.WriteByte('\n')
		}
	}
	return out.String()
}
