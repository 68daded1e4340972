package email

import "strings"

// saysAutomatic tells whether the header or the subject declares a mail automatic.
func (m *evidence) saysAutomatic() bool {
	if m.automatic {
		return true
	}
	switch m.precedence {
	case "auto_reply", "auto-reply", "autoreply":
		return true
	case "bulk", "junk":
		// Vacation programs write the one, mass mailers the other; a list says so.
		if !m.list && !m.unsubscribe {
			if own := m.own(); m.nullPath || automaticWords.in(own, 1) || awayWords.in(own, 1) {
				return true
			}
		}
	}
	return automaticSubject(m.subject) && !m.forward
}

// automaticSubject tells whether a subject in lower case is one that a vacation
// program writes: the words, and punctuation before what they answer. A person
// who answers one writes Re: before it, and "Out of office space" is a sentence.
func automaticSubject(subject string) bool {
	s := strings.TrimLeft(subject, "[(<*!- ")
	for _, p := range automaticSubjects {
		if rest, ok := strings.CutPrefix(s, p); ok {
			rest = strings.TrimLeft(rest, " ")
			if rest == "" || strings.IndexByte(":]>)-*.!", rest[0]) >= 0 || strings.HasPrefix(rest, "：") || strings.HasPrefix(rest, "–") || p[len(p)-1] == ':' {
				return true
			}
		}
	}
	for _, p := range automaticEndings {
		if strings.HasSuffix(s, p) {
			return true
		}
	}
	return strings.Contains(s, " out of the office (")
}

// readsAutomatic tells from words alone. It asks for an answer that is short,
// says that nobody is there and what to do instead, and proposes nothing.
func (m *evidence) readsAutomatic() bool {
	if m.forward || len(m.s.Ranges) == 0 && len(m.s.Text) > ownBytes+ownBytes/4 {
		return false
	}
	own := m.own()
	if len(own) > ownBytes {
		return false
	}
	said := automaticWords.in(own, 1)
	away := awayWords.in(own, 1)
	if !said && !away || proposingWords.in(own, 1) {
		return false
	}
	instead := insteadWords.in(own, 1)
	said = said || instead && automaticSubject(own)
	switch {
	case m.nullPath:
		return true
	case m.answer:
		return said || instead
	}
	return said && away
}

