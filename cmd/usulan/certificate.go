package main

import (
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificate serves a certificate from files and takes it anew when they
// change, so that a renewal needs no restart.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu     sync.Mutex
	loaded *tls.Certificate
	at     time.Time // modification time of the certificate that is loaded
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	info, err := os.Stat(c.certFile)
	if err == nil && (c.loaded == nil || !info.ModTime().Equal(c.at)) {
		var fresh tls.Certificate
		if fresh, err = tls.LoadX509KeyPair(c.certFile, c.keyFile); err == nil {
			c.loaded, c.at = &fresh, info.ModTime()
		}
	}
	if err == nil {
		return c.loaded, nil
	}
	if c.loaded != nil {
		// Half of a renewal may be there: what was good a moment ago still is.
		c.log.Warn("certificate not renewed", "error", err)
		return c.loaded, nil
	}
	return nil, err
}
