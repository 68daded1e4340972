// Package storetest fills databases with invented proposals, for benchmarks
// that want many.
package storetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"usulan/intake"
	"usulan/store"
)

// Settings is a forum with six priorities.
func Settings() store.Settings {
	s := store.Settings{
		Forum: store.Forum{
			Name: "Forum Perangkat Daerah", Prefix: "USL", Year: 2020, PlanYear: 2021,
			Opens: Opens, Closes: Opens.AddDate(0, 1, 0),
		},
		Reasons: []store.Reason{{Code: "duplicate", Title: "Duplikat usulan lain", Gloss: "Duplicate"}},
	}
	for i, short := range [...]string{"MODAL", "MUTU", "SDM-KOP", "SERBUK", "PKL", "GALERI"} {
		s.Priorities = append(s.Priorities, store.Priority{Code: fmt.Sprintf("P%d", i+1), Short: short, Title: short})
	}
	return s
}

// Opens is when the invented forum opens.
var Opens = time.Date(2020, 3, 1, 0, 0, 0, 0, time.UTC)

// Every fourth proposal is written in a chat.
const everyChat = 4

// chunk is how many proposals are recorded in one go.
const chunk = 64

// Fill records n short proposals through the ledgers of email/forum and
// ChatSource, on top of those it recorded before. Of the first decided ones a
// part is tagged or set aside by the staff member.
func Fill(ctx context.Context, db *store.DB, n, decided int, staff int64) error {
	if err := db.Configure(ctx, Settings()); err != nil {
		return err
	}
	mails, err := open(ctx, db, "email/forum", intake.Place{Folder: "INBOX", Epoch: 1})
	if err != nil {
		return err
	}
	chats, err := open(ctx, db, ChatSource, intake.Place{})
	if err != nil {
		return err
	}
	for i := int(mails.pos.Last) / chunk * chunk; i < n; i += chunk {
		var letters, messages []intake.Item
		for j := i; j < min(i+chunk, n); j++ {
			if j%everyChat == everyChat-1 {
				messages = append(messages, Chat(j)...)
				continue
			}
			s := mail(j, 200, 700)
			letters = append(letters, intake.Item{ID: uint32(j + 1), ReceivedAt: s.ReceivedAt, Size: s.Raw.Size, Submission: s})
		}
		if err := mails.record(ctx, letters); err != nil {
			return err
		}
		if err := chats.record(ctx, messages); err != nil {
			return err
		}
	}
	if err := errors.Join(mails.ledger.Release(ctx), chats.ledger.Release(ctx)); err != nil {
		return err
	}
	return decide(ctx, db, decided, staff)
}

// book is a ledger and the place that is written into.
type book struct {
	ledger  intake.Ledger
	place   intake.Place
	pos     intake.Position
	renewed time.Time
}

func open(ctx context.Context, db *store.DB, source string, place intake.Place) (*book, error) {
	l, err := db.Acquire(ctx, source)
	if err != nil {
		return nil, err
	}
	pos, err := l.Position(ctx, place, 0)
	return &book{ledger: l, place: place, pos: pos, renewed: time.Now()}, err
}

func (b *book) record(ctx context.Context, items []intake.Item) error {
	if time.Since(b.renewed) > 10*time.Second {
		if err := b.ledger.Renew(ctx); err != nil {
			return err
		}
		b.renewed = time.Now()
	}
	for len(items) > 0 {
		k, err := b.ledger.Record(ctx, b.place, items)
		if err != nil {
			return err
		}
		items = items[k:]
	}
	return nil
}

// decide decides on every second one of the first n proposals, evenly over the priorities.
func decide(ctx context.Context, db *store.DB, n int, staff int64) error {
	for number := 2; number <= n; number += 2 {
		ref := fmt.Sprintf("USL-2020-%04d", number)
		found, err := db.Summaries(ctx, []string{ref})
		if err != nil || len(found) == 0 || found[0].State != store.New {
			return err
		}
		d := store.Decision{State: store.Tagged, Priority: fmt.Sprintf("P%d", number/2%6+1)}
		if number%20 == 0 {
			d = store.Decision{State: store.SetAside, Reason: "duplicate"}
		}
		if _, err := db.Decide(ctx, store.Actor{Staff: staff}, ref, found[0].Version, d); err != nil {
			return err
		}
	}
	return nil
}

// Mail invents the i-th mail, some 5 KiB of it. The same i gives the same mail.
func Mail(i int) *intake.Submission { return mail(i, 900, 1800) }

