package email

import (
	"bytes"
	"encoding/binary"
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
	i := firstDropped(b, 0)
	if i == len(b) {
		return string(b)
	}
	var out strings.Builder
	out.Grow(len(b))
	start := 0
	for ; i < len(b); i = firstDropped(b, start) {
		c := b[i]
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

// firstDropped finds the first byte at or after i that does not stand as it is.
// It looks at eight bytes at a time: a text has few that need a look.
func firstDropped(b []byte, i int) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		del := x ^ 0x7f*ones
		if ((x-' '*ones)&^x|(del-ones)&^del)&high == 0 {
			continue // no byte below the blank, and no delete
		}
		for j, c := range b[i : i+8] {
			if !kept[c] {
				return i + j
			}
		}
	}
	for i < len(b) && kept[b[i]] {
		i++
	}
	return i
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
