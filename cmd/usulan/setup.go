package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"usulan/cmd/usulan/config"
	"usulan/review"
	"usulan/store"
)

// setupFile is where the link waits, in the data folder, when nobody watches
// the terminal.
const setupFile = "set-up-link"

// offerSetup gives who started the service the link by which the first
// administrator is made, when there is none yet: on the terminal, else in a
// file that only the service's user can read. The log tells where, never what.
func offerSetup(ctx context.Context, std streams, db *store.DB, c *config.Config, base string, log *slog.Logger) error {
	link, err := review.SetupLink(ctx, db, base)
	if err != nil {
		return err
	}
	file := filepath.Join(c.Data, setupFile)
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the old set-up link: %w", err)
	}
	if link == "" {
		return nil
	}
	if f, ok := std.err.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprintf(std.err, "\nNobody can sign in yet. Open this link within an hour and choose a name and a password:\n\n  %s\n\n", link)
		return nil
	}
	// O_EXCL: whatever somebody put there meanwhile is not written through.
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("keep the set-up link: %w", err)
	}
	_, err = fmt.Fprintln(f, link)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("keep the set-up link: %w", err)
	}
	log.Warn("nobody can sign in yet; the link in this file, valid for an hour, makes the first administrator", "file", file)
	return nil
}

// siteURL is the root of the site for links: as configured, else as this
// machine knows it.
func siteURL(c *config.Config) string { return siteURLAt(c, c.Web.Address) }

// siteURLAt is siteURL where the address is known better than it is configured:
// port 0 stands for one that the system chose.
func siteURLAt(c *config.Config, address string) string {
	if c.Web.BaseURL != "" {
		return strings.TrimRight(c.Web.BaseURL, "/")
	}
	scheme := "http"
	if c.Web.TLSCertFile != "" {
		scheme = "https"
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return scheme + "://" + address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}
