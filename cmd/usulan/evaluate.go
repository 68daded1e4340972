package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"text/tabwriter"

	"usulan/review"
	"usulan/store"
)

func evaluateCommand() command {
	return command{
		name:    "evaluate",
		summary: "tells how well suggestions fit the decisions made",
		help: `
usulan evaluate [-config FILE] [-json]

Cross-validates the suggestions on the decisions in the database: it learns from four fifths
of them and judges the rest, five times over. It prints how often the first suggestion is what
staff decided, how often that is among the first three, how far the confidence is off
(expected calibration error, ten equal bins), and which priority was taken for which. "none"
stands for "not a proposal". Copies of one text count once. The service may be running
meanwhile. Letters that resemble each other make the figures better than they are for texts
in new words.

Example:
  usulan evaluate -json`,
		run: runEvaluate,
	}
}

func runEvaluate(ctx context.Context, std streams, args []string) error {
	flags := evaluateCommand().flags(std)
	named := configFlag(flags)
	asJSON := flags.Bool("json", false, "print JSON")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if err := noArguments(flags, std); err != nil {
		return err
	}
	c, err := loadConfig(std, *named)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return withStore(ctx, c, log, func(db *store.DB) error {
		e, err := review.Evaluate(ctx, db)
		if err != nil {
			return err
		}
		if *asJSON {
			out := json.NewEncoder(std.out)
			out.SetIndent("", "  ")
			return out.Encode(e)
		}
		return printEvaluation(std, e)
	})
}

// printEvaluation prints the figures for people.
func printEvaluation(std streams, e review.Evaluation) error {
	fmt.Fprintf(std.out, "%d decisions\nfirst suggestion right: %.1f %%\nright one among three:  %.1f %%\ncalibration error:      %.3f\n\n",
		e.Decisions, 100*e.First, 100*e.Three, e.CalibrationError)
	fmt.Fprintln(std.out, "decided (rows), suggested first (columns):")
	w := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, code := range e.Codes {
		fmt.Fprintf(w, "\t%s", code)
	}
	fmt.Fprintln(w, "\t")
	for i, row := range e.Confusion {
		fmt.Fprint(w, e.Codes[i])
		for _, n := range row {
			fmt.Fprintf(w, "\t%d", n)
		}
		fmt.Fprintln(w, "\t")
	}
	return w.Flush()
}
