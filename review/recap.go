package review

import (
	"slices"

	"usulan/store"
)

// recap counts what an export holds, so that the sums of the sheet
// Rekap_Prioritas are those of the sheet Usulan and not of a moment later.
type recap struct {
	priorities []store.Priority
	channels   []string // in order of appearance
	tagged     map[string]tallyRow
	rest       map[store.State]tallyRow
}

// tallyRow counts by channel.
type tallyRow map[string]int

func newRecap(s store.Settings) *recap {
	return &recap{priorities: s.Priorities, tagged: map[string]tallyRow{}, rest: map[store.State]tallyRow{}}
}

func (r *recap) add(p *store.Proposal) {
	if !slices.Contains(r.channels, p.Channel) {
		r.channels = append(r.channels, p.Channel)
	}
	if p.State == store.Tagged {
		count(r.tagged, p.Priority, p.Channel)
	} else {
		count(r.rest, p.State, p.Channel)
	}
}

func count[K comparable](m map[K]tallyRow, k K, channel string) {
	if m[k] == nil {
		m[k] = tallyRow{}
	}
	m[k][channel]++
}

// rows are the sheet Rekap_Prioritas: every priority, then every state that has
// none, then the sum.
func (r *recap) rows() [][]any {
	head := []any{"Prioritas_Kode", "Uraian", "Jumlah"}
	for _, c := range r.channels {
		head = append(head, "Kanal_"+c)
	}
	rows := [][]any{head}
	sum := tallyRow{}
	add := func(code, title string, t tallyRow) {
		row := []any{code, title, 0}
		total := 0
		for _, c := range r.channels {
			row = append(row, t[c])
			sum[c] += t[c]
			total += t[c]
		}
		row[2] = total
		rows = append(rows, row)
	}
	listed := map[string]bool{}
	for _, p := range r.priorities {
		listed[p.Code] = true
		if !p.Retired || len(r.tagged[p.Code]) > 0 {
			add(p.Code, p.Title, r.tagged[p.Code])
		}
	}
	for code, t := range r.tagged {
		if !listed[code] { // cannot be; the sum must close all the same
			add(code, "", t)
		}
	}
	for _, s := range []store.State{store.New, store.NeedsInfo, store.SetAside, store.Withdrawn} {
		add("", stateWords[s], r.rest[s])
	}
	last := []any{"", "JUMLAH", 0}
	all := 0
	for _, c := range r.channels {
		last = append(last, sum[c])
		all += sum[c]
	}
	last[2] = all
	return append(rows, last)
}
