package place

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// city is a part of a city with every trap that names can set.
func city() *Finder {
	parts := func(names ...string) (all []Part) {
		for _, n := range names {
			name, also, _ := strings.Cut(n, "=")
			p := Part{Name: name}
			if also != "" {
				p.Also = []string{also}
			}
			all = append(all, p)
		}
		return all
	}
	return New([]District{
		{Name: "Serpong", Parts: parts("Ciater", "Rawabuntu=Rawa Buntu", "Lengkong Gudang", "Lengkong Gudang Timur", "Buaran", "Serpong")},
		{Name: "Serpong Utara", Parts: parts("Pakulonan", "Pakualam=Paku Alam", "Pondok Jagung", "Pondok Jagung Timur")},
		{Name: "Pondok Aren", Parts: parts("Pondok Aren", "Pondok Kacang Barat", "Parigi=Perigi", "Parigi Baru=Perigi Baru", "Jurangmangu Timur=Jurang Mangu Timur")},
		{Name: "Ciputat", Parts: parts("Sawah Baru", "Serua=Sarua", "Serua Indah=Sarua Indah", "Ciputat", "Sawah=Sawah Lama", "Jombang", "Cipayung")},
		{Name: "Ciputat Timur", Parts: parts("Cempaka Putih", "Rempoa")},
		{Name: "Pamulang", Parts: parts("Pamulang Barat", "Benda Baru", "Pondok Benda", "Kedaung", "Bambu Apus=Bambuapus")},
		{Name: "Setu", Parts: parts("Muncul", "Setu", "Keranggan=Kranggan", "Babakan")},
	})
}

// names writes what was found: words of the text, district, part.
func names(text string, all []Found) (out []string) {
	for _, f := range all {
		s := text[f.Start:f.End] + " > " + f.District.Name
		if f.Part != nil {
			s += "/" + f.Part.Name
		}
		out = append(out, s)
	}
	return out
}

func TestFind(t *testing.T) {
	f := city()
	for text, want := range map[string][]string{
		"usul dari Serpong":                {"Serpong > Serpong"},
		"warga SERPONG UTARA":              {"SERPONG UTARA > Serpong Utara"},
		"kel. Serpong":                     {"Serpong > Serpong/Serpong"},
		"kelurahan: ciputat, kec. ciputat": {"ciputat > Ciputat/Ciputat", "ciputat > Ciputat"},
		"di lengkong gudang timur":         {"lengkong gudang timur > Serpong/Lengkong Gudang Timur"},
		"di lengkong gudang":               {"lengkong gudang > Serpong/Lengkong Gudang"},
		"kami di rawa buntu dan rawabuntu": {"rawa buntu > Serpong/Rawabuntu", "rawabuntu > Serpong/Rawabuntu"},
		"Paku Alam":                        {"Paku Alam > Serpong Utara/Pakualam"},
		"pd aren rt 2":                     {"pd aren > Pondok Aren"},
		"pdk kcg brt":                      {"pdk kcg brt > Pondok Aren/Pondok Kacang Barat"},
		"jurang mangu tim":                 {"jurang mangu tim > Pondok Aren/Jurangmangu Timur"},
		"kec. cip tim":                     {"cip tim > Ciputat Timur"},
		"di ciptim":                        {"ciptim > Ciputat Timur"},
		"kec serut":                        {"serut > Serpong Utara"},
		"kec. pml":                         {"pml > Pamulang"},
		"dipamulang ada pasar":             {"pamulang > Pamulang"},
		"sarua indah":                      {"sarua indah > Ciputat/Serua Indah"},
		"Serua":                            {"Serua > Ciputat/Serua"},
		"kranggan":                         {"kranggan > Setu/Keranggan"},
		"ada di setu blm jalan":            {"setu > Setu"},
		"kel. setu":                        {"setu > Setu/Setu"},
		"warga muncul":                     {"muncul > Setu/Muncul"},
		"kampung sawah, kel. sawah":        {"sawah > Ciputat/Sawah", "sawah > Ciputat/Sawah"},
		"kel sawah baru":                   {"sawah baru > Ciputat/Sawah Baru"},
		"rumah saya jombang, ciputat":      {"jombang > Ciputat/Jombang", "ciputat > Ciputat"},
		"di cempaka putih":                 {"cempaka putih > Ciputat Timur/Cempaka Putih"},
		"kp. babakan":                      {"babakan > Setu/Babakan"},
		"perigi baru pondok aren":          {"perigi baru > Pondok Aren/Parigi Baru", "pondok aren > Pondok Aren"},
		"é di Rempoa ✓":                    {"Rempoa > Ciputat Timur/Rempoa"},
		"Alamat : Setu , RT 03/RW 02 Bambuapus-Pamulang": {"Setu > Setu", "Bambuapus > Pamulang/Bambu Apus", "Pamulang > Pamulang"},

		// What is none.
		"":                               nil,
		"usul modal":                     nil,
		"panen sawah kami":               nil,
		"kerja di sawah":                 nil,
		"cetak sawah baru":               nil,
		"di sawah baru":                  nil,
		"masalah baru muncul":            nil,
		"yang sering muncul di pasar":    nil,
		"setiap hari setu":               nil,
		"jualan malam setu pagi":         nil,
		"pasar setu babakan":             nil,
		"jalan raya serpong macet":       nil,
		"jl. ciputat raya 5":             nil,
		"gading serpong":                 nil,
		"di cempaka putih jakarta pusat": nil,
		"saya asal jombang jawa timur":   nil,
		"anak saya di cipayung, jakarta": nil,
		"jualan es serut":                nil,
		"di es serut":                    nil,
		"cpt ya pak":                     nil,
		"pml":                            nil,
		"benda baru itu mahal":           nil,
		"serpongan ciputatan":            nil,
		"disetujui dimunculkan":          nil,
		"kecamatan kelurahan kec kel":    nil,
		"cempaka":                        nil,
		"putih":                          nil,
		"\xff\x00\u202e":                 nil,
		"tempat pkl kami":                nil,
		"air pam mati":                   nil,
		"\u212aeserpong":                 nil,
		"pondok":                         nil,
		"timur barat":                    nil,
	} {
		if d := cmp.Diff(want, names(text, f.Find(text))); d != "" {
			t.Errorf("%q (-want +got):\n%s", text, d)
		}
	}
}

func TestSameNameInTwoDistricts(t *testing.T) {
	f := New([]District{{Name: "Utara", Parts: []Part{{Name: "Sukajadi"}}}, {Name: "Selatan", Parts: []Part{{Name: "Sukajadi"}}}, {}})
	for text, want := range map[string][]string{
		"sukajadi":                      nil,
		"kel sukajadi, kec selatan":     {"sukajadi > Selatan/Sukajadi", "selatan > Selatan"},
		"sukajadi antara utara selatan": {"utara > Utara", "selatan > Selatan"},
	} {
		if d := cmp.Diff(want, names(text, f.Find(text))); d != "" {
			t.Errorf("%q (-want +got):\n%s", text, d)
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"kel. Serpong", "dipamulang", "\xffpd aren\xff", "É Setu"} {
		f.Add(s)
	}
	finder := city()
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for _, x := range finder.Find(text) {
			if x.Start < at || x.End <= x.Start || x.End > len(text) || x.District == nil {
				t.Fatalf("%q: %+v", text, x)
			}
			at = x.End
		}
	})
}
