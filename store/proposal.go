package store

import (
	"context"
	"time"

	"usulan/intake"
)

// State is where a proposal stands.
type State string

// The states of a proposal.
const (
	New       State = "new"
	NeedsInfo State = "needs_info"
	Tagged    State = "tagged"
	SetAside  State = "set_aside"
	Withdrawn State = "withdrawn"
)

// Summary is a proposal as a list shows it.
type Summary struct {
	Ref         string // USL-2020-0001
	Number      int64
	Version     int64
	State       State
	Priority    string // code, empty unless tagged
	Reason      string // code, when set aside
	ReasonText  string
	Channel     string // "email"
	Subject     string
	Snippet     string // beginning of the first submission's own words, one line
	Participant string // name as written, or the address as shown when no name is known
	ReceivedAt  time.Time
	ChangedAt   time.Time // last submission that joined
	DecidedAt   time.Time
	DecidedBy   string // name of the staff member
	Submissions int
	Attachments int
	Late        bool
	Changed     bool // something joined after the decision
}

// Filter chooses proposals; the zero value chooses all. Fields are joined by and.
type Filter struct {
	States      []State
	Waiting     bool // only those that wait for staff: new ones, and decided ones that changed since
	Priority    string
	Channel     string
	Participant int64
	Query       string // words, "phrases", a reference; never a syntax error
	Newest      bool   // newest first instead of oldest first
}

// Page is a part of a list. Next and Previous are opaque keyset cursors, empty at the ends.
type Page struct {
	Items          []Summary
	Next, Previous string
}

// Proposals lists a page of at most limit proposals.
func (db *DB) Proposals(ctx context.Context, f Filter, cursor string, limit int) (Page, error) {
	panic("skeleton")
}

// Neighbour returns the proposal that follows (step 1) or precedes (step -1) ref in the order of f,
// whether or not ref itself still matches; ErrNotFound at the ends. An empty ref asks for the first.
func (db *DB) Neighbour(ctx context.Context, f Filter, ref string, step int) (Summary, error) {
	panic("skeleton")
}

// Summaries returns the proposals of these references, in that order; one that
// was never given is left out. For the trail and for rows already on screen.
func (db *DB) Summaries(ctx context.Context, refs []string) ([]Summary, error) { panic("skeleton") }

// All calls yield for every proposal of f with its full detail, in order, for exports.
func (db *DB) All(ctx context.Context, f Filter, yield func(*Proposal) error) error {
	panic("skeleton")
}

// Proposal is everything that one screen shows of a proposal.
type Proposal struct {
	Summary
	ParticipantID int64
	Addresses     []Address // of the participant
	Forwarded     []Address // who is suggested as the participant of forwarded text
	Parts         []Part    // its submissions in order of arrival
	Others        int64     // other proposals of the participant
	History       []Entry   // oldest first
}

// Address is one address of a participant.
type Address struct {
	Kind  intake.AddressKind
	Value string
	Shown string
	Name  string
}

// Part is one submission of a proposal.
type Part struct {
	ID          int64 // of the submission
	Source      string
	Kind        intake.Kind
	From        Address
	Subject     string
	Text        string
	Ranges      []intake.Range
	SentAt      time.Time
	ReceivedAt  time.Time
	ExternalID  string
	RawSize     int64
	Attachments []Attachment // HTML form included, by Role
}

// Attachment is a file of a submission.
type Attachment struct {
	ID        int64
	Name      string
	Type      string
	Role      intake.Role
	ContentID string
	Size      int64
	SHA256    string // hex
}

// Proposal returns one proposal; ErrNotFound when the reference was never given.
func (db *DB) Proposal(ctx context.Context, ref string) (*Proposal, error) { panic("skeleton") }

// Part returns one submission, for showing its HTML form with the pictures that
// came with it; ErrNotFound when there is none.
func (db *DB) Part(ctx context.Context, submission int64) (*Part, error) { panic("skeleton") }
