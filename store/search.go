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

	// completions bounds into how many words the beginning of a word is completed.
	completions = 40
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
		clause := phrase(term)
		if open && i == len(terms)-1 && len(term) == 1 {
			words, err := db.complete(ctx, term[0])
			if err != nil {
				return "", err
			}
			for _, word := range words {
				clause += " OR " + phrase([]string{word})
			}
			if len(words) > 0 {
				clause = "(" + clause + ")"
			}
		}
		clauses = append(clauses, clause)
	}
	return strings.Join(clauses, " AND "), nil
}

// parseQuery cuts a query into terms, each a word or the words of a phrase, as
// they were typed but folded. open tells that the last one may be the beginning
// of a word.
func parseQuery(query string) (terms [][]string, open bool) {
	quoted := false
	for part := range strings.SplitSeq(strings.ToValidUTF8(query, " "), "\"") {
		if quoted {
			if words := wordsOf(part); len(words) > 0 {
				terms, open = append(terms, words), false
			}
		} else {
			for _, field := range strings.Fields(part) {
				// oleh-oleh and 1.500.000 are several words of the index that belong together.
				if words := wordsOf(field); len(words) > 0 {
					terms, open = append(terms, words), true
				}
			}
			if strings.TrimRight(part, " \t\n") != part {
				open = false
			}
		}
		quoted = !quoted
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

// phrase is words that follow each other, in the language of FTS5.
func phrase(words []string) string {
	stems := make([]string, len(words))
	for i, word := range words {
		stems[i] = Stem(word)
	}
	return `"` + strings.Join(stems, " ") + `"`
}

// complete lists stems that a word may be the beginning of, the shortest first.
// Looking them up here keeps the query a union of whole words, which the index
// reads row by row; a prefix it would have to read to its end first.
func (db *DB) complete(ctx context.Context, word string) (words []string, err error) {
	if len(word) < 2 {
		return nil, nil
	}
	// The index holds stems. Half a suffix is not one yet: modala, permodal.
	for _, beginning := range beginnings(word) {
		err = db.each(ctx, "SELECT stem FROM word WHERE stem >= $1 AND stem < $2 ORDER BY length(stem), stem LIMIT $3",
			[]any{beginning, beginning + "\U0010FFFF", completions}, func(rows *sql.Rows) error {
				var s string
				err := rows.Scan(&s)
				words = append(words, s)
				return err
			})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(words)
	return slices.Compact(words), nil
}

// beginnings are the stems that an unfinished word may lead to.
func beginnings(word string) []string {
	found := []string{word}
	if s := Stem(word); s != word {
		found = append(found, s)
	}
	return found
}
