package review

import (
	"context"
	_ "embed"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"usulan/store"
)

// The API says what openapi.json says; a test holds the two together.
//
//go:embed openapi.json
var apiFile []byte

// How many proposals a page of the API has.
const (
	apiPage    = 50
	apiPageMax = 200
)

// apiDescription serves the description of the API.
func (s *Server) apiDescription(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-cache")
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, apiFile)
}

// apiFault is an error as the API tells it. Current is the proposal as it is
// now, when a request was made on an older version of it.
type apiFault struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
	Current *apiSummary `json:"current,omitempty"`
}

// sendFault answers a request of a program that ended in an error. Programs
// are answered in English, whatever the language of who made the token.
func (s *Server) sendFault(c echo.Context, r *refusal) error {
	var f apiFault
	w := s.screens.languages["en"]
	f.Error.Code = strings.TrimPrefix(r.key, "error.")
	f.Error.Message = w.Say(r.key+".title", r.args...) + ". " + w.Say(r.key+".text", r.args...)
	var conflict *store.Conflict
	if errors.As(r.cause, &conflict) {
		now, err := s.apiItem(c.Request().Context(), conflict.Current)
		if err != nil {
			s.log.Warn("present state not read", "ref", conflict.Current.Ref, "error", err)
		}
		f.Current = &now
	}
	if r == errSignIn {
		f.Error.Code = "unauthorized"
		f.Error.Message = "This needs a valid token. Send it as Authorization: Bearer TOKEN; \"usulan token add\" makes one."
		c.Response().Header().Set(echo.HeaderWWWAuthenticate, `Bearer realm="usulan"`)
	}
	return c.JSON(r.status, f)
}

// badRequest is a refusal of something a program sent.
func badRequest(status int, what string, args ...any) *refusal {
	return &refusal{status: status, key: "error.api_" + what, args: args}
}

// apiSummary is a proposal in a list.
type apiSummary struct {
	Ref        string     `json:"ref"`
	Subject    string     `json:"subject"`
	Text       string     `json:"text"` // the participant's own words, whole
	State      string     `json:"state"`
	Priority   *string    `json:"priority"`
	Channel    string     `json:"channel"`
	ReceivedAt time.Time  `json:"received_at"`
	QuietAt    *time.Time `json:"quiet_at"`
	Version    int64      `json:"version"`
}

func (s *Server) apiSummary(p store.Summary) apiSummary {
	return apiSummary{
		Ref: p.Ref, Subject: p.Subject, Text: p.Snippet, State: string(p.State), Priority: orNull(p.Priority),
		Channel: p.Channel, ReceivedAt: p.ReceivedAt.In(s.cfg.Zone), QuietAt: s.timeOrNull(p.QuietAt), Version: p.Version,
	}
}

// apiItem is a proposal with its text, which a summary has only the beginning of.
func (s *Server) apiItem(ctx context.Context, p store.Summary) (apiSummary, error) {
	item := s.apiSummary(p)
	whole, err := s.db.Proposal(ctx, p.Ref)
	if err != nil {
		return item, err
	}
	item.Text, _ = handOver(settle(whole))
	return item, nil
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// apiProposals lists proposals.
func (s *Server) apiProposals(c echo.Context) error {
	f, err := apiFilter(c)
	if err != nil {
		return err
	}
	limit, err := apiLimit(c.QueryParam("limit"))
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	page, err := s.db.Proposals(ctx, f, c.QueryParam("cursor"), limit)
	var input *store.InputError
	switch {
	case errors.As(err, &input):
		return badRequest(http.StatusBadRequest, "cursor")
	case err != nil:
		return err
	}
	out := struct {
		Items []apiSummary `json:"items"`
		Next  *string      `json:"next_cursor"`
	}{Items: make([]apiSummary, 0, len(page.Items)), Next: orNull(page.Next)}
	for _, p := range page.Items {
		item, err := s.apiItem(ctx, p)
		if err != nil {
			return err
		}
		out.Items = append(out.Items, item)
	}
	return c.JSON(http.StatusOK, out)
}

// apiFilter reads the filter of a list. Unlike a screen it refuses what it does
// not know: a program with a typing mistake would believe in the wrong list.
func apiFilter(c echo.Context) (store.Filter, error) {
	known := []string{"q", "state", "priority", "channel", "order", "cursor", "limit"}
	q := c.QueryParams()
	for name := range q {
		if !slices.Contains(known, name) {
			return store.Filter{}, badRequest(http.StatusBadRequest, "parameter", name, strings.Join(known, ", "))
		}
	}
	f := store.Filter{Query: q.Get("q"), Priority: q.Get("priority"), Channel: q.Get("channel")}
	for _, value := range q["state"] {
		for name := range strings.SplitSeq(value, ",") {
			if _, ok := stateWords[store.State(name)]; !ok {
				return f, badRequest(http.StatusBadRequest, "state", name)
			}
			f.States = append(f.States, store.State(name))
		}
	}
	switch order := q.Get("order"); order {
	case "", "oldest":
	case "newest":
		f.Newest = true
	default:
		return f, badRequest(http.StatusBadRequest, "order", order)
	}
	return f, nil
}

func apiLimit(s string) (int, error) {
	if s == "" {
		return apiPage, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > apiPageMax {
		return 0, badRequest(http.StatusBadRequest, "limit", s)
	}
	return n, nil
}
