package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrInhabited says that there is staff already, so nobody may set the service up.
var ErrInhabited = errors.New("there is staff already")

// Invite returns the secret of a link by which, once, a staff member chooses a
// password. Staff 0 invites to set the service up: who follows that link
// becomes the first administrator; it is ErrInhabited once there is staff. An
// earlier link for the same person stops working.
func (db *DB) Invite(ctx context.Context, who Actor, staff int64, valid time.Duration) (string, error) {
	secret, hash := newSecret()
	err := db.write(ctx, func(t *tx) error {
		if err := t.mayInvite(staff); err != nil {
			return err
		}
		if err := t.exec("DELETE FROM invitation WHERE staff = $1 OR expires_at <= $2", staff, millis(t.now)); err != nil {
			return err
		}
		err := t.exec("INSERT INTO invitation (hash, staff, expires_at) VALUES ($1, $2, $3)", hash, staff, millis(t.now.Add(valid)))
		if err != nil || staff == 0 {
			return err
		}
		return t.note(who, "staff_invited", staffObject(staff))
	})
	if err != nil {
		return "", fmt.Errorf("invite: %w", err)
	}
	return secret, nil
}

func (t *tx) mayInvite(staff int64) error {
	var n int64
	if staff == 0 {
		if err := t.row("SELECT COUNT(*) FROM staff", nil, &n); err != nil {
			return err
		}
		if n > 0 {
			return ErrInhabited
		}
		return nil
	}
	return t.row("SELECT id FROM staff WHERE id = $1 AND disabled = 0", []any{staff}, &n)
}

// Invitation returns whom a link is for: a staff member, or the zero Staff when
// it sets the service up. ErrNotFound when it was used, is over, or never was.
func (db *DB) Invitation(ctx context.Context, secret string) (Staff, error) {
	var staff int64
	err := db.row(ctx, `
		SELECT i.staff FROM invitation i
		WHERE i.hash = $1 AND i.expires_at > $2 AND (i.staff <> 0 OR NOT EXISTS (SELECT 1 FROM staff))`,
		[]any{secretHash(secret), millis(db.Now())}, &staff)
	if err != nil {
		return Staff{}, fmt.Errorf("find invitation: %w", err)
	}
	if staff == 0 {
		return Staff{}, nil
	}
	s, err := db.oneStaff(ctx, "SELECT "+staffColumns+" FROM staff WHERE id = $1 AND disabled = 0", []any{staff})
	if err != nil {
		return Staff{}, fmt.Errorf("find invitation: %w", err)
	}
	return s, nil
}

// Accept uses a link up: its person gets the password hash; when it sets the
// service up, the first administrator of that name is made. ErrNotFound as for
// Invitation, and nothing is changed then.
func (db *DB) Accept(ctx context.Context, secret, name, hash string) (Staff, error) {
	var s Staff
	err := db.write(ctx, func(t *tx) error {
		var staff int64
		err := t.row("SELECT staff FROM invitation WHERE hash = $1 AND expires_at > $2",
			[]any{secretHash(secret), millis(t.now)}, &staff)
		if err != nil {
			return err
		}
		if err := t.exec("DELETE FROM invitation WHERE hash = $1", secretHash(secret)); err != nil {
			return err
		}
		switch err := t.mayInvite(staff); {
		case errors.Is(err, ErrInhabited):
			return ErrNotFound
		case err != nil:
			return err
		}
		if staff == 0 {
			s, err = t.addStaff(Actor{}, Staff{Name: name, Role: Administrator, Password: hash})
			return err
		}
		if err := t.setPassword(Actor{Staff: staff}, staff, hash); err != nil {
			return err
		}
		return t.row("SELECT id, name, role, language FROM staff WHERE id = $1", []any{staff}, &s.ID, &s.Name, &s.Role, &s.Language)
	})
	if err != nil {
		return Staff{}, fmt.Errorf("accept invitation: %w", err)
	}
	return s, nil
}
