package whatsapp

import (
	"slices"
	"strconv"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/reflect/protoreflect"

	"usulan/intake"
)

// content is what one message says to people.
type content struct {
	kind intake.Kind // where the message itself decides it
	as   intake.MessageType
	text string

	file     *file
	location *intake.Location

	answers   string // id of the message it quotes, reacts to or votes on
	quote     string
	revises   string
	forwarded bool

	author  string // who wrote what is deleted, where the deletion says so
	quoting bool   // only its text is wanted

	unknown string // name of the kind that cannot be shown
	service bool   // devices among themselves: nothing for people
}

// maxWraps is how many wrappers around wrappers are opened. People's programs
// use three.
const maxWraps = 16

// read finds out what a message says.
func read(m *waE2E.Message, zone *time.Location) *content {
	m, status := unwrap(m)
	c := &content{as: intake.TextMessage}
	c.read(m, zone)
	if status {
		c.kind = intake.StatusPost
	}
	return c
}

// wrappers of a message that tell something about where it is shown.
var statusWrappers = []protoreflect.Name{"groupStatusMessage", "groupStatusMessageV2", "statusAddYours"}

// unwrap opens what a message is wrapped in: messages that vanish, that may be
// looked at once, that were sent from another device, and whatever wrapper the
// far side has invented in this form. status tells that it is a status post.
func unwrap(m *waE2E.Message) (inner *waE2E.Message, status bool) {
	for range maxWraps {
		next, name := wrapped(m)
		if next == nil {
			return m, status
		}
		status = status || slices.Contains(statusWrappers, name)
		m = next
	}
	return m, status
}

// wrapped returns the message inside a message that is only a wrapper.
func wrapped(m *waE2E.Message) (inner *waE2E.Message, name protoreflect.Name) {
	if sent := m.GetDeviceSentMessage().GetMessage(); sent != nil {
		return sent, "deviceSentMessage"
	}
	r := m.ProtoReflect()
	for _, f := range wrappers {
		if r.Has(f) {
			if w, ok := r.Get(f).Message().Interface().(*waE2E.FutureProofMessage); ok && w.GetMessage() != nil {
				return w.GetMessage(), f.Name()
			}
		}
	}
	return nil, ""
}

// wrappers are the fields in which a message holds another: the far side gives
// every new one the same form, so that old programs can look inside.
var wrappers = func() (found []protoreflect.FieldDescriptor) {
	form := (*waE2E.FutureProofMessage)(nil).ProtoReflect().Descriptor().FullName()
	fields := (*waE2E.Message)(nil).ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		if f := fields.Get(i); f.Message() != nil && f.Message().FullName() == form {
			found = append(found, f)
		}
	}
	return found
}()

// around are the fields of a message that accompany its content.
var around = []protoreflect.Name{"messageContextInfo", "senderKeyDistributionMessage", "fastRatchetKeySenderKeyDistributionMessage"}

// fieldName is what the far side calls the content of a message: the name of
// the first field that is set, or the number of one that is newer than this
// program. Empty when there is none.
func fieldName(m *waE2E.Message) string {
	r := m.ProtoReflect()
	fields := r.Descriptor().Fields()
	for i := range fields.Len() {
		if f := fields.Get(i); r.Has(f) && !slices.Contains(around, f.Name()) {
			return string(f.Name())
		}
	}
	if n, ok := unknownField(r.GetUnknown()); ok {
		return "field " + strconv.Itoa(n)
	}
	return ""
}

// serviceName names what devices told each other, for the key of its item.
func serviceName(m *waE2E.Message) string {
	m, _ = unwrap(m)
	if name := fieldName(m); name != "" {
		return name
	}
	return "keys"
}

// read fills c from a message without wrappers.
func (c *content) read(m *waE2E.Message, zone *time.Location) {
	if m == nil {
		m = &waE2E.Message{}
	}
	switch {
	case m.GetProtocolMessage() != nil:
		c.protocol(m.GetProtocolMessage(), zone)
	case m.Conversation != nil:
		c.text = clean(m.GetConversation())
	case m.GetExtendedTextMessage() != nil:
		c.text = clean(m.GetExtendedTextMessage().GetText())
		c.context(m.GetExtendedTextMessage().GetContextInfo())
	case c.media(m):
	case c.place(m):
	case c.social(m):
	case c.card(m):
	case c.poll(m):
	case c.business(m):
	case c.occasion(m, zone):
	case c.silent(m):
	default:
		c.unknown = fieldName(m)
		c.service = c.unknown == ""
		c.as = intake.SmallMessage
	}
}

// quoted is how much of a quoted message is shown with its answer, in bytes.
const quoted = 300

// context takes what surrounds a message: what it quotes, and whether it was
// passed on.
func (c *content) context(x *waE2E.ContextInfo) {
	if c.quoting {
		return
	}
	c.forwarded = x.GetIsForwarded() || x.GetForwardingScore() > 0
	if id := plainID(x.GetStanzaID()); id != "" {
		c.answers = id
		if m := x.GetQuotedMessage(); m != nil {
			c.quote = quoteOf(m)
		}
	}
}

// quoteOf is the beginning of a quoted message.
func quoteOf(m *waE2E.Message) string {
	m, _ = unwrap(m)
	c := &content{quoting: true}
	if m.GetProtocolMessage() == nil {
		c.read(m, time.UTC)
	}
	if c.text == "" && c.file != nil && c.file.name != "" {
		return c.file.name
	}
	return cut(c.text, quoted)
}

// place takes a location.
func (c *content) place(m *waE2E.Message) bool {
	switch l, live := m.GetLocationMessage(), m.GetLiveLocationMessage(); {
	case l != nil:
		c.located(l)
		c.context(l.GetContextInfo())
	case live != nil:
		c.location = spot(live.GetDegreesLatitude(), live.GetDegreesLongitude())
		if c.location != nil {
			c.location.Live = true
		}
		c.text = clean(live.GetCaption())
		c.context(live.GetContextInfo())
	default:
		return false
	}
	c.as = intake.PlaceMessage
	return true
}

// located takes a place with its name.
func (c *content) located(l *waE2E.LocationMessage) {
	name, street := clean(l.GetName()), clean(l.GetAddress())
	c.text = lines(name, street, clean(l.GetComment()))
	if c.location = spot(l.GetDegreesLatitude(), l.GetDegreesLongitude()); c.location != nil {
		c.location.Name, c.location.Address, c.location.Live = name, street, l.GetIsLive()
	}
}

// spot is a place on the map; nil for numbers that are none.
func spot(latitude, longitude float64) *intake.Location {
	if !(latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180) {
		return nil // also what is not a number
	}
	return &intake.Location{Latitude: latitude, Longitude: longitude}
}
