package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"

	"usulan/cmd/usulan/config"
	"usulan/review"
	"usulan/store"
)

func staffCommand() command {
	return command{
		name:    "staff",
		summary: "adds and lists the persons who may sign in",
		help: `
usulan staff add NAME [-role ROLE] [-link]
usulan staff reset NAME [-link]
usulan staff role NAME ROLE
usulan staff disable NAME
usulan staff enable NAME
usulan staff list

Looks after the persons who may sign in. The password is asked for without being
shown, or is the first line of standard input when that is no terminal. With
-link none is asked for: a link is printed, valid once and for a day, by which the
person chooses one. Reset and disable end all sessions of the person at once. The
service may be running meanwhile.

Roles, each may what those before it may: viewer (reads, exports), officer
(decides, re-classifies, restarts channels; the default), lead (takes in mail that is
older than the forum), administrator (whoever the set-up link made).

Example:
  usulan staff add ratna.dewi -role officer -link`,
		run: runStaff,
	}
}

// subcommand is what follows the name of a command such as staff or token.
type subcommand struct {
	usage string // its arguments, for the message when they are wrong
	count int    // how many arguments it takes
	run   func(ctx context.Context, t *toolbox, args []string) error
}

// toolbox is what subcommands on the database share.
type toolbox struct {
	std    streams
	config *config.Config
	db     *store.DB
}

// runSubcommand reads flags and arguments in any order, opens the database and runs.
func runSubcommand(ctx context.Context, std streams, fs *flag.FlagSet, args []string, all map[string]subcommand) error {
	named := configFlag(fs)
	words, err := interleaved(fs, args)
	if err != nil {
		return err
	}
	if len(words) == 0 {
		fs.Usage()
		return errUsage
	}
	sub, ok := all[words[0]]
	if !ok {
		var names []string
		for name := range all {
			names = append(names, name)
		}
		fmt.Fprintf(std.err, "usulan %s: there is no %q", fs.Name(), words[0])
		if near := config.Nearest(words[0], names); near != "" {
			fmt.Fprintf(std.err, "; did you mean %q?", near)
		}
		fmt.Fprintf(std.err, " Run \"usulan help %s\".\n", fs.Name())
		return errUsage
	}
	if len(words)-1 != sub.count {
		fmt.Fprintf(std.err, "usage: usulan %s %s %s\n", fs.Name(), words[0], sub.usage)
		return errUsage
	}
	t := &toolbox{std: std}
	if t.config, err = loadConfig(std, *named); err != nil {
		return err
	}
	quiet := slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if t.db, err = openStore(ctx, t.config, quiet); err != nil {
		return err
	}
	err = sub.run(ctx, t, words[1:])
	return errors.Join(review.InPlainWords(err), t.db.Close())
}

// interleaved reads flags wherever they stand and returns the rest: people
// write the name first.
func interleaved(fs *flag.FlagSet, args []string) (words []string, err error) {
	for {
		if err := parseFlags(fs, args); err != nil {
			return nil, err
		}
		if fs.NArg() == 0 {
			return words, nil
		}
		words, args = append(words, fs.Arg(0)), fs.Args()[1:]
	}
}

func runStaff(ctx context.Context, std streams, args []string) error {
	fs := staffCommand().flags(std)
	role := fs.String("role", string(store.Officer), "the `role` of who is added")
	link := fs.Bool("link", false, "print a link by which the person chooses a password")
	return runSubcommand(ctx, std, fs, args, map[string]subcommand{
		"add": {"NAME [-role ROLE] [-link]", 1, func(ctx context.Context, t *toolbox, args []string) error {
			return t.addStaff(ctx, args[0], store.Role(*role), *link)
		}},
		"reset": {"NAME [-link]", 1, func(ctx context.Context, t *toolbox, args []string) error {
			return t.resetStaff(ctx, args[0], *link)
		}},
		"role": {"NAME ROLE", 2, func(ctx context.Context, t *toolbox, args []string) error {
			staff, err := t.named(ctx, args[0])
			if err != nil {
				return err
			}
			return t.db.SetRole(ctx, store.Actor{}, staff.ID, store.Role(args[1]))
		}},
		"disable": {"NAME", 1, func(ctx context.Context, t *toolbox, args []string) error { return t.disable(ctx, args[0], true) }},
		"enable":  {"NAME", 1, func(ctx context.Context, t *toolbox, args []string) error { return t.disable(ctx, args[0], false) }},
		"list":    {"", 0, func(ctx context.Context, t *toolbox, _ []string) error { return t.listStaff(ctx) }},
	})
}

