package review

import (
	"math"
	"slices"
	"strings"

	"usulan/review/suggest"
	"usulan/store"
)

// advice is what is suggested for the proposal on the paper.
type advice struct {
	Answers []answer // best first, those that are likely enough to be named
}

// answer is one suggestion.
type answer struct {
	Code     string // of a priority, or suggest.None
	Position int    // of the priority; 0 for "not a proposal"
	Name     string
	Percent  int
	First    bool
}

// First is the first suggestion; nil when nothing is likely enough.
func (a *advice) First() *answer {
	if len(a.Answers) == 0 {
		return nil
	}
	return &a.Answers[0]
}

// Advised is the suggestion for a code; nil when there is none.
func (r *reading) Advised(code string) *answer {
	if r.Advice == nil {
		return nil
	}
	for i, a := range r.Advice.Answers {
		if a.Code == code {
			return &r.Advice.Answers[i]
		}
	}
	return nil
}

// surest is the highest figure that is shown: nothing here is certain.
const surest = 99

// Suggested is what a decision says was suggested: a code, or that nothing was.
func (p triagePage) Suggested() string {
	if p.Prefs.Unadvised || p.Reading.Advice == nil || p.Reading.Advice.First() == nil {
		return store.NoSuggestion
	}
	return p.Reading.Advice.First().Code
}

// A first answer below sureLeast is not named; others are from nextLeast on.
const sureLeast, nextLeast = 0.40, 0.05

// run is a piece of a block's text; Speaks is the suggestion that it speaks for,
// if any.
type run struct {
	Text   string
	Speaks *answer
}

// advise suggests by the words that lie open on the paper: as they stand now,
// without what is quoted, signed or taken back.
func (b *board) advise(r *reading, m *suggest.Model) {
	if m == nil {
		return
	}
	text, open := r.open()
	if strings.TrimSpace(text) == "" {
		return
	}
	r.Advice = &advice{}
	var spans []spoken
	for i, s := range m.Suggest(text) {
		one, ok := b.answer(s)
		if !ok || len(r.Advice.Answers) == 0 && (i > 0 || s.Confidence < sureLeast) || s.Confidence < nextLeast {
			continue
		}
		one.First = i == 0
		r.Advice.Answers = append(r.Advice.Answers, one)
		for _, w := range s.Words {
			spans = append(spans, spoken{w, &one})
		}
	}
	// What speaks for the first suggestion is marked for it alone.
	slices.SortStableFunc(spans, func(x, y spoken) int { return x.Start - y.Start })
	for _, o := range open {
		o.block.mark(spans, o.at)
	}
}

// answer is a suggestion as the buttons have it; false when there is no button for it.
func (b *board) answer(s suggest.Suggestion) (answer, bool) {
	a := answer{Code: s.Code, Percent: min(surest, int(math.Round(100*s.Confidence)))}
	if s.Code == suggest.None {
		a.Name = b.W.Say("advice.none")
		return a, true
	}
	for _, p := range b.Open() {
		if p.Code == s.Code {
			a.Position, a.Name = p.Position, p.Short
			return a, true
		}
	}
	return a, false
}

// spoken is a part of the text that speaks for a suggestion.
type spoken struct {
	suggest.Span
	answer *answer
}

// opened is a block that lies open, and where its text begins in the whole.
type opened struct {
	block *block
	at    int
}

// adviceMost bounds what is looked at of one proposal, in bytes.
const adviceMost = 16 << 10

// open joins the subject and the open blocks of a proposal.
func (r *reading) open() (string, []opened) {
	var text strings.Builder
	var out []opened
	text.WriteString(r.Subject + "\n")
	for i := range r.Parts {
		part := &r.Parts[i]
		if !part.Withdrawn.IsZero() {
			continue
		}
		for j := range part.Blocks {
			one := &part.Blocks[j]
			if one.Kind == "fold" || text.Len()+len(one.Text) > adviceMost {
				continue
			}
			out = append(out, opened{one, text.Len()})
			text.WriteString(one.Text + "\n")
		}
	}
	return text.String(), out
}

// mark cuts the text of a block where the parts that speak begin and end; at is
// where it begins in the text of which they are parts. Of parts that overlap the
// earlier counts.
func (b *block) mark(spans []spoken, at int) {
	done := 0
	for _, s := range spans {
		from, to := max(s.Start-at, 0), min(s.End-at, len(b.Text))
		if from < done || from >= to {
			continue
		}
		if from > done {
			b.Runs = append(b.Runs, run{Text: b.Text[done:from]})
		}
		b.Runs = append(b.Runs, run{b.Text[from:to], s.answer})
		done = to
	}
	if done > 0 {
		b.Runs = append(b.Runs, run{Text: b.Text[done:]})
	}
}
