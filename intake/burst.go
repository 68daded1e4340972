package intake

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// This file holds every rule by which the messages of one sender in one chat
// become proposals. People write a greeting, five fragments, a photo and a
// correction; that is one proposal. The rules, in the order they are asked:
//
//  1. An edit, a deletion and a quote of one's own message go where that
//     message went.
//  2. Agreeing with somebody else ("setuju") is kept and makes no proposal, and
//     so does deleting what somebody else wrote.
//  3. Inside the quiet window everything joins.
//  4. What was only announced ("mau usul pak") waits longer for its content, and
//     a picture or voice note without a word belongs to what came shortly before.
//  5. After the window, what clearly continues ("tambahan", "ralat", "gajadi")
//     joins the sender's latest proposal; so does, within the hour, half a
//     sentence that begins with "and" ("sm timbangan digital").
//  6. What is left begins a burst of its own. A burst of greetings, thanks or
//     questions alone makes no proposal, until something joins that asks; nor
//     does what was meant for another chat, or news that was only passed on. In
//     doubt it is a proposal: staff can set aside what they see, and only that.
//
// Two requests in one proposal stay together; Parts says where one would cut.

// Quiet is the usual quiet window: how long a sender must be silent for a
// proposal to be complete.
const Quiet = 10 * time.Minute

// How long after its last message a burst can go on for another reason than
// the quiet window.
const (
	continuing = 14 * 24 * time.Hour // by words that say so
	announcing = 12 * time.Hour      // when it only announced a proposal
	illustrate = time.Hour           // by a picture or voice note without a word, or half a sentence
)

// MessageType says what a chat message is, as far as grouping cares.
type MessageType string

// The types of a chat message. Media stands for whatever has to be looked at or
// listened to before one knows what it says.
const (
	TextMessage     MessageType = "text"
	MediaMessage    MessageType = "media"    // picture, voice note, video, document
	PlaceMessage    MessageType = "place"    // location, live location
	SmallMessage    MessageType = "small"    // sticker, contact card, poll vote: says nothing alone
	EditMessage     MessageType = "edit"     // Target is what it changes
	DeletionMessage MessageType = "deletion" // Target is what it takes back
	ReactionMessage MessageType = "reaction" // Target is what it is about
)

// ChatMessage is what grouping knows of a message.
type ChatMessage struct {
	ID        string
	Sender    string // canonical
	At        time.Time
	Type      MessageType
	Text      string // text or caption
	Target    string // the message it quotes, edits, deletes or reacts to
	Forwarded bool

	weight *weight // of Text; nil until it is asked for
}

// weight is what a text says for the question whether its burst proposes. It is
// worked out once, since the question comes with every message that joins.
type weight struct {
	words       int  // neither greeting nor thanks nor politeness
	requests    bool // it has a word of asking
	asks        bool // for something
	complains   bool // it has a word of trouble
	queries     bool // it is a question
	misdirected bool // what came before was meant for somebody else
}

func (m *ChatMessage) weigh() weight {
	if m.weight == nil {
		m.weight = weightOf(m.Text)
	}
	return *m.weight
}

// Burst is one proposal in the making: the messages of one sender that belong
// together.
type Burst struct {
	Messages []ChatMessage
}

// Last is when the sender last wrote.
func (b *Burst) Last() time.Time { return b.Messages[len(b.Messages)-1].At }

// Has tells whether a message is part of the burst.
func (b *Burst) Has(id string) bool {
	return slices.ContainsFunc(b.Messages, func(m ChatMessage) bool { return m.ID == id })
}

// Proposes tells whether the burst asks for something, or holds what may: a
// photographed letter, a voice note.
func (b *Burst) Proposes() bool {
	var texts []weight
	deleted := map[string]bool{}
	place := false
	for _, m := range b.Messages {
		if m.Type == DeletionMessage {
			deleted[m.Target] = true
		}
	}
	for i := range b.Messages {
		m := &b.Messages[i]
		switch {
		case deleted[m.ID]:
		case m.Type == MediaMessage:
			return true
		case m.Type == PlaceMessage:
			place = true
			texts = append(texts, m.weigh())
		case m.Type == TextMessage && m.Forwarded && !m.weigh().requests:
			// News that was passed on asks the forum for nothing.
		case m.Type == TextMessage && m.weigh().misdirected:
			texts = slices.DeleteFunc(texts, func(w weight) bool { return !w.requests })
		case m.Type == TextMessage, m.Type == EditMessage:
			texts = append(texts, m.weigh())
		}
	}
	return proposes(texts, place)
}

