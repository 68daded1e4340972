package store

import (
	"context"
	"time"
)

// Forum is one round of consultation.
type Forum struct {
	Name     string
	Prefix   string // of references: "USL"
	Year     int    // the forum's year, part of references
	PlanYear int    // the fiscal year it plans for
	Opens    time.Time
	Closes   time.Time // zero when open-ended; what arrives later is marked late
}

// Priority is one of the heads that proposals are tagged to.
type Priority struct {
	Code     string // "P1"
	Short    string // "MODAL"
	Title    string // the official text
	Label    string // one-line gloss in Indonesian
	Gloss    string // one-line gloss in English
	Keywords []string
	Retired  bool
}

// Reason is why a proposal is set aside.
type Reason struct {
	Code  string // "duplicate"
	Title string // Indonesian
	Gloss string // English
}

// Settings are what the configuration says about the forum.
type Settings struct {
	Forum      Forum
	Priorities []Priority // in order; position n is key n
	Reasons    []Reason
}

// Configure makes the database follow the configuration. A priority that is in
// use and no longer configured is refused with an error that says so.
func (db *DB) Configure(ctx context.Context, s Settings) error { panic("skeleton") }

// Settings returns what Configure wrote, retired priorities last.
func (db *DB) Settings(ctx context.Context) (Settings, error) { panic("skeleton") }
