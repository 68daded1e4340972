package review

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"usulan/intake"
	"usulan/store"
)

var jakarta = time.FixedZone("WIB", 7*60*60)

func sheetSettings() store.Settings {
	return store.Settings{
		Forum: store.Forum{Name: "Forum Perangkat Daerah 2020", Prefix: "USL", Year: 2020},
		Priorities: []store.Priority{
			{Code: "P1", Short: "MODAL", Title: "permodalan"},
			{Code: "P2", Short: "MUTU", Title: "mutu produk"},
			{Code: "P0", Short: "LAMA", Title: "yang lama", Retired: true},
		},
		Reasons: []store.Reason{{Code: "duplicate", Title: "Duplikat usulan lain"}},
	}
}

func sheetAbout() about {
	return about{forum: "Forum", filter: "semua", by: "ratna", at: time.Date(2020, 3, 17, 3, 0, 0, 0, time.UTC), zone: jakarta}
}

func proposal(n int, text string) *store.Proposal {
	return &store.Proposal{
		Summary: store.Summary{
			Ref: fmt.Sprintf("USL-2020-%04d", n), Number: int64(n), State: store.New, Channel: "email",
			Subject: "Usulan", Participant: "Ibu Marni",
			ReceivedAt: time.Date(2020, 3, 16, 18, 30, 0, 0, time.UTC), // already the 17th in Jakarta
		},
		Addresses: []store.Address{{Kind: intake.Email, Value: "marni@example.id", Shown: "Marni@example.id"}},
		Parts:     []store.Part{{Text: text}},
	}
}

func each(ps ...*store.Proposal) proposals {
	return func(yield func(*store.Proposal) error) error {
		for _, p := range ps {
			if err := yield(p); err != nil {
				return err
			}
		}
		return nil
	}
}

// readBook writes a workbook, reads it back and returns its sheets.
func readBook(t *testing.T, rows proposals) map[string][][]string {
	t.Helper()
	var b bytes.Buffer
	if _, err := writeXLSX(&b, t.TempDir(), sheetSettings(), sheetAbout(), rows); err != nil {
		t.Fatalf("writeXLSX: %v", err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatalf("open what was written: %v", err)
	}
	defer f.Close()
	sheets := map[string][][]string{}
	for _, name := range f.GetSheetList() {
		if sheets[name], err = f.GetRows(name); err != nil {
			t.Fatalf("read sheet %s: %v", name, err)
		}
	}
	return sheets
}

// cell returns a cell by the name of its column; the first line is row 1.
func cell(t *testing.T, rows [][]string, row int, name string) string {
	t.Helper()
	i := slices.Index(rows[0], name)
	if i < 0 {
		t.Fatalf("there is no column %s in %q", name, rows[0])
	}
	if row >= len(rows) || i >= len(rows[row]) {
		return ""
	}
	return rows[row][i]
}

func TestWorkbook(t *testing.T) {
	tagged := proposal(1, "Mohon bantuan modal.")
	tagged.State, tagged.Priority, tagged.DecidedBy, tagged.Attachments = store.Tagged, "P1", "ratna", 2
	aside := proposal(12345, "Sama dengan kemarin.")
	aside.State, aside.Reason, aside.ReasonText = store.SetAside, "duplicate", "USL-2020-0001"
	aside.Channel = "whatsapp"
	sheets := readBook(t, each(tagged, aside))

	if diff := cmp.Diff([]string{"1", "USL-2020-0001", "2020-03-17", "email", "Ibu Marni", "Usulan", "Mohon bantuan modal.",
		"0", "P1", "permodalan", "Sudah dipilah", "", "2", "ratna"}, sheets["Usulan"][1]); diff != "" {
		t.Errorf("first row (-want +got):\n%s", diff)
	}
	if got, want := cell(t, sheets["Usulan"], 2, "Alasan"), "Duplikat usulan lain: USL-2020-0001"; got != want {
		t.Errorf("reason %q, want %q", got, want)
	}
	wantRecap := [][]string{
		{"Prioritas_Kode", "Uraian", "Jumlah", "Kanal_email", "Kanal_whatsapp"},
		{"P1", "permodalan", "1", "1", "0"},
		{"P2", "mutu produk", "0", "0", "0"},
		{"", "Perlu dipilah", "0", "0", "0"},
		{"", "Menunggu info", "0", "0", "0"},
		{"", "Disisihkan", "1", "0", "1"},
		{"", "Ditarik pengusul", "0", "0", "0"},
		{"", "JUMLAH", "2", "1", "1"},
	}
	if diff := cmp.Diff(wantRecap, sheets["Rekap_Prioritas"]); diff != "" {
		t.Errorf("recap (-want +got):\n%s", diff)
	}
	if got, want := len(sheets["Kamus_Kolom"]), len(columns)+2; got != want {
		t.Errorf("the dictionary has %d rows, want %d", got, want)
	}
	if got, want := sheets["Keterangan"][4][1], "2020-03-17 10:00"; got != want {
		t.Errorf("made at %q, want %q", got, want)
	}
}

// TestWorkbookLooks opens a file as an officer does: the header stays in place
// and is printed on every page, across, and columns can be filtered.
func TestWorkbookLooks(t *testing.T) {
	var b bytes.Buffer
	if _, err := writeXLSX(&b, t.TempDir(), sheetSettings(), sheetAbout(), each(proposal(1, "satu"), proposal(2, "dua"))); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if panes, err := f.GetPanes("Usulan"); err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes %+v, %v", panes, err)
	}
	if page, err := f.GetPageLayout("Usulan"); err != nil || *page.Orientation != "landscape" || *page.Size != 9 || *page.FitToWidth != 1 {
		t.Errorf("page layout %+v, %v", page, err)
	}
	if props, err := f.GetSheetProps("Usulan"); err != nil || props.FitToPage == nil || !*props.FitToPage {
		t.Errorf("sheet properties %+v, %v", props, err)
	}
	if names := f.GetDefinedName(); len(names) != 1 || names[0].RefersTo != "Usulan!$1:$1" {
		t.Errorf("names %+v", names)
	}
	tables, err := f.GetTables("Usulan")
	if err != nil || len(tables) != 1 || tables[0].Range != "A1:O3" {
		t.Errorf("tables %+v, %v", tables, err)
	}
	if doc, err := f.GetDocProps(); err != nil || doc.Creator != "usulan" {
		t.Errorf("properties %+v, %v", doc, err)
	}
}

