package main

import (
	"context"
	"encoding/json"

	"usulan/cmd/usulan/config"
	"usulan/review/similar"
)

func similarCommand() command {
	return command{
		name:    "similar",
		summary: "tells which of pairs of texts ask for the same",
		help: `
usulan similar FILE.jsonl reads pairs of texts, one JSON object {"id", "a", "b"} a line, and
prints for each {"id", "score", "verdict"}. The verdict is "identical" (the same text but for
greeting, signature, quotes and typing noise), "similar" (the same request in other words) or
"different"; the score, from 0 to 1, is how likely both ask for the same. It needs no
configuration and no network.

Example:
  usulan similar pasangan.jsonl`,
		run: runSimilar,
	}
}

// couple is one line of a file of pairs.
type couple struct {
	ID string `json:"id"`
	A  string `json:"a"`
	B  string `json:"b"`
}

// compared is what is printed of a pair.
type compared struct {
	ID      string          `json:"id"`
	Score   float64         `json:"score"`
	Verdict similar.Verdict `json:"verdict"`
}

func runSimilar(_ context.Context, std streams, args []string) error {
	fs := similarCommand().flags(std)
	if err := parseFlags(fs, args); err != nil {
		return err
	}
	if fs.NArg() != 1 {
		fs.Usage()
		return errUsage
	}
	comparer := similar.New(placeNames(config.Default()))
	out := json.NewEncoder(std.out)
	return eachObject(fs.Arg(0), func(p couple) error {
		score, verdict := comparer.Compare(p.A, p.B)
		return out.Encode(compared{p.ID, score, verdict})
	})
}

// placeNames lists the kecamatan and kelurahan of a configuration in all their
// spellings.
func placeNames(c *config.Config) []string {
	var names []string
	for _, k := range c.Kecamatan {
		names = append(names, k.Name)
		for _, l := range k.Kelurahan {
			names = append(append(names, l.Name), l.Also...)
		}
	}
	return names
}
