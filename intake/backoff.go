package intake

import (
	"math/rand/v2"
	"time"
)

// Backoff paces attempts that fail: the pause doubles from First to Max, with
// jitter so that many channels that lost one line do not come back at once.
// The zero value is not useful; it is not for use by several goroutines.
type Backoff struct {
	First, Max time.Duration
	failures   int
}

// Next returns the pause before the next attempt, between half and the whole
// of the current step.
func (b *Backoff) Next() time.Duration {
	d := b.Max
	if b.failures < 32 && b.First<<b.failures < b.Max {
		d = b.First << b.failures
		b.failures++
	}
	return d/2 + rand.N(d/2+1)
}

// Reset is called after a good run.
func (b *Backoff) Reset() { b.failures = 0 }
