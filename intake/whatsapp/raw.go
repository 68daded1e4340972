package whatsapp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"usulan/intake"
)

// The raw form of an item is a line that says what it is, a line of JSON with
// what the server said about it, and the message as the sender's phone made it,
// in the encoding of WhatsApp (protocol buffers, message E2E.Message):
//
//	usulan-whatsapp 1
//	{"kind":"message","id":"3EB0…","name":"Bu Marni","at":"…",…,"chat":"…@lid","sender":"…@lid"}
//	<bytes to the end>
//
// It has all that translating and downloading need, so that both can be done
// again years later. The same event gives the same bytes. A new version gets a
// number of its own, and the old ones stay readable.
const rawFormat = "usulan-whatsapp 1\n"

// recordKind says what a record is about.
type recordKind string

const (
	recordMessage recordKind = "message" // something was said
	recordSealed  recordKind = "sealed"  // something was said that cannot be read (yet)
	recordCall    recordKind = "call"    // somebody called
)

// record is an item as it is kept: everything that translating needs.
type record struct {
	Kind recordKind `json:"kind"`
	ID   string     `json:"id"`

	Chat      types.JID `json:"-"` // written by MarshalJSON, like all addresses
	Sender    types.JID `json:"-"`
	SenderAlt types.JID `json:"-"`             // the same person's other address
	Own       bool      `json:"own,omitempty"` // sent from the account itself
	Group     bool      `json:"group,omitempty"`
	List      types.JID `json:"-"` // owner of the broadcast list it went through

	Name     string    `json:"name,omitempty"` // as the sender calls themselves
	At       time.Time `json:"at"`             // by the server's clock
	Type     string    `json:"type,omitempty"`
	Media    string    `json:"media,omitempty"`
	Category string    `json:"category,omitempty"` // "peer": a device of the account to another
	Edit     string    `json:"edit,omitempty"`
	Missing  string    `json:"missing,omitempty"` // why a sealed message cannot be read

	message *waE2E.Message
}

// jid is an address in a record: user@server, whatever a user may be.
type jid types.JID

func (j jid) IsZero() bool { return j == jid{} }

func (j jid) MarshalText() ([]byte, error) { return []byte(j.User + "@" + j.Server), nil }

func (j *jid) UnmarshalText(b []byte) error {
	at := bytes.LastIndexByte(b, '@')
	if at < 0 {
		return fmt.Errorf("%q is not an address", b)
	}
	*j = jid{User: string(b[:at]), Server: string(b[at+1:])}
	return nil
}

// plain is a record without its methods, and written is how its addresses are
// written.
type (
	plain   record
	written struct {
		*plain
		Chat      jid `json:"chat"`
		Sender    jid `json:"sender"`
		SenderAlt jid `json:"sender_alt,omitzero"`
		List      jid `json:"list,omitzero"`
	}
)

// MarshalJSON writes what is known about a message.
func (r *record) MarshalJSON() ([]byte, error) {
	return json.Marshal(written{(*plain)(r), jid(r.Chat.ToNonAD()), jid(r.Sender.ToNonAD()), jid(r.SenderAlt.ToNonAD()), jid(r.List.ToNonAD())})
}

// UnmarshalJSON reads it.
func (r *record) UnmarshalJSON(b []byte) error {
	w := written{plain: (*plain)(r)}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	r.Chat, r.Sender, r.SenderAlt, r.List = types.JID(w.Chat), types.JID(w.Sender), types.JID(w.SenderAlt), types.JID(w.List)
	return nil
}

// recordOf is what is kept of what is known about a message.
func recordOf(kind recordKind, info *types.MessageInfo, m *waE2E.Message) *record {
	r := &record{
		Kind: kind, ID: plainID(info.ID), Chat: info.Chat, Sender: info.Sender.ToNonAD(), SenderAlt: info.SenderAlt.ToNonAD(),
		Own: info.IsFromMe, Group: info.IsGroup, List: info.BroadcastListOwner, Name: info.PushName, At: info.Timestamp.UTC(),
		Type: info.Type, Media: info.MediaType, Category: info.Category, Edit: string(info.Edit), message: m,
	}
	if y := r.At.Year(); y < 1 || y > 9999 { // no time that can be written down
		r.At = time.Time{}
	}
	if r.Name == "" && info.VerifiedName != nil {
		r.Name = info.VerifiedName.Details.GetVerifiedName()
	}
	r.Name = strings.ToValidUTF8(r.Name, "\uFFFD")
	return r
}

// info is what the client wants to know about a message that it is to do
// something with.
func (r *record) info() *types.MessageInfo {
	return &types.MessageInfo{
		MessageSource: types.MessageSource{Chat: r.Chat, Sender: r.Sender, SenderAlt: r.SenderAlt, IsFromMe: r.Own, IsGroup: r.Group},
		ID:            r.ID, Type: r.Type, PushName: r.Name, Timestamp: r.At,
	}
}

// encode makes the raw bytes of a record.
func (r *record) encode() ([]byte, error) {
	told, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("write what is known about message %q: %w", r.ID, err)
	}
	b := append([]byte(rawFormat), told...)
	b = append(b, '\n')
	b, err = proto.MarshalOptions{Deterministic: true}.MarshalAppend(b, r.message)
	if err != nil {
		return nil, fmt.Errorf("write message %q: %w", r.ID, err)
	}
	return b, nil
}

// errRaw says that bytes are not a record of this program's.
var errRaw = errors.New("not the raw form of a WhatsApp message")

// decode reads raw bytes. What can be known of a record whose message is broken
// comes back with the error.
func decode(b []byte) (*record, error) {
	rest, ok := bytes.CutPrefix(b, []byte(rawFormat))
	if !ok {
		return nil, errRaw
	}
	told, body, ok := bytes.Cut(rest, []byte("\n"))
	if !ok {
		return nil, errRaw
	}
	r := &record{}
	if err := json.Unmarshal(told, r); err != nil {
		return nil, fmt.Errorf("read what is known about a message: %w", err)
	}
	r.message = &waE2E.Message{}
	if err := proto.Unmarshal(body, r.message); err != nil {
		return r, fmt.Errorf("read message %q: %w", r.ID, err)
	}
	return r, nil
}

// Parser returns how the raw bytes of an account's submissions are read again.
// It never fails: what cannot be read comes back with a Fault.
func Parser(a Account, zone *time.Location) func(*intake.Raw, time.Time) *intake.Submission {
	t := newTranslator(a, zone)
	return func(raw *intake.Raw, receivedAt time.Time) *intake.Submission {
		r, err := decode(raw.Bytes)
		if r == nil {
			r = &record{Kind: recordMessage}
		}
		s := t.submission(r, receivedAt)
		if s == nil || err != nil {
			s = t.bare(r, receivedAt)
			s.Fault, s.Chat.Type = FaultUnsupported, intake.SmallMessage
		}
		s.Raw = raw
		return s
	}
}
