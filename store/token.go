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
)

// TokenPrefix begins every token, so that a leaked one is recognised in a
// repository or a log.
const TokenPrefix = "usulan_"

// Token lets a program act as a staff member.
type Token struct {
	ID        int64
	Name      string // what it is for
	Staff     int64
	StaffName string
	Role      Role // at most; the staff member's role counts when it is less
	AddedAt   time.Time
	UsedAt    time.Time
	ExpiresAt time.Time // zero when it does not
	RevokedAt time.Time // zero while it is valid
}

const tokenColumns = "k.id, k.name, k.staff, s.name, k.role, k.added_at, k.used_at, k.expires_at, k.revoked_at"

func (k *Token) dest(added, used, expires, revoked *int64) []any {
	return []any{&k.ID, &k.Name, &k.Staff, &k.StaffName, &k.Role, added, used, expires, revoked}
}

func (k *Token) times(added, used, expires, revoked int64) {
	k.AddedAt, k.UsedAt, k.ExpiresAt, k.RevokedAt = instant(added), instant(used), instant(expires), instant(revoked)
}

// AddToken adds a token for a staff member and returns its secret, which
// nobody can see again.
func (db *DB) AddToken(ctx context.Context, who Actor, k Token) (Token, string, error) {
	random, _ := newSecret()
	secret := TokenPrefix + random
	err := db.write(ctx, func(t *tx) (err error) {
		k.Name = strings.TrimSpace(k.Name)
		switch {
		case k.Name == "", utf8.RuneCountInString(k.Name) > maxName, strings.ContainsFunc(k.Name, func(r rune) bool { return !unicode.IsGraphic(r) }):
			return &InputError{Field: "name", Key: "input.token_name"}
		case k.Role.rank() == 0:
			return &InputError{Field: "role", Key: "input.role"}
		case !k.ExpiresAt.IsZero() && !k.ExpiresAt.After(t.now):
			return &InputError{Field: "expires", Key: "input.token_past"}
		}
		k.AddedAt, k.UsedAt, k.RevokedAt = t.now, time.Time{}, time.Time{}
		if err := t.row("SELECT name FROM staff WHERE id = $1 AND disabled = 0", []any{k.Staff}, &k.StaffName); err != nil {
			return err
		}
		k.ID, err = t.insert(`
			INSERT INTO token (name, hash, role, staff, added_at, used_at, expires_at, revoked_at)
			VALUES ($1, $2, $3, $4, $5, 0, $6, 0)`,
			k.Name, secretHash(secret), k.Role, k.Staff, millis(t.now), millis(k.ExpiresAt))
		if err != nil {
			return err
		}
		return t.note(who, "token_added", tokenObject(k.ID))
	})
	if err != nil {
		return Token{}, "", fmt.Errorf("add token: %w", err)
	}
	return k, secret, nil
}

func tokenObject(id int64) string { return "token:" + strconv.FormatInt(id, 10) }

// Bearer returns the token of a secret and the staff member it acts as, whose
// role is the lesser of the two; ErrNotFound when it was never given, is
// revoked or over, or its person is disabled.
func (db *DB) Bearer(ctx context.Context, secret string) (Token, Staff, error) {
	var (
		k                             Token
		s                             Staff
		added, used, expires, revoked int64
		now                           = db.Now()
	)
	err := db.row(ctx, `
		SELECT `+tokenColumns+`, s.role, s.language
		FROM token k JOIN staff s ON s.id = k.staff
		WHERE k.hash = $1 AND k.revoked_at = 0 AND (k.expires_at = 0 OR k.expires_at > $2) AND s.disabled = 0`,
		[]any{secretHash(secret), millis(now)},
		append(k.dest(&added, &used, &expires, &revoked), &s.Role, &s.Language)...)
	if err != nil {
		return Token{}, Staff{}, fmt.Errorf("find token: %w", err)
	}
	k.times(added, used, expires, revoked)
	s.ID, s.Name = k.Staff, k.StaffName
	if s.Role.May(k.Role) {
		s.Role = k.Role
	}
	if now.Sub(k.UsedAt) >= seenEvery {
		db.touch(ctx, "token", "UPDATE token SET used_at = $1 WHERE id = $2", k.ID, s.ID)
	}
	return k, s, nil
}

// Tokens lists all tokens, the revoked too, oldest first.
func (db *DB) Tokens(ctx context.Context) ([]Token, error) {
	var all []Token
	err := db.each(ctx, "SELECT "+tokenColumns+" FROM token k JOIN staff s ON s.id = k.staff ORDER BY k.id", nil,
		func(rows *sql.Rows) error {
			var k Token
			var added, used, expires, revoked int64
			err := rows.Scan(k.dest(&added, &used, &expires, &revoked)...)
			k.times(added, used, expires, revoked)
			all = append(all, k)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return all, nil
}

// RevokeToken makes a token worthless; ErrNotFound when there is none with that
// id that is still valid.
func (db *DB) RevokeToken(ctx context.Context, who Actor, id int64) error {
	err := db.write(ctx, func(t *tx) error {
		if err := t.one("UPDATE token SET revoked_at = $1 WHERE id = $2 AND revoked_at = 0", millis(t.now), id); err != nil {
			return err
		}
		return t.note(who, "token_revoked", tokenObject(id))
	})
	if err != nil {
		return fmt.Errorf("revoke token: %w", err)
	}
	return nil
}
