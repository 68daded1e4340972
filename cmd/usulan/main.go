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

	"usulan/cmd/usulan/config"
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
	return []command{
		serveCommand(),
		demoCommand(),
		checkCommand(),
		pairCommand(),
		fetchCommand(),
		importCommand(),
		exportCommand(),
		backupCommand(),
		staffCommand(),
		tokenCommand(),
		oauthCommand(),
		parseCommand(),
		groupCommand(),
		suggestCommand(),
		evaluateCommand(),
		similarCommand(),
		helpCommand(),
		licencesCommand(),
		versionCommand(),
	}
}

var (
	// errUsage says that the command line was wrong and has been explained.
	errUsage = errors.New("usage")
	// errTold says that a command failed and has already said why.
	errTold = errors.New("told")
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, streams{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:]))
}

// run finds the subcommand and returns the exit status: 0 done, 1 failed, 2
// called wrongly. Plain "usulan" serves.
func run(ctx context.Context, std streams, args []string) int {
	name := "serve"
	if len(args) > 0 {
		switch first := args[0]; {
		case first == "-h" || first == "-help" || first == "--help":
			name, args = "help", args[1:]
		case first == "-version" || first == "--version":
			name, args = "version", args[1:]
		case !strings.HasPrefix(first, "-"):
			name, args = first, args[1:]
		}
	}
	c, ok := find(name)
	if !ok {
		fmt.Fprintf(std.err, "usulan: there is no command %q%s (\"usulan help\" lists them)\n", name, didYouMean(name))
		return 2
	}
	err := c.run(ctx, std, args)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	case errors.Is(err, errTold):
		return 1
	default:
		fmt.Fprintf(std.err, "usulan %s: %v\n", name, err)
		return 1
	}
}

func find(name string) (command, bool) {
	for _, c := range commands() {
		if c.name == name {
			return c, true
		}
	}
	return command{}, false
}

// didYouMean names the command that was probably meant.
func didYouMean(name string) string {
	var names []string
	for _, c := range commands() {
		names = append(names, c.name)
	}
	if near := config.Nearest(name, names); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// flags returns the flag set of a command; its help is the command's.
func (c command) flags(std streams) *flag.FlagSet {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	fs.SetOutput(std.err)
	fs.Usage = func() {
		fmt.Fprintf(std.err, "%s\n", strings.TrimSpace(c.help))
		some := false
		fs.VisitAll(func(*flag.Flag) { some = true })
		if some {
			fmt.Fprintln(std.err, "\nFlags:")
			fs.PrintDefaults()
		}
	}
	return fs
}

// parseFlags reads the flags of a command line.
func parseFlags(fs *flag.FlagSet, args []string) error {
	err := fs.Parse(args)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return err
	}
	return errUsage
}

// noArguments refuses what stands behind the flags of a command that takes
// nothing.
func noArguments(fs *flag.FlagSet, std streams) error {
	if fs.NArg() == 0 {
		return nil
	}
	fmt.Fprintf(std.err, "usulan %s takes no %q. Run \"usulan help %s\".\n", fs.Name(), fs.Arg(0), fs.Name())
	return errUsage
}
