package main

import (
	"strings"
	"testing"
)

func TestEvaluateSaysWhatIsMissing(t *testing.T) {
	p := newPlace(t)
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"evaluate"}, 1, "decisions on 0 different texts, and at least 30 are needed"},
		{[]string{"evaluate", "-json"}, 1, "at least 30 are needed"},
		{[]string{"evaluate", "-jsno"}, 2, "-jsno"},
	} {
		status, out, errs := p.run("", c.args...)
		if status != c.status || out != "" || !strings.Contains(errs, c.says) {
			t.Errorf("%v: status %d, printed %q, said %q", c.args, status, out, errs)
		}
	}
}
