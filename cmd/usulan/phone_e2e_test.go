package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// tab is a page in a real browser.
type tab struct {
	t   testing.TB
	ctx context.Context
}

// browse starts Chromium with one tab. Without one the test is skipped, on CI it
// fails.
func browse(t testing.TB) tab {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("chromium is not installed")
		}
		t.Skip("chromium is not installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.WindowSize(1366, 768), chromedp.UserDataDir(t.TempDir()))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return tab{t, ctx}
}

// another opens a further tab of the same browser.
func (b tab) another() tab {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		b.t.Fatal(err)
	}
	return tab{b.t, ctx}
}

func (b tab) run(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

func (b tab) open(url string) {
	b.t.Helper()
	b.run(chromedp.Navigate(url))
	b.until("the page is ready", `document.readyState === "complete"`)
}

// number asks the page for a number.
func (b tab) number(expression string) float64 {
	b.t.Helper()
	n, err := chromedp.Run(b.ctx, chromedp.Evaluate[float64](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return n
}

// until waits for a condition of the page.
func (b tab) until(what, condition string) {
	b.t.Helper()
	await(b.t, what, func() (any, bool) {
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("!!("+condition+")"))
		return nil, err == nil && ok
	})
}

// watch notes when a word is first seen on the page.
func (b tab) watch(word string) {
	b.t.Helper()
	b.run(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
		window.seen = 0;
		const look = () => { if (!window.seen && document.body.textContent.includes(%q)) window.seen = Date.now(); };
		new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
		look();
	})()`, word)))
}

// officer opens the queue as the demo's staff member.
func (d *staged) officer(b tab) {
	d.t.Helper()
	b.open(d.URL + "/sign-in")
	b.run(chromedp.SendKeys(`input[name="name"]`, d.Staff), chromedp.SendKeys(`input[name="password"]`, d.Password+"\r"))
	b.until("the queue is open", `document.documentElement.dataset.ready === "1" && document.querySelector("#rows")`)
}

// write types a text on the phone page and sends it; it returns when, by the
// page's clock.
func (b tab) write(text string) float64 {
	b.t.Helper()
	b.run(chromedp.SendKeys("#text", text), chromedp.Evaluate[chromedp.Void](`addEventListener("submit", () => { window.sent = Date.now(); }, { once: true, capture: true })`),
		chromedp.Click(".go"))
	return b.number("window.sent")
}

// What is sent on the phone page appears on a queue that somebody has open,
// without a reload; and a photo that follows is shown on the proposal's paper.
func TestPhoneToOpenQueueInABrowser(t *testing.T) {
	d := play(t)
	screen := browse(t)
	d.officer(screen)
	page := screen.another()
	page.open(d.PhoneURL + "/?as=" + marni)

	screen.watch("usul kios pirus")
	sent := page.write("usul kios pirus")
	screen.until("the message is on the queue", "window.seen > 0")
	t.Logf("from send to visible: %.0f ms", screen.number("window.seen")-sent)

	file := filepath.Join(t.TempDir(), "lapak.jpg")
	if err := os.WriteFile(file, picture(), 0o600); err != nil {
		t.Fatal(err)
	}
	page.run(chromedp.SetUploadFiles(`.compose [type=file]`, []string{file}))
	page.write("ini kiosnya")
	page.until("the phone shows its photo", `document.querySelector(".bubble img")?.naturalWidth === 17`)
	page.until("both have their ticks", `document.querySelectorAll(".tick.arrived").length === 2`)
	page.until("the phone says that they are one", `document.querySelector(".aside")?.textContent.includes("2 pesan digabung menjadi satu usulan")`)
	ref := await(t, "the proposal", func() (string, bool) {
		all := d.list("q=pirus")
		return append(all, listed{})[0].Ref, len(all) == 1
	})
	screen.open(d.URL + "/proposals/" + ref)
	screen.until("the paper shows the photo", `[...document.querySelectorAll("#paper img")].some((i) => i.naturalWidth === 17)`)

	page.run(chromedp.Click(`form[action="/voice"] button`))
	page.until("the browser can play the voice note", `document.querySelector("audio")?.duration > 11.9`)

	if got := page.number(`document.documentElement.scrollWidth - document.documentElement.clientWidth`); got > 0 {
		t.Errorf("the phone page is %v px too wide", got)
	}
}

// How long it takes from "send" on the phone page until an open queue page shows
// it: the median and the worst.
func BenchmarkPhoneToOpenQueue(b *testing.B) {
	d := play(b)
	screen := browse(b)
	d.officer(screen)
	page := screen.another()
	var took []float64
	for n := range b.N {
		page.open(fmt.Sprintf("%s/?as=62812000%05d", d.PhoneURL, 20000+n))
		word := fmt.Sprintf("usul patokan%d", n)
		screen.watch(word)
		sent := page.write(word)
		screen.until("the message is on the queue", "window.seen > 0")
		took = append(took, screen.number("window.seen")-sent)
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2], "ms-median")
	b.ReportMetric(took[len(took)-1], "ms-worst")
	b.ReportMetric(float64(time.Duration(0)), "ns/op")
}

// Unlinked on the screens, the demo's number is linked again by the phone page,
// by scanning and by typing; what was written meanwhile arrives then.
func TestPhonePageLinksAgain(t *testing.T) {
	d := play(t)
	screen := desk{browse(t), d.URL}
	d.officer(screen.tab)
	unlink := func() {
		t.Helper()
		screen.at("/channels/unlink?source=whatsapp%2Fforum")
		screen.run(chromedp.Click(`form[action="/channels/unlink"] button`))
		screen.shows("Tautannya dilepas.")
	}
	p := phone{t, d.PhoneURL}
	await(t, "a sample, so that the first link works", func() (any, bool) { return nil, len(d.list("q=gado2")) == 1 })

	unlink()
	p.says("usul giok satu")
	if status, body := p.post("/scan", url.Values{}); status != http.StatusUnprocessableEntity {
		t.Errorf("scanning before a code is shown: status %d, %s", status, body)
	}
	screen.at("/channels/link?source=whatsapp%2Fforum")
	screen.run(chromedp.Click(`form[action="/channels/link"] button`))
	screen.until("the code is there", `document.querySelector("svg.qr")`)
	if status, body := p.post("/scan", url.Values{}); status != http.StatusSeeOther {
		t.Fatalf("scan: status %d, %s", status, body)
	}
	await(t, "what was written while no number was linked", func() (any, bool) { return nil, len(d.list("q=giok")) == 1 })

	unlink()
	screen.at("/channels/link?source=whatsapp%2Fforum&by=number")
	screen.run(chromedp.SendKeys(`input[name="number"]`, "0811-2020-0020\r"))
	screen.until("the letters are there", `document.querySelectorAll(".pair-code b").length === 2`)
	code := screen.text(`[...document.querySelectorAll(".pair-code b")].map((b) => b.textContent).join("-")`)
	if status, body := p.post("/code", url.Values{"code": {strings.ToLower(code)}}); status != http.StatusSeeOther {
		t.Fatalf("code %s: status %d, %s", code, status, body)
	}
	p.says("usul giok dua")
	await(t, "both in one proposal", func() (any, bool) {
		all := d.list("q=giok")
		return nil, len(all) == 1 && len(d.open(all[0].Ref).Submissions) == 2
	})
}
