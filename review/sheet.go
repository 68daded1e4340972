package review

import (
	"strings"
	"time"
	"unicode/utf8"

	"usulan/intake"
	"usulan/store"
)

// line is one proposal as a sheet shows it. It has no telephone number and no
// mail address: a sheet travels further than a screen.
type line struct {
	no          int
	ref         string
	received    string // yyyy-mm-dd in the forum's time zone
	channel     string
	participant string
	subject     string
	text        string // the participant's own words, all parts in order of arrival
	folded      int    // characters of quotes and signatures that text leaves out
	code        string
	title       string
	state       string
	reason      string
	attachments int
	staff       string
}

// column is one column of the sheet Usulan and of the CSV file.
type column struct {
	name    string
	width   float64 // characters
	wrap    bool
	meaning string // Indonesian, for the sheet Kamus_Kolom
	gloss   string // English
	value   func(*line) any
}

// columns are those of the hand-over list of a forum, as far as intake knows
// them. Their names are a format that other programs read: never translated,
// never renamed.
var columns = []column{
	{"No", 6, false, "Nomor urut dalam berkas ini.", "Position in this file.", func(l *line) any { return l.no }},
	{"No_Usulan", 16, false, "Nomor usulan, tetap dan tidak pernah dipakai ulang.", "Reference of the proposal, permanent.", func(l *line) any { return l.ref }},
	{"Tanggal_Terima", 15, false, "Tanggal diterima (yyyy-mm-dd) menurut kotak surat.", "Date received (yyyy-mm-dd) by the mailbox's clock.", func(l *line) any { return l.received }},
	{"Kanal", 10, false, "Jalur masuk.", "Way in.", func(l *line) any { return l.channel }},
	{"Pengusul", 28, true, "Nama seperti ditulis pengusul.", "Name as the participant writes it.", func(l *line) any { return l.participant }},
	{"Perihal", 36, true, "Perihal kiriman pertama.", "Subject of the first submission.", func(l *line) any { return l.subject }},
	{"Usulan", 80, true, "Kata-kata pengusul, tanpa kutipan surat terdahulu dan tanda tangan. Teks di atas 32.767 karakter berlanjut di kolom Usulan_Lanjutan.", "The participant's own words, without quoted history and signature. A text over 32,767 characters continues in Usulan_Lanjutan.", func(l *line) any { return l.text }},
	{"Dilipat", 9, false, "Jumlah karakter kutipan dan tanda tangan yang tidak ikut; lengkapnya ada di layar.", "Characters of quotes and signatures left out here; the screen has them.", func(l *line) any { return l.folded }},
	{"Prioritas_Kode", 14, false, "Kode prioritas; kosong bila belum ditandai.", "Code of the priority; empty when not tagged.", func(l *line) any { return l.code }},
	{"Prioritas_Uraian", 40, true, "Bunyi resmi prioritas.", "Official text of the priority.", func(l *line) any { return l.title }},
	{"Status", 16, false, "Perlu dipilah, Menunggu info, Sudah dipilah, Disisihkan, atau Ditarik pengusul.", "To triage, Awaiting info, Triaged, Set aside, or Withdrawn.", func(l *line) any { return l.state }},
	{"Alasan", 30, true, "Alasan bila disisihkan.", "Why it was set aside.", func(l *line) any { return l.reason }},
	{"Lampiran", 9, false, "Jumlah lampiran.", "Number of attachments.", func(l *line) any { return l.attachments }},
	{"Petugas", 20, false, "Petugas yang memutuskan.", "Staff member who decided.", func(l *line) any { return l.staff }},
}

// continuation is the name of the columns, at the right end, that take what
// does not fit into a cell.
const continuation = "Usulan_Lanjutan"

// stateWords are what the column Status says. The sheet is an official
// document and Indonesian whatever the language of the screen.
var stateWords = map[store.State]string{
	store.New:       "Perlu dipilah",
	store.NeedsInfo: "Menunggu info",
	store.Tagged:    "Sudah dipilah",
	store.SetAside:  "Disisihkan",
	store.Withdrawn: "Ditarik pengusul",
}

