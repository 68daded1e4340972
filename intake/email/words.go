package email

// language holds the words by which mail programs of one language mark
// earlier correspondence. All are in lower case. The table below is the only
// place that knows a language: to add one, add a row.
type language struct {
	name     string
	unspaced bool // written without spaces between words

	// An attribution line: "On <date> <name> wrote:".
	on    []string // what it begins with, before a date
	wrote []string // the verb that ends it, or that the name follows

	// The fields of a header block above a quoted or forwarded text.
	from, date, to, subject, other []string

	original []string // between dashes, above a quoted mail
	forward  []string // between dashes or before a colon, above a forwarded mail

	device []string // what a line begins with that a telephone or mail program adds
	mine   []string // the possessive in such a line
}

// Languages in which programs write participants' mail: Indonesian and English
// first, then the rest in no order that matters.
var languages = [...]language{
	{
		name: "Indonesian and Malay",
		on:   []string{"pada"}, wrote: []string{"menulis", "mengutip", "tulis", "mengirim", "berkata"},
		from: []string{"dari", "daripada", "pengirim"}, date: []string{"tanggal", "tgl", "dikirim", "terkirim", "dihantar", "tarikh", "waktu"},
		to: []string{"kepada", "ke", "untuk", "penerima"}, other: []string{"tembusan", "salinan", "sk"},
		subject:  []string{"perihal", "hal", "subjek", "subyek", "judul"},
		original: []string{"pesan asli", "pesan awal", "pesan sebelumnya", "mesej asal", "email asli"},
		forward:  []string{"pesan terusan", "pesan yang diteruskan", "pesan diteruskan", "email terusan", "email yang diteruskan", "mulai pesan terusan", "awal pesan terusan", "mulai meneruskan pesan", "mesej dimajukan"},
		device:   []string{"dikirim dari", "terkirim dari", "dikirim melalui", "dikirim menggunakan", "dikirim dengan", "dapatkan outlook", "unduh outlook", "dihantar dari", "dihantar daripada"},
	},
	{
		name: "English",
		on:   []string{"on", "at"}, wrote: []string{"wrote", "writes", "quoting"},
		from: []string{"from"}, date: []string{"date", "sent", "sent on", "received", "date sent"},
		to: []string{"to"}, other: []string{"cc", "bcc", "reply-to", "reply to", "importance", "priority", "attachments", "attachment", "organization", "resent-from", "list-id", "x-mailer", "message-id"},
		subject:  []string{"subject", "re", "topic"},
		original: []string{"original message", "original mail", "original email", "original appointment", "reply message", "replied message", "inline attachment follows", "previous message", "reply above this line"},
		forward:  []string{"forwarded message", "forwarded mail", "forwarded email", "forwarded by", "forward message", "fwd message", "begin forwarded message", "begin forwarded mail", "start of forwarded message", "forwarded from", "forwarded conversation", "original message forwarded"},
		device:   []string{"sent from", "sent via", "sent using", "sent with", "sent by", "sent through", "sent wirelessly", "sent on the go", "get outlook", "download outlook", "from my"},
		mine:     []string{"my"},
	},
	{
		name: "French",
		on:   []string{"le"}, wrote: []string{"écrit", "ecrit", "écrivait", "écrivit"},
		from: []string{"de", "expéditeur", "from"}, date: []string{"date", "envoyé", "envoye", "envoyé le", "message du", "date d'envoi", "le"},
		to: []string{"à", "a", "pour", "destinataire"}, other: []string{"cc", "copie à", "copie", "cci", "répondre à", "pièces jointes"},
		subject:  []string{"objet", "sujet"},
		original: []string{"message d'origine", "message original", "message d’origine", "courriel original", "message initial", "e-mail d'origine"},
		forward:  []string{"message transféré", "message transfere", "courriel transféré", "message réexpédié", "début du message réexpédié", "début du message transféré", "transféré par", "message suivi"},
		device:   []string{"envoyé de", "envoyé depuis", "envoyé à partir", "envoyé à l'aide", "envoyé par", "envoyé sans fil", "envoyé avec", "envoyé via", "télécharger outlook", "obtenir outlook", "obtenez outlook", "provenance"},
		mine:     []string{"mon", "ma"},
	},
	{
		name: "German",
		on:   []string{"am"}, wrote: []string{"schrieb", "geschrieben", "schreibt", "zitat"},
		from: []string{"von", "absender"}, date: []string{"datum", "gesendet", "gesendet am", "gesandt", "verschickt"},
		to: []string{"an", "empfänger"}, other: []string{"cc", "kopie", "antwort an", "priorität"},
		subject:  []string{"betreff", "betr"},
		original: []string{"ursprüngliche nachricht", "urspruengliche nachricht", "originalnachricht", "original-nachricht", "original nachricht", "originaltext", "antwort nachricht", "ursprüngliche mail", "ursprünglicher termin"},
		forward:  []string{"weitergeleitete nachricht", "weitergeleitete mail", "weitergeleitete e-mail", "anfang der weitergeleiteten nachricht", "anfang der weitergeleiteten e-mail", "weitergeleitet von", "weitergeleitet durch"},
		device:   []string{"gesendet von", "gesendet mit", "gesendet über", "gesendet aus", "von meinem", "von meiner", "diese nachricht wurde von", "outlook für", "holen sie sich outlook", "verschickt von", "versendet"},
		mine:     []string{"meinem", "meiner"},
	},
	{
		name: "Dutch",
		on:   []string{"op"}, wrote: []string{"schreef", "geschreven", "schrijft"},
		from: []string{"van", "afzender"}, date: []string{"datum", "verzonden", "verstuurd", "verzonden op"},
		to: []string{"aan"}, other: []string{"cc", "kopie"},
		subject:  []string{"onderwerp"},
		original: []string{"oorspronkelijk bericht", "originele bericht", "origineel bericht", "oorspronkelijke bericht", "antwoord bericht"},
		forward:  []string{"doorgestuurd bericht", "doorgezonden bericht", "begin doorgestuurd bericht", "doorgestuurd door"},
		device:   []string{"verstuurd vanaf", "verzonden vanaf", "verstuurd met", "verzonden met", "verzonden via", "verzonden vanuit", "verstuurd vanuit", "verstuurd via", "outlook voor", "outlook downloaden"},
		mine:     []string{"mijn"},
	},
	{
		name: "Spanish",
		on:   []string{"el"}, wrote: []string{"escribió", "escribio", "escribe", "escrito"},
		from: []string{"de", "remitente"}, date: []string{"fecha", "enviado", "enviado el", "enviada el"},
		to: []string{"para", "a", "destinatario"}, other: []string{"cc", "cco", "con copia"},
		subject:  []string{"asunto"},
		original: []string{"mensaje original", "correo original"},
		forward:  []string{"mensaje reenviado", "inicio del mensaje reenviado", "comienzo del mensaje reenviado", "reenviado por", "forwarded message"},
		device:   []string{"enviado desde", "enviado con", "enviado por", "enviado de", "enviado a través", "enviado mediante", "obtener outlook", "obtén outlook", "descargar outlook"},
		mine:     []string{"mi"},
	},
	{
		name: "Italian",
		on:   []string{"il", "in"}, wrote: []string{"scritto", "scrive", "scrisse"},
		from: []string{"da", "mittente"}, date: []string{"data", "inviato", "inviata", "inviato il"},
		to: []string{"a", "destinatario"}, other: []string{"cc", "ccn"},
		subject:  []string{"oggetto"},
		original: []string{"messaggio originale", "messaggio originario"},
		forward:  []string{"messaggio inoltrato", "inizio messaggio inoltrato", "inizio del messaggio inoltrato", "inoltrato da"},
		device:   []string{"inviato da", "inviato dal", "inviato con", "inviato tramite", "inviato via", "ottieni outlook", "scarica outlook"},
		mine:     []string{"mio", "mia"},
	},
	{
		name: "Portuguese",
		on:   []string{"em", "no"}, wrote: []string{"escreveu", "escreveram", "escrevia"},
		from: []string{"de", "remetente"}, date: []string{"data", "enviada", "enviado", "enviada em", "enviado em", "enviada a"},
		to: []string{"para"}, other: []string{"cc", "cco", "c/c"},
		subject:  []string{"assunto"},
		original: []string{"mensagem original", "e-mail original"},
		forward:  []string{"mensagem encaminhada", "mensagem reencaminhada", "início da mensagem encaminhada", "início da mensagem reencaminhada", "encaminhado por"},
		device:   []string{"enviado do", "enviado da", "enviado a partir", "enviado via", "enviado pelo", "enviado de", "enviado com", "enviada do", "obter o outlook", "obtenha o outlook"},
		mine:     []string{"meu", "minha"},
	},
	{
		name:  "Catalan and Galician",
		wrote: []string{"escriure", "escrigué", "escribiu", "missatge"},
		date:  []string{"enviat", "enviat el"}, to: []string{"per a"}, subject: []string{"assumpte"},
		original: []string{"missatge original", "mensaxe orixinal"}, forward: []string{"missatge reenviat", "mensaxe reenviada"},
		device: []string{"enviat des", "enviat amb"},
	},
	{
		name: "Swedish",
		on:   []string{"den"}, wrote: []string{"skrev", "skriver"},
		from: []string{"från", "avsändare"}, date: []string{"datum", "skickat", "skickades"},
		to: []string{"till"}, other: []string{"kopia"},
		subject:  []string{"ämne"},
		original: []string{"ursprungligt meddelande", "originalmeddelande", "ursprungsmeddelande"},
		forward:  []string{"vidarebefordrat meddelande", "vidarebefordrat mail", "vidarebefordrat brev", "vidarebefordrat mejl", "vidarebefordrat e-postmeddelande"},
		device:   []string{"från min", "skickat från", "skickat med", "skickat via", "skickades från", "hämta outlook", "skaffa outlook"},
		mine:     []string{"min", "mitt"},
	},
	{
		name: "Norwegian and Danish",
		on:   []string{"på", "den", "d."}, wrote: []string{"skrev", "skreiv"},
		from: []string{"fra", "frå"}, date: []string{"dato", "sendt", "afsendt"},
		to: []string{"til"}, other: []string{"kopi"},
		subject:  []string{"emne"},
		original: []string{"opprinnelig melding", "opprinnelig e-post", "original melding", "oprindelig meddelelse", "oprindelig besked", "original meddelelse", "original besked"},
		forward:  []string{"videresendt melding", "videresendt meddelelse", "videresendt besked", "videresendt e-post", "videresendt mail", "start på videresendt besked", "begin videresendt melding", "start videresendt melding"},
		device:   []string{"sendt fra", "send fra", "sendt med", "sendt via", "hent outlook", "få outlook", "sendt trådløst"},
		mine:     []string{"min", "mit", "mitt"},
	},
	{
		name: "Finnish", wrote: []string{"kirjoitti", "kirjoittaa"},
		from: []string{"lähettäjä", "keneltä"}, date: []string{"päivämäärä", "päiväys", "lähetetty", "lähetyspäivä"},
		to: []string{"vastaanottaja", "kenelle"}, other: []string{"kopio"},
		subject:  []string{"aihe"},
		original: []string{"alkuperäinen viesti"}, forward: []string{"välitetty viesti", "edelleenlähetetty viesti", "välitetty viesti alkaa", "alkaa välitetty viesti"},
		device: []string{"lähetetty", "hanki outlook"},
	},
	{
		name: "Polish", on: []string{"w", "dnia"}, wrote: []string{"napisana", "napisał", "napisała", "napisał(a)", "napisal", "napisała(ł)", "pisze"},
		from: []string{"od", "nadawca"}, date: []string{"data", "wysłano", "wyslano", "wysłane"},
		to: []string{"do", "adresat"}, other: []string{"dw", "udw"},
		subject:  []string{"temat"},
		original: []string{"wiadomość oryginalna", "oryginalna wiadomość", "wiadomosc oryginalna", "treść oryginalnej wiadomości"},
		forward:  []string{"wiadomość przekazana dalej", "przekazana wiadomość", "przesłana wiadomość", "wiadomość przekazana", "początek przekazanej wiadomości", "początek przekazywanej wiadomości", "treść przekazanej wiadomości", "treść przekazywanej wiadomości"},
		device:   []string{"wysłane z", "wysłano z", "wysłane za", "wysłano za", "pobierz program outlook", "pobierz aplikację outlook"},
		mine:     []string{"mojego"},
	},
	{
		name: "Czech and Slovak", on: []string{"dne", "dňa"}, wrote: []string{"napsal", "napsala", "napsal(a)", "napísal", "napísala", "napísal(a)", "píše", "napísal/a", "napsal/a"},
		from: []string{"od", "odesílatel", "odosielateľ", "odosielatel"}, date: []string{"datum", "dátum", "odesláno", "odoslané", "poslané"},
		to: []string{"komu", "příjemce", "pre"}, other: []string{"kopie", "kópia", "skrytá"},
		subject:  []string{"předmět", "predmet", "věc"},
		original: []string{"původní zpráva", "původní e-mail", "pôvodná správa", "originální zpráva"},
		forward:  []string{"přeposlaná zpráva", "přeposlaný e-mail", "preposlaná správa", "začátek přeposlané zprávy", "začiatok preposlanej správy"},
		device:   []string{"odesláno z", "odoslané z", "posláno z", "odesláno pomocí", "získejte outlook", "stáhněte outlook"},
		mine:     []string{"mého", "môjho"},
	},
	{
		name: "Hungarian", wrote: []string{"írta", "írt"},
		from: []string{"feladó", "küldő"}, date: []string{"dátum", "küldve", "elküldve"},
		to: []string{"címzett", "címzettek"}, other: []string{"másolat", "másolatot kap"},
		subject:  []string{"tárgy"},
		original: []string{"eredeti üzenet"}, forward: []string{"továbbított üzenet", "továbbított levél", "továbbított üzenet kezdete"},
		device: []string{"küldve", "elküldve", "az outlook"},
	},
	{
		name: "Romanian", on: []string{"pe", "în", "la"}, wrote: []string{"scris"},
		from: []string{"de la", "expeditor"}, date: []string{"trimis", "data", "trimisă", "expediat"},
		to: []string{"către", "catre", "la"}, subject: []string{"subiect"},
		original: []string{"mesaj original", "mesajul original"}, forward: []string{"mesaj redirecționat", "mesaj redirectionat", "mesaj transmis", "începutul mesajului redirecționat"},
		device: []string{"trimis de pe", "trimis din", "trimis de la", "trimis prin"},
	},
	{
		name: "Turkish", wrote: []string{"yazdı", "yazmış", "yazdi", "yazan"},
		from: []string{"kimden", "gönderen", "gonderen"}, date: []string{"tarih", "gönderme tarihi", "gönderilme tarihi", "gönderildi"},
		to: []string{"kime", "alıcı"}, other: []string{"bilgi"},
		subject:  []string{"konu"},
		original: []string{"orijinal mesaj", "özgün ileti", "orijinal ileti", "asıl ileti"}, forward: []string{"iletilen mesaj", "yönlendirilmiş mesaj", "iletilmiş ileti", "forwarded message", "iletilen ileti başlangıcı"},
		device: []string{"outlook'u edinin"},
	},
	{
		name: "Vietnamese", on: []string{"vào", "ngày"}, wrote: []string{"viết"},
		from: []string{"từ", "người gửi"}, date: []string{"ngày", "đã gửi", "gửi", "ngày gửi"},
		to: []string{"đến", "tới", "người nhận"}, subject: []string{"chủ đề", "tiêu đề"},
		original: []string{"thư gốc", "tin nhắn gốc", "thư ban đầu"}, forward: []string{"thư đã chuyển tiếp", "tin nhắn được chuyển tiếp", "thư được chuyển tiếp", "bắt đầu thư được chuyển tiếp"},
		device: []string{"gửi từ", "đã gửi từ", "được gửi từ", "tải outlook"},
	},
	{
		name: "Russian", on: []string{"в"}, wrote: []string{"написал", "написала", "написал(а)", "пишет", "писал", "писала", "писал(а)", "написал/а"},
		from: []string{"от", "от кого", "отправитель"}, date: []string{"дата", "отправлено", "послано", "дата отправки"},
		to: []string{"кому", "получатель"}, other: []string{"копия"},
		subject:  []string{"тема"},
		original: []string{"исходное сообщение", "исходное письмо", "первоначальное сообщение", "оригинальное сообщение"},
		forward:  []string{"пересылаемое сообщение", "переадресованное сообщение", "перенаправленное сообщение", "пересланное сообщение", "пересылаемое письмо", "начало переадресованного сообщения", "начало пересылаемого сообщения", "конец пересылаемого сообщения"},
		device:   []string{"отправлено с", "отправлено из", "отправлено через", "отправлено от", "послано с", "скачать outlook"},
		mine:     []string{"моего"},
	},
	{
		name: "Ukrainian and Bulgarian", on: []string{"на"}, wrote: []string{"написав", "пише", "написала", "писав", "написа", "писа", "написав(-ла)", "написал"},
		from: []string{"від", "від кого"}, date: []string{"надіслано", "изпратено", "дата"},
		to: []string{"до"}, subject: []string{"относно", "предмет"},
		original: []string{"вихідне повідомлення", "оригінальне повідомлення", "оригинално съобщение"}, forward: []string{"переслане повідомлення", "перенаправлене повідомлення", "препратено съобщение"},
		device: []string{"надіслано з", "надіслано із", "відправлено з", "изпратено от"},
	},
	{
		name: "Croatian, Serbian and Slovenian", on: []string{"dana", "v", "u"}, wrote: []string{"napisao", "napisala", "napisao/la", "napisal/-a", "piše", "je napisal", "написао", "написао/ла"},
		from: []string{"šalje", "pošiljatelj", "pošiljalac", "шаље"}, date: []string{"poslano", "poslato", "послато"},
		to: []string{"za", "prima", "прима"}, subject: []string{"zadeva", "naslov", "наслов"},
		original: []string{"izvorna poruka", "originalna poruka", "izvorno sporočilo", "prvotno sporočilo"}, forward: []string{"proslijeđena poruka", "prosleđena poruka", "posredovano sporočilo"},
		device: []string{"poslano s", "poslano iz", "poslano sa", "poslato sa", "poslano z"},
	},
	{
		name: "Baltic", wrote: []string{"kirjutas", "rakstīja", "rašė", "parašė"},
		from: []string{"saatja", "nuo"}, date: []string{"saadetud", "nosūtīts", "išsiųsta", "kuupäev", "datums"},
		to: []string{"kellele", "saaja", "adressaat", "kam", "adresāts", "gavėjas"}, subject: []string{"teema", "temats", "tēma", "tema"},
		original: []string{"algsõnum", "algne teade", "sākotnējais ziņojums", "pirminis laiškas", "originalus pranešimas"}, forward: []string{"edastatud kiri", "pārsūtīts ziņojums", "pārsūtītā vēstule", "persiųstas laiškas"},
		device: []string{"saadetud minu", "nosūtīts no", "išsiųsta iš"},
	},
	{
		name: "Icelandic", on: []string{"þann"}, wrote: []string{"skrifaði", "ritaði"},
		from: []string{"frá"}, date: []string{"sent", "dagsetning"}, to: []string{"til"}, subject: []string{"efni"},
		original: []string{"upprunaleg skilaboð"}, forward: []string{"áframsend skilaboð"}, device: []string{"sent úr"},
	},
	{
		name: "Greek", on: []string{"στις", "την", "τη"}, wrote: []string{"έγραψε", "γράφει"},
		from: []string{"από"}, date: []string{"ημερομηνία", "στάλθηκε", "αποστολή"}, to: []string{"προς"}, other: []string{"κοιν"}, subject: []string{"θέμα"},
		original: []string{"αρχικό μήνυμα"}, forward: []string{"προωθημένο μήνυμα", "μήνυμα που προωθήθηκε"}, device: []string{"στάλθηκε από", "εστάλη από"},
	},
	{
		name: "Hebrew", on: []string{"בתאריך", "ב"}, wrote: []string{"כתב", "כתבה", "כתב/ה", "מאת"},
		from: []string{"מאת"}, date: []string{"נשלח", "תאריך"}, to: []string{"אל", "ל"}, other: []string{"עותק"}, subject: []string{"נושא", "הנדון"},
		original: []string{"הודעה מקורית"}, forward: []string{"הודעה שהועברה"}, device: []string{"נשלח מ", "נשלח מה", "נשלח באמצעות"},
	},
	{
		name: "Arabic and Persian", on: []string{"في", "بتاريخ", "در"}, wrote: []string{"كتب", "كتبت", "كتبه", "نوشت", "نوشته"},
		from: []string{"من", "از"}, date: []string{"التاريخ", "تاريخ", "تاريخ الإرسال", "مرسل", "تم الإرسال", "أُرسلت", "ارسال", "ارسال شده"}, to: []string{"إلى", "به"}, other: []string{"نسخة"}, subject: []string{"الموضوع", "موضوع"},
		original: []string{"الرسالة الأصلية", "رسالة أصلية", "پیام اصلی"}, forward: []string{"رسالة معاد توجيهها", "رسالة مُعاد توجيهها", "پیام ارسال شده"}, device: []string{"أرسلت من", "مرسل من", "تم الإرسال من", "أُرسلت من", "ارسال شده از"},
	},
	{
		name: "Hindi", wrote: []string{"लिखा"}, from: []string{"प्रेषक", "से"}, date: []string{"दिनांक", "तारीख"}, to: []string{"प्राप्तकर्ता", "को"}, subject: []string{"विषय"},
		original: []string{"मूल संदेश"}, forward: []string{"अग्रेषित संदेश"},
	},
	{
		name: "Thai", unspaced: true, on: []string{"เมื่อ", "ในวันที่", "วันที่"}, wrote: []string{"เขียน", "เขียนว่า"},
		from: []string{"จาก"}, date: []string{"วันที่", "ส่ง", "ส่งเมื่อ"}, to: []string{"ถึง"}, other: []string{"สำเนา"}, subject: []string{"เรื่อง", "หัวข้อ"},
		original: []string{"ข้อความเดิม", "ข้อความต้นฉบับ"}, forward: []string{"ข้อความที่ส่งต่อ"}, device: []string{"ส่งจาก"},
	},
	{
		name: "Chinese", unspaced: true, on: []string{"在", "于", "於"}, wrote: []string{"写道", "寫道", "撰写", "写入", "寫入", "来信"},
		from: []string{"发件人", "寄件者", "寄件人", "發件人"}, date: []string{"发送时间", "日期", "时间", "寄件日期", "傳送時間", "發送時間", "已傳送", "传送日期"},
		to: []string{"收件人", "收件者"}, other: []string{"抄送", "副本"}, subject: []string{"主题", "主旨", "主題"},
		original: []string{"原始邮件", "原始郵件", "原邮件", "原始信件", "邮件原件", "回复的原邮件", "回复邮件", "原始訊息"},
		forward:  []string{"转发的邮件", "转发邮件", "轉寄的郵件", "轉寄郵件", "已转发的邮件", "转发的信息", "下面是被转发的邮件", "以下是轉寄的郵件", "轉寄信件", "转发邮件信息"},
		device:   []string{"发自我的", "發自我的", "发自", "從我的", "从我的", "来自我的", "傳送自", "获取", "下载适用于", "取得適用於"},
	},
	{
		name: "Japanese", unspaced: true, wrote: []string{"のメール", "書きました", "のメッセージ", "書いた"},
		from: []string{"差出人", "送信者", "発信者"}, date: []string{"送信日時", "日時", "日付", "送信日"}, to: []string{"宛先", "受信者"}, other: []string{"写し"}, subject: []string{"件名", "題名"},
		original: []string{"元のメッセージ", "オリジナルメッセージ", "元のメール", "返信元メッセージ", "original message"},
		forward:  []string{"転送メッセージ", "転送されたメッセージ", "転送されたメール", "転送メール", "転送開始", "始めの転送"},
	},
	{
		name: "Korean", unspaced: true, wrote: []string{"작성", "썼습니다", "작성했습니다", "씀", "작성함"},
		from: []string{"보낸 사람", "보낸사람", "발신"}, date: []string{"보낸 날짜", "날짜", "보낸날짜", "보냄", "보낸 시간"}, to: []string{"받는 사람", "받는사람", "수신"}, other: []string{"참조"}, subject: []string{"제목"},
		original: []string{"원본 메시지", "원본 메일", "원본메세지", "original message"}, forward: []string{"전달된 메시지", "전달된 메일", "전달 메시지"},
	},
	{
		name: "Afrikaans and Filipino", wrote: []string{"geskryf", "isinulat", "sumulat"}, on: []string{"noong"},
	},
}

