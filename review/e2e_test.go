package review

import (
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"usulan/store"
)

// An officer's hour: sign in, see a mail arrive, decide by key, undo, set
// aside, search, find the export; with nothing on the console.
func TestOfficerAtWork(t *testing.T) {
	w := newWorld(t)
	c := w.newChrome(1366, 643)
	c.signIn(w.staff("ratna", store.Officer))
	c.until("the queue is empty", `document.querySelector(".empty h1")`)

	w.arrive(correspondence()[0])
	c.until("the first mail is on the paper by itself", `document.querySelector("#heading")?.textContent.includes("lokasi binaan")`)
	c.ready()
	w.arrive(correspondence()[1:9]...)
	c.until("the others are in the list", `document.querySelectorAll("#rows .row").length === 9`)
	c.until("they are counted", `document.querySelector("#waiting").textContent === "9"`)

	c.press("5")
	c.until("the next is on the paper", `document.querySelector("#paper .ref").textContent === "USL-2020-0002"`)
	c.until("the decision is saved", `document.querySelector("#trail .last").textContent.includes("PKL") && document.querySelector("#trail").textContent.includes("tersimpan")`)
	w.stands("USL-2020-0001", store.Decision{State: store.Tagged, Priority: "P5"})
	c.until("its row has the mark", `document.querySelector('[data-ref="USL-2020-0001"].done .mark.p5')`)

	c.press("1")
	c.until("the third is on the paper", `document.querySelector("#paper .ref").textContent === "USL-2020-0003"`)
	w.stands("USL-2020-0002", store.Decision{State: store.Tagged, Priority: "P1"})

	c.press("z")
	c.until("the second is back", `document.querySelector("#paper .ref").textContent === "USL-2020-0002"`)
	w.stands("USL-2020-0002", store.Decision{State: store.New})
	c.press("z")
	c.until("the first is back", `document.querySelector("#paper .ref").textContent === "USL-2020-0001"`)
	w.stands("USL-2020-0001", store.Decision{State: store.New})

	c.press("7")
	c.until("the reasons are shown", `!document.querySelector("#reasons").hidden`)
	c.run(chromedp.SendKeys(`#reasons textarea`, "1 baris keterangan"))
	c.press("\x1b")
	c.press("f")
	c.until("the next is on the paper", `document.querySelector("#paper .ref").textContent === "USL-2020-0002"`)
	w.stands("USL-2020-0001", store.Decision{State: store.SetAside, Reason: "none", ReasonText: "1 baris keterangan"})

	c.press("0")
	w.stands("USL-2020-0002", store.Decision{State: store.NeedsInfo})
	c.until("the third is on the paper", `document.querySelector("#paper .ref").textContent === "USL-2020-0003"`)

	c.press("j")
	c.until("j moves on", `document.querySelector("#paper .ref").textContent === "USL-2020-0004"`)
	c.press("[")
	c.until("[ moves back", `document.querySelector("#paper .ref").textContent === "USL-2020-0003"`)
	c.run(chromedp.Navigate(c.value("location.href")))
	c.ready()
	if got := c.value(`document.querySelector("#paper .ref").textContent`); got != "USL-2020-0003" {
		t.Errorf("after a reload %s is on the paper, want USL-2020-0003", got)
	}
	if got := c.value(`document.querySelector("#trail .last").textContent`); !strings.Contains(got, "Minta info") {
		t.Errorf("after a reload the trail says %q, want the last decision", got)
	}

	c.press("/")
	c.press("\b") // the protocol types the slash too, where a keyboard would not
	c.press("plafon\r")
	c.until("the search has found it", `document.querySelectorAll("#rows tr").length === 1 && document.querySelector("#rows").textContent.includes("Plafon")`)
	if href := c.value(`document.querySelector(".exports a").getAttribute("href")`); !strings.HasPrefix(href, "/export.xlsx?") || !strings.Contains(href, "q=plafon") {
		t.Errorf("the export leads to %q, want what is filtered", href)
	}
	c.quiet()
}

