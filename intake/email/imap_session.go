package email

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"usulan/intake"
)

// session is one connection to a mail server. It is dialled, secured and logged
// in step by step, so that "usulan check" can tell which step went wrong.
type session struct {
	box    *Mailbox
	tokens *tokens // nil where a password is used
	wire   *wire
	client *imapclient.Client
	heard  chan struct{} // holds a signal when the server spoke of new mail
	unhook func() bool
}

// connect makes a session that is ready to open a folder. It ends with ctx.
func connect(ctx context.Context, box *Mailbox, tokens *tokens) (*session, error) {
	s := &session{box: box, tokens: tokens, heard: make(chan struct{}, 1)}
	for _, step := range []func(context.Context) error{s.dial, s.secure, s.login} {
		if err := step(ctx); err != nil {
			s.close()
			return nil, err
		}
	}
	s.wire.expect(patienceCommand)
	return s, nil
}

// dial makes the TCP connection.
func (s *session) dial(ctx context.Context) error {
	d := net.Dialer{
		Timeout:         patienceGreeting,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: time.Minute, Interval: 15 * time.Second, Count: 4},
	}
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(s.box.Host, strconv.Itoa(s.box.Port)))
	if err != nil {
		return &intake.Fault{Code: intake.FaultUnreachable, Err: err}
	}
	s.wire = &wire{Conn: conn, patience: patienceGreeting}
	s.unhook = context.AfterFunc(ctx, func() { _ = conn.Close() })
	return nil
}

// errPlainText refuses to send a password over a line that others can read.
var errPlainText = errors.New("plain text to another machine is refused: set tls to \"implicit\" or \"starttls\"")

// secure encrypts the connection, unless it stays within this machine, and
// reads the greeting.
func (s *session) secure(ctx context.Context) error {
	options := &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(d *imapclient.UnilateralDataMailbox) {
			if d.NumMessages != nil {
				signal(s.heard)
			}
		},
	}}
	var err error
	switch s.box.TLS {
	case TLSNone:
		if at, ok := s.wire.RemoteAddr().(*net.TCPAddr); !ok || !at.IP.IsLoopback() {
			return intake.Permanent(&intake.Fault{Code: intake.FaultTLS, Err: errPlainText})
		}
		s.client = imapclient.New(newBuffered(s.wire), options)
	case TLSStart:
		if options.TLSConfig, err = s.box.tlsConfig(); err == nil {
			s.client, err = imapclient.NewStartTLS(newBuffered(s.wire), options)
		}
	default:
		var config *tls.Config
		if config, err = s.box.tlsConfig(); err == nil {
			secured := tls.Client(s.wire, config)
			if err = secured.HandshakeContext(ctx); err == nil {
				s.client = imapclient.New(newBuffered(secured), options)
			}
		}
	}
	if err != nil {
		return &intake.Fault{Code: intake.FaultTLS, Err: fmt.Errorf("secure the connection: %w", err)}
	}
	if err := s.client.WaitGreeting(); err != nil {
		return &intake.Fault{Code: intake.FaultUnreachable, Err: fmt.Errorf("wait for the greeting: %w", err)}
	}
	return nil
}

// tlsConfig trusts the system's certificates and those of the configuration.
func (m *Mailbox) tlsConfig() (*tls.Config, error) {
	c := &tls.Config{ServerName: m.Host, MinVersion: tls.VersionTLS12}
	if m.CAFile == "" {
		return c, nil
	}
	pem, err := os.ReadFile(m.CAFile)
	if err != nil {
		return nil, fmt.Errorf("read ca_file: %w", err)
	}
	if c.RootCAs, err = x509.SystemCertPool(); err != nil {
		c.RootCAs = x509.NewCertPool()
	}
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read ca_file: %s holds no certificate", m.CAFile)
	}
	return c, nil
}

// has tells whether the server offers a capability.
func (s *session) has(c imap.Cap) bool { return s.client.Caps().Has(c) }

// abort cuts the line, so that whoever waits for the server stops waiting.
func (s *session) abort() { _ = s.wire.Conn.Close() }

// close ends the session at once.
func (s *session) close() {
	if s.wire == nil {
		return
	}
	s.unhook()
	s.abort()
	if s.client != nil {
		_ = s.client.Close()
	}
}

// goodbye ends the session the way servers like it.
func (s *session) goodbye() {
	s.wire.expect(5 * time.Second)
	_ = s.client.Logout().Wait()
	s.close()
}

// isAnswer tells whether err is the server's word on a command (NO or BAD), so
// that the connection goes on. After any other error it is gone.
func isAnswer(err error) bool {
	var said *imap.Error
	return errors.As(err, &said) && said.Type != imap.StatusResponseTypeBye
}

// signal leaves a signal unless there is one already.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
