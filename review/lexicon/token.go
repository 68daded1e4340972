package lexicon

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"usulan/store"
)

// Token is one word of a text: how it stands there, its normal form, its stem,
// and its bytes [Start, End).
type Token struct {
	Raw, Word, Stem string
	Start, End      int
}

// Tokenize finds the words of a text. Numbers become one of three words, so
// that amounts, years and counts each look alike; letters typed more than twice
// in a row are taken once; chat spellings become the word they mean.
func (l *Lexicon) Tokenize(text string) []Token {
	var tokens []Token
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !wordRune(r) {
			i += size
			continue
		}
		start := i
		for i < len(text) {
			r, size = utf8.DecodeRuneInString(text[i:])
			if !wordRune(r) && !joins(text, i, r) {
				break
			}
			i += size
		}
		tokens = append(tokens, l.token(text[start:i], start, i))
	}
	return tokens
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// joins tells whether the rune at i holds two halves of one word together:
// P-IRT, AD/ART, jum'at, 3.000.
func joins(text string, i int, r rune) bool {
	if !strings.ContainsRune("-'/.,", r) || i == 0 || i+1 >= len(text) {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after, _ := utf8.DecodeRuneInString(text[i+1:])
	if r == '.' || r == ',' {
		return unicode.IsDigit(before) && unicode.IsDigit(after)
	}
	return wordRune(before) && wordRune(after)
}

// joints are what stands between the halves of one word.
var joints = strings.NewReplacer("-", "", "'", "", "/", "")

func (l *Lexicon) token(raw string, start, end int) Token {
	word := squeeze(strings.ToLower(raw))
	if word[0] >= '0' && word[0] <= '9' {
		word = number(word)
		return Token{raw, word, word, start, end}
	}
	word = joints.Replace(reduplicated(word))
	word = strings.TrimSuffix(word, "2") // usul2
	if meant, ok := l.chat[word]; ok {
		word = meant
	}
	return Token{raw, word, store.Stem(word), start, end}
}

// squeeze takes letters that stand three times or more in a row once.
func squeeze(s string) string {
	var b strings.Builder
	var last rune
	run := 0
	rs := []rune(s)
	for i, r := range rs {
		if r == last {
			run++
		} else {
			last, run = r, 1
		}
		long := run > 1 && (run > 2 || (i+1 < len(rs) && rs[i+1] == r))
		if long && unicode.IsLetter(r) {
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// reduplicated turns "bareng-bareng" into "bareng".
func reduplicated(s string) string {
	if a, b, ok := strings.Cut(s, "-"); ok && a == b {
		return a
	}
	return s
}

// number classes a word that begins with a digit.
func number(s string) string {
	switch {
	case strings.HasSuffix(s, "jt"), strings.HasSuffix(s, "juta"), strings.HasSuffix(s, "rb"),
		strings.HasSuffix(s, "ribu"), strings.HasSuffix(s, "jtan"), strings.HasSuffix(s, "jeti"),
		strings.HasSuffix(s, "k"), strings.Count(s, ".") > 1 && len(s) > 7, strings.HasSuffix(s, "000"):
		if s == "1000" {
			return s // of the thousand enterprises
		}
		return "#uang"
	case len(s) == 4 && (strings.HasPrefix(s, "20") || strings.HasPrefix(s, "19")):
		return "#tahun"
	case s == "1", s == "1000":
		return s
	default:
		return "#angka"
	}
}
