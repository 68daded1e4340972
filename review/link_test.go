package review

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"usulan/intake"
	"usulan/store"
)

// handset is a phone and the channel that is linked with it, as far as
// intake.Pairer tells of them.
type handset struct {
	mu     sync.Mutex
	now    intake.Pairing
	refuse error  // what Pair answers
	asked  string // the number of the last Pair
	pairs  int
}

// aQR is as long as the real ones.
const aQR = "https://wa.me/settings/linked_devices#2@" + "k3J9xq0v7mZb1LhT8yWc5RfN4dPs6GaE2uKi0oXj9lQwVtB3rCnYzMhD8gF1eU7S" +
	",4fGhJkL0zXcVbN1mQwErTy5uIoPaSdFgHjKl2zXcVbN=,9aSdFgHjKlZxCvBnMqWeRtYuIoP0123456789aBcDe=,ZxCvBnM1234567890qWeRtYuIoPaSdFgHjKlAbCd=,1"

func (h *handset) Name() string { return "whatsapp/forum" }

func (h *handset) Pair(_ context.Context, number string) (intake.Pairing, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked, h.pairs = number, h.pairs+1
	if h.refuse != nil {
		return intake.Pairing{}, h.refuse
	}
	h.now = intake.Pairing{Step: intake.Waiting, Expires: time.Now().Add(20 * time.Second)}
	if number == "" {
		h.now.QR = aQR
	} else {
		h.now.Code = "K7QF-2MXD"
	}
	return h.now, nil
}

func (h *handset) Pairing() intake.Pairing {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *handset) Unpair(context.Context) error {
	h.comes(intake.Pairing{Step: intake.Unlinked})
	return nil
}

// comes is what the phone did.
func (h *handset) comes(p intake.Pairing) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = p
}

const linkPath = "/channels/link?source=whatsapp%2Fforum"

// chats gives a world a WhatsApp account that is not linked yet.
func (w *world) chats() (*handset, intake.Ledger) {
	w.t.Helper()
	h := &handset{now: intake.Pairing{Step: intake.Unlinked}}
	w.server.cfg.Pairers = []intake.Pairer{h}
	l, err := w.db.Acquire(context.Background(), h.Name())
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = l.Release(context.Background()) })
	if _, err := l.Position(context.Background(), intake.Place{}, 0); err != nil {
		w.t.Fatal(err)
	}
	tell(w.t, l, intake.Status{State: intake.Parked, Fault: "unlinked", Account: &intake.Account{}})
	return h, l
}

func tell(t testing.TB, l intake.Ledger, s intake.Status) {
	t.Helper()
	if err := l.Report(context.Background(), s); err != nil {
		t.Fatal(err)
	}
}

// linkedAccount is what a channel says once it is linked.
func linkedAccount() *intake.Account {
	return &intake.Account{Number: "+6281210002020", Name: "Forum Dinas", Device: "usulan", Since: time.Now().Add(-26 * time.Hour), Phone: time.Now().Add(-2 * time.Minute)}
}

// aKey is the key of a sentence that no language has.
var aKey = regexp.MustCompile(`>[^<]*\b(?:link|unlink|account|waiting|source|fault|remedy|channels|channel|outcome|long|media|chat|ledger)\.[a-z_.]+[^<]*<`)

func says(t *testing.T, where, body string, all ...string) {
	t.Helper()
	if bad := aKey.FindString(body); bad != "" {
		t.Errorf("%s says a key: %s", where, bad)
	}
	for _, want := range all {
		if !strings.Contains(body, want) {
			t.Errorf("%s does not say %q", where, want)
		}
	}
}

func saysNot(t *testing.T, where, body string, none ...string) {
	t.Helper()
	for _, bad := range none {
		if strings.Contains(body, bad) {
			t.Errorf("%s says %q", where, bad)
		}
	}
}

