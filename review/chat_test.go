package review

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"usulan/intake"
	"usulan/store"
)

// message is a chat message to be.
type message struct {
	from, number string // number empty: a LID alone
	lid          string // when empty, made up of the name
	alias        bool   // the number came with the LID
	text         string
	what         intake.Kind        // a message when empty
	kind         intake.MessageType // text when empty
	id           string             // external; made up when empty
	revises      string
	answers      string
	chat         intake.Chat // what else
	files        []intake.Attachment
	fault        string
	sealed       bool          // it could not be decrypted
	after        time.Duration // since the one before; 20 s when zero
}

func (m message) submission(at time.Time, n uint32) *intake.Submission {
	if m.id == "" {
		m.id = fmt.Sprintf("3EB0%04d", n)
	}
	chat := m.chat
	if chat.Type = m.kind; chat.Type == "" {
		chat.Type = intake.TextMessage
	}
	chat.Quiet = intake.Quiet
	if m.lid == "" {
		m.lid = fmt.Sprintf("%x", sha256.Sum256([]byte(m.from)))[:12]
	}
	from, aliases := intake.Address{Kind: intake.LID, Value: m.lid, Name: m.from}, []intake.Address(nil)
	if m.number != "" {
		phone := intake.Address{Kind: intake.Phone, Shown: m.number, Value: "+62" + strings.ReplaceAll(m.number[1:], "-", ""), Name: m.from}
		if m.alias {
			aliases = []intake.Address{phone}
		} else {
			from = phone
		}
	}
	s := &intake.Submission{
		Kind: intake.Message, ExternalID: m.id, From: from, Aliases: aliases, Chat: &chat, Text: m.text, Revises: m.revises, Attachments: m.files, Fault: m.fault,
		ReceivedAt: at, SentAt: at, Raw: intake.NewRaw([]byte("message " + m.id)), ContentHash: sha256.Sum256([]byte(m.id + from.Value)),
	}
	if m.what != "" {
		s.Kind = m.what
	}
	if m.answers != "" {
		s.InReplyTo = []string{m.answers}
	}
	return s
}

// converse records messages as the WhatsApp channel does.
func (w *world) converse(all ...message) {
	w.t.Helper()
	ctx := context.Background()
	if w.phone == nil {
		var err error
		if w.phone, err = w.db.Acquire(ctx, "whatsapp/forum"); err != nil {
			w.t.Fatal(err)
		}
		w.t.Cleanup(func() { _ = w.phone.Release(ctx) })
		if _, err := w.phone.Position(ctx, intake.Place{}, 0); err != nil {
			w.t.Fatal(err)
		}
		if err := w.phone.Report(ctx, intake.Status{State: intake.Connected}); err != nil {
			w.t.Fatal(err)
		}
	}
	var items []intake.Item
	for _, m := range all {
		w.items++
		if m.after == 0 {
			m.after = 20 * time.Second
		}
		w.at = w.at.Add(m.after)
		s := m.submission(w.at, w.items)
		item := intake.Item{Key: "chat/" + s.From.Value + "/" + s.ExternalID, ReceivedAt: w.at, Size: s.Raw.Size, Submission: s}
		if m.sealed {
			item.Outcome, item.Reason = intake.Unfetchable, "undecryptable"
		}
		items = append(items, item)
	}
	for len(items) > 0 {
		n, err := w.phone.Record(ctx, intake.Place{}, items)
		if err != nil {
			w.t.Fatal(err)
		}
		items = items[n:]
	}
}

