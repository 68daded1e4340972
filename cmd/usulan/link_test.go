package main

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"rsc.io/qr"

	"usulan/intake"
	"usulan/intake/whatsapp"
	"usulan/intake/whatsapp/emulator"
	"usulan/review"
	"usulan/store"
)

// desk is somebody at the screens of a service.
type desk struct {
	tab
	url string
}

// sit signs somebody in.
func sit(t testing.TB, url, name, password string) desk {
	t.Helper()
	d := desk{browse(t), url}
	d.at("/sign-in")
	d.run(chromedp.SendKeys(`input[name="name"]`, name), chromedp.SendKeys(`input[name="password"]`, password+"\r"))
	d.until("the frame is there", `document.querySelector("header.top")`)
	return d
}

func (d desk) at(path string) {
	d.t.Helper()
	d.open(d.url + path)
}

// shows waits until the page shows a text.
func (d desk) shows(text string) {
	d.t.Helper()
	d.until("the page shows "+strconv.Quote(text), `document.querySelector("main").innerText.includes(`+strconv.Quote(text)+`)`)
}

// text asks the page for a string.
func (d desk) text(expression string) string {
	d.t.Helper()
	out, err := chromedp.Run(d.ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		d.t.Fatalf("%s: %v", expression, err)
	}
	return out
}

