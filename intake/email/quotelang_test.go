package email

import (
	"fmt"
	"testing"
)

// Attributions as programs of many languages write them, whatever follows.
func TestAttributionsOfLanguages(t *testing.T) {
	for _, line := range []string{
		"On Tue, Mar 17, 2020 at 10:15 AM Budi <b@contoh.id> wrote:",
		"On Tue, 17 Mar 2020 at 10:15, Budi <b@contoh.id> wrote:",
		"Pada tanggal Sel, 17 Mar 2020 pukul 10.15 Budi <b@contoh.id> menulis:",
		"Pada Sel, 17 Mac 2020 pada 10:15 PG Budi <b@contoh.id> menulis:",
		"Den tir. 17. mar. 2020 kl. 10.15 skrev Budi <b@contoh.id>:",
		"tir. 17. mar. 2020 kl. 10:15 skrev Budi <b@contoh.id>:",
		"Den tis 17 mars 2020 kl 10:15 skrev Budi <b@contoh.id>:",
		"ti 17. maalisk. 2020 klo 10.15 Budi (b@contoh.id) kirjoitti:",
		"wt., 17 mar 2020 o 10:15 Budi <b@contoh.id> napisał(a):",
		"út 17. 3. 2020 v 10:15 odesílatel Budi <b@contoh.id> napsal:",
		"ut 17. 3. 2020 o 10:15 Budi <b@contoh.id> napísal(a):",
		"În mar., 17 mar. 2020 la 10:15, Budi <b@contoh.id> a scris:",
		"uto, 17. ožu 2020. u 10:15 Budi <b@contoh.id> napisao je:",
		"V V tor., 17. mar. 2020 ob 10:15 je oseba Budi <b@contoh.id> napisala:",
		"уто, 17. мар 2020. у 10:15 Budi <b@contoh.id> је написао/ла:",
		"На вт, 17.03.2020 г. в 10:15 Budi <b@contoh.id> написа:",
		"вт, 17 бер. 2020 р. о 10:15 Budi <b@contoh.id> пише:",
		"Στις Τρί, 17 Μαρ 2020 στις 10:15 π.μ., ο χρήστης Budi <b@contoh.id> έγραψε:",
		"Budi <b@contoh.id>, 17 Mar 2020 Sal, 10:15 tarihinde şunu yazdı:",
		"2020-03-17, an, 10:15 Budi <b@contoh.id> rašė:",
		"otrd., 2020. g. 17. marts, plkst. 10:15 — lietotājs Budi (<b@contoh.id>) rakstīja:",
		"Kuupäev T, 17. märts 2020 kell 10:15 kirjutas Budi <b@contoh.id>:",
		"Op di 17 mrt. 2020 om 10:15 schreef Budi <b@contoh.id>:",
		"Le mar. 17 mars 2020, à 10 h 15, Budi <b@contoh.id> a écrit :",
		"Il giorno mar 17 mar 2020 alle ore 10:15 Budi <b@contoh.id> ha scritto:",
		"El mar., 17 mar. 2020 a las 10:15, Budi (<b@contoh.id>) escribió:",
		"Missatge de Budi <b@contoh.id> del dia dt., 17 de març 2020 a les 10:15:",
		"Em ter., 17 de mar. de 2020 às 10:15, Budi <b@contoh.id> escreveu:",
		"Budi <b@contoh.id> escreveu no dia terça, 17/03/2020 à(s) 10:15:",
		"Vào Th 3, 17 thg 3, 2020 vào lúc 10:15 Budi <b@contoh.id> đã viết:",
		"ในวันที่ อ. 17 มี.ค. 2020 เวลา 10:15 Budi <b@contoh.id> เขียนว่า:",
		"मंगल, 17 मार्च 2020 को 10:15 am बजे को Budi <b@contoh.id> ने लिखा:",
		"في الثلاثاء، 17 مارس 2020 في 10:15 ص تمت كتابة ما يلي بواسطة Budi <b@contoh.id>:",
		"\u202bבתאריך יום ג׳, 17 במרץ 2020 ב-10:15 מאת \u202aBudi\u202c\u200f <\u202ab@contoh.id\u202c\u200f>:\u202c",
		"در تاریخ سه\u200cشنبه ۱۷ مارس ۲۰۲۰،\u200f ۱۰:۱۵ Budi <b@contoh.id> نوشت:",
		"2020年3月17日(火) 10:15 Budi <b@contoh.id>:",
		"Budi <b@contoh.id> 於 2020年3月17日 週二 上午10:15寫道：",
		"2020년 3월 17일 (화) 오전 10:15, Budi <b@contoh.id>님이 작성:",
		"þri., 17. mar. 2020 kl. 10:15 skrifaði Budi <b@contoh.id>:",
		"Op Di. 17 Mrt. 2020 om 10:15 het Budi <b@contoh.id> geskryf:",
		"Am 17.03.2020 um 10:15 schrieb Budi <b@contoh.id>:",
		"Le 17 mars 2020 à 10:15, Budi <b@contoh.id> a écrit :",
		"El 17 mar 2020, a las 10:15, Budi <b@contoh.id> escribió:",
		"Il giorno 17 mar 2020, alle ore 10:15, Budi <b@contoh.id> ha scritto:",
		"Op 17 mrt. 2020, om 10:15 heeft Budi <b@contoh.id> het volgende geschreven:",
		"Em 17 de mar. de 2020, à(s) 10:15, Budi <b@contoh.id> escreveu:",
		"17 mars 2020 kl. 10:15 skrev Budi <b@contoh.id>:",
		"17. mar. 2020 kl. 10:15 skrev Budi <b@contoh.id>:",
		"Wiadomość napisana przez Budi <b@contoh.id> w dniu 17.03.2020, o godz. 10:15:",
		"17 марта 2020 г., в 10:15, Budi <b@contoh.id> написал(а):",
		"2020/03/17 10:15、Budi <b@contoh.id>のメール:",
		"2020. 3. 17. 오전 10:15, Budi <b@contoh.id> 작성:",
		"17. 3. 2020 v 10:15, Budi <b@contoh.id>:",
		"Budi <b@contoh.id> kirjoitti 17.3.2020 kello 10.15:",
		"On 3/17/20 10:15 AM, Budi wrote:",
		"Am 17.03.20 um 10:15 schrieb Budi:",
		"Le 17/03/2020 à 10:15, Budi a écrit :",
		"On Tuesday, March 17, 2020, 10:15:00 AM GMT+7, Budi <b@contoh.id> wrote:",
		"Вторник, 17 марта 2020, 10:15 +03:00 от Budi <b@contoh.id>:",
		`17.03.2020, 10:15, "Budi" <b@contoh.id>:`,
		`On Tue, Mar 17, 2020 at 10:15 AM +0700, "Budi" <b@contoh.id> wrote:`,
		"On 2020-03-17 10:15, Budi wrote:",
		"On Tue, March 17, 2020 10:15 am, Budi wrote:",
		"On Tue, 2020-03-17 at 10:15 +0700, Budi wrote:",
		"On Tuesday, 17 March 2020 10:15:00 WIB Budi wrote:",
		"On Tue, Mar 17, 2020 at 10:15:00AM +0700, Budi wrote:",
		"Budi wrote on 03/17/2020 10:15:00 AM:",
		`On 17 Mar 2020 10:15, "Budi" <b@contoh.id> wrote:`,
		`On Mar 17, 2020 10:15 AM, "Budi" <b@contoh.id> wrote:`,
		"On 17 March 2020 at 10:15:00, Budi (b@contoh.id) wrote:",
		"In a message dated 3/17/2020 10:15:00 A.M. Pacific Daylight Time, b@contoh.id writes:",
		"At 10:15 AM 3/17/2020, Budi wrote:",
		"On Tue, Mar 17, 2020 at 10:15 AM, Budi < b@contoh.id > wrote:",
		"On Tue, Mar 17, 2020 at 10:15 AM Budi <[b@contoh.id](mailto:b@contoh.id)> wrote:",
		"Pada Selasa, 17 Maret 2020 10.15.00 WIB, Budi <b@contoh.id> menulis:",
		"Pada Sel, 17 Mar 2020, 10.15, Budi <b@contoh.id> menulis:",
		"Pada tanggal 17 Maret 2020 pukul 10.15, Budi <b@contoh.id> menulis:",
		"El 17/03/2020 a las 10:15, Budi escribió:",
		"Il 17/03/2020 10:15, Budi ha scritto:",
		"Em 17/03/2020 10:15, Budi escreveu:",
		"Op 17-03-2020 om 10:15 schreef Budi:",
		"Den 2020-03-17 kl. 10:15, skrev Budi:",
		"W dniu 17.03.2020 o 10:15, Budi pisze:",
		"Dne 17.03.2020 v 10:15 Budi napsal(a):",
		"17.03.2020 10:15, Budi пишет:",
		`17.03.2020 10:15 пользователь "Budi" <b@contoh.id> написал:`,
		"On Tue, Mar 17, 2020 10:15 AM, Budi b@contoh.id wrote:",
		"On Tue, Mar 17, 2020 at 10:15 AM Budi via Forum <forum@contoh.id> wrote:",
		"*On Tue, Mar 17, 2020 at 10:15 AM, Budi <b@contoh.id> wrote:*",
	} {
		for _, below := range []string{"Hadir?\nBudi\n", "> Hadir?\n> Budi\n"} {
			text := "Baik.\n\n" + line + "\n\n" + below
			if got, _ := shown(text, findRanges("Re: rapat", text, nil)); got != "Baik." {
				t.Errorf("below %s: got %q, want only the answer", line, got)
			}
		}
	}
}

