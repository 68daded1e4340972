package review

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
	"usulan/store"
)

// advise configures keywords, of which the tests' forum has none, and the reason
// that teaches what is no proposal, and learns at once.
func (w *world) advise(change ...func(*store.Settings)) {
	w.t.Helper()
	s := testSettings()
	s.Priorities[0].Keywords = []string{"modal", "pinjaman", "bunga"}
	s.Priorities[4].Keywords = []string{"lapak", "pedagang", "trotoar", "gerobak"}
	s.Reasons = append(s.Reasons, store.Reason{Code: noProposal, Title: "Bukan usulan", Gloss: "Not a proposal"})
	for _, c := range change {
		c(&s)
	}
	if err := w.db.Configure(context.Background(), s); err != nil {
		w.t.Fatal(err)
	}
	w.learn()
}

func (w *world) learn() {
	w.t.Helper()
	if _, err := w.server.learn(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

var (
	adviceAt = regexp.MustCompile(`<span class="advice( first)?" data-for="([^"]+)"`)
	markedAt = regexp.MustCompile(`<mark class="([^"]+)"[^>]*>([^<]*)</mark>`)
)

// suggested is the code that a page suggests first, empty when it suggests none.
func suggested(body string) string {
	for _, m := range adviceAt.FindAllStringSubmatch(body, -1) {
		if m[1] != "" {
			return m[2]
		}
	}
	return ""
}

// marked are the words of a page that speak for its first suggestion.
func marked(body string) string {
	var words []string
	for _, m := range markedAt.FindAllStringSubmatch(body, -1) {
		if !strings.Contains(m[1], "next") {
			words = append(words, m[2])
		}
	}
	return strings.Join(words, " ")
}

func TestAdvice(t *testing.T) {
	w := newWorld(t)
	quoted := "Kami mohon lapak tetap untuk pedagang, jangan di trotoar.\n"
	w.arrive(
		mail{from: "Bu Rosidah", subject: "Usulan", text: "Mohon pinjaman modal dengan bunga ringan untuk warung kami."},
		mail{from: "Mas Joko", subject: "Usulan", text: quoted + "> pinjaman modal bunga", ranges: []intake.Range{{Start: len(quoted), End: len(quoted) + 22, Kind: intake.Quote}}},
		mail{from: "Pak Jahat", subject: "Usulan", text: `<script>alert(1)</script> pinjaman</mark><b>modal "bunga" & lapak`},
		mail{from: "Bu Kosong", subject: "", text: "", files: []intake.Attachment{attached("surat.pdf", "application/pdf", intake.File, []byte("%PDF-1.4"))}},
	)
	w.advise()
	ratna := w.as(w.staff("ratna", store.Officer))
	for ref, want := range map[string][2]string{
		"USL-2020-0001": {"P1", "modal"}, "USL-2020-0002": {"P5", "lapak"}, "USL-2020-0003": {"P1", "modal"}, "USL-2020-0004": {"", ""},
	} {
		for _, part := range []string{"", "?part=reading"} {
			body := ratna.get("/proposals/" + ref + part).body
			if got := suggested(body); got != want[0] {
				t.Errorf("%s%s suggests %q, want %q", ref, part, got, want[0])
			}
			if got := marked(body); !strings.Contains(got, want[1]) {
				t.Errorf("%s%s marks %q, want %q among it", ref, part, got, want[1])
			}
			if strings.Contains(body, "<script>alert") || strings.Contains(body, "pinjaman</mark><b>") {
				t.Errorf("%s%s lets through what a stranger wrote", ref, part)
			}
		}
	}
	t.Run("WhatIsQuotedSpeaksForNothing", func(t *testing.T) {
		if got := marked(ratna.get("/proposals/USL-2020-0002").body); strings.Contains(got, "pinjaman") {
			t.Errorf("marked %q", got)
		}
	})
	t.Run("NobodyIsAdvisedWhoDoesNotDecide", func(t *testing.T) {
		body := w.as(w.staff("tamu", store.Viewer)).get("/proposals/USL-2020-0001").body
		if suggested(body) != "" || marked(body) != "" {
			t.Error("a viewer sees suggestions")
		}
	})
	t.Run("NothingIsDecidedByIt", func(t *testing.T) {
		w.stands("USL-2020-0001", store.Decision{State: store.New})
	})
	t.Run("HidingIsRemembered", func(t *testing.T) {
		ratna.post("/preferences", url.Values{"unadvised": {"1"}, "here": {"/triage"}})
		if body := ratna.get("/triage").body; !strings.Contains(body, `unadvised"`) {
			t.Error("the choice was forgotten")
		}
	})
	t.Run("ARetiredPriorityIsNot", func(t *testing.T) {
		for _, learn := range []bool{false, true} { // at once, and when learnt anew
			s := func(s *store.Settings) { s.Priorities[0].Retired = true }
			if learn {
				w.advise(s)
			} else {
				settings := testSettings()
				s(&settings)
				if err := w.db.Configure(context.Background(), settings); err != nil {
					t.Fatal(err)
				}
			}
			body := ratna.get("/proposals/USL-2020-0001").body
			if got := suggested(body); got == "P1" {
				t.Errorf("learnt anew %v: %s is suggested", learn, got)
			}
		}
	})
}

func TestAdviceLearns(t *testing.T) {
	w := newWorld(t)
	text := "kami minta kelas menenun di balai warga nomor "
	for i := range 12 {
		w.arrive(mail{from: fmt.Sprint("Warga ", i), text: text + fmt.Sprint(i)})
	}
	w.advise()
	ratna := w.staff("ratna", store.Officer)
	b := w.as(ratna)
	first := suggested(b.get("/proposals/USL-2020-0012").body)
	if first == "P3" {
		t.Fatal("known before anybody decided")
	}
	for i := range 10 {
		w.decide(ratna, fmt.Sprintf("USL-2020-%04d", i+1), store.Decision{State: store.Tagged, Priority: "P3"})
	}
	w.learn()
	if got := suggested(b.get("/proposals/USL-2020-0012").body); got != "P3" {
		t.Errorf("after ten decisions %q is suggested", got)
	}
	t.Run("WhatIsNoProposal", func(t *testing.T) {
		for i := range 10 {
			w.decide(ratna, fmt.Sprintf("USL-2020-%04d", i+1), store.Decision{State: store.SetAside, Reason: noProposal})
		}
		w.learn()
		if got := suggested(b.get("/proposals/USL-2020-0012").body); got != "none" {
			t.Errorf("suggested %q", got)
		}
	})
	t.Run("OtherReasonsTeachNothing", func(t *testing.T) {
		for i := range 10 {
			w.decide(ratna, fmt.Sprintf("USL-2020-%04d", i+1), store.Decision{State: store.SetAside, Reason: "duplicate"})
		}
		w.learn()
		if got := suggested(b.get("/proposals/USL-2020-0012").body); got != first {
			t.Errorf("suggested %q, want %q as before all", got, first)
		}
	})
}

// A decision says what was suggested to who made it, and the history tells it.
func TestAdviceIsToldInTheHistory(t *testing.T) {
	w := newWorld(t)
	for i := range 4 {
		w.arrive(mail{from: fmt.Sprint("Warga ", i), subject: "Usulan", text: fmt.Sprint("Mohon pinjaman modal dengan bunga ringan ", i)})
	}
	w.advise()
	b := w.as(w.staff("ratna", store.Officer))
	hidden := regexp.MustCompile(`name="suggested" value="([^"]*)"`)
	for i, c := range []struct {
		form url.Values
		says string // in the history; empty for nothing about suggestions
	}{
		{url.Values{"priority": {"P1"}}, "memilih MODAL. Saran: diikuti."},
		{url.Values{"priority": {"P5"}}, "memilih PKL. Saran: MODAL, tidak diikuti."},
		{url.Values{"priority": {"P5"}, "suggested": {"<b>"}}, ""},
		{url.Values{"priority": {"P5"}, "suggested": {""}}, ""},
	} {
		path := fmt.Sprintf("/proposals/USL-2020-%04d", i+1)
		m := hidden.FindStringSubmatch(b.get(path).body)
		if m == nil || m[1] != "P1" {
			t.Fatalf("%s: the form says %q", path, m)
		}
		c.form.Set("version", "1")
		if !c.form.Has("suggested") {
			c.form.Set("suggested", m[1])
		}
		b.post(path+"/decision", c.form)
		body := b.get(path).body
		if !strings.Contains(body, c.says) || c.says == "" && (strings.Contains(body, "Saran: diikuti") || strings.Contains(body, "tidak diikuti")) {
			t.Errorf("%s: the history does not say %q", path, c.says)
		}
	}
	b.post("/preferences", url.Values{"unadvised": {"1"}, "here": {"/triage"}})
	if m := hidden.FindStringSubmatch(b.get("/proposals/USL-2020-0001").body); m == nil || m[1] != store.NoSuggestion {
		t.Errorf("with suggestions hidden the form says %q", m)
	}
}

// What a block is cut into is its text, wherever something in it speaks.
func TestMarkKeepsTheText(t *testing.T) {
	a := &answer{Position: 1}
	for from := -3; from < 16; from++ {
		var spans []spoken // they overlap, and cross both ends
		for _, length := range []int{0, 2, 5, 40} {
			one := spoken{answer: a}
			one.Start, one.End = from+10, from+length+10
			spans = append(spans, one)
		}
		b := block{Text: "usul lapak tetap"}
		b.mark(spans, 10)
		var whole strings.Builder
		for _, r := range b.Runs {
			whole.WriteString(r.Text)
		}
		if diff := cmp.Diff(b.Text, whole.String()); diff != "" {
			t.Errorf("from %d: %s", from, diff)
		}
	}
}

// In a browser the suggestion follows the proposal, and goes with a key.
func TestAdviceInBrowser(t *testing.T) {
	w := newWorld(t)
	w.arrive(
		mail{from: "Bu Rosidah", subject: "Usulan", text: "Mohon pinjaman modal dengan bunga ringan untuk warung kami."},
		mail{from: "Mas Joko", subject: "Usulan", text: "Kami mohon lapak tetap untuk pedagang, jangan di trotoar. Gerobak kami sering diangkut."},
	)
	w.advise()
	c := w.newChrome(1366, 643)
	c.signIn(w.staff("ratna", store.Officer))
	c.open("/triage")
	first := `document.querySelector("#decide .advice.first")?.closest(".choice").dataset.key`
	c.until("the first is advised", first+` === "1"`)
	c.press("j")
	c.until("the second is advised", first+` === "5" && document.querySelectorAll("#decide .advice.first").length === 1`)
	c.press("e")
	c.until("it is hidden", `getComputedStyle(document.querySelector("#decide .advice")).display === "none"`)
	c.press("e")
	c.until("it is back", `getComputedStyle(document.querySelector("#decide .advice")).display !== "none"`)
	w.stands("USL-2020-0002", store.Decision{State: store.New})
	c.press("1")
	c.until("the decision is saved", `!!document.querySelector("#trail .last [href*='0002']")`)
	p, err := w.db.Proposal(context.Background(), "USL-2020-0002")
	if err != nil {
		t.Fatal(err)
	}
	if last := p.History[len(p.History)-1]; last.After.Priority != "P1" || last.Suggested != "P5" {
		t.Errorf("kept is %+v, suggested %q", last.After, last.Suggested)
	}
}