// The words of automatic mail, in lower case.
var (
	automaticSubjects = []string{
		"balasan otomatis", "jawaban otomatis", "pesan otomatis", "email otomatis", "respon otomatis", "respons otomatis", "sedang cuti", "cuti:", "tidak di kantor", "tidak berada di kantor", "sedang tidak di kantor", "di luar kantor", "diluar kantor", "sedang dinas luar", "dinas luar:",
		"automatic reply", "automated reply", "automatic response", "automated response", "auto reply", "auto-reply", "autoreply", "auto response", "auto-response", "autoresponse", "auto:", "autoresponder", "out of office", "out-of-office", "out of the office", "away from my mail", "away from office", "vacation reply", "vacation:", "vacation message", "on vacation", "on leave:", "ooo:", "i am out of the office", "thank you for contacting", "thank you for your email",
		"réponse automatique", "réponse automatisée", "message automatique", "absence du bureau", "absent du bureau", "notification d'absence", "automatische antwort", "abwesenheitsnotiz", "abwesenheit", "abwesend", "automatische abwesenheitsmeldung", "automatisch antwoord", "automatische reactie", "afwezigheid", "afwezig", "respuesta automática", "respuesta automatica", "fuera de la oficina", "fuera de oficina", "ausente", "risposta automatica", "fuori sede", "fuori ufficio", "assente", "resposta automática", "resposta automatica", "ausência", "fora do escritório",
		"autosvar", "automatiskt svar", "automatisk svar", "fravær", "frånvaro", "ikke til stede", "automaattinen vastaus", "poissaolo", "odpowiedź automatyczna", "automatyczna odpowiedź", "autoodpowiedź", "automatická odpověď", "automatická odpoveď", "automatikus válasz", "távolléti üzenet", "răspuns automat", "raspuns automat", "otomatik yanıt", "otomatik cevap", "ofis dışında", "автоответ", "автоматический ответ", "автоматическая ответ", "нет на рабочем месте", "автоматична відповідь", "автоматичен отговор", "αυτόματη απάντηση", "automātiska atbilde", "automatinis atsakymas", "automaatvastus", "tự động trả lời", "trả lời tự động", "thư trả lời tự động", "自動返信", "自动回复", "自動回覆", "自动答复", "外出", "不在", "자동 회신", "자동 응답", "부재중", "การตอบกลับอัตโนมัติ", "תשובה אוטומטית", "رد تلقائي", "balasan automatik", "mesej automatik",
	}
	automaticEndings = []string{"(automatic response)", "(auto response)", "(automatic reply)", "(autoreply)", "(auto-reply)", "(auto reply)", "[auto-reply]", "[autoreply]", "[auto reply]", "(out of office)", "[out of office]", "is out of the office", "is out of the office.", "is on vacation", "- out of office", "(balasan otomatis)", "[balasan otomatis]", "(autosvar)"}

	automaticWords = newPhrases(
		"balasan otomatis", "dibalas secara otomatis", "dijawab secara otomatis", "email otomatis", "pesan otomatis", "surel otomatis", "dikirim secara otomatis oleh", "mohon tidak membalas email ini", "mohon tidak membalas surel ini", "jangan membalas email ini", "jangan balas email ini", "email ini dikirim otomatis",
		"automatic reply", "automated reply", "automatic response", "automated response", "automated message", "auto-reply", "autoreply", "auto-response", "autoresponder", "automatically generated", "do not reply to this", "please do not respond to this", "auto-generated", "vacation message", "réponse automatique", "automatische antwort", "respuesta automática", "risposta automatica", "resposta automática", "automatisch gegenereerd",
	)
	awayWords = newPhrases(
		"sedang cuti", "saya cuti", "sedang dinas luar", "sedang dinas", "tidak berada di kantor", "tidak di kantor", "berada di luar kantor", "di luar kota", "sedang mengikuti diklat", "bekerja dari rumah", "work from home", "libur nasional", "cuti bersama", "cuti tahunan", "cuti melahirkan",
		"out of office", "out of the office", "out of my office", "on vacation", "on leave", "on holiday", "away from the office", "away from my desk", "away from my email", "away until", "annual leave", "maternity leave", "currently away", "currently out", "not in the office", "unable to read your message", "limited access to email", "no longer with", "no longer work", "absent du bureau", "je suis absent", "en congé", "bin ich nicht im", "nicht im büro", "im urlaub", "fuera de la oficina", "de vacaciones", "fuori ufficio", "in ferie", "fora do escritório", "de férias", "niet aanwezig", "afwezig", "met vakantie",
	)
	insteadWords = newPhrases(
		"kembali pada", "kembali tanggal", "kembali masuk", "kembali bekerja", "kembali ke kantor", "kembali aktif", "akan kembali", "masuk kembali", "hubungi", "menghubungi", "mendesak", "segera setelah", "sampai dengan tanggal", "s.d. tanggal", "akan saya balas", "akan saya jawab",
		"will be back", "will return", "i return", "back on", "returning on", "return on", "back in the office", "contact", "urgent", "upon my return", "when i return", "as soon as", "until", "respond to your",
	)
	// Who writes one of these has something to say.
	proposingWords = newPhrases("usul", "mengusul", "diusul", "pengusul", "mohon bantuan", "memohon", "permohonan", "pengajuan", "mengajukan", "proposal", "kami ingin", "saya ingin", "kami minta", "saya minta", "kami harap", "semoga", "pelatihan", "bantuan modal", "lapak")

	unsubscribeWords = []string{"unsubscribe", "berhenti berlangganan", "berlangganan", "langganan", "email preferences", "view this email in your browser", "view in browser", "lihat di browser", "mailing list", "milis", "newsletter", "buletin", "se désabonner", "désinscri", "abmelden", "afmelden", "darse de baja", "cancelar inscrição", "disiscri"}
)
