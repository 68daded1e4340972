package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/term"

	"usulan/review"
	"usulan/store"
)

func exportCommand() command {
	return command{
		name:    "export",
		summary: "writes the proposals into an XLSX or CSV file",
		help: `
usulan export -format xlsx|csv [-o FILE] [-state STATE,...] [-priority CODE]
              [-channel CHANNEL] [-q WORDS] [-newest]

Writes the proposals that the flags choose, all without any, into a file for the
city meeting: no telephone numbers, no mail addresses. The file appears when it is
complete. "-o -" writes to standard output. The service may be running meanwhile.

States: new, needs_info, tagged, set_aside, withdrawn.

Example:
  usulan export -format xlsx -state tagged -priority P1 -o modal.xlsx`,
		run: runExport,
	}
}

func runExport(ctx context.Context, std streams, args []string) error {
	flags := exportCommand().flags(std)
	named := configFlag(flags)
	x := review.Export{By: "usulan export"}
	flags.StringVar(&x.Format, "format", "xlsx", "`xlsx or csv`")
	out := flags.String("o", "", "the `file` to write; by default one named after forum and time")
	states := flags.String("state", "", "`states`, with commas")
	flags.StringVar(&x.Filter.Priority, "priority", "", "`code` of a priority")
	flags.StringVar(&x.Filter.Channel, "channel", "", "`channel`, such as email")
	flags.StringVar(&x.Filter.Query, "q", "", "`words` to search for")
	flags.BoolVar(&x.Filter.Newest, "newest", false, "newest first")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if err := noArguments(flags, std); err != nil {
		return err
	}
	if x.Format != "xlsx" && x.Format != "csv" {
		return fmt.Errorf("-format %q is not known: use xlsx or csv", x.Format)
	}
	var err error
	if x.Filter.States, err = statesOf(*states); err != nil {
		return err
	}
	c, err := loadConfig(std, *named)
	if err != nil {
		return err
	}
	db, err := openStore(ctx, c, slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	x.Zone = c.Location
	return errors.Join(writeExport(ctx, std, db, c.Settings(), x, *out), db.Close())
}

func statesOf(list string) ([]store.State, error) {
	known := []store.State{store.New, store.NeedsInfo, store.Tagged, store.SetAside, store.Withdrawn}
	var out []store.State
	for name := range strings.SplitSeq(list, ",") {
		if list == "" {
			break
		}
		state := store.State(strings.TrimSpace(name))
		if !slices.Contains(known, state) {
			return nil, fmt.Errorf("-state %q is not known: use %v", name, known)
		}
		out = append(out, state)
	}
	return out, nil
}

// writeExport writes beside the file that is asked for and gives it its name
// when it is complete and on the disk.
func writeExport(ctx context.Context, std streams, db *store.DB, settings store.Settings, x review.Export, out string) error {
	if err := db.Configure(ctx, settings); err != nil {
		return err
	}
	if err := knownCode(settings, x.Filter.Priority); err != nil {
		return err
	}
	toStdout := out == "-"
	if f, ok := std.out.(*os.File); ok && toStdout && x.Format == "xlsx" && term.IsTerminal(int(f.Fd())) {
		return errors.New("a workbook is nothing for a terminal; send it to a file with -o FILE")
	}
	if out == "" {
		out = review.ExportName(settings.Forum, db.Now().In(x.Zone), x.Format)
	}
	folder := filepath.Dir(out)
	if toStdout {
		folder = ""
	} else if _, err := os.Lstat(out); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already; name another with -o, or remove it", out)
	}
	x.TempDir = folder // where the file goes there must be room for it anyway
	part, err := os.CreateTemp(folder, ".usulan-export-*")
	if err != nil {
		return fmt.Errorf("make a file: %w", err)
	}
	defer os.Remove(part.Name()) // gone already when it got its name
	n, err := x.Write(ctx, db, store.Actor{}, part)
	if err != nil {
		return errors.Join(err, part.Close())
	}
	if toStdout {
		_, err := part.Seek(0, io.SeekStart)
		if err == nil {
			_, err = io.Copy(std.out, part)
		}
		return errors.Join(err, part.Close())
	}
	if err := errors.Join(part.Sync(), part.Close()); err != nil {
		return fmt.Errorf("write %s: %w", out, err)
	}
	if err := os.Rename(part.Name(), out); err != nil {
		return fmt.Errorf("write %s: %w", out, err)
	}
	fmt.Fprintf(std.err, "%d proposals are in %s.\n", n, out)
	return nil
}

// knownCode refuses a priority that nobody configured: the file would be empty
// and look as if nobody had proposed anything.
func knownCode(settings store.Settings, code string) error {
	if code == "" {
		return nil
	}
	var codes []string
	for _, p := range settings.Priorities {
		codes = append(codes, p.Code)
	}
	if !slices.Contains(codes, code) {
		return fmt.Errorf("-priority %q is not configured: there are %s", code, strings.Join(codes, ", "))
	}
	return nil
}
