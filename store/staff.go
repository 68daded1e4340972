package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Role says what a staff member may do.
type Role string

// The roles, from least to most. A role may do what those before it may.
const (
	Viewer        Role = "viewer"        // reads and exports
	Officer       Role = "officer"       // decides, re-classifies, replays, restarts channels
	Lead          Role = "lead"          // takes in what is older than the forum
	Administrator Role = "administrator" // whoever the set-up link made, and who is to follow
)

// Roles lists the roles from least to most.
var Roles = [...]Role{Viewer, Officer, Lead, Administrator}

// May tells whether the role is at least the one given. An unknown role may nothing.
func (r Role) May(least Role) bool { return least.rank() > 0 && r.rank() >= least.rank() }

func (r Role) rank() int {
	for i, known := range Roles {
		if r == known {
			return i + 1
		}
	}
	return 0
}

// Staff is a person who may sign in.
type Staff struct {
	ID       int64
	Name     string // what they sign in with
	Role     Role
	Language string // "id" or "en"
	Disabled bool
	AddedAt  time.Time
	SeenAt   time.Time
	Password string // argon2id in PHC form; empty until chosen; never leaves the server
}

// maxName is how many characters a staff name may have.
const maxName = 64

// FoldName makes one name of what people would take for one: case, width and
// composition do not count (Unicode NFKC). Two staff members never share it.
func FoldName(name string) string {
	return strings.ToLower(strings.TrimSpace(norm.NFKC.String(name)))
}

// checkName returns the name as it is kept, or what is wrong with it.
func checkName(name string) (string, error) {
	name = norm.NFC.String(strings.TrimSpace(name))
	switch {
	case name == "":
		return "", &InputError{Field: "name", Key: "input.name_empty"}
	case utf8.RuneCountInString(name) > maxName:
		return "", &InputError{Field: "name", Key: "input.name_long"}
	case !utf8.ValidString(name), strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsGraphic(r) }):
		return "", &InputError{Field: "name", Key: "input.name_signs"}
	}
	return name, nil
}

const staffColumns = "id, name, role, language, disabled, added_at, seen_at, password"

// scan reads staffColumns, and what more is selected after them.
func (s *Staff) scan(scan func(...any) error, more ...any) error {
	var added, seen int64
	dest := []any{&s.ID, &s.Name, &s.Role, &s.Language, &s.Disabled, &added, &seen, &s.Password}
	err := scan(append(dest, more...)...)
	s.AddedAt, s.SeenAt = instant(added), instant(seen)
	return err
}

// AddStaff adds a person; a name that is taken, or none, is an *InputError.
func (db *DB) AddStaff(ctx context.Context, who Actor, s Staff) (Staff, error) {
	err := db.write(ctx, func(t *tx) (err error) {
		s, err = t.addStaff(who, s)
		return err
	})
	if err != nil {
		return Staff{}, fmt.Errorf("add staff: %w", err)
	}
	return s, nil
}

func (t *tx) addStaff(who Actor, s Staff) (Staff, error) {
	name, err := checkName(s.Name)
	if err != nil {
		return Staff{}, err
	}
	if s.Role.rank() == 0 {
		return Staff{}, &InputError{Field: "role", Key: "input.role"}
	}
	if s.Language == "" {
		s.Language = "id"
	}
	s.Name, s.AddedAt, s.SeenAt, s.Disabled = name, t.now, time.Time{}, false
	s.ID, err = t.insert(`
		INSERT INTO staff (name, folded, role, language, disabled, added_at, seen_at, password)
		VALUES ($1, $2, $3, $4, 0, $5, 0, $6)`,
		s.Name, FoldName(s.Name), s.Role, s.Language, millis(t.now), s.Password)
	if isUnique(err) {
		return Staff{}, &InputError{Field: "name", Key: "input.name_taken"}
	}
	if err != nil {
		return Staff{}, err
	}
	return s, t.note(who, "staff_added", staffObject(s.ID))
}

// staffObject names a staff member in an entry.
func staffObject(id int64) string { return "staff:" + strconv.FormatInt(id, 10) }

// StaffNamed finds a person by name, however it is capitalised; ErrNotFound
// when there is none.
func (db *DB) StaffNamed(ctx context.Context, name string) (Staff, error) {
	s, err := db.oneStaff(ctx, "SELECT "+staffColumns+" FROM staff WHERE folded = $1", []any{FoldName(name)})
	if err != nil {
		return Staff{}, fmt.Errorf("find staff: %w", err)
	}
	return s, nil
}

// AllStaff lists everybody, the disabled too, by name.
func (db *DB) AllStaff(ctx context.Context) ([]Staff, error) {
	var all []Staff
	err := db.each(ctx, "SELECT "+staffColumns+" FROM staff ORDER BY folded", nil, func(rows *sql.Rows) error {
		var s Staff
		err := s.scan(rows.Scan)
		all = append(all, s)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list staff: %w", err)
	}
	return all, nil
}

// SetPassword gives a person another password hash and ends their sessions: who
// had the old one is out at once.
func (db *DB) SetPassword(ctx context.Context, who Actor, staff int64, hash string) error {
	return db.changeStaff(ctx, "set password", func(t *tx) error {
		return t.setPassword(who, staff, hash)
	})
}

func (t *tx) setPassword(who Actor, staff int64, hash string) error {
	if err := t.one("UPDATE staff SET password = $1 WHERE id = $2", hash, staff); err != nil {
		return err
	}
	if err := t.endSessions(staff); err != nil {
		return err
	}
	return t.note(who, "staff_reset", staffObject(staff))
}

// SetDisabled shuts a person out, their sessions, tokens and links too, or lets them in again.
func (db *DB) SetDisabled(ctx context.Context, who Actor, staff int64, disabled bool) error {
	kind := "staff_enabled"
	if disabled {
		kind = "staff_disabled"
	}
	return db.changeStaff(ctx, "disable staff", func(t *tx) error {
		if err := t.one("UPDATE staff SET disabled = $1 WHERE id = $2", disabled, staff); err != nil {
			return err
		}
		if err := t.endSessions(staff); err != nil {
			return err
		}
		if err := t.exec("DELETE FROM invitation WHERE staff = $1", staff); err != nil {
			return err
		}
		return t.note(who, kind, staffObject(staff))
	})
}

// SetRole gives a person another role; what they do from now on follows it.
func (db *DB) SetRole(ctx context.Context, who Actor, staff int64, role Role) error {
	if role.rank() == 0 {
		return fmt.Errorf("set role: %w", &InputError{Field: "role", Key: "input.role"})
	}
	return db.changeStaff(ctx, "set role", func(t *tx) error {
		if err := t.one("UPDATE staff SET role = $1 WHERE id = $2", role, staff); err != nil {
			return err
		}
		return t.note(who, "staff_role", staffObject(staff))
	})
}

func (db *DB) changeStaff(ctx context.Context, what string, do func(*tx) error) error {
	if err := db.write(ctx, do); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// one runs a statement that must change one row; ErrNotFound when it changes none.
func (t *tx) one(query string, args ...any) error {
	n, err := t.change(query, args...)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return err
}

// note writes an entry about something that is not a proposal.
func (t *tx) note(who Actor, kind, object string) error {
	return t.enterEntry(who, entry{kind: kind, object: object})
}

// oneStaff reads a person, and what more the query selects; ErrNotFound when there is none.
func (db *DB) oneStaff(ctx context.Context, query string, args []any, more ...any) (s Staff, err error) {
	err = s.scan(func(dest ...any) error { return db.row(ctx, query, args, dest...) }, more...)
	return s, err
}
