package store

import (
	"database/sql"
	"runtime/debug"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"usulan/intake"
)

const (
	// searchable bounds how much of one submission's text can be found: a million
	// characters, some two hundred pages.
	searchable = 1 << 20

	// wordLength bounds a word; what is longer is found by its beginning.
	wordLength = 40

	// wordsRemembered bounds the memory of words, of their stems and of which
	// stems are in the database.
	wordsRemembered = 50_000
)

// searchText is what a proposal is found by, in words as people wrote them.
func searchText(reference string, s *intake.Submission) string {
	var b strings.Builder
	b.Grow(min(len(s.Text), searchable) + 256)
	b.WriteString(reference)
	writeSearchText(&b, s.Subject, s.Text, s.From, s.Forwarded)
	for i := range s.Attachments {
		writeFileName(&b, s.Attachments[i].Name, s.Attachments[i].Role)
	}
	return b.String()
}

func writeSearchText(b *strings.Builder, subject, text string, people ...intake.Address) {
	for _, part := range [...]string{subject, text[:min(len(text), searchable)]} {
		b.WriteByte('\n')
		b.WriteString(part)
	}
	for _, a := range people {
		for _, part := range [...]string{a.Name, a.Shown} {
			b.WriteByte('\n')
			b.WriteString(part)
		}
	}
}

func writeFileName(b *strings.Builder, name string, role intake.Role) {
	if role != intake.HTML {
		b.WriteByte('\n')
		b.WriteString(name)
	}
}

// gatherText reads the search text of a proposal from its submissions, as they
// stand now. What lists show of a chat is written on the way.
func (t *tx) gatherText(proposal int64) (string, error) {
	var b strings.Builder
	var r ref
	err := t.row("SELECT forum.prefix, forum.year, proposal.number FROM proposal JOIN forum ON forum.id = proposal.forum WHERE proposal.id = $1",
		[]any{proposal}, &r.prefix, &r.year, &r.number)
	if err != nil {
		return "", err
	}
	b.WriteString(r.String())
	all, err := wordings(t.each, proposal)
	if err != nil {
		return "", err
	}
	taken := map[int64]bool{}
	for i := range all {
		w := &all[i]
		taken[w.submission] = w.taken
		if !w.shown() {
			w.subject, w.text = "", ""
		}
		writeSearchText(&b, w.subject, w.text, w.from, w.by)
		if w.chat != nil && w.chat.Location != nil && w.shown() {
			writeFileName(&b, w.chat.Location.Name+" "+w.chat.Location.Address, intake.File)
		}
	}
	if len(all) > 0 && all[0].chat != nil {
		if err := t.exec("UPDATE proposal SET snippet = $1 WHERE id = $2", told(all), proposal); err != nil {
			return "", err
		}
	}
	err = t.each(`
		SELECT attachment.submission, attachment.name, attachment.role, coalesce(transcript.body, '')
		FROM proposal_submission
			JOIN attachment ON attachment.submission = proposal_submission.submission
			LEFT JOIN transcript ON transcript.attachment = attachment.id
		WHERE proposal_submission.proposal = $1`, []any{proposal},
		func(rows *sql.Rows) error {
			var submission int64
			var name, transcript string
			var role intake.Role
			err := rows.Scan(&submission, &name, &role, &transcript)
			if !taken[submission] {
				writeFileName(&b, name, role)
				writeFileName(&b, transcript, intake.File)
			}
			return err
		})
	return b.String(), err
}

