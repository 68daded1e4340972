package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// call runs a command line and returns its exit status and what it said.
func call(args ...string) (status int, out, errs string) {
	var o, e bytes.Buffer
	status = run(context.Background(), streams{in: strings.NewReader(""), out: &o, err: &e}, args)
	return status, o.String(), e.String()
}

func TestExitStatus(t *testing.T) {
	none := t.TempDir() + "/none.toml"
	tests := []struct {
		args   []string
		status int
		says   string // on standard error
	}{
		{[]string{"help"}, 0, ""},
		{[]string{"-h"}, 0, ""},
		{[]string{"version"}, 0, ""},
		{[]string{"serve", "-h"}, 0, "usulan serve"},
		{[]string{"sevre"}, 2, `did you mean "serve"?`},
		{[]string{"xyzzy"}, 2, `"usulan help" lists them`},
		{[]string{"serve", "-prot", "1"}, 2, "-prot"},
		{[]string{"serve", "now"}, 2, `takes no "now"`},
		{[]string{"-config", none}, 1, "none.toml"},
		{[]string{"serve", "-config", none}, 1, "config.example.toml"},
		{[]string{"fetch", "-config", none}, 1, "none.toml"},
		{[]string{"check", "-config", none}, 1, "none.toml"},
		{[]string{"import", "-config", none}, 2, "usulan import"},
		{[]string{"serve", "-config", none, "-log", "xml"}, 1, "use text or json"},
		{[]string{"help", "serv"}, 1, `did you mean "serve"?`},
	}
	for _, tt := range tests {
		status, _, errs := call(tt.args...)
		if status != tt.status || !strings.Contains(errs, tt.says) {
			t.Errorf("usulan %s: status %d, want %d; said %q, want %q", strings.Join(tt.args, " "), status, tt.status, errs, tt.says)
		}
	}
}

// Who types "usulan help X" wants to know what to type next.
func TestEveryCommandHasHelpWithAnExample(t *testing.T) {
	_, list, _ := call("help")
	for _, c := range commands() {
		if !strings.Contains(list, "\n  "+c.name+" ") {
			t.Errorf("%s is not in the list of commands", c.name)
		}
		status, help, errs := call("help", c.name)
		if status != 0 || errs != "" {
			t.Errorf("help %s: status %d, %s", c.name, status, errs)
		}
		if c.name == "version" || c.name == "help" {
			continue
		}
		if !strings.Contains(help, "\n  usulan "+c.name) && !strings.Contains(help, "usulan "+c.name+" -") {
			t.Errorf("help %s has no example:\n%s", c.name, help)
		}
	}
}

func TestAllFaultsOfAConfigurationAreTold(t *testing.T) {
	p := newPlace(t)
	p.write("dat = \"x\"\n[web]\naddress = 8080\n")
	for _, command := range []string{"serve", "check", "fetch"} {
		status, _, errs := p.run("", command)
		if status != 1 || !strings.Contains(errs, p.file+`:1:1: unknown key "dat"; did you mean "data"?`) || !strings.Contains(errs, p.file+":3:11: web.address") {
			t.Errorf("%s: status %d, %s", command, status, errs)
		}
	}
}
