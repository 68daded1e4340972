package emulator

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync"

	"go.mau.fi/whatsmeow"
)

// Door is what a client needs to find a server and to trust it. Written as JSON
// it may be handed to another process of the same machine.
type Door struct {
	Address     string `json:"address"`     // of the loopback interface, with the port
	Certificate []byte `json:"certificate"` // of the TLS connection, DER
	Root        []byte `json:"root"`        // public key that signs the server's own certificates, 32 bytes
}

// Door returns the way to the server.
func (s *Server) Door() Door {
	return Door{Address: s.http.Listener.Addr().String(), Certificate: s.http.Certificate().Raw, Root: s.signer.Pub[:]}
}

// Attach gives a client the server behind the door in place of WhatsApp's.
// Whatever host the client asks for, it reaches this one. All clients of a
// process know one root, so that only servers of one process can be attached to.
func (d Door) Attach(c *whatsmeow.Client) error {
	h, err := d.HTTPClient()
	if err != nil {
		return err
	}
	if len(d.Root) != len(whatsmeow.WACertPubKey) {
		return errors.New("the root key of the emulator has a wrong length")
	}
	if err := trust([32]byte(d.Root)); err != nil {
		return err
	}
	attach(c, h)
	return nil
}

func attach(c *whatsmeow.Client, h *http.Client) {
	c.SetWebsocketHTTPClient(h)
	c.SetPreLoginHTTPClient(h)
	c.SetMediaHTTPClient(h)
}

// HTTPClient returns a client for which every host is the server behind the
// door. A door whose address is not one of the loopback interface is refused;
// names are too, because nobody knows where they lead.
func (d Door) HTTPClient() (*http.Client, error) {
	address, err := netip.ParseAddrPort(d.Address)
	if err != nil || !address.Addr().IsLoopback() || address.Addr().Is4In6() {
		return nil, fmt.Errorf("the emulator is only for loopback, and %q is not", d.Address)
	}
	certificate, err := x509.ParseCertificate(d.Certificate)
	if err != nil {
		return nil, fmt.Errorf("read the certificate of the emulator: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var dialer net.Dialer
			return dialer.DialContext(ctx, "tcp", address.String())
		},
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12},
	}}, nil
}

// trusted is the root that the clients of this process know in place of
// WhatsApp's. The client keeps it in a variable of its package.
var trusted struct {
	sync.Mutex
	is bool
}

// trust makes the clients of this process know a root.
func trust(root [32]byte) error {
	trusted.Lock()
	defer trusted.Unlock()
	if trusted.is && whatsmeow.WACertPubKey != root {
		return errors.New("the clients of this process trust another emulator already")
	}
	if !trusted.is {
		whatsmeow.WACertPubKey, trusted.is = root, true
	}
	return nil
}
