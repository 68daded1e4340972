package email_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// proxy stands between the channel and a server and spoils what passes.
type proxy struct {
	target   string
	listener net.Listener
	received atomic.Int64 // bytes from the server, over all connections
	wg       sync.WaitGroup
	once     sync.Once

	mu    sync.Mutex
	lines []string // commands of the client
	conns []net.Conn

	// answer, when it says so, answers a command in the server's place. An empty
	// answer ends the connection.
	answer func(line string) (text string, mine bool)
	// after is called ahead of every command that goes to the server.
	after func(line string)
	// cut says after how many bytes from the server a connection ends.
	cut func() int64
	// pace is called for every piece of the server's, to slow it down.
	pace func(n int)
}

func newProxy(t testing.TB, target string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{target: target, listener: l}
	t.Cleanup(func() { _ = l.Close(); p.wg.Wait() })
	return p
}

// port begins to accept connections: how to spoil them is settled by then.
func (p *proxy) port() int {
	p.once.Do(func() { p.wg.Go(p.accept) })
	return p.listener.Addr().(*net.TCPAddr).Port
}

// count tells in how many commands a text occurred.
func (p *proxy) count(text string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.lines {
		if strings.Contains(l, text) {
			n++
		}
	}
	return n
}

// hangUp ends every connection there is.
func (p *proxy) hangUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.conns = nil
}

func (p *proxy) accept() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.target)
		if err != nil {
			_ = conn.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, conn)
		p.mu.Unlock()
		left := int64(-1)
		if p.cut != nil {
			left = p.cut()
		}
		p.wg.Go(func() { p.down(conn, server, left) })
		p.wg.Go(func() { p.up(conn, server) })
	}
}

// up passes commands to the server.
func (p *proxy) up(client, server net.Conn) {
	defer client.Close()
	defer server.Close()
	in := bufio.NewReader(client)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		p.mu.Lock()
		p.lines = append(p.lines, strings.TrimSpace(line))
		p.mu.Unlock()
		if p.answer != nil {
			if text, mine := p.answer(line); mine {
				if text == "" {
					return
				}
				tag, _, _ := strings.Cut(line, " ")
				if _, err := io.WriteString(client, tag+" "+text+"\r\n"); err != nil {
					return
				}
				continue
			}
		}
		if p.after != nil {
			p.after(line)
		}
		if _, err := io.WriteString(server, line); err != nil {
			return
		}
	}
}

// down passes answers to the client, up to a number of bytes where that is not
// negative.
func (p *proxy) down(client, server net.Conn, left int64) {
	defer client.Close()
	defer server.Close()
	buf := make([]byte, 4096)
	for {
		n, err := server.Read(buf)
		if p.pace != nil {
			p.pace(n)
		}
		p.received.Add(int64(n))
		if cut := left >= 0 && int64(n) >= left; cut {
			_, _ = client.Write(buf[:left])
			return
		}
		if left >= 0 {
			left -= int64(n)
		}
		if _, werr := client.Write(buf[:n]); werr != nil || err != nil {
			return
		}
	}
}

// slowly makes a proxy pass about that many bytes a second.
func slowly(bytes int) func(int) {
	return func(n int) { <-time.After(time.Duration(n) * time.Second / time.Duration(bytes)) }
}