// Without a script an officer links by scanning: the page shows the code, what
// the phone did, and at the end whose account it is and who linked it.
func TestLinkingByScanning(t *testing.T) {
	w := newWorld(t)
	phone, ledger := w.chats()
	b := w.as(w.staff("ratna", store.Officer))

	says(t, "the channels screen", b.get("/channels").body, "WhatsApp", "belum ditautkan", `action="/channels/link"`, "Tautkan</button>")
	p := b.get(linkPath)
	says(t, "the page before", p.body, "Tautkan WhatsApp", "Tampilkan kode", "klien yang tidak resmi", "siaran")
	if phone.pairs != 0 {
		t.Error("looking at the page began linking")
	}

	p = b.post("/channels/link", url.Values{"source": {"whatsapp/forum"}})
	if p.status != http.StatusOK || p.path != linkPath {
		t.Fatalf("status %d at %s", p.status, p.path)
	}
	says(t, "the page with the code", p.body, `class="qr"`, "Menunggu dipindai", "baru lagi dalam", "Buka WhatsApp di ponsel dinas", `http-equiv="refresh"`, "Kamera rusak?")
	saysNot(t, "the page with the code", p.body, "wa.me", "K7QF")
	if got := p.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("the code may be kept: Cache-Control %q", got)
	}
	says(t, "the bar", b.get("/summary").body, "WhatsApp<span class=\"word\">: menunggu dipindai")

	phone.comes(intake.Pairing{Step: intake.Scanned})
	part := b.get("/channels/link/state?source=whatsapp%2Fforum")
	says(t, "the part", part.body, "Sudah dipindai, menyambung", "tetap terbuka")
	saysNot(t, "the part", part.body, "<html", `class="qr"`)

	tell(t, ledger, intake.Status{State: intake.Connected, Account: linkedAccount()})
	phone.comes(intake.Pairing{Step: intake.Linked})
	w.until("who linked is noted", func() bool { return w.sourceOf("whatsapp/forum").Link.By == "ratna" })
	p = b.get(linkPath)
	says(t, "the page after", p.body, "Tertaut, tersambung", "0812-1000-2020", "Forum Dinas", "usulan", "oleh ratna", "Pesan dari sebelum ditautkan tidak diambil")
	saysNot(t, "the page after", p.body, `class="qr"`, `http-equiv="refresh"`)
	if b.post("/channels/link", url.Values{"source": {"whatsapp/forum"}}); phone.pairs != 1 {
		t.Error("linking was begun anew though the account is linked")
	}
}

// By the code of eight letters: a number is asked for, what is wrong with it is
// said with the number still there, and the code is big.
func TestLinkingByNumber(t *testing.T) {
	w := newWorld(t)
	phone, _ := w.chats()
	b := w.as(w.staff("ratna", store.Officer))
	p := b.get(linkPath + "&by=number")
	says(t, "the form", p.body, `name="number"`, "Minta kode")
	saysNot(t, "the form", p.body, `http-equiv="refresh"`)

	by := func(number string) url.Values {
		return url.Values{"source": {"whatsapp/forum"}, "by": {"number"}, "number": {number}}
	}
	if p = b.post("/channels/link", by("  ")); p.status != http.StatusUnprocessableEntity || phone.pairs != 0 {
		t.Errorf("no number: status %d, %d times asked", p.status, phone.pairs)
	}
	phone.refuse = &intake.Fault{Code: "link_number", Err: errors.New("not a number")}
	p = b.post("/channels/link", by("<b>12"))
	says(t, "the form after a wrong number", p.body, "Nomor itu tidak dapat dipakai", `value="&lt;b&gt;12"`, "Minta kode")
	phone.refuse = &intake.Fault{Code: intake.FaultUnreachable, Err: errors.New("dial")}
	says(t, "the form after no answer", b.post("/channels/link", by("0812")).body, "WhatsApp tidak menjawab", "Periksa internet server")
	if strings.Contains(w.log.String(), "0812") {
		t.Error("the number is in the log")
	}

	phone.refuse = nil
	p = b.post("/channels/link", by("0812-1000-2020"))
	says(t, "the page", p.body, "<b>K7QF</b><b>2MXD</b>", "K 7 Q F , 2 M X D", "Tautkan dengan nomor telepon saja", "Menunggu diketik")
	if phone.asked != "0812-1000-2020" {
		t.Errorf("asked for %q", phone.asked)
	}

	phone.comes(intake.Pairing{Step: intake.Failed, Fault: "refused", Detail: "401 <x>"})
	p = b.get(linkPath)
	says(t, "the page after failing", p.body, "WhatsApp menolak sambungan ini", "401 &lt;x&gt;", "Coba lagi", `role="alert"`)
	if b.get("/channels/link?source=whatsapp%2Fother").status != http.StatusNotFound || b.get("/channels/link?source=email%2Fforum").status != http.StatusNotFound {
		t.Error("a source that needs no linking has a page")
	}
}

