package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"usulan/intake"
)

func TestStem(t *testing.T) {
	for root, forms := range map[string]string{
		"modal":   "modal permodalan bermodal bermodalkan memodali modalnya modalkah",
		"usaha":   "usaha pengusaha berusaha perusahaan mengusahakan usahanya pengusahaan",
		"pinjam":  "pinjam meminjam meminjamkan pinjaman peminjam peminjaman dipinjamkan pinjamannya",
		"latih":   "latih pelatihan melatih dilatih terlatih latihan pelatih",
		"dagang":  "dagang pedagang perdagangan berdagang dagangan memperdagangkan",
		"jual":    "jual menjual penjualan berjualan jualan dijual terjual penjual",
		"pasar":   "pasar memasarkan pemasaran dipasarkan pasaran pasarnya",
		"kemas":   "kemas kemasan mengemas pengemasan dikemas kemasannya",
		"bina":    "bina pembinaan membina binaan dibina pembina",
		"usul":    "usul usulan mengusulkan diusulkan pengusul usulannya pengusulan",
		"bantu":   "bantu bantuan membantu dibantu pembantu bantuannya",
		"daya":    "daya pemberdayaan memberdayakan berdaya diberdayakan",
		"tata":    "tata penataan menata ditata",
		"beli":    "beli membeli pembeli pembelian dibeli",
		"kerja":   "kerja bekerja pekerja pekerjaan mengerjakan dikerjakan",
		"ajar":    "ajar belajar pelajar pembelajaran mengajar diajarkan pengajaran",
		"rumah":   "rumah perumahan rumahan",
		"suluh":   "suluh penyuluh penyuluhan menyuluh",
		"kembang": "kembang mengembangkan pengembangan berkembang perkembangan dikembangkan",
		"masuk":   "masuk pemasukan memasukkan dimasukkan",
		"nilai":   "nilai penilaian menilai dinilai",
		"atur":    "atur peraturan mengatur aturan pengaturan teratur",
		"rawat":   "rawat perawatan merawat dirawat",
		"alat":    "alat peralatan alatnya",
		"jalan":   "jalan jalannya",
		"tanya":   "tanya bertanya",
		"sekolah": "sekolah bersekolah sekolahan",
		"olah":    "olah mengolah pengolahan diolah olahan",
	} {
		want := Stem(root)
		for _, form := range strings.Fields(forms) {
			if got := Stem(form); got != want {
				t.Errorf("%s has the stem %s, and %s has %s", form, got, root, want)
			}
		}
	}
	for _, pair := range [][2]string{{"pasar", "kasar"}, {"bulan", "bulu"}, {"masalah", "masa"}, {"makan", "mak"}, {"kaki", "kak"}, {"uang", "ruang"}} {
		if Stem(pair[0]) == Stem(pair[1]) {
			t.Errorf("%s and %s have one stem, %s", pair[0], pair[1], Stem(pair[0]))
		}
	}
}

// TestSearch asks one proposal for words; the query finds it or does not.
func TestSearch(t *testing.T) {
	db := forum(t)
	s := mail("marni.suryani@example.id", "a", "Permohonan permodalan", "Kami mengusulkan bantuan mesin pengering oleh-oleh, Rp1.500.000, untuk kafé Jum'at.")
	s.From.Name = "Koperasi Mekar Jaya"
	s.Forwarded = intake.Address{Kind: intake.Email, Value: "x@example.id", Name: "Ujang"}
	s.Attachments = []intake.Attachment{{Name: "Proposal Gerobak.pdf", Role: intake.File}, {Name: "rahasia.html", Role: intake.HTML}}
	record(t, acquire(t, db, "email/forum"), item(1, s), item(2, mail("tini@example.id", "b", "Lapak", "Tempat jualan di Setu, lihat USL-2020-0001")))
	for _, tc := range []struct {
		query string
		want  string // numbers of the proposals
	}{
		{"modal", "1"}, {"MODAL", "1"}, {"usul", "1"}, {"pengusul mesin", "1"}, {"mesin modal", "1"}, {"mesin lapak", ""},
		{`"mesin pengering"`, "1"}, {`"pengering mesin"`, ""}, {`"bantuan mesin" gerobak`, "1"}, {`"bantuan mes`, "1"},
		{"mekar", "1"}, {"ujang", "1"}, {"suryani", "1"}, {"gerobak", "1"}, {"rahasia", ""},
		{"USL-2020-0002", "2"}, {"usl-2020-1", "1 2"}, {"USL-2020-0003", ""},
		{"oleh-oleh", "1"}, {"1.500.000", "1"}, {"kafe", "1"}, {"café kafé", ""}, {"jumat", "1"}, {"jum'at", "1"}, {"jum'é", ""},
		{"men", ""}, {"peng", ""}, {"pengeri", "1"}, {"lapa", "2"}, {"permod", "1"}, {"modala", "1"}, {"modalan", "1"}, {"jualann", ""}, {"l", ""},
		{"lapa ", ""}, {"lapa setu", ""}, {"", "1 2"}, {"   ", ""}, {`"`, ""}, {`""`, ""}, {"-", ""}, {"*", ""}, {"👍", ""},
		{"modal OR lapak", ""}, {"modal*", "1"}, {"NEAR(modal usaha)", ""}, {"body:modal", ""}, {"(modal", "1"}, {"modal)", "1"}, {"^modal", "1"},
		{"modal' OR '1'='1", ""}, {"\x00modal", "1"}, {"\xff\xfe", ""},
	} {
		var got []string
		page, err := db.Proposals(t.Context(), Filter{Query: tc.query}, "", 10)
		if err != nil {
			t.Errorf("%q: %v", tc.query, err)
		}
		for _, s := range page.Items {
			got = append(got, fmt.Sprint(s.Number))
		}
		if strings.Join(got, " ") != tc.want {
			t.Errorf("%q finds %q, want %q", tc.query, strings.Join(got, " "), tc.want)
		}
	}
}

func FuzzStem(f *testing.F) {
	for _, seed := range []string{"permodalan", "memperdagangkannya", "", "é", "mengeeee", "pepepepe", "kankankan"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, word string) {
		cutWords(word, func(b []byte) {
			w := string(b)
			s := Stem(w)
			if s == "" || len(s) > len(w)+1 {
				t.Errorf("%q has the stem %q", w, s)
			}
			if len(w) > wordLength+4 {
				t.Errorf("a word of %d bytes", len(w))
			}
		})
	})
}

func FuzzQuery(f *testing.F) {
	db := forum(f)
	record(f, acquire(f, db, "email/forum"), item(1, mail("a@example.id", "a", "Modal", "mohon bantuan modal usaha di pasar")))
	for _, seed := range []string{"modal usaha", `"modal usaha" pa`, `a" OR "b`, "usl-2020-1", strings.Repeat("a ", 5000), "\"\"\"", "NOT AND OR", "modal\x00*"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		page, err := db.Proposals(t.Context(), Filter{Query: query}, "", 10)
		if err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		terms, _ := parseQuery(query)
		if len(terms) == 0 && query != "" && len(page.Items) > 0 {
			t.Errorf("%q asks for nothing and finds something", query)
		}
		for _, term := range terms {
			for _, word := range term {
				if word == "modal" && len(terms) == 1 && len(term) == 1 && !slices.Equal(pageRefs(page), []string{first}) {
					t.Errorf("%q asks for what is there and finds %v", query, pageRefs(page))
				}
			}
		}
	})
}
