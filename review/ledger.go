package review

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"usulan/intake"
	"usulan/store"
)

// ledgerPage lists what was seen and what became of it, newest first.
type ledgerPage struct {
	Page
	Rows       []store.Row
	Source     string
	Outcomes   []string
	Next, Back template.URL
	Sources    []string
	Choices    []string // outcomes one can narrow to
}

// ledgerRows is how many rows a page of the ledger has.
const ledgerRows = 50

func (s *Server) ledger(c echo.Context) error {
	frame, err := s.page(c, "channels")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	p := ledgerPage{Page: frame, Source: c.QueryParam("source"), Outcomes: c.QueryParams()["outcome"]}
	p.Title = p.W.Say("ledger.title")
	p.Outcomes = slices.DeleteFunc(p.Outcomes, func(o string) bool { return o == "" })
	filter := store.RowFilter{Source: p.Source}
	for _, o := range p.Outcomes {
		filter.Outcomes = append(filter.Outcomes, intake.Outcome(o))
	}
	found, err := s.db.Rows(ctx, filter, c.QueryParam("cursor"), ledgerRows)
	if err != nil {
		return fmt.Errorf("list ledger: %w", err)
	}
	p.Rows, p.Next, p.Back = found.Items, p.turn(found.Next), p.turn(found.Previous)
	all, err := s.db.Sources(ctx)
	if err != nil {
		return fmt.Errorf("read sources: %w", err)
	}
	for _, from := range all {
		p.Sources = append(p.Sources, from.Name)
	}
	p.Choices = choices(all, p.Outcomes)
	return s.screens.send(c, http.StatusOK, "ledger", p)
}

func (p ledgerPage) turn(cursor string) template.URL {
	if cursor == "" {
		return ""
	}
	q := url.Values{"cursor": {cursor}, "outcome": p.Outcomes}
	if p.Source != "" {
		q.Set("source", p.Source)
	}
	return template.URL("/ledger?" + q.Encode()) //nolint:gosec // G203: encoded
}

// Has tells whether the list is narrowed to an outcome.
func (p ledgerPage) Has(outcome string) bool { return slices.Contains(p.Outcomes, outcome) }

// outcomeNames are all outcomes, in the order of the equation.
var outcomeNames = func() []string {
	var out []string
	for _, t := range terms {
		for _, o := range t.outcomes {
			out = append(out, string(o))
		}
	}
	return out
}()

// choices are the outcomes that there is anything of, and those chosen.
func choices(all []store.Source, chosen []string) []string {
	return slices.DeleteFunc(slices.Clone(outcomeNames), func(name string) bool {
		return !slices.Contains(chosen, name) && !slices.ContainsFunc(all, func(from store.Source) bool {
			return from.Outcomes[intake.Outcome(name)] > 0
		})
	})
}

// rowPage is one item of the ledger with all that is known of it.
type rowPage struct {
	Page
	Row       store.Row
	Part      *part
	Kinds     []intake.Kind
	CanReplay bool
	CanInsist bool
	Said      string
}

func (s *Server) ledgerRow(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	frame, err := s.page(c, "channels")
	if err != nil {
		return err
	}
	row, sub, err := s.db.Row(c.Request().Context(), id)
	if err != nil {
		return fmt.Errorf("read ledger row: %w", err)
	}
	p := rowPage{Page: frame, Row: row, Kinds: intake.Kinds[:]}
	p.Title = p.W.Say("ledger.row_title", itemName(row.Item))
	p.CanReplay = row.Outcome == intake.Quarantine && s.cfg.Parse != nil
	p.CanInsist = row.Outcome == intake.TooLarge || row.Outcome == intake.Unfetchable || row.Outcome == intake.Older
	if said := c.QueryParam("said"); said == "insisted" || said == "replayed" || said == "replay_failed" || said == "reclassified" {
		p.Said = p.W.Say("channels.said." + said)
	}
	if sub != nil {
		b := &board{W: p.W, Officer: p.May(string(officer))}
		if p.Part, err = s.partOf(c.Request().Context(), b, row.Ref, *sub); err != nil {
			return err
		}
		if p.Part.Unread == "chat.undecryptable" && row.Outcome != intake.Unfetchable {
			p.Part.Unread = "chat.nothing" // a call, for one
		}
	}
	return s.screens.send(c, http.StatusOK, "row", p)
}

// partOf is a submission as it stands on the paper of its proposal, and alone
// where it has none there.
func (s *Server) partOf(ctx context.Context, b *board, ref string, sub store.Part) (*part, error) {
	if ref != "" && sub.Chat != nil {
		p, err := s.db.Proposal(ctx, ref)
		if err != nil {
			return nil, fmt.Errorf("read the proposal of a row: %w", err)
		}
		for _, one := range b.reading(p).Parts {
			if one.ID == sub.ID {
				return &one, nil
			}
		}
	}
	return &b.reading(&store.Proposal{Parts: []store.Part{sub}}).Parts[0], nil
}

// itemName is what an item is called on screens: its number or, where it has a
// key, the last part of that. The others are addresses.
func itemName(item string) string { return item[strings.LastIndex(item, "/")+1:] }

// rowOf leads from a submission to its row in the ledger, where its kind can be
// changed. The rows of its duplicates are passed over.
func (s *Server) rowOf(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	found, err := s.db.Rows(c.Request().Context(), store.RowFilter{Submission: id}, "", ledgerRows)
	if err != nil {
		return fmt.Errorf("find ledger row: %w", err)
	}
	for _, r := range found.Items {
		if r.Outcome != intake.Duplicate {
			return c.Redirect(http.StatusSeeOther, "/ledger/"+strconv.FormatInt(r.ID, 10))
		}
	}
	return fmt.Errorf("find ledger row of submission %d: %w", id, store.ErrNotFound)
}

// insist fetches an item whatever its size or age.
func (s *Server) insist(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := s.db.Insist(c.Request().Context(), actor(c), id); err != nil {
		return fmt.Errorf("ask for item: %w", err)
	}
	return c.Redirect(http.StatusSeeOther, rowAddress(id, "insisted"))
}

// replay reads one item in quarantine again.
func (s *Server) replay(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	row, err := s.replayed(c.Request().Context(), c, id)
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	said := "replayed"
	if row.Outcome == intake.Quarantine {
		said = "replay_failed"
	}
	return c.Redirect(http.StatusSeeOther, rowAddress(id, said))
}

// reclassify says what kind of submission an item really is.
func (s *Server) reclassify(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	kind := intake.Kind(c.FormValue("kind"))
	if !slices.Contains(intake.Kinds[:], kind) {
		return &store.InputError{Field: "kind", Key: "input.kind"}
	}
	ctx := c.Request().Context()
	row, _, err := s.db.Row(ctx, id)
	if err != nil {
		return fmt.Errorf("read ledger row: %w", err)
	}
	if _, err := s.db.Reclassify(ctx, actor(c), row.Submission, kind); err != nil {
		return fmt.Errorf("reclassify: %w", err)
	}
	return c.Redirect(http.StatusSeeOther, rowAddress(id, "reclassified"))
}

func rowAddress(id int64, said string) string {
	return "/ledger/" + strconv.FormatInt(id, 10) + "?said=" + said
}
