package store

import (
	"context"
	"time"
)

// Role says what a staff member may do.
type Role string

// The roles, from least to most.
const (
	Viewer        Role = "viewer"
	Officer       Role = "officer"
	Lead          Role = "lead"
	Administrator Role = "administrator"
)

// Staff is a person who may sign in.
type Staff struct {
	ID       int64
	Name     string // what they sign in with
	Role     Role
	Language string // "id" or "en"
	Disabled bool
	AddedAt  time.Time
	SeenAt   time.Time
	Password string // argon2id in PHC form; never leaves the server
}

// AddStaff adds a person; a name that is taken is an *InputError.
func (db *DB) AddStaff(ctx context.Context, who Actor, s Staff) (Staff, error) { panic("skeleton") }

// StaffNamed finds a person by name.
func (db *DB) StaffNamed(ctx context.Context, name string) (Staff, error) { panic("skeleton") }
