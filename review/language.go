package review

import (
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

//go:embed languages/*.json
var languageFiles embed.FS

// words says things in one language. It never changes after it was made.
type words struct {
	code    string
	entries map[string]phrase
	zone    *time.Location

	// What every time and number needs, taken out of the entries once.
	months, weekdays    []string
	colon, group, point string
}

// phrase is a sentence with {1}, {2} ... for what varies. One is used instead
// of Other when the first number among these is 1.
type phrase struct{ One, Other string }

// UnmarshalJSON takes "sentence" or {"one": ..., "other": ...}.
func (p *phrase) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &p.Other)
	}
	type plain phrase
	return json.Unmarshal(b, (*plain)(p))
}

// languages reads the language files; the first language of the forum is Indonesian.
func languages(zone *time.Location) map[string]*words {
	out := map[string]*words{}
	for _, code := range []string{"id", "en"} {
		b, err := languageFiles.ReadFile("languages/" + code + ".json")
		if err != nil {
			panic(err) // the files are part of the program
		}
		w := &words{code: code, zone: zone}
		if err := json.Unmarshal(b, &w.entries); err != nil {
			panic(fmt.Errorf("languages/%s.json: %w", code, err))
		}
		w.months, w.weekdays = strings.Fields(w.Say("time.months")), strings.Fields(w.Say("time.weekdays"))
		w.colon, w.group, w.point = w.Say("time.separator"), w.Say("number.group"), w.Say("number.point")
		out[code] = w
	}
	return out
}

// words returns the language of a request: what the browser chose, else what
// the staff member has, else Indonesian.
func (s *Server) words(c echo.Context) *words {
	for _, code := range []string{preferencesOf(c).Language, staffOf(c).Language} {
		if w := s.screens.languages[code]; w != nil {
			return w
		}
	}
	return s.screens.languages["id"]
}

// Code is the language's code, for the lang attribute.
func (w *words) Code() string { return w.code }

// functions are what templates call.
func (w *words) functions() template.FuncMap {
	return template.FuncMap{
		"t": w.Say, "for": w.For, "fault": w.Fault, "remedy": w.Remedy, "has": w.Has, "number": w.Number, "clock": w.Clock, "day": w.Day, "moment": w.Moment,
		"span": w.Span, "when": w.When, "ago": w.Ago, "long": w.Long, "bytes": w.Bytes, "iso": w.iso, "length": w.Length,
	}
}

