package whatsapp

import (
	"crypto/sha256"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"usulan/intake"
)

// Fault codes of what was sent, beside those of the account in state.go.
const (
	FaultUnsupported   = "unsupported"   // of a kind that this program cannot show; the phone can
	FaultUndecryptable = "undecryptable" // it could not be decrypted; it is asked for again
)

// translator turns what the client hears into items for the ledger. It does no
// input or output and looks at no clock, so that the same event gives the same
// item whenever it comes, and from its raw bytes years later.
type translator struct {
	source string
	quiet  time.Duration
	zone   *time.Location // for times inside names of files and events
}

func newTranslator(a Account, zone *time.Location) translator {
	if zone == nil {
		zone = time.UTC
	}
	return translator{source: a.Source(), quiet: time.Duration(a.Quiet), zone: zone}
}

// message translates what somebody said. heard is when it came, by our clock.
//
// What devices tell each other has no Submission and the outcome Service, under
// a key of its own: in groups a key and the text that it opens come as two
// events of the same id.
func (t translator) message(evt *events.Message, heard time.Time) intake.Item {
	m := evt.RawMessage
	if m == nil {
		m = evt.Message
	}
	return t.item(recordOf(recordMessage, &evt.Info, m), heard)
}

// sealed translates a message that could not be decrypted: a placeholder, which
// gives way when the message comes again. What may be looked at once never
// comes to a linked device; it is of a kind that only the phone can show.
func (t translator) sealed(evt *events.UndecryptableMessage, heard time.Time) intake.Item {
	r := recordOf(recordSealed, &evt.Info, nil)
	r.Missing = string(evt.UnavailableType)
	if r.Missing == "" && evt.IsUnavailable {
		r.Missing = "unavailable"
	}
	return t.item(r, heard)
}

// item makes the item of a record.
func (t translator) item(r *record, heard time.Time) intake.Item {
	item := intake.Item{Key: r.key(), ReceivedAt: r.believed(heard)}
	s := t.submission(r, heard)
	if s == nil {
		item.Key += "#" + serviceName(r.message)
		item.Outcome = intake.Service
		return item
	}
	raw, err := r.encode()
	if err != nil { // only a message without any meaning can be impossible to write
		item.Outcome, item.Reason = intake.Unfetchable, FaultUnsupported
		return item
	}
	s.Raw = intake.NewRaw(raw)
	item.Submission, item.Size = s, s.Raw.Size
	if r.Kind == recordSealed && s.Fault == "" {
		item.Outcome, item.Reason = intake.Unfetchable, FaultUndecryptable
	}
	return item
}

// submission translates a record; nil when it says nothing to people.
func (t translator) submission(r *record, heard time.Time) *intake.Submission {
	s := t.bare(r, heard)
	s.Kind = r.kind()
	switch r.Kind {
	case recordCall:
		s.Kind = intake.Call
		return s
	case recordSealed:
		if r.Missing == string(events.UnavailableTypeViewOnce) && s.Kind == intake.Message {
			s.Fault, s.Chat.Unknown, s.Chat.Type = FaultUnsupported, "viewOnceMessage", intake.MediaMessage
		}
		return s
	}
	c := read(r.message, t.zone)
	if c.as == intake.DeletionMessage && r.byAdmin(c.author) {
		// The author has not taken anything back: a sign under the message.
		c = &content{kind: intake.Reaction, as: intake.ReactionMessage, answers: c.revises}
	}
	if c.service || (r.Category == "peer" && c.unknown != "") {
		return nil
	}
	t.fill(s, c, r)
	return s
}

// fill puts what was read into a submission.
func (t translator) fill(s *intake.Submission, c *content, r *record) {
	if c.kind != "" && s.Kind == intake.Message {
		s.Kind = c.kind
	}
	s.Text = c.text
	s.Revises = c.revises
	s.Chat.Type, s.Chat.Location, s.Chat.Unknown = c.as, c.location, c.unknown
	if c.answers != "" {
		s.InReplyTo, s.Chat.Quote = []string{c.answers}, c.quote
	}
	s.Chat.Forwarded = c.forwarded
	// What was not said to the forum is kept, and not downloaded.
	if c.file != nil && s.Kind == intake.Message {
		s.Attachments = []intake.Attachment{c.file.attachment(s.ReceivedAt.In(t.zone))}
	}
	if c.unknown != "" && s.Kind == intake.Message {
		s.Fault = FaultUnsupported
	}
}

// bare is what a submission has without its content: who, where and when.
func (t translator) bare(r *record, heard time.Time) *intake.Submission {
	at := r.believed(heard)
	s := &intake.Submission{
		Kind: intake.Message, ExternalID: plainID(r.ID), ContentHash: t.identity(r), SentAt: at, ReceivedAt: at,
		From: address(r.Sender), Chat: &intake.Chat{Room: r.room(), Type: intake.TextMessage, Quiet: t.quiet},
	}
	s.From.Name = cleanName(r.Name)
	if alias := address(r.SenderAlt); alias.Value != "" && alias.Value != s.From.Value {
		s.Aliases = []intake.Address{alias}
	}
	return s
}

// identity is equal for two arrivals of one message and differs for any two
// messages: senders choose ids as they like, so who and where are part of it.
func (t translator) identity(r *record) [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "whatsapp\n%q %q %q %q", t.source, r.Chat, r.Sender, r.ID))
}

// key names the item in the ledger, as it was received.
func (r *record) key() string {
	return plainID(r.Chat.String() + "/" + r.Sender.String() + "/" + r.ID)
}

// room is where something was said that is not a chat of two.
func (r *record) room() string {
	if r.Group || r.Chat.Server == types.NewsletterServer || r.Chat == types.StatusBroadcastJID {
		if !r.Chat.IsBroadcastList() { // which its receivers see as a chat of two
			return r.Chat.String()
		}
	}
	return ""
}

// kind is what a message is by where it was said.
func (r *record) kind() intake.Kind {
	switch {
	case r.Chat.Server == types.NewsletterServer:
		return intake.Newsletter
	case r.Own:
		return intake.Own
	case r.Chat == types.StatusBroadcastJID:
		return intake.StatusPost
	default:
		return intake.Message
	}
}

// byAdmin tells whether an administrator of a group deletes what author wrote.
func (r *record) byAdmin(author string) bool {
	if r.Edit == string(types.EditAttributeAdminRevoke) {
		return true
	}
	id, err := types.ParseJID(author)
	return err == nil && id.User != "" && id.User != r.Sender.User && id.User != r.SenderAlt.User
}

// begun is before any message of WhatsApp's.
var begun = time.Date(2009, 1, 1, 0, 0, 0, 0, time.UTC)

// believed is when something was said: by the server's clock, unless that says
// what cannot be. A message from the future would wait for its quiet for ever.
func (r *record) believed(heard time.Time) time.Time {
	if r.At.Before(begun) || (!heard.IsZero() && r.At.After(heard.Add(24*time.Hour))) {
		return heard.UTC()
	}
	return r.At.UTC()
}
