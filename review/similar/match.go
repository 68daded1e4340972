package similar

import (
	"slices"
	"strings"
)

// matching is how the words of two texts correspond.
type matching struct {
	a, b      []unit
	inA, inB  []float64 // how well each is found on the other side
	sameOrder bool
}

// How well two words correspond.
const (
	exact  = 1.0
	typo   = 0.95
	sense  = 0.85
	topic  = 0.35
	enough = 0.9 // to be the same word
)

// match pairs words, the best first.
func match(a, b []unit) *matching {
	m := &matching{a: a, b: b, inA: make([]float64, len(a)), inB: make([]float64, len(b))}
	takenA, takenB := make([]bool, len(a)), make([]bool, len(b))
	partner := make([]int, len(a))
	for i := range partner {
		partner[i] = -1
	}
	pair := func(i, j, n, k int, v float64) {
		for x := range n {
			takenA[i+x], m.inA[i+x] = true, v
		}
		for x := range k {
			takenB[j+x], m.inB[j+x] = true, v
		}
	}
	// Words written in one or apart: kerja sama, di pasar, P.K.L.
	for i := range a {
		for j := range b {
			for n := 2; n <= 3; n++ {
				if i+n <= len(a) && same(joinWords(a[i:i+n]), b[j].word) && !takenB[j] {
					pair(i, j, n, 1, exact)
				}
				if j+n <= len(b) && same(joinWords(b[j:j+n]), a[i].word) && !takenA[i] {
					pair(i, j, 1, n, exact)
				}
			}
		}
	}
	for _, least := range []float64{exact, typo} {
		for i := range a {
			for j := range b {
				if !takenA[i] && !takenB[j] && alike(&a[i], &b[j]) >= least {
					pair(i, j, 1, 1, least)
					partner[i] = j
				}
			}
		}
	}
	for i := range a {
		for j := range b {
			v := alike(&a[i], &b[j])
			m.inA[i], m.inB[j] = max(m.inA[i], v), max(m.inB[j], v)
		}
	}
	m.sameOrder = rising(partner)
	return m
}

// rising tells whether the words stand in the same order on both sides, but for
// one or two of many.
func rising(partner []int) bool {
	last, up, n := -1, 0, 0
	for _, j := range partner {
		if j < 0 {
			continue
		}
		if n++; j > last {
			up++
		}
		last = j
	}
	return float64(up) >= 0.9*float64(n)
}

func joinWords(us []unit) string {
	var b strings.Builder
	for _, u := range us {
		b.WriteString(u.word)
	}
	return b.String()
}

func same(a, b string) bool { return len(a) > 2 && a == b }

// alike tells how well two words correspond.
func alike(a, b *unit) float64 {
	switch {
	case a.isNumber || b.isNumber:
		if a.isNumber && b.isNumber && a.number == b.number {
			return exact
		}
		return 0
	case a.word == b.word, len(a.stem) > 3 && a.stem == b.stem:
		return exact
	case a.soft || b.soft:
		return 0
	case mistyped(a.word, b.word):
		return typo
	case overlap(a.senses, b.senses):
		return sense
	case a.place || b.place:
		return 0
	case overlap(a.topics, b.topics):
		return topic
	}
	return 0
}

func overlap[T comparable](a, b []T) bool {
	for _, x := range a {
		if slices.Contains(b, x) {
			return true
		}
	}
	return false
}

// mistyped tells whether one of two words is the other with a letter wrong, or
// without its vowels.
func mistyped(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) < 2 || a[0] != b[0] {
		return false
	}
	if root, spoken := strings.CutSuffix(a, "in"); spoken && root == strings.TrimSuffix(b, "kan") { // diadain, diadakan
		return true
	}
	if s := skeleton(b); len(s) > 2 && (a == s || len(a) > 3 && skeleton(a) == a && a == s[:min(len(s), len(a))] && len(s)-len(a) < 2) {
		return true
	}
	if len(a) < 4 {
		return false
	}
	allowed := 1
	if len(a) >= 8 {
		allowed = 2
	}
	return distance(a, b, allowed) <= allowed
}

// skeleton is a word without the vowels behind its first letter.
func skeleton(w string) string {
	return w[:1] + strings.Map(func(r rune) rune {
		if strings.ContainsRune("aiueo", r) {
			return -1
		}
		return r
	}, w[1:])
}

// distance counts the letters to put in, leave out, replace or swap (Damerau
// and Levenshtein, optimal string alignment); more than limit is limit+1.
func distance(a, b string, limit int) int {
	if len(b)-len(a) > limit || len(a)-len(b) > limit {
		return limit + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// identical tells whether nothing but politeness is left over on either side.
func (m *matching) identical() bool {
	content := 0
	for _, side := range []struct {
		us []unit
		in []float64
	}{{m.a, m.inA}, {m.b, m.inB}} {
		for i, u := range side.us {
			switch {
			case side.in[i] >= enough:
				if !u.soft {
					content++
				}
			case !u.soft:
				return false
			}
		}
	}
	return content >= 4 && m.sameOrder
}