// Attributions that say so little that only marks below make them one.
func TestShortAttributions(t *testing.T) {
	for _, line := range []string{
		"Pada 2020-03-17 10:15, Budi menulis:",
		"Quoting Budi <b@contoh.id>:",
		"Zitat von Budi <b@contoh.id>:",
		"Mengutip Budi <b@contoh.id>:",
		"On Tue, 17 Mar 2020, Budi wrote:",
		"Budi <b@contoh.id> writes:",
		"Budi menulis:",
		"Budi wrote:",
	} {
		text := "Baik.\n\n" + line + "\n> Hadir?\n"
		if got, _ := shown(text, findRanges("", text, nil)); got != "Baik." {
			t.Errorf("%s with marks: got %q, want only the answer", line, got)
		}
		text = "Baik.\n\n" + line + "\nHadir?\n"
		if got, _ := shown(text, findRanges("", text, nil)); got != "Baik. "+line+" Hadir?" {
			t.Errorf("%s without marks: got %q, want all", line, got)
		}
	}
}

// Header blocks as programs of many languages write them.
func TestHeaderBlocksOfLanguages(t *testing.T) {
	for _, f := range [][4]string{
		{"Dari", "Dikirim", "Kepada", "Subjek"},
		{"Dari", "Terkirim", "Ke", "Perihal"},
		{"Daripada", "Dihantar", "Kepada", "Subjek"},
		{"From", "Sent", "To", "Subject"},
		{"De", "Envoyé", "À", "Objet"},
		{"Von", "Gesendet", "An", "Betreff"},
		{"Van", "Verzonden", "Aan", "Onderwerp"},
		{"De", "Enviado el", "Para", "Asunto"},
		{"Da", "Inviato", "A", "Oggetto"},
		{"De", "Enviada em", "Para", "Assunto"},
		{"Från", "Skickat", "Till", "Ämne"},
		{"Fra", "Sendt", "Til", "Emne"},
		{"Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"},
		{"Od", "Wysłano", "Do", "Temat"},
		{"Od", "Odesláno", "Komu", "Předmět"},
		{"Feladó", "Elküldve", "Címzett", "Tárgy"},
		{"De la", "Trimis", "Către", "Subiect"},
		{"Kimden", "Gönderildi", "Kime", "Konu"},
		{"Từ", "Đã gửi", "Đến", "Chủ đề"},
		{"От", "Отправлено", "Кому", "Тема"},
		{"Від", "Надіслано", "Кому", "Тема"},
		{"От", "Изпратено", "До", "Относно"},
		{"Saatja", "Saadetud", "Adressaat", "Teema"},
		{"Nuo", "Išsiųsta", "Kam", "Tema"},
		{"Από", "Στάλθηκε", "Προς", "Θέμα"},
		{"מאת", "נשלח", "אל", "נושא"},
		{"من", "تم الإرسال", "إلى", "الموضوع"},
		{"จาก", "ส่ง", "ถึง", "เรื่อง"},
		{"发件人", "发送时间", "收件人", "主题"},
		{"寄件者", "寄件日期", "收件者", "主旨"},
		{"差出人", "送信日時", "宛先", "件名"},
		{"보낸 사람", "보낸 날짜", "받는 사람", "제목"},
		{"Frá", "Sent", "Til", "Efni"},
		{"De", "Enviat el", "Per a", "Assumpte"},
	} {
		for _, layout := range []string{
			"%s: Budi <budi@contoh.id>\n%s: Selasa, 17 Maret 2020 10.15\n%s: Siti\n%s: rapat\n",
			"________________________________\n%s: Budi\n%s: 17/03/2020 10:15\n%s: Siti; Ani\n%s: rapat\n",
			"*%s:* Budi\n*%s:* 17/03/2020 10:15\n*%s:* Siti\n*%s:* rapat\n",
			"%s : Budi [mailto:budi@contoh.id]\n%s : 17/03/2020 10:15\n%s : Siti\n%s : rapat\n",
		} {
			text := "Baik.\n\n" + fmt.Sprintf(layout, f[0], f[1], f[2], f[3]) + "\nHadir?\n"
			if got, _ := shown(text, findRanges("Re: rapat", text, nil)); got != "Baik." {
				t.Errorf("got %q, want only the answer", got)
			}
		}
	}
}

