package review

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"usulan/store"
)

// writeCSV writes the columns of the sheet Usulan as CSV (RFC 4180): UTF-8 with
// the mark by which Excel knows it, lines ending in CR LF, every text quoted, a
// text of any length in one cell. It returns how many proposals it wrote.
//
// encoding/csv is not used for writing: with CR LF it also rewrites the line
// ends inside a text.
func writeCSV(w io.Writer, s store.Settings, a about, rows proposals) (int, error) {
	out := bufio.NewWriterSize(w, 64<<10)
	out.WriteString("\ufeff") // bufio keeps the first error for Flush
	for i, c := range columns {
		if i > 0 {
			out.WriteByte(',')
		}
		writeText(out, c.name)
	}
	out.WriteString("\r\n")
	lines := newLiner(s, a.zone)
	err := rows(func(p *store.Proposal) error {
		l := lines.line(p)
		for i, c := range columns {
			if i > 0 {
				out.WriteByte(',')
			}
			switch v := c.value(&l).(type) {
			case string:
				writeText(out, guard(v))
			default:
				fmt.Fprint(out, v)
			}
		}
		_, err := out.WriteString("\r\n")
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("write csv: %w", err)
	}
	if err := out.Flush(); err != nil {
		return 0, fmt.Errorf("write csv: %w", err)
	}
	return lines.count, nil
}

func writeText(out *bufio.Writer, s string) {
	out.WriteByte('"')
	out.WriteString(csvText.Replace(s))
	out.WriteByte('"')
}

// csvText doubles quotes. Some programs end a file at a zero byte.
var csvText = strings.NewReplacer(`"`, `""`, "\x00", "\ufffd")

// guard puts an apostrophe before what a spreadsheet program would take for a
// formula, so that a participant cannot make an officer's computer run one. The
// wide forms count as well where the program speaks Japanese or Chinese.
func guard(s string) string {
	first := strings.TrimLeft(s, " \u00a0")
	if first == "" {
		return s
	}
	if strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(first)[0]) {
		return "'" + s
	}
	return s
}
