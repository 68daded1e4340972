package review

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"usulan/intake"
	"usulan/store"
)

// Every screen opens, in both languages, and none says a key instead of a sentence.
func TestEveryScreenOpens(t *testing.T) {
	w := newWorld(t)
	w.arrive(correspondence()...)
	key := regexp.MustCompile(`>[^<]*\b(state|outcome|fault|remedy|source|kind|history|list|triage|channels|ledger|keys|paper|channel)\.[a-z_]+[^<]*<`)
	for _, language := range []string{"id", "en"} {
		s := w.staff("ratna-"+language, store.Administrator)
		b := w.as(s)
		b.post("/preferences", url.Values{"language": {language}, "here": {"/keys"}})
		for _, path := range []string{
			"/", "/triage", "/triage?state=tagged", "/triage?state=needs_info&priority=P1&channel=email", "/triage?q=modal", "/triage?q=tidakada",
			"/triage?aside=1", "/proposals/USL-2020-0002", "/proposals/USL-2020-0002?aside=1", "/proposals/USL-2020-0003?part=reading",
			"/proposals/USL-2020-0003?part=row", "/proposals/USL-2020-0003/after", "/proposals/-/after", "/triage/rows",
			"/proposals", "/proposals?q=modal&state=all", "/proposals?state=tagged&priority=P1", "/proposals?participant=1&order=newest",
			"/summary", "/channels", "/ledger", "/ledger?outcome=quarantine&source=email%2Fforum", "/ledger/1", "/ledger/11", "/ledger/13",
			"/trail", "/keys", "/keys?part=sheet",
		} {
			p := b.get(path)
			if p.status != http.StatusOK {
				t.Errorf("%s: status %d; log:\n%s", path, p.status, w.log)
			}
			if m := key.FindString(p.body); m != "" {
				t.Errorf("%s says %q", path, m)
			}
		}
	}
}

// A cursor, a number or a filter that makes no sense is no defect of ours.
func TestSenselessAddresses(t *testing.T) {
	w := newWorld(t)
	w.arrive(correspondence()[:3]...)
	b := w.as(w.staff("ratna", store.Lead))
	for path, want := range map[string]int{
		"/proposals/USL-2020-9999": 404, "/proposals/anything%20at%20all": 404, "/proposals/..%2F..%2Fetc": 404,
		"/ledger/999": 404, "/ledger/x": 404, "/attachments/999": 404, "/submissions/999/html": 404, "/submissions/999/source": 404, "/submissions/999/row": 404,
		"/nowhere": 404, "/static/x/nothing.css": 404,
		"/triage?state=nonsense&priority=P99&channel=fax&participant=x": 200,
	} {
		if p := b.get(path); p.status != want {
			t.Errorf("%s: status %d, want %d", path, p.status, want)
		}
	}
	for _, path := range []string{"/proposals?cursor=%00%ff", "/triage?cursor=zzz", "/ledger?cursor=1e9", "/triage/rows?cursor=%27"} {
		if p := b.get(path); p.status >= 500 {
			t.Errorf("%s: status %d", path, p.status)
		}
	}
	if p := b.get("/proposals/USL-2020-9999"); !strings.Contains(p.body, "USL-2020-9999 tidak ditemukan") || !strings.Contains(p.body, "belum pernah diberikan") {
		t.Error("the page does not say that the number was never given")
	}
}