// announces tells whether the burst says that a proposal will come and nothing
// of what it is.
func (b *Burst) announces() bool {
	asked := false
	for _, m := range b.Messages {
		p := plain(m.Text)
		if m.Type != TextMessage || len(spokenOf(p)) > 0 {
			return false
		}
		asked = asked || wanting.MatchString(p)
	}
	return asked
}

// Gather says what becomes of m, given the bursts of its sender in its chat,
// oldest first: the burst it joins, or nil when it begins one of its own.
// alone tells that it stands for itself and makes no proposal.
func Gather(m ChatMessage, own []*Burst, quiet time.Duration) (joins *Burst, alone bool) {
	if m.Type == ReactionMessage {
		return nil, true
	}
	if m.Target != "" {
		for _, b := range slices.Backward(own) {
			if b.Has(m.Target) {
				return b, false
			}
		}
		if m.Type == DeletionMessage || m.Type == TextMessage && agrees(m.Text) {
			return nil, true
		}
	}
	if len(own) == 0 {
		return nil, false
	}
	latest := own[len(own)-1]
	gap := m.At.Sub(latest.Last())
	part := m.Type == MediaMessage && m.Text == "" || m.Type == TextMessage && dangles(m.Text)
	if gap <= quiet || (gap <= announcing && latest.announces()) || (gap <= illustrate && part && latest.Proposes()) {
		return latest, false
	}
	if !continues(m.Text) {
		return nil, false
	}
	for _, b := range slices.Backward(own) {
		if b.Proposes() && m.At.Sub(b.Last()) <= continuing {
			return b, false
		}
	}
	return nil, false
}

// Words that the rules look for. They are matched in lower case, at the
// beginning of a message (opening) or anywhere between word boundaries.
var (
	greeting  = anywhere(`ass?|asww|aslm\w*|assalam\w*(\s?['’]?\s?alaikum\w*)?|wa'?alaikum\w*|w[ar]*\.?\s?wb|wr|wb|selamat|met|slmt|pagi|siang|sore|malam|mlm|halo|hallo|hai|hi|p|permisi|punten|sampurasun|bismillah\w*|dengan hormat|yth|salam|sehat selalu`)
	thanking  = anywhere(`terima\s?kasih|trima\s?kasih|makasih|maksih|makasi|mksh|mks|trims|trimakasih|thanks|thx|tks|nuhun|hatur|matur|suwun|sama-?sama|sami2|alhamdulillah|amin|aamiin|barakallah`)
	noise     = anywhere(`ok|oke|okey|okay|siap+|baik|baiklah|iya+|ya+|yaa|sip+|noted|mantap|noted|oh|ooh|gitu|begitu|infonya|info|informasi\w*|atas|untuk|banyak|sekali|ya|kak|kakak|bu|ibu|pak|bapak|bpk|admin|min|mas|mbak|bang|bos|semua\w*|sudah|udah|udh|dibantu|responnya|respon|bales\w*|balas\w*|perhatian\w*|kerja\s?sama\w*|mohon maaf|maaf|maap|mengganggu|ganggu|izin|ijin|tes|test|testing|cek|hehe+|wkwk\w*|haha+|ditunggu|kabarnya|dan|kasih|ku|saya|sy|nggih|njih|monggo|lagi|jg|juga|waktunya|panitia|dinas|yang|yg|itu|ini|nih|tuh|di|ke|dari|dr|akan|nanti|ntar|besok|bsk|coba|cuma|cm|hanya|share|kirim|ngirim|kirimkan|dikirim|sampaikan|disampaikan|kabari|dulu|aja|saja|kok|deh|dong|sih|lah|kan|nya|nama|adalah|kami|kita|aye|gw|ane`)
	asking    = anywhere(`usul\w*|mengusul\w*|diusul\w*|ngusul\w*|mohon|mhn|memohon|permohonan|minta|mnta|mintak|meminta|tolong|tlg|tulung|agar|supaya|spy|biar|butuh|membutuhkan|perlu\w*|pengen|pengin|pingin|pgn|kepengen|ingin|harap\w*|berharap|sebaiknya|hendaknya|saran\w*|menyarankan|aju\w*|mengajukan|bantu\w*|adakan|diadakan|adain|sediakan|disediakan|disediain|kasih|kasi|dikasih|bikin\w*|dibikin\w*|buatkan|buatin|dibuat\w*|fasilitasi|difasilitasi|pinjam\w*|pinjem\w*|modal|hibah|pelatihan|hoyong|nyuwun|semoga|moga2?|masukan`)
	wanting   = anywhere(`usul\w*|mengusul\w*|diusul\w*|ngusul\w*|mohon|mhn|memohon|permohonan|minta|mnta|meminta|tolong|tlg|butuh|pengen|pengin|pingin|pgn|ingin|mengajukan|saran\w*|harap\w*`)
	query     = anywhere(`kapan|kpn|gimana|gmn|bagaimana|bgmn|dimana|dmn|di\s?mana|kemana|kmn|ke\s?mana|siapa|berapa|brp|apakah|apa|kenapa|knp|tau|tahu|boleh|bisa|bs|bener|benar`)
	backward  = opening(`tambahan|tambah|nambah|tmbh\w*|menambahkan|ralat|koreksi|revisi|maksud\w*|mksd\w*|typo|salah ketik|salah tulis|lanjut\w*|sambung\w*|nyambung|satu lagi|1 lagi|sekalian|oiya|oia|o iya|oh iya|oh ya|ohya|eh iya|lupa|ketinggalan|kelupaan|#\d+|gajadi|ga jadi|gak jadi|nggak jadi|tidak jadi|batal\w*|abaikan|cabut|ditarik|dibatalkan|dibatalin|jgn dipakai|hapus|(ini|itu)\s+(foto|file|surat|lampiran|proposal|dokumen|ktp|datanya|alamat|lokasi)\w*|yang tadi|yg tadi`)
	referring = anywhere(`(usul\w*|pesan|wa|surat|foto|proposal)\s+(sy|saya|kami|kmi|gw|aye|kita|yg|yang)?\s*(kemarin|kmrn|kemaren|tadi|barusan|td|sebelumnya|semalam|minggu lalu|di ?atas)|yg kemarin|yang kemarin|yg kmrn|maksud saya|maksud sy|maksudnya|mksdnya|tadi (salah|kurang|lupa|kelebihan)`)
	agreeing  = regexp.MustCompile(`^(\s|[^\pL\pN])*(setuju\w*|stuju\w*|sepakat|akur|dukung|mendukung|sy dukung|betul\w*|bener+|benar|bnr|iya+|yes+|sip+|mantap\w*|mantul|cocok|nah|ikut|sama|idem|\+\s?1|up|noted|ok\w*|siap\w*|gas+|amin|aamiin|wah|keren|bagus\w*|good|like)\b`)
	numbered  = regexp.MustCompile(`(?m)^\s*(\(?\d{1,2}[.)]|[a-h][.)]|[-•*]\s)\s*\S`)
	another   = opening(`(oiya|oia|o iya|oh iya|oh ya|ohya|eh iya)|(satu|1) lagi|(usul\w*|yang|yg) (kedua|ke-?2|ketiga|ke-?3|lain\w*)|ke(dua|tiga|empat)|selain itu|trs|terus|lalu|kemudian|(kalau|kalo|klo|kl) (saya|sy|aye|gw|kami|ane|dari saya|dr saya)( sendiri)?|(dari|dr) (saya|sy|kami) sendiri|sama (minta|usul|mohon)|juga (minta|usul|mohon)|(minta|usul|mohon)\w* (juga|jg|lagi|lg)|btw|beda lagi|lain lagi|ada lagi|sekalian (minta|usul|mohon|lapor)`)
)

