package review

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"usulan/intake"
	"usulan/store"
)

// The page follows the phone by itself: a code that is replaced is drawn anew,
// the scan is seen and the account named, without a reload and without a flicker.
func TestLinkingPageFollowsThePhone(t *testing.T) {
	w := newWorld(t)
	phone, ledger := w.chats()
	c := w.newChrome(1366, 768)
	c.signIn(w.staff("ratna", store.Officer))
	c.open("/channels")
	c.run(chromedp.Click(`form[action="/channels/link"] button`))
	c.until("the code is there", `document.querySelector("svg.qr")`)
	c.until("it counts down", `Number(document.querySelector("[data-left]").textContent.match(/\d+/)[0]) < Number(document.querySelector("[data-left]").dataset.left)`)
	// Black modules on white ones in the dark too, none of them narrower than a pixel.
	c.size(1366, 768, true)
	if got := c.value(`getComputedStyle(document.querySelector("svg.qr")).backgroundColor + " " + document.querySelector("svg.qr path").getAttribute("fill") + " " + document.querySelector("svg.qr").getBoundingClientRect().width % document.querySelector("svg.qr").viewBox.baseVal.width`); got != "rgb(255, 255, 255) #000 0" {
		t.Errorf("the code in the dark: %s", got)
	}
	c.run(chromedp.Evaluate[chromedp.Void](`window.stays = 1; window.first = document.querySelector("svg.qr path").getAttribute("d")`))
	fresh := phone.Pairing()
	fresh.QR = strings.Replace(aQR, "k3J9", "Zz12", 1)
	phone.comes(fresh)
	c.until("the next code is drawn", `document.querySelector("svg.qr path").getAttribute("d") !== window.first`)
	phone.comes(intake.Pairing{Step: intake.Scanned})
	c.until("the scan is seen", `document.querySelector("#linking").textContent.includes("Sudah dipindai, menyambung")`)
	c.until("it is said to who does not see it", `document.querySelector("#linking-said").textContent === "Sudah dipindai, menyambung"`)
	tell(t, ledger, intake.Status{State: intake.Connected, Account: linkedAccount()})
	phone.comes(intake.Pairing{Step: intake.Linked})
	c.until("the account is named with who linked it", `document.querySelector("#linking").textContent.includes("0812-1000-2020") && document.querySelector("#linking").textContent.includes("oleh ratna")`)
	if c.value(`String(window.stays)`) != "1" {
		t.Error("the page was loaded anew")
	}
	c.quiet()
}

// axe finds nothing on the linking page in any of its states, in both
// languages, light and dark, wide and narrow; nothing is wider than a phone.
func TestLinkingAccessible(t *testing.T) {
	script := axeScript(t)
	w := newWorld(t)
	phone, ledger := w.chats()
	c := w.newChrome(1366, 768)
	c.signIn(w.staff("dewi", store.Lead))
	look := func(what, path string) {
		c.size(1366, 768, false)
		c.open(path)
		c.axe(script, what)
		c.size(390, 844, true)
		c.axe(script, what+" dark, phone")
		if got := c.value(`String(document.documentElement.scrollWidth)`); got != "390" {
			t.Errorf("%s is %s px wide on a phone of 390", what, got)
		}
	}
	all := func() {
		phone.comes(intake.Pairing{Step: intake.Unlinked})
		tell(t, ledger, intake.Status{State: intake.Parked, Fault: "logged_out", Detail: "401"})
		look("channels, logged out", "/channels")
		look("before", linkPath)
		look("number", linkPath+"&by=number")
		phone.begin(t, "")
		look("code to scan", linkPath)
		phone.begin(t, "0812-1000-2020")
		look("code to type", linkPath)
		phone.comes(intake.Pairing{Step: intake.Failed, Fault: "refused", Detail: "401"})
		look("failed", linkPath)
		phone.comes(intake.Pairing{Step: intake.Linked})
		tell(t, ledger, intake.Status{State: intake.Connected, Account: linkedAccount()})
		look("linked", linkPath)
		look("unlinking", "/channels/unlink?source=whatsapp%2Fforum")
	}
	all()
	if os.Getenv("USULAN_LONG") != "" {
		c.run(chromedp.Evaluate[chromedp.Void](`fetch("/preferences", {method: "POST", body: new URLSearchParams({language: "en"})})`))
		all()
	}
	c.quiet()
}

// begin asks for a code as the screens do.
func (h *handset) begin(t testing.TB, number string) {
	t.Helper()
	if _, err := h.Pair(context.Background(), number); err != nil {
		t.Fatal(err)
	}
}
