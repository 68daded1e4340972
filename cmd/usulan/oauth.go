package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"usulan/cmd/usulan/config"
	"usulan/intake/email"
)

// oauthCommand is "usulan oauth".
func oauthCommand() command {
	c := command{
		name:    "oauth",
		summary: "gets the token with which a mailbox is opened instead of a password",
		help: `
usulan oauth [-config FILE] [MAILBOX]

Asks the provider of a mailbox that has an [oauth] table for a token, with your
consent, and writes its token_file. "usulan serve" refreshes the token by itself.
An app password, where the provider has them, is simpler.

Microsoft 365: register an application (a public client with the delegated
permission IMAP.AccessAsUser.All) and put its client_id and your tenant into the
configuration. The command shows a code to type on a page, on any device.

Google: make an OAuth client of the type "Desktop app" and put its client_id and
client_secret into the configuration. Run the command on the computer that has
the browser, and carry the token file to the server (it is a secret: mode 0600).

Example:
  usulan oauth -config usulan.toml forum`,
	}
	c.run = func(ctx context.Context, std streams, args []string) error {
		fs := c.flags(std)
		file := configFlag(fs)
		if err := parseFlags(fs, args); err != nil {
			return err
		}
		if fs.NArg() > 1 {
			fs.Usage()
			return errUsage
		}
		conf, err := loadConfig(std, *file)
		if err != nil {
			return err
		}
		box, err := mailboxWithOAuth(conf, fs.Arg(0))
		if err != nil {
			return err
		}
		say := func(format string, args ...any) { fmt.Fprintf(std.err, format+"\n", args...) }
		if err := box.OAuth.Authorize(ctx, say); err != nil {
			return err
		}
		fmt.Fprintf(std.out, "token written to %s\n", box.OAuth.TokenFile)
		return nil
	}
	return c
}

// mailboxWithOAuth finds the mailbox that is meant; the name may be left out
// when there is only one that can be.
func mailboxWithOAuth(conf *config.Config, name string) (*email.Mailbox, error) {
	var names []string
	var found *email.Mailbox
	for i := range conf.Channel.Email.Mailboxes {
		m := &conf.Channel.Email.Mailboxes[i]
		if m.OAuth == nil {
			continue
		}
		names = append(names, m.Name)
		if m.Name == name || name == "" {
			found = m
		}
	}
	switch {
	case len(names) == 0:
		return nil, errors.New("no mailbox of the configuration has an [channel.email.mailbox.oauth] table")
	case found == nil:
		return nil, fmt.Errorf("no mailbox %q has an oauth table; there is %s", name, strings.Join(names, ", "))
	case name == "" && len(names) > 1:
		return nil, fmt.Errorf("name the mailbox that is meant: %s", strings.Join(names, ", "))
	}
	return found, nil
}
