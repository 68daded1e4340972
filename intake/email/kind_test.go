package email

import (
	"strings"
	"testing"
	"time"

	"usulan/intake"
)

func kindOf(mail string) intake.Kind {
	p := Parser{Own: []string{"forum@dinas.contoh.id"}}
	if !strings.Contains(strings.ToLower(mail), "from:") {
		mail = "From: Siti Aminah <siti@contoh.id>\n" + mail
	}
	return p.Parse(intake.NewRaw([]byte(strings.ReplaceAll(mail, "\n", "\r\n"))), time.Unix(1584414900, 0)).Kind
}

// report builds a multipart/report about delivery or reading.
func report(header, reportType, text, part string) string {
	return header + "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=" + reportType + "; boundary=b\n\n" +
		"--b\nContent-Type: text/plain\n\n" + text + "\n--b\nContent-Type: message/" + reportType + "\n\n" + part +
		"\n--b\nContent-Type: message/rfc822\n\nFrom: forum@dinas.contoh.id\nTo: budi@contoh.id\nSubject: Tanda terima\n\nTerima kasih atas usulan Anda.\n--b--\n"
}

const (
	daemon = "From: MAILER-DAEMON@mx.contoh.id (Mail Delivery System)\nReturn-Path: <>\nSubject: Undelivered Mail Returned to Sender\n"
	reply  = "Subject: Re: Tanda terima USL\nIn-Reply-To: <1@dinas.contoh.id>\n"
)

