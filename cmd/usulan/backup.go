package main

import (
	"context"
	"fmt"

	"usulan/store"
)

func backupCommand() command {
	return command{
		name:    "backup",
		summary: "copies everything that must be kept, while the service runs",
		help: `
usulan backup [-config FILE] FOLDER

Copies the database, as it is at one instant, and the large mails that it names into FOLDER.
The service may run meanwhile. What is in FOLDER already from an earlier backup is replaced
only when the new copy is complete; large mails are not copied twice.

The keys of a linked WhatsApp number are left out, for whoever has them is that number:
after restoring on another machine, link it anew.

To restore: stop the service, put the contents of FOLDER where "data" points to, start it.

Example:
  usulan backup -config /etc/usulan/usulan.toml /var/backups/usulan`,
		run: runBackup,
	}
}

func runBackup(ctx context.Context, std streams, args []string) error {
	fs := backupCommand().flags(std)
	named := configFlag(fs)
	if err := parseFlags(fs, args); err != nil {
		return err
	}
	if fs.NArg() != 1 {
		fs.Usage()
		return errUsage
	}
	c, err := loadConfig(std, *named)
	if err != nil {
		return err
	}
	switch there, err := store.Exists(c.Data); {
	case err != nil:
		return err
	case !there:
		return fmt.Errorf("there is no database in %s: nothing to back up", c.Data)
	}
	log, err := newLogger(std.err, "text")
	if err != nil {
		return err
	}
	db, err := openStore(ctx, c, log)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Backup(ctx, fs.Arg(0)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "Everything is in %s.\n", fs.Arg(0))
	return err
}
