package review

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is a time that tests move.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func newClock() *clock { return &clock{time.Date(2020, 3, 17, 8, 0, 0, 0, time.UTC)} }

var office = netip.MustParseAddr("203.0.113.7")

func TestThrottleGrows(t *testing.T) {
	c := newClock()
	th := newThrottle(c.now)
	for i := range freeByName {
		if wait, _ := th.attempt("ratna", office); wait != 0 {
			t.Fatalf("attempt %d has to wait %v", i+1, wait)
		}
	}
	var got []time.Duration
	for range 8 {
		if wait, _ := th.attempt("ratna", office); wait != 0 {
			t.Fatalf("an attempt after the pause has to wait %v", wait)
		}
		wait, _ := th.attempt("ratna", office)
		got = append(got, wait)
		c.at = c.at.Add(wait)
	}
	for i, w := range got {
		if i > 0 && w < got[i-1] || w <= 0 || w > longestPause {
			t.Fatalf("pauses %v do not grow up to %v", got, longestPause)
		}
	}
	if got[len(got)-1] != longestPause {
		t.Errorf("the pauses end at %v, want %v", got[len(got)-1], longestPause)
	}
}

func TestThrottleByName(t *testing.T) {
	c := newClock()
	th := newThrottle(c.now)
	for i := range 10 { // each from another place
		th.attempt(" Ratna ", netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}))
	}
	if wait, _ := th.attempt("ratna", office); wait == 0 {
		t.Error("a name that failed from ten places does not wait")
	}
	if wait, _ := th.attempt("sari", office); wait != 0 {
		t.Errorf("another name waits %v", wait)
	}
}

func TestThrottleByAddress(t *testing.T) {
	for name, c := range map[string]struct {
		from  func(i int) string
		other string
	}{
		"one address":     {func(int) string { return "203.0.113.9" }, "203.0.113.10"},
		"mapped":          {func(int) string { return "::ffff:203.0.113.9" }, "203.0.113.10"},
		"one IPv6 subnet": {func(i int) string { return fmt.Sprintf("2001:db8::%x", i+1) }, "2001:db8:0:1::1"},
	} {
		t.Run(name, func(t *testing.T) {
			th := newThrottle(newClock().now)
			for i := range freeByAddress + 1 {
				if wait, _ := th.attempt(fmt.Sprint("nama", i), netip.MustParseAddr(c.from(i))); wait != 0 {
					t.Fatalf("attempt %d waits %v", i+1, wait)
				}
			}
			if wait, _ := th.attempt("siapa", netip.MustParseAddr(c.from(99))); wait == 0 {
				t.Error("the address does not wait")
			}
			if wait, _ := th.attempt("siapa", netip.MustParseAddr(c.other)); wait != 0 {
				t.Errorf("the neighbour waits %v", wait)
			}
		})
	}
}

// TestThrottleManyAtOnce sends a thousand guesses before the first is answered.
func TestThrottleManyAtOnce(t *testing.T) {
	th := newThrottle(newClock().now)
	var mu sync.Mutex
	let := 0
	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(func() {
			if wait, _ := th.attempt("ratna", office); wait == 0 {
				mu.Lock()
				let++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if let != freeByName+1 {
		t.Errorf("%d were let through, want %d", let, freeByName+1)
	}
}

func TestThrottleSuccess(t *testing.T) {
	th := newThrottle(newClock().now)
	for range freeByName - 1 {
		th.attempt("ratna", office)
	}
	_, right := th.attempt("ratna", office)
	right()
	for range freeByName {
		if wait, _ := th.attempt("ratna", office); wait != 0 {
			t.Fatalf("after a success a name waits %v", wait)
		}
	}
}

// TestThrottleOwnPassword guesses at others between sign-ins of one's own: the
// address must be slowed down all the same.
func TestThrottleOwnPassword(t *testing.T) {
	th := newThrottle(newClock().now)
	for i := range 10 * freeByAddress {
		if wait, _ := th.attempt(fmt.Sprint("korban", i), office); wait != 0 {
			return
		}
		if wait, right := th.attempt("penyerang", office); wait == 0 {
			right()
		}
	}
	t.Error("signing in as oneself wipes the count of the address")
}

func TestThrottleForgets(t *testing.T) {
	c := newClock()
	th := newThrottle(c.now)
	for range freeByName + 1 {
		th.attempt("ratna", office)
	}
	c.at = c.at.Add(forgetAfter + time.Second)
	for range freeByName {
		if wait, _ := th.attempt("ratna", office); wait != 0 {
			t.Fatalf("an hour later a name waits %v", wait)
		}
	}
}

// TestThrottleFlood makes up more names and addresses than fit and expects
// bounded memory and a guessed name that is still remembered.
func TestThrottleFlood(t *testing.T) {
	th := newThrottle(newClock().now)
	for range freeByName + 1 {
		th.attempt("ratna", office)
	}
	for i := range 3 * throttleSize {
		from := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		th.attempt(strings.Repeat("x", 1000)+fmt.Sprint(i), from)
	}
	if n := len(th.names.seen); n > throttleSize {
		t.Errorf("%d names are remembered, want at most %d", n, throttleSize)
	}
	if n := len(th.addresses.seen); n > throttleSize {
		t.Errorf("%d addresses are remembered, want at most %d", n, throttleSize)
	}
	if wait, _ := th.attempt("ratna", netip.MustParseAddr("192.0.2.1")); wait == 0 {
		t.Error("the flood made us forget the name that was guessed at")
	}
}

// TestThrottleLetsOfficersIn has a stranger guess at an officer's password all
// day: where the officer signed in before, they still can.
func TestThrottleLetsOfficersIn(t *testing.T) {
	c := newClock()
	th := newThrottle(c.now)
	_, right := th.attempt("ratna", office)
	right()
	guess := func() {
		for i := range 200 {
			th.attempt("ratna", netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}))
		}
	}
	guess()
	wait, right := th.attempt("ratna", office)
	if wait != 0 {
		t.Fatalf("from the office the officer waits %v", wait)
	}
	right()
	if wait, _ := th.attempt("ratna", netip.MustParseAddr("192.0.2.1")); wait == 0 {
		t.Error("from elsewhere the name does not wait")
	}
	// Whoever sits in the same office has no more guesses than anybody.
	guess()
	let := 0
	for range 50 {
		if wait, _ := th.attempt("ratna", office); wait == 0 {
			let++
		}
	}
	if let != freeByName+1 {
		t.Errorf("%d guesses are let through in the office, want %d", let, freeByName+1)
	}
}
