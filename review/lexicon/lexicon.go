// Package lexicon knows how people write: chat spellings, and which words mean
// the same to a reader of proposals. It holds Indonesian words of the forum's
// matters in two small lists, and cuts texts into words by them.
package lexicon

import (
	_ "embed"
	"slices"
	"strings"
)

//go:embed concepts.txt
var conceptText string

//go:embed chat.txt
var chatText string

// Lexicon knows which words people mean and which words mean the same. It may
// be used by several goroutines once nothing is added any more.
type Lexicon struct {
	chat     map[string]string   // spelling to word
	concepts map[string][]string // stems joined by blanks to concepts
	longest  int                 // words in the longest phrase
}

// New returns the lexicon of the forum's matters.
func New() *Lexicon {
	l := &Lexicon{chat: map[string]string{}, concepts: map[string][]string{}}
	for line := range strings.Lines(chatText) {
		if f := strings.Fields(line); len(f) == 2 && f[0] != "#" {
			l.chat[f[0]] = strings.ReplaceAll(f[1], "_", " ")
		}
	}
	for line := range strings.Lines(conceptText) {
		concept, words, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		for _, w := range strings.Fields(words) {
			l.Add(concept, strings.ReplaceAll(w, "_", " "))
		}
	}
	return l
}

// Add makes a phrase stand for a concept.
func (l *Lexicon) Add(concept, phrase string) {
	key, n := l.key(l.Tokenize(phrase))
	if n == 0 {
		return
	}
	l.longest = max(l.longest, n)
	if !slices.Contains(l.concepts[key], concept) {
		l.concepts[key] = append(l.concepts[key], concept)
	}
}

func (l *Lexicon) key(tokens []Token) (string, int) {
	stems := make([]string, 0, len(tokens))
	for _, t := range tokens {
		stems = append(stems, t.Stem)
	}
	return strings.Join(stems, " "), len(stems)
}

// Meanings yields the concepts of the words that the tokens begin with, and how
// many words each takes.
func (l *Lexicon) Meanings(tokens []Token, yield func(concept string, words int)) {
	key := ""
	for n := 1; n <= min(l.longest, len(tokens)); n++ {
		if n > 1 {
			key += " "
		}
		key += tokens[n-1].Stem
		for _, c := range l.concepts[key] {
			yield(c, n)
		}
	}
}