// Whoever writes one of these is a person who proposes, asks or thanks.
func TestMessagesOfPeople(t *testing.T) {
	tests := []struct{ name, mail string }{
		{"plain", "Subject: Usulan\n\nKami minta lapak."},
		{"no subject, no text", "\n\n"},
		{"on leave, with a proposal", "Subject: Usulan\n\nSaya sedang cuti melahirkan. Usulan saya: pelatihan di rumah. Hubungi saya di nomor ini."},
		{"on leave, as an answer with a proposal", reply + "\nMaaf saya sedang cuti sampai tanggal 20 dan akan kembali Senin. Kami mengajukan tambahan dua gerobak."},
		{"on leave, an answer and no more", reply + "\nSaya sedang cuti bersama keluarga. Terima kasih banyak ya."},
		{"about automatic answers", "Subject: keluhan\n\nSaya kirim surat dua kali, yang datang hanya balasan otomatis. Mohon bantuan orang."},
		{"answer to an automatic reply", "Subject: Re: Automatic reply: Usulan\nIn-Reply-To: <1@dinas.contoh.id>\n\nBaik, saya tunggu."},
		{"quotes an automatic reply", reply + "\nMohon dijawab oleh petugas ya.\n\nPada Sel, 17 Mar 2020 pukul 10.15 Forum <forum@dinas.contoh.id> menulis:\n> Ini adalah balasan otomatis. Kantor tutup, saya sedang cuti dan akan kembali Senin.\n"},
		{"forwards a bounce", "Subject: Fwd: Undelivered Mail Returned to Sender\n\nSurat saya ke alamat lama kembali.\n\n---------- Forwarded message ----------\nFrom: MAILER-DAEMON@mx.contoh.id\nDate: 17 Mar 2020\nSubject: Undelivered Mail\n\nI'm sorry to have to inform you that your message could not be delivered."},
		{"complains of a bounce", "Subject: Delivery failure\n\nEmail saya gagal dikirim, katanya user unknown. Apakah alamat ini benar?"},
		{"attaches a bounce", "Subject: surat kembali\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/plain\n\nIni buktinya.\n--a\nContent-Type: message/rfc822\n\n" + report(daemon, "delivery-status", "could not be delivered", "Reporting-MTA: dns; mx\n\nAction: failed\nStatus: 5.1.1\n") + "--a--\n"},
		{"attaches a delivery status", "Subject: surat kembali\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/plain\n\nIni buktinya.\n--a\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nAction: failed\nStatus: 5.1.1\n--a--\n"},
		{"attaches an invitation", "Subject: undangan rapat\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/plain\n\nTerlampir jadwal kami.\n--a\nContent-Type: text/calendar; method=REQUEST\nContent-Disposition: attachment; filename=rapat.ics\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n--a--\n"},
		{"the program adds List-Unsubscribe", "Subject: Usulan koperasi\nList-Unsubscribe: <https://surat.contoh.id/u/1>\n\nKami minta pelatihan."},
		{"through the forum's own list", "Subject: Usulan\nList-Id: Forum <forum.dinas.contoh.id>\nPrecedence: list\nList-Unsubscribe: <mailto:forum+unsubscribe@dinas.contoh.id>\n\nKami minta lapak."},
		{"through the forum's own group, which rewrites From", "From: 'Siti Aminah' via Forum <forum@dinas.contoh.id>\nX-Original-From: Siti Aminah <siti@contoh.id>\nReply-To: Siti Aminah <siti@contoh.id>\nPrecedence: list\nList-ID: <forum.dinas.contoh.id>\nSubject: Usulan\n\nLapak."},
		{"by the form on the forum's site", "From: Laman Forum <forum@dinas.contoh.id>\nReply-To: siti@contoh.id\nSubject: Usulan dari laman\n\nLapak."},
		{"with our reference through a list", "Subject: Re: [USL-2020-0007] tambahan\nList-Id: <warga.contoh.id>\nPrecedence: list\n\nKami tambah dua gerobak."},
		{"empty return path, as web forms have", "Return-Path: <>\nSubject: Usulan dari laman\n\nKami minta lapak."},
		{"Auto-Submitted: no", "Auto-Submitted: no\nSubject: Usulan\n\nLapak."},
		{"Auto-Submitted: no, with a comment", "Auto-Submitted: No ; by=us\nSubject: Usulan\n\nLapak."},
		{"suppresses automatic answers", "X-Auto-Response-Suppress: All\nSubject: Usulan\n\nLapak."},
		{"called clean", "X-Spam-Flag: NO\nX-Spam-Status: No, score=1.2 required=5.0 tests=[YES_REALLY=1]\nX-Rspamd-Action: no action\nSubject: Usulan\n\nLapak."},
		{"about spam", "Subject: Usulan menangani spam\n\nAnggota kami sering menerima spam."},
		{"a person named Postmaster's son", "From: \"Budi Pos\" <pos.master@contoh.id>\nSubject: Usulan\n\nLapak."},
		{"postmaster writes", "From: Admin <postmaster@koperasi.contoh.id>\nSubject: Usulan koperasi\n\nKami minta pelatihan."},
		{"outside the office", "Subject: Usulan kantor bersama\n\nAnggota kami bekerja di luar kantor, tidak di kantor. Mohon bantuan ruang bersama."},
		{"outside the office, as a subject", "Subject: Di luar kantor kelurahan banyak PKL\n\nMereka minta lapak."},
		{"out of office, as a sentence", "Subject: Out of office space for cooperatives\n\nWe need a shared room."},
		{"proposes automatic replies", "Subject: Balasan otomatis WhatsApp untuk UMKM\n\nKami minta pelatihan."},
		{"ends in auto-reply", "Subject: Usulan pelatihan auto-reply\n\nUntuk dua puluh orang."},
		{"talks of unsubscribing", "Subject: Usulan\n\nBuletin dinas sulit dibaca, cara berhenti berlangganan tidak jelas. Kami usul diperbaiki."},
		{"out of office space", "Subject: Kehabisan ruang kantor\n\nWe ran out of office space. Please contact us, it is urgent. Kami usul gedung bersama."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := kindOf(tt.mail); got != intake.Message {
				t.Errorf("kind: got %s, want message", got)
			}
		})
	}
}

