package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"usulan/store"
)

func tokenCommand() command {
	return command{
		name:    "token",
		summary: "adds, lists and revokes tokens for programs",
		help: `
usulan token add NAME -staff STAFF [-role ROLE] [-days N]
usulan token list
usulan token revoke ID

A token lets a program use the API as a staff member. NAME says what it is for.
It may what the staff member may, or less with -role; it stops working with them.
The token is printed once, alone on standard output, and cannot be shown again.

Example:
  usulan token add "rekap mingguan" -staff ratna.dewi -role viewer -days 90 > token
  curl -H "Authorization: Bearer $(cat token)" http://localhost:8080/api/v1/proposals`,
		run: runToken,
	}
}

func runToken(ctx context.Context, std streams, args []string) error {
	fs := tokenCommand().flags(std)
	staff := fs.String("staff", "", "whom the token acts as, a `name`")
	role := fs.String("role", "", "the `role` it has at most; by default the staff member's")
	days := fs.Int("days", 0, "how many `days` it works; 0 is until it is revoked")
	return runSubcommand(ctx, std, fs, args, map[string]subcommand{
		"add": {"NAME -staff STAFF [-role ROLE] [-days N]", 1, func(ctx context.Context, t *toolbox, args []string) error {
			if *staff == "" {
				return errors.New("whom shall the token act as? Say it with -staff NAME")
			}
			if *days < 0 {
				return fmt.Errorf("-days %d is in the past", *days)
			}
			return t.addToken(ctx, args[0], *staff, store.Role(*role), *days)
		}},
		"list": {"", 0, func(ctx context.Context, t *toolbox, _ []string) error { return t.listTokens(ctx) }},
		"revoke": {"ID", 1, func(ctx context.Context, t *toolbox, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err == nil {
				err = t.db.RevokeToken(ctx, store.Actor{}, id)
			}
			if errors.Is(err, store.ErrNotFound) || errors.Is(err, strconv.ErrSyntax) || errors.Is(err, strconv.ErrRange) {
				return fmt.Errorf("there is no valid token %q; \"usulan token list\" shows the numbers", args[0])
			}
			if err == nil {
				fmt.Fprintf(t.std.err, "Token %d does not work any more.\n", id)
			}
			return err
		}},
	})
}

func (t *toolbox) addToken(ctx context.Context, name, staff string, role store.Role, days int) error {
	s, err := t.named(ctx, staff)
	if err != nil {
		return err
	}
	if s.Disabled {
		return fmt.Errorf("%s is disabled; enable them first or name another", s.Name)
	}
	k := store.Token{Name: name, Staff: s.ID, Role: role}
	if role == "" {
		k.Role = s.Role
	}
	if days > 0 {
		k.ExpiresAt = t.db.Now().AddDate(0, 0, days)
	}
	k, secret, err := t.db.AddToken(ctx, store.Actor{}, k)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.std.err, "Token %d acts as %s. Keep it like a password; it is shown this once:\n", k.ID, k.StaffName)
	fmt.Fprintln(t.std.out, secret)
	return nil
}

func (t *toolbox) listTokens(ctx context.Context) error {
	all, err := t.db.Tokens(ctx)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(t.std.out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "ID\tNAME\tSTAFF\tROLE\tSTATE\tADDED\tLAST USED")
	for _, k := range all {
		state := "valid"
		switch {
		case !k.RevokedAt.IsZero():
			state = "revoked " + t.day(k.RevokedAt)
		case !k.ExpiresAt.IsZero() && !k.ExpiresAt.After(t.db.Now()):
			state = "ended " + t.day(k.ExpiresAt)
		case !k.ExpiresAt.IsZero():
			state = "valid until " + t.day(k.ExpiresAt)
		}
		fmt.Fprintln(table, strings.Join([]string{
			strconv.FormatInt(k.ID, 10), k.Name, k.StaffName, string(k.Role), state, t.day(k.AddedAt), t.day(k.UsedAt),
		}, "\t"))
	}
	return table.Flush()
}
