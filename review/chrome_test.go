package review

import (
	"context"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"usulan/store"
)

// chrome is a person at a real browser. What its console complains about,
// breaches of the content policy included, fails the test.
type chrome struct {
	t    testing.TB
	w    *world
	ctx  context.Context
	mu   sync.Mutex
	said []string
}

// newChrome starts Chromium. Without one the test is skipped, on CI it fails.
func (w *world) newChrome(width, height int) *chrome {
	w.t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		if os.Getenv("CI") == "true" {
			w.t.Fatal("chromium is not installed")
		}
		w.t.Skip("chromium is not installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.WindowSize(width, height), chromedp.UserDataDir(w.t.TempDir()))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	w.t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	c := &chrome{t: w.t, w: w, ctx: ctx}
	// The browser lives as long as the context of the first call.
	if err := chromedp.Do(ctx); err != nil {
		w.t.Fatal(err)
	}
	c.size(width, height, false)
	console := chromedp.Console(ctx)
	var listening sync.WaitGroup
	listening.Go(func() {
		for m, err := range console {
			if err == nil && (m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning || m.IsException() || m.Source == "security") {
				c.note(m.String() + " " + m.URL)
			}
		}
	})
	w.t.Cleanup(func() { cancel(); listening.Wait() })
	return c
}

// newTab opens a further tab of the same browser.
func (c *chrome) newTab() *chrome {
	c.t.Helper()
	ctx, cancel := chromedp.NewContext(c.ctx)
	c.t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		c.t.Fatal(err)
	}
	return &chrome{t: c.t, w: c.w, ctx: ctx}
}

// close leaves our pages, as closing a tab does, and keeps the browser.
func (c *chrome) close() {
	c.t.Helper()
	c.run(chromedp.Navigate("about:blank"))
}

// size makes the window another size and the system light or dark.
func (c *chrome) size(width, height int, dark bool) {
	c.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	c.run(chromedp.EmulateViewport(int64(width), int64(height)))
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(c.ctx, emulation.SetEmulatedMedia, media); err != nil {
		c.t.Fatal(err)
	}
}

func (c *chrome) note(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said = append(c.said, line)
}

// quiet fails the test when the console has said anything.
func (c *chrome) quiet() {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, line := range c.said {
		c.t.Error(line)
	}
	c.said = nil
}

func (c *chrome) run(actions ...chromedp.Action[chromedp.Void]) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		c.t.Fatalf("%v\nlog:\n%s", err, c.w.log)
	}
}

// open goes to a page of ours and waits for its scripts.
func (c *chrome) open(path string) {
	c.t.Helper()
	c.run(chromedp.Navigate(c.w.http.URL + path))
	c.ready()
}

func (c *chrome) ready() {
	c.t.Helper()
	c.until("scripts run", `document.readyState === "complete" && (!document.querySelector("script[src*='app.js']") || document.documentElement.dataset.ready === "1")`)
}

// signIn fills in the form as a person does.
func (c *chrome) signIn(s store.Staff) {
	c.t.Helper()
	c.open("/sign-in")
	c.run(chromedp.SendKeys(`input[name="name"]`, s.Name), chromedp.SendKeys(`input[name="password"]`, testPassword+"\r"))
	c.until("the frame is there", `!!document.querySelector("header.top")`)
	c.ready()
}

// press types keys, each as a person does, on whatever has the focus.
func (c *chrome) press(keys string) {
	c.t.Helper()
	c.run(chromedp.KeyEvent(keys))
}

// patience is how long a condition of a page may take to come true.
const patience = 15 * time.Second

// until waits for a condition of the page, over navigations too.
func (c *chrome) until(what, condition string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+condition+")"))
		if err == nil && ok {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			c.t.Fatalf("never so: %s (%s): %v\nat %s\n%s\nconsole: %v\nlog:\n%s", what, condition, err,
				c.value("location.href"), c.value("document.body.innerText"), c.said, c.w.log)
		}
	}
}

// value asks the page for a string.
func (c *chrome) value(expression string) string {
	c.t.Helper()
	out, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		c.t.Errorf("%s: %v", expression, err)
	}
	return out
}
