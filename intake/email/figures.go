package email

import (
	"strings"
	"unicode/utf8"
)

// numbers says which figures a text contains.
type numbers struct {
	date bool // a date in figures, or a year and a day
	time bool // a time of the day, such as 10:15 or 10.15
}

// numbersOf looks for dates and times without knowing any language.
func numbersOf(s string) numbers {
	var n numbers
	var year, small, dotted bool
	for i := 0; i < len(s); {
		if s[i] < '0' || s[i] > '9' {
			i++
			continue
		}
		j := i
		for j < len(s) && '0' <= s[j] && s[j] <= '9' {
			j++
		}
		switch j - i {
		case 1, 2:
			if isTime(s, i, j) {
				n.time = true
				if s[j] == ':' {
					// Its minutes and seconds are no day.
					for j < len(s) && s[j] == ':' && twoDigits(s, j+1) {
						j += 3
					}
					break
				}
			}
			small = true
			if j+6 <= len(s) && s[j] == '.' && s[j+3] == '.' && twoDigits(s, j+1) && twoDigits(s, j+4) && (j+6 == len(s) || !isDigit(s[j+6])) {
				dotted = true
			}
			if isNumericDate(s, j) {
				n.date = true
			}
		case 4:
			if s[i] == '1' && s[i+1] == '9' || s[i] == '2' && s[i+1] == '0' {
				year = true
			}
			if isNumericDate(s, j) {
				n.date = true
			}
		}
		i = j
	}
	n.date = n.date || year && small
	n.time = n.time || year && dotted // 10.15.30; without a year it may be a date
	return n
}

// isTime tells whether the one or two digits s[i:j] begin a time of the day.
func isTime(s string, i, j int) bool {
	if i > 0 && (s[i-1] == '.' || s[i-1] == '/' || s[i-1] == ',' || s[i-1] == '-' && i > 1 && isDigit(s[i-2])) {
		return false
	}
	if j+2 >= len(s) {
		return false
	}
	if s[j] == ' ' { // 6 PM
		return (s[j+1]|0x20 == 'p' || s[j+1]|0x20 == 'a') && s[j+2]|0x20 == 'm'
	}
	if s[j] != ':' && s[j] != '.' && s[j]|0x20 != 'h' || !twoDigits(s, j+1) {
		return false
	}
	end := j + 3
	if end < len(s) && isDigit(s[end]) {
		return false
	}
	// 04.07.2024 is a date.
	return s[j] == ':' || end+1 >= len(s) || s[end] != '.' || !isDigit(s[end+1])
}

func twoDigits(s string, i int) bool {
	return i+1 < len(s) && '0' <= s[i] && s[i] <= '9' && '0' <= s[i+1] && s[i+1] <= '9'
}

// isNumericDate tells whether, after a number that ends at j, two more parts of
// a date follow: 17/03/2020, 2020-03-17, 17-Mar-2020, 2020年3月17日.
func isNumericDate(s string, j int) bool {
	for part := 0; part < 2; part++ {
		var sep string
		for _, c := range [...]string{"/", "-", ".", "年", "月", "년", "월", "=2C"} {
			if strings.HasPrefix(s[min(j, len(s)):], c) {
				sep = c
				break
			}
		}
		if sep == "" {
			return false
		}
		j += len(sep)
		if j < len(s) && s[j] == ' ' && len(sep) > 1 {
			j++
		}
		k := j
		for k < len(s) && k-j < 10 && (isDigit(s[k]) || part == 0 && isLetter(s[k])) {
			k++
		}
		if k == j {
			return false
		}
		if part == 0 && k < len(s) && s[k] == '.' && k+1 < len(s) && s[k+1] == '-' {
			k++ // 17-feb.-2015
		}
		j = k
	}
	return true
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c >= utf8.RuneSelf }
