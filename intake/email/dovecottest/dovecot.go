// Package dovecottest runs a private Dovecot 2.3 for tests: on loopback, in a
// temporary folder, ended with the test. Without Dovecot the test is skipped,
// or fails where the environment says CI=true.
package dovecottest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// User and Password let one into a server; every user name has a mailbox of its
// own and the same password.
const (
	User     = "warga"
	Password = "rahasia-rakyat"
)

// Options shape a server. The zero value is what most tests need.
type Options struct {
	NoIdle     bool   // the server does not offer IDLE
	NoMove     bool   // the server does not offer MOVE
	Settings   string // more lines of configuration
	TokenCheck string // address of an OAuth2 introspection endpoint; turns token logins on

	// TokenMechanism is the only mechanism for tokens, where a test wants to
	// offer one: xoauth2 or oauthbearer.
	TokenMechanism string
}

// Server is a running Dovecot.
type Server struct {
	Host    string
	Port    int    // plain text and STARTTLS
	TLSPort int    // implicit TLS
	CAFile  string // the certificate that signed the server's

	tb     testing.TB
	dir    string
	opts   Options
	owner  string // system user that owns the mail
	cmd    *exec.Cmd
	exited chan struct{}
	seq    int
}

// Start starts a server and stops it when the test ends.
func Start(tb testing.TB, o Options) *Server {
	tb.Helper()
	if lack := lacking(); lack != "" {
		if os.Getenv("CI") == "true" {
			tb.Fatal(lack)
		}
		tb.Skip(lack)
	}
	// Not tb.TempDir: sockets have short paths, and Dovecot's own users look in.
	dir, err := os.MkdirTemp("", "dovecot")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &Server{Host: "127.0.0.1", tb: tb, dir: dir, opts: o, owner: owner(tb)}
	s.must(os.Chmod(dir, 0o755))
	for _, sub := range []string{"run", "state", "mail"} {
		s.must(os.Mkdir(filepath.Join(dir, sub), 0o755))
	}
	s.chown(filepath.Join(dir, "mail"))
	s.writeCertificates()
	tb.Cleanup(s.Stop)
	s.Restart()
	return s
}

// lacking says what this machine lacks to run a server.
func lacking() string {
	for _, program := range []string{"dovecot", "doveadm"} {
		if _, err := exec.LookPath(program); err != nil {
			return program + " is not installed (or not in PATH: it lies in /usr/sbin)"
		}
	}
	version, err := exec.Command("dovecot", "--version").Output()
	if err != nil || !strings.HasPrefix(string(version), "2.3.") {
		return "dovecot 2.3 is needed, whose configuration is written here; found " + strings.TrimSpace(string(version))
	}
	return ""
}

// owner is who owns the mail: Dovecot refuses to let root read mail.
func owner(tb testing.TB) string {
	if os.Getuid() == 0 {
		return "mail"
	}
	u, err := user.Current()
	if err != nil {
		tb.Fatal(err)
	}
	return u.Username
}

// Restart stops the server if it runs, and starts it. Its ports may change.
func (s *Server) Restart() {
	s.tb.Helper()
	s.Stop()
	for range 5 {
		if s.Port == 0 {
			s.Port, s.TLSPort = freePort(s.tb), freePort(s.tb)
		}
		s.writeConfig()
		if s.start() {
			return
		}
		s.Port = 0 // somebody else took it in between
	}
	log, _ := os.ReadFile(filepath.Join(s.dir, "dovecot.log"))
	s.tb.Fatalf("dovecot does not start:\n%s", log)
}

// start tells whether the server came up.
func (s *Server) start() bool {
	output, err := os.Create(filepath.Join(s.dir, "output")) // a file: Dovecot's children would keep a pipe open
	s.must(err)
	defer output.Close()
	s.cmd = exec.Command("dovecot", "-F", "-c", s.config())
	s.cmd.Stdout, s.cmd.Stderr = output, output
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	s.must(s.cmd.Start())
	s.exited = make(chan struct{})
	go func(cmd *exec.Cmd, exited chan struct{}) { _ = cmd.Wait(); close(exited) }(s.cmd, s.exited)

	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		if s.greets() {
			return true
		}
		select {
		case <-s.exited:
			said, _ := os.ReadFile(output.Name())
			s.tb.Logf("dovecot ended: %s", said)
			return false
		case <-time.After(20 * time.Millisecond):
		}
	}
	return false
}

