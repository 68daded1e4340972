package review

import (
	"slices"
	"time"

	"usulan/intake"
	"usulan/store"
)

// said is a submission as it stands after all that was done to it: a message of
// a chat can be edited and taken back, each by a submission of its own.
type said struct {
	store.Part
	Earlier   []version // what it said before, oldest first
	EditedAt  time.Time // zero when it never was
	Withdrawn time.Time // when it was taken back; zero when it was not
	Removed   time.Time // when somebody else deleted it for a group, as administrators can

	// Stray is an edit or a deletion of a message that is not here.
	Stray bool
}

// version is a text that a later one replaced.
type version struct {
	Text string
	At   time.Time
}

// settle puts edits and deletions onto the messages they are about. Only who
// wrote a message can have edited it; anybody else's edit stays a message of its own.
func settle(p *store.Proposal) []said {
	out := make([]said, 0, len(p.Parts))
	at := map[string]int{} // by external id
	for _, part := range p.Parts {
		one := said{Part: part, Removed: part.RemovedAt}
		if part.Chat == nil || part.Revises == "" {
			if part.ExternalID != "" {
				at[part.ExternalID] = len(out)
			}
			out = append(out, one)
			continue
		}
		i, known := at[part.Revises]
		switch same := known && samePerson(p, out[i].From, part.From); {
		case same && part.Chat.Type == intake.DeletionMessage:
			out[i].Withdrawn = part.ReceivedAt
		case known && part.Chat.Type == intake.DeletionMessage:
			out[i].Removed = part.ReceivedAt
		case same:
			out[i].Earlier = append(out[i].Earlier, version{out[i].Text, later(out[i].EditedAt, out[i].ReceivedAt)})
			out[i].Text, out[i].Ranges, out[i].EditedAt = part.Text, part.Ranges, part.ReceivedAt
		default:
			one.Stray = true
			out = append(out, one)
		}
	}
	return out
}

// changedAt is when something last happened to it.
func (s *said) changedAt() time.Time {
	return later(s.Withdrawn, later(s.EditedAt, s.ReceivedAt))
}

// later is t, or the time before it where t is none.
func later(t, before time.Time) time.Time {
	if t.IsZero() {
		return before
	}
	return t
}

// samePerson tells whether two addresses are one person's, as far as the
// proposal knows: equal, or both its participant's.
func samePerson(p *store.Proposal, a, b store.Address) bool {
	return sameAddress(a, b) || isParticipant(p, a) && isParticipant(p, b)
}

func isParticipant(p *store.Proposal, a store.Address) bool {
	return slices.ContainsFunc(p.Addresses, func(own store.Address) bool { return sameAddress(own, a) })
}

func sameAddress(a, b store.Address) bool { return a.Kind == b.Kind && a.Value == b.Value }
