package review

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"usulan/store"
)

// axeScript fetches axe-core from npm into a temporary folder. USULAN_AXE may
// name a copy that is there already.
func axeScript(t *testing.T) string {
	t.Helper()
	path := os.Getenv("USULAN_AXE")
	if path == "" {
		missing := t.Skip
		if os.Getenv("CI") == "true" {
			missing = t.Fatal
		}
		npm, err := exec.LookPath("npm")
		if err != nil {
			missing("npm is not installed, so axe-core cannot be had")
		}
		dir := t.TempDir()
		cmd := exec.Command(npm, "install", "--silent", "--no-audit", "--no-fund", "axe-core@4.14.1")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			missing("axe-core cannot be had from npm: " + err.Error() + "\n" + string(out))
		}
		path = filepath.Join(dir, "node_modules", "axe-core", "axe.min.js")
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// axe finds nothing at all on any screen: light and dark, wide and narrow, in
// both languages.
func TestAccessible(t *testing.T) {
	script := axeScript(t)
	w := newWorld(t)
	w.arrive(correspondence()...)
	w.census(14, 14)
	w.converse(evening()...)
	w.advise()
	ratna := w.staff("ratna", store.Administrator)
	for _, ref := range []string{"USL-2020-0001", "USL-2020-0002"} {
		w.decide(ratna, ref, store.Decision{State: store.Tagged, Priority: "P3"})
	}
	c := w.newChrome(1366, 643)
	c.open("/sign-in")
	c.axe(script, "/sign-in")
	c.signIn(ratna)
	screens := []string{
		"/proposals/USL-2020-0003", "/proposals/USL-2020-0011", "/proposals/USL-2020-0002?aside=1", "/triage?q=tidakada", "/triage?state=withdrawn",
		"/proposals", "/proposals?q=modal", "/channels", "/ledger", "/ledger/13", "/ledger/11", "/summary", "/trail", "/keys", "/proposals/USL-2020-9999",
	}
	for _, path := range screens {
		c.size(1366, 643, false)
		c.open(path)
		c.run(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("#paper .message details, #paper .splitting").forEach((d) => { d.open = true })`))
		c.axe(script, path)
		if os.Getenv("USULAN_LONG") != "" {
			c.size(1366, 643, true)
			c.axe(script, path+" dark")
		}
		c.size(390, 844, true)
		c.axe(script, path+" dark, phone")
	}
	c.open("/channels")
	c.run(chromedp.Evaluate[chromedp.Void](`fetch("/preferences", {method: "POST", body: new URLSearchParams({language: "en"})})`))
	c.size(1024, 640, false)
	for _, path := range []string{"/proposals/USL-2020-0003", "/proposals/USL-2020-0011", "/proposals", "/channels"} {
		c.open(path)
		c.axe(script, path+" in English")
	}
}

// axe reports what the page does wrong.
func (c *chrome) axe(script, where string) {
	c.t.Helper()
	c.run(chromedp.Evaluate[chromedp.Void](script + ";0"))
	const ask = `axe.run(document, {resultTypes: ["violations"]}).then((r) => JSON.stringify(r.violations.map((v) => ({
		Rule: v.id + " (" + v.impact + "): " + v.help, Nodes: v.nodes.map((n) => n.target.join(" ") + ": " + n.failureSummary)}))))`
	out, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](ask, chromedp.EvalAwaitPromise))
	if err != nil {
		c.t.Errorf("%s: %v", where, err)
		return
	}
	var found []struct {
		Rule  string
		Nodes []string
	}
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		c.t.Fatal(err)
	}
	for _, v := range found {
		c.t.Errorf("%s: %s", where, v.Rule)
		for _, n := range v.Nodes[:min(3, len(v.Nodes))] {
			c.t.Logf("  %s", n)
		}
	}
}
