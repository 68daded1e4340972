package intake_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
)

// say is one line of a conversation in a test: when, who, what.
type say struct {
	at     time.Duration
	who    string
	kind   intake.MessageType
	text   string
	target int // the line it is about, from 1
	fwd    bool
}

// gather runs a conversation through the rules and writes what came of it:
// proposals as lists of line numbers, cuts as "|", then what makes none.
func gather(lines []say) string {
	own := map[string][]*intake.Burst{}
	var bursts []*intake.Burst
	var none []string
	name := func(i int) string { return fmt.Sprint(i) }
	for i, l := range lines {
		m := intake.ChatMessage{ID: name(i + 1), Sender: l.who, At: time.Unix(0, 0).Add(l.at), Type: l.kind, Text: l.text, Forwarded: l.fwd}
		if m.Type == "" {
			m.Type = intake.TextMessage
		}
		if l.target > 0 {
			m.Target = name(l.target)
		}
		b, alone := intake.Gather(m, own[l.who], intake.Quiet)
		switch {
		case alone:
			none = append(none, m.ID)
		case b != nil:
			b.Messages = append(b.Messages, m)
		default:
			b = &intake.Burst{Messages: []intake.ChatMessage{m}}
			own[l.who] = append(own[l.who], b)
			bursts = append(bursts, b)
		}
	}
	var out []string
	for _, b := range bursts {
		var parts []string
		for _, p := range b.Parts() {
			parts = append(parts, strings.Join(p, " "))
		}
		if b.Proposes() {
			out = append(out, strings.Join(parts, " | "))
		} else {
			none = append(none, strings.Join(parts, " "))
		}
	}
	return strings.Join(out, "; ") + " / " + strings.Join(none, " ")
}

// What is said in few words, without a word of asking, is seen in triage all the
// same; what says nothing is not.
func TestProposes(t *testing.T) {
	for text, want := range map[string]bool{
		"toilet pasar rusak": true, "satpol pp gusur kami lagi kemarin": true, "kios no 12 bocor": true, "internet gratis di pasar": true,
		"kami kesulitan bahan baku kedelai": true, "koperasi kami mati suri": true, "banjir": true, "kedelai mahal": true,
		"izin PIRT mahal sekali": true, "sepi pembeli pak": true, "pelatihan barista": true, "lampu jalan": true,
		"kl bisa ada guru dari dinas yg ngajarin": true, "daftarnya diumumin dong biar bs milih": true, "bisa ga sih galeri buka malam?": false,
		"": false, "p": false, "tes": false, "Assalamualaikum wr wb": false, "makasih infonya bu 🙏": false, "ok siap pak nanti saya kirim": false,
		"kapan pelatihannya pak?": false, "ada yg tau parkirnya gratis ga?": false, "waalaikumsalam, baik bu": false, "👍👍": false,
		"hehe iya": false, "selamat pagi bapak ibu semua": false,
	} {
		b := intake.Burst{Messages: []intake.ChatMessage{{ID: "1", Type: intake.TextMessage, Text: text}}}
		if got := b.Proposes(); got != want {
			t.Errorf("%q proposes: %v, want %v", text, got, want)
		}
	}
}