// Lines that telephones and programs add, and lines that only look so.
func TestDeviceLines(t *testing.T) {
	for _, line := range []string{
		"Dikirim dari iPhone saya", "Dikirim dari iPad saya", "Dikirim dari Yahoo Mail di Android", "Dikirim dari Yahoo Mail. Dapatkan aplikasi",
		"Terkirim dari perangkat Samsung", "Dikirim dari ponsel Samsung", "Dikirim dari Redmi Note 8 saya", "Dikirim menggunakan Zoho Mail",
		"Dikirim dari Outlook untuk Android<https://aka.ms/x>", "Dapatkan Outlook untuk iOS", "Dihantar dari iPhone saya",
		"Sent from my iPhone", "Sent from my iPhone.", "Sent from my Galaxy", "Sent from my Samsung Galaxy smartphone.", "Sent from my T-Mobile 4G LTE Device",
		"Sent from Yahoo Mail on Android", "Sent from Mail for Windows 10", "Sent from Outlook", "Sent from my Verizon Wireless BlackBerry",
		"Sent via BlackBerry from T-Mobile", "Sent using Zoho Mail", "Sent with Proton Mail secure email.", "Sent with Spark", "Sent from my mobile device",
		"(sent from a phone)", "<<sent by galaxy>>", "*Sent from my Pixel*", "Get Outlook for iOS<https://aka.ms/o0ukef>", "From my Iphone 6",
		"Sent from Mailspring (https://getmailspring.com/), the best free email app", "Sent from Superhuman", "Sent via Superhuman iOS", "Sent from Front",
		"Envoyé de mon iPhone", "Envoyé depuis mon mobile", "Envoyé à partir de Outlook pour iOS<https://aka.ms/o0ukef>", "Télécharger Outlook pour Android", "Envoyé depuis Yahoo Mail pour Android",
		"Von meinem iPhone gesendet", "Von meinem Mobilgerät gesendet", "Gesendet von Outlook für Android", "Gesendet mit der GMX Mail App", "Diese Nachricht wurde von meinem Android-Mobiltelefon mit K-9 Mail gesendet.",
		"Verstuurd vanaf mijn iPhone", "Verzonden vanaf mijn Galaxy", "Verzonden met BlueMail", "Enviado desde mi iPhone", "Enviado desde Yahoo Mail con Android", "Obtener Outlook para iOS",
		"Inviato da iPhone", "Inviato dal mio dispositivo Samsung", "Enviado do meu iPhone", "Enviado do Yahoo Mail no Android", "Obter o Outlook para Android",
		"Skickat från min iPhone", "Sendt fra min iPhone", "Sendt fra Outlook Mobile", "Lähetetty iPhonesta", "Wysłane z iPhone'a", "Wysłano z mojego telefonu", "Odesláno z iPhonu", "Odoslané z iPhonu",
		"iPhone-omról küldve", "Trimis de pe iPhone-ul meu", "iPhone'umdan gönderildi", "Отправлено с iPhone", "Отправлено из мобильной Почты Mail.ru", "Надіслано з iPhone", "Στάλθηκε από το iPhone μου",
		"发自我的 iPhone", "發自我的 iPhone", "從我的 iPhone 傳送", "iPhoneから送信", "나의 iPhone에서 보냄", "Đã gửi từ iPhone của tôi", "ส่งจาก iPhone ของฉัน", "נשלח מה-iPhone שלי", "أرسلت من الـ iPhone",
	} {
		text := "Kami minta lapak.\n\n" + line + "\n"
		if got, _ := shown(text, findRanges("", text, nil)); got != "Kami minta lapak." {
			t.Errorf("%s: got %q", line, got)
		}
	}
	for _, line := range []string{
		"Dikirim dari Serpong oleh Pak Haji", "Dikirim lewat pos minggu lalu.", "Dikirim dari kantor, belum sampai.", "Sent from the village of Setu, as promised", "Sent to you twice.",
		"From my point of view, two are enough.", "From my heart", "Get the stalls ready", "Pelatihan lewat Android", "Kami jual iPhone bekas", "Enviado por correo ayer: dos cartas", "Via Pak RT", "Terkirim: dua berkas",
	} {
		text := "Kami minta lapak.\n\n" + line + "\n"
		if got, _ := shown(text, findRanges("", text, nil)); got != "Kami minta lapak. "+line {
			t.Errorf("%s: got %q, want it to stay", line, got)
		}
	}
}
