package place

import "strings"

// level is what the word before a name says that it is.
type level int

const (
	anyLevel level = iota
	districtLevel
	partLevel
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// Words beside names.
var (
	forDistrict = set("kecamatan kec kcmtn kecmtn camat")
	forPart     = set("kelurahan kel klrhn klurahan lurah desa ds")

	// leading makes a place of a name that may be an ordinary word.
	leading = set("di d ke dari dr daerah wilayah wil warga kampung kp area sekitar alamat lokasi tempat domisili asal pasar ps umkm pkl pedagang")

	// streets are called after places far away.
	streets = set("jl jln jalan")

	// abroad are what follows, or goes before, a name when another city is meant.
	abroad = set("jakarta jkt jakpus jaktim jaksel jakbar jakut jatim bogor depok bekasi subang kabupaten kab")
)

// directions end the names of parts of a place.
var directions = set("timur barat utara selatan indah baru udik ilir")

// elements are parts of names as people shorten them.
var elements = map[string]string{
	"pd": "pondok", "pdk": "pondok", "pndk": "pondok", "pnd": "pondok", "pondk": "pondok", "kcg": "kacang", "kcang": "kacang", "jgg": "jagung", "jgung": "jagung",
	"tim": "timur", "tmr": "timur", "tmur": "timur", "bar": "barat", "brt": "barat", "utr": "utara", "ut": "utara", "sel": "selatan", "slt": "selatan",
}

// ordinary are names that are words of everyday language, or better known as
// places of other cities: they need a word beside them.
var ordinary = set("setu muncul jombang cipayung kedaung cempakaputih babakan buaran pisangan rengas parigi perigi sawahbaru sawahlama bendabaru serut")

// stubborn are words that follow "di" and the like in their ordinary sense too:
// they need to be called a kelurahan or kecamatan.
var stubborn = set("sawah sawahbaru bendabaru benda serut")

// pairs are names of other places that contain one of ours, with the word before
// or after it.
var (
	before = map[string]map[string]bool{
		"serpong": set("gading"), "setu": set("hari malam hr tiap setiap"), "muncul": set("yang yg akan bisa sering selalu baru tidak belum sudah"),
	}
	after = map[string]map[string]bool{"setu": set("babakan gintung malam pagi sore siang"), "jombang": set("jawa")}
)

// levelAt tells what the words before word i say that it is.
func levelAt(words []word, i int) level {
	if i == 0 {
		return anyLevel
	}
	switch w := words[i-1].text; {
	case forDistrict[w]:
		return districtLevel
	case forPart[w]:
		return partLevel
	}
	return anyLevel
}

// led tells whether a word before word i makes a place of it.
func led(words []word, i int) bool {
	return i > 0 && leading[words[i-1].text]
}

// elsewhere tells whether the name of n words at i is that of a street, of
// another city's place, or of something else.
func elsewhere(words []word, i, n int) bool {
	first, last := words[i].text, words[i+n-1].text
	if i > 0 {
		w := words[i-1].text
		if streets[w] || before[first][w] {
			return true
		}
		if w == "raya" && i > 1 && streets[words[i-2].text] {
			return true
		}
	}
	if i+n < len(words) {
		w := words[i+n].text
		if abroad[w] || after[last][w] {
			return true
		}
	}
	return false
}

// unglued takes off a preposition that is written together with a name, as in
// "dipamulang".
func unglued(w string) (string, bool) {
	for _, p := range []string{"di", "ke"} {
		if rest, ok := strings.CutPrefix(w, p); ok && len(rest) >= 4 {
			return rest, true
		}
	}
	return "", false
}