// A code to link with is a key to the account: who only reads never sees it,
// and the number is masked for them.
func TestReaderNeverSeesCode(t *testing.T) {
	w := newWorld(t)
	phone, ledger := w.chats()
	b := w.as(w.staff("sari", store.Viewer))
	for _, number := range []string{"", "0812-1000-2020"} {
		phone.begin(t, number)
		for _, path := range []string{linkPath, strings.Replace(linkPath, "link?", "link/state?", 1), "/channels", "/", "/summary"} {
			saysNot(t, path+" for a reader", b.get(path).body, `class="qr"`, "K7QF", "2MXD", aQR[60:80])
		}
	}
	before := phone.pairs
	if got := b.post("/channels/link", url.Values{"source": {"whatsapp/forum"}}).status; got != http.StatusForbidden || phone.pairs != before {
		t.Errorf("a reader began linking: status %d", got)
	}
	phone.comes(intake.Pairing{Step: intake.Linked})
	tell(t, ledger, intake.Status{State: intake.Connected, Account: linkedAccount()})
	p := b.get("/channels")
	says(t, "the card", p.body, "0812-••••-•020", "tersambung", "ponsel terakhir terlihat 2 menit lalu")
	saysNot(t, "the card", p.body, "0812-1000-2020", "Lepas tautan", "Tautkan")
	for role, path := range map[store.Role]string{store.Viewer: "/channels/unlink?source=whatsapp%2Fforum", store.Officer: "/channels/unlink?source=whatsapp%2Fforum"} {
		if got := w.as(w.staff("o"+string(role), role)).get(path).status; got != http.StatusForbidden {
			t.Errorf("%s as %s: status %d", path, role, got)
		}
	}
}

// A lead unlinks, after being asked.
func TestUnlinking(t *testing.T) {
	w := newWorld(t)
	phone, ledger := w.chats()
	phone.comes(intake.Pairing{Step: intake.Linked})
	tell(t, ledger, intake.Status{State: intake.Connected, Account: linkedAccount()})
	b := w.as(w.staff("dewi", store.Lead))
	says(t, "the card", b.get("/channels").body, "Lepas tautan", "0812-1000-2020")
	p := b.get("/channels/unlink?source=whatsapp%2Fforum")
	says(t, "the question", p.body, "tidak ada pesan yang masuk", "tetap tersimpan", "0812-1000-2020")
	if phone.Pairing().Step != intake.Linked {
		t.Fatal("asking unlinked")
	}
	p = b.post("/channels/unlink", url.Values{"source": {"whatsapp/forum"}})
	says(t, "the channels screen after", p.body, "Tautannya dilepas")
	if l := w.sourceOf("whatsapp/forum").Link; l.Kind != store.Unlinked || l.By != "dewi" {
		t.Errorf("noted %+v, want that dewi unlinked", l)
	}
	if got := b.post("/channels/unlink", url.Values{"source": {"whatsapp/forum"}}, "Origin", "https://jahat.example", "Sec-Fetch-Site", "cross-site").status; got != http.StatusForbidden {
		t.Errorf("another site unlinks: status %d", got)
	}
}