func TestWorkbookOfNothing(t *testing.T) {
	sheets := readBook(t, each())
	if got := len(sheets["Usulan"]); got != 1 {
		t.Errorf("%d rows, want the header alone", got)
	}
}

// TestTextsSurvive writes texts that are hard on a spreadsheet and expects them back unchanged.
func TestTextsSurvive(t *testing.T) {
	for name, text := range map[string]string{
		"formula":        "=HYPERLINK(\"http://evil.example\",\"klik\")",
		"plus":           "+62 812 bukan rumus",
		"at":             "@SUM(1)",
		"leading zero":   "007",
		"like a date":    "36.74.01.1001",
		"exponent":       "1E5",
		"markup":         "<b>&amp;</b> ]]>",
		"escape":         "_x000D_ dan _x0041_ dan _x005F_x0041_",
		"lines":          "satu\n\ndua\n\ttiga",
		"emoji":          "terima kasih 🙏🏽",
		"right to left":  "بسم الله",
		"spaces between": "a  b",
		"quotes":         `dia bilang "ya", lalu; pergi`,
	} {
		t.Run(name, func(t *testing.T) {
			if got := cell(t, readBook(t, each(proposal(1, text)))["Usulan"], 1, "Usulan"); got != text {
				t.Errorf("xlsx: got %q, want %q", got, text)
			}
			want := text
			if strings.ContainsAny(text[:1], "=+-@") {
				want = "'" + text
			}
			if got := cell(t, readCSV(t, each(proposal(1, text))), 1, "Usulan"); got != want {
				t.Errorf("csv: got %q, want %q", got, want)
			}
		})
	}
}

// TestFormulaStaysText looks at the cell itself: no formula, and text by type.
func TestFormulaStaysText(t *testing.T) {
	p := proposal(1, "=1+1")
	p.Subject, p.Participant, p.ReasonText = "=cmd|' /C calc'!A0", "@nama", "-2+3"
	var b bytes.Buffer
	if _, err := writeXLSX(&b, t.TempDir(), sheetSettings(), sheetAbout(), each(p)); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for col := range len(columns) {
		ref, _ := excelize.CoordinatesToCellName(col+1, 2)
		if formula, _ := f.GetCellFormula("Usulan", ref); formula != "" {
			t.Errorf("%s has the formula %q", ref, formula)
		}
	}
	if kind, _ := f.GetCellType("Usulan", "G2"); kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
		t.Errorf("the text is of type %v", kind)
	}
}