// Lines that a program adds may also end in one of these, in languages that put
// the verb last.
var deviceEndings = []string{"gesendet", "geschickt", "gönderildi", "から送信", "から送信されました", "에서 보냄", "에서 보냈습니다", "küldve", "lähetetty", "wysłane", "sent"}

// What telephones and mail programs are called.
var deviceNames = []string{
	"iphone", "ipad", "ipod", "apple", "android", "samsung", "galaxy", "blackberry", "nokia", "htc", "huawei", "honor", "xiaomi",
	"redmi", "poco", "oppo", "vivo", "realme", "infinix", "advan", "evercoss", "asus", "zenfone", "lenovo", "motorola", "moto", "sony", "xperia",
	"lg", "pixel", "oneplus", "wiko", "windows", "lumia", "palm", "treo", "verizon", "t-mobile", "telkomsel", "telcel", "claro",
	"outlook", "yahoo", "ymail", "gmail", "mail", "e-mail", "email", "surel", "mailbox", "acompli", "sparrow", "spark", "airmail",
	"typeapp", "bluemail", "missive", "superhuman", "front", "polymail", "newton", "cloudmagic", "boomerang", "protonmail", "proton", "zoho",
	"aquamail", "k-9", "thunderbird", "hotmail", "aol", "roundcube", "zimbra", "myphone", "smartphone", "phone", "handphone", "ponsel", "hp", "telepon",
	"téléphone", "telefon", "telefono", "teléfono", "handy", "móvil", "movil", "celular", "cellulare", "portable", "mobile", "mobil", "mobiel", "mobiltelefon", "tablet",
	"tablette", "perangkat", "device", "wireless", "laptop", "computer", "mac", "macbook", "webmail", "app", "application", "aplikasi",
	"手机", "手機", "邮箱", "郵箱", "電話", "айфона", "телефона", "почты", "mail.ru", "яндекс", "workspace", "duck", "fastmail", "tutanota", "hey", "mailspring", "canary", "edison", "nine", "touchdown", "good", "inbox", "terminal", "lte", "4g", "5g",
}

