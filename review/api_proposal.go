package review

import (
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"usulan/intake"
	"usulan/store"
)

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
	ExternalID  string          `json:"external_id"`
	Answers     []string        `json:"answers"`
	Revises     *string         `json:"revises"`
	Withdrawn   bool            `json:"withdrawn"`
	Fault       *string         `json:"fault"`
	Chat        *apiChat        `json:"chat"`
	Attachments []apiAttachment `json:"attachments"`
}

// takenBackIn are the external ids of messages that were deleted. Nothing that
// they said, before an edit or after, leaves by the API.
func takenBackIn(parts []said) map[string]bool {
	ids := map[string]bool{}
	for _, p := range parts {
		if !p.Withdrawn.IsZero() {
			ids[p.ExternalID] = true
		}
	}
	return ids
}

// apiChat is what only a message of a chat has.
type apiChat struct {
	Type        intake.MessageType `json:"type"`
	Room        *string            `json:"room"`
	Quote       *string            `json:"quote"`
	Forwarded   bool               `json:"forwarded"`
	Location    *apiLocation       `json:"location"`
	Unsupported *string            `json:"unsupported"`
}

type apiLocation struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name"`
	Address   string  `json:"address"`
	Live      bool    `json:"live"`
}

func newAPIChat(c *intake.Chat) *apiChat {
	if c == nil {
		return nil
	}
	out := &apiChat{Type: c.Type, Room: orNull(c.RoomName), Quote: orNull(c.Quote), Forwarded: c.Forwarded, Unsupported: orNull(c.Unknown)}
	if out.Room == nil {
		out.Room = orNull(c.Room)
	}
	if l := c.Location; l != nil {
		out.Location = &apiLocation{l.Latitude, l.Longitude, l.Name, l.Address, l.Live}
	}
	return out
}

type apiAttachment struct {
	ID      int64   `json:"id"`
	Name    string  `json:"name"`
	Type    string  `json:"type"`
	Size    int64   `json:"size"`
	SHA256  string  `json:"sha256"`
	Seconds float64 `json:"seconds"`
	State   string  `json:"state"`
	Reason  *string `json:"reason"`
	URL     *string `json:"url"`
}

func newAPIAttachment(a store.Attachment) apiAttachment {
	out := apiAttachment{
		ID: a.ID, Name: a.Name, Type: a.Type, Size: a.Size, SHA256: a.SHA256, Seconds: a.Duration.Seconds(),
		State: string(a.State), Reason: orNull(a.Reason),
	}
	if a.State == store.Here {
		out.State, out.URL = "here", orNull("/api/v1/attachments/"+strconv.FormatInt(a.ID, 10))
	}
	return out
}

// apiDetail tells addresses only to whom may see them on the screen.
func (s *Server) apiDetail(p *store.Proposal, addresses bool) apiDetail {
	d := apiDetail{
		apiSummary: s.apiSummary(p.Summary), Participant: nameOnly(p), Reason: orNull(joinWords(p.Reason, p.ReasonText)),
		DecidedAt: s.timeOrNull(p.DecidedAt), DecidedBy: orNull(p.DecidedBy), Late: p.Late, Changed: p.Changed,
		Submissions: make([]apiSubmission, 0, len(p.Parts)),
	}
	settled := settle(p)
	d.Text, _ = handOver(settled)
	withdrawn := takenBackIn(settled)
	for _, part := range p.Parts {
		gone := withdrawn[part.ExternalID] || withdrawn[part.Revises]
		if gone {
			part.Text, part.Ranges, part.Attachments = "", nil, nil
		}
		sub := apiSubmission{
			ID: part.ID, Source: part.Source, Subject: part.Subject, Text: part.Text, Ranges: part.Ranges, From: part.From.Name,
			SentAt: s.timeOrNull(part.SentAt), ReceivedAt: part.ReceivedAt.In(s.cfg.Zone), Attachments: []apiAttachment{},
			ExternalID: part.ExternalID, Answers: part.InReplyTo, Revises: orNull(part.Revises), Fault: orNull(part.Fault), Withdrawn: gone,
			Chat: newAPIChat(part.Chat),
		}
		if sub.Answers == nil {
			sub.Answers = []string{}
		}
		if sub.Ranges == nil {
			sub.Ranges = []intake.Range{}
		}
		if addresses {
			sub.Address = orNull(part.From.Value)
		}
		for _, a := range part.Attachments {
			if a.Role != intake.HTML {
				sub.Attachments = append(sub.Attachments, newAPIAttachment(a))
			}
		}
		d.Submissions = append(d.Submissions, sub)
	}
	return d
}
