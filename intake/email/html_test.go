package email

import (
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
)

// htmlTexts says what a reader sees of HTML. «» stand around what the markup
// declares to be quoted, ‹› around what it declares to be a signature.
var htmlTexts = []struct{ name, html, want string }{
	{"Paragraphs", "<p>Satu</p><p>Dua</p>", "Satu\n\nDua"},
	{"Blanks", "  Jalan \n\t rusak&nbsp;sekali  ", "Jalan rusak sekali"},
	{"BlanksBetweenElements", "<b>Jalan</b> <i>rusak</i><u> sekali</u>", "Jalan rusak sekali"},
	{"NoBlankInsideWord", "ja<b>lan</b>", "jalan"},
	{"LineBreaks", "a<br>b<br/><br>c</br>d", "a\nb\n\nc\nd"},
	{"GmailLines", "<div>a</div><div><br></div><div>b</div>", "a\n\nb"},
	{"GmailBreakBeforeEnd", "<div>a<br></div><div>b</div>", "a\nb"},
	{"WordLines", `<p class=MsoNormal>a</p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>b</p>`, "a\n\nb"},
	{"Headings", "<h1>Usulan</h1>isi", "Usulan\n\nisi"},
	{"Entities", "&lt;RT 03&gt; &amp; &#8211; &eacute; &bogus; &#0;", "<RT 03> & – é &bogus; \ufffd"},
	{"Comments", "a<!-- tidak -->b<!--[if mso]>x<![endif]-->", "ab"},
	{"StyleAndScript", "<style>p{}</style><script>x<b>y</script>a", "a"},
	{"Title", "<html><head><title>Judul</title></head><body>isi</body></html>", "isi"},
	{"OfficeXML", "<xml><o:x>96</o:x></xml>isi", "isi"},
	{"UnorderedList", "Usulan:<ul><li>jalan<li>air</ul>selesai", "Usulan:\n- jalan\n- air\nselesai"},
	{"OrderedList", "<ol start=3><li>tiga</li><li value=7>tujuh</li><li>delapan</li></ol>", "3. tiga\n7. tujuh\n8. delapan"},
	{"NestedList", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"},
	{"ItemWithParagraph", "<ul><li><p>a</p></li><li><p>b</p></li></ul>", "- a\n- b"},
	{"ItemWithoutList", "<li>a", "- a"},
	{"Table", "<table><tr><th>Nama<th>RT<tr><td>Siti<td>03</table>", "Nama\tRT\nSiti\t03"},
	{"TableOfWordParagraphs", "<table><tr><td><p>Siti</p></td><td><p>03</p></td></tr></table>", "Siti\t03"},
	{"TableCellWithLines", "<table><tr><td>a<br>b</td><td>c</td></tr></table>", "a\nb\nc"},
	{"TableEmptyFirstCell", "<table><tr><td></td><td>a</td></tr></table>", "a"},
	{"NestedTable", "<table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td></tr><tr><td>c</td></tr></table>", "a\tb\n\nc"},
	{"Link", `lihat <a href="https://example.org/a?b=1&amp;c=2">peta</a>.`, "lihat peta <https://example.org/a?b=1&c=2>."},
	{"LinkThatSaysItself", `<a href="https://example.org/">example.org</a>`, "example.org"},
	{"MailLink", `<a href="mailto:siti@example.org?subject=x">Siti</a> <a href="mailto:a@example.org">a@example.org</a>`, "Siti <siti@example.org> a@example.org"},
	{"HostileLink", `<a href="javascript:alert(1)">klik</a>`, "klik"},
	{"LinkAroundNothing", `<a href="https://example.org"><img src=x></a>a`, "a"},
	{"Picture", `<img src="cid:1" alt="denah lokasi"><img alt="👍">`, "[denah lokasi] 👍"},
	{"Preformatted", "<pre>a\n  b\r\n\nc</pre>d", "a\n  b\n\nc\n\nd"},
	{"PreWrap", `<div style="white-space: pre-wrap">a` + "\n" + `  b</div>c`, "a\n  b\nc"},
	{"Hidden", `<div style="display: none">intip</div>isi`, "isi"},
	{"AllHidden", `<div style="display:none">isi`, "isi"},
	{"HiddenVoid", `<img style="display:none" alt="">isi`, "isi"},
	{"UnclosedEverything", "<div><b>a<p>b<table><tr><td>c", "a\n\nb\n\nc"},
	{"StrayEnds", "</div></p></table>a</b></td>b", "ab"},
	{"CellKeepsItsRow", "<div><table><tr><td>a</div></td><td>b</td></tr></table></div>", "a\tb"},
	{"UnclosedTag", "a<b", "a"},
	{"UnclosedComment", "a<!-- b", "a"},
	{"ControlCharacters", "a\x00b\x07c&#7;d", "abcd"},
	{"Empty", "", ""},
	{"OnlyMarkup", "<html></html>", ""},

	{"GmailReply", `<div dir="ltr">Setuju.</div><br><div class="gmail_quote"><div class="gmail_attr">Pada Sen menulis:<br></div><blockquote class="gmail_quote">lama</blockquote></div>`,
		"Setuju.\n\n«Pada Sen menulis:\n\nlama»"},
	{"CiteWithAnswerBelow", `<div class="moz-cite-prefix">Pada 1/2/20 menulis:</div><blockquote type="cite">lama</blockquote><p>baru</p>`,
		"«Pada 1/2/20 menulis:\n\nlama»\n\nbaru"},
	{"QuoteInQuote", `a<blockquote type=cite>b<blockquote type=cite>c</blockquote>d</blockquote>e`, "a\n\n«b\n\nc\n\nd»\n\ne"},
	{"Outlook", `a<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p>Dari: x</p></div><p>lama</p>`, "a\n\n«Dari: x\n\nlama»"},
	{"OutlookOnTheWeb", `a<hr><div id="divRplyFwdMsg">Dari: x</div><div>lama</div>`, "a\n«Dari: x\nlama»"},
	{"OrdinaryRule", `a<div style="border-top:1px solid #ccc;padding:10px">b</div>c`, "a\nb\nc"},
	{"Yahoo", `a<div id="yahoo_quoted_1" class="yahoo_quoted">lama</div>`, "a\n«lama»"},
	{"Zimbra", `a<hr id="zwchr" data-marker="__DIVIDER__"><div>lama</div>`, "a\n«lama»"},
	{"Signature", `isi<div class="gmail_signature" data-smartmail="gmail_signature">Siti</div>PS`, "isi\n‹Siti›\nPS"},
	{"EmptyQuote", `a<div class="gmail_quote"> <br></div>b`, "a\n\nb"},
	{"ClassThatOnlyLooksSo", `<div class="my_gmail_quote_2">isi</div>`, "isi"},
}

func TestHTMLText(t *testing.T) {
	for _, tc := range htmlTexts {
		t.Run(tc.name, func(t *testing.T) {
			text, marks := htmlText([]byte(tc.html))
			if got := withMarks(text, marks); got != tc.want {
				t.Errorf("%s\n%s", tc.html, cmp.Diff(tc.want, got))
			}
		})
	}
}

// withMarks writes brackets where marks begin and end.
func withMarks(text string, marks []intake.Range) string {
	var b strings.Builder
	pos := 0
	for _, m := range marks {
		open, end := "«", "»"
		if m.Kind == intake.Signature {
			open, end = "‹", "›"
		}
		b.WriteString(text[pos:m.Start] + open + text[m.Start:m.End] + end)
		pos = m.End
	}
	return b.String() + text[pos:]
}

// TestHTMLTextHostile: depth, unclosed elements and stray ends cost no more than
// their bytes. Bounds are on memory; that it ends at all shows the rest.
func TestHTMLTextHostile(t *testing.T) {
	const n = 100_000
	for _, tc := range []struct{ name, html string }{
		{"Deep", strings.Repeat("<div>", n) + "isi" + strings.Repeat("</div>", n)},
		{"DeepQuotes", strings.Repeat("<blockquote type=cite>", n) + "isi"},
		{"DeepLists", strings.Repeat("<ul><li>", n) + "isi"},
		{"DeepTables", strings.Repeat("<table><tr><td>", n) + "isi"},
		{"StrayEnds", strings.Repeat("<p>", 300) + strings.Repeat("</div>", n) + "isi"},
		{"MisnestedFormat", strings.Repeat("<b><p></b>", n) + "isi"},
		{"Attributes", "<div " + strings.Repeat("a=1 ", n) + ">isi"},
		{"Entities", strings.Repeat("&amp", n) + "isi"},
		{"OpenComments", "isi" + strings.Repeat("<!--", n)},
		{"LessThan", "isi" + strings.Repeat("<", n)},
		{"Links", strings.Repeat(`<a href="http://a/`, n) + "isi"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var text string
			used := allocated(func() { text, _ = htmlText([]byte(tc.html)) })
			if limit := uint64(64*len(tc.html) + 1<<20); used > limit {
				t.Errorf("%d bytes of HTML took %d bytes of memory, limit %d", len(tc.html), used, limit)
			}
			if tc.name != "Links" && !strings.Contains(text, "isi") {
				t.Errorf("the text got lost: %.100q", text)
			}
		})
	}
}

// allocated measures what f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