// evening is one proposal of many messages, of every kind a paper shows.
func evening() []message {
	const rw, number = "RW 03 Cilenggang", "0812-0000-0107"
	return []message{
		{from: rw, number: number, text: "Assalamualaikum, kami dari Cilenggang Serpong mau usul pak", id: "A1"},
		{from: rw, number: number, text: "surat permohonan kami pak, hal 1", kind: intake.MediaMessage, id: "A2",
			files: []intake.Attachment{attached("foto.png", "image/png", intake.File, picture())}},
		{from: rw, number: number, kind: intake.PlaceMessage, chat: intake.Chat{Location: &intake.Location{Latitude: -6.302, Longitude: 106.665, Name: "Lahan kosong dekat Jl. Cilenggang"}}},
		{from: rw, number: number, text: "ini titik lahan yg kami usulkan utk 20 pedagang", id: "A4", after: time.Minute},
		{from: rw, number: number, kind: intake.MediaMessage, files: []intake.Attachment{{Name: "suara.ogg", Type: "audio/ogg; codecs=opus", Role: intake.File, Data: []byte("OggS"), Size: 4, Hash: sha256.Sum256([]byte("OggS")), Duration: 34 * time.Second}}},
		{from: rw, number: number, text: "skrg masih jualan di trotoar depan sekolah, kasian anak2 lewat jalan. mohon lokasi tetap pak, ada listrik sm air", id: "A6", after: time.Minute},
		{from: rw, number: number, text: "ini titik lahan yg kami usulkan utk 22 pedagang", revises: "A4", kind: intake.EditMessage},
		{from: rw, number: number, text: "pak lurah itu orangnya susah", id: "A8"},
		{from: rw, number: number, revises: "A8", kind: intake.DeletionMessage},
		{from: rw, number: number, text: "kami siap bayar retribusi 🙏", answers: "A6", chat: intake.Chat{Quote: "skrg masih jualan di trotoar depan sekolah"}},
		{from: rw, number: number, text: "oiya satu lagi pak, sekalian minta pelatihan bikin katalog online buat ibu2 pkk", after: time.Minute},
		{from: rw, number: number, text: "Yth warga, pendataan PKL ditutup tanggal 24", chat: intake.Chat{Forwarded: true}},
		{from: rw, number: number, kind: intake.MediaMessage, files: []intake.Attachment{{Name: "video.mp4", Type: "video/mp4", Role: intake.File, Size: 4 << 20, Duration: 71 * time.Second, Absent: true}}},
	}
}

// Edits and deletions change how a message stands, whoever else tries to.
func TestSettle(t *testing.T) {
	marni := store.Address{Kind: intake.LID, Value: "1"}
	number := store.Address{Kind: intake.Phone, Value: "+6281200000101"}
	other := store.Address{Kind: intake.LID, Value: "2"}
	at := time.Date(2020, 3, 17, 10, 0, 0, 0, time.UTC)
	say := func(minute int, from store.Address, id, text string, kind intake.MessageType, revises string) store.Part {
		return store.Part{From: from, ExternalID: id, Text: text, Revises: revises, Chat: &intake.Chat{Type: kind}, ReceivedAt: at.Add(time.Duration(minute) * time.Minute)}
	}
	for name, c := range map[string]struct {
		parts []store.Part
		want  string // of handing it over
	}{
		"edited": {[]store.Part{say(0, marni, "a", "20 orang", intake.TextMessage, ""), say(1, marni, "b", "22 orang", intake.EditMessage, "a")}, "22 orang"},
		"edited under the number that the sender turned out to have": {
			[]store.Part{say(0, marni, "a", "20 orang", intake.TextMessage, ""), say(1, number, "b", "22 orang", intake.EditMessage, "a")}, "22 orang"},
		"edited twice":             {[]store.Part{say(0, marni, "a", "1", intake.TextMessage, ""), say(1, marni, "b", "2", intake.EditMessage, "a"), say(2, marni, "c", "3", intake.EditMessage, "a")}, "3"},
		"somebody else's edit":     {[]store.Part{say(0, marni, "a", "20 orang", intake.TextMessage, ""), say(1, other, "b", "0 orang", intake.EditMessage, "a")}, "20 orang\n0 orang"},
		"taken back":               {[]store.Part{say(0, marni, "a", "rahasia", intake.TextMessage, ""), say(1, marni, "b", "", intake.DeletionMessage, "a"), say(2, marni, "c", "mohon modal", intake.TextMessage, "")}, "mohon modal"},
		"edited, then taken back":  {[]store.Part{say(0, marni, "a", "x", intake.TextMessage, ""), say(1, marni, "b", "y", intake.EditMessage, "a"), say(2, marni, "c", "", intake.DeletionMessage, "a")}, ""},
		"edit of what is not here": {[]store.Part{say(1, marni, "b", "22 orang", intake.EditMessage, "a")}, "22 orang"},
	} {
		t.Run(name, func(t *testing.T) {
			p := &store.Proposal{Parts: c.parts, Addresses: []store.Address{marni, number}}
			if got, _ := handOver(settle(p)); got != c.want {
				t.Errorf("it is handed over as %q, want %q", got, c.want)
			}
		})
	}
	p := &store.Proposal{Addresses: []store.Address{marni}, Parts: []store.Part{
		say(0, marni, "a", "1", intake.TextMessage, ""), say(1, marni, "b", "2", intake.EditMessage, "a"), say(2, other, "c", "", intake.DeletionMessage, "a"),
	}}
	got := settle(p)
	if len(got) != 1 || len(got[0].Earlier) != 1 || got[0].Earlier[0].Text != "1" || !got[0].Earlier[0].At.Equal(at) {
		t.Errorf("its earlier versions are %+v", got)
	}
	if !got[0].Withdrawn.IsZero() || !got[0].Removed.Equal(at.Add(2*time.Minute)) {
		t.Errorf("an administrator's deletion is %+v", got[0])
	}
}

