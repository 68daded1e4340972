package similar

import (
	"strconv"
	"strings"

	"usulan/review/lexicon"
)

var small = map[string]float64{
	"nol": 0, "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8, "sembilan": 9,
	"sepuluh": 10, "sebelas": 11, "seratus": 100, "seribu": 1000,
}

var scale = map[string]float64{
	"puluh": 10, "ratus": 100, "ribu": 1e3, "rb": 1e3, "k": 1e3, "juta": 1e6, "jt": 1e6, "jeti": 1e6, "jutaan": 1e6, "miliar": 1e9, "milyar": 1e9, "m": 1e9,
}

// numberAt reads the number that the tokens begin with, in figures or words:
// 7.500.000, 7,5jt, 10 juta, empat puluh. used is how many tokens it takes, 0
// when there is none.
func numberAt(tokens []lexicon.Token) (n float64, used int) {
	first := strings.ToLower(tokens[0].Raw)
	first = strings.TrimPrefix(first, "rp")
	switch value, unit, ok := figures(first); {
	case ok && unit == "":
		n, used = value, 1
	case ok && scale[unit] != 0:
		return value * scale[unit], 1
	case ok && unit == "ribuan", ok && unit == "an":
		n, used = value, 1
	default:
		value, ok := small[first]
		if !ok {
			return 0, 0
		}
		if first == "satu" && len(tokens) > 1 && strings.EqualFold(tokens[1].Raw, "koperasi") {
			return 0, 0 // the name of the movement
		}
		n, used = value, 1
	}
	for used < len(tokens) {
		next := strings.ToLower(tokens[used].Raw)
		factor := scale[next]
		if factor == 0 || next == "m" || next == "k" {
			break
		}
		n, used = n*factor, used+1
		if factor == 10 && used < len(tokens) {
			if more, ok := small[strings.ToLower(tokens[used].Raw)]; ok && more < 10 {
				n, used = n+more, used+1
			}
		}
	}
	return n, used
}

// figures splits "7,5jt" into 7.5 and "jt".
func figures(s string) (value float64, unit string, ok bool) {
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == '.' || s[end] == ',') {
		end++
	}
	digits := strings.TrimRight(s[:end], ".,")
	if digits == "" || digits[0] == '.' || digits[0] == ',' {
		return 0, "", false
	}
	digits, fraction, _ := strings.Cut(digits, ",")
	if whole, last, dotted := cutLast(digits, "."); dotted && len(last) != 3 {
		digits, fraction = whole, last // 7.5
	}
	value, err := strconv.ParseFloat(strings.ReplaceAll(digits, ".", "")+"."+fraction+"0", 64)
	return value, s[end:], err == nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
