package review

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/labstack/echo/v4"
)

// How long the body of a request may be, in bytes, and how long it may take.
// Forms here are short.
const (
	maxBody    = 1 << 20
	bodyWithin = 30 * time.Second
)

// pagePolicy lets a page use what comes from here and nothing else. No script
// and no style may stand inside the page.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"media-src 'self'; font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// secured sets what every answer has in common; a handler may set a header
// otherwise, never leave it out.
func (s *Server) secured(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		// Not no-referrer: browsers would then send forms with the origin "null".
		h.Set("Referrer-Policy", "same-origin")
		// Pages name persons; a computer in an office has many users.
		h.Set("Cache-Control", "no-store")
		if overTLS(c) {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if err := s.crossOrigin.Check(c.Request()); err != nil {
			return &refusal{status: http.StatusForbidden, key: "error.cross_origin", cause: err}
		}
		if err := takeBody(c); err != nil {
			return err
		}
		return next(c)
	}
}

// takeBody reads the body of a request, so that who sends it byte by byte, or
// without end, holds no handler.
func takeBody(c echo.Context) error {
	r := c.Request()
	if r.ContentLength == 0 {
		return nil
	}
	conn := http.NewResponseController(c.Response())
	// A writer that has no deadlines is one of a test.
	if err := conn.SetReadDeadline(time.Now().Add(bodyWithin)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("read request: %w", err)
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), r.Body, maxBody))
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF) {
		return echo.NewHTTPError(http.StatusRequestTimeout).SetInternal(err)
	}
	if err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	// What comes next on the connection has all the time it wants.
	if err := conn.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("read request: %w", err)
	}
	return nil
}

// overTLS tells whether the browser's connection is encrypted, here or at a
// trusted proxy (see proxies.settle).
func overTLS(c echo.Context) bool {
	return c.Request().TLS != nil || c.Request().Header.Get("X-Forwarded-Proto") == "https"
}

// newCrossOrigin refuses what another site makes a browser send. The site's own
// name counts even where a proxy does not pass it on.
func newCrossOrigin(baseURL string) *http.CrossOriginProtection {
	p := http.NewCrossOriginProtection()
	if u, err := url.Parse(baseURL); err == nil && u.Host != "" {
		if err := p.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			panic(err)
		}
	}
	return p
}
