// Package demo is a small mail server in the program itself: SMTP in, IMAP
// out, one mailbox, on loopback. With it "usulan demo" shows the real email
// channel at work on a machine that has nothing else.
package demo

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

const inbox = "INBOX"

// mailbox is the one mailbox. A mail is a file in its folder before it is in
// the mailbox, so that a demo that is started again goes on with the same
// mails under the same numbers.
type mailbox struct {
	dir  string
	user *imapmemserver.User

	mu      sync.Mutex
	next    imap.UID
	arrived chan struct{} // closed at the next arrival
	ids     map[string]bool
}

// openMailbox loads what the folder holds.
func openMailbox(dir, user, password string) (*mailbox, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	b := &mailbox{
		dir: dir, user: imapmemserver.NewUser(user, password),
		next: 1, arrived: make(chan struct{}), ids: map[string]bool{},
	}
	if err := b.user.Create(inbox, nil); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil {
		return nil, err
	}
	for range files {
		if err := b.load(b.file(b.next)); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *mailbox) file(uid imap.UID) string {
	return filepath.Join(b.dir, fmt.Sprintf("%06d.eml", uid))
}

// load puts a mail that is a file into the mailbox. Its time of arrival is the
// file's.
func (b *mailbox) load(file string) error {
	info, err := os.Stat(file)
	if err != nil {
		// Numbers would shift, and an IMAP client would take one mail for another.
		return fmt.Errorf("the mailbox has a gap: %w; start with an empty folder", err)
	}
	mail, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return b.append(mail, info.ModTime())
}

// deliver makes a mail safe and then visible.
func (b *mailbox) deliver(mail []byte) (*imap.AppendData, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now().Truncate(time.Second)
	uid := b.next
	if err := writeSynced(b.file(uid), mail, now); err != nil {
		return nil, err
	}
	if err := b.append(mail, now); err != nil {
		return nil, err
	}
	close(b.arrived)
	b.arrived = make(chan struct{})
	return &imap.AppendData{UID: uid, UIDValidity: 1}, nil
}

func (b *mailbox) append(mail []byte, at time.Time) error {
	data, err := b.user.Append(inbox, literal{bytes.NewReader(mail)}, &imap.AppendOptions{Time: at})
	if err != nil {
		return err
	}
	b.next = data.UID + 1
	b.ids[messageID(mail)] = true
	return nil
}

// has tells whether a mail with this Message-ID was delivered.
func (b *mailbox) has(id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ids[id]
}

// arrival returns a channel that is closed when the next mail arrives.
func (b *mailbox) arrival() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.arrived
}

// writeSynced writes a file so that it is there whole or not at all.
func writeSynced(file string, content []byte, at time.Time) error {
	f, err := os.CreateTemp(filepath.Dir(file), "arriving-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Chtimes(f.Name(), at, at)
	}
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// session is one IMAP connection.
type session struct {
	*imapmemserver.UserSession
	box *mailbox
}

// newSession serves one connection.
func (b *mailbox) newSession(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
	return &session{box: b}, nil, nil
}

func (s *session) Login(name, password string) error {
	if err := s.box.user.Login(name, password); err != nil {
		return err
	}
	s.UserSession = imapmemserver.NewUserSession(s.box.user)
	return nil
}

// Idle tells of arrivals at once. The library's own loses an arrival between
// the last command and IDLE; here the mailbox is looked at after one listens.
func (s *session) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	for {
		arrival := s.box.arrival()
		if err := s.Poll(w, true); err != nil {
			return err
		}
		select {
		case <-arrival:
		case <-stop:
			return nil
		}
	}
}

// Append lets a mail program put mails into the mailbox.
func (s *session) Append(name string, r imap.LiteralReader, options *imap.AppendOptions) (*imap.AppendData, error) {
	if name != inbox {
		return s.UserSession.Append(name, r, options)
	}
	if r.Size() > maxMail {
		return nil, &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeTooBig, Text: "mail is too large"}
	}
	var mail bytes.Buffer
	if _, err := mail.ReadFrom(r); err != nil {
		return nil, err
	}
	return s.box.deliver(mail.Bytes())
}

// literal is a mail as the library wants it.
type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }
