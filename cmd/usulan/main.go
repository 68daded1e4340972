// Command usulan takes proposals in by email and WhatsApp and lets staff sort
// them. Each subcommand has a file of its own; serve.go is the wiring.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// command is one subcommand.
type command struct {
	name    string
	summary string // one line, for the list of commands
	help    string // what it does, with an example; flags are added to it
	run     func(ctx context.Context, std streams, args []string) error
}

// streams are what a command reads and writes besides files.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// commands lists the subcommands in the order of the help text.
func commands() []command {
	return []command{}
}

// errUsage says that the command line was wrong and has been explained.
var errUsage = errors.New("usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, streams{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:]))
}

// run finds the subcommand and returns the exit status: 0 done, 1 failed, 2
// called wrongly.
func run(ctx context.Context, std streams, args []string) int {
	name := "serve"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	}
	for _, c := range commands() {
		if c.name != name {
			continue
		}
		err := c.run(ctx, std, args)
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return 0
		case errors.Is(err, errUsage):
			return 2
		default:
			fmt.Fprintf(std.err, "usulan %s: %v\n", name, err)
			return 1
		}
	}
	fmt.Fprintf(std.err, "usulan: there is no command %q. Run \"usulan help\" for the list.\n", name)
	return 2
}

// flags returns the flag set of a command; its help is the command's.
func (c command) flags(std streams) *flag.FlagSet {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	fs.SetOutput(std.err)
	fs.Usage = func() {
		fmt.Fprintf(std.err, "%s\n", strings.TrimSpace(c.help))
		fmt.Fprintln(std.err, "\nFlags:")
		fs.PrintDefaults()
	}
	return fs
}

// parse reads the flags of a command line.
func parseFlags(fs *flag.FlagSet, args []string) error {
	err := fs.Parse(args)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return err
	}
	return errUsage
}
