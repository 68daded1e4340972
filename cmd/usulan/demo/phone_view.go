package demo

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"
)

// newcomer is chosen by who is none of the list.
const newcomer = "new"

// phoneView is what the page shows.
type phoneView struct {
	PhoneOptions
	As, Name string
	New      bool
	Free     []choice // who writes nothing by themselves
	Others   []choice
	Days     []day
	Places   []said
	LastText string // the id of the last text, which can be corrected
	Last     string // the id of the last message, which can be deleted
	Edit     *bubble
	Quote    *bubble
}

type choice struct {
	Number, Label string
	Chosen        bool
}

// day is a date and what was said on it.
type day struct {
	Label   string
	Bubbles []*bubble
}

// bubble is a message as it stands now.
type bubble struct {
	said
	Clock   string
	Quoted  string
	Edited  bool
	Deleted bool
	Mine    bool

	// Under the last of several messages that became one proposal.
	Proposal string
	Together int
}

// Correctable tells whether the bubble's words can be changed.
func (b *bubble) Correctable() bool {
	return b.Mine && !b.Deleted && (b.Kind == written || b.Kind == forwarded)
}

// Seconds is the length of a recording, as players show it.
func (b *bubble) Seconds() string { return fmt.Sprintf("%d.%02d", b.Length/60, b.Length%60) }

// Map leads to the place. It is only a link: the page fetches nothing.
func (b *bubble) Map() string {
	return fmt.Sprintf("https://www.openstreetmap.org/?mlat=%.5f&mlon=%.5f", b.Lat, b.Lng)
}

func (p *Phone) view(ctx context.Context, q url.Values) phoneView {
	v := phoneView{PhoneOptions: p.o, As: q.Get("as"), Places: places}
	v.Free, v.Others = p.chats.people()
	if v.As == "" && len(v.Free) > 0 {
		v.As = v.Free[0].Number
	}
	v.New = v.As == newcomer
	for _, list := range [][]choice{v.Free, v.Others} {
		for i := range list {
			list[i].Chosen = list[i].Number == v.As
		}
	}
	v.Name = p.chats.name(v.As)
	all, _ := p.chats.thread(v.As)
	bubbles := fold(all, p.o.Zone)
	p.gather(ctx, bubbles)
	for _, b := range bubbles {
		if b.Mine && !b.Deleted {
			v.Last = b.ID
		}
		if b.Correctable() {
			v.LastText = b.ID
		}
		if b.ID == q.Get("edit") && b.Correctable() {
			v.Edit = b
		}
		if b.ID == q.Get("quote") && b.Mine && !b.Deleted {
			v.Quote = b
		}
		label := dayLabel(b.At, time.Now(), p.o.Zone)
		if len(v.Days) == 0 || v.Days[len(v.Days)-1].Label != label {
			v.Days = append(v.Days, day{Label: label})
		}
		last := &v.Days[len(v.Days)-1]
		last.Bubbles = append(last.Bubbles, b)
	}
	return v
}

// fold turns what was said into bubbles: edits and deletions change the bubble
// they name, as on a phone.
func fold(all []said, zone *time.Location) []*bubble {
	var bubbles []*bubble
	byID := map[string]*bubble{}
	for _, s := range all {
		target := byID[s.Target]
		switch {
		case s.Kind == edit && target != nil:
			target.Text, target.Edited, target.Arrived = s.Text, true, s.Arrived
			continue
		case s.Kind == deletion && target != nil:
			target.Deleted, target.Arrived = true, s.Arrived
			continue
		}
		b := &bubble{said: s, Clock: clock(s.At, zone), Mine: s.Kind != answer}
		if target != nil {
			b.Quoted = cmp.Or(target.Text, target.File, target.Place, "pesan")
		}
		byID[s.ID] = b
		bubbles = append(bubbles, b)
	}
	return bubbles
}

// gather says under the last message of each proposal how many it took.
func (p *Phone) gather(ctx context.Context, bubbles []*bubble) {
	if p.o.Fates == nil || len(bubbles) == 0 {
		return
	}
	ids := make([]string, len(bubbles))
	for i, b := range bubbles {
		ids[i] = b.ID
	}
	fates, err := p.o.Fates(ctx, ids)
	if err != nil {
		p.log.Warn("what became of the messages is not known", "error", err)
		return
	}
	last, count := map[string]*bubble{}, map[string]int{}
	for _, b := range bubbles {
		if ref := fates[b.ID]; ref != "" {
			last[ref] = b
			count[ref]++
		}
	}
	for ref, b := range last {
		b.Proposal, b.Together = ref, count[ref]
	}
}

// dayLabel names a day as people do who look back.
func dayLabel(t, now time.Time, zone *time.Location) string {
	t, now = t.In(zone), now.In(zone)
	switch {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return "Hari ini"
	case t.Format(time.DateOnly) == now.AddDate(0, 0, -1).Format(time.DateOnly):
		return "Kemarin"
	}
	return t.Format("02/01/2006")
}

// people are the choices of the page: those who write nothing by themselves and
// whoever was made up here, then those who do.
func (w *WhatsApp) people() (free, others []choice) {
	w.mu.Lock()
	defer w.mu.Unlock()
	of := func(number string) choice {
		return choice{Number: number, Label: w.names[number] + ", " + shownNumber(number)}
	}
	scripted := map[string]bool{}
	for _, p := range cast.People {
		scripted[p.Number] = true
		if len(p.Say) == 0 {
			free = append(free, of(p.Number))
		} else {
			others = append(others, of(p.Number))
		}
	}
	for _, s := range w.all {
		if !scripted[s.Person] && !slices.ContainsFunc(free, func(c choice) bool { return c.Number == s.Person }) {
			free = append(free, of(s.Person))
		}
	}
	return free, others
}

// name is what a person calls themselves.
func (w *WhatsApp) name(number string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.names[number]
}
