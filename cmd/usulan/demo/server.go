package demo

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/mail"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-smtp"
)

// maxMail is above the largest mail that the email channel takes by default,
// so that the demo can show what happens to one that is too large.
const maxMail = 96 << 20

// Server is the mail server: SMTP for anybody on this machine, IMAP for who
// knows the password.
type Server struct {
	SMTP, IMAP net.Addr

	box       *mailbox
	listeners [2]net.Listener
	smtp      *smtp.Server
	imap      *imapserver.Server
	done      sync.WaitGroup
	closing   sync.Once
	err       error // of closing
}

// Start opens the mailbox in folder dir and serves it on two free ports of
// loopback.
func Start(dir, user, password string, log *slog.Logger) (*Server, error) {
	box, err := openMailbox(dir, user, password)
	if err != nil {
		return nil, fmt.Errorf("open the demo's mailbox: %w", err)
	}
	smtpListener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	imapListener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		smtpListener.Close()
		return nil, err
	}
	s := &Server{
		SMTP: smtpListener.Addr(), IMAP: imapListener.Addr(),
		box: box, listeners: [2]net.Listener{smtpListener, imapListener},
	}

	s.smtp = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &delivery{box: box, from: c.Conn().RemoteAddr().String(), helo: c.Hostname()}, nil
	}))
	s.smtp.Domain = "localhost"
	s.smtp.MaxMessageBytes = maxMail
	s.smtp.MaxLineLength = 1 << 20 // real servers take what the RFC forbids
	s.smtp.MaxRecipients = 1000
	s.smtp.EnableSMTPUTF8 = true
	s.smtp.EnableBINARYMIME = true
	s.smtp.ReadTimeout, s.smtp.WriteTimeout = 5*time.Minute, 5*time.Minute
	s.smtp.ErrorLog = quiet{log}

	s.imap = imapserver.New(&imapserver.Options{
		NewSession:   box.newSession,
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}},
		InsecureAuth: true, // on loopback
		Logger:       quiet{log},
	})

	s.done.Go(func() { s.report(log, s.smtp.Serve(smtpListener)) })
	s.done.Go(func() { s.report(log, s.imap.Serve(imapListener)) })
	return s, nil
}

func (s *Server) report(log *slog.Logger, err error) {
	if err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		log.Error("demo mail server ended", "error", err)
	}
}

// Close cuts all connections and waits for the servers to end. The listeners
// are closed first: a server that has only just begun does not know its own.
func (s *Server) Close() error {
	s.closing.Do(func() {
		s.err = errors.Join(s.listeners[0].Close(), s.listeners[1].Close())
		s.smtp.Close()
		s.imap.Close()
		s.done.Wait()
	})
	return s.err
}

// delivery is one SMTP connection: whatever is sent, to whomever, lands in the
// mailbox.
type delivery struct {
	box        *mailbox
	from, helo string

	sender     string
	recipients []string
}

func (d *delivery) Reset()        { d.sender, d.recipients = "", nil }
func (d *delivery) Logout() error { return nil }

func (d *delivery) Mail(from string, _ *smtp.MailOptions) error {
	d.sender = from
	return nil
}

func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	d.recipients = append(d.recipients, to)
	return nil
}

// Data accepts a mail: it is on disk and in the mailbox before the answer.
func (d *delivery) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	var m bytes.Buffer
	fmt.Fprintf(&m, "Return-Path: <%s>\r\n", d.sender)
	if len(d.recipients) > 0 {
		fmt.Fprintf(&m, "Delivered-To: %s\r\n", d.recipients[0])
	}
	now := time.Now()
	fmt.Fprintf(&m, "Received: from %s ([%s])\r\n\tby localhost with ESMTP; %s\r\n", d.helo, d.from, now.Format(time.RFC1123Z))
	// A server that takes mail from people adds what their program left out
	// (RFC 6409 section 8).
	head, _, _ := bytes.Cut(body, []byte("\r\n\r\n"))
	if !hasField(head, "date") {
		fmt.Fprintf(&m, "Date: %s\r\n", now.Format(time.RFC1123Z))
	}
	if !hasField(head, "message-id") {
		fmt.Fprintf(&m, "Message-ID: <%s@localhost>\r\n", strings.ToLower(rand.Text()))
	}
	if !startsWithField(body) {
		m.WriteString("\r\n") // a text without any header must not be taken for one
	}
	m.Write(body)
	if _, err := d.box.deliver(m.Bytes()); err != nil {
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "the mail could not be stored, try again later"}
	}
	return nil
}

// hasField tells whether a header has a field.
func hasField(head []byte, name string) bool {
	for line := range bytes.Lines(head) {
		if i := bytes.IndexByte(line, ':'); i > 0 && strings.EqualFold(string(bytes.TrimRight(line[:i], " \t")), name) {
			return true
		}
	}
	return false
}

// startsWithField tells whether a mail begins with a header.
func startsWithField(mail []byte) bool {
	line, _, _ := bytes.Cut(mail, []byte("\n"))
	name, _, ok := bytes.Cut(line, []byte(":"))
	return ok && len(name) > 0 && bytes.IndexFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// messageID returns the Message-ID of a mail, empty when it cannot be read.
func messageID(b []byte) string {
	m, err := mail.ReadMessage(bytes.NewReader(b))
	if err != nil {
		return ""
	}
	return strings.Trim(m.Header.Get("Message-Id"), "<> ")
}

// quiet logs what the libraries have to say where a person looks for faults.
type quiet struct{ log *slog.Logger }

func (q quiet) Printf(format string, v ...any) {
	q.log.Debug("demo mail server", "said", fmt.Sprintf(format, v...))
}

func (q quiet) Println(v ...any) { q.log.Debug("demo mail server", "said", fmt.Sprint(v...)) }
