package review

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"usulan/intake"
	"usulan/review/place"
	"usulan/store"
)

// inbox is where the tests' mail lies.
var inbox = intake.Place{Folder: "INBOX", Epoch: 1}

// world is a forum with a real database, its screens on a real socket, and the
// means to let mail arrive.
type world struct {
	t       testing.TB
	db      *store.DB
	server  *Server
	http    *httptest.Server
	ledger  intake.Ledger
	dir     string
	phone   intake.Ledger // of the WhatsApp channel, once converse was called
	log     *journal
	down    atomic.Bool
	streams atomic.Int32 // event streams that are open
	items   uint32
	at      time.Time // when the next mail is received
}

// newWorld opens an empty forum. Its clock is the real one.
func newWorld(t testing.TB) *world {
	t.Helper()
	ctx := context.Background()
	w := &world{t: t, log: &journal{}, at: time.Now().Add(-3 * time.Hour)}
	log := slog.New(slog.NewTextHandler(w.log, nil))
	var err error
	w.dir = t.TempDir()
	if w.db, err = store.Open(ctx, w.dir, log); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := w.db.Configure(ctx, testSettings()); err != nil {
		t.Fatal(err)
	}
	if w.ledger, err = w.db.Acquire(ctx, "email/forum"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.ledger.Release(ctx) })
	if _, err := w.ledger.Position(ctx, inbox, 0); err != nil {
		t.Fatal(err)
	}
	w.report(intake.Status{State: intake.Connected})
	w.serve(Config{Zone: time.FixedZone("WIB", 7*3600), Address: "usulan@dinas.example", Parse: parseAgain,
		Places: place.New([]place.District{{Name: "Serpong", Parts: []place.Part{{Name: "Cilenggang"}}}, {Name: "Pondok Aren"}})})
	t.Cleanup(w.http.Close)
	t.Cleanup(w.server.Close)
	return w
}

// serve puts the screens on a socket.
func (w *world) serve(cfg Config) {
	w.server = New(w.db, cfg, slog.New(slog.NewTextHandler(w.log, nil)))
	w.http = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.down.Load() {
			panic(http.ErrAbortHandler) // as if the cable were cut
		}
		if r.URL.Path == "/events" {
			w.streams.Add(1)
			defer w.streams.Add(-1)
		}
		w.server.ServeHTTP(rw, r)
	}))
}

// parseAgain stands for a parser that has learned to read everything.
func parseAgain(_ string, raw *intake.Raw, received time.Time) *intake.Submission {
	if bytes.Contains(raw.Bytes, []byte("never")) {
		return &intake.Submission{Kind: intake.Message, Raw: raw, ReceivedAt: received, Fault: "structure", ContentHash: sha256.Sum256(raw.Bytes)}
	}
	return mail{from: "Bu Surti", subject: "Surat yang tadinya rusak", text: "Isinya sekarang terbaca."}.submission(received, raw)
}

func (w *world) report(s intake.Status) {
	w.t.Helper()
	if err := w.ledger.Report(context.Background(), s); err != nil {
		w.t.Fatal(err)
	}
}

func testSettings() store.Settings {
	s := store.Settings{Forum: store.Forum{Name: "Forum Perangkat Daerah 2020", Prefix: "USL", Year: 2020, PlanYear: 2021, Opens: time.Now().Add(-30 * 24 * time.Hour)}}
	for i, p := range [][3]string{
		{"MODAL", "Permodalan koperasi dan UKM", "Capital for co-ops and SMEs"},
		{"MUTU", "Kualitas dan branding produk", "Product quality and branding"},
		{"SDM-KOP", "Manajemen dan SDM koperasi", "Co-op management and staff"},
		{"SERBUK", "Satu Koperasi Seribu UMKM", "One Co-op, a Thousand MSMEs"},
		{"PKL", "Penataan pedagang lapangan", "Organising street vendors"},
		{"GALERI", "Gedung inovasi jadi galeri", "Innovation building as gallery"},
	} {
		s.Priorities = append(s.Priorities, store.Priority{Code: fmt.Sprintf("P%d", i+1), Short: p[0], Label: p[1], Gloss: p[2], Title: "teks resmi prioritas " + p[0] + " yang panjangnya lebih dari satu baris di tombol"})
	}
	for _, r := range [][3]string{
		{"remit", "Bukan kewenangan Dinas", "Outside the agency's remit"},
		{"planned", "Sudah tercantum dalam Renja", "Already in the work plan"},
		{"elsewhere", "Sudah lewat kelurahan/kecamatan", "Already submitted via kelurahan/kecamatan"},
		{"duplicate", "Duplikat usulan lain", "Duplicate"},
		{"unfit", "Tidak sesuai prioritas", "Fits no priority"},
		{"none", "Bukan usulan", "Not a proposal"},
		{"site", "Lokasi bukan aset Pemkot", "Site is not city property"},
	} {
		s.Reasons = append(s.Reasons, store.Reason{Code: r[0], Title: r[1], Gloss: r[2]})
	}
	return s
}