func TestLongTextContinues(t *testing.T) {
	for name, text := range map[string]string{
		"just fits":      strings.Repeat("a", cellUnits),
		"one over":       strings.Repeat("a", cellUnits) + "b",
		"three cells":    strings.Repeat("usulan ", 12000) + "akhir",
		"pair at border": strings.Repeat("a", cellUnits-1) + "🙏" + "tamat",
		"two byte":       strings.Repeat("é", cellUnits+5),
		"only pairs":     strings.Repeat("🙏", cellUnits),
	} {
		t.Run(name, func(t *testing.T) {
			rows := readBook(t, each(proposal(1, "pendek"), proposal(2, text)))["Usulan"]
			var got strings.Builder
			for i, head := range rows[0] {
				if head != "Usulan" && !strings.HasPrefix(head, continuation) || i >= len(rows[2]) {
					continue
				}
				if n := len(utf16.Encode([]rune(rows[2][i]))); n > cellUnits {
					t.Errorf("%s has %d units", head, n)
				}
				got.WriteString(rows[2][i])
			}
			if got.String() != text {
				t.Errorf("joined the columns have %d bytes, want %d", got.Len(), len(text))
			}
			if len(rows[2]) > len(rows[0]) {
				t.Errorf("row has %d cells under %d headings", len(rows[2]), len(rows[0]))
			}
			if got := cell(t, readCSV(t, each(proposal(2, text))), 1, "Usulan"); got != text {
				t.Errorf("csv has %d bytes, want %d", len(got), len(text))
			}
		})
	}
}

func TestNoAddressesInSheets(t *testing.T) {
	p := proposal(1, "Mohon lapak.\n\n-- \nHP 0812-3456-7890\n")
	at := strings.Index(p.Parts[0].Text, "-- ")
	p.Parts[0].Ranges = []intake.Range{{Start: at, End: len(p.Parts[0].Text), Kind: intake.Signature}}
	p.Participant = "Marni@example.id" // what a list shows when no name is known
	var all strings.Builder
	for _, rows := range readBook(t, each(p)) {
		fmt.Fprintln(&all, rows)
	}
	fmt.Fprintln(&all, readCSV(t, each(p)))
	for _, secret := range []string{"marni@example.id", "0812-3456-7890"} {
		if strings.Contains(strings.ToLower(all.String()), secret) {
			t.Errorf("the sheets show %s", secret)
		}
	}
	if !strings.Contains(all.String(), "Mohon lapak.") {
		t.Error("the sheets lack the text")
	}
}

// TestConversationInSheets takes out what was said in a chat: as edited, without
// what was deleted, and nobody's number.
func TestConversationInSheets(t *testing.T) {
	p := proposal(1, "")
	marni := store.Address{Kind: intake.Phone, Value: "+6281200000101", Shown: "0812-0000-0101"}
	p.Channel, p.Subject, p.Participant, p.Addresses = "whatsapp", "", marni.Shown, []store.Address{marni}
	say := func(id, text string, kind intake.MessageType, revises string) store.Part {
		return store.Part{From: marni, ExternalID: id, Text: text, Revises: revises, ReceivedAt: p.ReceivedAt, Chat: &intake.Chat{Type: kind}}
	}
	place := say("d", "", intake.PlaceMessage, "")
	place.Chat.Location = &intake.Location{Latitude: -6.302, Longitude: 106.665, Name: "=Pasar()"}
	p.Parts = []store.Part{
		say("a", "=SUM(20) orang", intake.TextMessage, ""), say("b", "rahasia", intake.TextMessage, ""), place,
		say("e", "=SUM(22) orang", intake.EditMessage, "a"), say("f", "rahasia juga", intake.EditMessage, "b"), say("g", "", intake.DeletionMessage, "b"),
	}
	want := "=SUM(22) orang\n[pesan dihapus pengirim]\nLokasi: =Pasar(): -6.30200, 106.66500"
	book := readBook(t, each(p))
	if got := cell(t, book["Usulan"], 1, "Usulan"); got != want {
		t.Errorf("the sheet says %q, want %q", got, want)
	}
	csv := readCSV(t, each(p))
	if got := cell(t, csv, 1, "Usulan"); got != "'"+want {
		t.Errorf("the CSV says %q, want %q behind an apostrophe", got, want)
	}
	if all := fmt.Sprint(book, csv); strings.Contains(all, "rahasia") || strings.Contains(all, "0812-0000-0101") || strings.Contains(all, "(20)") || !strings.Contains(all, "whatsapp") {
		t.Errorf("the files say more, or less, than they should:\n%s", all)
	}
}