// A film can be sought: a player asks for parts of it.
func TestMediaInParts(t *testing.T) {
	w := newWorld(t)
	film := strings.Repeat("0123456789", 30_000) // more than lives in the database
	small := "OggS kecil"
	w.converse(message{from: "Bu Marni", number: "0812-0000-0101", kind: intake.MediaMessage, files: []intake.Attachment{
		attached("film.mp4", "video/mp4", intake.File, []byte(film)), attached("suara.ogg", "audio/ogg; codecs=opus", intake.File, []byte(small)),
	}})
	b := w.as(w.staff("ratna", store.Officer))
	for path, whole := range map[string]string{"/attachments/1": film, "/attachments/2": small} {
		all := b.get(path)
		if all.body != whole || all.header.Get("Accept-Ranges") != "bytes" || !strings.HasPrefix(all.header.Get("Content-Disposition"), "inline") {
			t.Errorf("%s: %d bytes of %d, headers %v", path, len(all.body), len(whole), all.header)
		}
		end := b.get(path, "Range", "bytes=-4")
		if end.status != http.StatusPartialContent || end.body != whole[len(whole)-4:] {
			t.Errorf("%s: its end is status %d, %q", path, end.status, end.body)
		}
		if p := b.get(path, "Range", "bytes=9999999-"); p.status != http.StatusRequestedRangeNotSatisfiable {
			t.Errorf("%s: a part behind its end is status %d", path, p.status)
		}
	}
}

// Numbers are for who triages; who only reads sees that there is one.
func TestNumbersAreMasked(t *testing.T) {
	w := newWorld(t)
	w.converse(message{number: "0812-0000-0101", text: "mohon modal usaha 3 juta untuk warung pak"})
	w.converse(message{from: "Tanpa Nomor", text: "mohon pelatihan pembukuan untuk koperasi kami"})
	viewer, officer := w.as(w.staff("sari", store.Viewer)), w.as(w.staff("ratna", store.Officer))
	for _, path := range []string{"/triage", "/proposals/USL-2020-0001", "/proposals", "/ledger", "/ledger/1", "/proposals/USL-2020-0001?part=row", "/proposals/USL-2020-0001?part=reading"} {
		if body := viewer.get(path).body; strings.Contains(body, "0000-0101") || strings.Contains(body, "6281200000101") {
			t.Errorf("who only reads gets the number at %s", path)
		}
		if body := officer.get(path).body; !strings.Contains(body, "0812-0000-0101") {
			t.Errorf("who triages lacks the number at %s", path)
		}
	}
	if body := officer.get("/proposals/USL-2020-0002").body; !strings.Contains(body, "nomor belum diketahui") {
		t.Error("nobody says that a number is not known")
	}
}

