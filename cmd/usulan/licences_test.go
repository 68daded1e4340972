package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var writeLicences = flag.Bool("write-licences", false, "write licences.txt anew instead of comparing it")

const licencesHead = `usulan is free software under the GNU Affero General Public License, version 3
or (at your option) any later version: AGPL-3.0-or-later.

It is built from, or tested with, the modules below. The list is written by
  go test ./cmd/usulan -run TestLicences -write-licences
and the same test, without the flag, fails when it is no longer true.

`

// TestLicences compares licences.txt with the licence files of the modules
// themselves, as they lie in the module cache.
func TestLicences(t *testing.T) {
	built := modules(t, "-deps", ".")
	tested := modules(t, "-deps", "-test", "../../...")

	var list strings.Builder
	list.WriteString(licencesHead)
	row := func(path, version, ids, use string) {
		fmt.Fprintf(&list, "%-44s %-40s %-10s %s\n", path, version, use, ids)
	}
	row("Go standard library", "", "BSD-3-Clause", "program")
	for _, path := range sortedKeys(tested) {
		use := "tests only"
		if _, in := built[path]; in {
			use = "program"
		}
		row(path, tested[path].Version, identify(t, tested[path].Dir), use)
	}

	if *writeLicences {
		if err := os.WriteFile("licences.txt", []byte(list.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(list.String(), licenceList); diff != "" {
		t.Errorf("licences.txt is not true any more; write it anew with -write-licences (- modules, + list):\n%s", diff)
	}
}

// TestLicencesAllowDistribution fails for a licence that cannot be combined
// with AGPL-3.0 in one program.
func TestLicencesAllowDistribution(t *testing.T) {
	compatible := []string{
		"AGPL-3.0", "GPL-3.0", "LGPL-3.0", "MPL-2.0", "Apache-2.0",
		"MIT", "BSD-2-Clause", "BSD-3-Clause", "ISC", "public domain",
	}
	for _, m := range modules(t, "-deps", ".") {
		for _, id := range strings.Split(identify(t, m.Dir), " and ") {
			if !slices.Contains(compatible, id) {
				t.Errorf("%s is under %q, which is not known to be compatible with AGPL-3.0", m.Path, id)
			}
		}
	}
}

// module is what go list says of one.
type module struct {
	Path, Version, Dir string
	Main               bool
}

// modules lists the modules that the packages named by args come from. The
// platform is fixed, so that the list is the same wherever the test runs.
func modules(t *testing.T, args ...string) map[string]module {
	t.Helper()
	goTool := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json=Module"}, args...)...)
	goTool.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	goTool.Stderr = os.Stderr
	out, err := goTool.Output()
	if err != nil {
		t.Fatalf("list the modules: %v", err)
	}
	found := map[string]module{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct{ Module *module }
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return found
		} else if err != nil {
			t.Fatalf("read the list of modules: %v", err)
		}
		if p.Module != nil && !p.Module.Main {
			found[p.Module.Path] = *p.Module
		}
	}
}

// identify names the licences in a module's folder by sentences that only they
// contain. Unknown text fails the test: a person must look.
func identify(t *testing.T, dir string) string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatalf("read %s: %v", dir, err)
	}
	var ids []string
	for _, f := range files {
		name := strings.ToLower(f.Name())
		if f.IsDir() || !strings.HasPrefix(name, "licen") && !strings.HasPrefix(name, "copying") {
			continue
		}
		if strings.HasSuffix(name, "-logo") {
			continue // modernc.org names the source of a picture there; no code is under it
		}
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatalf("read a licence: %v", err)
		}
		found := licencesIn(string(text))
		if len(found) == 0 {
			t.Errorf("%s: licence not recognised; read it, then teach the test", filepath.Join(dir, f.Name()))
		}
		ids = append(ids, found...)
	}
	if len(ids) == 0 {
		t.Errorf("%s: no licence file", dir)
	}
	slices.Sort(ids)
	return strings.Join(slices.Compact(ids), " and ")
}

// licencesIn finds the licences whose own words are in text.
func licencesIn(text string) []string {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	var ids []string
	for _, l := range []struct{ id, words string }{
		{"AGPL-3.0", "gnu affero general public license version 3, 19 november 2007"},
		{"LGPL-3.0", "gnu lesser general public license version 3, 29 june 2007"},
		{"GPL-3.0", "gnu general public license version 3, 29 june 2007"},
		{"MPL-2.0", "mozilla public license version 2.0"},
		{"Apache-2.0", "apache license version 2.0"},
		{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"},
		{"ISC", "distribute this software for any purpose with or without fee is hereby granted"},
		{"public domain", "has been dedicated to the public domain"},
	} {
		if strings.Contains(text, l.words) {
			ids = append(ids, l.id)
		}
	}
	if strings.Contains(text, "redistribution and use in source and binary forms") {
		if strings.Contains(text, "to endorse or promote products") {
			ids = append(ids, "BSD-3-Clause")
		} else {
			ids = append(ids, "BSD-2-Clause")
		}
	}
	return ids
}

func sortedKeys(m map[string]module) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