func TestHandOver(t *testing.T) {
	text := "baru\n> lama\nlagi"
	quote := intake.Range{Start: 5, End: 12, Kind: intake.Quote}
	for name, c := range map[string]struct {
		parts  []store.Part
		want   string
		folded int
	}{
		"nothing":       {nil, "", 0},
		"plain":         {[]store.Part{{Text: " a "}}, "a", 0},
		"quote":         {[]store.Part{{Text: text, Ranges: []intake.Range{quote}}}, "baru\nlagi", 7},
		"all is quote":  {[]store.Part{{Text: "> lama", Ranges: []intake.Range{{End: 6, Kind: intake.Quote}}}}, "> lama", 0},
		"range outside": {[]store.Part{{Text: "abc", Ranges: []intake.Range{{Start: 1, End: 99}}}}, "abc", 0},
		"range turned":  {[]store.Part{{Text: "abc", Ranges: []intake.Range{{Start: 2, End: 1}}}}, "abc", 0},
		"two parts":     {[]store.Part{{Text: "satu"}, {Text: "  "}, {Text: "dua"}}, "satu\n\ndua", 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, folded := handOver(settle(&store.Proposal{Parts: c.parts}))
			if got != c.want || folded != c.folded {
				t.Errorf("got %q and %d folded, want %q and %d", got, folded, c.want, c.folded)
			}
		})
	}
}

func readCSV(t *testing.T, rows proposals) [][]string {
	t.Helper()
	var b bytes.Buffer
	if _, err := writeCSV(&b, sheetSettings(), sheetAbout(), rows); err != nil {
		t.Fatalf("writeCSV: %v", err)
	}
	text, ok := strings.CutPrefix(b.String(), "\ufeff")
	if !ok {
		t.Fatalf("the file begins with %q, not with the mark of UTF-8", b.String()[:min(8, b.Len())])
	}
	if !strings.HasSuffix(text, "\r\n") {
		t.Errorf("the file ends with %q", text[max(0, len(text)-4):])
	}
	got, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("read what was written: %v", err)
	}
	return got
}

func TestGuard(t *testing.T) {
	for in, want := range map[string]string{
		"":               "",
		"modal":          "modal",
		"a=1":            "a=1",
		"=1+1":           "'=1+1",
		"+62812":         "'+62812",
		"-1":             "'-1",
		"@x":             "'@x",
		"\tx":            "'\tx",
		"\rx":            "'\rx",
		"\n=1":           "'\n=1",
		"  =1":           "'  =1",
		"\u00a0=1":       "'\u00a0=1",
		"＝1":             "'＝1",
		"'=1":            "'=1",
		"   ":            "   ",
		"\"=1":           "\"=1",
		"minus - tengah": "minus - tengah",
	} {
		if got := guard(in); got != want {
			t.Errorf("guard(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestHalfAnExport expects an error and, for a workbook, not one byte when the rows end early.
func TestHalfAnExport(t *testing.T) {
	broken := errors.New("the disk is gone")
	rows := func(yield func(*store.Proposal) error) error {
		if err := yield(proposal(1, "satu")); err != nil {
			return err
		}
		return broken
	}
	var b bytes.Buffer
	if _, err := writeXLSX(&b, t.TempDir(), sheetSettings(), sheetAbout(), rows); !errors.Is(err, broken) {
		t.Errorf("xlsx: error %v, want %v", err, broken)
	}
	if b.Len() > 0 {
		t.Errorf("%d bytes of a workbook were written", b.Len())
	}
	if _, err := writeCSV(io.Discard, sheetSettings(), sheetAbout(), rows); !errors.Is(err, broken) {
		t.Errorf("csv: error %v, want %v", err, broken)
	}
}

type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errors.New("no space left")
	}
	return len(p), nil
}

func TestFullDisk(t *testing.T) {
	rows := each(proposal(1, strings.Repeat("a", 200_000)))
	if _, err := writeXLSX(&full{100}, t.TempDir(), sheetSettings(), sheetAbout(), rows); err == nil {
		t.Error("xlsx: no error")
	}
	if _, err := writeCSV(&full{100}, sheetSettings(), sheetAbout(), rows); err == nil {
		t.Error("csv: no error")
	}
}

func TestTemporaryFilesGo(t *testing.T) {
	dir := t.TempDir()
	text := strings.Repeat("usulan ", 4000)
	rows := func(yield func(*store.Proposal) error) error {
		for i := range 1000 { // 28 MB, more than stays in memory
			if err := yield(proposal(i, text)); err != nil {
				return err
			}
		}
		return nil
	}
	if _, err := writeXLSX(io.Discard, dir, sheetSettings(), sheetAbout(), rows); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
