package whatsapp

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	waLog "go.mau.fi/whatsmeow/util/log"
	"modernc.org/sqlite" // the driver of the session file

	"usulan/intake"
)

// sessionSettings make the session file keep what it was told. Without
// _txlock=immediate a second writer makes messages undecryptable; with less
// than synchronous(FULL) a power cut forgets that a message was decrypted, which
// cannot be done twice.
const sessionSettings = "?_pragma=foreign_keys(1)&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
	"&_pragma=synchronous(FULL)&_txlock=immediate"

// idle is how many connections to the file are kept: opening one costs more than
// what the client does with it.
const idle = 8

// Besides the client's tables the session file has ours: what is known of the
// link, of groups, and which messages of a group were let in.
const sessionTables = `
	CREATE TABLE IF NOT EXISTS usulan_link (
		device TEXT PRIMARY KEY REFERENCES whatsmeow_device(jid) ON DELETE CASCADE ON UPDATE CASCADE,
		since  INTEGER NOT NULL, -- Unix milliseconds, as all times here
		phone  INTEGER NOT NULL
	) STRICT;
	CREATE TABLE IF NOT EXISTS usulan_group (
		id   TEXT PRIMARY KEY,
		name TEXT NOT NULL
	) STRICT;
	CREATE TABLE IF NOT EXISTS usulan_admitted (
		room TEXT NOT NULL,
		id   TEXT NOT NULL,
		PRIMARY KEY (room, id)
	) STRICT, WITHOUT ROWID;`

// session is the file of the keys with which the linked device speaks.
type session struct {
	db      *sql.DB
	devices *sqlstore.Container
}

// openSession opens the file, making it when it is not there.
func openSession(ctx context.Context, file string, log waLog.Logger) (*session, error) {
	if err := private(file); err != nil {
		return nil, fmt.Errorf("open the session file: %w", err)
	}
	absolute, err := filepath.Abs(file)
	if err != nil {
		return nil, fmt.Errorf("open the session file: %w", err)
	}
	place := url.URL{Path: filepath.ToSlash(absolute)}
	db, err := openKeeping("file:" + place.EscapedPath() + sessionSettings)
	if err != nil {
		return nil, fmt.Errorf("open the session file: %w", err)
	}
	db.SetMaxIdleConns(idle)
	_, _ = sqlite.Fdatasync(true) // a commit need not wait for the file's times
	s := &session{db: db, devices: sqlstore.NewWithDB(db, "sqlite", log)}
	err = s.devices.Upgrade(ctx)
	if err == nil {
		_, err = db.ExecContext(ctx, sessionTables)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("prepare the session file: %w", err), db.Close())
	}
	return s, nil
}

// private makes sure that the session file, and what SQLite puts beside it (which
// takes over the rights of the file), are their owner's alone. A file that is
// there is not opened: closing it would let go of the locks that other
// connections of this process have on it.
func private(file string) error {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		return f.Close()
	}
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Chmod(file+end, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (s *session) close() error { return s.db.Close() }

// device returns the device that is linked, nil when none is.
func (s *session) device(ctx context.Context) (*store.Device, error) {
	all, err := s.devices.GetAllDevices(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the session: %w", err)
	}
	if len(all) == 0 {
		return nil, nil
	}
	return all[len(all)-1], nil
}

// link is what is known of a linked device besides its keys.
type link struct {
	since time.Time // when it was linked
	phone time.Time // when the phone was last heard
}

// link reads what is known of a device. One that is new was linked now, which
// its phone had to take part in.
func (s *session) link(ctx context.Context, device types.JID, now time.Time) (link, error) {
	_, err := s.db.ExecContext(ctx, "INSERT INTO usulan_link (device, since, phone) VALUES ($1, $2, $2) ON CONFLICT DO NOTHING",
		device.String(), now.UnixMilli())
	if err != nil {
		return link{}, fmt.Errorf("note when the device was linked: %w", err)
	}
	var since, phone int64
	err = s.db.QueryRowContext(ctx, "SELECT since, phone FROM usulan_link WHERE device = $1", device.String()).Scan(&since, &phone)
	if err != nil {
		return link{}, fmt.Errorf("read when the device was linked: %w", err)
	}
	return link{since: time.UnixMilli(since), phone: time.UnixMilli(phone)}, nil
}

// heardPhone notes when the phone was last heard.
func (s *session) heardPhone(ctx context.Context, device types.JID, at time.Time) error {
	_, err := s.db.ExecContext(ctx, "UPDATE usulan_link SET phone = max(phone, $1) WHERE device = $2", at.UnixMilli(), device.String())
	if err != nil {
		return fmt.Errorf("note when the phone was heard: %w", err)
	}
	return nil
}

// groupNames reads the names of groups that were noted.
func (s *session) groupNames(ctx context.Context) (map[types.JID]string, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT id, name FROM usulan_group")
	if err != nil {
		return nil, fmt.Errorf("read the names of groups: %w", err)
	}
	defer func() { _ = rows.Close() }()
	names := map[types.JID]string{}
	for rows.Next() {
		var id, name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, fmt.Errorf("read the names of groups: %w", err)
		}
		if jid, err := types.ParseJID(id); err == nil {
			names[jid] = name
		}
	}
	return names, rows.Err()
}

// nameGroup notes the name of a group.
func (s *session) nameGroup(ctx context.Context, id types.JID, name string) error {
	_, err := s.db.ExecContext(ctx, "INSERT INTO usulan_group (id, name) VALUES ($1, $2) ON CONFLICT DO UPDATE SET name = excluded.name",
		id.String(), name)
	if err != nil {
		return fmt.Errorf("note the name of a group: %w", err)
	}
	return nil
}

// admit notes that a message of a group was let in, so that its edits and its
// deletion are too.
func (s *session) admit(ctx context.Context, room, id string) error {
	_, err := s.db.ExecContext(ctx, "INSERT INTO usulan_admitted (room, id) VALUES ($1, $2) ON CONFLICT DO NOTHING", room, id)
	if err != nil {
		return fmt.Errorf("note a message of a group: %w", err)
	}
	return nil
}

// admitted tells whether a message of a group was let in.
func (s *session) admitted(ctx context.Context, room, id string) (found bool, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM usulan_admitted WHERE room = $1 AND id = $2)", room, id).Scan(&found)
	if err != nil {
		return false, fmt.Errorf("look for a message of a group: %w", err)
	}
	return found, nil
}

// storageFault marks an error of the session file.
func storageFault(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return &intake.Fault{Code: intake.FaultStorage, Err: err}
}
