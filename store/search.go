package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
)

const (
	// queryTerms bounds what one query may ask for.
	queryTerms = 24

	// completed bounds into how many words the beginning of a word is completed.
	completed = 16
)

// search returns ids as next does, of those that match the query.
//
// It goes two ways in turn: through the rows of the index, asking each whether
// it passes the filter, and through the filter, asking each whether it matches.
// So neither a common word with a narrow filter nor a rare word with a wide one
// makes it read more than it must.
func (w *walk) search(ctx context.Context, descending bool, from int64, limit int) ([]int64, error) {
	f := finder{walk: w, descending: descending, at: from}
	for hits := 4 * limit; len(f.found) < limit && !f.ended; hits = hitsAtOnce {
		if err := f.throughIndex(ctx, hits); err != nil {
			return nil, err
		}
		if len(f.found) >= limit || f.ended {
			break
		}
		if err := f.throughFilter(ctx); err != nil {
			return nil, err
		}
	}
	return f.found[:min(len(f.found), limit)], nil
}

// How far a finder goes one way before it tries the other.
const (
	hitsAtOnce = 1000
	asksAtOnce = 50
)

// finder is a search under way: everything up to at has been found.
type finder struct {
	*walk
	descending bool
	at         int64
	found      []int64
	ended      bool
}

// throughIndex reads rows of the index.
func (f *finder) throughIndex(ctx context.Context, count int) error {
	var args []any
	alternatives := make([]string, len(f.streams))
	for i, s := range f.streams {
		alternatives[i] = "(" + s.write(&args) + ")"
	}
	read := 0
	query := "SELECT search.rowid, (" + strings.Join(alternatives, " OR ") +
		") FROM search CROSS JOIN proposal ON proposal.id = search.rowid WHERE search MATCH " + parameter(&args, f.match) +
		onward("search.rowid", f.descending, f.at, count, &args)
	err := f.db.each(ctx, query, args, func(rows *sql.Rows) error {
		var passes bool
		if err := rows.Scan(&f.at, &passes); err != nil {
			return err
		}
		if passes {
			f.found = append(f.found, f.at)
		}
		read++
		return nil
	})
	f.ended = read < count
	return err
}

// throughFilter asks the next proposals of the filter whether they match.
func (f *finder) throughFilter(ctx context.Context) error {
	ids, err := f.filtered(ctx, f.descending, f.at, asksAtOnce)
	if err != nil {
		return err
	}
	for _, id := range ids {
		err := f.db.row(ctx, "SELECT rowid FROM search WHERE search MATCH $1 AND rowid = $2", []any{f.match, id}, &f.at)
		switch {
		case err == nil:
			f.found = append(f.found, id)
		case !errors.Is(err, ErrNotFound):
			return err
		}
		f.at = id
	}
	f.ended = len(ids) < asksAtOnce
	return nil
}

// matching turns what a person typed into an expression of the index: all words,
// in any order; what stands in quotes as one phrase; the last word also as the
// beginning of one. No query is wrong; one in which there is nothing to look for
// gives the empty expression.
func (db *DB) matching(ctx context.Context, query string) (string, error) {
	terms, open := parseQuery(query)
	var clauses []string
	for i, term := range terms {
		stems := make([]string, len(term))
		for j, word := range term {
			stems[j] = Stem(word)
		}
		clause := phrase(stems)
		if open && i == len(terms)-1 {
			last := len(term) - 1
			words, err := db.complete(ctx, term[last])
			if err != nil {
				return "", err
			}
			for _, word := range words {
				stems[last] = word
				clause += " OR " + phrase(stems)
			}
			clause = "(" + clause + ")"
		}
		clauses = append(clauses, clause)
	}
	return strings.Join(clauses, " AND "), nil
}

// parseQuery cuts a query into terms, each a word or the words of a phrase, as
// they were typed but folded. open tells that the last one may be the beginning
// of a word.
func parseQuery(query string) (terms [][]string, open bool) {
	parts := strings.Split(strings.ToValidUTF8(query, " "), "\"")
	for i, part := range parts {
		fields := strings.Fields(part)
		if i%2 == 1 {
			fields = []string{part}
		}
		for _, field := range fields {
			// oleh-oleh and 1.500.000 are several words of the index that belong together.
			if words := wordsOf(field); len(words) > 0 {
				terms = append(terms, words)
			}
		}
		if len(fields) > 0 {
			finished := i%2 == 1 && i+1 < len(parts) || strings.TrimRight(part, " \t\r\n") != part
			open = !finished
		}
	}
	if len(terms) > queryTerms {
		terms, open = terms[:queryTerms], false
	}
	return terms, open
}

// wordsOf lists the words of a text, at most as many as a query may have.
func wordsOf(text string) (words []string) {
	cutWords(text, func(word []byte) {
		if len(words) < queryTerms {
			words = append(words, string(word))
		}
	})
	return words
}

// phrase is stems that follow each other, in the language of FTS5. Stems are
// letters and digits: nothing in them means anything to it.
func phrase(stems []string) string { return `"` + strings.Join(stems, " ") + `"` }

// complete lists stems that a word may be the beginning of, the shortest first.
// Only a word that leads nowhere as it is is taken for half of an inflected one:
// dinas must not find what begins with nas.
//
// Looking the stems up here keeps the query a union of whole words, which the
// index reads row by row; a prefix it would have to read to its end first.
func (db *DB) complete(ctx context.Context, word string) (stems []string, err error) {
	if len(word) < 2 {
		return nil, nil
	}
	if stems, err = db.completions(ctx, word); err != nil || len(stems) > 0 {
		return stems, err
	}
	var whole int
	err = db.row(ctx, "SELECT count(*) FROM word WHERE stem = $1", []any{Stem(word)}, &whole)
	if err != nil || whole > 0 {
		return nil, err
	}
	for _, beginning := range beginnings(word) {
		more, err := db.completions(ctx, beginning)
		if err != nil {
			return nil, err
		}
		stems = append(stems, more...)
	}
	slices.Sort(stems)
	return slices.Compact(stems), nil
}

// completions lists stems that begin so.
func (db *DB) completions(ctx context.Context, beginning string) (stems []string, err error) {
	err = db.each(ctx, "SELECT stem FROM word WHERE stem >= $1 AND stem < $2 ORDER BY length(stem), stem LIMIT $3",
		[]any{beginning, beginning + "\U0010FFFF", completed}, func(rows *sql.Rows) error {
			var s string
			err := rows.Scan(&s)
			stems = append(stems, s)
			return err
		})
	return stems, err
}
