package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
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
func (db *DB) Configure(ctx context.Context, s Settings) error {
	err := db.write(ctx, func(t *tx) error {
		forum, err := t.putForum(s.Forum)
		if err != nil {
			return err
		}
		if err := t.putPriorities(forum, s.Priorities); err != nil {
			return err
		}
		return t.putReasons(forum, s.Reasons)
	})
	if err != nil {
		return fmt.Errorf("configure the forum: %w", err)
	}
	return nil
}

// putForum finds the round by prefix and year, or begins it, and makes it the current one.
func (t *tx) putForum(f Forum) (int64, error) {
	if err := t.exec("UPDATE forum SET current = 0 WHERE prefix <> $1 OR year <> $2", f.Prefix, f.Year); err != nil {
		return 0, err
	}
	var id int64
	err := t.row(`
		INSERT INTO forum (prefix, year, plan_year, name, opens, closes, current)
		VALUES ($1, $2, $3, $4, $5, $6, 1)
		ON CONFLICT (prefix, year) DO UPDATE SET
			plan_year = excluded.plan_year, name = excluded.name, opens = excluded.opens,
			closes = excluded.closes, current = 1
		RETURNING id`,
		[]any{f.Prefix, f.Year, f.PlanYear, f.Name, millis(f.Opens), millis(f.Closes)}, &id)
	return id, err
}

func (t *tx) putPriorities(forum int64, priorities []Priority) error {
	configured := map[string]bool{}
	for i, p := range priorities {
		configured[p.Code] = true
		err := t.exec(`
			INSERT INTO priority (forum, code, position, short, title, label, gloss, keywords, retired)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (forum, code) DO UPDATE SET
				position = excluded.position, short = excluded.short, title = excluded.title, label = excluded.label,
				gloss = excluded.gloss, keywords = excluded.keywords, retired = excluded.retired`,
			forum, p.Code, i+1, p.Short, p.Title, p.Label, p.Gloss, strings.Join(p.Keywords, "\n"), p.Retired)
		if err != nil {
			return err
		}
	}
	var gone []string
	err := t.each("SELECT code FROM priority WHERE forum = $1", []any{forum}, func(rows *sql.Rows) error {
		var code string
		err := rows.Scan(&code)
		if !configured[code] {
			gone = append(gone, code)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, code := range gone {
		if err := t.dropPriority(forum, code); err != nil {
			return err
		}
	}
	return nil
}

// dropPriority removes a priority that no proposal ever had.
func (t *tx) dropPriority(forum int64, code string) error {
	var count int64
	err := t.row("SELECT count(*) FROM proposal WHERE forum = $1 AND priority <> '' AND priority = $2", []any{forum, code}, &count)
	if err != nil {
		return err
	}
	if count > 0 {
		return fmt.Errorf("priority %s is on %d proposals but is not configured any more: put it back with retired = true", code, count)
	}
	return t.exec("DELETE FROM priority WHERE forum = $1 AND code = $2", forum, code)
}

func (t *tx) putReasons(forum int64, reasons []Reason) error {
	if err := t.exec("DELETE FROM reason WHERE forum = $1", forum); err != nil {
		return err
	}
	for i, r := range reasons {
		err := t.exec("INSERT INTO reason (forum, code, position, title, gloss) VALUES ($1, $2, $3, $4, $5)",
			forum, r.Code, i+1, r.Title, r.Gloss)
		if err != nil {
			return err
		}
	}
	return nil
}

// errNotConfigured says that Configure was never called on this database.
var errNotConfigured = errors.New("no forum is configured")

// Settings returns what Configure wrote, retired priorities last.
func (db *DB) Settings(ctx context.Context) (Settings, error) {
	s, err := db.settings(ctx)
	if err != nil {
		return Settings{}, fmt.Errorf("read settings: %w", err)
	}
	return s, nil
}

func (db *DB) settings(ctx context.Context) (s Settings, err error) {
	var id, opens, closes int64
	err = db.row(ctx, "SELECT id, name, prefix, year, plan_year, opens, closes FROM forum WHERE current = 1", nil,
		&id, &s.Forum.Name, &s.Forum.Prefix, &s.Forum.Year, &s.Forum.PlanYear, &opens, &closes)
	if errors.Is(err, ErrNotFound) {
		return s, errNotConfigured
	}
	if err != nil {
		return s, err
	}
	s.Forum.Opens, s.Forum.Closes = instant(opens), instant(closes)
	err = db.each(ctx, `
		SELECT code, short, title, label, gloss, keywords, retired
		FROM priority WHERE forum = $1 ORDER BY retired, position`, []any{id},
		func(rows *sql.Rows) error {
			var p Priority
			var keywords string
			err := rows.Scan(&p.Code, &p.Short, &p.Title, &p.Label, &p.Gloss, &keywords, &p.Retired)
			if keywords != "" {
				p.Keywords = strings.Split(keywords, "\n")
			}
			s.Priorities = append(s.Priorities, p)
			return err
		})
	if err != nil {
		return s, err
	}
	err = db.each(ctx, "SELECT code, title, gloss FROM reason WHERE forum = $1 ORDER BY position", []any{id},
		func(rows *sql.Rows) error {
			var r Reason
			err := rows.Scan(&r.Code, &r.Title, &r.Gloss)
			s.Reasons = append(s.Reasons, r)
			return err
		})
	return s, err
}
