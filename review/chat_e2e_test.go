package review

import (
	"context"
	"encoding/binary"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"usulan/intake"
	"usulan/store"
)

// A burst is read while it is being written: what joins is put on the paper,
// media comes when it is there, and the decision is on all of it.
func TestChatGrowsOnThePaper(t *testing.T) {
	w := newWorld(t)
	w.at = time.Now().Add(-time.Minute)
	marni := func(text string, files ...intake.Attachment) message {
		m := message{from: "Bu Marni", number: "0812-0000-0101", text: text, files: files, after: time.Second}
		if files != nil {
			m.kind = intake.MediaMessage
		}
		return m
	}
	w.converse(marni("mohon bantuan modal untuk warung nasi uduk kami"))
	c := w.newChrome(1366, 900)
	c.signIn(w.staff("ratna", store.Officer))
	c.until("the paper and the row say that she writes", `document.querySelectorAll(".writing").length === 2`)
	c.run(chromedp.Evaluate[chromedp.Void](`window.stayed = true`))

	w.converse(marni("", intake.Attachment{Name: "foto.png", Type: "image/png", Role: intake.File, Size: 2048, Absent: true}))
	c.until("the photo is announced", `document.querySelector("#paper .absent")?.textContent.includes("sedang diambil")`)
	wanted, err := w.phone.Wanted(t.Context(), 10)
	if err != nil || len(wanted) != 1 {
		t.Fatalf("%d wanted, %v", len(wanted), err)
	}
	if err := w.phone.Unfetched(t.Context(), wanted[0].Attachment, "media_gone", time.Time{}); err != nil {
		t.Fatal(err)
	}
	c.until("it says that the photo is gone", `document.querySelector("#paper .absent")?.textContent.includes("Tidak tersedia lagi")`)
	c.run(chromedp.Click(`.absent button`))
	c.until("it was asked for again", `document.querySelector("#paper .absent")?.textContent.includes("dicoba lagi") && !document.querySelector(".absent button")`)
	if err := w.phone.Fetched(t.Context(), wanted[0].Attachment, intake.NewRaw(picture())); err != nil {
		t.Fatal(err)
	}
	c.until("the photo is shown", `document.querySelector("#paper .photos img")?.naturalWidth === 320`)

	w.converse(marni("", attached("suara.wav", "audio/wav", intake.File, tone(120))))
	c.until("the voice note is there", `document.querySelector("#paper audio")`)
	c.run(chromedp.Evaluate[chromedp.Void](`document.querySelector("#paper audio").preload = "auto"`))
	c.until("its length is known", `document.querySelector("#paper audio").duration === 120`)
	c.run(chromedp.Evaluate[chromedp.Void](`document.querySelector("#paper audio").currentTime = 90`))
	c.until("it was sought", `document.querySelector("#paper audio").currentTime === 90 && document.querySelector("#paper audio").readyState >= 2`)

	w.converse(marni("alamatnya di Jombang, dekat stasiun"))
	c.until("the fourth message is there", `document.querySelectorAll("#paper .message").length === 4`)
	if got := c.value(`String(document.querySelector("#paper audio").currentTime)`); got != "90" {
		t.Errorf("a message that joins makes the voice note begin at %s", got)
	}
	c.run(chromedp.Evaluate[chromedp.Void](`const real = Date.now; Date.now = () => real() + 11 * 60e3`))
	c.until("nobody writes after ten minutes", `document.querySelectorAll(".writing").length === 0`)
	if got := c.value(`String(window.stayed) + document.querySelector("#bands").textContent.trim()`); got != "true" {
		t.Errorf("the page was left, or says %q", got)
	}
	c.press("1")
	w.stands("USL-2020-0001", store.Decision{State: store.Tagged, Priority: "P1"})
	c.quiet()
}

// Messages are split off by the hint and by hand, and each is undone by z.
func TestMessagesAreSplitOff(t *testing.T) {
	w := newWorld(t)
	w.converse(
		message{from: "Bu Marni", number: "0812-0000-0101", text: "mohon bantuan modal untuk warung nasi uduk kami di Jombang"},
		message{from: "Bu Marni", number: "0812-0000-0101", text: "oiya satu lagi pak, sekalian minta pelatihan bikin katalog online buat ibu2 pkk"},
	)
	c := w.newChrome(1366, 768)
	c.signIn(w.staff("ratna", store.Officer))
	hold := func(ref string, want int) {
		t.Helper()
		p, err := w.db.Proposal(context.Background(), ref)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Parts) != want {
			t.Errorf("%s holds %d messages, want %d", ref, len(p.Parts), want)
		}
	}
	c.run(chromedp.Click(`.cut button`))
	c.until("the trail says where to", `document.querySelector("#trail .last")?.textContent.includes("Dipindah ke USL-2020-0002")`)
	c.ready()
	hold("USL-2020-0002", 1)
	c.press("z")
	c.until("both are together again", `document.querySelectorAll("#paper .message").length === 2`)
	hold("USL-2020-0001", 2)

	c.press("s")
	c.until("messages can be chosen", `document.activeElement.matches(".pick input")`)
	c.press(" ")
	c.until("the first is chosen", `document.querySelectorAll(".pick input:checked").length === 1`)
	c.run(chromedp.Click(`#move button[value="new"]`))
	c.until("the trail says where to", `document.querySelector("#trail .last")?.textContent.includes("Dipindah ke USL-2020-0003")`)
	hold("USL-2020-0003", 1)
	c.ready()
	c.run(chromedp.Click(`.history summary`))
	c.until("history says so", `document.querySelector(".history").textContent.includes("ratna memindahkan kiriman ke USL-2020-0003.")`)
	c.quiet()
}

// tone is a recording (WAV, 8 bit, 4 kHz) of so many seconds.
func tone(seconds int) []byte {
	const rate = 4000
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\xa0\x0f\x00\x00\xa0\x0f\x00\x00\x01\x00\x08\x00data\x00\x00\x00\x00")
	n := seconds * rate
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8+n))
	binary.LittleEndian.PutUint32(b[len(b)-4:], uint32(n))
	for i := range n {
		b = append(b, byte(i%20*10))
	}
	return b
}
