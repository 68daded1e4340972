package review

import (
	"context"
	"sync"
	"time"

	"usulan/intake"
	"usulan/store"
)

// followPace is how often linking is looked at while somebody waits for it.
const followPace = 300 * time.Millisecond

// followLink notes who linked an account once the phone has agreed, whether or
// not they still look. Beginning anew is another's doing, or the same one's again.
func (s *Server) followLink(pairer intake.Pairer, who store.Actor) {
	ctx, cancel := context.WithCancel(s.closing)
	s.linkers.take(pairer.Name(), cancel)
	go func() {
		defer cancel()
		tick := time.NewTicker(followPace)
		defer tick.Stop()
		for {
			switch pairer.Pairing().Step {
			case intake.Linked:
				if err := s.db.NoteLink(ctx, who, pairer.Name(), store.Linked); err != nil && ctx.Err() == nil {
					s.log.Warn("who linked not noted", "source", pairer.Name(), "error", err)
				}
				s.log.Info("linked", "source", pairer.Name(), "staff", who.Staff)
				return
			case intake.Failed, intake.Unlinked:
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
}

// linkers are who began linking a source last, each by how following it ends.
type linkers struct {
	mu   sync.Mutex
	last map[string]context.CancelFunc
}

func (l *linkers) take(source string, cancel context.CancelFunc) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if before := l.last[source]; before != nil {
		before()
	}
	if l.last == nil {
		l.last = map[string]context.CancelFunc{}
	}
	l.last[source] = cancel
}