// A burst reads as one text: what was edited as it is now, what was taken back
// behind a click, what is on its way with its size.
func TestChatOnThePaper(t *testing.T) {
	w := newWorld(t)
	w.converse(evening()...)
	p := w.as(w.staff("ratna", store.Officer)).get("/proposals/USL-2020-0001")
	if p.status != http.StatusOK {
		t.Fatalf("status %d", p.status)
	}
	for _, want := range []string{
		"WhatsApp, 11 pesan", "utk 22 pedagang", "disunting", "utk 20 pedagang", "Pengirim menarik pesan ini",
		"Lahan kosong dekat Jl. Cilenggang", "-6.30200, 106.66500", "https://www.openstreetmap.org/?mlat=-6.30200&amp;mlon=106.66500", `href="geo:-6.30200,106.66500"`,
		"Diteruskan", "Menjawab:", "Menyebut", "Cilenggang, Serpong?", "0.34", "1.11", "4,0 MB", "sedang diambil", "0812-0000-0107",
	} {
		if !strings.Contains(p.body, want) {
			t.Errorf("the paper lacks %q", want)
		}
	}
	if strings.Contains(p.body, "Pesan belum bisa dibaca") {
		t.Error("something is called unreadable that is not")
	}
}

// Who wrote under a hidden id and under a number is one person once that is
// known; a lead may part them again.
func TestParticipantsAreParted(t *testing.T) {
	w := newWorld(t)
	w.converse(
		message{from: "Bu Marni", lid: "777", text: "mohon bantuan modal untuk warung nasi uduk kami di Jombang pak"},
		message{from: "Marni Katering", number: "0812-0000-0101", after: time.Hour, text: "usul pelatihan pembukuan untuk ibu-ibu katering"},
		message{from: "Bu Marni", lid: "777", number: "0812-0000-0101", alias: true, after: time.Hour, text: "tambahan, warungnya dekat stasiun"},
	)
	officer := w.as(w.staff("ratna", store.Officer))
	body := officer.get("/proposals/USL-2020-0001").body
	says(t, "the panel", body, "0812-0000-0101", "1 usulan lain", "Gabungan", "Marni Katering", "ternyata orang yang sama")
	saysNot(t, "the panel", body, "777", ">Pisahkan</button>")
	lead := w.as(w.staff("wati", store.Lead))
	entry := regexp.MustCompile(`/mergers/(\d+)/undo`).FindStringSubmatch(lead.get("/proposals/USL-2020-0001").body)
	if entry == nil {
		t.Fatal("a lead finds no way to part them")
	}
	if p := officer.post("/mergers/"+entry[1]+"/undo", nil); p.status != http.StatusForbidden {
		t.Errorf("an officer parts them: status %d", p.status)
	}
	p := lead.post("/mergers/"+entry[1]+"/undo", nil, "Referer", lead.base+"/proposals/USL-2020-0001")
	if p.path != "/proposals/USL-2020-0001" {
		t.Errorf("parting leads to %s", p.path)
	}
	says(t, "the panel", p.body, "wati memisahkan")
	saysNot(t, "the panel", p.body, "1 usulan lain", "Gabungan")
}

