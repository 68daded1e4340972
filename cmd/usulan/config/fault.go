package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing that is wrong in a configuration, and where.
type Fault struct {
	File         string
	Line, Column int    // from 1; 0 when the fault is in no particular place
	Key          string // dotted, "channel.email.mailbox[0].port"; empty for a syntax error
	Problem      string // what is wrong and what to write instead
}

func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", f.Line, f.Column)
	}
	b.WriteString(": ")
	if f.Key != "" {
		b.WriteString(f.Key + ": ")
	}
	b.WriteString(f.Problem)
	return b.String()
}

// Faults is everything that is wrong in a configuration, in the order of the
// file.
type Faults []Fault

func (fs Faults) Error() string {
	lines := make([]string, 0, len(fs)+1)
	if len(fs) == 1 {
		lines = append(lines, "the configuration has a fault:")
	} else {
		lines = append(lines, fmt.Sprintf("the configuration has %d faults:", len(fs)))
	}
	for _, f := range fs {
		lines = append(lines, f.String())
	}
	return strings.Join(lines, "\n  ")
}

// inOrder sorts faults as a reader meets them; those without a place come last.
func (fs Faults) inOrder() Faults {
	slices.SortStableFunc(fs, func(a, b Fault) int {
		if (a.Line == 0) != (b.Line == 0) {
			return cmp.Compare(b.Line, a.Line)
		}
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Key, b.Key))
	})
	return fs
}

// Nearest returns the known word that was probably meant by a mistyped one, or
// the empty string when none is near: one slip in three letters is a slip,
// more is another word.
func Nearest(key string, known []string) string {
	best, least := "", max(1, len(key)/3)+1
	for _, k := range known {
		if d := distance(strings.ToLower(key), k); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance counts the slips between two words: a letter left out, put in or
// replaced, or two neighbours swapped (restricted Damerau-Levenshtein).
func distance(a, b string) int {
	before := make([]int, len(b)+1) // two rows up
	above := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := above[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			row[j] = min(replaced, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}