// mail is a letter to be.
type mail struct {
	from, subject, text string
	kind                intake.Kind
	ranges              []intake.Range
	files               []intake.Attachment
	forwarded           string
	fault               string
}

func (l mail) submission(received time.Time, raw *intake.Raw) *intake.Submission {
	address := strings.ToLower(strings.ReplaceAll(l.from, " ", ".")) + "@warga.example"
	if raw == nil {
		raw = intake.NewRaw([]byte("From: " + address + "\r\nSubject: " + l.subject + "\r\n\r\n" + l.text + l.fault))
	}
	s := &intake.Submission{
		Kind: intake.Message, ExternalID: fmt.Sprintf("%x", sha256.Sum256([]byte(l.subject+l.text)))[:16],
		ContentHash: sha256.Sum256([]byte(address + l.subject + l.text + l.fault)),
		From:        intake.Address{Kind: intake.Email, Value: address, Shown: address, Name: l.from},
		Subject:     l.subject, Text: l.text, Ranges: l.ranges, Attachments: l.files,
		ReceivedAt: received, SentAt: received, Raw: raw, Fault: l.fault,
	}
	if l.kind != "" {
		s.Kind = l.kind
	}
	if l.forwarded != "" {
		s.Forwarded = intake.Address{Kind: intake.Email, Value: "asli@warga.example", Shown: "asli@warga.example", Name: l.forwarded}
	}
	return s
}

// arrive records letters, a few minutes apart.
func (w *world) arrive(letters ...mail) {
	w.t.Helper()
	var items []intake.Item
	for _, l := range letters {
		w.items++
		w.at = w.at.Add(2 * time.Minute)
		s := l.submission(w.at, nil)
		items = append(items, intake.Item{ID: w.items, ReceivedAt: w.at, Size: s.Raw.Size, Submission: s})
	}
	w.record(items...)
}

func (w *world) record(items ...intake.Item) {
	w.t.Helper()
	for len(items) > 0 {
		n, err := w.ledger.Record(context.Background(), inbox, items)
		if err != nil {
			w.t.Fatal(err)
		}
		items = items[n:]
	}
}

// cut breaks every connection and refuses new ones, or lets them in again.
func (w *world) cut(off bool) {
	w.down.Store(off)
	if off {
		w.http.CloseClientConnections()
	}
}

// decide decides as somebody, on what is there now.
func (w *world) decide(who store.Staff, ref string, d store.Decision) {
	w.t.Helper()
	p, err := w.db.Proposal(context.Background(), ref)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.db.Decide(context.Background(), store.Actor{Staff: who.ID}, ref, p.Version, d); err != nil {
		w.t.Fatal(err)
	}
}

// stands fails the test unless a proposal comes to stand at a decision: a page
// shows it before it is saved.
func (w *world) stands(ref string, want store.Decision) {
	w.t.Helper()
	var got store.Decision
	last := int64(0)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		p, err := w.db.Proposal(context.Background(), ref)
		if err != nil {
			w.t.Fatal(err)
		}
		if got = decisionOf(p.Summary); got == want {
			return
		}
		if last, err = w.db.Changed(ctx, last); err != nil {
			w.t.Fatalf("%s stands at %+v, want %+v", ref, got, want)
		}
	}
}

const testPassword = "kuda lumping biru"

// staff adds a person who may sign in with testPassword.
func (w *world) staff(name string, role store.Role) store.Staff {
	w.t.Helper()
	s, err := w.db.AddStaff(context.Background(), store.Actor{}, store.Staff{Name: name, Role: role, Password: HashPassword(testPassword)})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// browser is a person at a browser without scripts.
type browser struct {
	t    testing.TB
	base string
	http *http.Client
}

// visitor is somebody who is not signed in. Redirections are followed.
func (w *world) visitor() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &browser{t: w.t, base: w.http.URL, http: &http.Client{Jar: jar}}
}