func (s *Server) greets() bool {
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		return false
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	greeting := make([]byte, 4)
	_, err = conn.Read(greeting)
	return err == nil && string(greeting) == "* OK"
}

// Stop ends the server and every connection to it at once, as a power cut would.
func (s *Server) Stop() {
	if s.cmd == nil {
		return
	}
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) // Dovecot's children too
	<-s.exited
	s.cmd = nil
}

// Addr is host:port for plain text and STARTTLS.
func (s *Server) Addr() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// Deliver puts mails into a folder of User, as a mail transfer agent would, and
// makes the folder if need be. The arrival is now.
func (s *Server) Deliver(folder string, mails ...[]byte) {
	s.tb.Helper()
	s.DeliverTo(User, folder, time.Time{}, mails...)
}

// DeliverTo puts mails into a folder of any user with an arrival of choice.
func (s *Server) DeliverTo(name, folder string, arrival time.Time, mails ...[]byte) {
	s.tb.Helper()
	at := s.maildir(name, folder)
	if folder != "INBOX" {
		if _, err := os.Stat(at); err != nil {
			s.Admin("mailbox", "create", "-u", name, folder)
		}
	}
	for _, sub := range []string{"cur", "new", "tmp"} {
		s.mkdir(filepath.Join(at, sub))
	}
	if arrival.IsZero() {
		arrival = time.Now()
	}
	for _, mail := range mails {
		s.seq++
		base := fmt.Sprintf("%d.M%06d.test,S=%d", arrival.Unix(), s.seq, len(mail))
		tmp := filepath.Join(at, "tmp", base)
		s.must(os.WriteFile(tmp, mail, 0o644))
		s.must(os.Chtimes(tmp, arrival, arrival))
		s.chown(tmp)
		s.must(os.Rename(tmp, filepath.Join(at, "new", base)))
	}
}

// Admin runs doveadm on the server and returns what it prints.
func (s *Server) Admin(args ...string) string {
	s.tb.Helper()
	out, err := exec.Command("doveadm", append([]string{"-c", s.config()}, args...)...).CombinedOutput()
	if err != nil {
		s.tb.Fatalf("doveadm %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// Expunge deletes mails of User by UID.
func (s *Server) Expunge(folder string, uids ...uint32) {
	s.tb.Helper()
	for _, uid := range uids {
		s.Admin("expunge", "-u", User, "mailbox", folder, "uid", strconv.FormatUint(uint64(uid), 10))
	}
}

// Renumber gives a folder of User a new UIDVALIDITY and its mails new UIDs, as a
// restored or moved mailbox has them.
func (s *Server) Renumber(folder string, validity uint32) {
	s.tb.Helper()
	at := s.maildir(User, folder)
	for _, name := range []string{"dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache", "dovecot-uidvalidity"} {
		if err := os.Remove(filepath.Join(at, name)); err != nil && !os.IsNotExist(err) {
			s.tb.Fatal(err)
		}
	}
	s.Admin("mailbox", "update", "-u", User, "--uid-validity", strconv.FormatUint(uint64(validity), 10), folder)
}

// maildir is where a folder lies (Maildir++).
func (s *Server) maildir(name, folder string) string {
	root := filepath.Join(s.dir, "mail", name, "Maildir")
	if folder == "INBOX" {
		return root
	}
	return filepath.Join(root, "."+folder)
}

// mkdir makes a folder and those above it for the owner of the mail.
func (s *Server) mkdir(path string) {
	if _, err := os.Stat(path); err == nil {
		return
	}
	s.mkdir(filepath.Dir(path))
	s.must(os.Mkdir(path, 0o755))
	s.chown(path)
}

func (s *Server) chown(path string) {
	if os.Getuid() != 0 {
		return
	}
	u, err := user.Lookup(s.owner)
	s.must(err)
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	s.must(os.Lchown(path, uid, gid))
}

func (s *Server) write(name, text string) string {
	path := filepath.Join(s.dir, name)
	s.must(os.WriteFile(path, []byte(text), 0o644))
	return path
}

func (s *Server) must(err error) {
	if err != nil {
		s.tb.Helper()
		s.tb.Fatal(err)
	}
}

func freePort(tb testing.TB) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
