package email

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/oauth2"
)

// Authorize gets a token from the provider with a person's consent and writes
// the token file. say is called with what the person has to do; it is shown on
// a terminal.
//
// Where the provider has a device endpoint (Microsoft), the person opens a page
// on any device and types a code. Elsewhere (Google) the person's browser has to
// reach this process: run it on the computer with the browser and carry the
// file to the server. Nothing but the token file is written.
func (o *OAuth) Authorize(ctx context.Context, say func(format string, args ...any)) error {
	config, err := o.config()
	if err != nil {
		return err
	}
	var token *oauth2.Token
	if config.Endpoint.DeviceAuthURL != "" && o.Provider != ProviderGoogle {
		token, err = authorizeDevice(ctx, config, say)
	} else {
		token, err = authorizeBrowser(ctx, config, say)
	}
	var answer *oauth2.RetrieveError
	switch {
	case errors.As(err, &answer):
		return fmt.Errorf("get a token: %w", refreshFault(answer))
	case err != nil:
		return fmt.Errorf("get a token: %w", err)
	case token.RefreshToken == "":
		return errors.New("get a token: the provider gave none that can be refreshed; remove the program's access in the account's settings and try again")
	}
	return writeToken(o.TokenFile, token)
}

// authorizeDevice is the device authorisation grant (RFC 8628).
func authorizeDevice(ctx context.Context, config *oauth2.Config, say func(string, ...any)) (*oauth2.Token, error) {
	device, err := config.DeviceAuth(ctx)
	if err != nil {
		return nil, err
	}
	say("Open %s on any device and type the code %s", device.VerificationURI, device.UserCode)
	if !device.Expiry.IsZero() {
		say("The code is good until %s.", device.Expiry.Format("15:04"))
	}
	return config.DeviceAccessToken(ctx, device)
}

// authorizeBrowser is the authorisation code grant with a redirect to loopback
// (RFC 8252) and a proof key (RFC 7636).
func authorizeBrowser(ctx context.Context, config *oauth2.Config, say func(string, ...any)) (*oauth2.Token, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	config.RedirectURL = fmt.Sprintf("http://%s/", listener.Addr())
	state, verifier := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()

	codes, refusals := make(chan string, 1), make(chan string, 1)
	server := &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			q := r.URL.Query()
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.Header().Set("X-Content-Type-Options", "nosniff")
			if subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(state)) != 1 {
				http.Error(w, "Permintaan ini bukan jawaban yang ditunggu. / This is not the answer that was waited for.", http.StatusBadRequest)
				return
			}
			if code := q.Get("code"); code != "" {
				offer(codes, code)
				fmt.Fprintln(w, "Selesai. Jendela ini boleh ditutup. / Done. You may close this window.")
				return
			}
			offer(refusals, q.Get("error"))
			http.Error(w, "Izin tidak diberikan. / Consent was not given.", http.StatusForbidden)
		}),
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // it ends with Shutdown below
	}()
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(end)
		<-served // http.ErrServerClosed
	}()

	say("Open this address in a browser on this computer:\n%s", config.AuthCodeURL(state,
		oauth2.AccessTypeOffline, oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("prompt", "consent")))
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case why := <-refusals:
		return nil, fmt.Errorf("consent was not given: %q", why)
	case code := <-codes:
		return config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	}
}

// offer leaves a value unless there is one already.
func offer(c chan string, v string) {
	select {
	case c <- v:
	default:
	}
}
