package similar

import (
	"strings"

	"usulan/review/lexicon"
)

// unit is a word of a text as far as comparing cares, or several words that are
// one number.
type unit struct {
	word                  string // as people mean it: chat spellings resolved
	stem                  string
	senses                []int    // groups of synonyms
	topics                []string // concepts of the lexicon
	number                float64
	isNumber, soft, wants bool
	object                bool // of what is asked for, not for whom or where
	place                 bool
}

// units cuts a text into what is compared. Politeness is in it, marked soft.
func (c *Comparer) units(text string) []unit {
	tokens := c.lexicon.Tokenize(text)
	var us []unit
	for i := 0; i < len(tokens); {
		if n, used := numberAt(tokens[i:]); used > 0 {
			us = append(us, unit{isNumber: true, number: n, stem: "#"})
			i += used
			continue
		}
		t := tokens[i]
		if t.Word == "pd" && i+1 < len(tokens) && c.places[tokens[i+1].Word] {
			t.Word, t.Stem = "pondok", "pondok"
		}
		u := unit{word: t.Word, stem: t.Stem, soft: soft[t.Word], wants: wanting[t.Stem]}
		c.lexicon.Meanings(tokens[i:], func(topic string, words int) { u.topics = append(u.topics, topic) })
		u.senses = c.senses[t.Stem]
		u.place = c.places[t.Word]
		if i > 0 && honorific[tokens[i-1].Word] && !u.place && len(u.topics) == 0 && len(u.senses) == 0 {
			u.soft = true // whoever sends it
		}
		us = append(us, u)
		i++
	}
	markObjects(us)
	return us
}

// markObjects finds what is asked for: what follows a word of asking up to the
// next "for", "in" or "because", or else how the text begins.
func markObjects(us []unit) {
	mark := func(from int) {
		for i := from; i < len(us) && !bounding[us[i].word]; i++ {
			us[i].object = !us[i].soft && !us[i].wants && !us[i].place && !us[i].isNumber
		}
	}
	asked := false
	for i := range us {
		if us[i].wants {
			asked = true
			mark(i + 1)
		}
	}
	if !asked {
		mark(0)
	}
}

func set(words string) map[string]bool {
	m := map[string]bool{"terima kasih": true}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

func stemSet(l *lexicon.Lexicon, words string) map[string]bool {
	m := map[string]bool{}
	for _, t := range l.Tokenize(words) {
		m[t.Stem] = true
	}
	return m
}

var (
	// soft words may be there or not without a difference.
	soft = set(`yang untuk dengan di ke dari dan atau itu ini juga saja saya kami kita aku adalah akan sudah ada karena pada
	 oleh para dalam sebagai agar supaya biar kepada yth nya sih dong deh kan ya mas mbak bang kak pak bu bapak ibu min admin
	 lah kek nih tuh ayo mohon minta tolong usul usulan mengusulkan izin maaf terima kasih salam selamat pagi
	 siang sore malam assalamualaikum waalaikumsalam wassalam wr wb hormat demikian sebelumnya atas perhatian perhatiannya
	 banyak sangat sekali rp rupiah orang org buah bh unit bagi buat se per bersama permohonan mengajukan harap semoga p
	 secara hal tentang serta akan bersama_ini sehubungan`)
	// wanting are stems after which comes what is wanted.
	wanting = stemSet(lexicon.New(), `usul mohon minta tolong butuh perlu ingin harap ajukan sediakan adakan fasilitasi bantu
	 pengadaan penyediaan penambahan bikin permohonan bantuan mau`)
	bounding  = set("untuk bagi buat di ke dari agar supaya biar karena pada oleh kepada yang")
	honorific = set("pak bapak bu ibu mas mbak haji bang kak")
)
