package suggest

import (
	_ "embed"
	"slices"
	"strings"

	"usulan/store"
)

//go:embed lexicon.txt
var lexiconText string

//go:embed chat.txt
var chatText string

// idle are the concepts of the lexicon that no proposal is about: greetings,
// questions about the event, other agencies' matters, advertisements.
var idle = []string{
	"salam", "terima_kasih", "oke", "tanya_acara", "salah", "cuti", "iklan_liar", "hoaks", "dinas_lain", "magang_sekolah",
}

// lexicon knows which words people mean and which words mean the same.
type lexicon struct {
	chat     map[string]string   // spelling to word
	concepts map[string][]string // stems joined by blanks to concepts
	longest  int                 // words in the longest phrase
}

func newLexicon() *lexicon {
	l := &lexicon{chat: map[string]string{}, concepts: map[string][]string{}}
	for line := range strings.Lines(chatText) {
		if f := strings.Fields(line); len(f) == 2 && f[0] != "#" {
			l.chat[f[0]] = strings.ReplaceAll(f[1], "_", " ")
		}
	}
	for line := range strings.Lines(lexiconText) {
		concept, words, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		for _, w := range strings.Fields(words) {
			l.add(concept, strings.ReplaceAll(w, "_", " "))
		}
	}
	return l
}

// add makes a phrase stand for a concept.
func (l *lexicon) add(concept, phrase string) {
	key, n := l.key(l.tokenize(phrase))
	if n == 0 {
		return
	}
	l.longest = max(l.longest, n)
	if !slices.Contains(l.concepts[key], concept) {
		l.concepts[key] = append(l.concepts[key], concept)
	}
}

func (l *lexicon) key(tokens []token) (string, int) {
	stems := make([]string, 0, len(tokens))
	for _, t := range tokens {
		stems = append(stems, t.stem)
	}
	return strings.Join(stems, " "), len(stems)
}

// stems makes a set of words, compared by their stems.
func stems(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[store.Stem(w)] = true
	}
	return m
}
