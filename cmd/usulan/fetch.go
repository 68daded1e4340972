package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"

	"usulan/cmd/usulan/config"
	"usulan/intake"
	"usulan/store"
)

func fetchCommand() command {
	return command{
		name:    "fetch",
		summary: "takes in what is in the mailboxes, once",
		help: `
usulan fetch [-config FILE] [-json] [-log text|json]

Makes one pass over all mailboxes of the configuration and ends; for cron, or to see
what a mailbox holds. Where "usulan serve" is at work on a mailbox, that is left to it.
WhatsApp accounts have no such pass: what waits for them comes once they are connected, which
is what "usulan serve" is for.
With -json the counts of the ledger by outcome are printed as one JSON object.

  usulan fetch -config usulan.toml -json`,
		run: runFetch,
	}
}

func runFetch(ctx context.Context, std streams, args []string) error {
	fs := fetchCommand().flags(std)
	file := configFlag(fs)
	format := logFlag(fs)
	asJSON := fs.Bool("json", false, "print the counts of the ledger by outcome as one JSON object")
	if err := parseFlags(fs, args); err != nil {
		return err
	}
	if err := noArguments(fs, std); err != nil {
		return err
	}
	log, err := newLogger(std.err, *format)
	if err != nil {
		return err
	}
	c, err := loadConfig(std, *file)
	if err != nil {
		return err
	}
	if len(c.Channel.Email.Mailboxes) == 0 {
		return fmt.Errorf("%s has no [[channel.email.mailbox]] to fetch from", c.File)
	}
	return withStore(ctx, c, log, func(db *store.DB) error {
		err := fetch(ctx, c, db, log)
		return errors.Join(err, tellCounts(ctx, db, std.out, *asJSON))
	})
}

// lean bounds the memory of a pass: what is above it is collected at once. A
// tighter bound would be paid for in time.
func lean() { debug.SetMemoryLimit(64 << 20) }

// fetch makes one pass over every mailbox. What is wrong with one does not keep
// it from the others.
func fetch(ctx context.Context, c *config.Config, db *store.DB, log *slog.Logger) error {
	lean()
	supervisor := intake.NewSupervisor(db.Acquire, log)
	var faults []error
	for _, channel := range mailChannels(c, parserOf(c), 12<<20, log) {
		if err := supervisor.Once(ctx, channel.Name(), channel.Fetch); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", channel.Name(), err))
		}
	}
	return errors.Join(faults...)
}

// tellCounts prints what became of everything that was ever seen.
func tellCounts(ctx context.Context, db *store.DB, w io.Writer, asJSON bool) error {
	sources, err := db.Sources(ctx)
	if err != nil {
		return err
	}
	counts := map[intake.Outcome]int64{}
	for _, s := range sources {
		for outcome, n := range s.Outcomes {
			if n > 0 {
				counts[outcome] += n
			}
		}
	}
	if asJSON {
		return json.NewEncoder(w).Encode(counts)
	}
	var total int64
	for _, outcome := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(w, "%-14s %8d\n", outcome, counts[outcome])
		total += counts[outcome]
	}
	_, err = fmt.Fprintf(w, "%-14s %8d\n", "in all", total)
	return err
}
