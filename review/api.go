package review

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"usulan/intake"
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
		now := s.apiSummary(conflict.Current)
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
	Ref        string    `json:"ref"`
	Subject    string    `json:"subject"`
	Text       string    `json:"text"` // the beginning of it
	State      string    `json:"state"`
	Priority   *string   `json:"priority"`
	Channel    string    `json:"channel"`
	ReceivedAt time.Time `json:"received_at"`
	Version    int64     `json:"version"`
}

func (s *Server) apiSummary(p store.Summary) apiSummary {
	return apiSummary{
		Ref: p.Ref, Subject: p.Subject, Text: p.Snippet, State: string(p.State), Priority: orNull(p.Priority),
		Channel: p.Channel, ReceivedAt: p.ReceivedAt.In(s.cfg.Zone), Version: p.Version,
	}
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
	page, err := s.db.Proposals(c.Request().Context(), f, c.QueryParam("cursor"), limit)
	if err != nil {
		return err
	}
	out := struct {
		Items []apiSummary `json:"items"`
		Next  *string      `json:"next_cursor"`
	}{Items: make([]apiSummary, 0, len(page.Items)), Next: orNull(page.Next)}
	for _, p := range page.Items {
		out.Items = append(out.Items, s.apiSummary(p))
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

// apiTag tags a proposal to a priority.
func (s *Server) apiTag(c echo.Context) error {
	var in struct {
		Code    string `json:"code"`
		Version int64  `json:"version"`
	}
	if err := readJSON(c, &in); err != nil {
		return err
	}
	if in.Code == "" {
		return badRequest(http.StatusUnprocessableEntity, "code")
	}
	return s.apiDecide(c, in.Version, store.Decision{State: store.Tagged, Priority: in.Code})
}

// apiUntag takes the priority off again: the proposal is back in the queue.
// Some programs cannot send a body with DELETE, so the version may be in the query.
func (s *Server) apiUntag(c echo.Context) error {
	var in struct {
		Version int64 `json:"version"`
	}
	if query := c.QueryParam("version"); query != "" {
		v, err := strconv.ParseInt(query, 10, 64)
		if err != nil {
			return badRequest(http.StatusUnprocessableEntity, "version")
		}
		in.Version = v
	} else if err := readJSON(c, &in); err != nil {
		return err
	}
	return s.apiDecide(c, in.Version, store.Decision{State: store.New})
}

func (s *Server) apiDecide(c echo.Context, version int64, d store.Decision) error {
	if version < 1 {
		return badRequest(http.StatusUnprocessableEntity, "version")
	}
	p, err := s.db.Decide(c.Request().Context(), actor(c), c.Param("ref"), version, d)
	var input *store.InputError
	switch {
	case errors.As(err, &input) && input.Field == "priority":
		return badRequest(http.StatusUnprocessableEntity, "code")
	case err != nil:
		return err
	}
	return c.JSON(http.StatusOK, s.apiSummary(p))
}

// readJSON reads the one JSON object that a request has to be.
func readJSON(c echo.Context, into any) error {
	kind, _, err := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	if err != nil || kind != echo.MIMEApplicationJSON {
		return badRequest(http.StatusUnsupportedMediaType, "type")
	}
	d := json.NewDecoder(c.Request().Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		var tooBig *http.MaxBytesError
		if errors.As(err, &tooBig) {
			return err
		}
		return &refusal{status: http.StatusBadRequest, key: "error.api_json", args: []any{jsonFault(err)}, cause: err}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badRequest(http.StatusBadRequest, "json", "there is more after the object")
	}
	return nil
}

// jsonFault says what is wrong with a body without quoting more of it than a field's name.
func jsonFault(err error) string {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind):
		return fmt.Sprintf("field %q takes a %s", kind.Field, kind.Type)
	case errors.As(err, &syntax):
		return fmt.Sprintf("no JSON at byte %d", syntax.Offset)
	case errors.Is(err, io.EOF):
		return "the body is empty"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the object does not end"
	default: // of an unknown field the decoder has no type
		return strings.TrimPrefix(err.Error(), "json: ")
	}
}

// apiSource is a way in, in the ledger.
type apiSource struct {
	Name      string           `json:"name"`
	State     string           `json:"state"`
	SeenAt    *time.Time       `json:"seen_at"`
	ArrivedAt *time.Time       `json:"arrived_at"`
	Total     int64            `json:"total"`
	Outcomes  map[string]int64 `json:"outcomes"`
	Present   int64            `json:"present"`
	Missing   int64            `json:"missing"`
	Balanced  bool             `json:"balanced"`
}