// Keys do nothing while somebody types, with a modifier, and when they are off.
func TestKeysAreDeadWhileTyping(t *testing.T) {
	w := newWorld(t)
	w.arrive(correspondence()[:4]...)
	c := w.newChrome(1366, 643)
	c.signIn(w.staff("ratna", store.Officer))
	c.run(chromedp.SendKeys("#find", "15z7"))
	c.run(chromedp.KeyEvent("3", chromedp.KeyModifiers(2)))
	c.press("\x1b")
	c.open("/triage")
	if got := c.value(`document.querySelector("#waiting").textContent`); got != "4" {
		t.Errorf("%s wait after typing into the search field, want all 4", got)
	}
	c.open("/keys")
	c.run(chromedp.Click(`button[name="keys_off"]`))
	c.until("the keys are off", `document.body.dataset.keys === "off"`)
	c.open("/triage")
	c.press("3")
	c.press("j")
	if got := c.value(`document.querySelector("#paper .ref").textContent`); got != "USL-2020-0001" {
		t.Errorf("%s is on the paper after keys that are off, want USL-2020-0001", got)
	}
	w.stands("USL-2020-0001", store.Decision{State: store.New})
}

// A colleague was quicker: nothing is overwritten, both decisions are shown.
func TestConflictIsShown(t *testing.T) {
	w := newWorld(t)
	w.arrive(correspondence()[:4]...)
	sari := w.staff("sari", store.Officer)
	c := w.newChrome(1366, 643)
	c.signIn(w.staff("ratna", store.Officer))
	// The page must not hear of it before the key is pressed.
	c.run(chromedp.Evaluate[chromedp.Void](`addEventListener("usulan:entries", (e) => e.stopImmediatePropagation(), true)`))
	w.decide(sari, "USL-2020-0001", store.Decision{State: store.Tagged, Priority: "P1"})
	c.press("5")
	c.until("the band names her", `document.querySelector("#bands .warn")?.textContent.includes("sari baru saja memilih lain")`)
	c.until("the proposal is back", `document.querySelector("#paper .ref").textContent === "USL-2020-0001"`)
	w.stands("USL-2020-0001", store.Decision{State: store.Tagged, Priority: "P1"})
	c.run(chromedp.Click(`#bands form button`))
	c.until("her decision was changed on purpose", `document.querySelector("#paper .ref")?.textContent === "USL-2020-0002"`)
	w.stands("USL-2020-0001", store.Decision{State: store.Tagged, Priority: "P5"})
}

// A save that fails brings the proposal back with a sentence, and can be repeated.
func TestFailedSaveComesBack(t *testing.T) {
	w := newWorld(t)
	w.arrive(correspondence()[:4]...)
	c := w.newChrome(1366, 643)
	c.signIn(w.staff("ratna", store.Officer))
	c.run(chromedp.Evaluate[chromedp.Void](`window.realFetch = fetch; window.fetch = (url, options) => options?.method === "POST" ? Promise.reject(new TypeError("cut")) : realFetch(url, options)`))
	c.press("5")
	c.until("the band says so", `document.querySelector("#bands .bad")?.textContent.includes("PKL untuk Suyatno belum tersimpan.")`)
	c.until("the proposal is back", `document.querySelector("#paper .ref").textContent === "USL-2020-0001"`)
	c.until("the choice is still marked", `document.querySelector('[data-key="5"]').matches(".meant")`)
	w.stands("USL-2020-0001", store.Decision{State: store.New})
	c.run(chromedp.Evaluate[chromedp.Void](`window.fetch = realFetch`), chromedp.Click(`#bands [data-again]`))
	c.until("the next is on the paper", `document.querySelector("#paper .ref").textContent === "USL-2020-0002"`)
	c.until("it is saved", `document.querySelector("#trail").textContent.includes("tersimpan")`)
	w.stands("USL-2020-0001", store.Decision{State: store.Tagged, Priority: "P5"})
}

