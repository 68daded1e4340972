package suggest

import (
	"math"
	"math/rand/v2"
	"slices"
)

// document is a text as the regression sees it: numbers of features in order,
// and how much there is of each.
type document struct {
	ids    []int32
	values []float32
	label  int
	weight float32
}

// regression is a multinomial logistic regression: one weight for each feature
// and answer, and a bias for each answer.
type regression struct {
	weights [][]float32
	bias    []float64
}

// The training: AdaGrad (Duchi, Hazan, Singer 2011) with a penalty on large
// weights, so many passes that small collections are learnt and large ones take
// no longer than steps. In some steps a text is seen by its meaning alone,
// without its own words, so that concepts carry weight for words that no example
// had.
const (
	penalty  = 3e-4
	rate     = 0.35
	biasRate = 0.01
	passes   = 60
	fewest   = 4
	steps    = 45_000
	blind    = 0.3
)

// fit trains on documents of the given number of features for a number of
// answers. lexical says of each feature whether it is a word's own.
func fit(docs []document, features, answers int, lexical []bool) regression {
	r := regression{weights: make([][]float32, features), bias: make([]float64, answers)}
	gradient := make([][]float32, features)
	for i := range r.weights {
		both := make([]float32, 2*answers)
		r.weights[i], gradient[i] = both[:answers], both[answers:]
	}
	// The seed is fixed: the same decisions make the same suggestions.
	random := rand.New(rand.NewPCG(1, 2))
	order := random.Perm(len(docs))
	p := make([]float64, answers)
	for range max(fewest, min(passes, steps/max(1, len(docs)))) {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, at := range order {
			d := docs[at]
			if random.Float64() < blind {
				d = meaning(d, lexical)
			}
			r.step(d, gradient, p)
		}
	}
	return r
}

// step moves the weights towards the answer of one document.
func (r *regression) step(d document, gradient [][]float32, p []float64) {
	r.predict(d, p)
	p[d.label]--
	for j, id := range d.ids {
		w, g := r.weights[id], gradient[id]
		x := d.values[j] * d.weight
		for c := range w {
			slope := float32(p[c])*x + penalty*w[c]
			g[c] += slope * slope
			w[c] -= rate * slope / float32(math.Sqrt(float64(g[c])+1e-6))
		}
	}
	for c := range r.bias {
		r.bias[c] -= biasRate * float64(d.weight) * p[c]
	}
}

// meaning leaves a document without the features that are words' own.
func meaning(d document, lexical []bool) document {
	const louder = 1.3 // what is left speaks for the whole
	m := document{label: d.label, weight: d.weight}
	for j, id := range d.ids {
		if !lexical[id] {
			m.ids = append(m.ids, id)
			m.values = append(m.values, d.values[j]*louder)
		}
	}
	return m
}

// predict writes the probability of each answer to p.
func (r *regression) predict(d document, p []float64) {
	copy(p, r.bias)
	for j, id := range d.ids {
		x := float64(d.values[j])
		for c, w := range r.weights[id] {
			p[c] += float64(w) * x
		}
	}
	top := slices.Max(p)
	var sum float64
	for c := range p {
		p[c] = math.Exp(p[c] - top)
		sum += p[c]
	}
	for c := range p {
		p[c] /= sum
	}
}

// lean is how much more a feature speaks for an answer than for the others.
func (r *regression) lean(id int32, answer int) float64 {
	w := r.weights[id]
	var sum float64
	for _, x := range w {
		sum += float64(x)
	}
	return float64(w[answer]) - sum/float64(len(w))
}
