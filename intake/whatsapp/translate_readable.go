package whatsapp

import (
	"strconv"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"usulan/intake"
)

// This file makes readable texts of cards, polls, forms, goods and events: the
// words that were sent, each part on a line of its own, without any of ours.

// card takes contact cards: name and numbers.
func (c *content) card(m *waE2E.Message) bool {
	var cards []*waE2E.ContactMessage
	switch one, many := m.GetContactMessage(), m.GetContactsArrayMessage(); {
	case one != nil:
		cards = []*waE2E.ContactMessage{one}
		c.context(one.GetContextInfo())
	case many != nil:
		cards = many.GetContacts()
		c.context(many.GetContextInfo())
	default:
		return false
	}
	var parts []string
	for _, one := range cards {
		if text := cardText(one); text != "" {
			parts = append(parts, text)
		}
	}
	c.text, c.as = strings.Join(parts, "\n\n"), intake.SmallMessage
	return true
}

// cardText reads a vCard (RFC 6350) as far as phones fill it in.
func cardText(m *waE2E.ContactMessage) string {
	name, org := clean(m.GetDisplayName()), ""
	var numbers []string
	card := strings.NewReplacer("\n ", "", "\n\t", "").Replace(clean(m.GetVcard())) // folded lines
	for line := range strings.SplitSeq(card, "\n") {
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		key, _, _ = strings.Cut(strings.ToUpper(key), ";")
		if _, grouped, ok := strings.Cut(key, "."); ok {
			key = grouped
		}
		value = strings.TrimSpace(unescape.Replace(strings.TrimPrefix(value, "tel:")))
		switch {
		case value == "":
		case key == "TEL":
			if n, ok := international(value); ok {
				value = shownNumber(n)
			}
			numbers = append(numbers, value)
		case key == "EMAIL":
			numbers = append(numbers, value)
		case key == "FN" && name == "":
			name = value
		case key == "ORG":
			org = strings.TrimRight(value, "; ")
		}
	}
	return lines(append([]string{name, org}, numbers...)...)
}

var unescape = strings.NewReplacer(`\n`, " ", `\N`, " ", `\,`, ",", `\;`, ";", `\\`, `\`)

// poll takes a question with its options, or with their votes.
func (c *content) poll(m *waE2E.Message) bool {
	if r := firstOf(m.GetPollResultSnapshotMessage(), m.GetPollResultSnapshotMessageV3()); r != nil {
		text := []string{clean(r.GetName())}
		for _, v := range r.GetPollVotes() {
			text = append(text, "- "+clean(v.GetOptionName())+": "+strconv.FormatInt(v.GetOptionVoteCount(), 10))
		}
		c.text, c.as = lines(text...), intake.SmallMessage
		c.context(r.GetContextInfo())
		return true
	}
	if a := m.GetPollAddOptionMessage(); a != nil {
		c.text, c.as, c.answers = clean(a.GetAddOption().GetOptionName()), intake.SmallMessage, plainID(a.GetPollCreationMessageKey().GetID())
		return true
	}
	p := firstOf(m.GetPollCreationMessage(), m.GetPollCreationMessageV2(), m.GetPollCreationMessageV3(), m.GetPollCreationMessageV5(), m.GetPollCreationMessageV6())
	if p == nil {
		return false
	}
	text := []string{clean(p.GetName())}
	for _, o := range p.GetOptions() {
		text = append(text, option(o.GetOptionName()))
	}
	c.text = lines(text...)
	c.context(p.GetContextInfo())
	return true
}

func firstOf[M any](all ...*M) *M {
	for _, m := range all {
		if m != nil {
			return m
		}
	}
	return nil
}

// occasion takes events and invitations.
func (c *content) occasion(m *waE2E.Message, zone *time.Location) bool {
	switch {
	case m.GetEventMessage() != nil:
		e := m.GetEventMessage()
		if l := e.GetLocation(); l != nil {
			c.located(l)
		}
		c.text = lines(clean(e.GetName()), span(e.GetStartTime(), e.GetEndTime(), zone), clean(e.GetDescription()), c.text, clean(e.GetJoinLink()))
		c.context(e.GetContextInfo())
	case m.GetEventInviteMessage() != nil:
		e := m.GetEventInviteMessage()
		c.text = lines(clean(e.GetEventTitle()), span(e.GetStartTime(), e.GetEndTime(), zone), clean(e.GetCaption()), clean(e.GetCallLink()))
		c.context(e.GetContextInfo())
	case m.GetScheduledCallCreationMessage() != nil:
		s := m.GetScheduledCallCreationMessage()
		c.text, c.as = lines(clean(s.GetTitle()), span(s.GetScheduledTimestampMS()/1000, 0, zone)), intake.SmallMessage
	case m.GetGroupInviteMessage() != nil:
		g := m.GetGroupInviteMessage()
		c.text, c.as = lines(clean(g.GetGroupName()), clean(g.GetCaption())), intake.SmallMessage
		c.context(g.GetContextInfo())
	case m.GetNewsletterAdminInviteMessage() != nil:
		n := m.GetNewsletterAdminInviteMessage()
		c.text, c.as = lines(clean(n.GetNewsletterName()), clean(n.GetCaption())), intake.SmallMessage
		c.context(n.GetContextInfo())
	case m.GetNewsletterFollowerInviteMessageV2() != nil:
		n := m.GetNewsletterFollowerInviteMessageV2()
		c.text, c.as = lines(clean(n.GetNewsletterName()), clean(n.GetCaption())), intake.SmallMessage
		c.context(n.GetContextInfo())
	case m.GetStickerPackMessage() != nil:
		s := m.GetStickerPackMessage()
		c.text, c.as = lines(clean(s.GetName()), clean(s.GetCaption())), intake.SmallMessage
		c.context(s.GetContextInfo())
	default:
		return false
	}
	return true
}

// latest is after any time that an event is really planned for.
const latest = 253402300799 // the last second of the year 9999

// span writes when something is; empty for times that cannot be.
func span(start, end int64, zone *time.Location) string {
	if start <= 0 || start > latest {
		return ""
	}
	const form = "2006-01-02 15.04 MST"
	from := time.Unix(start, 0).In(zone).Format(form)
	if end <= start || end > latest {
		return from
	}
	return from + " - " + time.Unix(end, 0).In(zone).Format(form)
}
