package intake

import "crypto/sha256"

// Raw is a handle on the bytes of an item exactly as they arrived. Until the
// ledger has recorded them they belong to nobody; Close gives back what the
// handle holds (memory, a mapping), never what was recorded.
type Raw struct {
	Hash [sha256.Size]byte
	Size int64

	// Bytes is the whole source. It is read-only, and gone after Close.
	Bytes []byte

	// File is where storage keeps the bytes; empty when they are only in memory
	// and the ledger will put them into the database.
	File string

	// Release is called by Close, once.
	Release func() error
}

// NewRaw makes a handle on bytes in memory.
func NewRaw(b []byte) *Raw {
	return &Raw{Hash: sha256.Sum256(b), Size: int64(len(b)), Bytes: b}
}

// Close gives back what the handle holds. It may be called more than once.
func (r *Raw) Close() error {
	if r == nil || r.Release == nil {
		return nil
	}
	release := r.Release
	r.Release, r.Bytes = nil, nil
	return release()
}
