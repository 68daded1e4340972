package email

import (
	"strconv"
	"strings"
	"time"
)

// months gives the number of a month by the first three letters of its name, in
// English and Indonesian.
var months = map[string]time.Month{
	"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "mei": 5, "jun": 6, "jul": 7, "aug": 8, "agu": 8, "agt": 8,
	"sep": 9, "oct": 10, "okt": 10, "nov": 11, "nop": 11, "dec": 12, "des": 12,
}

// zones gives the offset in hours of the zones that mails name (RFC 5322
// section 4.3, and those of Indonesia).
var zones = map[string]int{
	"ut": 0, "utc": 0, "gmt": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
	"pst": -8, "pdt": -7, "wib": 7, "wita": 8, "wit": 9, "sgt": 8, "cet": 1, "cest": 2, "bst": 1, "jst": 9,
}

// parseDate reads the Date of a mail, whatever the order of its pieces. It
// returns the zero time when day, month or year are missing or impossible.
func parseDate(s string) time.Time {
	if len(s) > 200 {
		return time.Time{}
	}
	d := dateReader{offset: time.UTC}
	for _, token := range strings.FieldsFunc(withoutComments(s), func(r rune) bool { return r == ' ' || r == ',' || r == '\t' }) {
		d.token(token)
	}
	if d.day < 1 || d.day > 31 || d.month == 0 || d.year < 1970 || d.year > 2200 {
		return time.Time{}
	}
	t := time.Date(d.year, d.month, d.day, d.hour, d.min, d.sec, 0, d.offset)
	if t.Day() != d.day {
		return time.Time{} // 31 June
	}
	return t
}

// dateReader gathers a date token by token.
type dateReader struct {
	year, day      int
	month          time.Month
	hour, min, sec int
	clock          bool
	offset         *time.Location
}

func (d *dateReader) token(s string) {
	switch {
	case (s[0] == '+' || s[0] == '-') && d.clock:
		d.zone(s)
	case strings.IndexByte(s, ':') > 0:
		d.time(s)
	case strings.Count(s, "-") == 2 || strings.Count(s, "/") == 2:
		d.compact(s)
	case s[0] >= '0' && s[0] <= '9':
		n, err := strconv.Atoi(s)
		switch {
		case err != nil:
		case d.day == 0 && n <= 31 && len(s) <= 2:
			d.day = n
		case d.year == 0:
			d.setYear(n, len(s))
		}
	default:
		d.word(s)
	}
}

func (d *dateReader) setYear(n, digits int) {
	switch {
	case digits <= 2 && n < 50:
		n += 2000
	case digits <= 3:
		n += 1900
	}
	d.year = n
}

// word reads the name of a month or of a zone.
func (d *dateReader) word(s string) {
	s = strings.ToLower(strings.TrimRight(s, "."))
	if h, ok := zones[s]; ok && d.clock {
		d.offset = time.FixedZone("", h*3600)
		return
	}
	if len(s) >= 3 && d.month == 0 {
		if m, ok := months[s[:3]]; ok {
			d.month = m
		}
	}
	if strings.HasPrefix(s, "gmt+") || strings.HasPrefix(s, "gmt-") || strings.HasPrefix(s, "utc+") || strings.HasPrefix(s, "utc-") {
		d.zone(s[3:])
	}
	switch {
	case s == "pm" && d.hour < 12:
		d.hour += 12
	case s == "am" && d.hour == 12:
		d.hour = 0
	}
}

// time reads 09:10:11, also with a date before it or a zone behind it
// (RFC 3339).
func (d *dateReader) time(s string) {
	if day, clock, ok := strings.Cut(s, "T"); ok {
		d.compact(day)
		s = clock
	}
	if i := strings.IndexAny(s, "+-Z"); i > 0 {
		d.clock = true
		d.zone(s[i:])
		s = s[:i]
	}
	s, _, _ = strings.Cut(s, ".")
	fields := [3]*int{&d.hour, &d.min, &d.sec}
	limits := [3]int{23, 59, 60}
	for i, f := range strings.SplitN(s, ":", 3) {
		if n, err := strconv.Atoi(f); err == nil && n >= 0 && n <= limits[i] {
			*fields[i] = n
		}
	}
	d.clock = true
}

// zone reads +0700 and +07:00.
func (d *dateReader) zone(s string) {
	digits := strings.ReplaceAll(s[1:], ":", "")
	n, err := strconv.Atoi(digits)
	if s[0] != '+' && s[0] != '-' || err != nil || len(digits) > 4 {
		return
	}
	if len(digits) <= 2 {
		n *= 100
	}
	seconds := n/100*3600 + n%100*60
	if n > 1459 {
		return
	}
	if s[0] == '-' {
		seconds = -seconds
	}
	d.offset = time.FixedZone("", seconds)
}

// compact reads 2019-01-31, 31-Jan-2019 and 31/01/2019.
func (d *dateReader) compact(s string) {
	f := strings.FieldsFunc(s, func(r rune) bool { return r == '-' || r == '/' })
	if len(f) != 3 {
		return
	}
	if len(f[0]) == 4 {
		f[0], f[2] = f[2], f[0]
	}
	day, err1 := strconv.Atoi(f[0])
	year, err2 := strconv.Atoi(f[2])
	if err1 != nil || err2 != nil {
		return
	}
	if n, err := strconv.Atoi(f[1]); err == nil && n >= 1 && n <= 12 {
		d.month = time.Month(n)
	} else {
		d.word(f[1])
	}
	d.day = day
	d.setYear(year, len(f[2]))
}