// When the server is gone the page says so and takes no decision; when it is
// back, nothing that happened meanwhile is missing.
func TestOfflineIsSaid(t *testing.T) {
	w := newWorld(t)
	w.arrive(correspondence()[:2]...)
	c := w.newChrome(1366, 643)
	c.signIn(w.staff("ratna", store.Officer))
	c.until("the stream is open", `document.querySelector("#paper .ref")`)
	w.http.CloseClientConnections()
	w.arrive(correspondence()[2])
	c.until("a stream that ended is begun anew", `document.querySelectorAll("#rows .row").length === 3`)
	if got := c.value(`document.querySelector("#bands").textContent.trim()`); got != "" {
		t.Errorf("a stream that ended makes the page say %q", got)
	}
	w.cut(true)
	c.until("the band says so", `document.querySelector("#bands .bad")?.textContent.includes("Sambungan ke server terputus")`)
	c.press("5")
	if got := c.value(`document.querySelector("#paper .ref").textContent`); got != "USL-2020-0001" {
		t.Errorf("%s is on the paper after a key offline, want USL-2020-0001", got)
	}
	w.arrive(correspondence()[3])
	w.cut(false)
	c.run(chromedp.Click(`#bands [data-again]`))
	c.until("the line is back", `document.querySelector("#bands .ok")`)
	c.until("what was missed is in the list", `document.querySelectorAll("#rows .row").length === 4`)
	w.stands("USL-2020-0001", store.Decision{State: store.New})
}

// On a phone the buttons lie under the thumb and nothing is wider than the screen.
func TestPhone(t *testing.T) {
	w := newWorld(t)
	w.arrive(correspondence()...)
	w.converse(evening()...)
	c := w.newChrome(390, 844)
	c.signIn(w.staff("ratna", store.Lead))
	for _, path := range []string{"/triage", "/proposals/USL-2020-0002", "/proposals/USL-2020-0011", "/proposals", "/channels", "/ledger", "/ledger/13", "/summary", "/trail", "/keys"} {
		c.open(path)
		if got := c.value(`String(document.documentElement.scrollWidth)`); got != "390" {
			t.Errorf("%s is %s px wide on a phone of 390", path, got)
		}
	}
	c.open("/triage")
	c.run(chromedp.Click(`.decide [data-key="2"]`))
	c.until("the next is on the paper", `document.querySelector(".reader-top .ref").textContent === "USL-2020-0002"`)
	w.stands("USL-2020-0001", store.Decision{State: store.Tagged, Priority: "P2"})
	c.run(chromedp.Click(`.to-list`))
	c.until("the list is open", `getComputedStyle(document.querySelector("#list")).display !== "none"`)
	c.run(chromedp.Click(`[data-ref="USL-2020-0004"] a`))
	c.until("the one chosen is on the paper", `document.querySelector(".reader-top .ref").textContent === "USL-2020-0004"`)
	c.quiet()
}

// What a stranger's HTML asks for is not fetched, and its script does not run.
func TestOriginalHTMLIsHarmless(t *testing.T) {
	w := newWorld(t)
	w.arrive(correspondence()[2])
	c := w.newChrome(1366, 900)
	c.signIn(w.staff("ratna", store.Officer))
	c.press("o")
	c.until("the frame is open", `document.querySelector(".original").open`)
	c.until("it has loaded", `performance.getEntriesByType("resource").some((r) => r.name.endsWith("/html"))`)
	if got := c.value(`performance.getEntriesByType("resource").map((r) => r.name).filter((n) => !n.startsWith(location.origin)).join(" ")`); got != "" {
		t.Errorf("the page fetched %s", got)
	}
	c.quiet()
}

// Seven tabs share one stream; when the tab that reads it closes, another goes on.
func TestTabsShareAStream(t *testing.T) {
	w := newWorld(t)
	w.arrive(correspondence()[:2]...)
	first := w.newChrome(1366, 643)
	first.signIn(w.staff("ratna", store.Officer))
	var tabs []*chrome
	for range 6 {
		tabs = append(tabs, first.newTab())
	}
	tabs[5].open("/triage")
	for _, tab := range tabs[:5] {
		tab.open("/triage")
	}
	w.arrive(correspondence()[2])
	for i, tab := range append([]*chrome{first}, tabs...) {
		tab.until("tab "+strconv.Itoa(i)+" has heard of it", `document.querySelector('[data-ref="USL-2020-0003"]')`)
	}
	if n := w.streams.Load(); n != 1 {
		t.Errorf("%d streams are open for seven tabs, want 1", n)
	}
	first.close()
	w.arrive(correspondence()[3])
	for i, tab := range tabs {
		tab.until("tab "+strconv.Itoa(i)+" hears more", `document.querySelector('[data-ref="USL-2020-0004"]')`)
	}
}
