// Package suggest proposes priorities for a text and says which words led
// there. It learns from the keywords of the priorities and from decisions that
// staff confirmed, works before the first of these, and asks nobody outside
// this machine. It never decides.
//
// A text becomes features (features.go): its words and what they mean by a
// small lexicon of synonyms, pairs of them, pieces of words against typing
// errors, what is asked for apart from what is only mentioned, and the shape of
// the text. A multinomial logistic regression (logistic.go) weighs them.
package suggest

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"

	"usulan/review/lexicon"
)

// None is the code that stands for "not a proposal".
const None = "none"

// Priority is one of the heads that a text can be suggested for.
type Priority struct {
	Code     string
	Title    string
	Keywords []string
}

// Example is a decision that was confirmed: a text and its code, or None.
type Example struct {
	Text, Code string
}

// Suggestion is one answer.
type Suggestion struct {
	Code       string
	Confidence float64 // from 0 to 1: how often an answer with this figure is right
	Words      []Span  // what spoke for it most, in the order of the text, none overlapping
}

// Span is a part of a text, by its bytes [Start, End).
type Span struct{ Start, End int }

// How much the parts of the training count: what a head's keywords and title
// weigh beside a decision, and what the lexicon's idle concepts do for None.
const (
	keywordWeight = 0.12
	titleWeight   = 1
	idleWeight    = 0.3
)

// Model suggests. It does not change once trained and may be used by several
// goroutines.
type Model struct {
	lexicon *lexicon.Lexicon
	codes   []string // the priorities in order, then None
	ids     map[string]int32
	idf     []float64
	regression
}

// Train learns. Examples with a code that is neither a priority's nor None are
// passed over. Ten thousand examples take about one and a half seconds on two cores.
func Train(priorities []Priority, examples []Example) *Model {
	m := &Model{lexicon: lexicon.New(), ids: map[string]int32{}}
	for _, p := range priorities {
		m.codes = append(m.codes, p.Code)
		for _, k := range p.Keywords {
			m.lexicon.Add("key "+p.Code, k)
		}
	}
	m.codes = append(m.codes, None)

	texts := m.material(priorities, examples)
	m.count(texts)
	docs := make([]document, len(texts))
	onAllCores(len(texts), func(i int) {
		docs[i] = m.document(texts[i].features)
		docs[i].label, docs[i].weight = texts[i].label, texts[i].weight
	})
	lexical := make([]bool, len(m.idf))
	for name, id := range m.ids {
		lexical[id] = isLexical(name)
	}
	m.regression = fit(docs, len(m.idf), len(m.codes), lexical)
	return m
}

// idle are the concepts of the lexicon that no proposal is about: greetings,
// questions about the event, other agencies' matters, advertisements.
var idle = []string{
	"salam", "terima_kasih", "oke", "tanya_acara", "salah", "cuti", "iklan_liar", "hoaks", "dinas_lain", "magang_sekolah",
}

// text is one text to learn from.
type text struct {
	features []feature
	label    int
	weight   float32
}

// material makes texts of everything there is to learn from.
func (m *Model) material(priorities []Priority, examples []Example) []text {
	var texts []text
	for i, p := range priorities {
		for _, k := range p.Keywords {
			texts = append(texts, text{ofWords(features(m.lexicon, k)), i, keywordWeight})
		}
		texts = append(texts, text{ofWords(features(m.lexicon, p.Title)), i, titleWeight})
	}
	for _, c := range idle {
		texts = append(texts, text{[]feature{{name: concept + c, weight: 1}}, len(priorities), idleWeight})
	}
	learnt := make([]text, len(examples))
	onAllCores(len(examples), func(i int) {
		learnt[i] = text{features(m.lexicon, examples[i].Text), slices.Index(m.codes, examples[i].Code), 1}
	})
	return append(texts, slices.DeleteFunc(learnt, func(t text) bool { return t.label < 0 })...)
}

