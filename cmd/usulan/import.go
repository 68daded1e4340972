package main

import (
	"context"
	"errors"
	"fmt"

	"usulan/intake"
	"usulan/intake/email"
	"usulan/store"
)

func importCommand() command {
	return command{
		name:    "import",
		summary: "takes in mail from files",
		help: `
usulan import [-config FILE] [-as NAME] [-json] FILE|FOLDER...

Takes the mail in .mbox and .eml files and in Maildirs by the same road as a mailbox. What
is there already, from whichever way, is not taken twice; files are not changed. Where the
mail came from is shown as import/NAME.

  usulan import -config usulan.toml -as arsip-2019 ~/Maildir surat.mbox`,
		run: runImport,
	}
}

func runImport(ctx context.Context, std streams, args []string) error {
	fs := importCommand().flags(std)
	file := configFlag(fs)
	format := logFlag(fs)
	name := fs.String("as", "files", "the `name` under which the channels screen counts them")
	asJSON := fs.Bool("json", false, "print the counts of the ledger by outcome as one JSON object")
	files, err := interleaved(fs, args)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		fs.Usage()
		return errUsage
	}
	if !email.IsPlainName(*name) {
		return fmt.Errorf("-as %q is not a name: use up to 32 small letters, digits and hyphens", *name)
	}
	log, err := newLogger(std.err, *format)
	if err != nil {
		return err
	}
	c, err := loadConfig(std, *file)
	if err != nil {
		return err
	}
	return withStore(ctx, c, log, func(db *store.DB) error {
		lean()
		source := email.NewImport(*name, files, email.Options{Parser: parserOf(c), Log: log})
		err := intake.NewSupervisor(db.Acquire, log).Once(ctx, source.Name(), source.Fetch)
		return errors.Join(err, tellCounts(ctx, db, std.out, *asJSON))
	})
}
