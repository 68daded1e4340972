package review

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/xuri/excelize/v2"

	"usulan/store"
)

// What a spreadsheet program can take.
const (
	cellUnits = 32767   // UTF-16 units of text in a cell
	sheetRows = 1048576 // rows of a sheet, with its header
)

// errManyRows says that a sheet cannot hold an export.
var errManyRows = errors.New("a sheet holds at most 1,048,575 proposals; narrow the filter or take CSV")

// errLongText says that a text needs more continuation columns than the header has.
type errLongText struct{ columns int }

func (e errLongText) Error() string { return fmt.Sprintf("a text needs %d more columns", e.columns) }

// proposals calls yield for every proposal of an export, in order.
type proposals func(yield func(*store.Proposal) error) error

// writeXLSX writes a workbook and returns how many proposals it holds. Nothing
// reaches w before all are there, so that half a workbook does not exist. Rows
// go through a temporary file in tmp: memory does not grow with their number.
func writeXLSX(w io.Writer, tmp string, s store.Settings, a about, rows proposals) (int, error) {
	// The header stands above the rows and is written first, yet only the rows
	// tell how many columns it needs. More than one is so rare that reading twice is fine.
	for extra := 1; ; {
		n, err := writeBook(w, tmp, s, a, rows, extra)
		if long, ok := errors.AsType[errLongText](err); ok && extra < 1024 {
			extra = long.columns
			continue
		}
		return n, err
	}
}

func writeBook(w io.Writer, tmp string, s store.Settings, a about, rows proposals, extra int) (n int, err error) {
	f := excelize.NewFile(excelize.Options{TmpDir: tmp})
	defer func() { err = errors.Join(err, f.Close()) }()
	made := a.at.UTC().Format(time.RFC3339)
	if err := f.SetDocProps(&excelize.DocProperties{Creator: "usulan", LastModifiedBy: "usulan", Title: a.forum, Created: made, Modified: made}); err != nil {
		return 0, fmt.Errorf("set properties: %w", err)
	}
	b := &book{file: f, lines: newLiner(s, a.zone), recap: newRecap(s), extra: extra, needed: extra}
	if err := b.proposals(rows); err != nil {
		return 0, err
	}
	for _, sheet := range []struct {
		name   string
		widths []float64
		rows   [][]any
	}{
		{"Rekap_Prioritas", []float64{16, 70, 12}, b.recap.rows()},
		{"Kamus_Kolom", []float64{20, 80, 80}, dictionary()},
		{"Keterangan", []float64{20, 80}, a.rows(b.lines.count)},
	} {
		if err := b.plain(sheet.name, sheet.widths, sheet.rows); err != nil {
			return 0, err
		}
	}
	// excelize gathers the archive in memory unless it is given the writer of it.
	out := zip.NewWriter(w)
	f.SetZipWriter(func(io.Writer) excelize.ZipWriter { return out })
	if err := f.Write(io.Discard); err != nil {
		return 0, fmt.Errorf("write workbook: %w", err)
	}
	return b.lines.count, nil
}

// book is a workbook in the making.
type book struct {
	file   *excelize.File
	lines  *liner
	recap  *recap
	extra  int // continuation columns there are
	needed int // and how many the longest text so far needs
}

// proposals writes the sheet Usulan.
func (b *book) proposals(rows proposals) error {
	const sheet = "Usulan"
	if err := b.file.SetSheetName("Sheet1", sheet); err != nil {
		return fmt.Errorf("name sheet: %w", err)
	}
	// Before the rows: they are written behind what is set up by then.
	if err := b.printing(sheet); err != nil {
		return err
	}
	out, head, err := b.begin(sheet)
	if err != nil {
		return err
	}
	if err := b.layout(out); err != nil {
		return err
	}
	names := make([]any, 0, len(columns)+b.extra)
	for _, c := range columns {
		names = append(names, excelize.Cell{StyleID: head, Value: c.name})
	}
	for i := range b.extra {
		name := continuation
		if i > 0 {
			name = fmt.Sprintf("%s_%d", continuation, i+1)
		}
		names = append(names, excelize.Cell{StyleID: head, Value: name})
	}
	if err := out.SetRow("A1", names); err != nil {
		return fmt.Errorf("write header: %w", err)
	}
	err = rows(func(p *store.Proposal) error {
		l := b.lines.line(p)
		b.recap.add(p)
		if l.no >= sheetRows {
			return errManyRows
		}
		return b.row(out, &l)
	})
	switch {
	case err != nil:
		return fmt.Errorf("write sheet: %w", err)
	case b.needed > b.extra:
		return errLongText{b.needed}
	}
	if err := b.table(sheet, out); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write sheet: %w", err)
	}
	return nil
}

