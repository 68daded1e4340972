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
	d.Text, _ = handOver(settle(p))
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
