package review

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Every key that is said exists in both languages, and every key that exists is said.
func TestLanguages(t *testing.T) {
	said := map[string]bool{}
	var prefixes []string
	literal := regexp.MustCompile(`"([a-z_]+(?:\.[a-z0-9_-]+)*\.?)"`)
	for _, name := range sources(t) {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range literal.FindAllStringSubmatch(string(b), -1) {
			if strings.HasSuffix(m[1], ".") {
				prefixes = append(prefixes, m[1])
			}
			said[m[1]] = true
		}
	}
	keys := map[string]map[string]phrase{}
	for _, code := range []string{"id", "en"} {
		b, err := languageFiles.ReadFile("languages/" + code + ".json")
		if err != nil {
			t.Fatal(err)
		}
		keys[code] = map[string]phrase{}
		entries := map[string]phrase{}
		if err := json.Unmarshal(b, &entries); err != nil {
			t.Fatalf("%s: %v", code, err)
		}
		keys[code] = entries
	}
	for code, other := range map[string]string{"id": "en", "en": "id"} {
		for key, p := range keys[code] {
			if _, ok := keys[other][key]; !ok {
				t.Errorf("%s has %q and %s has not", code, key, other)
			}
			if p.Other == "" {
				t.Errorf("%s: %q says nothing", code, key)
			}
			key = strings.TrimSuffix(key, ".whatsapp") // as that channel has it, see words.For
			used := said[key] || said[strings.TrimSuffix(strings.TrimSuffix(key, ".title"), ".text")]
			for _, prefix := range prefixes {
				used = used || strings.HasPrefix(key, prefix)
			}
			if !used {
				t.Errorf("%s: nothing says %q", code, key)
			}
		}
	}
	spoken := regexp.MustCompile(`(?:\bt |Say\()"([a-z_.0-9-]+)"`)
	for _, name := range sources(t) {
		b, _ := os.ReadFile(name)
		for _, m := range spoken.FindAllStringSubmatch(string(b), -1) {
			if strings.HasSuffix(m[1], ".") {
				continue // the rest comes from the data, see TestWordsForData
			}
			if _, ok := keys["id"][m[1]]; !ok {
				t.Errorf("%s says %q, which no language has", name, m[1])
			}
		}
	}
}

// sources lists the files in which keys are said.
func sources(t *testing.T) []string {
	t.Helper()
	var out []string
	// The store says what is wrong with an input as a key.
	for _, pattern := range []string{"*.go", "*.html", "static/*.js", "../store/*.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			if !strings.HasSuffix(n, "_test.go") {
				out = append(out, n)
			}
		}
	}
	return out
}

// What is put into a sentence is not read as a sentence itself.
func TestSayPutsWordsInAsTheyAre(t *testing.T) {
	w := languages(time.UTC)["id"]
	if got, want := w.Say("history.tagged", "Ratna {2}", "PKL"), "Ratna {2} memilih PKL."; got != want {
		t.Errorf("said %q, want %q", got, want)
	}
}
