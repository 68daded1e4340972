package review

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"usulan/store"
)

// TestDoor comes in as the first administrator does, goes out, mistypes the
// password, and comes in again at the page that was asked for.
func TestDoor(t *testing.T) {
	w := newWorld(t)
	c := w.newChrome(1366, 768)
	link, err := SetupLink(t.Context(), w.db, "")
	if err != nil {
		t.Fatal(err)
	}
	c.open(link)
	c.until("the page says what it is for", `document.body.innerText.includes("Administrator pertama")`)
	c.run(chromedp.SendKeys("#name", "ratna.dewi"), chromedp.SendKeys("#password", testPassword))
	c.until("the password is hidden", `document.querySelector("#password").type === "password"`)
	c.run(chromedp.Click("[data-reveal]"))
	c.until("the password is shown", `document.querySelector("#password").type === "text" && document.querySelector("[data-reveal]").innerText === "Sembunyikan"`)
	c.run(chromedp.Click(".door-go"))
	c.until("the desk is there", `!!document.querySelector("header.top")`)
	c.ready()
	if s, err := w.db.StaffNamed(t.Context(), "ratna.dewi"); err != nil || s.Role != store.Administrator {
		t.Errorf("made %+v, %v", s, err)
	}
	c.quiet()

	c.value(`(document.querySelector("form[action='/sign-out']").submit(), "")`)
	c.until("signed out", `location.pathname === "/sign-in"`)
	c.open("/channels")
	c.until("asked to sign in", `location.pathname === "/sign-in" && document.activeElement.id === "name"`)

	// From here on the console is not looked at: a browser itself notes there that
	// an answer was 401, or that the stream of the page before was cut.
	c.run(chromedp.SendKeys("#name", "ratna.dewi"), chromedp.SendKeys("#password", "salah sekali ini\r"))
	c.until("told that it is wrong", `document.querySelector("[role=alert]").innerText.startsWith("Nama atau kata sandi tidak cocok.") && document.querySelector("#name").value === "ratna.dewi" && document.querySelector("#password").value === ""`)
	c.run(chromedp.SendKeys("#password", testPassword+"\r"))
	c.until("at the page that was asked for", `location.pathname === "/channels" && !!document.querySelector("header.top")`)

	if strings.Contains(w.log.String(), testPassword) || strings.Contains(w.log.String(), strings.TrimPrefix(link, "/set-up/")) {
		t.Error("the log has the password or the link")
	}
}

// TestDoorOnPhones looks for anything that is wider than a phone, in both schemes and languages.
func TestDoorOnPhones(t *testing.T) {
	w := newWorld(t)
	c := w.newChrome(390, 844)
	link, err := SetupLink(t.Context(), w.db, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/sign-in", link, "/set-up/x"} {
		for _, dark := range []bool{false, true} {
			c.size(390, 844, dark)
			c.open(path)
			c.until("nothing is wider than the window", `document.documentElement.scrollWidth <= innerWidth`)
			c.until("targets can be hit", `[...document.querySelectorAll("button, input:not([type=hidden])")].every(e => !e.offsetParent || e.getBoundingClientRect().height >= 24)`)
		}
	}
	c.open("/sign-in")
	c.run(chromedp.Click(".door-foot button"))
	c.until("it speaks English", `document.documentElement.lang === "en" && document.querySelector(".door-go").innerText === "Sign in"`)
}
