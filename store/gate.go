package store

import (
	"errors"
	"os"
	"sync"
)

// gate lets persons write before intake does, in whatever process either is.
// Persons share a lock on a file while they write or wait to; intake tries the
// lock between items, and ends its batch when it is taken.
type gate struct {
	persons *os.File
	intake  *os.File

	mu     sync.Mutex
	count  int
	closed bool
}

func openGate(name string) (*gate, error) {
	persons, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	intake, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return nil, errors.Join(err, persons.Close())
	}
	return &gate{persons: persons, intake: intake}, nil
}

// enter says that a person is there. A lock that cannot be had costs patience, nothing else.
func (g *gate) enter() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.count++; g.count == 1 && !g.closed {
		_ = lockShared(g.persons)
	}
}

// leave says that the person has written.
func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.count--; g.count == 0 && !g.closed {
		_ = unlock(g.persons)
	}
}

// wanted tells whether a person writes or waits to.
func (g *gate) wanted() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.count > 0 || g.closed {
		return g.count > 0
	}
	if lock(g.intake) != nil {
		return lockable
	}
	_ = unlock(g.intake)
	return false
}

func (g *gate) close() error {
	if g == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true // who comes later finds the writer gone
	return errors.Join(g.persons.Close(), g.intake.Close())
}
