package whatsapp

import "sync"

// gate lets events in while a connection is up, and knows when all that were let
// in have been handled. The client may still hand out events when it has been
// disconnected.
type gate struct {
	mu     sync.Mutex
	closed chan struct{}
	inside sync.WaitGroup
}

func (g *gate) open() { g.closed = make(chan struct{}) }

// enter tells whether an event is let in; leave follows.
func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.closed:
		return false
	default:
		g.inside.Add(1)
		return true
	}
}

func (g *gate) leave() { g.inside.Done() }

// shut waits until nobody is inside.
func (g *gate) shut() {
	g.mu.Lock()
	close(g.closed)
	g.mu.Unlock()
	g.inside.Wait()
}
