package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"image/jpeg"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// cast is everybody who writes to the demo's number, and what they say.
var cast = readCast()

//go:embed chats.toml
var chats []byte

type script struct {
	People []person `toml:"person"`
}

// person is one of the cast. Who says nothing is for whoever looks at the phone
// page.
type person struct {
	Name   string      `toml:"name"`
	Number string      `toml:"number"`
	Group  bool        `toml:"group"` // says it in the group
	Say    []utterance `toml:"say"`
}

// utterance is one message of a conversation. Wait is in seconds after the one
// before it; Quote, Edit and Delete count the person's messages from 1.
type utterance struct {
	Text      string   `toml:"text"`
	Wait      int      `toml:"wait"`
	Forwarded bool     `toml:"forwarded"`
	Quote     int      `toml:"quote"`
	Edit      int      `toml:"edit"`
	Delete    int      `toml:"delete"`
	Photo     []string `toml:"photo"` // the lines of a letter
	Voice     int      `toml:"voice"` // seconds
	File      string   `toml:"file"`
	Lines     []string `toml:"lines"` // of that file
	Place     string   `toml:"place"`
	Lat       float64  `toml:"lat"`
	Lng       float64  `toml:"lng"`
}

func readCast() script {
	var s script
	if err := toml.Unmarshal(chats, &s); err != nil {
		panic(err) // the text is part of the program
	}
	return s
}

// cue is something that is to be said at a time.
type cue struct {
	at   time.Duration
	said said
	file func() []byte
}

// cues are the conversations on one time line: each begins a while after the
// one before, so that they overlap as in life.
func (s script) cues(apart time.Duration) []cue {
	const usual = 3 // seconds between two messages of a person
	var all []cue
	begin := time.Duration(0)
	for _, p := range s.People {
		if len(p.Say) == 0 {
			continue
		}
		at := begin
		for i, u := range p.Say {
			if i > 0 {
				wait := u.Wait
				if wait == 0 {
					wait = usual
				}
				at += time.Duration(wait) * time.Second
			}
			c := p.cue(i, u)
			c.at = at
			all = append(all, c)
		}
		begin += apart
	}
	slices.SortStableFunc(all, func(a, b cue) int { return int(a.at - b.at) })
	return all
}

// cue turns an utterance into what the phone is to send. Its id is always the
// same, so that a demo which goes on repeats nothing.
func (p person) cue(i int, u utterance) cue {
	s := said{ID: p.id(i), Person: p.Number, Name: p.Name, Kind: written, Text: u.Text, Group: p.Group}
	var file func() []byte
	switch {
	case u.Forwarded:
		s.Kind = forwarded
	case u.Quote > 0:
		s.Target = p.id(u.Quote - 1)
	case u.Edit > 0:
		s.Kind, s.Target = edit, p.id(u.Edit-1)
	case u.Delete > 0:
		s.Kind, s.Target = deletion, p.id(u.Delete-1)
	case len(u.Photo) > 0:
		s.Kind, s.Type = photo, "image/jpeg"
		file = func() []byte { return snapshot(u.Photo...) }
	case u.Voice > 0:
		s.Kind, s.Type, s.Length = voice, voiceType, u.Voice
		file = func() []byte { return silence(u.Voice) }
	case u.File != "":
		s.Kind, s.File, s.Type = document, u.File, "application/pdf"
		file = func() []byte { return pdf(u.Lines...) }
	case u.Place != "":
		s.Kind, s.Place, s.Lat, s.Lng = location, u.Place, u.Lat, u.Lng
	}
	return cue{said: s, file: file}
}

// voiceType is the media type of voice notes.
const voiceType = "audio/ogg; codecs=opus"

func (p person) id(i int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", p.Number, i))
	return "3EB0" + strings.ToUpper(hex.EncodeToString(sum[:9]))
}

// Perform lets the cast say its conversations, each beginning a while after the
// one before. What was said in an earlier run is not said again. It returns
// early when ctx ends.
func (w *WhatsApp) Perform(ctx context.Context, apart time.Duration) error {
	began := time.Now()
	for _, c := range cast.cues(apart) {
		w.mu.Lock()
		done := w.find(c.said.ID) != nil
		w.mu.Unlock()
		if done {
			began = time.Now().Add(-c.at) // go on from here
			continue
		}
		t := time.NewTimer(time.Until(began.Add(c.at)))
		select {
		case <-ctx.Done():
			t.Stop()
			return nil
		case <-t.C:
		}
		var file []byte
		if c.file != nil {
			file = c.file()
		}
		if err := w.say(c.said, file); err != nil {
			return err
		}
	}
	return nil
}

// snapshot is a photograph of a letter.
func snapshot(lines ...string) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, letter(lines...), nil); err != nil {
		panic(err) // memory takes everything
	}
	return b.Bytes()
}
