package review

import (
	"strings"
	"time"

	"usulan/intake"
	"usulan/store"
)

// lamp is how one channel does: a shape, and always a word.
type lamp struct {
	Channel string // email
	Light   string // good, wait, stop, off
	Word    string
	SeenAt  time.Time
}

// lit is a lamp that only shines.
func lit(light string) lamp { return lamp{Light: light} }

// severity orders lights: what needs a person comes last.
var severity = map[string]int{"good": 0, "off": 1, "wait": 2, "stop": 3}

// lamps is one lamp a channel: the worst of its sources.
func (s *Server) lamps(w *words, sources []store.Source) []lamp {
	var out []lamp
	for _, src := range sources {
		l := s.lampOf(w, src)
		if n := len(out); n > 0 && out[n-1].Channel == l.Channel {
			if severity[l.Light] > severity[out[n-1].Light] {
				out[n-1] = l
			}
			continue
		}
		out = append(out, l)
	}
	return out
}

// lampOf is how one source does. A source that is being linked says how that goes.
func (s *Server) lampOf(w *words, src store.Source) lamp {
	l := lamp{Channel: channelOf(src.Name), Light: light(src.Status), Word: w.stateOf(src), SeenAt: src.SeenAt}
	if silent := src.Silent(s.now(), s.cfg.Zone); silent > 0 {
		l.Light, l.Word = "wait", w.Say("source.silent", w.Long(silent))
	}
	if p := s.pairer(src.Name); p != nil && src.Status.State != intake.Connected {
		switch p.Pairing().Step {
		case intake.Waiting:
			l.Light, l.Word = "wait", w.Say("source.waiting")
		case intake.Scanned:
			l.Light, l.Word = "wait", w.Say("source.scanned")
		}
	}
	return l
}

func channelOf(source string) string {
	channel, _, _ := strings.Cut(source, "/")
	return channel
}

// faultLights are the lights of faults that tell more than the state of their
// source: wait heals or waits for something, stop wants a person.
var faultLights = map[string]string{
	"unlinked": "wait", "phone_away": "wait",
	"logged_out": "stop", "replaced": "stop", "outdated": "stop", "banned": "stop",
}

// light is the lamp of a state.
func light(s intake.Status) string {
	if l := faultLights[s.Fault]; l != "" && s.State != intake.Stopped {
		return l
	}
	switch s.State {
	case intake.Connected:
		return "good"
	case intake.Connecting, intake.Failing:
		return "wait"
	case intake.Parked:
		return "stop"
	default:
		return "off"
	}
}

// troubleOf is the code of what is wrong with a source, as the language files
// have it: a ban that took the account along will not end by itself.
func troubleOf(src store.Source) string {
	if src.Status.Fault == "banned" && src.Account == nil {
		return "banned_for_good"
	}
	return src.Status.Fault
}

// stateOf says how a source does in a word or a few.
func (w *words) stateOf(src store.Source) string {
	switch fault := troubleOf(src); {
	case faultLights[src.Status.Fault] == "" || src.Status.State == intake.Stopped:
		return w.Say("source." + string(src.Status.State))
	case fault == "banned" && !src.Status.Next.IsZero():
		return w.Say("source.banned_until", w.Day(src.Status.Next))
	default:
		return w.Say("source." + fault)
	}
}
