package config

import (
	"fmt"
	"time"
)

// Moment is a date, or a date and time, of the forum's time zone. The zero
// value means that none was given.
type Moment struct {
	text string
	form string
}

// momentForms are the ways to write a Moment, the ISO 8601 forms that people
// and TOML use.
var momentForms = []string{
	time.DateOnly,
	"2006-01-02 15:04", "2006-01-02T15:04",
	time.DateTime, "2006-01-02T15:04:05",
	time.RFC3339,
}

// UnmarshalText reads a date such as 2020-03-17, with or without a time.
func (m *Moment) UnmarshalText(text []byte) error {
	s := string(text)
	if s == "" {
		*m = Moment{}
		return nil
	}
	for _, form := range momentForms {
		if _, err := time.Parse(form, s); err == nil {
			*m = Moment{text: s, form: form}
			return nil
		}
	}
	return fmt.Errorf("%q is not a date; write it like \"2020-03-17\" or \"2020-03-17 08:00\"", s)
}

// MustMoment reads a Moment that is part of the program.
func MustMoment(s string) Moment {
	var m Moment
	if err := m.UnmarshalText([]byte(s)); err != nil {
		panic(err)
	}
	return m
}

// IsZero tells whether none was given.
func (m Moment) IsZero() bool { return m.text == "" }

func (m Moment) String() string { return m.text }

// Start is when it begins: a date without a time begins at midnight.
func (m Moment) Start(zone *time.Location) time.Time {
	if m.IsZero() {
		return time.Time{}
	}
	t, _ := time.ParseInLocation(m.form, m.text, zone) // parsed before
	return t
}

// End is when it is over: a date without a time is over when the day is.
func (m Moment) End(zone *time.Location) time.Time {
	if m.form == time.DateOnly {
		return m.Start(zone).AddDate(0, 0, 1)
	}
	return m.Start(zone)
}
