package intaketest

import (
	"sync"
	"testing"
	"time"
)

// Watch guards what a test looks at while something else changes it. The zero
// value is ready.
type Watch struct {
	sync.Mutex
	changed chan struct{} // closed at the next change; nil while nobody waits
}

// Note makes a change.
func (w *Watch) Note(change func()) {
	w.Lock()
	defer w.Unlock()
	change()
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
}

// Until waits for a condition, which is asked again at every change.
func (w *Watch) Until(t testing.TB, what string, cond func() bool) {
	t.Helper()
	timeout := time.After(patience)
	for {
		w.Lock()
		if cond() {
			w.Unlock()
			return
		}
		if w.changed == nil {
			w.changed = make(chan struct{})
		}
		changed := w.changed
		w.Unlock()
		select {
		case <-changed:
		case <-timeout:
			t.Fatalf("%s: never came", what)
		}
	}
}
