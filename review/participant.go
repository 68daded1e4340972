package review

import (
	"slices"

	"usulan/intake"
	"usulan/store"
)

// contact is an address of a participant as the panel shows it; nothing is
// shown of an id that hides a number.
type contact struct {
	Kind  intake.AddressKind
	Shown string
}

// contacts are the addresses that say something, masked for who may not see
// them. A hidden id says something only while it is all that is known.
func (b *board) contacts(all []store.Address) []contact {
	var out []contact
	numbered := slices.ContainsFunc(all, func(a store.Address) bool { return a.Kind == intake.Phone })
	hidden := false
	for _, a := range all {
		switch {
		case a.Kind == intake.LID:
			if !numbered && !hidden {
				hidden = true
				out = append(out, contact{Kind: a.Kind})
			}
		case a.Shown == "":
		case b.Officer:
			out = append(out, contact{a.Kind, a.Shown})
		default:
			out = append(out, contact{a.Kind, masked(a.Shown)})
		}
	}
	return out
}

// aliases are the names that came with the addresses, without the one that the
// participant is called by.
func aliases(p *store.Proposal) []string {
	var out []string
	for _, a := range p.Addresses {
		if a.Name != "" && a.Name != p.Participant && !slices.Contains(out, a.Name) {
			out = append(out, a.Name)
		}
	}
	return out
}
