package whatsapp_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"

	"usulan/intake"
	"usulan/intake/whatsapp"
	"usulan/intake/whatsapp/emulator"
	"usulan/store/storetest"
)

func long() bool { return os.Getenv("USULAN_LONG") != "" }

// orders tell a child process what to do.
type orders struct {
	Door     emulator.Door
	Data     string // folder of the store
	Session  string // file of the keys
	Files    string // folder for downloads
	Account  whatsapp.Account
	Unbuffer bool   // do without the buffer of decrypted events
	Die      string // "before" or "after" a commit
	At       int64  // which commit
}

// TestIntakeChild is not a test of its own: it is the process that others kill
// or measure. It works the account until its standard input ends, and then until
// no file is awaited. It prints how many items each commit made safe.
func TestIntakeChild(t *testing.T) {
	raw := os.Getenv("USULAN_TEST_ORDERS")
	if raw == "" {
		t.Skip("only runs as a child of other tests")
	}
	var o orders
	if err := json.Unmarshal([]byte(raw), &o); err != nil {
		t.Fatal(err)
	}
	db := storetest.Open(t, o.Data)
	log := slog.New(slog.DiscardHandler)
	if os.Getenv("USULAN_LOG") != "" {
		log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	loopback, err := o.Door.HTTPClient()
	if err != nil {
		t.Fatal(err)
	}
	c := whatsapp.New(o.Account, whatsapp.Options{Session: o.Session, Files: o.Files, Log: log, HTTP: loopback, Attach: func(client *whatsmeow.Client) {
		client.EnableDecryptedEventBuffer = !o.Unbuffer
		if err := o.Door.Attach(client); err != nil {
			panic(err)
		}
	}})
	s := intake.NewSupervisor(func(ctx context.Context, source string) (intake.Ledger, error) {
		l, err := db.Acquire(ctx, source)
		return &telling{Ledger: l, orders: o}, err
	}, log)
	s.FirstPause, s.MaxPause = 10*time.Millisecond, 50*time.Millisecond
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, os.Stdin)
		for {
			awaited, _, err := db.Absent(ctx, source, 1)
			if err != nil || len(awaited) == 0 {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	s.Run(ctx, c)
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	// What getrusage says includes the parent's size.
	status, _ := os.ReadFile("/proc/self/status")
	if _, rest, ok := bytes.Cut(status, []byte("VmHWM:")); ok {
		fmt.Fprintf(os.Stdout, "peak %s KiB\n", bytes.Fields(rest)[0])
	}
}

// telling prints what was recorded, and ends the process at a moment it was told.
type telling struct {
	intake.Ledger
	orders  orders
	commits atomic.Int64
}

func (s *telling) Record(ctx context.Context, p intake.Place, items []intake.Item) (int, error) {
	now := s.commits.Add(1) == s.orders.At
	if now && s.orders.Die == "before" {
		die()
	}
	n, err := s.Ledger.Record(ctx, p, items)
	if now && s.orders.Die == "after" {
		die()
	}
	fmt.Fprintf(os.Stdout, "recorded %d\n", n)
	return n, err
}

func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// child prepares a process that takes in what a campaign says.
func (c *campaign) child(o orders) *exec.Cmd {
	c.Helper()
	self, err := os.Executable()
	if err != nil {
		c.Fatal(err)
	}
	o.Door, o.Session, o.Account = c.server.Door(), c.session, c.account
	o.Files = filepath.Join(filepath.Dir(o.Data), "files")
	raw, err := json.Marshal(o)
	if err != nil {
		c.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestIntakeChild$")
	cmd.Env = append(os.Environ(), "USULAN_TEST_ORDERS="+string(raw))
	cmd.Stderr = os.Stderr
	return cmd
}

// process is a child that runs.
type process struct {
	*exec.Cmd
	stdin io.Closer
	out   *bufio.Scanner
	peak  int // KiB, known when it has ended by itself
}

func (c *campaign) start(o orders) *process {
	c.Helper()
	p := &process{Cmd: c.child(o)}
	in, err := p.StdinPipe()
	if err != nil {
		c.Fatal(err)
	}
	out, err := p.StdoutPipe()
	if err != nil {
		c.Fatal(err)
	}
	p.stdin, p.out = in, bufio.NewScanner(out)
	if err := p.Start(); err != nil {
		c.Fatal(err)
	}
	return p
}

// follow reads what the process prints and calls recorded for each commit, until
// the process has ended. It tells whether it was killed.
func (p *process) follow(recorded func(n int)) (killed bool, err error) {
	for p.out.Scan() {
		if n, ok := strings.CutPrefix(p.out.Text(), "recorded "); ok {
			k, _ := strconv.Atoi(n)
			recorded(k)
		}
		_, _ = fmt.Sscanf(p.out.Text(), "peak %d KiB", &p.peak)
	}
	err = p.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signaled() {
		return true, nil
	}
	return false, err
}

// TestKilled kills the process again and again while forty people write: at
// random moments, and right before and after a commit.
func TestKilled(t *testing.T) {
	t.Parallel()
	n, burst, wantKills := 200, 60, 3
	if long() {
		n, burst, wantKills = 2000, 60, 50
	}
	c := newCampaign(t, 40)
	kills, recorded := c.killed(n, burst, orders{Data: filepath.Join(t.TempDir(), "data")}, []string{"", "before", "after"})
	t.Logf("%d kills during %d messages, %d commits told", kills, n, recorded)
	if kills < wantKills {
		t.Errorf("%d kills, want at least %d", kills, wantKills)
	}
}

// TestKilledWithoutBuffer shows that the test can fail: without the buffer of
// decrypted events what was not committed is lost.
func TestKilledWithoutBuffer(t *testing.T) {
	t.Parallel()
	c := newCampaign(t, 3)
	data := filepath.Join(t.TempDir(), "data")
	for i := range 20 {
		c.say(i)
	}
	p := c.start(orders{Data: data, Unbuffer: true, Die: "before", At: 5})
	if killed, err := p.follow(func(int) {}); !killed {
		t.Fatalf("the process was not killed: %v", err)
	}
	c.finish(orders{Data: data, Unbuffer: true})
	if found := len(c.found(storetest.Open(t, data))); found != len(c.said)-1 {
		t.Errorf("%d of %d recorded: want the one lost that was not committed", found, len(c.said))
	}
}

// killed lets n messages be said while processes are killed, and checks that all
// are recorded in the end. ways is how a process dies: at a commit, or at a
// random moment after some.
func (c *campaign) killed(n, burst int, o orders, ways []string) (kills, recorded int) {
	c.Helper()
	r := rand.New(rand.NewPCG(uint64(os.Getpid()), 1))
	spoken := make(chan struct{})
	go func() {
		defer close(spoken)
		for i := range n { // most is said while the process is there
			_ = c.server.Below(context.Background(), 60)
			c.say(i)
		}
	}()
	for turn := 0; ; turn++ {
		select {
		case <-spoken:
			c.finish(o)
			c.wantAll(storetest.Open(c, o.Data))
			return kills, recorded
		default:
		}
		o.Die, o.At = ways[turn%len(ways)], 1+r.Int64N(int64(burst))
		left, delay := o.At, time.Duration(r.Int64N(int64(20*time.Millisecond)))
		p := c.start(o)
		ended := make(chan struct{})
		go func() {
			select {
			case <-spoken: // there will be no commit to die at
				_ = p.Process.Kill()
			case <-ended:
			}
		}()
		killed, err := p.follow(func(k int) {
			recorded += k
			if left -= int64(k); left <= 0 && o.Die == "" {
				time.AfterFunc(delay, func() { _ = p.Process.Kill() }) // in the middle of whatever comes next
			}
		})
		close(ended)
		_ = p.stdin.Close()
		if !killed {
			c.Fatalf("the process ended with %v", err)
		}
		kills++
	}
}

// finish lets a process work until everything is acknowledged and fetched, and
// returns its peak of memory in KiB.
func (c *campaign) finish(o orders) int {
	c.Helper()
	o.Die, o.At = "", 0
	p := c.start(o)
	go func() {
		defer func() { _ = p.stdin.Close() }()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
		defer cancel()
		if err := c.server.Settled(ctx); err != nil {
			c.Errorf("%d messages have no receipt", c.server.Unacknowledged())
		}
	}()
	if killed, err := p.follow(func(int) {}); killed || err != nil {
		c.Fatalf("the process ended with %v", err)
	}
	return p.peak
}
