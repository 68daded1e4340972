package email

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"usulan/intake"
)

// tokens hands out access tokens from a token file and refreshes them. Two
// processes may share the file; several mailboxes may not.
type tokens struct {
	oauth *OAuth
	mu    sync.Mutex
	bad   string // an access token that a server refused although its date was good
}

func newTokens(o *OAuth) *tokens {
	if o == nil {
		return nil
	}
	return &tokens{oauth: o}
}

// distrust has the token refreshed at the next call of access.
func (t *tokens) distrust(access string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bad = access
}

// access returns a token that is good by its date; fresh tells that it was
// refreshed just now. The file is read every time, so that one carried here
// while the service runs counts.
func (t *tokens) access(ctx context.Context) (access string, fresh bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	token, err := readToken(t.oauth.TokenFile)
	if err != nil {
		return "", false, intake.Permanent(&intake.Fault{Code: intake.FaultRefused, Err: err})
	}
	if token.Valid() && token.AccessToken != t.bad {
		return token.AccessToken, false, nil
	}
	config, err := t.oauth.config()
	if err != nil {
		return "", false, intake.Permanent(&intake.Fault{Code: intake.FaultRefused, Err: err})
	}
	ctx, cancel := context.WithTimeout(ctx, patienceGreeting)
	defer cancel()
	renewed, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	var answer *oauth2.RetrieveError
	switch {
	case errors.As(err, &answer) && answer.Response.StatusCode < 500:
		err = fmt.Errorf("refresh the token (run \"usulan oauth\" again): %w", refreshFault(answer))
		return "", false, intake.Permanent(&intake.Fault{Code: intake.FaultRefused, Err: err})
	case err != nil && token.RefreshToken == "":
		err = errors.New("the token has expired and cannot be refreshed: run \"usulan oauth\" again")
		return "", false, intake.Permanent(&intake.Fault{Code: intake.FaultRefused, Err: err})
	case errors.As(err, &answer):
		return "", false, &intake.Fault{Code: intake.FaultUnreachable, Err: fmt.Errorf("refresh the token: %w", refreshFault(answer))}
	case err != nil:
		return "", false, &intake.Fault{Code: intake.FaultUnreachable, Err: fmt.Errorf("refresh the token: %w", err)}
	}
	if err := writeToken(t.oauth.TokenFile, renewed); err != nil {
		return "", false, &intake.Fault{Code: intake.FaultStorage, Err: err}
	}
	t.bad = ""
	return renewed.AccessToken, true, nil
}

// refreshFault says what the token endpoint said, without the body, which may
// repeat what we sent.
func refreshFault(e *oauth2.RetrieveError) error {
	if e.ErrorCode == "" {
		return fmt.Errorf("the provider answered %s", e.Response.Status)
	}
	return fmt.Errorf("the provider answered %q %s", e.ErrorCode, e.ErrorDescription)
}

// storedToken is the content of a token file.
type storedToken struct {
	AccessToken  string    `json:"access_token"`
	TokenType    string    `json:"token_type,omitempty"`
	RefreshToken string    `json:"refresh_token"`
	Expiry       time.Time `json:"expiry"`
}

func readToken(file string) (*oauth2.Token, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the token file (\"usulan oauth\" writes it): %w", err)
	}
	var s storedToken
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, fmt.Errorf("read the token file %s (\"usulan oauth\" writes it anew): %w", file, err)
	}
	return &oauth2.Token{AccessToken: s.AccessToken, TokenType: s.TokenType, RefreshToken: s.RefreshToken, Expiry: s.Expiry}, nil
}

// writeToken replaces the file as a whole: a refresh token that is lost by half
// cannot be had again without a person.
func writeToken(file string, t *oauth2.Token) (err error) {
	b, err := json.MarshalIndent(storedToken{t.AccessToken, t.TokenType, t.RefreshToken, t.Expiry.UTC()}, "", "  ")
	if err != nil {
		return fmt.Errorf("write the token file: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".token-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write the token file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(tmp.Name())
			err = fmt.Errorf("write the token file: %w", err)
		}
	}()
	_, err = tmp.Write(append(b, '\n'))
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), file); err != nil {
		return err
	}
	return syncDir(filepath.Dir(file))
}

// syncDir makes a rename survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
