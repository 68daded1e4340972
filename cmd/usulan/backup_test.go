package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Where there is no database a backup says so. Making an empty one and copying
// that would look like success.
func TestBackupOfNothingFails(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "usulan.toml")
	data := filepath.Join(dir, "data")
	text := fmt.Sprintf("data = %q\n[forum]\nname = \"Forum\"\nprefix = \"USL\"\nyear = 2020\nplan_year = 2021\nopens = \"2020-03-17\"\n", data)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	status := run(t.Context(), streams{strings.NewReader(""), &out, &errs},
		[]string{"backup", "-config", file, filepath.Join(dir, "copy")})
	if status != 1 || !strings.Contains(errs.String(), "no database in "+data) {
		t.Errorf("status %d, output %q; want 1 and the folder named", status, errs.String())
	}
	if _, err := os.Stat(filepath.Join(dir, "copy")); err == nil {
		t.Error("something was copied")
	}
}