// onAllCores calls do for 0 to n-1.
func onAllCores(n int, do func(i int)) {
	var wg sync.WaitGroup
	cores := runtime.GOMAXPROCS(0)
	for from := range cores {
		wg.Go(func() {
			for i := from; i < n; i += cores {
				do(i)
			}
		})
	}
	wg.Wait()
}

// count gives every feature its number and its inverse document frequency.
func (m *Model) count(texts []text) {
	var in, last []int // texts that have a feature, and the latest of them
	for i, t := range texts {
		for at := range t.features {
			f := &t.features[at]
			id, ok := m.ids[f.name]
			if !ok {
				id = int32(len(in))
				m.ids[f.name] = id
				in, last = append(in, 0), append(last, -1)
			}
			f.id = id
			if last[id] != i {
				in[id]++
				last[id] = i
			}
		}
	}
	for _, n := range in {
		m.idf = append(m.idf, math.Log(float64(len(texts)+1)/(float64(n)+0.5)))
	}
}

// known numbers the features of a text and leaves out those never seen.
func (m *Model) known(fs []feature) []feature {
	var out []feature
	for _, f := range fs {
		id, ok := m.ids[f.name]
		if f.id = id; ok {
			out = append(out, f)
		}
	}
	return out
}

// document sums the numbered features of a text, dampens repetition and brings
// it to length one.
func (m *Model) document(fs []feature) document {
	type amount struct {
		id     int32
		weight float64
	}
	known := make([]amount, len(fs))
	for i, f := range fs {
		known[i] = amount{f.id, f.weight}
	}
	slices.SortFunc(known, func(a, b amount) int { return cmp.Or(int(a.id-b.id), cmp.Compare(a.weight, b.weight)) })
	d := document{ids: make([]int32, 0, len(known)), values: make([]float32, 0, len(known))}
	var norm float64
	for i := 0; i < len(known); {
		id, sum := known[i].id, 0.0
		for ; i < len(known) && known[i].id == id; i++ {
			sum += known[i].weight
		}
		x := math.Log1p(sum) * m.idf[id]
		norm += x * x
		d.ids, d.values = append(d.ids, id), append(d.values, float32(x))
	}
	for i := range d.values {
		d.values[i] /= float32(math.Sqrt(norm))
	}
	return d
}

// Suggest returns the three best answers, best first.
func (m *Model) Suggest(s string) []Suggestion {
	fs := m.known(features(m.lexicon, s))
	d := m.document(fs)
	p := make([]float64, len(m.codes))
	m.predict(d, p)
	answers := make([]int, len(m.codes))
	for c := range answers {
		answers[c] = c
	}
	slices.SortStableFunc(answers, func(a, b int) int { return cmp.Compare(p[b], p[a]) })
	var out []Suggestion
	for _, c := range answers[:min(3, len(answers))] {
		out = append(out, Suggestion{Code: m.codes[c], Confidence: p[c], Words: m.words(fs, c)})
	}
	return out
}

// mostWords is how many words are marked for one suggestion.
const mostWords = 5

// words finds the words of a text that spoke most for an answer: by how much
// more the features that they carry weigh for it than for the others.
func (m *Model) words(fs []feature, answer int) []Span {
	spoke := map[Span]float64{}
	for _, f := range fs {
		if f.end > 0 {
			spoke[Span{f.start, f.end}] += f.weight * m.idf[f.id] * m.lean(f.id, answer)
		}
	}
	spans := make([]Span, 0, len(spoke))
	var most float64
	for s, x := range spoke {
		if x > 0 {
			spans = append(spans, s)
			most = max(most, x)
		}
	}
	slices.SortFunc(spans, func(a, b Span) int {
		return cmp.Or(cmp.Compare(spoke[b], spoke[a]), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	var chosen []Span
	for _, s := range spans {
		overlaps := slices.ContainsFunc(chosen, func(o Span) bool { return s.Start < o.End && o.Start < s.End })
		if len(chosen) == mostWords || spoke[s] < most/4 {
			break
		}
		if !overlaps {
			chosen = append(chosen, s)
		}
	}
	slices.SortFunc(chosen, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	return chosen
}