func (b *book) row(out *excelize.StreamWriter, l *line) error {
	cells := make([]any, 0, len(columns)+b.extra)
	var rest []string
	for _, c := range columns {
		v := c.value(l)
		if text, ok := v.(string); ok {
			pieces := splitUnits(text, cellUnits)
			switch {
			case len(pieces) == 0:
				v = nil
			case len(pieces) == 1:
				v = pieces[0]
			case c.name == "Usulan":
				v, rest = pieces[0], pieces[1:]
			default: // a subject of a hundred pages: it shows that it goes on
				v = splitUnits(text, cellUnits-1)[0] + "…"
			}
		}
		cells = append(cells, v)
	}
	b.needed = max(b.needed, len(rest))
	for _, piece := range rest[:min(len(rest), b.extra)] {
		cells = append(cells, piece)
	}
	cell, err := excelize.CoordinatesToCellName(1, l.no+1)
	if err != nil {
		return fmt.Errorf("name cell of row %d: %w", l.no, err)
	}
	return out.SetRow(cell, cells)
}

// splitUnits cuts a text into pieces of at most limit UTF-16 units, which is
// what a spreadsheet counts, never inside a character. Joined they are the text.
func splitUnits(s string, limit int) []string {
	if s == "" {
		return nil
	}
	if len(s) <= limit { // never more units than bytes
		return []string{s}
	}
	var pieces []string
	start, units := 0, 0
	for i, r := range s {
		width := 1
		if r > 0xFFFF {
			width = 2
		}
		if units+width > limit {
			pieces = append(pieces, s[start:i])
			start, units = i, 0
		}
		units += width
	}
	return append(pieces, s[start:])
}

// begin starts a sheet with a frozen header and returns the style of its cells.
func (b *book) begin(sheet string) (*excelize.StreamWriter, int, error) {
	out, err := b.file.NewStreamWriter(sheet)
	if err != nil {
		return nil, 0, fmt.Errorf("begin sheet %s: %w", sheet, err)
	}
	head, err := b.file.NewStyle(&excelize.Style{
		Font:      &excelize.Font{Bold: true},
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E9E7E2"}},
		Alignment: &excelize.Alignment{Vertical: "center"},
	})
	if err != nil {
		return nil, 0, fmt.Errorf("make style: %w", err)
	}
	err = out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
	if err != nil {
		return nil, 0, fmt.Errorf("freeze header: %w", err)
	}
	return out, head, nil
}

// layout sets width and alignment of the columns of the sheet Usulan.
func (b *book) layout(out *excelize.StreamWriter) error {
	style := func(wrap bool) (int, error) {
		return b.file.NewStyle(&excelize.Style{
			Alignment: &excelize.Alignment{Vertical: "top", WrapText: wrap},
		})
	}
	flat, err := style(false)
	if err != nil {
		return fmt.Errorf("make style: %w", err)
	}
	wrapped, err := style(true)
	if err != nil {
		return fmt.Errorf("make style: %w", err)
	}
	for i := range len(columns) + b.extra {
		width, id := 80.0, wrapped
		if i < len(columns) {
			if width = columns[i].width; !columns[i].wrap {
				id = flat
			}
		}
		if err := errors.Join(out.SetColWidth(i+1, i+1, width), out.SetColStyle(i+1, i+1, id)); err != nil {
			return fmt.Errorf("lay out column %d: %w", i+1, err)
		}
	}
	return nil
}

// table gives the sheet Usulan the arrows to sort and filter by.
func (b *book) table(sheet string, out *excelize.StreamWriter) error {
	if b.lines.count == 0 {
		return nil // a table needs a row
	}
	last, err := excelize.CoordinatesToCellName(len(columns)+b.extra, b.lines.count+1)
	if err != nil {
		return fmt.Errorf("name last cell: %w", err)
	}
	plain := false
	err = out.AddTable(&excelize.Table{Range: "A1:" + last, Name: sheet, ShowRowStripes: &plain})
	if err != nil {
		return fmt.Errorf("add table: %w", err)
	}
	return nil
}

// printing makes a sheet print on A4 across, as wide as the paper, its header on every page.
func (b *book) printing(sheet string) error {
	size, across, wide, high := 9, "landscape", 1, 0
	fit := true
	err := errors.Join(
		b.file.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}),
		b.file.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: &size, Orientation: &across, FitToWidth: &wide, FitToHeight: &high}),
		b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: sheet + "!$1:$1", Scope: sheet}),
	)
	if err != nil {
		return fmt.Errorf("set up printing: %w", err)
	}
	return nil
}
