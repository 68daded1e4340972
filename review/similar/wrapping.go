package similar

import (
	"regexp"
	"strings"
)

// unwrap leaves out of a text what stands around a request: greeting, closing
// and signature, quotes, marks of passing on, and words about the sending.
func (c *Comparer) unwrap(text string) string {
	var kept []string
	closed := 0
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(dashed.ReplaceAllString(strings.TrimSpace(line), ""))
		switch {
		case line == "--":
			return strings.Join(kept, "\n")
		case strings.HasPrefix(line, ">"), attribution.MatchString(line):
			continue
		case closed > 0 && len(strings.Fields(line)) <= 5:
			closed--
			continue
		}
		if closing.MatchString(line) {
			closed = 4
			line = closing.ReplaceAllString(line, "")
		}
		var rest []string
		for _, s := range sentence.FindAllString(line, -1) {
			if !c.about(s) {
				rest = append(rest, strings.TrimSpace(s))
			}
		}
		if len(rest) > 0 {
			kept = append(kept, strings.Join(rest, " "))
		}
	}
	return strings.Join(kept, "\n")
}

var (
	sentence    = regexp.MustCompile(`[^.:!?]*(?:[.:](?:[^\s]|$)[^.:!?]*)*[.:!?]*`)
	attribution = regexp.MustCompile(`(?i)^(pada|on)\b.*(menulis|wrote)\s*:?$`)
	closing     = regexp.MustCompile(`(?i)\b(hormat (kami|saya)|salam( hormat)?,|ttd|wassalam\S*|demikian\b.*)(.*)$`)
	dashed      = regexp.MustCompile(`(^|\s)-[^-]{3,40}-$`)
	wrapping    = set(`kirim ulang ulangi mengulang mengirim ngirim pesan tadi takut kebaca masuk terlampir lampiran berikut
	 diteruskan terusan forwarded fwd fw re undangan forum setuju ikut dukung mendukung contact person cp hp wa telp nomor no
	 belum blm baca ga gak tidak kirim dikirim dari ponsel kotak sebelumnya yth kepada bapak ibu kepala dinas`)
)

// about tells whether a sentence speaks of the sending and asks nothing.
func (c *Comparer) about(s string) bool {
	for _, t := range c.lexicon.Tokenize(s) {
		if !wrapping[t.Word] && !soft[t.Word] && !strings.HasPrefix(t.Raw, "08") {
			return false
		}
	}
	return true
}