// writeTexts puts the search rows of the transaction into the index, in the
// order of their ids: the index writes itself out when it has to go back.
func (t *tx) writeTexts() (learned []*stemmed, err error) {
	if len(t.texts) == 0 {
		return nil, nil
	}
	ids := make([]int64, 0, len(t.texts))
	for id, text := range t.texts {
		if text == "" {
			if t.texts[id], err = t.gatherText(id); err != nil {
				return nil, err
			}
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	ix := indexer{vocabulary: t.db.vocabulary, asked: map[*stemmed]bool{}}
	bodies := make([]string, len(ids))
	for i, id := range ids {
		bodies[i] = t.bodyOf(&ix, id)
	}
	// All words before the first search row: a statement between two of those
	// could make the index write itself out.
	for _, s := range ix.fresh {
		if err := t.exec("INSERT INTO word (stem) VALUES ($1) ON CONFLICT DO NOTHING", s.stem); err != nil {
			return nil, err
		}
	}
	for i, id := range ids {
		if err := t.exec("INSERT OR REPLACE INTO search (rowid, body) VALUES ($1, $2)", id, bodies[i]); err != nil {
			return nil, err
		}
	}
	return ix.fresh, nil
}

// bodyOf is the row of a proposal. A defect in this program must not keep a
// proposal from being recorded: then it is not found by its words, and that is all.
func (t *tx) bodyOf(ix *indexer, proposal int64) (body string) {
	defer func() {
		if v := recover(); v != nil {
			t.db.Log.Error("indexing panicked", "proposal", proposal, "panic", v, "stack", string(debug.Stack()))
		}
	}()
	return ix.body(t.texts[proposal])
}

// vocabulary remembers words and their stems, and which stems are in the
// database. It belongs to who writes.
type vocabulary struct {
	words map[string]*stemmed // words as they were written, and stems
}

// stemmed is the stem of words, and whether it is in the database.
type stemmed struct {
	stem  string
	known bool
}

func newVocabulary() *vocabulary { return &vocabulary{words: map[string]*stemmed{}} }

// find returns the stem of a word, from memory when it can.
func (v *vocabulary) find(word []byte) *stemmed {
	if s, ok := v.words[string(word)]; ok {
		return s
	}
	if len(v.words) >= wordsRemembered {
		clear(v.words)
	}
	w := string(word)
	root := Stem(w)
	s, ok := v.words[root]
	if !ok || s.stem != root { // a stem may itself be a word with another stem
		s = &stemmed{stem: root}
		if root != w && !ok {
			v.words[root] = s
		}
	}
	v.words[w] = s
	return s
}

// indexer makes rows of the index.
type indexer struct {
	*vocabulary
	fresh []*stemmed // stems that may be new to the database
	asked map[*stemmed]bool
}

// body is the row of a text: its stems, joined by blanks.
func (ix *indexer) body(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	cutWords(text, func(word []byte) {
		s := ix.find(word)
		if !s.known && !ix.asked[s] {
			ix.asked[s] = true
			ix.fresh = append(ix.fresh, s)
		}
		b.WriteString(s.stem)
		b.WriteByte(' ')
	})
	return b.String()
}

// learn remembers that stems are in the database now.
func learn(stems []*stemmed) {
	for _, s := range stems {
		s.known = true
	}
}

// cutWords calls yield for every word of a text, in lower case and without
// accents. A reference is one word. The bytes are only lent.
func cutWords(text string, yield func(word []byte)) {
	var buf [wordLength + utf8.UTFMax]byte
	for i := 0; i < len(text); {
		if token, size := referenceAt(text, i); size > 0 {
			yield(append(buf[:0], token...))
			i += size
			continue
		}
		word := buf[:0]
		start := i
		for i < len(text) {
			c := text[i]
			switch {
			case c < utf8.RuneSelf:
				folded := asciiFold[c]
				if folded == 0 {
					if c == '\'' && len(word) > 0 && i+1 < len(text) && isWordByte(text[i+1]) {
						i++
						continue
					}
					goto end
				}
				if n := len(word); n > 0 && isDigit(folded) != isDigit(word[n-1]) {
					goto end // Rp1.500, 3jt
				}
				if len(word) < wordLength {
					word = append(word, folded)
				}
				i++
			default:
				r, size := utf8.DecodeRuneInString(text[i:])
				switch {
				case unicode.Is(unicode.Mn, r) || r == '’' && len(word) > 0:
				case unicode.IsLetter(r) || unicode.IsDigit(r):
					if len(word) < wordLength {
						word = appendFolded(word, r)
					}
				default:
					goto end
				}
				i += size
			}
		}
	end:
		if len(word) > 0 {
			yield(word)
		}
		if i == start {
			_, size := utf8.DecodeRuneInString(text[i:])
			i += size
		}
	}
}

// asciiFold is the lower case of letters and digits, 0 for what ends a word.
var asciiFold = func() (t [utf8.RuneSelf]byte) {
	for c := byte('a'); c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = c, c
	}
	for c := byte('0'); c <= '9'; c++ {
		t[c] = c
	}
	return t
}()

// latinFold is U+00C0 to U+00FF without accents and in lower case.
const latinFold = "aaaaaaaceeeeiiiidnooooo*ouuuuytsaaaaaaaceeeeiiiidnooooo*ouuuuyty"

func appendFolded(word []byte, r rune) []byte {
	if r >= 0xC0 && r <= 0xFF && latinFold[r-0xC0] != '*' {
		return append(word, latinFold[r-0xC0])
	}
	return utf8.AppendRune(word, unicode.ToLower(r))
}

// referenceAt reads a reference such as USL-2020-0001 that begins at i, and
// gives the one word that stands for it in the index.
func referenceAt(text string, i int) (word string, size int) {
	if i > 0 && isWordByte(text[i-1]) {
		return "", 0
	}
	j := i
	for j < len(text) && j-i < 12 && isWordByte(text[j]) {
		j++
	}
	if j == i || j+6 >= len(text) || text[j] != '-' || text[j+5] != '-' {
		return "", 0
	}
	k := j + 6
	for k < len(text) && isWordByte(text[k]) {
		k++
	}
	r, ok := parseRef(text[i:k])
	if !ok {
		return "", 0
	}
	return r.word(), k - i
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isWordByte(c byte) bool { return c < utf8.RuneSelf && asciiFold[c] != 0 }

// word is how a reference stands in the index.
func (r ref) word() string {
	return strings.ToLower(strings.ReplaceAll(strings.Replace(r.String(), "-", "", 1), "-", "n"))
}