// What cannot be shown says so where it was said, and a group is named.
func TestChatInAGroup(t *testing.T) {
	w := newWorld(t)
	in := func(from string, m message) message {
		m.from, m.lid = from, from
		m.chat.Room, m.chat.RoomName = "120363@g.us", "UMKM Pondok Aren"
		return m
	}
	w.converse(
		in("Bu Yuli", message{text: "mohon dibantu pemasaran kue kering kami di Pondok Aren, 12 ibu2"}),
		in("Bu Yuli", message{chat: intake.Chat{Unknown: "eventCoverImage"}, kind: intake.SmallMessage, fault: "unsupported"}),
		in("Bu Yuli", message{sealed: true}),
		in("Bu Yuli", message{text: "daftar yang salah", id: "G4"}),
		in("Admin Grup", message{revises: "G4", kind: intake.DeletionMessage}),
	)
	ratna := w.staff("ratna", store.Officer)
	w.decide(ratna, "USL-2020-0001", store.Decision{State: store.Tagged, Priority: "P2"})
	w.at = time.Now()
	w.converse(in("Bu Yuli", message{text: "tambahan pak, boleh minta kurasi kemasan juga"}))
	b := w.as(ratna)
	body := b.get("/proposals/USL-2020-0001").body
	says(t, "the paper", body, "di grup UMKM Pondok Aren", "Jenis pesan belum didukung (eventCoverImage). Buka di WhatsApp.",
		"Pesan belum bisa dibaca, pengirim sudah diminta mengirim ulang.", "Admin grup menghapus pesan ini pukul",
		"Satu pesan masuk atau berubah setelah keputusan ini.", "Pondok Aren?", "3 kiriman lanjutan masuk lewat WhatsApp.")
	says(t, "the sheet", b.get("/export.csv").body, "daftar yang salah")
	says(t, "the row", b.get("/ledger/2").body, "Jenis pesan belum didukung (eventCoverImage).")

	w.converse(message{from: "Pak Iwan", number: "0812-0000-0109", what: intake.Call})
	says(t, "the row of a call", b.get("/ledger/7").body, "panggilan", "Tanpa isi.")
	saysNot(t, "the row of a call", b.get("/ledger/7").body, "diminta mengirim ulang")
}

// What could not be fetched is asked for again without scripts too, by who triages.
func TestMediaIsAskedForAgain(t *testing.T) {
	w := newWorld(t)
	w.converse(message{from: "Bu Marni", number: "0812-0000-0101", kind: intake.MediaMessage, text: "surat kami",
		files: []intake.Attachment{{Name: "foto.jpg", Type: "image/jpeg", Role: intake.File, Size: 2048, Absent: true}}})
	if err := w.phone.Unfetched(t.Context(), 1, "media_gone", time.Time{}); err != nil {
		t.Fatal(err)
	}
	path := "/proposals/USL-2020-0001"
	viewer, officer := w.as(w.staff("sari", store.Viewer)), w.as(w.staff("ratna", store.Officer))
	saysNot(t, "a viewer's paper", viewer.get(path).body, "/attachments/1/fetch")
	says(t, "an officer's paper", officer.get(path).body, "Tidak tersedia lagi di WhatsApp.", `action="/attachments/1/fetch"`)
	if p := viewer.post("/attachments/1/fetch", nil); p.status != http.StatusForbidden {
		t.Errorf("a viewer asks for it: status %d", p.status)
	}
	p := officer.post("/attachments/1/fetch", nil, "Referer", officer.base+path)
	if p.path != path {
		t.Errorf("asking leads to %s", p.path)
	}
	saysNot(t, "the paper", p.body, "Tidak tersedia lagi")
	if wanted, err := w.phone.Wanted(t.Context(), 10); err != nil || len(wanted) != 1 {
		t.Errorf("%d wanted, %v", len(wanted), err)
	}
	if p := officer.get("/attachments/1"); p.status != http.StatusNotFound {
		t.Errorf("its bytes are status %d", p.status)
	}
	if p := officer.post("/attachments/1/fetch", nil, "Referer", "https://luar.example/x"); p.path == "/x" {
		t.Errorf("another site's page is gone back to")
	}
}
