package whatsapp_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite" // another program that has the database open

	"usulan/intake"
	"usulan/intake/whatsapp"
	"usulan/store"
	"usulan/store/storetest"
)

// supervised runs a channel as the service does, with pauses that suit a test,
// until stop. What goes wrong is told to seen.
func (p *phone) supervised(c *whatsapp.Channel, db *store.DB, seen chan<- string) (stop func()) {
	s := intake.NewSupervisor(func(ctx context.Context, source string) (intake.Ledger, error) {
		l, err := db.Acquire(ctx, source)
		if err != nil {
			tell(seen, intake.FaultOf(err)) // nobody else can be told
			return nil, err
		}
		return faults{l, seen}, nil
	}, slog.New(slog.NewTextHandler(testLog{p}, nil)))
	s.FirstPause, s.MaxPause = 10*time.Millisecond, 50*time.Millisecond
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx, c) }()
	stop = func() { cancel(); <-done }
	p.Cleanup(stop)
	return stop
}

// fetched waits until no file is awaited.
func (p *phone) fetched(db *store.DB) {
	p.Helper()
	deadline := time.After(2 * time.Minute)
	for {
		awaited, _, err := db.Absent(context.Background(), source, 1)
		if err != nil {
			p.Fatal(err)
		}
		if len(awaited) == 0 {
			return
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			p.Fatal("files are still awaited")
		}
	}
}

// TestDisturbed has the line cut, and messages come late, twice and in another
// order than they were sent.
func TestDisturbed(t *testing.T) {
	t.Parallel()
	n := 200
	if long() {
		n = 2000
	}
	c := newCampaign(t, 10)
	db := storetest.Open(t, t.TempDir())
	stop := c.supervised(c.channel(), db, nil)
	c.server.Disturb(30*time.Millisecond, 0.3)
	for i := range n {
		if err := c.server.Below(t.Context(), 50); err != nil {
			t.Fatal(err)
		}
		c.say(i)
		if i%40 == 39 {
			c.server.Cut()
		}
	}
	c.server.Disturb(0, 0)
	c.server.Cut() // what was held up comes once more
	c.acknowledged()
	c.fetched(db)
	stop()
	c.wantAll(db)
}

// faults is a ledger that tells of faults.
type faults struct {
	intake.Ledger
	seen chan<- string
}

func (f faults) Report(ctx context.Context, s intake.Status) error {
	tell(f.seen, s.Fault)
	return f.Ledger.Report(ctx, s)
}

// tell passes a fault on to who listens.
func tell(seen chan<- string, fault string) {
	if fault == "" {
		return
	}
	select {
	case seen <- fault:
	default:
	}
}

// await waits for a fault.
func (p *phone) await(seen <-chan string, fault string) {
	p.Helper()
	limit := time.After(time.Minute)
	for {
		select {
		case got := <-seen:
			if got == fault {
				return
			}
		case <-limit:
			p.Fatalf("nobody was told of %s", fault)
		}
	}
}

// TestLocked has another program hold the database.
func TestLocked(t *testing.T) {
	t.Parallel()
	c := newCampaign(t, 5)
	dir := t.TempDir()
	db := storetest.Open(t, dir)
	seen := make(chan string, 16)
	stop := c.supervised(c.channel(), db, seen)
	c.say(0)
	c.acknowledged()

	files, err := filepath.Glob(filepath.Join(dir, "*.db"))
	if err != nil || len(files) != 1 {
		t.Fatalf("databases %v, %v", files, err)
	}
	other, err := sql.Open("sqlite", "file:"+files[0]+"?_txlock=immediate&_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	tx, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < 20; i++ {
		c.say(i)
	}
	c.await(seen, intake.FaultStorage)
	if n := c.server.Unacknowledged(); n != 19 {
		t.Errorf("%d of 19 messages are unacknowledged while nothing can be recorded", n)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	c.acknowledged()
	c.fetched(db)
	stop()
	c.wantAll(db)
}

// TestDiskFull runs out of room, with the keys and the database on one small
// file system, and goes on when there is room again.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("mounting a small file system needs root")
	}
	disk := t.TempDir()
	mount := func(options string) {
		t.Helper()
		if out, err := exec.Command("mount", "-t", "tmpfs", "-o", options, "tmpfs", disk).CombinedOutput(); err != nil {
			t.Skipf("mount: %v %s", err, out)
		}
	}
	mount("size=64m")
	t.Cleanup(func() { _ = exec.Command("umount", "-l", disk).Run() })
	c := newCampaign(t, 20)
	c.sound = true
	move(t, c.session, filepath.Join(disk, "session.db"))
	c.session = filepath.Join(disk, "session.db")
	db := storetest.Open(t, filepath.Join(disk, "data"))
	seen := make(chan string, 16)
	stop := c.supervised(c.channel(), db, seen)
	c.say(0)
	c.acknowledged()

	ballast := filepath.Join(disk, "ballast")
	fill(t, ballast)
	n := 400
	for i := 1; i < n; i++ {
		c.say(i)
	}
	c.await(seen, intake.FaultStorage)
	left := c.server.Unacknowledged()
	t.Logf("stopped with %d of %d messages unacknowledged", left, n)
	if left == 0 {
		t.Error("everything was acknowledged on a full disk")
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	c.acknowledged()
	c.fetched(db)
	stop()
	c.wantAll(db)
}

// fill leaves little room on a file system.
func fill(t *testing.T, file string) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	block := make([]byte, 64<<10)
	size := int64(0)
	for {
		n, err := f.Write(block)
		size += int64(n)
		if err != nil {
			break
		}
	}
	if err := f.Truncate(size - 512<<10); err != nil {
		t.Fatal(err)
	}
}

// move moves a file of SQLite that nobody writes to any more, with the journal
// that may still lie beside it.
func move(t *testing.T, from, to string) {
	t.Helper()
	for _, end := range []string{"", "-wal"} {
		data, err := os.ReadFile(from + end)
		if end != "" && errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err == nil {
			err = os.WriteFile(to+end, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
