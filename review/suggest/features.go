package suggest

import (
	"strings"

	"usulan/review/lexicon"
	"usulan/store"
)

// feature is something of a text that a priority can be known by, and the part
// of the text it came from; end is 0 for what the text is as a whole.
type feature struct {
	name       string
	weight     float64
	start, end int
	id         int32 // its number in a model
}

// The kinds of features, as beginnings of their names.
const (
	concept      = "c:"  // what a word means
	askedConcept = "ac:" // the same, among what is asked for
	notConcept   = "nc:" // the same, among what is said not to be wanted
	conceptPair  = "p:"
	wordStem     = "w:"
	askedStem    = "aw:"
	stemPair     = "b:"
	piece        = "g:" // some letters of a word
	shape        = "s:"
)

// How much a feature of each kind counts. Around these the result is flat.
const (
	conceptWeight, askedConceptWeight, notConceptWeight, conceptPairWeight = 1.6, 1.0, 1.0, 0.6
	stemWeight, askedStemWeight, stemPairWeight, pieceWeight               = 1.0, 0.5, 0.7, 0.35
)

// How far a word reaches, in words.
const (
	askReach  = 14 // what follows "mohon" is asked for
	turnReach = 10 // what follows "tapi" is the point
	denyReach = 4  // what follows "bukan" is not wanted
	pairReach = 3
	nearReach = 8
)

var (
	// asking are stems after which comes what a sender wants.
	asking = stems(`usul mohon minta tolong agar supaya butuh perlu ingin harap saran sebaiknya hendaknya ajukan bantu
	 fasilitasi sediakan`)
	// turning are stems after which comes the point.
	turning = stems("tapi tinggal cukup melainkan namun ajar kasih bikin ada dulu")
	// denying are stems after which comes what is not wanted.
	denying = stems("bukan jangan")
	// idleStems say nothing about a matter.
	idleStems = stems(`yang untuk dengan di ke dari dan atau itu ini juga saja kami saya kita bapak ibu adalah akan sudah
	 ada karena pada oleh para dalam sebagai bisa tidak jadi kalau tapi lagi sangat lebih sampai sekarang supaya agar
	 kepada yth dinas nya sih dong kak deh kan ya mas mbak bang`)
)

// isLexical tells whether a feature is a word's own rather than its meaning.
func isLexical(name string) bool {
	for _, p := range [...]string{wordStem, askedStem, stemPair, piece, conceptPair, notConcept} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// ofWords leaves out what describes a text as a whole.
func ofWords(fs []feature) []feature {
	var kept []feature
	for _, f := range fs {
		if f.end > 0 {
			kept = append(kept, f)
		}
	}
	return kept
}

// found is a concept at a place.
type found struct {
	concept string
	token   int
}

// features lists what a text can be known by.
func features(l *lexicon.Lexicon, s string) []feature {
	tokens := l.Tokenize(s)
	var fs []feature
	add := func(kind, name string, weight float64, from, to int) {
		fs = append(fs, feature{name: kind + name, weight: weight, start: tokens[from].Start, end: tokens[to].End})
	}
	var near []found
	asked, denied, last := 0, 0, -1
	asks := false
	for i, t := range tokens {
		for len(near) > 0 && i-near[0].token > nearReach {
			near = near[1:]
		}
		l.Meanings(tokens[i:], func(c string, n int) {
			if denied > 0 {
				add(notConcept, c, notConceptWeight, i, i+n-1)
				return
			}
			add(concept, c, conceptWeight, i, i+n-1)
			if asked > 0 {
				add(askedConcept, c, askedConceptWeight, i, i+n-1)
			}
			for _, o := range near {
				if o.concept != c {
					add(conceptPair, min(c, o.concept)+"+"+max(c, o.concept), conceptPairWeight, o.token, i)
				}
			}
			near = append(near, found{c, i})
		})
		switch {
		case denying[t.Stem]:
			denied = denyReach
		case turning[t.Stem]:
			denied, asked = 0, max(asked, turnReach)
		case asking[t.Stem] && denied <= 0:
			asked, asks = askReach, true
		}
		if !idleStems[t.Stem] {
			add(wordStem, t.Stem, stemWeight, i, i)
			if asked > 0 {
				add(askedStem, t.Stem, askedStemWeight, i, i)
			}
			if last >= 0 && i-last <= pairReach {
				add(stemPair, tokens[last].Stem+" "+t.Stem, stemPairWeight, last, i)
			}
			last = i
			pieces(t.Word, func(p string) { add(piece, p, pieceWeight, i, i) })
		}
		asked--
		denied--
	}
	return append(fs, shapes(s, len(tokens), asks)...)
}

// pieces yields every four and five letters of a word, its ends marked.
func pieces(word string, yield func(string)) {
	w := "^" + word + "$"
	for _, n := range [...]int{4, 5} {
		for at := 0; at+n <= len(w); at++ {
			yield(w[at : at+n])
		}
	}
}

// shapes describes a text as a whole: greetings, questions and advertisements
// differ from proposals in it.
func shapes(s string, words int, asks bool) []feature {
	var fs []feature
	add := func(name string, weight float64) { fs = append(fs, feature{name: shape + name, weight: weight}) }
	switch {
	case words <= 3:
		add("tiny", 2)
	case words <= 7:
		add("short", 1)
	case words > 60:
		add("long", 1)
	}
	if asks {
		add("asks", 1.5)
	} else {
		add("asks nothing", 1.5)
	}
	if strings.HasSuffix(strings.TrimSpace(s), "?") {
		add("question", 1)
	}
	if strings.Contains(s, "http") || strings.Contains(s, "!!") {
		add("loud", 1.5)
	}
	return fs
}

// stems makes a set of words, compared by their stems.
func stems(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[store.Stem(w)] = true
	}
	return m
}
