package review

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
)

func kinds(blocks []block) (out []string) {
	for _, b := range blocks {
		out = append(out, b.Kind+": "+strings.ReplaceAll(b.Text, "\n", "|"))
	}
	return out
}

func TestBlocks(t *testing.T) {
	wrapped := "Kami mengusulkan agar pasar malam di lapangan kelurahan dibuka\nsetiap akhir pekan karena banyak warga yang membutuhkan tempat\nberjualan tetap."
	tests := map[string]struct {
		text string
		want []string
	}{
		"nothing":          {"", nil},
		"one line":         {"mohon lapak pak", []string{"para: mohon lapak pak"}},
		"broken by people": {"pak\nmohon lapak\nterima kasih", []string{"para: pak|mohon lapak|terima kasih"}},
		"broken by a mail program": {wrapped, []string{
			"para: " + strings.ReplaceAll(wrapped, "\n", " ")}},
		"long lines that people broke": {"Kami pedagang pasar pagi yang berjualan sejak subuh di sana\nmohon\ntempat", []string{
			"para: Kami pedagang pasar pagi yang berjualan sejak subuh di sana|mohon|tempat"}},
		"two sentences": {"Kami 22 pedagang masih jualan di trotoar depan sekolah, kasihan anak-anak.\nMohon lokasi tetap.", []string{
			"para: Kami 22 pedagang masih jualan di trotoar depan sekolah, kasihan anak-anak.|Mohon lokasi tetap."}},
		"list": {"kami minta:\n1. tenda\n2. listrik\n   dan air\n\nsekian", []string{
			"para: kami minta:", "item: 1. tenda", "item: 2. listrik|   dan air", "para: sekian"}},
		"letter": {"Nomor : 1\nPerihal : modal\n\nKepada Yth.\nKepala Dinas\n\nDengan hormat,\n\nKami minta.", []string{
			"opening: Nomor : 1|Perihal : modal", "opening: Kepada Yth.|Kepala Dinas", "para: Dengan hormat,", "para: Kami minta."}},
		"a greeting alone is no letter": {"Halo\n\nDengan hormat,\n\nisi", []string{"para: Halo", "para: Dengan hormat,", "para: isi"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, kinds(blocks(test.text, nil))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Nothing of a text is ever missing from the page, whatever its ranges.
func TestBlocksKeepEverything(t *testing.T) {
	text := "Isi surat.\n\nHormat kami,\nPak RW\n\nPada Sel, 17 Mar 2020 Panitia menulis:\n> baris satu\n> baris dua\nsesudahnya"
	for name, ranges := range map[string][]intake.Range{
		"none":     nil,
		"two":      {{Start: 12, End: 32, Kind: intake.Signature}, {Start: 33, End: 96, Kind: intake.Quote}},
		"backward": {{Start: 40, End: 60, Kind: intake.Quote}, {Start: 5, End: 10, Kind: intake.Quote}},
		"too long": {{Start: 12, End: 4000, Kind: intake.Quote}},
		"negative": {{Start: -5, End: 3, Kind: intake.Quote}},
		"empty":    {{Start: 12, End: 12, Kind: intake.Quote}},
	} {
		got := ""
		for _, b := range blocks(text, ranges) {
			got += b.Text
		}
		if squeeze(got) != squeeze(text) {
			t.Errorf("%s: %q\nwant %q", name, got, text)
		}
	}
	folded := blocks(text, []intake.Range{{Start: 33, End: 97, Kind: intake.Quote}})
	for _, b := range folded {
		if b.Kind == "fold" && (b.Fold != intake.Quote || b.Rows != 3 || !strings.HasPrefix(b.Hint, "Pada Sel")) {
			t.Errorf("fold = %+v", b)
		}
	}
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

func TestMasked(t *testing.T) {
	for in, want := range map[string]string{"delegasi@warga.example": "de••••••@•••••.example", "a@b": "a••••••@•••••.b", "0812-0000-0107": "0812-••••-•107", "123": "••••••"} {
		if got := masked(in); got != want {
			t.Errorf("%s becomes %s, want %s", in, got, want)
		}
	}
}

func TestLocal(t *testing.T) {
	for to, want := range map[string]string{
		"/triage?q=a": "/triage?q=a", "": "/", "https://e.example/": "/", "//e.example/": "/", "/\\e.example": "/", "javascript:alert(1)": "/", "triage": "/", "/a\r\nSet-Cookie: x": "/",
	} {
		if got := local(to); got != want {
			t.Errorf("local(%q) = %q, want %q", to, got, want)
		}
	}
}

func TestBreakable(t *testing.T) {
	if got := string(breakable(`<b>"a@b.example`)); got != "&lt;b&gt;&#34;a@<wbr>b.example" {
		t.Errorf("got %s", got)
	}
}
