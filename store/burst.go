package store

import (
	"slices"

	"usulan/intake"
)

// What arrives out of order is put where it would be had it come in time: the
// bursts of a sender are what the rules make of the messages in the order in
// which they were said.

// rearranged bounds how many later messages are gathered anew when an earlier
// one arrives. Where there are more it is a flood, and all of it stays where it is.
const rearranged = 256

// rearrangement is what place did to a monologue.
type rearrangement struct {
	mine    *burst   // that the message is part of; nil when it stands for itself
	changed []*burst // mine among them, in order
	gone    []int64  // bursts without messages now
}

// place puts a message into the monologue. answers are messages about it that came
// before it: they are gathered anew.
func (k *monologue) place(m utterance, answers []utterance) rearrangement {
	if len(answers) == 0 && !m.At.Before(k.newest()) {
		return k.add(m, gather(&m, k.bursts))
	}
	earlier, later := k.cut(&m, answers)
	found := gather(&m, earlier)
	undisturbed := !found.alone && k.undisturbed(&m, &found)
	settled := slices.ContainsFunc(k.bursts, func(b *burst) bool { return b.settled })
	if settled || len(later) > rearranged || len(answers) == 0 && (found.alone || undisturbed) {
		return k.add(m, found, answers...)
	}
	return k.rearrange(m, earlier, later)
}

// cut returns the bursts as they were before m, and what was said after it,
// answers included.
func (k *monologue) cut(m *utterance, answers []utterance) (earlier []*burst, later []utterance) {
	answering := func(row utterance) bool {
		return slices.ContainsFunc(answers, func(a utterance) bool { return a.submission == row.submission })
	}
	later = append(later, answers...)
	for _, b := range k.bursts {
		n := b.find(m)
		before := &burst{id: b.id, rows: b.rows[:n:n], Burst: intake.Burst{Messages: b.Messages[:n:n]}}
		if len(answers) > 0 && slices.ContainsFunc(before.rows, answering) {
			before.set(slices.DeleteFunc(slices.Clone(before.rows), answering))
		}
		if len(before.rows) > 0 {
			earlier = append(earlier, before)
		}
		for _, row := range b.rows[n:] {
			if len(answers) == 0 || !answering(row) {
				later = append(later, row)
			}
		}
	}
	return earlier, later
}

// gathered is what the rules say of a message.
type gathered struct {
	joins *burst // nil when it begins a burst
	alone bool   // it stands for itself
}

// gather asks the rules where a message belongs among bursts.
func gather(m *utterance, bursts []*burst) gathered {
	own := make([]*intake.Burst, len(bursts))
	for i, b := range bursts {
		own[i] = &b.Burst
	}
	joins, alone := intake.Gather(m.ChatMessage, own, m.quiet)
	for i, b := range own {
		if b == joins {
			return gathered{bursts[i], alone}
		}
	}
	return gathered{nil, alone}
}

// add puts a message where it was found to belong, with the answers that stood
// for themselves, and moves no other.
func (k *monologue) add(m utterance, found gathered, answers ...utterance) rearrangement {
	if found.alone {
		return rearrangement{}
	}
	b := &burst{}
	if found.joins == nil {
		k.bursts = append(k.bursts, b)
	} else {
		b = k.bursts[slices.IndexFunc(k.bursts, func(own *burst) bool { return own.id == found.joins.id })]
	}
	b.insert(b.find(&m), m)
	for _, answer := range answers {
		if answer.burst == 0 {
			b.rows = append(b.rows, answer)
		}
	}
	if len(b.rows) > len(b.Messages) {
		b.set(inOrder(b.rows))
	}
	k.sort()
	return rearrangement{mine: b, changed: []*burst{b}}
}

// undisturbed tells whether what follows m stays where it is although m comes
// before it: the next message is of the burst that m joins, or begins the burst
// that m would begin otherwise, which found then names; and what it says changes
// nothing for what follows after a silence.
func (k *monologue) undisturbed(m *utterance, found *gathered) bool {
	var next *utterance
	var of *burst
	followed := 0
	for _, b := range k.bursts {
		i := b.find(m)
		if i == len(b.rows) {
			continue
		}
		followed++
		if next == nil || byUtterance(&b.rows[i], next) < 0 {
			next, of = &b.rows[i], b
		}
	}
	if next == nil {
		return true
	}
	calm := !of.resumes(m) && (followed == 1 || found.joins != nil && found.joins.Proposes() && m.Type != intake.DeletionMessage)
	switch {
	case found.joins != nil:
		return calm && found.joins.id == of.id
	case next != &of.rows[0], next.Target != "", next.At.Sub(m.At) > next.quiet:
		return false
	}
	found.joins = of
	return calm
}

// resumes tells whether the burst goes on after a silence, behind m.
func (b *burst) resumes(m *utterance) bool {
	before := m.At
	for i := b.find(m); i < len(b.rows); i++ {
		row := &b.rows[i]
		if row.At.Sub(before) > row.quiet && row.Target == "" {
			return true
		}
		before = row.At
	}
	return false
}

// rearrange gathers m and what was said later behind what was said earlier.
func (k *monologue) rearrange(m utterance, earlier []*burst, later []utterance) (r rearrangement) {
	bursts := earlier
	for _, row := range inOrder(append(later, m)) {
		found := gather(&row, bursts)
		if found.alone {
			continue
		}
		b := found.joins
		if b == nil {
			b = &burst{id: row.burst}
			if slices.ContainsFunc(bursts, func(other *burst) bool { return other.id == row.burst }) {
				b.id = 0
			}
			bursts = append(bursts, b)
		}
		b.insert(len(b.rows), row)
		if row.submission == m.submission {
			r.mine = b
		}
	}
	before := k.bursts
	k.bursts = bursts
	k.sort()
	for _, b := range k.bursts {
		if i := slices.IndexFunc(before, func(old *burst) bool { return old.id == b.id && b.id != 0 }); i < 0 || !before[i].equal(b) {
			r.changed = append(r.changed, b)
		}
	}
	for _, old := range before {
		if !slices.ContainsFunc(k.bursts, func(b *burst) bool { return b.id == old.id }) {
			r.gone = append(r.gone, old.id)
		}
	}
	return r
}

// equal tells whether two bursts hold the same messages.
func (b *burst) equal(other *burst) bool {
	return slices.EqualFunc(b.rows, other.rows, func(a, b utterance) bool { return a.submission == b.submission })
}
