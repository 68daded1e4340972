package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"

	"usulan/cmd/usulan/config"
	"usulan/store"
)

// configFlag adds the flag that names the configuration.
func configFlag(fs *flag.FlagSet) *string {
	return fs.String("config", "", "the configuration `file`; by default ./usulan.toml, else /etc/usulan/usulan.toml")
}

// loadConfig reads the configuration that is named, or the usual one, and tells
// what could be better about it.
func loadConfig(std streams, named string) (*config.Config, error) {
	file, err := config.Find(named)
	if err != nil {
		return nil, err
	}
	c, err := config.Load(file)
	if err != nil {
		return nil, err
	}
	for _, w := range c.Warnings {
		fmt.Fprintf(std.err, "usulan: warning: %s\n", w)
	}
	return c, nil
}

// openStore opens the database of a configuration; the caller closes it.
func openStore(ctx context.Context, c *config.Config, log *slog.Logger) (*store.DB, error) {
	return store.Open(ctx, c.Data, log)
}

// withStore does something with the database of a configuration, brought up to
// it, and closes it.
func withStore(ctx context.Context, c *config.Config, log *slog.Logger, do func(*store.DB) error) error {
	db, err := openStore(ctx, c, log)
	if err != nil {
		return err
	}
	if err := db.Configure(ctx, c.Settings()); err != nil {
		return errors.Join(err, db.Close())
	}
	return errors.Join(do(db), db.Close())
}

// logFlag adds the flag that chooses the form of log lines.
func logFlag(fs *flag.FlagSet) *string {
	return fs.String("log", "text", "the `form` of log lines: text, or json for programs")
}

// newLogger writes log lines as text, or as JSON for programs to read.
func newLogger(w io.Writer, format string) (*slog.Logger, error) {
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, nil)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, nil)), nil
	default:
		return nil, fmt.Errorf("-log %s is not known: use text or json", format)
	}
}
