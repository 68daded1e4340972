package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
)

const (
	// queryTerms bounds what one query may ask for.
	queryTerms = 24

	// completed bounds into how many words the beginning of a word is completed.
	completed = 40
)

// search returns ids as next does, of those that match the query.
func (w *walk) search(ctx context.Context, descending bool, from int64, limit int) (ids []int64, err error) {
	// One statement for all streams: each would walk the same rows of the index.
	var args []any
	alternatives := make([]string, len(w.streams))
	for i, s := range w.streams {
		alternatives[i] = "(" + s.write(&args) + ")"
	}
	query := "SELECT search.rowid FROM search CROSS JOIN proposal ON proposal.id = search.rowid WHERE (" +
		strings.Join(alternatives, " OR ") + ") AND search MATCH " + parameter(&args, w.match) +
		onward("search.rowid", descending, from, limit, &args)
	err = w.db.each(ctx, query, args, collect(&ids))
	return ids, err
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
