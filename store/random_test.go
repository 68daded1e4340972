package store

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"usulan/intake"
)

// phrases are what people say, by what the rules make of it.
var phrases = [...]string{
	"Assalamualaikum", "p", "makasih pak 🙏", "kapan acaranya pak?", "mau usul pak", "sy tini dari rengas", "di jombang",
	"mohon bantuan modal 5jt buat jahit", "usul lampu di sentra pkl", "kami juga minta tempat jualan pagi di setu",
	"tambahan pak: sekalian ada keran air", "ralat 15jt", "gajadi pak, abaikan ya", "setuju pak", "satu lagi, jadwalnya sabtu aja",
	"usul yg kemarin tolong dibaca", "👍", "kios semi permanen di rempoa",
}

// rambling is a conversation that nobody had: two people in a group and alone,
// with every kind of message, at all distances that the rules know of.
func rambling(r *rand.Rand, messages int) (all []*intake.Submission) {
	gaps := [...]time.Duration{time.Second, 30 * time.Second, 5 * time.Minute, 10 * time.Minute, 11 * time.Minute,
		40 * time.Minute, 5 * time.Hour, 20 * time.Hour, 10 * 24 * time.Hour, 20 * 24 * time.Hour}
	at := -90 * 24 * time.Hour
	for i := range messages {
		at += gaps[r.IntN(len(gaps))]
		from, id := phone(r.IntN(2)), fmt.Sprint("m", i)
		words := phrases[r.IntN(len(phrases))]
		target := ""
		if i > 0 {
			target = fmt.Sprint("m", r.IntN(i))
		}
		var s *intake.Submission
		switch n := r.IntN(20); {
		case n < 10 || target == "":
			s = text(from, id, at, words)
		case n < 12:
			s = quoting(target, text(from, id, at, words))
		case n < 14:
			s = edit(from, id, at, target, words)
		case n < 15:
			s = deletion(from, id, at, target)
		case n < 17:
			s = chatting(from, id, at, intake.MediaMessage, "")
		case n < 18:
			s = chatting(from, id, at, intake.PlaceMessage, "")
		default:
			s = chatting(from, id, at, intake.SmallMessage, "")
		}
		if r.IntN(3) == 0 {
			s = in("g", s)
		}
		all = append(all, s)
	}
	return all
}

func TestRambling(t *testing.T) {
	seeds := 4
	if os.Getenv("USULAN_LONG") != "" {
		seeds = 300
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			agrees(t, rambling(rand.New(rand.NewPCG(uint64(seed), 7)), 12))
		})
	}
}
