package email

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
)

// shown is what a text says when its quotations and signatures are folded, with
// single spaces, and header what its forward headers hold.
func shown(text string, ranges []intake.Range) (words, header string) {
	var w, h strings.Builder
	at := 0
	for _, r := range ranges {
		w.WriteString(text[at:r.Start] + "\n")
		if r.Kind == intake.ForwardHeader {
			h.WriteString(text[r.Start:r.End] + "\n")
		}
		at = r.End
	}
	w.WriteString(text[at:])
	return strings.Join(strings.Fields(w.String()), " "), strings.Join(strings.Fields(h.String()), " ")
}

func TestQuotesAreFolded(t *testing.T) {
	tests := []struct{ name, subject, text, want string }{
		{"Gmail", "Re: Forum", "Saya setuju dengan jadwal itu.\n\nPada Sel, 17 Mar 2020 pukul 10.15 Forum Koperasi <forum@contoh.id>\nmenulis:\n\n> Rapat hari Kamis.\n> Mohon kabar.\n", "Saya setuju dengan jadwal itu."},
		{"Gmail, verb on a line of its own", "", "Hadir.\nPada tanggal Sel, 17 Mar 2020 10.15, Forum Koperasi dan UKM Kota <\nforum@contoh.id>\nmenulis:\n> Rapat.\n", "Hadir."},
		{"Gmail, address closed on the next line", "", "Hadir.\n\nPada Sel, 17 Mar 2020 10.15 Forum <forum@contoh.id\n> menulis:\n\n> Rapat.\n", "Hadir."},
		{"older, name in quotes", "", "Baik.\n\nPada 3 Apr 2014 11.03, \"Bu Marni\" <marni@contoh.id> menulis:\n> Halo", "Baik."},
		{"without marks below", "", "Baik, saya kirim.\n\nPada Selasa, 17 Maret 2020 10.15.30 WIB, Siti <siti@contoh.id> menulis:\n\nTolong kirim daftarnya.\n\nSiti", "Baik, saya kirim."},
		{"on the line of the reply", "", "Setuju Pada Sel, 17 Mar 2020 pukul 10.15 Siti <siti@contoh.id> menulis:\n> Bagaimana?", "Setuju"},
		{"Thunderbird, reply below", "", "Pada 17/03/20 10.15, Siti menulis:\n> Siapa yang hadir?\n\nSaya dan Pak Budi.\n", "Saya dan Pak Budi."},
		{"answers between", "", "Pada 17/03/20 10.15, Siti menulis:\n> Siapa yang hadir?\nSaya.\n> Jam berapa?\n\nJam sembilan.\n\n> Terima kasih\n", "Saya. Jam sembilan."},
		{"answers between, no attribution", "Bls: rapat", "> Siapa yang hadir?\nSaya.\n> Jam berapa?\nJam sembilan.\n", "Saya. Jam sembilan."},
		{"nested", "", "Ya.\n\nOn 17 Mar 2020, at 10:15, Siti <siti@contoh.id> wrote:\n> Pak?\n>\n> On 16 Mar 2020, at 09:00, Budi <budi@contoh.id> wrote:\n>> Halo\n", "Ya."},
		{"Outlook, Indonesian", "RE: usulan", "Terlampir.\n\nDari: Siti Aminah <siti@contoh.id>\nDikirim: Selasa, 17 Maret 2020 10.15\nKepada: Koperasi Maju\nSubjek: usulan\n\nMohon lampirannya.\n", "Terlampir."},
		{"Outlook, names only", "RE: usulan", "Terlampir.\n\n________________________________\nDari: Siti Aminah\nTerkirim: 17 Maret 2020 10:15\nKe: Koperasi Maju\nTembusan: Pak Camat\nPerihal: usulan\n\nMohon lampirannya.\n", "Terlampir."},
		{"Outlook, English", "", "Done.\n\nFrom: Siti [mailto:siti@contoh.id]\nSent: Tuesday, March 17, 2020 10:15 AM\nTo: Koperasi\nCc: Budi <budi@contoh.id>;\n Ani <ani@contoh.id>\nSubject: list\n\nPlease send it.", "Done."},
		{"bold names", "Re: list", "Done.\n\n*From:* Siti\n*Sent:* Tuesday, March 17, 2020 10:15 AM\n*To:* Koperasi\n*Subject:* list\n\nPlease.", "Done."},
		{"paragraphs", "Re: list", "Done.\n\nFrom: Siti\n\nSent: Tuesday, March 17, 2020 10:15 AM\n\nTo: Koperasi\n\nSubject: list\n\nPlease.", "Done."},
		{"Yahoo", "", "Siap.\n\n--------------------------------------------\nPada Sel, 17/3/20, Siti <siti@contoh.id> menulis:\n\n Judul: rapat\n Hadir ya.", "Siap."},
		{"original message", "", "Siap.\n\n-----Pesan Asli-----\nHadir ya.", "Siap."},
		{"Hotmail", "", "Ok\n\nDate: Tue, 17 Mar 2020 10:15:00 +0700\nFrom: siti@contoh.id\nTo: budi@contoh.id\nSubject: rapat\n\nHadir ya.", "Ok"},
		{"Zimbra", "", "Ok\n\n----- Original Message -----\nFrom: \"Siti\" <siti@contoh.id>\nTo: \"Budi\" <budi@contoh.id>\nSent: Tuesday, March 17, 2020 10:15:00 AM\nSubject: rapat\n\nHadir ya.", "Ok"},
		{"Zoho", "", "Ok\n\n---- On Tue, 17 Mar 2020 10:15:00 +0700 siti@contoh.id wrote ----\n\nHadir ya.", "Ok"},
		{"Samsung", "", "Ok\n\n-------- Pesan asli --------\nDari: Siti <siti@contoh.id>\nTanggal: 17/03/20 10.15 (GMT+07:00)\nKe: budi@contoh.id\nPerihal: rapat\n\nHadir ya.", "Ok"},
		{"GMX, date first", "", "Ok\n\nGesendet: Dienstag, 17. März 2020 um 10:15 Uhr\nVon: \"Siti\" <siti@contoh.id>\nAn: budi@contoh.id\nBetreff: Treffen\n\nKommst du?", "Ok"},
		{"French", "", "Oui.\n\nLe mar. 17 mars 2020 à 10:15, Siti <siti@contoh.id>\na écrit :\n\n> Tu viens ?", "Oui."},
		{"Dutch", "", "Ja.\n\nOp di 17 mrt. 2020 om 10:15 schreef Siti <siti@contoh.id>:\n\nKom je?", "Ja."},
		{"German", "", "Ja.\n\nAm Di., 17. März 2020 um 10:15 Uhr schrieb Siti <\nsiti@contoh.id>:\n\nKommst du?", "Ja."},
		{"German, name first", "", "Ja.\n\nSiti <siti@contoh.id> schrieb am Di., 17. März 2020 um 10:15 Uhr:\n\nKommst du?", "Ja."},
		{"Spanish", "", "Sí.\n\nEl mar, 17 mar 2020 a las 10:15, Siti (<siti@contoh.id>) escribió:\n\n¿Vienes?", "Sí."},
		{"Portuguese", "", "Sim.\n\nEm ter., 17 de mar. de 2020 às 10:15, Siti <siti@contoh.id> escreveu:\n\nVens?", "Sim."},
		{"Turkish", "", "Evet.\n\nSiti <siti@contoh.id>, 17 Mar 2020 Sal, 10:15 tarihinde şunu yazdı:\n\nGeliyor musun?", "Evet."},
		{"Hungarian", "", "Igen.\n\nSiti <siti@contoh.id> ezt írta (időpont: 2020. márc. 17., K, 10:15):\n\nJössz?", "Igen."},
		{"Russian, no verb", "", "Да.\n\nвт, 17 мар. 2020 г. в 10:15, Siti <siti@contoh.id>:\n\nПридёшь?", "Да."},
		{"Russian block", "", "Да.\n\nОт: Siti <siti@contoh.id>\nОтправлено: 17 марта 2020 г. 10:15\nКому: budi@contoh.id\nТема: встреча\n\nПридёшь?", "Да."},
		{"Chinese", "", "好\n\nSiti <siti@contoh.id> 于2020年3月17日周二 上午10:15写道：\n\n来吗", "好"},
		{"Chinese, Apple", "", "好\n\n在 2020年3月17日，上午10:15，Siti <siti@contoh.id> 写道：\n\n来吗", "好"},
		{"QQ", "", "好\n\n------------------ 原始邮件 ------------------\n发件人: \"Siti\" <siti@contoh.id>;\n发送时间: 2020年3月17日(星期二) 上午10:15\n收件人: \"Budi\"<budi@contoh.id>;\n主题: 会议\n\n来吗", "好"},
		{"Japanese", "", "はい\n\n2020年3月17日(火) 10:15 Siti <siti@contoh.id>:\n\n> 来ますか", "はい"},
		{"Korean", "", "네\n\n2020년 3월 17일 (화) 오전 10:15, Siti <siti@contoh.id>님이 작성:\n\n> 오세요?", "네"},
		{"Vietnamese", "", "Vâng\n\nVào Th 3, 17 thg 3, 2020 vào lúc 10:15 Siti <siti@contoh.id> đã viết:\n\n> Anh đến không?", "Vâng"},
		{"quoted line broken on its way", "", "Ya.\n\nPada 17/03/20 10.15, Siti menulis:\n> Mohon dikirim daftar nama semua anggota koperasi yang akan hadir pada hari\nkamis pagi di aula\n> kecamatan.\n", "Ya."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, _ := shown(tt.text, findRanges(tt.subject, tt.text, nil)); got != tt.want {
				t.Errorf("shown: got %q, want %q", got, tt.want)
			}
		})
	}
}

