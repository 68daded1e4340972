package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The commands that read texts from a file and need no configuration.

func write(t *testing.T, text string) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "texts.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// printed runs a command that succeeds and reads its lines.
func printed[T any](t *testing.T, args ...string) (lines []T) {
	t.Helper()
	status, out, errs := call(args...)
	if status != 0 || errs != "" {
		t.Fatalf("usulan %s: status %d, %s", args[0], status, errs)
	}
	for line := range strings.Lines(out) {
		var one T
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatalf("usulan %s printed %q: %v", args[0], line, err)
		}
		lines = append(lines, one)
	}
	return lines
}

func TestSimilarCommand(t *testing.T) {
	file := write(t, `{"id":"same","a":"Mohon 3 gerobak untuk PKL Rengas","b":"*Diteruskan*\nmhn 3 gerobak utk pkl rengas 🙏"}
		{"id":"place","a":"Mohon 3 gerobak untuk PKL Rengas","b":"Mohon 3 gerobak untuk PKL Rempoa"}

		{"id":"matter","a":"Mohon 3 gerobak untuk PKL Rengas","b":"pelatihan akuntansi koperasi"}{"id":"none","a":"","b":""}`)
	got := printed[compared](t, "similar", file)
	want := map[string]string{"same": "identical", "place": "different", "matter": "different", "none": "different"}
	if len(got) != len(want) {
		t.Fatalf("%d lines, want %d", len(got), len(want))
	}
	for _, line := range got {
		if string(line.Verdict) != want[line.ID] || line.Score < 0 || line.Score > 1 {
			t.Errorf("%s: %s, %v; want %s", line.ID, line.Verdict, line.Score, want[line.ID])
		}
	}
}

func TestSuggestCommand(t *testing.T) {
	train := write(t, `{"id":"1","text":"lapak untuk pedagang kaki lima","label":"P5"}{"id":"2","text":"halo selamat pagi","label":"none"}`)
	got := printed[suggested](t, "suggest", "-train", train, write(t, `{"id":"x","text":"mohon pinjaman modal tanpa agunan"}{"id":"y","text":""}`))
	if len(got) != 2 || len(got[0].Suggestions) == 0 || got[0].Suggestions[0].Code != "P1" || len(got[0].Suggestions) > 3 {
		t.Fatalf("%+v, want P1 first of at most three", got)
	}
	if words := strings.Join(got[0].Suggestions[0].Words, " "); !strings.Contains(words, "modal") && !strings.Contains(words, "pinjaman") {
		t.Errorf("the words that led there are %q", words)
	}
}

func TestGroupCommand(t *testing.T) {
	file := write(t, `[
		{"id":"one","messages":[
			{"msg_id":"a","ts":"2020-03-18T09:00:00+07:00","from":"x","type":"text","text":"Assalamualaikum"},
			{"msg_id":"b","ts":"2020-03-18T09:00:20+07:00","from":"x","type":"text","text":"usul tempat jualan di Jombang"},
			{"msg_id":"c","ts":"2020-03-18T09:00:30+07:00","from":"y","type":"text","text":"makasih infonya"},
			{"msg_id":"d","ts":"2020-03-18T09:01:00+07:00","from":"x","type":"kind of tomorrow"}]},
		{"id":"empty","messages":[]}]`)
	got := printed[grouped](t, "group", file)
	if len(got) != 2 || len(got[0].Groups) != 1 || strings.Join(got[0].Groups[0].Members, "") != "abd" || strings.Join(got[0].None, "") != "c" {
		t.Errorf("%+v, want a, b and d together and c alone", got)
	}
	if len(got) == 2 && (got[1].Groups == nil || got[1].None == nil) {
		t.Error("a conversation without messages has lists that are null")
	}
}

func TestTextsThatCannotBeRead(t *testing.T) {
	broken, none := write(t, "{\"id\":\"1\"}\n{\"id\":"), filepath.Join(t.TempDir(), "none.jsonl")
	for _, tt := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"similar", broken}, 1, "object 2 of"},
		{[]string{"similar", none}, 1, "none.jsonl"},
		{[]string{"similar"}, 2, "usulan similar"},
		{[]string{"similar", broken, broken}, 2, "usulan similar"},
		{[]string{"suggest", broken}, 1, "object 2 of"},
		{[]string{"suggest", "-train", none, broken}, 1, "none.jsonl"},
		{[]string{"suggest"}, 2, "usulan suggest"},
		{[]string{"group", broken}, 1, "texts.json"},
		{[]string{"group", none}, 1, "none.jsonl"},
		{[]string{"group", write(t, `[{"id":"x","messages":[{"msg_id":"a","ts":"kemarin"}]}]`)}, 1, "texts.json"},
		{[]string{"group"}, 2, "usulan group"},
	} {
		status, _, errs := call(tt.args...)
		if status != tt.status || !strings.Contains(errs, tt.says) {
			t.Errorf("usulan %s: status %d, want %d; said %q, want %q", strings.Join(tt.args, " "), status, tt.status, errs, tt.says)
		}
	}
}