// Every trouble of the account is said in words with what to do, has the light
// that fits, and leaves the card of the mailbox as it is.
func TestTroubleOfAnAccount(t *testing.T) {
	w := newWorld(t)
	w.arrive(correspondence()[:2]...)
	phone, ledger := w.chats()
	phone.comes(intake.Pairing{Step: intake.Linked})
	b := w.as(w.staff("ratna", store.Officer))
	email := func() string {
		body := b.get("/channels").body
		_, body, _ = strings.Cut(body, `aria-labelledby="email/forum"`)
		body, _, _ = strings.Cut(body, "</section>")
		return body
	}
	tell(t, ledger, intake.Status{State: intake.Connected, Account: linkedAccount()})
	calm := email()
	until := time.Now().Add(30 * time.Hour)

	for _, c := range []struct {
		status      intake.Status
		light, word string
		remedy      string
	}{
		{intake.Status{State: intake.Connecting}, "wait", "menyambung", ""},
		{intake.Status{State: intake.Failing, Fault: intake.FaultUnreachable}, "wait", "terganggu, dicoba lagi", "Periksa internet server ini"},
		{intake.Status{State: intake.Connected, Fault: "phone_away"}, "wait", "ponsel lama luring", "Setelah 14 hari"},
		{intake.Status{State: intake.Parked, Fault: "unlinked"}, "wait", "belum ditautkan", "tidak ada pesan yang masuk"},
		{intake.Status{State: intake.Parked, Fault: "logged_out"}, "stop", "dikeluarkan dari ponsel", "Tautkan lagi dengan kode baru"},
		{intake.Status{State: intake.Parked, Fault: "replaced"}, "stop", "dipakai di tempat lain", "Tutup yang lain"},
		{intake.Status{State: intake.Parked, Fault: "outdated"}, "stop", "program perlu diperbarui", "memasang versi baru"},
		{intake.Status{State: intake.Failing, Fault: "banned", Next: until}, "stop", "dibatasi WhatsApp sampai " + until.In(jakarta).Format("2 "), "Jangan menautkan ulang"},
		{intake.Status{State: intake.Parked, Fault: "banned", Next: until, Account: &intake.Account{}}, "stop", "diblokir WhatsApp<", "meminta peninjauan"},
		{intake.Status{State: intake.Parked, Fault: intake.FaultStorage}, "stop", "berhenti", "Kosongkan ruang"},
	} {
		tell(t, ledger, c.status)
		body := b.get("/channels").body
		_, card, _ := strings.Cut(body, `aria-labelledby="whatsapp/forum"`)
		card, _, _ = strings.Cut(card, "</section>")
		says(t, c.status.Fault, card, `lamp lamp-`+c.light+`"`, "<span>"+c.word, c.remedy)
		says(t, c.status.Fault+" in the bar", body, `lamp-`+c.light+`" data-channel="whatsapp"`, `lamp-good" data-channel="email"`)
		if strings.Contains(card, "kotak surat") || strings.Contains(card, "Server surat") {
			t.Errorf("%s: the card of WhatsApp speaks of a mailbox", c.status.Fault)
		}
		if got := email(); got != calm {
			t.Errorf("%s changes the card of the mailbox", c.status.Fault)
		}
		if got := b.get("/readyz").status; got != http.StatusOK {
			t.Errorf("%s makes the service unready: %d", c.status.Fault, got)
		}
	}
}

// The equation of a chat closes, small things together; each number leads to its rows.
func TestEquationOfChats(t *testing.T) {
	w := newWorld(t)
	_, ledger := w.chats()
	var items []intake.Item
	add := func(key string, o intake.Outcome) {
		items = append(items, intake.Item{Key: key, ReceivedAt: time.Now(), Outcome: o})
	}
	for i, o := range []intake.Outcome{intake.Receipt, intake.Receipt, intake.Service, intake.OtherGroup, intake.Unfetchable} {
		add(string(rune('a'+i)), o)
	}
	for len(items) > 0 {
		n, err := ledger.Record(context.Background(), intake.Place{}, items)
		if err != nil {
			t.Fatal(err)
		}
		items = items[n:]
	}
	b := w.as(w.staff("ratna", store.Viewer))
	_, card, _ := strings.Cut(b.get("/channels").body, `aria-labelledby="whatsapp/forum"`)
	says(t, "the card", card, "<b>5</b></a><span>kejadian diterima", "<b>0</b></a><span>bagian usulan", "<b>3</b></a><span>urusan perangkat",
		"<b>1</b></a><span>di grup lain", "<b>1</b></a><span>belum terbuka kuncinya", "cocok", "/ledger?outcome=receipt&amp;outcome=service&amp;source=whatsapp%2Fforum")
}