// joining begins half a sentence; troubled is trouble in a word; misdirected says
// that what came before was meant for somebody else; proposing asks for something
// in words that questions have too; inquiring asks to be told, not to be given.
var (
	joining     = regexp.MustCompile(`^(sm|sama|ama|plus|serta|dan|dn|juga|jg|\+|&)\s+\S`)
	troubled    = anywhere(`rusak\w*|bocor\w*|banjir\w*|mahal\w*|sepi|macet\w*|mati|padam|gelap|kotor|bau|digusur|gusur\w*|penggusuran|diusir|susah|sulit|kesulitan|kesusahan|kurang|kekurangan|hilang|maling|kemalingan|roboh|ambruk|retak|penuh|sempit|jelek|semrawut|rugi|bangkrut|tutup|pungli|preman|palak\w*|disita|terancam|terlambat|lambat|lama|jauh|licin|berlubang|longsor`)
	misdirected = anywhere(`salah (kirim|kamar|grup|group|gc|orang|sambung|pencet|chat|alamat|nomor|no)|salkir|kepencet|nyasar`)
	proposing   = anywhere(`biar|spy|supaya|agar|(kl|klo|kalo|kalau|klu) (bs|bisa|boleh)|bisa ga sih|bs ga sih`)
	inquiring   = anywhere(`(mohon|mhn|minta|mnta|mau|numpang|izin|ijin|boleh|ingin|pengen)\s+(tanya|nanya|bertanya|info|informasi\w*|infonya|petunjuk\w*|arahan\w*|penjelasan\w*)`)
)

func anywhere(words string) *regexp.Regexp {
	return regexp.MustCompile(`(^|[^\pL\pN])(` + words + `)($|[^\pL\pN])`)
}

func opening(words string) *regexp.Regexp {
	return regexp.MustCompile(`^([^\pL\pN#]|(maaf|maap|mf|pak|bu|bpk|ibu|kak|min|admin|assalam\w*|eh|oh|dan|ini|mohon maaf|mau|sy|saya|izin|tolong|utk|untuk)\b)*(` + words + `)($|[^\pL\pN])`)
}

// starred is how people correct a word or a figure: *35.
var starred = regexp.MustCompile(`^\s*\*\s?(\d)`)

// plain brings a text to the form in which words are looked for.
func plain(text string) string {
	return strings.ToLower(strings.TrimSpace(starred.ReplaceAllString(text, "#$1")))
}

// content counts the words of a text that are neither greeting nor thanks nor
// politeness.
func content(text string) int {
	t := plain(text)
	for _, re := range []*regexp.Regexp{greeting, thanking, noise} {
		for range 3 { // neighbours share a boundary
			t = re.ReplaceAllString(t, " ")
		}
	}
	return len(strings.FieldsFunc(t, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
}

// Says tells whether a text says anything besides greeting, thanks and politeness.
func Says(text string) bool { return content(text) > 0 }

// weightOf weighs a text.
func weightOf(text string) *weight {
	p := plain(text)
	w := &weight{words: content(text), requests: asking.MatchString(p), complains: troubled.MatchString(p), misdirected: misdirected.MatchString(p)}
	if w.words == 0 {
		return w
	}
	rest := inquiring.ReplaceAllString(p, " ")
	w.asks = w.words >= 2 && asking.MatchString(rest)
	w.queries = rest != p && w.words <= 8 || strings.HasSuffix(strings.TrimRight(rest, " 🙏.!"), "?") ||
		query.MatchString(rest) && w.words <= 8 && !wanting.MatchString(rest) && !proposing.MatchString(rest)
	return w
}

// proposes tells whether texts of one burst, together, ask for something or say
// something that is neither politeness nor a question. A word of trouble is enough
// ("banjir"), and so is any word beside a place on the map.
func proposes(texts []weight, place bool) bool {
	asked, troubled, told, words := false, false, 0, 0
	for _, w := range texts {
		asked, troubled = asked || w.asks, troubled || w.complains
		words += w.words
		if !w.queries {
			told += w.words
		}
	}
	return asked && told > 0 || told >= 2 || troubled && told > 0 || place && words > 0
}

// agrees tells whether a text only supports what somebody else wrote.
func agrees(text string) bool {
	p := plain(text)
	return (agreeing.MatchString(p) && content(p) <= 5) || content(p) == 0
}

// dangles tells whether a text is only the rest of a sentence.
func dangles(text string) bool {
	p := plain(text)
	return joining.MatchString(p) && content(p) > 0 && len(strings.Fields(p)) <= 7 && !wanting.MatchString(p)
}

// continues tells whether a text by its words belongs to what was sent before.
func continues(text string) bool {
	p := plain(text)
	return backward.MatchString(p) || referring.MatchString(p)
}
