package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"
)

// How long a session lasts: a working day without a request, a week in all.
const (
	SessionIdle = 12 * time.Hour
	SessionLife = 7 * 24 * time.Hour
)

// seenEvery is how exactly it is known when somebody was last seen. Reading a
// page writes no more often than that.
const seenEvery = 5 * time.Minute

// newSecret makes what its holder alone knows: 256 random bits, safe in an
// address and a header. Only its hash is kept; a plain one will do, since
// nobody guesses that many bits.
func newSecret() (secret string, hash []byte) {
	b := make([]byte, 32)
	rand.Read(b) // never fails: crypto/rand ends the process instead
	secret = base64.RawURLEncoding.EncodeToString(b)
	return secret, secretHash(secret)
}

func secretHash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// StartSession signs a person in and returns the token of the new session.
// ErrNotFound when they are disabled or unknown.
func (db *DB) StartSession(ctx context.Context, staff int64) (string, error) {
	secret, hash := newSecret()
	err := db.write(ctx, func(t *tx) error {
		now := millis(t.now)
		if err := t.one("UPDATE staff SET seen_at = $1 WHERE id = $2 AND disabled = 0", now, staff); err != nil {
			return err
		}
		err := t.exec("DELETE FROM session WHERE seen_at <= $1 OR started_at <= $2",
			millis(t.now.Add(-SessionIdle)), millis(t.now.Add(-SessionLife)))
		if err != nil {
			return err
		}
		return t.exec("INSERT INTO session (hash, staff, started_at, seen_at) VALUES ($1, $2, $3, $3)", hash, staff, now)
	})
	if err != nil {
		return "", fmt.Errorf("start session: %w", err)
	}
	return secret, nil
}

// Session returns who is signed in with a token; ErrNotFound when the session
// was never there, is over, or its person is disabled.
func (db *DB) Session(ctx context.Context, secret string) (Staff, error) {
	now, hash := db.Now(), secretHash(secret)
	var seen int64
	s, err := db.oneStaff(ctx, `
		SELECT s.id, s.name, s.role, s.language, s.disabled, s.added_at, s.seen_at, s.password, x.seen_at
		FROM session x JOIN staff s ON s.id = x.staff
		WHERE x.hash = $1 AND x.seen_at > $2 AND x.started_at > $3 AND s.disabled = 0`,
		[]any{hash, millis(now.Add(-SessionIdle)), millis(now.Add(-SessionLife))}, &seen)
	if err != nil {
		return Staff{}, fmt.Errorf("find session: %w", err)
	}
	if now.Sub(instant(seen)) >= seenEvery {
		db.touch(ctx, "session", "UPDATE session SET seen_at = $1 WHERE hash = $2 AND seen_at < $1", hash, s.ID)
	}
	return s, nil
}

// touch notes that something was used just now. That it could not be noted, on
// a full disk say, does not keep anybody from reading.
func (db *DB) touch(ctx context.Context, what, query string, key any, staff int64) {
	err := db.write(ctx, func(t *tx) error {
		if err := t.exec(query, millis(t.now), key); err != nil {
			return err
		}
		return t.exec("UPDATE staff SET seen_at = $1 WHERE id = $2", millis(t.now), staff)
	})
	if err != nil && ctx.Err() == nil {
		db.Log.Warn("use not noted", "of", what, "staff", staff, "error", err)
	}
}

// EndSession signs out. That there is no such session is no error.
func (db *DB) EndSession(ctx context.Context, secret string) error {
	err := db.write(ctx, func(t *tx) error {
		return t.exec("DELETE FROM session WHERE hash = $1", secretHash(secret))
	})
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

func (t *tx) endSessions(staff int64) error {
	return t.exec("DELETE FROM session WHERE staff = $1", staff)
}