// apiLedger tells what became of every item.
func (s *Server) apiLedger(c echo.Context) error {
	sources, err := s.db.Sources(c.Request().Context())
	if err != nil {
		return err
	}
	out := struct {
		Sources []apiSource `json:"sources"`
	}{Sources: make([]apiSource, 0, len(sources))}
	for _, src := range sources {
		out.Sources = append(out.Sources, s.apiSource(src))
	}
	return c.JSON(http.StatusOK, out)
}

func (s *Server) apiSource(src store.Source) apiSource {
	a := apiSource{
		Name: src.Name, State: string(src.Status.State), SeenAt: s.timeOrNull(src.SeenAt), ArrivedAt: s.timeOrNull(src.ArrivedAt),
		Total: src.Total, Outcomes: map[string]int64{}, Present: src.Present, Missing: src.Missing,
	}
	var sum int64
	for outcome, n := range src.Outcomes {
		a.Outcomes[string(outcome)] = n
		sum += n
	}
	a.Balanced = sum == src.Total && src.Missing == 0
	return a
}

func (s *Server) timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(s.cfg.Zone)
	return &t
}

// apiAttachment sends a file. It is never shown in a browser from here.
func (s *Server) apiAttachment(c echo.Context) error {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	file, content, err := s.db.Content(c.Request().Context(), id)
	if err != nil {
		return err
	}
	defer content.Close()
	h := c.Response().Header()
	h.Set(echo.HeaderContentDisposition, disposition("attachment", file.Name))
	h.Set(echo.HeaderContentLength, strconv.FormatInt(file.Size, 10))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	return c.Stream(http.StatusOK, echo.MIMEOctetStream, content)
}

// disposition is the header that names a file (RFC 6266). Whatever the name has
// in it, it cannot end the header: what is not plain is percent-encoded.
func disposition(kind, name string) string {
	if v := mime.FormatMediaType(kind, map[string]string{"filename": name}); v != "" {
		return v
	}
	return kind
}

// apiProposal is a proposal with all that came in for it.
func (s *Server) apiProposal(c echo.Context) error {
	p, err := s.db.Proposal(c.Request().Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, s.apiDetail(p, staffOf(c).Role.May(officer)))
}

type apiDetail struct {
	apiSummary
	Participant string          `json:"participant"`
	Reason      *string         `json:"reason"`
	DecidedAt   *time.Time      `json:"decided_at"`
	DecidedBy   *string         `json:"decided_by"`
	Late        bool            `json:"late"`
	Changed     bool            `json:"changed"`
	Submissions []apiSubmission `json:"submissions"`
}

type apiSubmission struct {
	ID          int64           `json:"id"`
	Source      string          `json:"source"`
	Subject     string          `json:"subject"`
	Text        string          `json:"text"`
	Ranges      []intake.Range  `json:"ranges"`
	From        string          `json:"from"`
	Address     *string         `json:"address"`
	SentAt      *time.Time      `json:"sent_at"`
	ReceivedAt  time.Time       `json:"received_at"`
	Attachments []apiAttachment `json:"attachments"`
}

type apiAttachment struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	URL    string `json:"url"`
}

// apiDetail tells addresses only to whom may see them on the screen.
func (s *Server) apiDetail(p *store.Proposal, addresses bool) apiDetail {
	d := apiDetail{
		apiSummary: s.apiSummary(p.Summary), Participant: nameOnly(p), Reason: orNull(joinWords(p.Reason, p.ReasonText)),
		DecidedAt: s.timeOrNull(p.DecidedAt), DecidedBy: orNull(p.DecidedBy), Late: p.Late, Changed: p.Changed,
		Submissions: make([]apiSubmission, 0, len(p.Parts)),
	}
	d.Text, _ = handOver(p.Parts)
	for _, part := range p.Parts {
		sub := apiSubmission{
			ID: part.ID, Source: part.Source, Subject: part.Subject, Text: part.Text, Ranges: part.Ranges, From: part.From.Name,
			SentAt: s.timeOrNull(part.SentAt), ReceivedAt: part.ReceivedAt.In(s.cfg.Zone), Attachments: []apiAttachment{},
		}
		if sub.Ranges == nil {
			sub.Ranges = []intake.Range{}
		}
		if addresses {
			sub.Address = orNull(part.From.Value)
		}
		for _, a := range part.Attachments {
			if a.Role != intake.HTML {
				sub.Attachments = append(sub.Attachments, apiAttachment{
					ID: a.ID, Name: a.Name, Type: a.Type, Size: a.Size, SHA256: a.SHA256,
					URL: "/api/v1/attachments/" + strconv.FormatInt(a.ID, 10),
				})
			}
		}
		d.Submissions = append(d.Submissions, sub)
	}
	return d
}