func (t *toolbox) addStaff(ctx context.Context, name string, role store.Role, link bool) error {
	s := store.Staff{Name: name, Role: role}
	if !link {
		password, err := askPassword(ctx, t.std, name)
		if err != nil {
			return err
		}
		s.Password = review.HashPassword(password)
	}
	s, err := t.db.AddStaff(ctx, store.Actor{}, s)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.std.err, "%s is added as %s.\n", s.Name, s.Role)
	if link {
		return t.printLink(ctx, s)
	}
	return nil
}

func (t *toolbox) resetStaff(ctx context.Context, name string, link bool) error {
	s, err := t.named(ctx, name)
	if err != nil {
		return err
	}
	if link {
		// The old password stops working now, not when the link is followed.
		if err := t.db.SetPassword(ctx, store.Actor{}, s.ID, ""); err != nil {
			return err
		}
		return t.printLink(ctx, s)
	}
	password, err := askPassword(ctx, t.std, s.Name)
	if err != nil {
		return err
	}
	if err := t.db.SetPassword(ctx, store.Actor{}, s.ID, review.HashPassword(password)); err != nil {
		return err
	}
	fmt.Fprintf(t.std.err, "The password of %s is changed, and all their sessions have ended.\n", s.Name)
	return nil
}

// printLink prints the link alone on standard output, for a program to pass on.
func (t *toolbox) printLink(ctx context.Context, s store.Staff) error {
	link, err := review.InvitationLink(ctx, t.db, store.Actor{}, s.ID, siteURL(t.config))
	if err != nil {
		return err
	}
	fmt.Fprintf(t.std.err, "Give this link to %s alone. It works once, for %d hours:\n", s.Name, int(review.InvitationValid.Hours()))
	fmt.Fprintln(t.std.out, link)
	return nil
}

func (t *toolbox) disable(ctx context.Context, name string, disabled bool) error {
	s, err := t.named(ctx, name)
	if err != nil {
		return err
	}
	if err := t.db.SetDisabled(ctx, store.Actor{}, s.ID, disabled); err != nil {
		return err
	}
	if disabled {
		fmt.Fprintf(t.std.err, "%s can no longer sign in; their sessions have ended and their tokens do not work.\n", s.Name)
	} else {
		fmt.Fprintf(t.std.err, "%s can sign in again.\n", s.Name)
	}
	return nil
}

// named finds a person, or says which there are.
func (t *toolbox) named(ctx context.Context, name string) (store.Staff, error) {
	s, err := t.db.StaffNamed(ctx, name)
	if !errors.Is(err, store.ErrNotFound) {
		return s, err
	}
	all, err := t.db.AllStaff(ctx)
	if err != nil {
		return s, err
	}
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
	}
	if near := config.Nearest(name, names); near != "" {
		return s, fmt.Errorf("there is no staff named %q; did you mean %q?", name, near)
	}
	return s, fmt.Errorf("there is no staff named %q; \"usulan staff list\" shows who there is", name)
}

func (t *toolbox) listStaff(ctx context.Context) error {
	all, err := t.db.AllStaff(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintln(t.std.err, "There is nobody yet. Add the first with: usulan staff add NAME -role administrator")
		return nil
	}
	table := tabwriter.NewWriter(t.std.out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "NAME\tROLE\tSTATE\tADDED\tLAST SEEN")
	for _, s := range all {
		state := "active"
		switch {
		case s.Disabled:
			state = "disabled"
		case s.Password == "":
			state = "no password yet"
		}
		fmt.Fprintln(table, strings.Join([]string{s.Name, string(s.Role), state, t.day(s.AddedAt), t.day(s.SeenAt)}, "\t"))
	}
	return table.Flush()
}

// day is a date and time in the configured zone.
func (t *toolbox) day(at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	return at.In(t.config.Location).Format("2006-01-02 15:04")
}
