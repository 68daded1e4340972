package review

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

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

// union is a participant who turned out to be the same person as this one.
type union struct {
	Entry int64 // of the history
	Whom  string
}

// unions are those that nobody took back.
func (b *board) unions(history []store.Entry) []union {
	var out []union
	for _, e := range history {
		if e.Kind == "participants_merged" && !e.Undone {
			out = append(out, union{e.ID, b.whom(e.Addresses)})
		}
	}
	return out
}

// whom names a participant by their addresses.
func (b *board) whom(all []store.Address) string {
	var names []string
	for _, a := range all {
		if a.Kind != intake.LID && !b.Officer {
			a.Shown = masked(a.Shown)
		}
		names = append(names, cmp.Or(strings.TrimSpace(a.Name+" "+a.Shown), b.W.Say("facts.no_number")))
	}
	return strings.Join(slices.Compact(names), ", ")
}

// unmerge takes back that two participants are one person.
func (s *Server) unmerge(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	err = s.db.Unmerge(c.Request().Context(), actor(c), id)
	if err != nil && !errors.Is(err, store.ErrConflict) { // a colleague was quicker: it is as it is wanted
		return fmt.Errorf("take participants apart: %w", err)
	}
	return c.Redirect(http.StatusSeeOther, local(cameFrom(c.Request())))
}
