package review

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"usulan/intake"
	"usulan/store"
)

// linkPage is where an account is linked with the phone that owns it. Who sees
// the code that it shows can link the account, so that officers alone get here.
type linkPage struct {
	Page
	Source  store.Source
	Channel string
	Pairing intake.Pairing
	Alone   bool // the only source of its channel: its name says nothing
	Lamp    lamp
	Account *account
	Older   int64  // pieces of history that are there to be taken
	Show    string // which of the pages it is: begin, number, waiting, qr, code, scanned, linked, failed, unlink
	QR      *qrCode
	Left    int    // seconds until the code is replaced
	Number  string // as typed
	Refused string // why there is no code, a Fault code
}

// Polled tells whether the page follows what happens. Where it says why a code
// was refused it stays until somebody has read that.
func (p linkPage) Polled() bool {
	return p.Show != "unlink" && (p.Refused == "" || p.Pairing.Step == intake.Failed)
}

// Moves tells whether what is shown ends by itself. A form that is being filled in does not.
func (p linkPage) Moves() bool {
	return p.Show == "qr" || p.Show == "code" || p.Show == "waiting" || p.Show == "scanned"
}

// As names what is shown: while it stays the same, nothing has to be drawn anew.
func (p linkPage) As() string {
	sum := fnv.New64a()
	fmt.Fprint(sum, p.Show, p.Pairing.QR, p.Pairing.Code, p.Pairing.Fault, p.Older > 0, p.Lamp.Word)
	if a := p.Account; a != nil {
		fmt.Fprint(sum, a.Number, a.Name, a.By)
	}
	return strconv.FormatUint(sum.Sum64(), 36)
}

// Halves are the code as people read it out: ABCD and 1234.
func (p linkPage) Halves() []string { return strings.Split(p.Pairing.Code, "-") }

// Spelt is the code letter by letter, for who hears the page.
func (p linkPage) Spelt() string {
	return strings.Join(strings.Split(strings.ReplaceAll(p.Pairing.Code, "-", ","), ""), " ")
}

// State is the address of the part that changes.
func (p linkPage) State() template.URL {
	if p.Show == "number" {
		return p.At("/channels/link/state", "by", "number")
	}
	return p.At("/channels/link/state")
}

// Meaning is what to know before linking, as keys of sentences.
func (linkPage) Meaning() []string {
	return []string{"link.means.unofficial", "link.means.number", "link.means.broadcast", "link.means.stored", "link.means.cloud", "link.means.email"}
}

// lightMeaning is one of the states that the lamp of the channel can be in.
type lightMeaning struct {
	lamp
	Text string
}

// Lights are the states of the lamp, each with what to do.
func (p linkPage) Lights() []lightMeaning {
	say := func(code string) lightMeaning {
		src := store.Source{Status: intake.Status{State: intake.Parked, Fault: code}, Account: &intake.Account{}}
		return lightMeaning{lamp{Light: light(src.Status), Word: p.W.stateOf(src)}, p.W.Remedy(p.Channel, code)}
	}
	plain := func(light, key string) lightMeaning {
		return lightMeaning{lamp{Light: light, Word: p.W.Say("source." + key)}, p.W.Say("link.light." + key)}
	}
	return []lightMeaning{
		plain("wait", "waiting"), plain("wait", "scanned"), plain("good", "connected"), say("phone_away"),
		say("logged_out"), say("replaced"), say("outdated"), say("banned"),
	}
}

// At is the address of the page, of its part that changes, or of what can be done here.
func (p linkPage) At(path string, pairs ...string) template.URL {
	q := url.Values{"source": {p.Source.Name}}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return template.URL(path + "?" + q.Encode()) //nolint:gosec // G203: path is ours, the query is encoded
}

// pairer returns the channel that links a source, nil when it needs no linking.
func (s *Server) pairer(source string) intake.Pairer {
	for _, p := range s.cfg.Pairers {
		if p.Name() == source {
			return p
		}
	}
	return nil
}

// linkingPage gathers what the page shows. byNumber asks for a code to type
// instead of one to scan.
func (s *Server) linkingPage(c echo.Context, byNumber bool) (linkPage, error) {
	source := c.FormValue("source")
	pairer := s.pairer(source)
	if pairer == nil {
		return linkPage{}, fmt.Errorf("link %q: %w", source, store.ErrNotFound)
	}
	frame, err := s.page(c, "channels")
	if err != nil {
		return linkPage{}, err
	}
	all, err := s.db.Sources(c.Request().Context())
	if err != nil {
		return linkPage{}, fmt.Errorf("read sources: %w", err)
	}
	p := linkPage{Page: frame, Source: store.Source{Name: source}, Pairing: pairer.Pairing(), Channel: channelOf(source), Alone: true}
	for _, one := range all {
		if one.Name == source {
			p.Source = one
		} else if channelOf(one.Name) == p.Channel {
			p.Alone = false
		}
	}
	p.Lamp = s.lampOf(p.W, p.Source)
	p.Account, p.Older = frame.accountOf(p.Source), p.Source.Outcomes[intake.Older]
	p.Title = p.W.Say("link.title", p.W.Say("channel."+p.Channel))
	if p.Here = string(p.At("/channels/link")); byNumber {
		p.Here = string(p.At("/channels/link", "by", "number"))
	}
	return p, p.choose(byNumber)
}