// Say returns the sentence of a key with what varies put in.
func (w *words) Say(key string, args ...any) string {
	p, ok := w.entries[key]
	if !ok {
		return key
	}
	text := p.Other
	if p.One != "" && singular(args) {
		text = p.One
	}
	if len(args) == 0 {
		return text
	}
	// All at once: a participant's "{2}" inside what is put in stays as it is.
	pairs := make([]string, 0, 2*len(args))
	for i, a := range args {
		pairs = append(pairs, "{"+strconv.Itoa(i+1)+"}", w.plain(a))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// For says a sentence as it is for a channel, where it has one of its own.
func (w *words) For(channel, key string, args ...any) string {
	if own := key + "." + channel; w.Has(own) {
		key = own
	}
	return w.Say(key, args...)
}

// Fault says what went wrong with a channel, or with what came through it.
func (w *words) Fault(channel, code string) string {
	if code == "" {
		return w.Say("fault.unnamed")
	}
	if text := w.For(channel, "fault."+code); text != "fault."+code {
		return text
	}
	return w.Say("fault.unknown", code)
}

// Remedy says what to do about it, or nothing.
func (w *words) Remedy(channel, code string) string {
	if text := w.For(channel, "remedy."+code); text != "remedy."+code {
		return text
	}
	return ""
}

// Has tells whether there is a sentence for the key.
func (w *words) Has(key string) bool { _, ok := w.entries[key]; return ok }

func singular(args []any) bool {
	for _, a := range args {
		switch n := a.(type) {
		case int:
			return n == 1
		case int64:
			return n == 1
		}
	}
	return false
}

func (w *words) plain(a any) string {
	switch v := a.(type) {
	case int:
		return w.Number(v)
	case int64:
		return w.Number(v)
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// Number groups thousands: 1.874 in Indonesian, 1,874 in English.
func (w *words) Number(v any) string {
	var n int64
	switch v := v.(type) {
	case int:
		n = int64(v)
	case int64:
		n = v
	default:
		return fmt.Sprint(v)
	}
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + w.group + digits[i:]
	}
	return sign + digits
}

// Bytes is a size as people say it.
func (w *words) Bytes(n int64) string {
	for _, unit := range []struct {
		name string
		size int64
	}{{"GB", 1 << 30}, {"MB", 1 << 20}, {"KB", 1 << 10}} {
		if n >= unit.size {
			v := float64(n) / float64(unit.size)
			if v >= 10 {
				return w.Number(int64(v+0.5)) + " " + unit.name
			}
			return strings.Replace(strconv.FormatFloat(v, 'f', 1, 64), ".", w.point, 1) + " " + unit.name
		}
	}
	return w.Number(n) + " B"
}

func (w *words) clock(t time.Time) string { return t.Format("15" + w.colon + "04") }

// Clock is a time of day: 19.14.
func (w *words) Clock(t time.Time) string { return w.clock(t.In(w.zone)) }

// Day is a short date and time: 17 Mar 19.14.
func (w *words) Day(t time.Time) string {
	t = t.In(w.zone)
	return fmt.Sprintf("%d %s %s", t.Day(), w.month(t), w.clock(t))
}

// When is as short as it can be: a time of day for today, else the day.
func (w *words) When(now, t time.Time) string {
	now, t = now.In(w.zone), t.In(w.zone)
	if now.Format("20060102") == t.Format("20060102") {
		return w.clock(t)
	}
	return fmt.Sprintf("%d %s", t.Day(), w.month(t))
}

// Moment is the whole of it: Sel, 17 Mar 2020, 19.14 WIB.
func (w *words) Moment(t time.Time) string {
	t = t.In(w.zone)
	return fmt.Sprintf("%s, %d %s %d, %s %s", w.weekday(t), t.Day(), w.month(t), t.Year(), w.clock(t), t.Format("MST"))
}

// Span is when something began and ended: Sel, 17 Mar 2020, 19.11-19.13 WIB.
func (w *words) Span(from, to time.Time) string {
	from, to = from.In(w.zone), to.In(w.zone)
	switch {
	case from.Format("200601021504") == to.Format("200601021504"):
		return w.Moment(from)
	case from.Format("20060102") == to.Format("20060102"):
		m := w.Moment(from)
		return strings.Replace(m, w.clock(from), w.clock(from)+"–"+w.clock(to), 1)
	default:
		return w.Moment(from) + " – " + w.Day(to)
	}
}

// Ago is how long something has been: 4 menit lalu.
func (w *words) Ago(now, t time.Time) string {
	d := now.Sub(t)
	switch {
	case d < time.Minute:
		return w.Say("ago.now")
	case d < time.Hour:
		return w.Say("ago.minutes", int(d/time.Minute))
	case d < 48*time.Hour:
		return w.Say("ago.hours", int(d/time.Hour))
	default:
		return w.Say("ago.days", int(d/(24*time.Hour)))
	}
}

// Long is how long something takes, in one unit: 20 menit.
func (w *words) Long(d time.Duration) string {
	switch {
	case d < 2*time.Hour:
		return w.Say("long.minutes", max(1, int(d/time.Minute)))
	case d < 48*time.Hour:
		return w.Say("long.hours", int(d/time.Hour))
	default:
		return w.Say("long.days", int(d/(24*time.Hour)))
	}
}

func (w *words) iso(t time.Time) string { return t.In(w.zone).Format(time.RFC3339) }

func (w *words) month(t time.Time) string {
	return w.months[t.Month()-1]
}

func (w *words) weekday(t time.Time) string {
	return w.weekdays[t.Weekday()]
}
