package email

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-sasl"

	"usulan/intake"
)

// login authenticates, with a token where one is configured.
func (s *session) login(ctx context.Context) error {
	if s.client.State() == imap.ConnStateAuthenticated {
		return nil // the server knows us already (PREAUTH)
	}
	caps := s.client.Caps()
	if caps == nil {
		return &intake.Fault{Code: intake.FaultUnreachable, Err: errors.New("the server does not say what it can do")}
	}
	if s.tokens != nil {
		return s.loginToken(ctx, caps)
	}
	password, err := s.box.password()
	if err != nil {
		return intake.Permanent(&intake.Fault{Code: intake.FaultRefused, Err: err})
	}
	switch plain := caps.Has(imap.AuthCap(sasl.Plain)); {
	case plain && (caps.Has(imap.CapLoginDisabled) || !ascii(s.box.User+password)):
		err = s.client.Authenticate(sasl.NewPlainClient("", s.box.User, password))
	case caps.Has(imap.CapLoginDisabled):
		err = errors.New("the server takes no password: use [oauth]")
		return intake.Permanent(&intake.Fault{Code: intake.FaultRefused, Err: err})
	default:
		err = s.client.Login(s.box.User, password).Wait()
	}
	if err != nil {
		return refusal(err)
	}
	return nil
}

// loginToken authenticates with an access token. One that was good by its date
// and is refused all the same is refreshed at the next attempt.
func (s *session) loginToken(ctx context.Context, caps imap.CapSet) error {
	token, fresh, err := s.tokens.access(ctx)
	if err != nil {
		return err
	}
	var mechanism sasl.Client
	switch {
	case caps.Has(imap.AuthCap(sasl.OAuthBearer)):
		mechanism = sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{
			Username: s.box.User, Token: token, Host: s.box.Host, Port: s.box.Port,
		})
	case caps.Has(imap.AuthCap("XOAUTH2")):
		mechanism = &xoauth2{s.box.User, token}
	default:
		err := errors.New("the server takes no token: use a password")
		return intake.Permanent(&intake.Fault{Code: intake.FaultRefused, Err: err})
	}
	if err = s.client.Authenticate(mechanism); err == nil {
		return nil
	}
	var bearer *sasl.OAuthBearerError
	if !fresh && (errors.As(err, &bearer) || isAnswer(err)) {
		s.tokens.distrust(token)
		return &intake.Fault{Code: intake.FaultRefused, Err: fmt.Errorf("log in with a token that may be stale: %w", err)}
	}
	return refusal(err)
}

// refusal tells a login that a person has to mend from one that time mends.
func refusal(err error) error {
	var said *imap.Error
	var bearer *sasl.OAuthBearerError
	switch {
	case errors.As(err, &bearer):
		return intake.Permanent(&intake.Fault{Code: intake.FaultRefused, Err: fmt.Errorf("log in: %w", err)})
	case !errors.As(err, &said) || said.Type == imap.StatusResponseTypeBye:
		return &intake.Fault{Code: intake.FaultUnreachable, Err: fmt.Errorf("log in: %w", err)}
	}
	fault := &intake.Fault{Code: intake.FaultRefused, Err: fmt.Errorf("log in: %w", err)}
	switch said.Code {
	case imap.ResponseCodeUnavailable, imap.ResponseCodeInUse, imap.ResponseCodeLimit, imap.ResponseCodeServerBug:
		return fault // RFC 5530: not the password's fault
	}
	if strings.Contains(strings.ToLower(said.Text), "too many") {
		return fault
	}
	return intake.Permanent(fault)
}

// xoauth2 is the mechanism of that name, which Google and Microsoft document.
type xoauth2 struct{ user, token string }

func (x *xoauth2) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next answers the description of a fault with nothing; the verdict follows.
func (*xoauth2) Next([]byte) ([]byte, error) { return nil, nil }

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
