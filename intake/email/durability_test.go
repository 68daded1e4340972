package email_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"usulan/intake"
	"usulan/intake/email"
	"usulan/intake/email/dovecottest"
	"usulan/store"
	"usulan/store/storetest"
)

// TestIntakeChild is not a test of its own: it is the process that others kill
// or measure. It makes one pass over a mailbox and prints how many items each
// commit made safe.
func TestIntakeChild(t *testing.T) {
	dir := os.Getenv("USULAN_TEST_DIR")
	if dir == "" {
		t.Skip("only runs as a child of other tests")
	}
	port, err := strconv.Atoi(os.Getenv("USULAN_TEST_PORT"))
	if err != nil {
		t.Fatal(err)
	}
	l := lease(t, storetest.Open(t, dir), "email/forum")
	m := email.Mailbox{
		Name: "forum", Address: "forum@example.id", Host: "127.0.0.1", Port: port, TLS: email.TLSNone,
		User: dovecottest.User, Password: dovecottest.Password,
	}
	fetch(t, m.WithDefaults(), &telling{l})
	// What getrusage says includes the parent's size.
	status, _ := os.ReadFile("/proc/self/status")
	if _, rest, ok := bytes.Cut(status, []byte("VmHWM:")); ok {
		fmt.Fprintf(os.Stdout, "peak %s KiB\n", bytes.Fields(rest)[0])
	}
}

// telling prints what was recorded.
type telling struct{ intake.Ledger }

func (s *telling) Record(ctx context.Context, p intake.Place, items []intake.Item) (int, error) {
	n, err := s.Ledger.Record(ctx, p, items)
	fmt.Fprintf(os.Stdout, "recorded %d\n", n)
	return n, err
}

// child prepares a process that takes in what a port serves.
func child(t *testing.T, dir string, port int) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestIntakeChild$")
	cmd.Env = append(os.Environ(), "USULAN_TEST_DIR="+dir, "USULAN_TEST_PORT="+strconv.Itoa(port))
	cmd.Stderr = os.Stderr
	return cmd
}

// mixed is letters with some among them that are kept in files.
func mixed(n int) (mails [][]byte) {
	for i := 1; i <= n; i++ {
		if i%50 == 7 {
			mails = append(mails, bigLetter(i, 130<<10))
			continue
		}
		mails = append(mails, letter(i))
	}
	return mails
}

// wantMails checks that a source holds each of the mails once, unaltered.
func wantMails(t *testing.T, db *store.DB, mails [][]byte) {
	t.Helper()
	all := rows(t, db, "email/forum")
	if len(all) != len(mails) {
		t.Errorf("%d rows, want %d", len(all), len(mails))
	}
	seen := map[string]int{}
	for _, row := range all {
		if row.Outcome != intake.NewProposal {
			t.Errorf("item %s: outcome %s (%s), want a proposal", row.Item, row.Outcome, row.Reason)
		}
		if row.Submission != 0 {
			seen[rawOf(t, db, row)]++
		}
	}
	for i, m := range mails {
		if seen[string(m)] != 1 {
			t.Errorf("mail %d was recorded %d times, want once", i+1, seen[string(m)])
		}
	}
	if counts := storetest.Accounts(t, db, "email/forum"); counts[intake.NewProposal] != int64(len(mails)) {
		t.Errorf("accounts = %v, want %d proposals", counts, len(mails))
	}
}

// TestKilled kills the process at random moments of an intake through a slow
// line, until a process comes to the end by itself.
func TestKilled(t *testing.T) {
	t.Parallel()
	n, burst, wantKills := 300, 50, 3
	if long() {
		n, burst, wantKills = 2000, 42, 30
	}
	s := dovecottest.Start(t, dovecottest.Options{})
	mails := mixed(n)
	s.Deliver("INBOX", mails...)
	p := newProxy(t, s.Addr())
	p.pace = slowly(2 << 20)
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(uint64(os.Getpid()), 1))

	kills, between, recorded := 0, 0, 0
	for ended := false; !ended; {
		cmd := child(t, dir, p.port())
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		left, delay := r.IntN(burst), time.Duration(r.Int64N(int64(20*time.Millisecond)))
		killed := make(chan struct{})
		kill := func() { _ = cmd.Process.Signal(syscall.SIGKILL); close(killed) }
		for in := bufio.NewScanner(out); in.Scan(); {
			var k int
			if _, err := fmt.Sscanf(in.Text(), "recorded %d", &k); err != nil {
				continue
			}
			recorded += k
			if before := left; before >= 0 {
				if left -= k; left < 0 {
					time.AfterFunc(delay, kill) // in the middle of whatever comes next
				}
			}
		}
		err = cmd.Wait()
		var exit *exec.ExitError
		switch {
		case err == nil:
			ended = true
		case errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signaled():
			kills++
			if recorded > 0 && recorded < n {
				between++
			}
		default:
			t.Fatalf("the process ended with %v", err)
		}
		if left < 0 {
			<-killed
		}
		if kills > 20*wantKills {
			t.Fatalf("no end after %d kills", kills)
		}
	}
	t.Logf("%d kills, %d of them between the first and the last commit of %d mails", kills, between, n)
	if between < wantKills {
		t.Errorf("%d kills fell between the first and the last commit, want at least %d", between, wantKills)
	}
	wantMails(t, storetest.Open(t, dir), mails)
	wantNoLitter(t, dir)
}

// wantNoLitter checks that nothing half-written lies about after a clean end,
// other than what the sweep of an hour later takes.
func wantNoLitter(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".tmp" {
			t.Errorf("left behind: %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestBigMailInLittleMemory takes a mail of 49 MiB, among others, in a process of
// its own and looks at its peak.
func TestBigMailInLittleMemory(t *testing.T) {
	t.Parallel()
	s := dovecottest.Start(t, dovecottest.Options{})
	mails := append(letters(1, 20), bigLetter(21, 49<<20))
	mails = append(mails, letters(22, 40)...)
	s.Deliver("INBOX", mails...)
	dir := t.TempDir()
	out, err := child(t, dir, s.Port).Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if _, rest, ok := bytes.Cut(out, []byte("peak ")); ok {
		peak, err := strconv.Atoi(string(bytes.Fields(rest)[0]))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("peak memory %d MiB", peak>>10)
		if peak >= 192<<10 {
			t.Errorf("peak memory = %d MiB, want less than 192", peak>>10)
		}
	}
	wantMails(t, storetest.Open(t, dir), mails)
}

// TestDiskFull runs out of room in the middle of an intake, on a small file
// system of its own.
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
	mount("size=5m")
	t.Cleanup(func() { _ = exec.Command("umount", "-l", disk).Run() })
	s := dovecottest.Start(t, dovecottest.Options{})
	mails := mixed(1200)
	s.Deliver("INBOX", mails...)
	dir := filepath.Join(disk, "data")

	db := storetest.Open(t, dir)
	l := lease(t, db, "email/forum")
	m := mailbox(s, nil)
	for range 2 { // stopping again and again loses nothing either
		err := channel(t, m).Fetch(t.Context(), l)
		if intake.FaultOf(err) != intake.FaultStorage || intake.IsPermanent(err) {
			t.Fatalf("error = %v, want a fault of storage that passes", err)
		}
		t.Logf("stopped with %d mails recorded: %v", l.recorded, err)
	}
	if l.recorded == 0 || l.recorded >= len(mails) {
		t.Fatalf("%d mails recorded on a full disk, want some of %d", l.recorded, len(mails))
	}
	mount("remount,size=100m")
	fetch(t, m, l)
	wantMails(t, db, mails)
}
