package email

import (
	"bytes"
	"crypto/sha256"

	"usulan/intake"
)

// maxUUFiles bounds the files that are looked for in one text.
const maxUUFiles = 1000

// uuFile is a file that stands uuencoded in a text.
type uuFile struct {
	name       string
	start, end int // of its lines, from "begin" to the line behind "end"
}

// findUUFiles finds the uuencoded files in a text (POSIX uuencode): a line
// "begin 644 name", lines of which each says its own length, and "end". What
// only looks so at first is left in the text.
func findUUFiles(text []byte) []uuFile {
	var files []uuFile
	for pos := 0; pos < len(text) && len(files) < maxUUFiles; {
		if pos > 0 || !bytes.HasPrefix(text, []byte("begin ")) {
			i := bytes.Index(text[pos:], []byte("\nbegin "))
			if i < 0 {
				break
			}
			pos += i + 1
		}
		line, next := cutLine(text, pos)
		if name, ok := uuName(line); ok {
			if end := uuEnd(text, next); end > next {
				files = append(files, uuFile{name, pos, end})
				pos = max(end-1, pos+1)
				continue
			}
		}
		pos = max(next-1, pos+1)
	}
	return files
}

// uuName reads "begin 644 name".
func uuName(line []byte) (string, bool) {
	f := bytes.SplitN(line, []byte(" "), 3)
	if len(f) < 3 || len(f[1]) < 3 || len(f[1]) > 4 || len(bytes.TrimSpace(f[2])) == 0 {
		return "", false
	}
	for _, c := range f[1] {
		if c < '0' || c > '7' {
			return "", false
		}
	}
	return oneLine(string(toUTF8(f[2], ""))), true
}

// uuEnd returns where a file ends whose data begin at pos, or pos when there are
// none.
func uuEnd(text []byte, pos int) int {
	start := pos
	for pos < len(text) {
		line, next := cutLine(text, pos)
		switch {
		case bytes.Equal(line, []byte("end")) && pos > start:
			return next
		case !isUULine(line):
			if pos == start {
				return start
			}
			return pos // cut short
		}
		pos = next
	}
	return pos
}

// isUULine tells whether a line is as long as it says, give or take the padding
// that programs add and mailers trim.
func isUULine(line []byte) bool {
	if len(line) == 0 || line[0] < ' ' || line[0] > '`' {
		return false
	}
	n := (int(line[0]-' ')&63 + 2) / 3 * 4
	if len(line)-1 > n+2 || len(bytes.TrimRight(line, " "))-1 < n-8 {
		return false
	}
	for _, c := range line {
		if c < ' ' || c > '`' {
			return false
		}
	}
	return true
}

// takeUUFiles lists the uuencoded files of a text as attachments and returns the
// text without them. place is where the text stands in the source when it
// stands there as it is, else -1 and the attachments carry their bytes.
func (c *content) takeUUFiles(text []byte, place int) []byte {
	files := findUUFiles(text)
	if len(files) == 0 {
		return text
	}
	var rest []byte
	pos := 0
	for _, f := range files {
		src := text[f.start:f.end]
		a := intake.Attachment{Role: intake.File, Type: "application/octet-stream", Name: safeName(f.name), Encoding: intake.UUEncode}
		if a.Name == "" {
			a.Name = c.nameless("")
		}
		a.Type = typeByName(a.Name)
		if place >= 0 {
			a.Offset, a.Length = int64(place+f.start), int64(len(src))
			a.Size, a.Hash = digest(intake.UUEncode, src)
		} else {
			a.Encoding = intake.Identity
			a.Data = decode(intake.UUEncode, src)
			a.Size, a.Hash = int64(len(a.Data)), sha256.Sum256(a.Data)
		}
		c.hash.Write(a.Hash[:])
		if !c.inner {
			c.attachments = append(c.attachments, a)
		}
		rest = append(rest, text[pos:f.start]...)
		pos = f.end
	}
	return append(rest, text[pos:]...)
}
