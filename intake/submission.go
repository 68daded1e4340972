package intake

import (
	"crypto/sha256"
	"time"
)

// Kind says what a submission is. Only a Message becomes or continues a
// proposal; all others are kept and counted, and staff can re-classify them.
type Kind string

// The kinds of a submission.
const (
	Message    Kind = "message"    // a person wrote to the forum
	AutoReply  Kind = "auto_reply" // out of office, ticket robots (RFC 3834)
	Bounce     Kind = "bounce"     // a mail of ours, or one that claims to be, could not be delivered (RFC 3464)
	Report     Kind = "report"     // delivery and read receipts, abuse reports: neither failure nor message
	Newsletter Kind = "newsletter" // mailing lists and bulk mail
	Calendar   Kind = "calendar"   // an invitation, or the answer to one
	Own        Kind = "own"        // what we sent, coming back
	Spam       Kind = "spam"       // by the server's verdict, or marked by staff
	Reaction   Kind = "reaction"   // a sign under somebody's message
	Call       Kind = "call"       // somebody called and nobody could answer
	StatusPost Kind = "status"     // a notice to everybody who knows the number
)

// Kinds lists every kind, in the order screens show them.
var Kinds = [...]Kind{Message, AutoReply, Bounce, Report, Newsletter, Calendar, Own, Spam, Reaction, Call, StatusPost}

// AddressKind says in which system an Address names somebody.
type AddressKind string

// The kinds of an address. Anonymous addresses are unique to their submission,
// so that two strangers without a name never become one participant.
const (
	Email     AddressKind = "email"
	Phone     AddressKind = "phone"
	LID       AddressKind = "lid"
	Anonymous AddressKind = "anonymous"
)

// Address names a person on a channel.
type Address struct {
	Kind  AddressKind
	Value string // normalised, what two addresses are compared by; for email in lower case
	Shown string // as the person writes it
	Name  string // the name that came with it, empty when none did
}

// RangeKind says what a Range of a text is.
type RangeKind string

// The kinds of a range. Nothing of a text is ever cut: ranges are folded on
// screen and one click opens them.
const (
	Quote         RangeKind = "quote"          // earlier correspondence, with its attribution line
	Signature     RangeKind = "signature"      // signature, device line, disclaimer
	ForwardHeader RangeKind = "forward_header" // the header block above a forwarded text; the text itself is content
)

// Range marks part of a text: the bytes [Start, End) of its UTF-8. The ranges
// of one text are in order and do not overlap.
type Range struct {
	Start int       `json:"start"`
	End   int       `json:"end"`
	Kind  RangeKind `json:"kind"`
}

// Role says what an attachment is to its submission.
type Role string

// The roles of an attachment.
const (
	File   Role = "file"   // sent as a file
	Inline Role = "inline" // shown inside the text, such as a picture that the HTML names
	HTML   Role = "html"   // the HTML form of the text; listed nowhere, shown sanitised on request
)

// Attachment is a file that came with a submission. Its bytes are either Data,
// or the part of the raw source that begins at Offset, takes Length bytes and
// is encoded as Encoding says; so it is served without a parser (see Decode).
type Attachment struct {
	Name      string // harmless as a file name: no path, no control characters, never empty
	Type      string // media type in lower case, with charset where the role is HTML
	Role      Role
	ContentID string // by which an HTML text refers to it, without brackets
	Size      int64  // bytes, decoded
	Hash      [sha256.Size]byte

	Data     []byte
	Offset   int64
	Length   int64
	Encoding Encoding

	// Absent says that the bytes are still on the far side, to be fetched later
	// (see MediaQueue). Size and Hash are what the sender says they are.
	Absent bool

	Duration time.Duration // of a recording, by its sender; 0 where unknown
}

// Submission is one item exactly as it arrived on one channel. It is never
// edited; what normalising found stands beside the raw bytes.
type Submission struct {
	Kind Kind

	// ExternalID is the item's own name: a Message-ID without its brackets, a
	// WhatsApp message id. Senders forge and repeat it, so it threads but does
	// not identify.
	ExternalID string

	// Chat places what was said in a chat; nil for mail.
	Chat *Chat

	// ContentHash is equal for two arrivals of the same item (over two
	// mailboxes, after a moved folder, from an import) and differs for any two
	// items that differ in what their sender wrote.
	ContentHash [sha256.Size]byte

	From      Address
	Aliases   []Address // other addresses that the channel knows to be the same person's as From
	Forwarded Address   // who wrote the text that From forwarded; zero when nobody is known

	InReplyTo []string // external ids of what this answers, nearest first
	Mentions  []string // references such as USL-2020-0001 that subject or address name, in upper case
	Revises   string   // external id of what this edits or deletes

	Subject string
	Text    string // UTF-8, lines end in \n, everything that was readable, nothing cut
	Ranges  []Range

	SentAt     time.Time // by the sender's clock; shown, never relied on; zero when absent
	ReceivedAt time.Time // by the channel's clock; order and lateness use it

	Attachments []Attachment
	Raw         *Raw

	// Fault says why the item is in quarantine: a Fault* code of the channel's.
	// Empty for whatever could be read.
	Fault string
}
