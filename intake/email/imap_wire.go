package email

import (
	"bufio"
	"net"
	"sync"
	"time"
)

// How long the far side may stay silent, by what it was asked.
const (
	patienceGreeting = 30 * time.Second // for a connection, its encryption and the login
	patienceCommand  = 3 * time.Minute  // for any progress of a command
	patienceSlack    = time.Minute      // added to the length of an IDLE
	patienceWrite    = time.Minute
)

// wire is the TCP connection beneath everything else. The IMAP library sets a
// deadline for a whole response and none while it waits for one. Here every
// read has to make progress within the current patience, so that a big mail
// over a thin line is fine and a dead line is noticed.
type wire struct {
	net.Conn
	mu       sync.Mutex
	patience time.Duration
}

// expect sets how long reads may take from now on, the present one included.
func (w *wire) expect(patience time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.patience = patience
	_ = w.Conn.SetReadDeadline(time.Now().Add(patience))
}

func (w *wire) Read(p []byte) (int, error) {
	w.mu.Lock()
	err := w.Conn.SetReadDeadline(time.Now().Add(w.patience))
	w.mu.Unlock()
	if err != nil {
		return 0, err
	}
	return w.Conn.Read(p)
}

func (w *wire) Write(p []byte) (int, error) {
	if err := w.Conn.SetWriteDeadline(time.Now().Add(patienceWrite)); err != nil {
		return 0, err
	}
	return w.Conn.Write(p)
}

// The deadlines of others are not used: see wire.

func (*wire) SetDeadline(time.Time) error      { return nil }
func (*wire) SetReadDeadline(time.Time) error  { return nil }
func (*wire) SetWriteDeadline(time.Time) error { return nil }

// buffered saves system calls: the library itself reads 4 KiB at a time.
type buffered struct {
	net.Conn
	r *bufio.Reader
}

func newBuffered(c net.Conn) buffered { return buffered{c, bufio.NewReaderSize(c, 64<<10)} }

func (b buffered) Read(p []byte) (int, error) { return b.r.Read(p) }
