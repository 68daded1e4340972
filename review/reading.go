package review

import (
	"strings"
	"time"

	"usulan/intake"
	"usulan/store"
)

// reading is a proposal as it lies on the paper.
type reading struct {
	*store.Proposal
	Heading  string // subject, or the participant where there is none
	Parts    []part
	From, To time.Time // of its submissions
	Words    int
	Position int // of its priority
}

// part is one submission on the paper.
type part struct {
	store.Part
	Clock  bool // its minute differs from that of the part above
	Named  bool // its subject says something that the heading does not
	Blocks []block
	Images []store.Attachment
	Sounds []store.Attachment
	Files  []attachment
	HTML   *store.Attachment
}

// attachment is a file in the row below a text.
type attachment struct {
	store.Attachment
	PDF bool
}

func (b *board) reading(p *store.Proposal) *reading {
	p.Participant = b.name(p.Summary)
	r := &reading{Proposal: p, Heading: p.Subject, Position: b.position(p.Priority)}
	if strings.TrimSpace(r.Heading) == "" {
		r.Heading = p.Participant
	}
	minute := ""
	for i, sub := range p.Parts {
		if i == 0 {
			r.From = sub.ReceivedAt
		}
		r.To = sub.ReceivedAt
		one := newPart(sub)
		now := sub.ReceivedAt.Format("200601021504")
		one.Clock, minute = now != minute, now
		one.Named = i > 0 && sub.Subject != "" && !strings.HasSuffix(sub.Subject, p.Subject)
		own, _ := outside(sub.Text, sub.Ranges)
		r.Words += len(strings.Fields(own))
		r.Parts = append(r.Parts, one)
	}
	return r
}

func newPart(sub store.Part) part {
	one := part{Part: sub, Blocks: blocks(sub.Text, sub.Ranges)}
	for i, a := range sub.Attachments {
		switch {
		case a.Role == intake.HTML:
			if one.HTML == nil {
				one.HTML = &sub.Attachments[i]
			}
		case shownAs(a.Type) == "image":
			one.Images = append(one.Images, a)
		case shownAs(a.Type) == "sound":
			one.Sounds = append(one.Sounds, a)
		default:
			one.Files = append(one.Files, attachment{Attachment: a, PDF: shownAs(a.Type) == "pdf"})
		}
	}
	return one
}

// shownAs says how a browser may show a file of this type on our pages. What
// is not named here can run code or is unknown, and is only handed out.
func shownAs(mediaType string) string {
	switch mediaType {
	case "image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp", "image/bmp":
		return "image"
	case "audio/ogg", "audio/opus", "audio/mpeg", "audio/mp4", "audio/aac", "audio/amr", "audio/wav", "audio/x-wav", "audio/x-m4a":
		return "sound"
	case "application/pdf":
		return "pdf"
	default:
		return ""
	}
}
