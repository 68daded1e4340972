package demo

import (
	"os"
	"path/filepath"
	"testing"
)

// A demo that was killed in the middle of a line goes on as if that had never
// been said.
func TestATornLineOfTheJournal(t *testing.T) {
	dir := t.TempDir()
	j, all, err := openJournal(dir)
	if err != nil || len(all) > 0 {
		t.Fatalf("%v, %d lines in a new folder", err, len(all))
	}
	for _, l := range []line{{Said: &said{ID: "A", Person: "62811", Text: "satu"}}, {Arrived: "A"}} {
		if err := j.write(l); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := j.file.WriteString(`{"said":{"id":"B","per`); err != nil {
		t.Fatal(err)
	}
	if err := j.close(); err != nil {
		t.Fatal(err)
	}

	for range 2 { // what is written after it is whole
		j, all, err = openJournal(dir)
		if err != nil {
			t.Fatal(err)
		}
		if all[0].ID != "A" || !all[0].Arrived || all[0].Text != "satu" {
			t.Errorf("the first line became %+v", all[0])
		}
		if err := j.write(line{Said: &said{ID: "C"}}); err != nil {
			t.Fatal(err)
		}
		if err := j.close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(all) != 2 || all[1].ID != "C" || all[1].Arrived {
		t.Errorf("after the torn line there are %d, want the two that are whole", len(all))
	}
}

func TestADamagedJournalIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "said.jsonl"), []byte("{\"said\":{}}\nbukan JSON\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := openJournal(dir); err == nil {
		t.Error("a damaged journal was opened: what follows would be lost")
	}
}

// Whoever takes part says something that can be sent, and no id twice.
func TestTheCast(t *testing.T) {
	ids, numbers := map[string]bool{}, map[string]bool{}
	free := 0
	for _, p := range cast.People {
		if p.Name == "" || numbers[p.Number] {
			t.Errorf("%q has no name, or %s is somebody else's", p.Name, p.Number)
		}
		numbers[p.Number] = true
		if len(p.Say) == 0 {
			free++
		}
	}
	cues := cast.cues(0)
	for _, c := range cues {
		if ids[c.said.ID] {
			t.Errorf("%s says %q under an id that was given", c.said.Name, c.said.Text)
		}
		ids[c.said.ID] = true
		if c.said.Kind.carries() != (c.file != nil) || c.said.Kind.carries() && len(c.file()) == 0 {
			t.Errorf("%s: what %s carries is not there", c.said.Name, c.said.Kind)
		}
		if c.said.Kind == written && c.said.Text == "" {
			t.Errorf("%s says nothing", c.said.Name)
		}
		if c.said.Target != "" && !ids[c.said.Target] {
			t.Errorf("%s changes or quotes what was not said", c.said.Name)
		}
	}
	if free < 3 || len(cast.People)-free < 25 {
		t.Errorf("%d people are free and %d write, want at least 3 and 25", free, len(cast.People)-free)
	}
}
