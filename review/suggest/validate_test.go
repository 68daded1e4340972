package suggest_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usulan/review/suggest"
)

func TestCrossValidate(t *testing.T) {
	var plainly, copies, random []suggest.Example
	for i := range 40 {
		word, code := []string{"pinjaman modal", "lapak gerobak"}[i%2], []string{"A", "B"}[i%2]
		plainly = append(plainly, suggest.Example{Text: fmt.Sprintf("mohon %s untuk warga nomor%c%c", word, 'a'+i/26, 'a'+i%26), Code: code})
		copies = append(copies, suggest.Example{Text: []string{"mohon  pinjaman", "Mohon pinjaman "}[i%2], Code: "A"})
		random = append(random, suggest.Example{Text: plainly[i].Text, Code: []string{"A", "B", suggest.None}[i%3]})
	}
	for name, c := range map[string]struct {
		examples  []suggest.Example
		decisions int
		right     bool
	}{
		"nothing":                        {nil, 0, false},
		"plainly":                        {plainly, 40, true},
		"copies count once":              {copies, 1, true},
		"unknown codes and empty texts":  {[]suggest.Example{{Text: "lapak", Code: "gone"}, {Text: " ", Code: "A"}}, 0, false},
		"decisions that follow no words": {random, 40, false},
	} {
		e := suggest.CrossValidate(heads, c.examples)
		if e.Decisions != c.decisions || c.right != (e.First == 1) {
			t.Errorf("%s: %+v", name, e)
		}
		sum := 0
		for _, row := range e.Confusion {
			for _, n := range row {
				sum += n
			}
		}
		if sum != e.Decisions || e.Three < e.First || e.CalibrationError < 0 || e.CalibrationError > 1 {
			t.Errorf("%s: the figures do not agree: %+v", name, e)
		}
		if diff := cmp.Diff([]string{"A", "B", suggest.None}, e.Codes); diff != "" {
			t.Error(name, diff)
		}
	}
}