// liner makes lines of proposals.
type liner struct {
	zone    *time.Location
	titles  map[string]string // of priorities by code
	reasons map[string]string
	count   int
}

func newLiner(s store.Settings, zone *time.Location) *liner {
	l := &liner{zone: zone, titles: map[string]string{}, reasons: map[string]string{}}
	for _, p := range s.Priorities {
		l.titles[p.Code] = p.Title
	}
	for _, r := range s.Reasons {
		l.reasons[r.Code] = r.Title
	}
	return l
}

func (l *liner) line(p *store.Proposal) line {
	l.count++
	text, folded := handOver(onPaper(settle(p)))
	return line{
		no:          l.count,
		ref:         p.Ref,
		received:    p.ReceivedAt.In(l.zone).Format(time.DateOnly),
		channel:     p.Channel,
		participant: nameOnly(p),
		subject:     p.Subject,
		text:        text,
		folded:      folded,
		code:        p.Priority,
		title:       l.titles[p.Priority],
		state:       stateWords[p.State],
		reason:      joinWords(l.reasons[p.Reason], p.ReasonText),
		attachments: p.Attachments,
		staff:       p.DecidedBy,
	}
}

// takenBack stands in a sheet where somebody deleted a message for everyone.
const takenBack = "[pesan dihapus pengirim]"

// onPaper puts into words what a screen shows otherwise: that a message was
// deleted, without a word of it, and where a place on the map is.
func onPaper(parts []said) []said {
	for i := range parts {
		p := &parts[i]
		switch {
		case !p.Withdrawn.IsZero():
			p.Text, p.Ranges, p.Withdrawn = takenBack, nil, time.Time{}
		case p.Chat != nil && p.Chat.Location != nil:
			l := newSpot(*p.Chat.Location)
			p.Text = strings.TrimSpace(p.Text + "\n" + joinWords("Lokasi", joinWords(l.Name, l.Address, l.Coordinates)))
		}
	}
	return parts
}

func joinWords(words ...string) string {
	var kept []string
	for _, w := range words {
		if w = strings.TrimSpace(w); w != "" {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, ": ")
}

// nameOnly is the participant's name, empty where a list falls back on their
// address because no name is known.
func nameOnly(p *store.Proposal) string {
	for _, a := range p.Addresses {
		if p.Participant == a.Shown || p.Participant == a.Value {
			return ""
		}
	}
	return p.Participant
}

// handOver joins what a participant wrote themselves and counts the characters
// of the ranges it leaves out. A text that is nothing but ranges is kept whole:
// better a quote too many than an empty cell. What was taken back is left out.
func handOver(parts []said) (text string, folded int) {
	var texts strings.Builder
	for _, p := range parts {
		if !p.Withdrawn.IsZero() {
			continue
		}
		own, left := outside(p.Text, p.Ranges)
		if strings.TrimSpace(own) == "" {
			own, left = p.Text, 0
		}
		if own = strings.TrimSpace(own); own != "" {
			if texts.Len() > 0 {
				texts.WriteString("\n")
				if p.Chat == nil { // the lines of a chat are short and belong together
					texts.WriteString("\n")
				}
			}
			texts.WriteString(own)
		}
		folded += left
	}
	return texts.String(), folded
}

// outside returns what of text lies outside the ranges, and how many characters lie inside.
func outside(text string, ranges []intake.Range) (own string, inside int) {
	var b strings.Builder
	at := 0
	for _, r := range ranges {
		if r.Start < at || r.End < r.Start || r.End > len(text) {
			continue
		}
		b.WriteString(text[at:r.Start])
		inside += utf8.RuneCountInString(text[r.Start:r.End])
		at = r.End
	}
	b.WriteString(text[at:])
	return b.String(), inside
}
