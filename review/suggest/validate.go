package suggest

import (
	"math"
	"slices"
	"strings"
)

// Evaluation is how well suggestions fit decisions that they were not learnt from.
type Evaluation struct {
	Decisions        int      `json:"decisions"`
	First            float64  `json:"first"`             // share with the right answer first
	Three            float64  `json:"three"`             // share with the right answer among three
	CalibrationError float64  `json:"calibration_error"` // expected, over ten equal bins
	Codes            []string `json:"codes"`             // the priorities in order, then None
	Confusion        [][]int  `json:"confusion"`         // a row for what was decided, a column for what was suggested first
}

// Folds is how many times CrossValidate learns: each time without one of so many parts.
const Folds = 5

// CrossValidate learns from all examples but a fifth and judges that fifth, for
// every fifth. Of texts that are equal but for case and spacing the first counts
// alone: with a copy among what is learnt, the other would be no test.
func CrossValidate(priorities []Priority, examples []Example) Evaluation {
	var e Evaluation
	for _, p := range priorities {
		e.Codes = append(e.Codes, p.Code)
	}
	e.Codes = append(e.Codes, None)
	for range e.Codes {
		e.Confusion = append(e.Confusion, make([]int, len(e.Codes)))
	}
	var off [10]float64
	distinct := distinctOf(examples, e.Codes)
	for fold := range Folds {
		var learnt, judged []Example
		for i, x := range distinct {
			if i%Folds == fold {
				judged = append(judged, x)
			} else {
				learnt = append(learnt, x)
			}
		}
		m := Train(priorities, learnt)
		for _, x := range judged {
			e.judge(m.Suggest(x.Text), x.Code, &off)
		}
	}
	if e.Decisions == 0 {
		return e
	}
	n := float64(e.Decisions)
	for _, x := range off {
		e.CalibrationError += math.Abs(x) / n
	}
	e.First, e.Three = e.First/n, e.Three/n
	return e
}

// judge counts one example; off sums confidence less success in each bin.
func (e *Evaluation) judge(answers []Suggestion, code string, off *[10]float64) {
	e.Decisions++
	bin := min(9, int(answers[0].Confidence*10))
	off[bin] += answers[0].Confidence
	for i, a := range answers {
		if a.Code != code {
			continue
		}
		e.Three++
		if i == 0 {
			e.First++
			off[bin]--
		}
	}
	e.Confusion[slices.Index(e.Codes, code)][slices.Index(e.Codes, answers[0].Code)]++
}

// distinctOf leaves out copies, and codes that nothing is suggested for.
func distinctOf(examples []Example, codes []string) []Example {
	seen := map[string]bool{}
	var out []Example
	for _, x := range examples {
		key := strings.ToLower(strings.Join(strings.Fields(x.Text), " "))
		if key != "" && !seen[key] && slices.Contains(codes, x.Code) {
			seen[key] = true
			out = append(out, x)
		}
	}
	return out
}
