package email

import (
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/endpoints"
)

// The providers whose addresses are known.
const (
	ProviderMicrosoft = "microsoft"
	ProviderGoogle    = "google"
	ProviderOther     = "other"
)

// OAuth is the [oauth] table of a mailbox: how to get and refresh the token
// that stands in for a password.
type OAuth struct {
	Provider         string   `toml:"provider"`
	ClientID         string   `toml:"client_id"`
	ClientSecret     string   `toml:"client_secret"`
	ClientSecretFile string   `toml:"client_secret_file"`
	ClientSecretEnv  string   `toml:"client_secret_env"`
	Tenant           string   `toml:"tenant"`     // Microsoft only
	TokenFile        string   `toml:"token_file"` // written by "usulan oauth" and at every refresh
	AuthURL          string   `toml:"auth_url"`   // these four for provider "other" only
	DeviceURL        string   `toml:"device_url"`
	TokenURL         string   `toml:"token_url"`
	Scopes           []string `toml:"scopes"`
}

func (o OAuth) withDefaults() OAuth {
	if o.Provider == ProviderMicrosoft {
		fill(&o.Tenant, "organizations")
	}
	return o
}

func (o *OAuth) check(bad func(key, format string, args ...any)) {
	switch o.Provider {
	case ProviderMicrosoft, ProviderGoogle:
		if o.AuthURL != "" || o.DeviceURL != "" || o.TokenURL != "" {
			bad("oauth.provider", "the addresses of %s are known: leave out auth_url, device_url and token_url, or use provider \"other\"", o.Provider)
		}
	case ProviderOther:
		if o.TokenURL == "" || o.AuthURL == "" && o.DeviceURL == "" {
			bad("oauth.token_url", "provider \"other\" needs token_url, and auth_url or device_url")
		}
	default:
		bad("oauth.provider", "%q is not known: use \"microsoft\", \"google\" or \"other\"", o.Provider)
	}
	if o.ClientID == "" {
		bad("oauth.client_id", "none is given: register the program with the provider and put its client id here")
	}
	if o.TokenFile == "" {
		bad("oauth.token_file", "none is given: name the file that \"usulan oauth\" writes")
	}
	if strings.ContainsAny(o.Tenant, "/?# ") {
		bad("oauth.tenant", "%q is neither a tenant id nor a domain", o.Tenant)
	}
	given := 0
	for _, s := range []string{o.ClientSecret, o.ClientSecretFile, o.ClientSecretEnv} {
		if s != "" {
			given++
		}
	}
	if given > 1 {
		bad("oauth.client_secret", "it is given more than once: keep one of client_secret, client_secret_file and client_secret_env")
	}
}

// config is what golang.org/x/oauth2 needs to know of a provider.
func (o *OAuth) config() (*oauth2.Config, error) {
	secret, err := secret("client secret", o.ClientSecret, o.ClientSecretFile, o.ClientSecretEnv)
	if err != nil {
		return nil, err
	}
	c := &oauth2.Config{ClientID: o.ClientID, ClientSecret: secret, Scopes: o.Scopes}
	switch o.Provider {
	case ProviderMicrosoft:
		c.Endpoint = endpoints.AzureAD(o.Tenant)
		c.Scopes = []string{"https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access"}
	case ProviderGoogle:
		c.Endpoint = endpoints.Google
		c.Scopes = []string{"https://mail.google.com/"}
	default:
		c.Endpoint = oauth2.Endpoint{AuthURL: o.AuthURL, DeviceAuthURL: o.DeviceURL, TokenURL: o.TokenURL}
	}
	return c, nil
}
