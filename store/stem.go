package store

import (
	"slices"
	"strings"
)

// Stem takes the affixes off an Indonesian word in lower case, so that "modal"
// finds "permodalan" and "bermodalkan". It is a light stemmer in the manner of
// Tala ("A Study of Stemming Effects on Information Retrieval in Bahasa
// Indonesia", 2003): rules and a few words, no dictionary. It may cut a root
// too short ("koperasi" becomes "koperas"), but it does so for every form of
// the word alike, which is all that a search needs.
//
// Of all forms that the rules lead to it takes the shortest; among equally long
// ones that with more of its suffixes off.
func Stem(word string) string {
	if len(word) < 5 || !isPlain(word) {
		return word
	}
	best := dropParticle(word)
	shortest(best, &best, 0)
	return best
}

// isPlain tells whether a word is of the letters a to z alone.
func isPlain(word string) bool {
	for i := range len(word) {
		if word[i] < 'a' || word[i] > 'z' {
			return false
		}
	}
	return true
}

// shortest follows the rules from word on. No word has more than five affixes.
func shortest(word string, best *string, depth int) {
	if len(word) < len(*best) {
		*best = word
	}
	if depth == 5 || len(word) < 5 {
		return
	}
	for _, suffix := range [...]string{"kan", "an", "i"} {
		root, ok := strings.CutSuffix(word, suffix)
		if !ok || !isRoot(root) || suffix == "kan" && ends(root+"k", endsInK) {
			continue
		}
		shortest(root, best, depth+1)
	}
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(word, p.text); ok {
			if root := p.root(rest); root != "" && isRoot(root) {
				shortest(root, best, depth+1)
			}
		}
	}
}

// prefix is a prefix in one of its shapes, and what to make of the rest of the
// word: "" where the shape does not fit.
type prefix struct {
	text string
	root func(rest string) string
}

// prefixes have the longer shapes before the shorter ones. me- and pe- change
// with the sound that follows and swallow a k, p, s or t: memasarkan, pasar.
var prefixes = [...]prefix{
	{"memper", keep}, {"bel", only("ajar")}, {"pel", only("ajar")}, {"pembel", only("ajar")},
	{"meny", swallowed("s", "ny")}, {"peny", swallowed("s", "ny")},
	{"meng", afterNg}, {"peng", afterNg},
	{"mem", nasal("bfpv", "p", "m")}, {"pem", nasal("bfpv", "p", "m")},
	{"men", nasal("cdjstz", "t", "n")}, {"pen", nasal("cdjstz", "t", "n")},
	{"me", before("lrwy")}, {"pe", afterPe},
	{"per", afterR}, {"ber", afterR}, {"ter", afterR}, {"be", beforeEr}, {"pe", beforeEr},
	{"di", keep}, {"ke", keep}, {"se", keep},
}

func keep(rest string) string { return rest }

func only(root string) func(string) string {
	return func(rest string) string {
		if strings.HasPrefix(rest, root) {
			return rest
		}
		return ""
	}
}

// before accepts a rest that begins with one of the consonants and then a vowel.
func before(consonants string) func(string) string {
	return func(rest string) string {
		if len(rest) > 1 && strings.IndexByte(consonants, rest[0]) >= 0 && isVowel(rest[1]) {
			return rest
		}
		return ""
	}
}

// nasal is mem- before b, f, p, v and men- before c, d, j, s, t, z. Before a
// vowel the root's first sound was swallowed, or is the nasal itself.
func nasal(consonants, lost, own string) func(string) string {
	restore := swallowed(lost, own)
	return func(rest string) string {
		if rest != "" && strings.IndexByte(consonants, rest[0]) >= 0 {
			return rest
		}
		return restore(rest)
	}
}

// swallowed puts back the sound that the prefix swallowed before a vowel.
func swallowed(lost, own string) func(string) string {
	return func(rest string) string {
		if rest == "" || !isVowel(rest[0]) {
			return ""
		}
		if begins(own+rest, nasalRoots) {
			return own + rest
		}
		return lost + rest
	}
}

// afterNg is meng- before g, h, k, r and vowels; before a vowel it may have
// swallowed a k, which only the root tells.
func afterNg(rest string) string {
	if rest == "" {
		return ""
	}
	if isVowel(rest[0]) {
		if begins("k"+rest, kRoots) {
			return "k" + rest
		}
		return rest
	}
	if strings.IndexByte("ghkr", rest[0]) >= 0 {
		return rest
	}
	return ""
}

// afterPe is pe- before l, r, w, y and, for a person who does something, before
// other single consonants: petani, pedagang, pekerja.
func afterPe(rest string) string {
	if len(rest) < 2 || isVowel(rest[0]) || !isVowel(rest[1]) {
		return ""
	}
	if rest[0] == 'r' && !begins(rest, rRoots) {
		return "" // per- and a vowel: peraturan, atur
	}
	if rest[0] == 'n' || rest[0] == 'm' {
		return "" // pen-, pem-
	}
	return rest
}

// afterR is per-, ber-, ter-; before a root that begins with r one r is lost.
func afterR(rest string) string {
	if begins("r"+rest, rRoots) {
		return "r" + rest
	}
	return rest
}