// A paragraph at the end of a mail is a disclaimer when it has two of these.
var disclaimerWords = newPhrases(
	"bersifat rahasia", "informasi rahasia", "penerima yang dituju", "penerima yang dimaksud", "bukan penerima", "menerima email ini", "menerima surel ini", "menerima pesan ini", "hapus email ini", "segera hapus", "segera menghapus", "dilarang menyebar", "dilarang keras", "pelepasan tanggung jawab", "tidak bertanggung jawab atas",
	"confidential", "privileged", "intended recipient", "intended only", "intended solely", "intended for the", "sole use", "in error", "notify the sender", "unauthorized", "unauthorised", "strictly prohibited", "legally", "disclaimer", "accept no liability", "free from viruses", "scanned for viruses", "delete this", "disclosure",
	"confidentiel", "destinataire", "par erreur", "vertraulich", "irrtümlich", "empfänger", "unbefugte", "vertrouwelijk", "geadresseerde", "confidencial", "destinatario", "por error", "destinatário", "por engano", "riservate", "riservato", "per errore", "poufn", "adresatem", "конфиденциальн", "fortrolig", "konfidentiell", "gizli",
)

// What somebody says who writes their answers between the lines of the mail they
// answer, or who passes a mail on.
var (
	belowWords   = []string{"di bawah", "dibawah", "warna merah", "huruf merah", "tinta merah", "warna biru", "di sela", "below", "inline", "in-line", "in red", "in blue", "in green", "between the lines"}
	passingWords = []string{"berikut", "terusan", "teruskan", "diteruskan", "meneruskan", "ditindaklanjuti", "tindak lanjut", "tindaklanjut", "untuk diketahui", "mohon dibaca", "mohon dibantu", "mohon diproses", "fyi", "forwarding", "for your information", "pass this on", "passing on"}
)

// A subject begins with one of these when the mail is an answer, or a forward.
var (
	replyPrefixes   = []string{"re", "bls", "balasan", "balas", "aw", "sv", "antw", "odp", "vs", "ref", "r", "rép", "rif", "res", "atb", "vá", "ynt", "回复", "回覆", "答复", "答复", "返信", "答", "отв", "回"}
	forwardPrefixes = []string{"fwd", "fw", "trs", "terusan", "teruskan", "diteruskan", "tr", "wg", "rv", "enc", "vb", "doorst", "i", "pd", "vl", "tov", "továbbítás", "ilt", "转发", "轉寄", "轉發", "転送", "fs", "ch", "přep", "redir"}
)

// What a mailing list says at the foot of each mail.
var listFooterWords = []string{"mailing list", "milis", "listinfo", "unsubscribe", "berhenti berlangganan", "google groups", "groups.google", "groups.yahoo", "list archives", "reply to this email directly"}
