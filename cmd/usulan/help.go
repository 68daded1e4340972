package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"text/tabwriter"
)

func helpCommand() command {
	return command{
		name:    "help",
		summary: "explains a command",
		help: `
usulan help [COMMAND]

Lists the commands, or explains one of them with an example:

  usulan help serve`,
		run: runHelp,
	}
}

func versionCommand() command {
	return command{
		name:    "version",
		summary: "tells which usulan this is",
		help: `
usulan version

Tells the version of the program and of the Go that built it.`,
		run: runVersion,
	}
}

func runHelp(ctx context.Context, std streams, args []string) error {
	std.err = std.out
	if len(args) > 0 && args[0] != "help" && args[0] != "-h" {
		c, ok := find(args[0])
		if !ok {
			return fmt.Errorf("there is no command %q%s", args[0], didYouMean(args[0]))
		}
		// Every command answers -h with its help and its flags.
		return c.run(ctx, std, []string{"-h"})
	}
	fmt.Fprint(std.out, `usulan takes in the proposals that people send to a public forum, and lets staff sort them.

Without a command it serves. To look at it without setting anything up:

  usulan demo

Commands:
`)
	table := tabwriter.NewWriter(std.out, 0, 0, 3, ' ', 0)
	for _, c := range commands() {
		fmt.Fprintf(table, "  %s\t%s\n", c.name, c.summary)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(std.out, "\n\"usulan help COMMAND\" explains one of them, with an example.")
	return nil
}

func runVersion(_ context.Context, std streams, args []string) error {
	fs := versionCommand().flags(std)
	if err := parseFlags(fs, args); err != nil {
		return err
	}
	if err := noArguments(fs, std); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "usulan %s (%s %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// version is what the build noted: a release's tag, or the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return info.Main.Version
}