// beforeEr is be- and pe- before a consonant and er: bekerja, pekerja.
func beforeEr(rest string) string {
	if len(rest) > 3 && !isVowel(rest[0]) && rest[1:3] == "er" {
		return rest
	}
	return ""
}

// isRoot tells whether something may be left of a word: two syllables at
// least, and a beginning that an Indonesian word can have.
func isRoot(root string) bool {
	if len(root) < 3 {
		return false
	}
	vowels := 0
	for i := range len(root) {
		if isVowel(root[i]) {
			vowels++
		}
	}
	if vowels < 2 {
		return false
	}
	if isVowel(root[0]) || isVowel(root[1]) {
		return true
	}
	switch root[:2] {
	case "bl", "br", "dr", "fl", "fr", "gl", "gr", "kh", "kl", "kr", "ng", "ny", "pl", "pr", "ps", "sk", "sl", "sp", "st", "sw", "sy", "tr":
		return true
	}
	return false
}

func isVowel(c byte) bool {
	return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u'
}

// dropParticle takes off -nya, -lah and -kah, which stand outside all else.
func dropParticle(word string) string {
	for _, particle := range [...]string{"nya", "lah", "kah"} {
		root, ok := strings.CutSuffix(word, particle)
		if !ok || !isRoot(root) {
			continue
		}
		if ends(word, notParticles) {
			return word
		}
		return root
	}
	return word
}

// notParticles are ends of words that only look like a particle.
var notParticles = []string{
	"tanya", "punya", "olah", "salah", "kalah", "elah", "ilah", "jumlah", "langkah", "nikah", "berkah",
}

// begins tells whether a word begins with one of the roots.
func begins(word string, roots []string) bool {
	for _, root := range roots {
		if strings.HasPrefix(word, root) {
			return true
		}
	}
	return false
}

// ends tells whether a word ends with one of the roots.
func ends(word string, roots []string) bool {
	for _, root := range roots {
		if strings.HasSuffix(word, root) {
			return true
		}
	}
	return false
}

// Common roots that end in k, where -an is the suffix and not -kan.
var endsInK = []string{
	"awak", "ajak", "anak", "baik", "bajak", "banyak", "bentuk", "cetak", "desak", "didik", "duduk", "gerak", "hendak", "jejak", "kebak",
	"layak", "letak", "masak", "masuk", "merek", "milik", "naik", "ombak", "pabrik", "pajak", "periuk", "produk", "rusak", "rujuk", "sesak",
	"tarik", "teknik", "ternak", "tolak", "tunjuk", "tumbuk", "unjuk",
}

// In the lists below a root that ends in i stands without it, since that may
// have gone already.

// Common roots that begin with a nasal, so that nothing was swallowed before them.
var nasalRoots = []string{
	"maaf", "macam", "main", "maju", "makan", "maksud", "malam", "mampu", "mandi", "manfaat", "masak", "masuk",
	"mati", "menang", "mesan", "milik", "minat", "minta", "minum", "miskin", "modal", "modern", "mohon", "muat", "muda", "mudah", "mula",
	"mulia", "murah", "musnah", "naik", "nama", "nanti", "nasihat", "nikah", "nikmat", "nila", "nyala", "nyany", "nyata", "nyaman",
}

// Common roots that lose their k after meng- and peng-.
var kRoots = []string{
	"kacau", "kait", "kaji", "kalah", "kandung", "kantong", "karang", "kasih", "kawal", "kawin", "kebut", "kejar", "kelola", "keluar", "keluh",
	"kemas", "kembal", "kembang", "kemudi", "kenal", "kenang", "kendal", "kendara", "kerah", "kering", "kerja", "ketahu", "ketik", "ketat",
	"khusus", "kikis", "kirim", "kira", "kisah", "kontrol", "koordinas", "korban", "kosong", "kuasa", "kuat", "kubur", "kukuh",
	"kumpul", "kunci", "kunjung", "kupas", "kurang", "kurus", "kutip", "kuras",
}

// Common roots that begin with r after per-, ber- and ter-.
var rRoots = []string{
	"racik", "ragam", "rajin", "rakit", "rakyat", "rambah", "rancang", "rangkat", "rasa", "rata", "rawat", "rebut", "rekam", "rekat", "rempuan",
	"rencana", "renang", "rendah", "resm", "ringkas", "rintis", "risiko", "rumah", "rumus", "rusak",
}

// beginnings are the stems that an unfinished word may lead to: the word as it
// is, without a prefix, and without what may be the first letters of a suffix.
func beginnings(word string) []string {
	found := []string{word, Stem(word)}
	if isPlain(word) {
		for _, p := range prefixes {
			rest, ok := strings.CutPrefix(word, p.text)
			if !ok || len(rest) < 2 {
				continue
			}
			found = append(found, rest)
			if isVowel(rest[0]) {
				for _, lost := range [...]string{"k", "p", "s", "t", "m", "n", "r"} {
					found = append(found, lost+rest)
				}
			}
		}
		for _, w := range found {
			for _, part := range [...]string{"kan", "ka", "k", "an", "a", "ny", "n", "la", "l"} {
				if rest, ok := strings.CutSuffix(w, part); ok && isRoot(rest) {
					found = append(found, rest)
				}
			}
		}
	}
	found = slices.DeleteFunc(found, func(s string) bool { return len(s) < 3 })
	slices.Sort(found)
	return slices.Compact(found)
}