func TestGather(t *testing.T) {
	const s, m, h, day = time.Second, time.Minute, time.Hour, 24 * time.Hour
	for _, tc := range []struct {
		name  string
		lines []say
		want  string
	}{
		{"FragmentsAreOneProposal", []say{{0, "a", "", "Assalamualaikum", 0, false}, {9 * s, "a", "", "sy tini dari rengas", 0, false}, {40 * s, "a", "", "mau usul", 0, false}, {70 * s, "a", "", "mesin pengering buat laundry", 0, false}}, "1 2 3 4 / "},
		{"GreetingQuestionAndThanksMakeNone", []say{{0, "a", "", "Assalamualaikum wr wb", 0, false}, {10 * s, "a", "", "acaranya jam berapa pak?", 0, false}, {7 * m, "a", "", "makasih pak", 0, false}}, " / 1 2 3"},
		{"ThanksTheNextHourMakesNone", []say{{0, "a", "", "usul tenda seragam utk pkl", 0, false}, {3 * h, "a", "", "terima kasih pak sudah ditampung 🙏", 0, false}}, "1 / 2"},
		{"AnEmojiAndAStickerMakeNone", []say{{0, "a", "", "👍", 0, false}, {5 * s, "a", intake.SmallMessage, "", 0, false}}, " / 1 2"},
		{"AnotherMatterHoursLaterIsAnotherProposal", []say{{0, "a", "", "usul pelatihan kemasan sambel", 0, false}, {2 * h, "a", "", "kami juga minta tempat jualan pagi di setu", 0, false}}, "1; 2 / "},
		{"TwoSendersStayApart", []say{{0, "a", "", "Usul galeri buka malam", 0, false}, {30 * s, "b", "", "Usul parkir gratis di galeri", 0, false}, {45 * s, "a", "", "sama hari minggu juga", 0, false}, {time.Minute, "b", "", "motor aja gapapa", 0, false}}, "1 3; 2 4 / "},
		{"AgreeingMakesNone", []say{{0, "a", intake.MediaMessage, "surat usulan koperasi melati", 0, false}, {20 * s, "b", "", "setuju pak", 1, false}, {30 * s, "c", "", "dukung 👍", 1, false}}, "1 / 2 3"},
		{"AReactionMakesNone", []say{{0, "a", "", "usul lampu di sentra pkl", 0, false}, {5 * s, "b", intake.ReactionMessage, "👍", 1, false}}, "1 / 2"},
		{"AQuoteOfOnesOwnJoinsADayLater", []say{{0, "a", "", "usul tenda seragam utk pkl", 0, false}, {day, "a", "", "warnanya biru aja pak", 1, false}}, "1 2 / "},
		{"ACorrectionJoinsHoursLater", []say{{0, "a", "", "mohon bantuan modal 5jt buat jahit", 0, false}, {3 * h, "a", "", "*ralat* 15jt", 0, false}}, "1 2 / "},
		{"AStarredFigureJoins", []say{{0, "a", "", "mohon 25 lapak di parigi", 0, false}, {h, "a", "", "*35", 0, false}}, "1 2 / "},
		{"AWithdrawalJoins", []say{{0, "a", "", "mohon bantuan modal 5jt", 0, false}, {5 * h, "a", "", "gajadi pak, abaikan ya", 0, false}}, "1 2 / "},
		{"AnAdditionJoinsTheNextDay", []say{{0, "a", "", "Kami 12 pedagang minta lokasi resmi", 0, false}, {18 * h, "a", "", "Tambahan pak: sekalian ada keran air", 0, false}}, "1 2 / "},
		{"ADeletionAndTheNewTextAreOne", []say{{0, "a", "", "usul gerobak baru 3 bh", 0, false}, {20 * s, "a", intake.DeletionMessage, "", 1, false}, {m, "a", "", "usul gerobak baru 5 buah", 0, false}}, "1 2 3 / "},
		{"ALateEditGoesWithItsMessage", []say{{0, "a", "", "usul gerobak 3", 0, false}, {5 * h, "a", "", "usul kelas komputer koperasi", 0, false}, {5*h + m, "a", intake.EditMessage, "usul gerobak 5", 1, false}}, "1 3; 2 / "},
		{"WhatWasAnnouncedWaits", []say{{0, "a", "", "mau usul pak", 0, false}, {25 * m, "a", "", "pinjaman lunak 2jt buat warung", 0, false}}, "1 2 / "},
		{"APictureWithoutAWordBelongsToWhatCameBefore", []say{{0, "a", "", "koperasi kami butuh aplikasi simpan pinjam", 0, false}, {30 * m, "a", intake.MediaMessage, "", 0, false}}, "1 2 / "},
		{"AVoiceNoteAloneProposes", []say{{0, "a", intake.MediaMessage, "", 0, false}}, "1 / "},
		{"APlaceWithWordsProposes", []say{{0, "a", intake.PlaceMessage, "", 0, false}, {12 * s, "a", "", "di sini pak lahannya utk PKL", 0, false}}, "1 2 / "},
		{"APlaceAloneDoesNot", []say{{0, "a", intake.PlaceMessage, "", 0, false}}, " / 1"},
		{"NumberedRequestsHintAtCuts", []say{{0, "a", "", "1. pelatihan excel buat pengurus", 0, false}, {20 * s, "a", "", "2. bantuan etalase", 0, false}, {40 * s, "a", "", "3. tempat jualan malam", 0, false}}, "1 | 2 | 3 / "},
		{"ForwardedAndOnesOwnHintAtACut", []say{{0, "a", "", "Usul pelatihan pajak koperasi. Dari Pak Joko", 0, true}, {15 * s, "a", "", "itu dari pak joko, hp nya mati", 0, false}, {m, "a", "", "kalau saya sendiri usul kios semi permanen di rempoa", 0, false}}, "1 2 | 3 / "},
		{"WhatWasMeantForSomebodyElseMakesNone", []say{{0, "a", "", "bang nanti jemput adek jam 4 di sekolah ya", 0, false}, {50 * s, "a", "", "aduh maaf salah kirim", 0, false}}, " / 1 2"},
		{"AWrongPictureDoesNotUndoTheRequest", []say{{0, "a", "", "mohon bantuan oven utk 8 pembuat kue", 0, false}, {30 * s, "a", "", "maaf td salah kirim foto", 0, false}}, "1 2 / "},
		{"NewsPassedOnMakesNone", []say{{0, "a", "", "INFO jadwal vaksin gratis puskesmas minggu depan, bagikan ke keluarga semua", 0, true}, {40 * s, "a", "", "cuma share pak", 0, false}}, " / 1 2"},
		{"HalfASentenceJoinsWithinTheHour", []say{{0, "a", "", "usul bantuan etalase utk warung", 0, false}, {25 * m, "a", "", "sm kompor dua tungku", 0, false}, {3 * h, "a", "", "sama-sama pak", 0, false}}, "1 2 / 3"},
		{"AskingToBeToldMakesNone", []say{{0, "a", "", "mohon info cara daftar koperasi", 0, false}, {8 * h, "a", "", "mau tanya syarat pinjaman", 0, false}}, " / 1 2"},
		{"APictureExplainedLaterIsOne", []say{{0, "a", intake.MediaMessage, "", 0, false}, {20 * m, "a", "", "itu foto kios kami yg bocor", 0, false}}, "1 2 / "},
		{"WhoNeedsItHintsAtNoCut", []say{{0, "a", "", "mohon pinjaman modal utk anggota", 0, false}, {m, "a", "", "usaha saya gorengan di pondok aren, butuh gerobak pengganti", 0, false}}, "1 2 / "},
		{"DetailsOfOneRequestHintAtNone", []say{{0, "a", "", "usul kelas jahit buat ibu2", 0, false}, {30 * m, "a", "", "satu lagi pak, jadwalnya hari sabtu aja", 0, false}}, "1 2 / "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if d := cmp.Diff(tc.want, gather(tc.lines)); d != "" {
				t.Error(d)
			}
		})
	}
}