// What people write stays to be seen, however much it looks like what programs
// write.
func TestWordsAreNotFolded(t *testing.T) {
	tests := []struct{ name, subject, text string }{
		{"empty", "", ""},
		{"blank", "", " \n\t\n"},
		{"letter", "", "Kepada Yth.\nKepala Dinas Koperasi dan UKM\n\nNomor : 12/KSU/III/2020\nLampiran : 1 berkas\nPerihal : Usulan pelatihan\n\nDengan hormat,\nBersama ini kami ajukan pelatihan pembukuan."},
		{"letter with a colon after Kepada", "", "Kepada: Kepala Dinas\nPerihal: Usulan lapak\n\nKami minta lapak."},
		{"memorandum", "", "Assalamualaikum,\n\nNOTA DINAS\nDari : Lurah Serpong\nKepada : Kepala Dinas\nTanggal : 16 Maret 2020\nPerihal : Usulan gerobak\n\nKami minta sepuluh gerobak."},
		{"memorandum with addresses", "", "Selamat pagi.\n\nDari: Lurah Serpong <lurah@contoh.id>\nKepada: dinas@contoh.id\nPerihal: Usulan gerobak\n\nKami minta sepuluh gerobak."},
		{"form", "", "Berikut data kami.\nDari: KUB Mawar (mawar@contoh.id)\nTanggal: 16 Maret 2020 10.15\nUsulan: oven\nJumlah: 2"},
		{"he wrote in 2018", "", "Pada tahun 2018 Bapak Wali Kota menulis:\n\nSetiap kelurahan mendapat satu gedung. Kami menagihnya."},
		{"he wrote on a day", "", "Kami ingatkan.\n\nPada tanggal 3 Maret 2018 pukul 10.00 Bapak Camat menulis:\n\nLapak akan dibangun."},
		{"he wrote, with an address in the sentence", "", "Pada 3 Maret 2018 kami menulis surat ke dinas@contoh.id dengan isi sebagai berikut:\n\nMohon lapak."},
		{"on the other hand", "", "On the one hand we need stalls.\nOn the other hand we need 3 ovens, and my chairman wrote:\n\nask for both."},
		{"a list of dates", "", "Jadwal kami:\n17/03/2020 10.15 rapat\n18/03/2020 13.00 kunjungan\n2020-03-19 08:00 pelatihan:\n- pembukuan"},
		{"bullets by >", "", "Usulan kami:\n> pelatihan\n> modal\n> pemasaran\n> gedung"},
		{"comparison", "", "Anggota kami banyak:\n\n> 100 orang pada tahun 2019\n\nMohon bantuan."},
		{"arrows", "", "Lihat laman kami\n>>> >>>  www.contoh.id <<<\nTerima kasih"},
		{"mbox escape", "", "Yth. panitia\n>From Serpong kami mengirim salam\nTerima kasih"},
		{"the words original message", "", "Ini pesan asli dari warga, bukan salinan.\nPesan asli\nMohon dibaca."},
		{"rules between items", "", "Usulan satu: modal\n----\nUsulan dua: lapak\n====\nUsulan tiga: gedung"},
		{"-- between items", "", "Usulan satu: kami minta pelatihan pembukuan untuk dua puluh pengurus koperasi.\n--\nUsulan dua: kami minta lapak di samping pasar untuk anggota yang kena gusur tahun lalu.\n--\nUsulan tiga: gedung."},
		{"-- within a line", "", "Harga -- belum termasuk ongkos -- dua juta.\nTerima kasih"},
		{"closing and name", "", "Mohon bantuan modal.\n\nHormat kami,\nSiti Aminah\nKetua KUB Mawar\nJl. Raya Serpong 12\nHP 0812-0000-0000"},
		{"thanks and name", "", "Mohon bantuan modal.\n\nTerima kasih.\nWassalamualaikum Wr. Wb.\n\nTtd\nBudi"},
		{"sent from my village", "", "Mohon bantuan modal.\n\nDikirim dari kampung oleh Pak RT."},
		{"sent from, in a sentence", "", "Brosur kami sudah jadi.\nSent from my desk, it is easier than by phone."},
		{"sent from, further up", "", "Surat pertama:\nDikirim dari iPhone ke kantor, tidak dibaca.\nMohon dibaca kali ini."},
		{"confidential proposal", "", "Usulan ini bersifat rahasia karena menyangkut harga sewa lapak milik pemerintah daerah, mohon dijaga."},
		{"letter with an address and a time", "", "Selamat pagi.\n\nKepada: dinas@contoh.id\nPerihal: undangan\nWaktu: 17 Maret 2020 pukul 10.15\n\nMohon hadir."},
		{"minutes with a time", "Risalah", "Kami sampaikan.\n\nDari: RW 05\nKepada: RW 06\nTanggal: 16 Maret 2020 pukul 10.00\nHal: lapak\n\nDisepakati dua lapak."},
		{"a heading between dashes", "", "Kami sampaikan.\n---- Message from RT 05 ----\nKami minta lapak."},
		{"bullets by > in an answer", "Re: Forum", "Usulan kami:\n> pelatihan\n> modal\n"},
		{"a list about lists", "", "Usulan kami sudah di atas.\n____\nSatu lagi: milis untuk warga."},
		{"talk of unsubscribing", "", "Kami usul koran.\n---\nCara unsubscribe sulit sekali bagi anggota yang tua, mohon dibuat mudah saja.\nSekian usul kami tentang hal itu.\nSatu lagi: lapak.\nSatu lagi: gerobak.\nSatu lagi: tenda.\nSatu lagi: modal.\nSatu lagi: oven."},
		{"a mail that is all quotation", "Re: rapat", "> Hadir ya.\n> Jam sembilan.\n> Di aula.\n"},
		{"a mail that is all below an attribution", "", "Pada Sel, 17 Mar 2020 pukul 10.15 Siti <siti@contoh.id> menulis:\n\nHadir ya."},
		{"code", "", "```\n// Sent from my mailer\nsignature: '--\\nBudi'\n```\nItu contohnya."},
		{"only a signature", "", "--\nBudi"},
		{"From within sentences", "", "Mail comes from: budi@contoh.id and from: siti@contoh.id.\nThe data comes From: our books, not From: yours."},
		{"answers between the lines, as announced", "RE: data", "Jawaban kami di bawah, warna merah.\n\nDari: Dinas <dinas@contoh.id>\nDikirim: Selasa, 17 Maret 2020 10.15\nKepada: KSU Mawar\nSubjek: data\n\nBerapa anggota? Dua puluh.\nDi mana? Di Serpong."},
		{"appointment", "", "Undangan wawancara:\n\nTanggal: Rabu 3 Oktober 2019\nWaktu: 07.00\nTempat: Jl. Raya 130\n\nBawa KTP."},
		{"WhatsApp export", "", "Kami salin percakapan:\n[17/03/20 10.42.05] Bu Marni: mohon lapak\n[17/03/20 10.43.10] Pak Budi: saya juga"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := strings.Join(strings.Fields(tt.text), " ")
			if got, _ := shown(tt.text, hiding(findRanges(tt.subject, tt.text, nil))); got != want {
				t.Errorf("shown: got %q, want all of %q", got, want)
			}
		})
	}
}