// Without a script everything works: read, tag, set aside, undo, search, export.
func TestWithoutScripts(t *testing.T) {
	w := newWorld(t)
	w.arrive(correspondence()...)
	b := w.as(w.staff("ratna", store.Officer))

	p := b.get("/triage")
	action, version := decisionForm(t, p.body)
	p = b.post(action, url.Values{"version": {version}, "priority": {"P5"}})
	if !strings.HasPrefix(p.path, "/proposals/USL-2020-0002") || !strings.Contains(p.body, "<b>PKL</b> untuk Suyatno") {
		t.Fatalf("after a decision the browser is at %s, want the next proposal with the decision in the trail", p.path)
	}
	w.stands("USL-2020-0001", store.Decision{State: store.Tagged, Priority: "P5"})

	aside := regexp.MustCompile(`href="([^"]*aside=1[^"]*)"`).FindStringSubmatch(p.body)
	p = b.get(strings.ReplaceAll(aside[1], "&amp;", "&"))
	action, version = decisionForm(t, p.body)
	p = b.post(action, url.Values{"version": {version}, "reason": {"none"}, "text": {"salam saja"}})
	if !strings.HasPrefix(p.path, "/proposals/USL-2020-0003") {
		t.Errorf("after setting aside the browser is at %s", p.path)
	}
	w.stands("USL-2020-0002", store.Decision{State: store.SetAside, Reason: "none", ReasonText: "salam saja"})

	p = b.post("/undo?state=waiting", nil)
	if !strings.HasPrefix(p.path, "/proposals/USL-2020-0002") {
		t.Errorf("after an undo the browser is at %s", p.path)
	}
	w.stands("USL-2020-0002", store.Decision{State: store.New})
	if p = b.post("/undo", nil); !strings.HasPrefix(p.path, "/proposals/USL-2020-0001") {
		t.Errorf("after a second undo the browser is at %s", p.path)
	}
	w.stands("USL-2020-0001", store.Decision{State: store.New})
	if p = b.post("/undo", nil); p.status != http.StatusNotFound || !strings.Contains(p.body, "Tidak ada yang diurungkan") {
		t.Errorf("undoing nothing: status %d", p.status)
	}

	p = b.get("/proposals?q=pinjaman&state=all")
	if !strings.Contains(p.body, "Plafon pinjaman") || strings.Contains(p.body, "katalog online") {
		t.Error("the search does not find what it should, or more")
	}
	export := regexp.MustCompile(`href="(/export\.csv\?[^"]*)"`).FindStringSubmatch(p.body)
	p = b.get(strings.ReplaceAll(export[1], "&amp;", "&"))
	if p.status != http.StatusOK || !strings.Contains(p.body, "Plafon pinjaman") || strings.Contains(p.body, "katalog online") {
		t.Errorf("export of what is filtered: status %d\n%s", p.status, p.body)
	}
}

// decisionForm finds where a page sends decisions, and the version it was made of.
func decisionForm(t *testing.T, body string) (action, version string) {
	t.Helper()
	a := regexp.MustCompile(`action="([^"]*/decision[^"]*)"`).FindStringSubmatch(body)
	v := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(body)
	if a == nil || v == nil {
		t.Fatal("the page has no form for a decision")
	}
	return strings.ReplaceAll(a[1], "&amp;", "&"), v[1]
}

