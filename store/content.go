package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"

	"usulan/intake"
)

// Content opens the bytes of an attachment, decoded. What is stored without an
// encoding is an io.Seeker too. Bytes that are not here are an *AbsentError, and
// the attachment is returned beside it.
func (db *DB) Content(ctx context.Context, attachment int64) (Attachment, io.ReadCloser, error) {
	a, r, err := db.content(ctx, attachment)
	if err != nil {
		return a, nil, fmt.Errorf("open attachment %d: %w", attachment, err)
	}
	return a, r, nil
}

func (db *DB) content(ctx context.Context, id int64) (a Attachment, r io.ReadCloser, err error) {
	var data sql.NullInt64
	var raw, start, length int64
	var encoding intake.Encoding
	err = a.scan(func(dest ...any) error {
		return db.row(ctx, "SELECT "+attachmentColumns+`,
				attachment.data, coalesce(submission.raw, 0), attachment.start, attachment.length, attachment.encoding
			FROM attachment JOIN submission ON submission.id = attachment.submission WHERE attachment.id = $1`, []any{id}, dest...)
	}, &data, &raw, &start, &length, &encoding)
	switch {
	case err != nil:
		return a, nil, err
	case a.State != Here:
		return a, nil, &AbsentError{State: a.State, Reason: a.Reason}
	}
	if data.Valid {
		r, _, err = db.bytesOf(ctx, data.Int64, 0, -1)
		return a, r, err
	}
	part, _, err := db.bytesOf(ctx, raw, start, length)
	if err != nil {
		return a, nil, err
	}
	if encoding == intake.Identity {
		return a, part, nil
	}
	return a, &reader{intake.Decode(encoding, part), part}, nil
}

// reader reads from one thing and closes another.
type reader struct {
	io.Reader
	io.Closer
}

// seeker is a reader in which one can go back and forth.
type seeker struct {
	io.ReadSeeker
	io.Closer
}

// RawSource opens the raw bytes of a submission exactly as they arrived and
// tells how many they are.
func (db *DB) RawSource(ctx context.Context, submission int64) (io.ReadCloser, int64, error) {
	var raw int64
	err := db.row(ctx, "SELECT coalesce(raw, 0) FROM submission WHERE id = $1", []any{submission}, &raw)
	if err != nil {
		return nil, 0, fmt.Errorf("open source of submission %d: %w", submission, err)
	}
	r, size, err := db.bytesOf(ctx, raw, 0, -1)
	if err != nil {
		return nil, 0, fmt.Errorf("open source of submission %d: %w", submission, err)
	}
	return r, size, nil
}

// bytesOf opens length bytes from start on, or all from there when length is
// negative, and tells the size of the whole.
func (db *DB) bytesOf(ctx context.Context, raw, start, length int64) (io.ReadCloser, int64, error) {
	var hash []byte
	var size int64
	var here bool
	err := db.row(ctx, "SELECT hash, size, bytes IS NOT NULL FROM raw WHERE id = $1", []any{raw}, &hash, &size, &here)
	if err != nil {
		return nil, 0, err
	}
	if length < 0 {
		length = size - start
	}
	if here {
		var b []byte
		// substr counts from one.
		err := db.row(ctx, "SELECT substr(bytes, $1, $2) FROM raw WHERE id = $3", []any{start + 1, length, raw}, &b)
		return &seeker{bytes.NewReader(b), io.NopCloser(nil)}, size, err
	}
	file, err := os.Open(db.rawFile(hash))
	if err != nil {
		return nil, 0, err
	}
	return &seeker{io.NewSectionReader(file, start, length), file}, size, nil
}

// wholeRaw reads the bytes of a submission into a handle as a channel has it.
func (db *DB) wholeRaw(ctx context.Context, submission int64) (*intake.Raw, error) {
	var hash, b []byte
	var size int64
	err := db.row(ctx, "SELECT raw.hash, raw.size, raw.bytes FROM submission JOIN raw ON raw.id = submission.raw WHERE submission.id = $1",
		[]any{submission}, &hash, &size, &b)
	if err != nil {
		return nil, err
	}
	if len(hash) != sha256.Size {
		return nil, errors.New("hash of another length")
	}
	if b == nil && size > 0 {
		return db.openRaw([sha256.Size]byte(hash), size)
	}
	return &intake.Raw{Hash: [sha256.Size]byte(hash), Size: size, Bytes: b}, nil
}
