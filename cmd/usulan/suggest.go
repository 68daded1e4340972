package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"usulan/cmd/usulan/config"
	"usulan/review/suggest"
)

func suggestCommand() command {
	return command{
		name:    "suggest",
		summary: "suggests priorities for texts in a file",
		help: `
usulan suggest [-train FILE.jsonl] FILE.jsonl prints, one JSON line for each text of the file,
up to three priorities, how likely each is right (0 to 1) and the words that led there. The
code "none" stands for "not a proposal". It needs no configuration and no network: it knows
the keywords of the six priorities, and what -train teaches it.

Each line of a file is an object with "id" and "text"; with "label" too (P1 to P6, or none) it
is an example to learn from.

Example:
  usulan suggest -train keputusan.jsonl usulan.jsonl`,
		run: runSuggest,
	}
}

// labelled is one line of a file of texts.
type labelled struct {
	ID    string `json:"id"`
	Text  string `json:"text"`
	Label string `json:"label"`
}

// suggested is what is printed of a text.
type suggested struct {
	ID          string       `json:"id"`
	Suggestions []suggestion `json:"suggestions"`
}

type suggestion struct {
	Code       string   `json:"code"`
	Confidence float64  `json:"confidence"`
	Words      []string `json:"words"`
}

func runSuggest(_ context.Context, std streams, args []string) error {
	fs := suggestCommand().flags(std)
	train := fs.String("train", "", "a `file` of examples to learn from")
	if err := parseFlags(fs, args); err != nil {
		return err
	}
	if fs.NArg() != 1 {
		fs.Usage()
		return errUsage
	}
	var examples []suggest.Example
	if *train != "" {
		err := eachObject(*train, func(l labelled) error {
			examples = append(examples, suggest.Example{Text: l.Text, Code: l.Label})
			return nil
		})
		if err != nil {
			return err
		}
	}
	var priorities []suggest.Priority
	for _, p := range config.Default().Priorities {
		priorities = append(priorities, suggest.Priority{Code: p.Code, Title: p.Title, Keywords: p.Keywords})
	}
	model := suggest.Train(priorities, examples)
	out := json.NewEncoder(std.out)
	return eachObject(fs.Arg(0), func(l labelled) error {
		line := suggested{ID: l.ID, Suggestions: []suggestion{}}
		for _, s := range model.Suggest(l.Text) {
			words := []string{}
			for _, w := range s.Words {
				words = append(words, l.Text[w.Start:w.End])
			}
			line.Suggestions = append(line.Suggestions, suggestion{s.Code, s.Confidence, words})
		}
		return out.Encode(line)
	})
}

// eachObject calls use for every JSON object of a file.
func eachObject[T any](name string, use func(T) error) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	objects := json.NewDecoder(bufio.NewReader(f))
	for n := 1; ; n++ {
		var one T
		switch err := objects.Decode(&one); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read object %d of %s: %w", n, name, err)
		}
		if err := use(one); err != nil {
			return err
		}
	}
}
