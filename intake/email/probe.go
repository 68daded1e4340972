package email

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"iter"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"usulan/intake"
)

// Step is one thing that was tried on a mailbox.
type Step struct {
	Name   string // dial, tls, login, folder INBOX, idle
	OK     bool
	Detail string // what was found, or what went wrong
	Advice string // what to do about it, in a sentence; empty when all is well
}

// Check tries a mailbox for real, step by step, and changes nothing on it. It
// ends with the first step without which the next cannot be tried.
func Check(ctx context.Context, box Mailbox) iter.Seq[Step] {
	return func(yield func(Step) bool) {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		s := &session{box: &box, tokens: newTokens(box.OAuth), heard: make(chan struct{}, 1)}
		defer s.close()
		for _, step := range []struct {
			name string
			do   func(context.Context) error
			good string
		}{
			{"dial", s.dial, fmt.Sprintf("%s port %d answers", box.Host, box.Port)},
			{"tls", s.secure, securedBy(&box)},
			{"login", s.login, "the server accepts " + box.User},
		} {
			if err := step.do(ctx); err != nil {
				yield(Step{Name: step.name, Detail: plainly(err), Advice: advice(&box, err)})
				return
			}
			if !yield(Step{Name: step.name, OK: true, Detail: step.good}) {
				return
			}
		}
		for _, name := range box.Folders {
			if !yield(s.checkFolder(name)) {
				return
			}
		}
		yield(s.checkIdle())
	}
}

func securedBy(box *Mailbox) string {
	switch box.TLS {
	case TLSNone:
		return "plain text within this machine"
	case TLSStart:
		return "encrypted by STARTTLS, the certificate is good"
	default:
		return "encrypted, the certificate is good"
	}
}

func (s *session) checkFolder(name string) Step {
	step := Step{Name: "folder " + name}
	data, err := s.client.Select(name, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		step.Detail = plainly(err)
		step.Advice = "Write the folder as the server names it"
		if names := s.folders(); len(names) > 0 {
			step.Advice += ": " + strings.Join(names, ", ")
		}
		step.Advice += "."
		return step
	}
	step.OK, step.Detail = true, fmt.Sprintf("%d mails", data.NumMessages)
	return step
}

// folders lists some folders of the mailbox, for the advice.
func (s *session) folders() (names []string) {
	const enough = 20
	list, err := s.client.List("", "*", nil).Collect()
	if err != nil {
		return nil
	}
	for _, f := range list[:min(len(list), enough)] {
		names = append(names, fmt.Sprintf("%q", f.Mailbox))
	}
	return names
}

// checkIdle is always well: without IDLE new mail is only seen later.
func (s *session) checkIdle() Step {
	if s.has(imap.CapIdle) || s.has(imap.CapIMAP4rev2) {
		return Step{Name: "idle", OK: true, Detail: "the server tells at once when mail arrives"}
	}
	return Step{Name: "idle", OK: true, Detail: fmt.Sprintf("the server does not offer IDLE: it is asked every %s", time.Duration(s.box.Poll))}
}

// plainly is the part of an error that helps the reader.
func plainly(err error) string {
	var fault *intake.Fault
	if errors.As(err, &fault) {
		err = fault.Err
	}
	return err.Error()
}

// advice says what to do about a step that went wrong.
func advice(box *Mailbox, err error) string {
	var name x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var expired x509.CertificateInvalidError
	var lookup *net.DNSError
	switch {
	case errors.As(err, &lookup):
		return fmt.Sprintf("There is no server called %q: check host, and the name servers of this machine.", box.Host)
	case errors.As(err, &name):
		return fmt.Sprintf("The certificate is for another name: set host to one of %s.", strings.Join(certifiedNames(name.Certificate), ", "))
	case errors.As(err, &unknown):
		return "Nobody this machine trusts signed the certificate: name the authority's certificate in ca_file, or have the server use a public one."
	case errors.As(err, &expired):
		return "The certificate is not valid now: have the server's renewed, and check the clock of this machine."
	case errors.Is(err, errPlainText):
		return "Set tls to \"implicit\" (port 993) or \"starttls\" (port 143)."
	}
	switch intake.FaultOf(err) {
	case intake.FaultTLS:
		return "Check port and tls: \"implicit\" is usually port 993, \"starttls\" port 143."
	case intake.FaultRefused:
		return refusedAdvice(box)
	default:
		return "Check host and port, and that a firewall lets this machine out to it."
	}
}

func certifiedNames(c *x509.Certificate) []string {
	names := append([]string(nil), c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return []string{"(none)"}
	}
	return names
}

// refusedAdvice knows that the big providers do not take the account's password.
func refusedAdvice(box *Mailbox) string {
	host := strings.ToLower(box.Host)
	switch {
	case box.OAuth != nil:
		return "Run \"usulan oauth\" again, and see that the account may use IMAP."
	case strings.HasSuffix(host, "gmail.com") || strings.HasSuffix(host, "googlemail.com"):
		return "Gmail takes an app password (https://myaccount.google.com/apppasswords), not the account's own; IMAP must be on in its settings."
	case strings.HasSuffix(host, "office365.com") || strings.HasSuffix(host, "outlook.com"):
		return "Microsoft 365 takes no passwords: use [channel.email.mailbox.oauth] and \"usulan oauth\"."
	case strings.HasSuffix(host, "yahoo.com"):
		return "Yahoo takes an app password, which the account's security page makes."
	default:
		return "Check user and password; some servers want the whole address as user, some an app password."
	}
}
