package emulator

import (
	"math/rand/v2"
	"strconv"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// faults is what goes wrong on purpose.
type faults struct {
	outdated    uint32 // clients below this version are refused
	bannedUntil time.Time
	forge       bool // sign the device identity wrongly
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

// Forge decides whether linking is vouched for with a wrong signature.
func (s *Server) Forge(forge bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.forge = forge
}

func (s *Server) forges() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults.forge
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
