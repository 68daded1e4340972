// Package place finds the districts (kecamatan) of a city, and their parts
// (kelurahan), that a text names. What it finds is a hint for people: a sender's
// home, their stall and the site they ask for may be three places.
//
// People write names in many ways, and many names are ordinary words, streets,
// or places elsewhere. Names that mean nothing else are found wherever they
// stand; others only beside a word that makes a place of them (words.go).
package place

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// District is a kecamatan.
type District struct {
	Code  string
	Name  string
	Parts []Part
}

// Part is a kelurahan.
type Part struct {
	Code string
	Name string
	Also []string // other spellings in use
}

// Found is a name in a text: the bytes [Start, End).
type Found struct {
	District *District
	Part     *Part // nil where only the district is named
	Start    int
	End      int
}

// Finder looks for the names of one city. It does not change, and may be used by
// several goroutines.
type Finder struct {
	names   map[string][]name // by what is written, without blanks
	longest int               // words in the longest name
}

// name is what a spelling may stand for.
type name struct {
	district *District
	part     *Part
	short    bool // an abbreviation of ours, which needs a word beside it
}

// New makes a finder for a list of districts.
func New(districts []District) *Finder {
	f := &Finder{names: map[string][]name{}}
	list := slices.Clone(districts)
	for i := range list {
		d := &list[i]
		f.add(d.Name, name{district: d})
		for k := range d.Parts {
			p := &d.Parts[k]
			for _, spelling := range append([]string{p.Name}, p.Also...) {
				f.add(spelling, name{district: d, part: p})
			}
		}
	}
	return f
}

// add enters a spelling with its abbreviations.
func (f *Finder) add(spelling string, n name) {
	words := strings.Fields(strings.ToLower(spelling))
	if len(words) == 0 {
		return
	}
	// One word more than it has: people part what is written together.
	f.longest = max(f.longest, len(words)+1)
	f.enter(strings.Join(words, ""), n)
	n.short = true
	for _, s := range shortened(words, n.part != nil) {
		f.enter(s, n)
	}
}

func (f *Finder) enter(written string, n name) {
	same := func(o name) bool { return o.district == n.district && o.part == n.part }
	if !slices.ContainsFunc(f.names[written], same) {
		f.names[written] = append(f.names[written], n)
	}
}

// shortened lists how people shorten a name: "ciptim", "serut"; and, of districts
// alone, since there are so many parts, "pml".
func shortened(words []string, part bool) (all []string) {
	if last := words[len(words)-1]; len(words) == 2 && utf8.RuneCountInString(words[0]) > 3 && directions[last] {
		all = append(all, words[0][:3]+last, words[0][:3]+last[:3], words[0][:3]+last[:2])
	}
	if len(words) > 1 || part {
		return all
	}
	bones := strings.Map(func(r rune) rune {
		if strings.ContainsRune("aeiou", r) {
			return -1
		}
		return r
	}, words[0])
	if len(bones) >= 4 && words[0][0] == bones[0] {
		all = append(all, bones, bones[:3])
	}
	return all
}

// word is a word of a text.
type word struct {
	text       string // in lower case, abbreviations of parts of names written out
	start, end int
}

// Find lists the names in a text, in order. They do not overlap.
func (f *Finder) Find(text string) []Found {
	words := wordsOf(text)
	var found []candidate
	for i := 0; i < len(words); {
		c, n := f.at(words, i)
		if n == 0 {
			i++
			continue
		}
		found = append(found, c)
		i += n
	}
	return settle(found)
}

// candidate is a name that may be meant.
type candidate struct {
	names      []name
	level      level // what the word before says it is
	sure       bool  // by itself or by the word before
	start, end int
}

// at finds the longest name that begins with word i, and how many words it takes.
func (f *Finder) at(words []word, i int) (c candidate, n int) {
	for n = min(f.longest, len(words)-i); n > 0; n-- {
		written := ""
		for _, w := range words[i : i+n] {
			written += w.text
		}
		glued := ""
		names, ok := f.names[written]
		if w := words[i]; !ok && n == 1 && w.end-w.start == len(w.text) {
			if glued, ok = unglued(written); ok {
				names, ok = f.names[glued]
			}
		}
		if !ok {
			continue
		}
		c = candidate{names: names, start: words[i].start, end: words[i+n-1].end}
		if glued != "" {
			c.start += len(written) - len(glued)
			written = glued
		}
		if elsewhere(words, i, n) {
			return candidate{}, 0
		}
		c.level = levelAt(words, i)
		c.sure = certain(written, names) || c.level != anyLevel || (!stubborn[written] && (glued != "" || led(words, i)))
		return c, n
	}
	return candidate{}, 0
}

// certain tells that a spelling means nothing but a place.
func certain(written string, names []name) bool {
	return !ordinary[written] && !stubborn[written] && !names[0].short
}

// settle decides which candidates are meant: those that are sure, and those of a
// district that something sure names too.
func settle(all []candidate) []Found {
	named := map[*District]bool{}
	for _, c := range all {
		if c.sure && len(districtsOf(c.names)) == 1 {
			named[c.names[0].district] = true
		}
	}
	var found []Found
	for _, c := range all {
		if n, ok := c.choose(named); ok {
			found = append(found, Found{District: n.district, Part: n.part, Start: c.start, End: c.end})
		}
	}
	return found
}

func districtsOf(names []name) map[*District]bool {
	m := map[*District]bool{}
	for _, n := range names {
		m[n.district] = true
	}
	return m
}

// choose picks what a candidate stands for. A name of both levels is the
// district's, unless the word before says otherwise; one of several districts is
// that of the district which the text names elsewhere.
func (c *candidate) choose(named map[*District]bool) (name, bool) {
	rest := slices.Clone(c.names)
	if len(districtsOf(rest)) > 1 || !c.sure {
		rest = slices.DeleteFunc(rest, func(n name) bool { return !named[n.district] })
	}
	if len(districtsOf(rest)) != 1 {
		return name{}, false
	}
	slices.SortStableFunc(rest, func(a, b name) int { return cmp.Compare(c.rank(a), c.rank(b)) })
	return rest[0], true
}

func (c *candidate) rank(n name) int {
	if (n.part != nil) == (c.level == partLevel) {
		return 0
	}
	return 1
}

// wordsOf cuts a text into words.
func wordsOf(text string) (words []word) {
	start := -1
	end := func(at int) {
		if start >= 0 {
			w := strings.ToLower(text[start:at])
			if long, ok := elements[w]; ok {
				w = long
			}
			words = append(words, word{text: w, start: start, end: at})
		}
		start = -1
	}
	for i, r := range text {
		switch letter := unicode.IsLetter(r) || unicode.IsDigit(r); {
		case letter && start < 0:
			start = i
		case !letter:
			end(i)
		}
	}
	end(len(text))
	return words
}
