package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// runParse runs "usulan parse" and returns its lines, what it said and its exit
// status.
func runParse(t *testing.T, in string, args ...string) (lines []map[string]any, said string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), streams{strings.NewReader(in), &out, &errs}, append([]string{"parse"}, args...))
	for line := range strings.Lines(out.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		lines = append(lines, m)
	}
	return lines, errs.String(), status
}

func TestParseCommand(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := file("a.eml", "From: Siti <siti@example.org>\nSubject: Jalan <rusak>\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nKami usulkan.\n\nPada Sen, 5 Jan 2026 09.10, Kantor <k@example.org> menulis:\n> lama\n--b\nContent-Type: text/html\n\n<p>Kami usulkan.<p>Pada Sen, 5 Jan 2026 09.10, Kantor &lt;k@example.org&gt; menulis: lama\n--b\nContent-Type: application/pdf; name=a.pdf\n\nabc\n--b--\n")
	hostile := file("b.eml", "Subject: jahat\nContent-Type: multipart/mixed; boundary=b\n\n"+strings.Repeat("--b\n\nx\n", 20_000))
	missing := filepath.Join(dir, "tidak-ada.eml")

	lines, said, status := runParse(t, "From: budi@example.org\n\nisi", good, missing, hostile, "-", dir)
	if len(lines) != 5 {
		t.Fatalf("%d lines for 5 files: %v", len(lines), lines)
	}
	want := map[string]any{
		"file": good, "ok": true, "from_address": "siti@example.org", "from_name": "Siti", "subject": "Jalan <rusak>", "kind": "message",
		"stripped_text": "Kami usulkan.",
	}
	for k, v := range want {
		if lines[0][k] != v {
			t.Errorf("%s is %v, want %v", k, lines[0][k], v)
		}
	}
	if text := lines[0]["body_text"].(string); !strings.Contains(text, "> lama") {
		t.Errorf("body_text %q lacks the quotation", text)
	}
	attachments := lines[0]["attachments"].([]any)
	if len(attachments) != 1 {
		t.Fatalf("attachments %v, want the PDF alone", attachments)
	}
	a := attachments[0].(map[string]any)
	if a["filename"] != "a.pdf" || a["size"] != 3.0 || a["content_type"] != "application/pdf" || a["sha256"] != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("attachment %v", a)
	}
	for i, name := range []string{missing, dir} {
		if m := lines[[]int{1, 4}[i]]; m["ok"] != false || m["file"] != name || m["error"] == "" {
			t.Errorf("%s: %v", name, m)
		}
	}
	if m := lines[2]; m["ok"] != true || m["quarantine"] != "structure" || m["subject"] != "jahat" {
		t.Errorf("quarantined mail: %v", m)
	}
	if m := lines[3]; m["file"] != "-" || m["from_address"] != "budi@example.org" || m["body_text"] != "isi" {
		t.Errorf("standard input: %v", m)
	}
	if status != 1 || !strings.Contains(said, "tidak-ada.eml") || !strings.Contains(said, "2 of 5") {
		t.Errorf("status %d, said %q", status, said)
	}
}

func TestParseCommandCalledWrongly(t *testing.T) {
	for _, args := range [][]string{nil, {"-nonsense"}} {
		if lines, said, status := runParse(t, "", args...); status != 2 || len(lines) != 0 || !strings.Contains(said, "usulan parse FILE") {
			t.Errorf("%q: status %d, said %q", args, status, said)
		}
	}
}

// TestParseScore holds the parser to what the tests of other mail programs
// expect of their mails, with the scorer that comes with them.
func TestParseScore(t *testing.T) {
	shared, err := filepath.Abs("../../../shared/mails")
	if err != nil {
		t.Fatal(err)
	}
	mails, _ := filepath.Glob(filepath.Join(shared, "mails", "*.eml"))
	if len(mails) == 0 {
		t.Skip("../shared/mails is not here")
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("python3 is missing")
		}
		t.Skip("python3 is missing")
	}
	actual := filepath.Join(t.TempDir(), "actual.jsonl")
	out, err := os.Create(actual)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if status := run(t.Context(), streams{nil, out, os.Stderr}, append([]string{"parse"}, mails...)); status != 0 {
		t.Fatalf("status %d", status)
	}
	report := actual + ".json"
	if b, err := exec.CommandContext(t.Context(), python, filepath.Join(shared, "score.py"), filepath.Join(shared, "expect.jsonl"), actual, "--json", report).CombinedOutput(); err != nil {
		t.Fatalf("score: %v\n%s", err, b)
	}
	var score struct {
		Fields map[string][2]int `json:"fields"`
		Total  [2]int            `json:"total"`
	}
	b, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &score); err != nil {
		t.Fatal(err)
	}
	crash := score.Fields["must_not_crash"]
	if crash[0] != crash[1] {
		t.Errorf("must not crash: %d of %d", crash[0], crash[1])
	}
	const floor = 0.98
	passed, all := score.Total[0]-crash[0], score.Total[1]-crash[1]
	if float64(passed) < floor*float64(all) {
		t.Errorf("%d of %d expectations hold, fewer than %.0f %%", passed, all, 100*floor)
	}
	t.Logf("%d of %d mails read, %d of %d expectations hold", crash[0], crash[1], passed, all)
}
