package email

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// phrases is a list of phrases in lower case, each of four bytes or more, to be
// found where a word begins. One pass over a text looks for all of them.
type phrases map[[4]byte][]string

func newPhrases(list ...string) phrases {
	p := phrases{}
	for _, s := range list {
		start := [4]byte([]byte(s[:4]))
		p[start] = append(p[start], s)
	}
	return p
}

// in tells whether a text in lower case has at least enough different ones.
func (p phrases) in(text string, enough int) bool {
	var found []string
	inWord := false
	for i := 0; i+4 <= len(text); i++ {
		c := text[i]
		letter := 'a' <= c && c <= 'z' || c >= utf8.RuneSelf || isDigit(c)
		if letter && inWord {
			continue
		}
		inWord = letter
		for _, s := range p[[4]byte{c, text[i+1], text[i+2], text[i+3]}] {
			if !strings.HasPrefix(text[i:], s) || slices.Contains(found, s) {
				continue
			}
			if found = append(found, s); len(found) >= enough {
				return true
			}
		}
	}
	return false
}