// What is in quarantine or not here yet is named: the kind of message, the file
// and whose it is, and what is done about it.
func TestWaitingAndUnreadOfChats(t *testing.T) {
	w := newWorld(t)
	_, ledger := w.chats()
	at := time.Now().Add(-time.Hour)
	said := func(id string, change func(*intake.Submission)) intake.Item {
		s := &intake.Submission{
			Kind: intake.Message, ExternalID: id, ContentHash: sha256.Sum256([]byte(id)), Text: "usul tempat jualan " + id,
			From:       intake.Address{Kind: intake.Phone, Value: "+628125550101", Shown: "0812-5550-101", Name: "Bu <Lilis>"},
			ReceivedAt: at, SentAt: at, Raw: intake.NewRaw([]byte(id)), Chat: &intake.Chat{Type: intake.TextMessage},
		}
		change(s)
		return intake.Item{Key: id, ReceivedAt: at, Size: 10, Submission: s}
	}
	photo := intake.Attachment{Type: "image/jpeg", Role: intake.File, Size: 120_000, Absent: true}
	for _, item := range []intake.Item{
		said("a", func(s *intake.Submission) { s.Attachments = []intake.Attachment{photo, photo} }),
		said("b", func(s *intake.Submission) {
			s.Text, s.Fault, s.Chat.Unknown, s.Chat.Type = "", "unsupported", "pollUpdate<x>", intake.SmallMessage
		}),
	} {
		if _, err := ledger.Record(context.Background(), intake.Place{}, []intake.Item{item}); err != nil {
			t.Fatal(err)
		}
	}
	wanted, err := ledger.Wanted(context.Background(), 10)
	if err != nil || len(wanted) != 2 {
		t.Fatalf("%d wanted, %v", len(wanted), err)
	}
	if err := ledger.Unfetched(context.Background(), wanted[0].Attachment, "media_gone", time.Time{}); err != nil {
		t.Fatal(err)
	}
	b := w.as(w.staff("ratna", store.Officer))
	p := b.get("/channels")
	says(t, "the channels screen", p.body, "1 berkas belum terunduh", "1 berkas tidak tersedia lagi", "/channels/media?source=whatsapp%2Fforum",
		"(pollUpdate&lt;x&gt;). Buka di WhatsApp.", "Pesan WhatsApp</a>")
	p = b.get("/channels/media?source=whatsapp%2Fforum")
	says(t, "the list of files", p.body, "Belum terunduh (1)", "Tidak tersedia lagi (1)", "USL-2020-0001", "Foto", "Bu &lt;Lilis&gt;", "Minta dikirim ulang", `action="/attachments/`)
	p = w.as(w.staff("sari", store.Viewer)).get("/channels/media?source=whatsapp%2Fforum")
	saysNot(t, "the list for a reader", p.body, "Lilis", "5550101", "5550-101", `action="/attachments/`)
	figures := w.visitor().get("/metrics").body
	says(t, "the figures", figures, `usulan_attachments_absent{source="whatsapp/forum",state="gone"} 1`,
		`usulan_source_state{fault="unlinked",source="whatsapp/forum",state="parked"} 1`, `usulan_source_connected{source="email/forum"} 1`)
	saysNot(t, "the figures", figures, "Lilis", "5550101", "5550-101")
}

// A source that is connected and silent far beyond its habit has an amber light
// and says so; the other card stays as it is.
func TestSilenceIsSaid(t *testing.T) {
	s := newSite(t, Config{Pairers: []intake.Pairer{&handset{now: intake.Pairing{Step: intake.Linked}}}})
	ctx := t.Context()
	for _, name := range []string{"email/forum", "whatsapp/forum"} {
		l, err := s.db.Acquire(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Release(ctx) }()
		if _, err := l.Position(ctx, intake.Place{}, 0); err != nil {
			t.Fatal(err)
		}
		tell(t, l, intake.Status{State: intake.Connected})
		if name == "email/forum" {
			continue
		}
		noon := time.Date(2020, 3, 17, 12, 0, 0, 0, jakarta)
		var items []intake.Item
		for i := range 20 {
			items = append(items, intake.Item{Key: strconv.Itoa(i), ReceivedAt: noon.Add(time.Duration(i-19) * 20 * time.Minute), Outcome: intake.OtherGroup})
		}
		for len(items) > 0 {
			n, err := l.Record(ctx, intake.Place{}, items)
			if err != nil {
				t.Fatal(err)
			}
			items = items[n:]
		}
		s.at.at = noon.Add(6*time.Hour + 10*time.Minute)
	}
	body := read(t, s.get("/channels", s.as("viewer")))
	says(t, "the channels screen", body, "Sepi sejak 6 jam, biasanya tiap 20 menit.", "Kirim satu pesan percobaan", `lamp-wait" data-channel="whatsapp"`, "sepi sejak 6 jam", `lamp-good" data-channel="email"`)
	saysNot(t, "the channels screen", body, "email percobaan")
	says(t, "the figures", read(t, s.get("/metrics", s.token("viewer"))), `usulan_source_silent_seconds{source="whatsapp/forum"} 22200`, `usulan_source_silent_seconds{source="email/forum"} 0`)
}

// until waits for something that happens by itself.
func (w *world) until(what string, is func() bool) {
	w.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-deadline.C:
			w.t.Fatalf("never so: %s\nlog:\n%s", what, w.log)
		}
	}
}

func (w *world) sourceOf(name string) store.Source {
	w.t.Helper()
	all, err := w.db.Sources(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range all {
		if s.Name == name {
			return s
		}
	}
	w.t.Fatalf("no source %s", name)
	return store.Source{}
}
