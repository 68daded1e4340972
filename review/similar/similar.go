// Package similar tells whether two proposals are the same text, the same
// request in other words, or neither. It works on this machine alone and knows
// only Indonesian words; what it finds is shown to staff, who decide.
package similar

import (
	_ "embed"
	"slices"
	"strings"

	"usulan/review/lexicon"
)

// Verdict is how two texts relate.
type Verdict string

// The verdicts. Identical texts differ in greeting, signature, quotes, marks of
// passing on and typing noise alone.
const (
	Identical Verdict = "identical"
	Similar   Verdict = "similar"
	Different Verdict = "different"
)

//go:embed synonyms.txt
var synonymText string

// Comparer compares texts. It may be used by several goroutines.
type Comparer struct {
	lexicon *lexicon.Lexicon
	senses  map[string][]int // stem to groups of synonyms
	places  map[string]bool  // words of names of places
}

// New returns a comparer that knows the names of places, such as kelurahan:
// requests for different ones are different.
func New(places []string) *Comparer {
	c := &Comparer{lexicon: lexicon.New(), senses: map[string][]int{}, places: map[string]bool{}}
	group := 0
	for line := range strings.Lines(synonymText) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		group++
		for _, t := range c.lexicon.Tokenize(line) {
			c.senses[t.Stem] = append(c.senses[t.Stem], group)
		}
	}
	for _, name := range places {
		for _, t := range c.lexicon.Tokenize(name) {
			if len(t.Word) > 3 && !common[t.Word] {
				c.places[t.Word] = true
			}
		}
	}
	return c
}

// common are words of place names that stand for something else too.
var common = set("baru timur barat utara selatan pondok sawah muncul babakan jaya karya")

// Compare compares two texts. The score is from 0 to 1: how likely they ask for
// the same; it is 1 for identical ones.
func (c *Comparer) Compare(a, b string) (score float64, v Verdict) {
	x, y := c.units(c.unwrap(a)), c.units(c.unwrap(b))
	if !slices.ContainsFunc(x, speaks) || !slices.ContainsFunc(y, speaks) {
		return 0, Different // politeness alone asks for nothing
	}
	m := match(x, y)
	if m.identical() {
		return 1, Identical
	}
	score = m.score()
	if score >= threshold {
		return score, Similar
	}
	return score, Different
}

// threshold is where, of the pairs that were not used for the weights, four of
// five that are called similar are.
const threshold = 0.6