// as signs somebody in.
func (w *world) as(s store.Staff) *browser {
	w.t.Helper()
	b := w.visitor()
	page := b.post("/sign-in", url.Values{"name": {s.Name}, "password": {testPassword}})
	if page.status != http.StatusOK || strings.Contains(page.body, `name="password"`) {
		w.t.Fatalf("sign-in as %s: status %d at %s", s.Name, page.status, page.path)
	}
	return b
}

// page is what a browser has on screen.
type page struct {
	status int
	path   string // where redirections led
	body   string
	header http.Header
}

func (b *browser) get(path string, headers ...string) page {
	b.t.Helper()
	req, err := http.NewRequest(http.MethodGet, b.base+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return b.do(req)
}

func (b *browser) post(path string, form url.Values, headers ...string) page {
	b.t.Helper()
	req, err := http.NewRequest(http.MethodPost, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", b.base)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return b.do(req)
}

func (b *browser) do(req *http.Request) page {
	b.t.Helper()
	res, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return page{res.StatusCode, res.Request.URL.RequestURI(), string(body), res.Header}
}

// picture is a small PNG.
func picture() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 320, 200))
	for y := range 200 {
		for x := range 320 {
			c := color.RGBA{110, 90, 70, 255}
			if x > 30 && x < 290 && y > 15 && y < 190 {
				c = color.RGBA{245, 242, 230, 255}
				if y%22 < 3 && x > 50 && (x*7+y*13)%11 < 8 && x < 270 {
					c = color.RGBA{60, 70, 140, 255}
				}
			}
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func attached(name, kind string, role intake.Role, data []byte) intake.Attachment {
	return intake.Attachment{Name: name, Type: kind, Role: role, Data: data, Size: int64(len(data)), Hash: sha256.Sum256(data)}
}

// correspondence is what a forum gets in an evening.
func correspondence() []mail {
	formal := "Nomor : 02/Del-PA/III/2020\nLampiran : 1 (satu) berkas\nPerihal : Usulan bidang permodalan usaha mikro\n\nKepada Yth.\nKepala Dinas Koperasi dan UKM Kota Tangerang Selatan\ndi Tempat\n\nDengan hormat,\n\n" +
		"Menindaklanjuti pelaksanaan forum pada tanggal 17 Maret 2020 yang tahun ini tidak disertai diskusi, bersama ini kami selaku delegasi kecamatan menyampaikan usulan secara tertulis melalui surat elektronik.\n\n" +
		"Dari hasil musyawarah kelurahan dan kecamatan, kami mencatat sekurang-kurangnya 430 pelaku usaha mikro di sebelas kelurahan yang menyatakan kekurangan modal kerja. Sebagian besar adalah ibu rumah tangga yang berjualan makanan, penjahit, pemilik warung, dan pengrajin.\n\n" +
		"Sehubungan dengan hal tersebut kami mengusulkan:\n1. Fasilitasi akses kredit usaha mikro bagi 100 pelaku usaha di Jurangmangu Timur, Jurangmangu Barat, Pondok Karya, dan Pondok Betung, dengan bunga ringan.\n2. Pendampingan penyusunan pembukuan sederhana.\n3. Bantuan alat produksi bagi 25 kelompok usaha bersama.\n\nDemikian kami sampaikan, atas perhatian Bapak/Ibu kami ucapkan terima kasih.\n\n"
	signature := "Hormat kami,\nKetua Delegasi\nDrs. Sutarno\nHP 0812-0000-0000\n"
	quote := "Pada Sel, 17 Mar 2020 pukul 08.00 Panitia Forum menulis:\n> Kepada para delegasi,\n> mohon usulan dikirim paling lambat tanggal 24.\n> Terima kasih.\n"
	text := formal + signature + quote
	html := `<p>Mohon <b>izin</b> membuka lapak.</p><script>alert(1)</script><img src="https://luar.example/lacak.gif" alt="lacak"><img src="cid:foto@1" alt="foto"><p onclick="x()">Terima kasih</p>`
	return []mail{
		{from: "Suyatno", subject: "lokasi binaan pkl yang sekarang sepi", text: "lokasi binaan pkl yg skrg sepi pembeli pak, mohon dipindah dekat pasar"},
		{from: "Delegasi Pondok Aren", subject: "Usulan bidang permodalan usaha mikro", text: text,
			ranges: []intake.Range{{Start: len(formal), End: len(formal) + len(signature), Kind: intake.Signature}, {Start: len(formal) + len(signature), End: len(text), Kind: intake.Quote}},
			files:  []intake.Attachment{attached("daftar pelaku usaha.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", intake.File, []byte("PK tabel")), attached("surat pengantar.pdf", "application/pdf", intake.File, []byte("%PDF-1.4\n%%EOF\n"))}},
		{from: "RW 03 Cilenggang", subject: "Surat permohonan tempat tetap untuk 22 pedagang", text: "Kami 22 pedagang masih jualan di trotoar depan sekolah, kasihan anak-anak lewat jalan.\nMohon lokasi tetap, ada listrik sama air. Kami siap bayar retribusi.",
			files: []intake.Attachment{
				attached("surat.html", "text/html; charset=utf-8", intake.HTML, []byte(html)),
				attached("halaman 1.png", "image/png", intake.File, picture()),
				{Name: "foto.png", Type: "image/png", Role: intake.Inline, ContentID: "foto@1", Data: picture(), Size: int64(len(picture())), Hash: sha256.Sum256(picture())}}},
		{from: "Bu Lilis", subject: "", text: "kl bisa narasumber RAT dr dinas hadir ya pak, pengurus kami baru semua"},
		{from: "KSU Mitra Pakulonan", subject: "Plafon pinjaman bergulir lewat koperasi sehat", text: "Kami mengusulkan agar plafon pinjaman bergulir disalurkan lewat koperasi yang sehat."},
		{from: "Nadia", subject: "katalog online umkm", text: "tolong buatin katalog online umkm tangsel, biar pembeli gampang cari"},
		{from: "Mas Joko Bakso", subject: "Modal", text: "Modal pak modal. Gerobak ada pelanggan ada tapi modal muternya kurang. Tolong."},
		{from: "Wulan Permata", subject: "Bazar produk UMKM di lingkungan perumahan", text: "Usul bazar rutin tiap bulan di lapangan perumahan."},
		{from: "Pak Iwan", subject: "gerakan 1 koperasi 1000 umkm", text: "gerakan 1 koperasi 1000 umkm bagus, tolong dihidupkan lagi di Setu"},
		{from: "Staf Kecamatan", subject: "Fwd: gedung UMKM di BSD", text: "Dari: Bu Marni\nKepada: Kecamatan\nPerihal: gedung UMKM\n\ngedung umkm bsd jauh dari setu, usul ada galeri kecil di kecamatan", ranges: []intake.Range{{Start: 0, End: 51, Kind: intake.ForwardHeader}}, forwarded: "Bu Marni"},
		{from: "Promo Hebat", subject: "Diskon besar minggu ini", text: "beli sekarang", kind: intake.Newsletter},
		{from: "Cuti Saja", subject: "Balasan otomatis", text: "saya sedang cuti", kind: intake.AutoReply},
		{from: "Surat Aneh", subject: "isi rusak", text: "", fault: "structure"},
	}
}

// journal is a log that a test may read while the server writes it.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

// census says how many items the mailbox holds, and which the ledger lacks.
func (w *world) census(present int, missing ...uint32) {
	w.t.Helper()
	if err := w.ledger.Census(context.Background(), inbox, present, missing); err != nil {
		w.t.Fatal(err)
	}
}

// liveStream is an event stream that is being read.
type liveStream struct {
	t     testing.TB
	lines *bufio.Scanner
	all   strings.Builder
	close func()
}

// liveEvent is one event of it.
type liveEvent struct {
	id      string
	entries []liveEntry
	counts  map[store.State]int64
}

// stream opens the event stream after an event.
func (b *browser) stream(after string) *liveStream {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.base+"/events", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Last-Event-ID", after)
	res, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	if got := res.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/event-stream") {
		b.t.Fatalf("the stream is %q", got)
	}
	return &liveStream{t: b.t, lines: bufio.NewScanner(res.Body), close: func() { cancel(); res.Body.Close() }}
}

// next waits for the next event of a kind.
func (s *liveStream) next(kind string) liveEvent {
	s.t.Helper()
	var e liveEvent
	var got string
	for s.lines.Scan() {
		line := s.lines.Text()
		s.all.WriteString(line + "\n")
		switch name, value, _ := strings.Cut(line, ": "); {
		case name == "id":
			e.id = value
		case name == "event":
			got = value
		case name == "data" && got == kind:
			var data happening
			if err := json.Unmarshal([]byte(value), &data); err != nil {
				s.t.Fatal(err)
			}
			e.entries, e.counts = data.Entries, data.Counts
			return e
		case line == "":
			e = liveEvent{}
		}
	}
	s.t.Fatalf("the stream ended: %v\n%s", s.lines.Err(), s.all.String())
	return e
}
