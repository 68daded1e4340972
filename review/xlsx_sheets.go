package review

import (
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// about is what the sheet Keterangan says of a file.
type about struct {
	forum  string
	filter string
	by     string
	at     time.Time
	zone   *time.Location
}

// plain writes a small sheet; its first row is the header.
func (b *book) plain(sheet string, widths []float64, rows [][]any) error {
	if _, err := b.file.NewSheet(sheet); err != nil {
		return fmt.Errorf("make sheet %s: %w", sheet, err)
	}
	out, head, err := b.begin(sheet)
	if err != nil {
		return err
	}
	for i, w := range widths {
		if err := out.SetColWidth(i+1, i+1, w); err != nil {
			return fmt.Errorf("lay out %s: %w", sheet, err)
		}
	}
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return fmt.Errorf("name cell of row %d: %w", i, err)
		}
		var opts []excelize.RowOpts
		if i == 0 {
			opts = append(opts, excelize.RowOpts{StyleID: head})
		}
		if err := out.SetRow(cell, row, opts...); err != nil {
			return fmt.Errorf("write %s: %w", sheet, err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write %s: %w", sheet, err)
	}
	return nil
}

// dictionary is the sheet Kamus_Kolom.
func dictionary() [][]any {
	rows := [][]any{{"Kolom", "Arti", "Meaning"}}
	for _, c := range columns {
		rows = append(rows, []any{c.name, c.meaning, c.gloss})
	}
	return append(rows, []any{continuation, "Lanjutan kolom Usulan; sambung tanpa spasi.", "Rest of Usulan; join without a space."})
}

// rows are the sheet Keterangan.
func (a about) rows(count int) [][]any {
	return [][]any{
		{"Keterangan", "Isi"},
		{"Forum", clip(a.forum)},
		{"Saringan", clip(a.filter)},
		{"Jumlah_Usulan", count},
		{"Dibuat_Pada", a.at.In(a.zone).Format("2006-01-02 15:04")},
		{"Dibuat_Oleh", clip(a.by)},
	}
}

// clip shortens a label to what certainly fits a cell.
func clip(s string) string {
	const most = 2000
	if len(s) <= most {
		return s
	}
	s = s[:most]
	for !utf8.ValidString(s) && s != "" {
		s = s[:len(s)-1]
	}
	return s + "…"
}
