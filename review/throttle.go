package review

import (
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"

	"usulan/store"
)

// Sign-in slows down with every failure, by name and by address. It never
// locks anybody out for good: the longest pause is five minutes.
const (
	freeByName    = 4  // failures before a name has to wait
	freeByAddress = 20 // an office shares one address
	firstPause    = 15 * time.Second
	longestPause  = 5 * time.Minute
	forgetAfter   = time.Hour // without a further failure
	throttleSize  = 8192      // keys remembered of each sort, some 100 bytes each
)

// throttle counts sign-ins that failed. It does not know which names exist, so
// it answers for an unknown one as for any other.
//
// A name that has signed in from an address is counted apart there: who guesses
// at an officer's password from elsewhere does not keep the officer out.
type throttle struct {
	now func() time.Time

	mu        sync.Mutex
	names     tally
	addresses tally
	homes     map[throttleKey]bool // names at addresses they have signed in from
}

func newThrottle(now func() time.Time) *throttle {
	return &throttle{
		now:       now,
		names:     tally{free: freeByName, seen: map[throttleKey]failures{}},
		addresses: tally{free: freeByAddress, seen: map[throttleKey]failures{}},
		homes:     map[throttleKey]bool{},
	}
}

// attempt asks to try a password. It returns how long to wait instead, or zero
// and a function that says the password was right. The attempt counts as failed
// until then, so that a thousand at once are not all let through.
func (t *throttle) attempt(name string, from netip.Addr) (wait time.Duration, succeeded func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	byName, byAddress := nameKey(name), addressKey(from)
	home := pairKey(byName, byAddress)
	if t.homes[home] {
		byName = home
	}
	if wait = max(t.names.wait(byName, now), t.addresses.wait(byAddress, now)); wait > 0 {
		return wait, nil
	}
	t.names.add(byName, now)
	before := t.addresses.seen[byAddress]
	t.addresses.add(byAddress, now)
	return 0, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.names.seen, byName)
		t.remember(home)
		// Only this attempt is taken back: who has one password must not be able
		// to wipe the count while guessing at the others.
		if f := t.addresses.seen[byAddress]; f.count > 1 {
			f.count--
			f.until = before.until
			t.addresses.seen[byAddress] = f
		} else {
			delete(t.addresses.seen, byAddress)
		}
	}
}

type throttleKey [16]byte

// nameKey folds a name as the search for it does, or another spelling would be
// another count, and keeps long ones from taking memory.
func nameKey(name string) (k throttleKey) {
	sum := sha256.Sum256([]byte(store.FoldName(name)))
	copy(k[:], sum[:])
	return k
}

// pairKey is a name at an address.
func pairKey(name, address throttleKey) (k throttleKey) {
	sum := sha256.Sum256(append(name[:], address[:]...))
	copy(k[:], sum[:])
	return k
}

// remember keeps a home. When there are too many any one goes: only who knows a
// password adds one.
func (t *throttle) remember(home throttleKey) {
	if len(t.homes) >= throttleSize && !t.homes[home] {
		for k := range t.homes {
			delete(t.homes, k)
			break
		}
	}
	t.homes[home] = true
}

// addressKey is an IPv4 address, or the /64 of an IPv6 one, which is what one
// customer has to choose from.
func addressKey(a netip.Addr) throttleKey {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		p, _ := a.Prefix(64) // 64 bits are there
		a = p.Addr()
	}
	return a.As16()
}

// failures are what is remembered of one key.
type failures struct {
	count int
	last  time.Time
	until time.Time // no attempt before
}

// tally holds a bounded number of keys.
type tally struct {
	free int
	seen map[throttleKey]failures
}

func (t *tally) wait(k throttleKey, now time.Time) time.Duration {
	return max(0, t.seen[k].until.Sub(now))
}

func (t *tally) add(k throttleKey, now time.Time) {
	f, known := t.seen[k]
	if !known && len(t.seen) >= throttleSize {
		t.makeRoom(now)
	}
	if now.Sub(f.last) > forgetAfter {
		f.count = 0
	}
	f.count++
	f.last = now
	if over := f.count - t.free; over > 0 {
		f.until = now.Add(min(longestPause, firstPause<<min(over-1, 10)))
	}
	t.seen[k] = f
}

// makeRoom forgets what is old and, when that is not enough, some of those with
// the fewest failures: a flood of made-up names pushes out its own kind first.
func (t *tally) makeRoom(now time.Time) {
	fewest := int(^uint(0) >> 1)
	for k, f := range t.seen {
		if now.Sub(f.last) > forgetAfter {
			delete(t.seen, k)
			continue
		}
		fewest = min(fewest, f.count)
	}
	for k, f := range t.seen {
		if len(t.seen) <= throttleSize*3/4 {
			return
		}
		if f.count == fewest {
			delete(t.seen, k)
		}
	}
	if len(t.seen) < throttleSize {
		return
	}
	for k := range t.seen { // all alike but one: any will do
		delete(t.seen, k)
		return
	}
}
