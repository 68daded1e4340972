package main

import (
	"context"
	_ "embed"
	"fmt"
)

// licenceList names every module that this program is built from or tested
// with, and its licence. A test compares it with the modules themselves.
//
//go:embed licences.txt
var licenceList string

func licencesCommand() command {
	return command{
		name:    "licences",
		summary: "prints the licences of this program and of what it is built from",
		help: `
usulan licences

Prints the licence of usulan and of every module in it, a line each.

  usulan licences`,
		run: runLicences,
	}
}

func runLicences(_ context.Context, std streams, args []string) error {
	fs := licencesCommand().flags(std)
	if err := parseFlags(fs, args); err != nil {
		return err
	}
	if err := noArguments(fs, std); err != nil {
		return err
	}
	_, err := fmt.Fprint(std.out, licenceList)
	return err
}