func TestKindsOfAutomaticMail(t *testing.T) {
	const failed = "Reporting-MTA: dns; mx.contoh.id\n\nFinal-Recipient: rfc822; budi@contoh.id\nAction: failed\nStatus: 5.1.1\n"
	tests := []struct {
		name string
		want intake.Kind
		mail string
	}{
		{"our own", intake.Own, "From: Forum <forum@dinas.contoh.id>\nSubject: Tanda terima\n\nTerima kasih."},
		{"our own, marked automatic", intake.Own, "From: Forum <Forum@Dinas.contoh.id>\nAuto-Submitted: auto-replied\nSubject: Tanda terima\n\nTerima kasih."},

		{"our own, to be answered by reference", intake.Own, "From: Forum <forum@dinas.contoh.id>\nReply-To: Forum <forum+usl-2020-0007@dinas.contoh.id>\nSubject: Tanda terima\n\nTerima kasih."},

		{"report of failure", intake.Bounce, report(daemon, "delivery-status", "I'm sorry.", failed)},
		{"report of delay", intake.Report, report(daemon, "delivery-status", "Still trying.", strings.NewReplacer("failed", "delayed", "5.1.1", "4.4.1").Replace(failed))},
		{"report of success", intake.Report, report(daemon, "delivery-status", "Done.", strings.NewReplacer("failed", "relayed", "5.1.1", "2.0.0").Replace(failed))},
		{"one of two failed", intake.Bounce, report(daemon, "delivery-status", "Some failed.", strings.Replace(failed, "failed", "delivered", 1)+"\nFinal-Recipient: rfc822; ani@contoh.id\nAction: failed\nStatus: 5.2.2\n")},
		{"report without action", intake.Bounce, report(daemon, "delivery-status", "Sorry.", "Final-Recipient: rfc822; budi@contoh.id\nStatus: 5.2.2\n")},
		{"report with an empty status", intake.Bounce, report(daemon, "delivery-status", "Sorry.", "")},
		{"asks who we are", intake.Report, report(daemon, "delivery-status", "550 Your server requires confirmation.", failed)},
		{"read receipt", intake.Report, report("Subject: Dibaca: Tanda terima\n", "disposition-notification", "Dibaca.", "Disposition: manual-action/MDN-sent-manually; displayed\n")},
		{"abuse report", intake.Report, report("From: abuse@contoh.id\nSubject: FW: Tanda terima\n", "feedback-report", "Abuse.", "Feedback-Type: abuse\nVersion: 1\n")},
		{"exim", intake.Bounce, "From: Mail Delivery System <Mailer-Daemon@mx.contoh.id>\nX-Failed-Recipients: budi@contoh.id\nAuto-Submitted: auto-replied\nSubject: Mail delivery failed: returning message to sender\n\nA message that you sent could not be delivered."},
		{"exim, warning", intake.Report, "From: Mail Delivery System <Mailer-Daemon@mx.contoh.id>\nAuto-Submitted: auto-replied\nReturn-Path: <>\nSubject: Warning: message 1j delayed 24 hours\n\nThis message has not been delivered to one or more of its recipients."},
		{"qmail", intake.Bounce, "From: MAILER-DAEMON@mx.contoh.id\nReturn-Path: <>\nSubject: failure notice\n\nHi. This is the qmail-send program at mx.contoh.id.\nI'm afraid I wasn't able to deliver your message."},
		{"qmail, sender renamed", intake.Bounce, "From: bounce@contoh.id\nReturn-Path: <>\nSubject: failure notice\n\nHi. This is the qmail-send program at contoh.id."},
		{"qmail, the path lost", intake.Bounce, "From: bounce@contoh.id\nSubject: failure notice\n\nHi. This is the qmail-send program at contoh.id."},
		{"Exchange", intake.Bounce, "From: System Administrator <postmaster@contoh.id>\nSubject: Undeliverable: Tanda terima\n\nYour message did not reach the following recipient(s):"},
		{"Domino", intake.Bounce, "From: Postmaster@contoh.id\nReturn-Path: <>\nSubject: DELIVERY FAILURE: User Budi not listed in Domino Directory\n\nYour message was not delivered."},
		{"Indonesian notice", intake.Bounce, "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nReturn-Path: <>\nSubject: Delivery Status Notification (Failure)\n\nAlamat tidak ditemukan. Pesan Anda tidak terkirim."},
		{"mail daemon, in no language we know", intake.Bounce, "From: MAILER-DAEMON@mx.contoh.id\nSubject: Postius non redditus\n\nEpistula tua ad hunc hominem non pervenit."},
		{"empty sender", intake.Bounce, "From: <>\nReturn-Path: <>\nSubject: returned mail\n\nUser unknown."},

		{"vacation", intake.AutoReply, "Auto-Submitted: auto-replied (vacation)\n" + reply + "\nSaya tidak di kantor."},
		{"generated", intake.AutoReply, "Auto-Submitted: auto-generated\nSubject: Tiket 12\n\nTiket Anda dicatat."},
		{"X-Autoreply", intake.AutoReply, "X-Autoreply: yes\nPrecedence: bulk\n" + reply + "\nSaya cuti."},
		{"Precedence: auto_reply", intake.AutoReply, "Precedence: auto_reply\n" + reply + "\nSaya cuti."},
		{"bulk vacation", intake.AutoReply, "Precedence: bulk\n" + reply + "\nSaya sedang cuti sampai Senin."},
		{"subject of Outlook", intake.AutoReply, "Subject: Balasan otomatis: Tanda terima\n\nSaya sedang dinas luar."},
		{"subject of Exchange", intake.AutoReply, "Subject: Automatic reply: Tanda terima\n\nAway."},
		{"subject of Notes", intake.AutoReply, "Subject: AUTO: Budi is out of the office (returning 20/03/2020)\n\nI am out."},
		{"subject in brackets", intake.AutoReply, "Subject: [Auto-Reply] Tanda terima\n\nTerima kasih."},
		{"words of an answer", intake.AutoReply, reply + "\nTerima kasih atas email Anda. Saya sedang cuti dan akan kembali pada 23 Maret. Untuk hal mendesak silakan hubungi rekan saya Ani."},
		{"words, English", intake.AutoReply, reply + "\nI am currently out of the office and will be back on Monday. For urgent matters contact Ani."},
		{"words with a heading", intake.AutoReply, "Subject: Usulan\n\nOut of office: saya sedang cuti sampai 23 Maret. Untuk keperluan mendesak hubungi rekan saya."},
		{"words that say so", intake.AutoReply, reply + "\nEmail ini dikirim otomatis, mohon tidak membalas email ini."},

		{"list", intake.Newsletter, "List-Id: <umkm.contoh.id>\nSubject: [umkm] kabar\n\nHalo semua."},
		{"newsletter", intake.Newsletter, "List-Unsubscribe: <https://x.contoh.id/u>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\nSubject: Promo\n\nDiskon."},
		{"newsletter that says how to leave", intake.Newsletter, "List-Unsubscribe: <https://x.contoh.id/u>\nSubject: Promo\n\n" + strings.Repeat("Diskon besar. ", 300) + "\nBerhenti berlangganan: https://x.contoh.id/u"},
		{"bulk", intake.Newsletter, "Precedence: bulk\nSubject: Promo\n\nDiskon."},
		{"from noreply", intake.Newsletter, "From: Toko <noreply@contoh.id>\nList-Unsubscribe: <https://x.contoh.id/u>\nSubject: Promo\n\nDiskon."},

		{"invitation", intake.Calendar, "Subject: Undangan\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: text/plain\n\nRapat.\n--a\nContent-Type: text/calendar; method=REQUEST; charset=utf-8\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n--a--\n"},
		{"answer to an invitation", intake.Calendar, "Subject: Accepted: Rapat\nContent-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n"},

		{"SpamAssassin", intake.Spam, "X-Spam-Flag: YES\nSubject: Menang undian\n\nKlik."},
		{"SpamAssassin, status", intake.Spam, "X-Spam-Status: Yes, score=9.1\nSubject: Menang undian\n\nKlik."},
		{"rspamd", intake.Spam, "X-Rspamd-Action: add header\nSubject: Menang undian\n\nKlik."},
		{"Microsoft", intake.Spam, "X-Forefront-Antispam-Report: CIP:1.2.3.4;SFV:SPM;CAT:SPM\nSubject: Menang undian\n\nKlik."},
		{"in the subject", intake.Spam, "Subject: ***SPAM*** Menang undian\n\nKlik."},
		{"spam that is a newsletter", intake.Spam, "X-Spam-Flag: YES\nList-Id: <promo.contoh.id>\nSubject: Promo\n\nKlik."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := kindOf(tt.mail); got != tt.want {
				t.Errorf("kind: got %s, want %s", got, tt.want)
			}
		})
	}
}