// mail invents the i-th mail, its text at least least and at most more bytes longer.
func mail(i, least, more int) *intake.Submission {
	r := rand.New(rand.NewPCG(uint64(i), 42))
	from := fmt.Sprintf("warga%d@example.id", r.IntN(200_000))
	name := title(pick(r, first)) + " " + title(pick(r, last))
	subject := "Usulan " + phrase(r, 3+r.IntN(4))
	text := body(r, least+r.IntN(more))
	raw := fmt.Sprintf("Return-Path: <%s>\r\nReceived: from mx.example.id\r\n\tby mail.example.id; Tue, 17 Mar 2020 10:00:00 +0700\r\n"+
		"From: %s <%s>\r\nTo: usulan@example.id\r\nSubject: %s\r\nMessage-ID: <%d@example.id>\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n--b\r\n"+
		"Content-Type: text/html; charset=utf-8\r\n\r\n<p>%s</p>\r\n--b--\r\n",
		from, name, from, subject, i, text, strings.ReplaceAll(text, "\n\n", "</p>\n<p>"))
	s := &intake.Submission{
		Kind: intake.Message, ExternalID: fmt.Sprintf("%d@example.id", i),
		ContentHash: sha256.Sum256([]byte(raw)),
		From:        intake.Address{Kind: intake.Email, Value: from, Shown: from, Name: name},
		Subject:     subject, Text: text,
		SentAt: Opens.Add(time.Duration(i) * 2 * time.Second), ReceivedAt: Opens.Add(time.Duration(i) * 2 * time.Second),
		Raw: intake.NewRaw([]byte(raw)),
	}
	html := strings.Index(raw, "<p>")
	s.Attachments = []intake.Attachment{{Name: "text.html", Type: "text/html; charset=utf-8", Role: intake.HTML,
		Size: int64(len(raw) - html - 7), Hash: sha256.Sum256([]byte(raw[html:])), Offset: int64(html), Length: int64(len(raw) - html - 7)}}
	if i%10 == 0 {
		s.Attachments = append(s.Attachments, intake.Attachment{Name: "surat permohonan.pdf", Type: "application/pdf", Role: intake.File,
			Size: 100, Offset: 10, Length: 100})
	}
	return s
}

func body(r *rand.Rand, size int) string {
	var b strings.Builder
	for b.Len() < size {
		b.WriteString(title(phrase(r, 6+r.IntN(12))))
		if b.WriteString(". "); r.IntN(4) == 0 {
			b.WriteString("\n\n")
		}
	}
	return b.String()
}

func phrase(r *rand.Rand, n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = word(r)
	}
	return strings.Join(words, " ")
}

// word is common five times in six; the others get rarer and rarer, as words do.
func word(r *rand.Rand) string {
	if r.IntN(6) > 0 {
		return pick(r, common)
	}
	n := int(math.Pow(100_000, r.Float64())) - 1
	k := len(syllables)
	w := syllables[n%k] + syllables[n/k%k] + syllables[n/k/k%k]
	switch n % 6 {
	case 0:
		return "per" + w + "an"
	case 1:
		return "meng" + w + "kan"
	}
	return w
}

func pick(r *rand.Rand, words []string) string { return words[r.IntN(len(words))] }

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

var (
	first  = strings.Fields("marni ujang asep neneng rosidah tatang euis dadang sumarni yanto wulan bagas slamet tini")
	last   = strings.Fields("suryani hidayat permana kusnadi lestari mulyana saputra rahmawati gunawan anggraini")
	common = strings.Fields(`mohon usul kami warga agar pemerintah kota bantuan modal usaha kecil permodalan pinjaman lunak bunga ringan
		pelatihan kemasan produk pengurus koperasi pembukuan laporan keuangan anggota pedagang kaki lima lapak jualan tenda gerobak
		pasar galeri gedung pameran promosi penjualan kualitas mutu sertifikat halal izin edar merek dinas kecamatan kelurahan
		untuk dengan yang dan di ke dari pada tidak sudah belum akan bisa dapat lebih banyak setiap bulan tahun hari tempat jalan
		depan kantor sekolah ibu bapak terima kasih atas perhatian hormat saya kelompok perempuan pemuda penyandang disabilitas
		mengusulkan meningkatkan membantu menyediakan mengadakan memfasilitasi pendampingan penataan lokasi pembinaan`)
	syllables = strings.Fields(`ba bi bu da di du ga gi gu ja ji ju ka ki ku la li lu ma mi mu na ni nu pa pi pu ra ri ru sa si su ta ti tu
		wa wi ya yu cang tang ban san ler mos pek`)
)