// hiding keeps the ranges under which words disappear.
func hiding(ranges []intake.Range) []intake.Range {
	var kept []intake.Range
	for _, r := range ranges {
		if r.Kind != intake.ForwardHeader {
			kept = append(kept, r)
		}
	}
	return kept
}

func TestForwards(t *testing.T) {
	const header = "Dari: Siti Aminah <siti@contoh.id>\nTanggal: Sel, 17 Mar 2020 pukul 10.15\nSubjek: Usulan\nKepada: Lurah <lurah@contoh.id>\n"
	siti := intake.Address{Kind: intake.Email, Value: "siti@contoh.id", Shown: "siti@contoh.id", Name: "Siti Aminah"}
	tests := []struct {
		name, subject, text string
		want                string
		author              intake.Address
	}{
		{"Gmail", "Fwd: Usulan", "Mohon ditindaklanjuti.\n\n---------- Pesan terusan ---------\n" + header + "\nKami minta lapak.\n", "Mohon ditindaklanjuti. Kami minta lapak.", siti},
		{"Gmail, English, plain subject", "usulan warga", "---------- Forwarded message ---------\nFrom: Siti Aminah <siti@contoh.id>\nDate: Tue, Mar 17, 2020 at 10:15 AM\nSubject: two\n lines\nTo: <lurah@contoh.id>\n\n\nKami minta lapak.", "Kami minta lapak.", siti},
		{"Apple, marked", "Fwd: Usulan", "Diteruskan.\n\nBegin forwarded message:\n\n> From: Siti Aminah <siti@contoh.id>\n> Subject: Usulan\n> Date: 17 March 2020 at 10:15:00 WIB\n> To: lurah@contoh.id\n> \n> Kami minta lapak.\n> \n> Siti\n", "Diteruskan. > Kami minta lapak. > > Siti", siti},
		{"Apple, not marked", "Fwd: Usulan", "Begin forwarded message:\n\nFrom: Siti Aminah <siti@contoh.id>\nSubject: Usulan\nDate: 17 March 2020 at 10:15:00 WIB\nTo: lurah@contoh.id\n\nKami minta lapak.", "Kami minta lapak.", siti},
		{"Outlook", "FW: Usulan", "Mohon ditindaklanjuti.\n\n" + strings.Replace(header, "Tanggal", "Dikirim", 1) + "\nKami minta lapak.", "Mohon ditindaklanjuti. Kami minta lapak.", siti},
		{"nothing above, plain subject", "Usulan", strings.Replace(header, "Tanggal", "Dikirim", 1) + "\nKami minta lapak.", "Kami minta lapak.", siti},
		{"Outlook, subject changed", "Usulan warga RW 05", "Mohon ditindaklanjuti.\n\n" + strings.Replace(header, "Tanggal", "Dikirim", 1) + "\nKami minta lapak.", "Mohon ditindaklanjuti. Kami minta lapak.", siti},
		{"the way it took", "Fwd: Fwd: Usulan", "---------- Forwarded message ---------\nFrom: Pak Camat <camat@contoh.id>\nDate: 18 Mar 2020 09:00\nSubject: Fwd: Usulan\nTo: dinas@contoh.id\n\nMohon dibantu.\n\n---------- Forwarded message ---------\n" + header + "\nKami minta lapak di pasar.", "Mohon dibantu. Kami minta lapak di pasar.", siti},
		{"with its own history", "Fwd: Usulan", "---------- Pesan terusan ---------\n" + header + "\nKami minta lapak.\n\nPada Sen, 16 Mar 2020 pukul 09.00 Lurah <lurah@contoh.id> menulis:\n> Ada usul?\n", "Kami minta lapak.", siti},
		{"reply to a forward", "Re: Fwd: Usulan", "Setuju.\n\nPada Rab, 18 Mar 2020 pukul 10.15 Lurah <lurah@contoh.id> menulis:\n> ---------- Forwarded message ---------\n> From: Siti <siti@contoh.id>\n> Date: 17 Mar\n>\n> Lapak\n", "Setuju.", intake.Address{}},
		{"name without address", "Fwd: Usulan", "---------- Pesan terusan ---------\nDari: Siti Aminah\nTanggal: 17 Mar 2020\nSubjek: Usulan\n\nKami minta lapak.", "Kami minta lapak.", intake.Address{}},
		{"Thunderbird", "Fwd: Usulan", "\n\n-------- Pesan Terusan --------\nPerihal:\tUsulan\nTanggal:\tTue, 17 Mar 2020 10:15:00 +0700\nDari:\tSiti Aminah <siti@contoh.id>\nKe:\tlurah@contoh.id\n\nKami minta lapak.", "Kami minta lapak.", siti},
		{"mailto in brackets", "TRS: Usulan", "FYI\n\nFrom: Siti Aminah [mailto:SITI@contoh.id]\nSent: Tuesday, March 17, 2020 10:15 AM\nTo: Lurah\nSubject: Usulan\n\nKami minta lapak.", "FYI Kami minta lapak.", intake.Address{Kind: intake.Email, Value: "siti@contoh.id", Shown: "SITI@contoh.id", Name: "Siti Aminah"}},
		{"words about forwarding", "Usulan", "Berikut pesan yang diteruskan:\n\nwarga minta lapak.", "Berikut pesan yang diteruskan: warga minta lapak.", intake.Address{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ranges := findRanges(tt.subject, tt.text, nil)
			if got, _ := shown(tt.text, ranges); got != tt.want {
				t.Errorf("shown: got %q, want %q", got, tt.want)
			}
			if diff := cmp.Diff(tt.author, forwardedAuthor(tt.text, ranges)); diff != "" {
				t.Errorf("author (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSignatures(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"RFC 3676", "Kami minta modal.\n\n-- \nKSU Mawar\nJl. Raya 1\n", "Kami minta modal."},
		{"blank lost", "Kami minta modal.\n--\nBudi\n", "Kami minta modal."},
		{"iPhone", "Kami minta modal.\n\nDikirim dari iPhone saya", "Kami minta modal."},
		{"Yahoo", "Kami minta modal.\n\nDikirim dari Yahoo Mail di Android", "Kami minta modal."},
		{"Terkirim", "Kami minta modal.\n\nTerkirim dari Yahoo Mail untuk iPhone", "Kami minta modal."},
		{"Samsung", "Kami minta modal.\nDikirim dari ponsel cerdas Samsung Galaxy saya.\n", "Kami minta modal."},
		{"Outlook", "Kami minta modal.\n\nDapatkan Outlook untuk Android<https://aka.ms/ghei36>\n", "Kami minta modal."},
		{"name before the device", "Kami minta modal.\n\nHormat kami,\nSiti\n\nSent from my Galaxy", "Kami minta modal. Hormat kami, Siti"},
		{"two of them", "Kami minta modal.\n\n--\nSiti\nKetua\n\nSent from my iPhone\n", "Kami minta modal."},
		{"German", "Ja.\n\nVon meinem iPhone gesendet", "Ja."},
		{"Japanese", "はい\n\niPhoneから送信", "はい"},
		{"Finnish", "Kyllä\n\nLähetetty iPhonesta", "Kyllä"},
		{"disclaimer", "Kami minta modal.\n\nSiti\n\nEmail ini dan lampirannya bersifat rahasia dan hanya ditujukan untuk penerima yang dituju. Jika Anda bukan penerima yang dimaksud, segera hapus email ini.", "Kami minta modal. Siti"},
		{"disclaimer, English, under a rule", "Kami minta modal.\n\n_____________\nThis e-mail is confidential and intended only for the addressee. If you received it\nin error please notify the sender.\n", "Kami minta modal."},
		{"mailing list", "Kami minta modal.\n\n_______________________________________________\nMilis UMKM\nmilis-umkm@contoh.id\nhttps://contoh.id/mailman/listinfo/umkm", "Kami minta modal."},
		{"above a quotation", "Ya.\n\nDikirim dari iPhone saya\n\nPada 17/03/20 10.15, Siti menulis:\n> Hadir?", "Ya."},
		{"below a quotation", "Pada 17/03/20 10.15, Siti menulis:\n> Hadir?\n\nYa.\n\n-- \nBudi", "Ya."},
		{"a picture and nothing else", "Dikirim dari iPhone saya", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, _ := shown(tt.text, findRanges("", tt.text, nil)); got != tt.want {
				t.Errorf("shown: got %q, want %q", got, tt.want)
			}
		})
	}
}

// What the HTML form declares is taken together with what the text says.
func TestMarksOfHTML(t *testing.T) {
	quote := func(text, part string) intake.Range {
		i := strings.Index(text, part)
		return intake.Range{Start: i, End: i + len(part), Kind: intake.Quote}
	}
	sign := func(text, part string) intake.Range {
		r := quote(text, part)
		r.Kind = intake.Signature
		return r
	}
	tests := []struct {
		name, subject, text string
		marks               func(text string) []intake.Range
		want                string
	}{
		{"attribution above the mark", "", "Ya.\n\nPada 17/03/20 10.15, Siti menulis:\n\nHadir?\nJam berapa?\n\nSampai nanti.", func(s string) []intake.Range { return []intake.Range{quote(s, "Hadir?\nJam berapa?")} }, "Ya. Sampai nanti."},
		{"answers between marks", "", "Hadir?\nYa.\nJam berapa?\nSembilan.", func(s string) []intake.Range {
			return []intake.Range{quote(s, "Hadir?"), quote(s, "Jam berapa?")}
		}, "Ya. Sembilan."},
		{"forward inside a mark", "Fwd: usulan", "FYI\n---------- Pesan terusan ---------\nDari: Siti <siti@contoh.id>\nTanggal: 17 Mar 2020\nSubjek: usulan\n\nKami minta lapak.", func(s string) []intake.Range {
			return []intake.Range{{Start: strings.Index(s, "---"), End: len(s), Kind: intake.Quote}}
		}, "FYI Kami minta lapak."},
		{"all of it marked", "", "Kami minta lapak.\nDekat pasar.", func(s string) []intake.Range { return []intake.Range{quote(s, s)} }, "Kami minta lapak. Dekat pasar."},
		{"signature", "", "Kami minta lapak.\n\nKSU Mawar\nJl. Raya", func(s string) []intake.Range { return []intake.Range{sign(s, "KSU Mawar\nJl. Raya")} }, "Kami minta lapak."},
		{"signature inside the quotation", "", "Ya.\n\nPada Sel, 17 Mar 2020 pukul 10.15 Siti <siti@contoh.id> menulis:\n\nHadir?\nSiti, Ketua", func(s string) []intake.Range { return []intake.Range{sign(s, "Siti, Ketua")} }, "Ya."},
		{"all of it in the element of the signature", "", "Kami minta lapak.\nBudi", func(s string) []intake.Range { return []intake.Range{sign(s, s)} }, "Kami minta lapak. Budi"},
		{"most of it in the element of the signature", "", "Yth. Dinas\n" + strings.TrimSpace(strings.Repeat("Kami minta lapak.\n", 30)), func(s string) []intake.Range { return []intake.Range{sign(s, s[len("Yth. Dinas\n"):])} }, "Yth. Dinas " + strings.TrimSpace(strings.Repeat("Kami minta lapak. ", 30))},
		{"mark in the middle of a line", "", "Ya. Hadir? Sampai nanti.", func(s string) []intake.Range { return []intake.Range{quote(s, "Hadir?")} }, "Ya. Sampai nanti."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, _ := shown(tt.text, findRanges(tt.subject, tt.text, tt.marks(tt.text))); got != tt.want {
				t.Errorf("shown: got %q, want %q", got, tt.want)
			}
		})
	}
}

// Of a text with more lines than anybody reads only the first are looked at; the
// rest must not vanish with what is found there.
func TestLongText(t *testing.T) {
	text := strings.Repeat("lapak\n", maxLines-3) + "-- \nBudi\n" + strings.Repeat("gerobak\n", 5000)
	if ranges := findRanges("", text, nil); len(ranges) > 0 {
		t.Errorf("ranges: got %+v, want none", ranges)
	}
	text = strings.Repeat("> lapak\n", maxLines+5) + "Setuju.\n"
	ranges := findRanges("Re: lapak", text, nil)
	checkRanges(t, text, ranges)
	if got, _ := shown(text, ranges); !strings.HasSuffix(got, "Setuju.") {
		t.Errorf("the answer below a long quotation is gone")
	}
}

func checkRanges(t *testing.T, text string, ranges []intake.Range) {
	t.Helper()
	at := 0
	for _, r := range ranges {
		if r.Start < at || r.End <= r.Start || r.End > len(text) {
			t.Fatalf("range %+v out of place in %d bytes, after %d", r, len(text), at)
		}
		if !utf8.RuneStart(text[r.Start]) || r.End < len(text) && !utf8.RuneStart(text[r.End]) {
			t.Fatalf("range %+v cuts a character", r)
		}
		at = r.End
	}
}

func FuzzRanges(f *testing.F) {
	f.Add("Re: rapat", "Ya.\n\nPada Sel, 17 Mar 2020 pukul 10.15 Siti <siti@contoh.id>\nmenulis:\n\n> Hadir?\n\n-- \nBudi\n", 4, 20)
	f.Add("Fwd: x", "---------- Pesan terusan ---------\nDari: a@b.id\nTanggal: 1\nKe: c\n\n> x\n>> y\n", 0, 0)
	f.Add("", "> a\n\nFrom: x@y.z\nSent: 1/1/2020 10:10\n\n于2020年3月17日 10:15写道：\n________\nmilis\n", 1, 30)
	f.Add("", "On 1/1/2020 <\nmailto:x\n> wrote:\n\u200b>\u00a0\n", 3, 9)
	f.Fuzz(func(t *testing.T, subject, text string, start, length int) {
		text = strings.ToValidUTF8(text, "\ufffd")
		var marks []intake.Range
		if start >= 0 && length > 0 && start < len(text) && length <= len(text)-start && utf8.RuneStart(text[start]) && (start+length == len(text) || utf8.RuneStart(text[start+length])) {
			kind := intake.Quote
			if length%2 == 0 {
				kind = intake.Signature
			}
			marks = append(marks, intake.Range{Start: start, End: start + length, Kind: kind})
		}
		ranges := findRanges(subject, text, marks)
		checkRanges(t, text, ranges)
		if diff := cmp.Diff(ranges, findRanges(subject, text, marks)); diff != "" {
			t.Fatalf("a second look finds something else:\n%s", diff)
		}
		if from, to := trimSpace(text, 0, len(text)); from < to && !anythingLeft(text, ranges) {
			for _, r := range hiding(ranges) {
				if r.Kind == intake.Quote || !isDeviceLine(strings.TrimSpace(text[r.Start:r.End])) {
					t.Fatalf("nothing is left to see of %q", text)
				}
			}
		}
		forwardedAuthor(text, ranges)
	})
}

// The time for one line must not grow with the length of the text, whatever the
// text is made of.
func BenchmarkRangesHostile(b *testing.B) {
	for name, unit := range map[string]string{
		"colons":       ":\n",
		"attributions": "On 1/1/2020 10:10 a <b@c.d>\n",
		"almost":       "Pada 1/1/2020 10.10 a@b\nmenulis x:\n",
		"headers":      "From: a@b.c\nDate: x\n",
		"quotes":       "> a\nb\n",
		"signatures":   "-- \nSent from my iPhone\n",
		"rules":        "____\nmilis\n",
		"one line":     "a@b 1/1/2020 10:10 ",
		"blank":        "\n",
	} {
		for _, size := range []int{50_000, 800_000} {
			text := strings.Repeat(unit, size/len(unit))
			b.Run(name+"/"+map[bool]string{true: "50k", false: "800k"}[size == 50_000], func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					findRanges("", text, nil)
				}
			})
		}
	}
}

func BenchmarkRanges(b *testing.B) {
	letter := strings.Repeat("Dengan hormat, kami pengurus koperasi mengajukan usulan pelatihan pembukuan bagi anggota.\nKegiatan: dua hari, di aula kelurahan, untuk 20 orang.\n\n", 16)
	quote := "Pada Sel, 17 Mar 2020 pukul 10.15 Forum Koperasi <forum@contoh.id>\nmenulis:\n\n" + strings.Repeat("> Terima kasih atas kehadiran Bapak dan Ibu dalam forum kemarin.\n", 36)
	for name, text := range map[string]string{"letter": letter + letter, "reply": letter + quote + "\n-- \nKSU Mawar\n"} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				findRanges("Re: Forum", text, nil)
			}
		})
	}
}