// darkRun is a run of dark modules of the code on the page.
var darkRun = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1H\d+z`)

// isPictureOf tells whether an SVG path draws a code that says text, with the
// quiet zone around it.
func isPictureOf(path, text string) bool {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return false
	}
	dark := 0
	for _, m := range darkRun.FindAllStringSubmatch(path, -1) {
		x, _ := strconv.Atoi(m[1])
		y, _ := strconv.Atoi(m[2])
		width, _ := strconv.Atoi(m[3])
		for i := range width {
			if !code.Black(x+i-4, y-4) {
				return false
			}
			dark++
		}
	}
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				dark--
			}
		}
	}
	return dark == 0
}

// An officer links an account with the real client, by a code that is scanned;
// what was said before comes in when they ask for it, and a new message shows up
// in the queue. The phone ends the link: the lamp turns red
// with a sentence. By a code that is typed it is linked again, and unlinked in
// the end. The mailbox hears nothing of all that.
func TestLinkingInTheBrowser(t *testing.T) {
	phone, err := emulator.New("6281210002000")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { phone.Close() })
	mailbox, _ := mailServer(t)
	p := newPlace(t)
	p.write("data = \"data\"\n[web]\naddress = \"127.0.0.1:0\"\n" + mailbox + "[[channel.whatsapp.account]]\nname = \"forum\"\nquiet = \"1s\"\n")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	prog, err := start(ctx, p.load(), func(o *whatsapp.Options) { o.Attach, o.HTTP = phone.Attach, phone.HTTPClient() }, silent)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = prog.wait(ctx) })
	const password = "kuda lumping biru"
	if _, err := prog.db.AddStaff(ctx, store.Actor{}, store.Staff{Name: "Dewi", Role: store.Lead, Password: review.HashPassword(password)}); err != nil {
		t.Fatal(err)
	}
	d := sit(t, prog.URL, "Dewi", password)

	d.at("/channels")
	d.shows("WhatsApp belum ditautkan.")
	d.run(chromedp.Click(`form[action="/channels/link"] button`))
	d.until("the code is there", `document.querySelector("svg.qr")`)
	shown := prog.accounts[0].Pairing().QR
	if path := d.text(`document.querySelector("svg.qr path").getAttribute("d")`); !isPictureOf(path, shown) {
		t.Fatal("the picture on the page is not the code that WhatsApp gave")
	}
	if err := phone.ScanQR(shown); err != nil {
		t.Fatal(err)
	}
	d.shows("Tertaut, tersambung")
	d.shows("0812-1000-2000")
	d.shows("oleh Dewi")
	if err := phone.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	bu, err := phone.Person("6281255550001", "Bu Lilis")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := phone.SendHistory(emulator.Past{From: bu, ID: "OLD1", At: time.Now().Add(-48 * time.Hour), Message: emulator.Text("Mohon modal bergulir untuk warung di Pamulang.")}); err != nil {
		t.Fatal(err)
	}
	d.shows("Riwayat sebelum ditautkan tersedia, tetapi tidak diambil tanpa persetujuan Anda.")
	if n := sourceNamed(t, prog, "whatsapp/forum").Outcomes[intake.NewProposal]; n != 0 {
		t.Errorf("%d proposals of the history came in unasked", n)
	}
	d.run(chromedp.Click(`form[action="/channels/older"] button`))
	d.shows("Kiriman lama diminta.")
	await(t, "the history to be taken in", func() (any, bool) {
		return nil, sourceNamed(t, prog, "whatsapp/forum").Outcomes[intake.NewProposal] == 1
	})
	if _, err := bu.Send(emulator.Text("Mohon dibuatkan tempat jualan tetap di depan sekolah Cilenggang, kami 22 pedagang.")); err != nil {
		t.Fatal(err)
	}
	await(t, "the message to come in", func() (any, bool) {
		return nil, sourceNamed(t, prog, "whatsapp/forum").Outcomes[intake.NewProposal] == 2
	})
	d.at("/triage?order=newest")
	d.until("both are in the queue", `document.body.innerText.includes("depan sekolah Cilenggang") && document.body.innerText.includes("modal bergulir")`)

	phone.Logout()
	d.until("the lamp turns red by itself", `document.querySelector("#lamps .lamp-stop")?.innerText.includes("dikeluarkan dari ponsel")`)
	d.until("the other stays green", `document.querySelector('#lamps [data-channel="email"]').matches(".lamp-good")`)
	d.at("/channels")
	d.shows("Tautan dihapus di ponsel. Tautkan lagi dengan kode baru.")
	if e := sourceNamed(t, prog, "email/forum"); e.Status.State != "connected" || e.Status.Fault != "" {
		t.Errorf("the mailbox stands at %+v", e.Status)
	}

	d.run(chromedp.Click(`form[action="/channels/link"] button`))
	d.until("the code is there", `document.querySelector("svg.qr")`)
	d.run(chromedp.Click(`.instead a`))
	d.until("the form is there", `document.querySelector('input[name="number"]')`)
	d.run(chromedp.SendKeys(`input[name="number"]`, "bukan nomor\r"))
	d.shows("Nomor itu tidak dapat dipakai.")
	d.run(chromedp.Clear(`input[name="number"]`), chromedp.SendKeys(`input[name="number"]`, "0812-1000-2000\r"))
	d.until("the code is there", `document.querySelectorAll(".pair-code b").length === 2`)
	code := d.text(`[...document.querySelectorAll(".pair-code b")].map((b) => b.textContent).join("")`)
	if !regexp.MustCompile(`^[1-9A-Z]{8}$`).MatchString(code) {
		t.Fatalf("the code is %q, want eight characters", code)
	}
	if err := phone.EnterCode(ctx, code); err != nil {
		t.Fatal(err)
	}
	d.shows("Tertaut, tersambung")

	if err := phone.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	phone.Replace()
	d.until("the lamp says who has the session", `document.querySelector("#lamps .lamp-stop")?.innerText.includes("dipakai di tempat lain")`)
	d.at("/channels")
	d.shows("Tutup yang lain, lalu sambungkan lagi.")
	d.run(chromedp.Click(`form[action="/channels/retry"] button`))
	d.until("it is connected again", `document.querySelector('#lamps [data-channel="whatsapp"]').matches(".lamp-good")`)

	if err := phone.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	phone.Ban(30 * time.Hour)
	d.until("the lamp says until when", `/dibatasi WhatsApp sampai \d+ \w+ \d\d\.\d\d/.test(document.querySelector("#lamps .lamp-stop")?.innerText)`)
	d.at("/channels")
	d.shows("Jangan menautkan ulang berkali-kali. Email tetap berjalan.")
	d.until("nothing offers to try now", `!document.querySelector('form[action="/channels/retry"]')`)

	d.run(chromedp.Click(`a[href^="/channels/unlink"]`))
	d.until("it asks", `document.querySelector('form[action="/channels/unlink"]')`)
	d.run(chromedp.Click(`form[action="/channels/unlink"] button`))
	d.shows("Tautannya dilepas.")
	await(t, "the account to be gone", func() (any, bool) {
		s := sourceNamed(t, prog, "whatsapp/forum")
		return nil, s.Account == nil && s.Status.Fault == whatsapp.FaultUnlinked && s.Link.Kind == store.Unlinked && s.Link.By == "Dewi"
	})
	if page := d.text("document.documentElement.outerHTML"); strings.Contains(page, code) || strings.Contains(page, shown) {
		t.Error("a code is left on the page")
	}
}

func sourceNamed(t testing.TB, prog *program, name string) store.Source {
	t.Helper()
	all, err := prog.db.Sources(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no source %s", name)
	return store.Source{}
}
