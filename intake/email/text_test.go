package email

import (
	"strings"
	"testing"
)

// TestCleanText holds the fast way to the plain one, for every byte at every
// place of a word of eight.
func TestCleanText(t *testing.T) {
	plain := func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			switch c := s[i]; {
			case c == '\r' && (i+1 == len(s) || s[i+1] != '\n' && s[i+1] != '\r'), c == '\f', c == '\v':
				b.WriteByte('\n')
			case c >= ' ' && c != 0x7f, c == '\n', c == '\t':
				b.WriteByte(c)
			}
		}
		return b.String()
	}
	for c := range 256 {
		for at := range 20 {
			for _, next := range []string{"", "\n", "\r", "x"} {
				in := strings.Repeat("a", at) + string([]byte{byte(c)}) + next + strings.Repeat("é", at%5)
				if got, want := cleanText([]byte(in)), plain(in); got != want {
					t.Fatalf("%q becomes %q, want %q", in, got, want)
				}
			}
		}
	}
}