// A decision on an old version changes nothing and shows both.
func TestStaleDecision(t *testing.T) {
	w := newWorld(t)
	w.arrive(correspondence()[:2]...)
	b := w.as(w.staff("ratna", store.Officer))
	action, version := decisionForm(t, b.get("/triage").body)
	w.decide(w.staff("sari", store.Officer), "USL-2020-0001", store.Decision{State: store.Tagged, Priority: "P1"})
	p := b.post(action, url.Values{"version": {version}, "priority": {"P5"}})
	if p.status != http.StatusConflict {
		t.Errorf("status %d, want 409", p.status)
	}
	for _, want := range []string{"sari baru saja memilih lain.", "Biarkan MODAL", "Ubah ke PKL"} {
		if !strings.Contains(p.body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	w.stands("USL-2020-0001", store.Decision{State: store.Tagged, Priority: "P1"})
}

func TestWrongDecisions(t *testing.T) {
	w := newWorld(t)
	w.arrive(correspondence()[:2]...)
	b := w.as(w.staff("ratna", store.Officer))
	_, version := decisionForm(t, b.get("/triage").body)
	for name, form := range map[string]url.Values{
		"no version":        {"priority": {"P1"}},
		"nothing decided":   {"version": {version}},
		"unknown priority":  {"version": {version}, "priority": {"P9"}},
		"unknown reason":    {"version": {version}, "reason": {"because"}},
		"impossible state":  {"version": {version}, "state": {"tagged"}},
		"an endless remark": {"version": {version}, "reason": {"none"}, "text": {strings.Repeat("a", 2001)}},
	} {
		if p := b.post("/proposals/USL-2020-0001/decision", form); p.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d, want 422", name, p.status)
		}
	}
	w.stands("USL-2020-0001", store.Decision{State: store.New})
}

// A viewer reads, and sees no button that would only refuse.
func TestViewerOnlyReads(t *testing.T) {
	w := newWorld(t)
	w.arrive(correspondence()...)
	b := w.as(w.staff("tamu", store.Viewer))
	p := b.get("/proposals/USL-2020-0001")
	if strings.Contains(p.body, "suyatno@warga.example") {
		t.Error("a viewer is shown an address")
	}
	if !strings.Contains(p.body, `data-key="1" data-short="MODAL" disabled`) {
		t.Error("a viewer's buttons are not off")
	}
	for _, path := range []string{"/proposals/USL-2020-0001/decision", "/undo", "/channels/retry", "/ledger/1/kind", "/ledger/13/replay", "/ledger/replay"} {
		if p := b.post(path, url.Values{"version": {"1"}, "priority": {"P1"}}); p.status != http.StatusForbidden {
			t.Errorf("%s: status %d, want 403", path, p.status)
		}
	}
	if p := b.get("/ledger"); strings.Contains(p.body, "suyatno@") {
		t.Error("the ledger shows a viewer an address")
	}
}

// Staff never see what an error says inside; the log has it under the same code.
func TestDefectIsACode(t *testing.T) {
	w := newWorld(t)
	b := w.as(w.staff("ratna", store.Officer))
	w.server.gate.GET("/broken", func(c echo.Context) error { return fmt.Errorf("secret of the house") }, viewer)
	w.server.gate.GET("/panics", func(c echo.Context) error { panic("secret of the house") }, viewer)
	for _, path := range []string{"/broken", "/panics"} {
		p := b.get(path)
		code := regexp.MustCompile(`Kode: ([0-9A-F]{6})`).FindStringSubmatch(p.body)
		if p.status != http.StatusInternalServerError || code == nil || strings.Contains(p.body, "secret") {
			t.Fatalf("%s: status %d, code %v", path, p.status, code)
		}
		if log := w.log.String(); !strings.Contains(log, code[1]) || !strings.Contains(log, "secret of the house") {
			t.Errorf("%s: the log does not have code %s with its cause", path, code[1])
		}
	}
}

// The ledger: what is in quarantine is read again, and a wrong kind is set right.
func TestLedgerActions(t *testing.T) {
	w := newWorld(t)
	w.arrive(correspondence()...)
	w.arrive(mail{from: "Surat Buntu", subject: "tetap rusak never", fault: "structure"})
	b := w.as(w.staff("ratna", store.Lead))

	p := b.get("/channels")
	for _, want := range []string{"Karantina", "isi rusak", "cocok", "Susunan suratnya tidak wajar"} {
		if !strings.Contains(p.body, want) {
			t.Errorf("the channels screen does not say %q", want)
		}
	}
	p = b.post("/ledger/replay", nil)
	if !strings.Contains(p.body, "masih ada yang belum bisa dibaca") {
		t.Errorf("replaying all, one of which stays: %s", p.path)
	}
	if p = b.get("/proposals?q=rusak&state=all"); !strings.Contains(p.body, "Surat yang tadinya rusak") {
		t.Error("what was read again is no proposal")
	}

	if p = b.get("/submissions/1/row"); !strings.Contains(p.body, "lokasi binaan") || !strings.HasPrefix(p.path, "/ledger/") {
		t.Errorf("from a submission to its row: %s", p.path)
	}
	p = b.get("/ledger?outcome=newsletter")
	href := regexp.MustCompile(`href="(/ledger/\d+)"`).FindStringSubmatch(p.body)
	if href == nil {
		t.Fatal("the newsletter is not in the ledger")
	}
	if p = b.post(href[1]+"/kind", url.Values{"kind": {"proposal"}}); p.status != http.StatusUnprocessableEntity {
		t.Errorf("a kind that is none: status %d", p.status)
	}
	p = b.post(href[1]+"/kind", url.Values{"kind": {string(intake.Message)}})
	if p.status != http.StatusOK || !strings.Contains(p.body, "Jenisnya sudah diubah") {
		t.Errorf("reclassify: status %d", p.status)
	}
	if p = b.get("/proposals?q=diskon&state=all"); !strings.Contains(p.body, "Promo Hebat") {
		t.Error("a newsletter that is a message after all became no proposal")
	}
}

// An item that the mailbox has and the ledger has not makes the sum red.
func TestMissingIsRed(t *testing.T) {
	w := newWorld(t)
	w.arrive(correspondence()[:3]...)
	w.census(4, 4)
	w.report(intake.Status{State: intake.Parked, Fault: intake.FaultRefused, Detail: "NO [AUTHENTICATIONFAILED]"})
	b := w.as(w.staff("ratna", store.Officer))
	p := b.get("/channels")
	for _, want := range []string{"1 belum tercatat", "#i-unequal", "Ambil ulang sekarang", "kata sandi kotak surat ditolak", "Perbarui kata sandi", "Coba sekarang"} {
		if !strings.Contains(p.body, want) {
			t.Errorf("the channels screen does not say %q", want)
		}
	}
	if p = b.post("/channels/retry", url.Values{"source": {"email/forum"}}); !strings.Contains(p.body, "diminta mencoba lagi") {
		t.Errorf("retry: status %d at %s", p.status, p.path)
	}
	select {
	case <-w.ledger.Wake():
	case <-t.Context().Done():
		t.Error("the channel was not woken")
	}
}

// The stream tells what was entered, goes on where a browser left off, and
// carries no word of a participant's.
func TestEvents(t *testing.T) {
	w := newWorld(t)
	w.arrive(correspondence()[:2]...)
	b := w.as(w.staff("ratna", store.Officer))
	s := b.stream("0")
	first := s.next("entries")
	if first.id == "" || len(first.entries) < 2 {
		t.Fatalf("first event = %+v, want both proposals and a number", first)
	}
	s.close()
	w.arrive(correspondence()[2])
	s = b.stream(first.id)
	defer s.close()
	missed := s.next("entries")
	if len(missed.entries) != 1 || missed.entries[0].Ref != "USL-2020-0003" || missed.entries[0].Kind != "opened" {
		t.Errorf("after reconnecting = %+v, want only what was missed", missed.entries)
	}
	if missed.counts[waiting] != 3 {
		t.Errorf("%d wait, want 3", missed.counts[waiting])
	}
	w.report(intake.Status{State: intake.Failing, Fault: intake.FaultUnreachable})
	if strings.Contains(s.all.String(), "Suyatno") || strings.Contains(s.all.String(), "pedagang") {
		t.Error("the stream carries what participants wrote")
	}
}

// Asked for by scripts, a refusal is JSON with a sentence.
func TestRefusalForScripts(t *testing.T) {
	w := newWorld(t)
	p := w.visitor().post("/undo", nil, "Accept", "application/json")
	var said struct{ Error, Title, Message string }
	if err := json.Unmarshal([]byte(p.body), &said); err != nil || p.status != http.StatusUnauthorized || said.Title == "" {
		t.Errorf("status %d, %q, %v", p.status, p.body, err)
	}
}

// The style sheets and scripts of the triage page stay small on a slow line.
func TestAssetsAreSmall(t *testing.T) {
	w := newWorld(t)
	w.arrive(correspondence()[0])
	b := w.as(w.staff("ratna", store.Officer))
	total, seen := 0, map[string]bool{}
	queue := regexp.MustCompile(`(?:href|src)="(/static/[^"]+)"`).FindAllStringSubmatch(b.get("/triage").body, -1)
	imports := regexp.MustCompile(`(?:from|import\() ?"\./([a-z]+\.js)"`)
	for len(queue) > 0 {
		path := queue[0][1]
		queue = queue[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		p := b.get(path)
		if p.status != http.StatusOK || !strings.Contains(p.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: status %d, kept %q", path, p.status, p.header.Get("Cache-Control"))
		}
		total += len(pack([]byte(p.body)))
		for _, m := range imports.FindAllStringSubmatch(p.body, -1) {
			queue = append(queue, []string{"", path[:strings.LastIndex(path, "/")+1] + m[1]})
		}
	}
	t.Logf("%d files, %d bytes compressed", len(seen), total)
	if len(seen) < 10 || total > 60<<10 {
		t.Errorf("%d files, %d bytes compressed; want all of them within 60 KiB", len(seen), total)
	}
}