// choose says which of the pages is shown.
func (p *linkPage) choose(byNumber bool) (err error) {
	p.Left = max(0, int(p.Pairing.Expires.Sub(p.Now)/time.Second))
	switch step := p.Pairing.Step; {
	case step == intake.Linked, step == intake.Scanned:
		p.Show = string(step)
	case byNumber:
		p.Show = "number"
	case step == intake.Failed:
		p.Show, p.Refused = string(step), p.Pairing.Fault
	case step == intake.Waiting && p.Pairing.Code != "":
		p.Show = "code"
	case step == intake.Waiting && p.Pairing.QR != "":
		p.Show = "qr"
		if p.QR, err = newQR(p.Pairing.QR); err != nil {
			return fmt.Errorf("draw the code to scan: %w", err)
		}
	case step == intake.Waiting:
		p.Show = string(step)
	default:
		p.Show = "begin"
	}
	return nil
}

// link shows how linking stands. Looking begins nothing.
func (s *Server) link(c echo.Context) error {
	p, err := s.linkingPage(c, c.QueryParam("by") == "number")
	if err != nil {
		return err
	}
	return s.screens.send(c, http.StatusOK, "link", p)
}

// linkState is the part of the page that changes by itself.
func (s *Server) linkState(c echo.Context) error {
	p, err := s.linkingPage(c, c.QueryParam("by") == "number")
	if err != nil {
		return err
	}
	html, err := s.screens.render("link", "linking", p)
	if err != nil {
		return err
	}
	return c.HTMLBlob(http.StatusOK, bytes.TrimSpace(html))
}

// linkWithin is how long the far side may take to give a code.
const linkWithin = 45 * time.Second

// linkBegin asks for a code: to scan, or with a number, to type.
func (s *Server) linkBegin(c echo.Context) error {
	source, number := c.FormValue("source"), strings.TrimSpace(c.FormValue("number"))
	byNumber := c.FormValue("by") == "number"
	pairer := s.pairer(source)
	if pairer == nil {
		return fmt.Errorf("link %q: %w", source, store.ErrNotFound)
	}
	if pairer.Pairing().Step == intake.Linked {
		return c.Redirect(http.StatusSeeOther, linkAddress(source)) // another officer was quicker
	}
	if byNumber && number == "" {
		return s.linkRefused(c, number, byNumber, "link_number")
	}
	// Who goes away does not end it: the phone may have the code before its eyes.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request().Context()), linkWithin)
	defer cancel()
	if _, err := pairer.Pair(ctx, number); err != nil {
		s.log.Warn("linking not begun", "source", source, "staff", staffOf(c).ID, "error", err)
		return s.linkRefused(c, number, byNumber, intake.FaultOf(err))
	}
	s.log.Info("linking begun", "source", source, "staff", staffOf(c).ID, "by_number", byNumber)
	s.followLink(pairer, actor(c))
	return c.Redirect(http.StatusSeeOther, linkAddress(source))
}

func linkAddress(source string) string {
	return "/channels/link?" + url.Values{"source": {source}}.Encode()
}

// linkRefused says why there is no code, with what was typed still in place.
func (s *Server) linkRefused(c echo.Context, number string, byNumber bool, fault string) error {
	p, err := s.linkingPage(c, byNumber)
	if err != nil {
		return err
	}
	if p.Number, p.Refused = number, fault; !byNumber {
		p.Show = string(intake.Failed)
	}
	return s.screens.send(c, http.StatusUnprocessableEntity, "link", p)
}

// unlinkForm asks whether it is meant: nothing comes in until somebody links anew.
func (s *Server) unlinkForm(c echo.Context) error {
	p, err := s.linkingPage(c, false)
	if err != nil {
		return err
	}
	p.Title, p.Here = p.W.Say("unlink.title", p.W.Say("channel."+p.Channel)), string(p.At("/channels/unlink"))
	p.Show = "unlink"
	return s.screens.send(c, http.StatusOK, "link", p)
}

// unlink ends the link.
func (s *Server) unlink(c echo.Context) error {
	source := c.FormValue("source")
	pairer := s.pairer(source)
	if pairer == nil {
		return fmt.Errorf("unlink %q: %w", source, store.ErrNotFound)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request().Context()), linkWithin)
	defer cancel()
	if err := pairer.Unpair(ctx); err != nil {
		return fmt.Errorf("unlink %s: %w", source, err)
	}
	s.log.Info("unlinked", "source", source, "staff", staffOf(c).ID)
	if err := s.db.NoteLink(ctx, actor(c), source, store.Unlinked); err != nil {
		return fmt.Errorf("unlink %s: %w", source, err)
	}
	return c.Redirect(http.StatusSeeOther, "/channels?said=unlinked")
}
