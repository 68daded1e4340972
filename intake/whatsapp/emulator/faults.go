package emulator

import (
	"math/rand/v2"
	"strconv"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types/events"
)

// faults is what goes wrong on purpose.
type faults struct {
	outdated    uint32 // clients below this version are refused
	bannedUntil time.Time
	refused     events.ConnectFailureReason // why everybody is refused, 0 when nobody is
	forgery     Forgery
	delay       time.Duration
	duplicate   float64
}

// replaced is how a client learns that another one took its place.
var replaced = waBinary.Node{Tag: "stream:error", Content: []waBinary.Node{
	{Tag: "conflict", Attrs: waBinary.Attrs{"type": "replaced"}},
}}

// Ban refuses clients for a while (402).
func (s *Server) Ban(d time.Duration) {
	s.mu.Lock()
	s.faults.bannedUntil = time.Now().Add(d)
	s.mu.Unlock()
	s.Cut()
}

// Refuse refuses every client for a reason of the client's list, such as
// events.ConnectFailureMainDeviceGone for a phone that has been away too long.
// With 0 they are let in again.
func (s *Server) Refuse(reason events.ConnectFailureReason) {
	s.mu.Lock()
	s.faults.refused = reason
	s.mu.Unlock()
	if reason != 0 {
		s.Cut()
	}
}

// Forgery is what of the server's word is not genuine.
type Forgery string

// The forgeries. A client must see through each of them.
const (
	Genuine       Forgery = ""
	ForgedRoot    Forgery = "root"    // certificates under a root that the client does not know
	ForgedLeaf    Forgery = "leaf"    // a certificate that its issuer has not signed
	ForgedKey     Forgery = "key"     // a certificate for another key than the server has
	Expired       Forgery = "expired" // a certificate of last year
	ForgedAccount Forgery = "account" // linking: the phone's signature is wrong
	ForgedProof   Forgery = "proof"   // linking: by somebody who has not seen the code
)

// Forge makes the server somebody else from the next connection on.
func (s *Server) Forge(f Forgery) error {
	id, err := newIdentity(s.signer, f)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.forgery, s.vouched = f, id
	return nil
}

func (s *Server) forges(f Forgery) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults.forgery == f
}

// Disturb lets messages come late, by up to delay and so out of order, and some
// of them twice: duplicate is how likely each is, from 0 to 1.
func (s *Server) Disturb(delay time.Duration, duplicate float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.delay, s.faults.duplicate = delay, duplicate
}

// disturb draws what happens to one message.
func (s *Server) disturb() (delay time.Duration, copies int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	copies = 1
	if s.faults.delay > 0 {
		delay = rand.N(s.faults.delay)
	}
	if rand.Float64() < s.faults.duplicate {
		copies = 2
	}
	return delay, copies
}

// refusal is what a client of a version is told instead of being let in, nil
// when nothing is wrong.
func (s *Server) refusal(version uint32) *waBinary.Node {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := time.Until(s.faults.bannedUntil)
	switch {
	case version < s.faults.outdated:
		return &waBinary.Node{Tag: "failure", Attrs: waBinary.Attrs{"reason": "405"}}
	case s.faults.refused != 0:
		return &waBinary.Node{Tag: "failure", Attrs: waBinary.Attrs{"reason": s.faults.refused.NumberString()}}
	case left > 0:
		return &waBinary.Node{Tag: "failure", Attrs: waBinary.Attrs{
			"reason": "402", "code": "104", "expire": strconv.Itoa(int(left.Seconds()) + 1),
		}}
	}
	return nil
}

// Cut breaks the connection.
func (s *Server) Cut() {
	s.mu.Lock()
	live := s.live
	s.mu.Unlock()
	if live != nil {
		live.cut()
	}
}

// Replace tells the client that another one took its place.
func (s *Server) Replace() {
	s.mu.Lock()
	live := s.live
	s.mu.Unlock()
	if live != nil {
		live.dismiss(replaced)
	}
}

// Logout removes the client from the account, as the owner can on the phone.
func (s *Server) Logout() {
	s.mu.Lock()
	live := s.live
	s.linked = nil
	s.announce()
	s.mu.Unlock()
	if live != nil {
		live.dismiss(waBinary.Node{Tag: "stream:error", Attrs: waBinary.Attrs{"code": "401"}, Content: []waBinary.Node{
			{Tag: "conflict", Attrs: waBinary.Attrs{"type": "device_removed"}},
		}})
	}
}
