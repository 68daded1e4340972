package demo

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// said is one thing that a person did on their phone, or that the account wrote
// to them.
type said struct {
	ID     string    `json:"id"`
	Person string    `json:"person"` // the number, in digits
	Name   string    `json:"name,omitempty"`
	At     time.Time `json:"at"`
	Kind   kind      `json:"kind"`

	Text   string  `json:"text,omitempty"`
	Target string  `json:"target,omitempty"` // the id of what it edits, deletes or quotes
	Group  bool    `json:"group,omitempty"`
	File   string  `json:"file,omitempty"` // its name
	Type   string  `json:"type,omitempty"` // its media type
	Length int     `json:"length,omitempty"`
	Lat    float64 `json:"lat,omitempty"`
	Lng    float64 `json:"lng,omitempty"`
	Place  string  `json:"place,omitempty"`

	Arrived bool `json:"-"` // the account's client has said so
}

// kind is what sort of thing was said.
type kind string

const (
	written   kind = "text"
	forwarded kind = "forwarded"
	photo     kind = "photo"
	voice     kind = "voice"
	document  kind = "document"
	location  kind = "location"
	edit      kind = "edit"
	deletion  kind = "delete"
	answer    kind = "answer" // from the account
)

// carries tells whether it has a file.
func (k kind) carries() bool { return k == photo || k == voice || k == document }

// journal keeps what was said, in order: a file of JSON lines, and beside it
// one file for what a message carries. The emulator forgets with the process,
// phones do not.
type journal struct {
	dir  string
	file *os.File
}

// line is one line of the journal: something that was said, or the id of
// something that has arrived.
type line struct {
	Said    *said  `json:"said,omitempty"`
	Arrived string `json:"arrived,omitempty"`
}

// openJournal returns what the folder holds. A last line that is torn was never
// said.
func openJournal(dir string) (*journal, []*said, error) {
	if err := os.MkdirAll(filepath.Join(dir, "files"), 0o700); err != nil {
		return nil, nil, err
	}
	name := filepath.Join(dir, "said.jsonl")
	all, whole, err := readJournal(name)
	if err != nil {
		return nil, nil, fmt.Errorf("read what was said: %w; remove the folder to begin anew", err)
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, nil, err
	}
	if err := f.Truncate(whole); err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	if _, err := f.Seek(whole, 0); err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return &journal{dir: dir, file: f}, all, nil
}

// readJournal reads whole lines and tells how many bytes they are.
func readJournal(name string) (all []*said, whole int64, err error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	byID := map[string]*said{}
	for r := bufio.NewReader(f); ; {
		b, err := r.ReadBytes('\n')
		if err != nil {
			return all, whole, nil
		}
		whole += int64(len(b))
		var l line
		if err := json.Unmarshal(b, &l); err != nil {
			return nil, 0, err
		}
		if l.Said != nil {
			all = append(all, l.Said)
			byID[l.Said.ID] = l.Said
		}
		if s := byID[l.Arrived]; s != nil {
			s.Arrived = true
		}
	}
}

func (j *journal) write(l line) error {
	b, err := json.Marshal(l)
	if err != nil {
		return err
	}
	_, err = j.file.Write(append(b, '\n'))
	return err
}

// keep stores what a message carries, before the message is noted.
func (j *journal) keep(id string, data []byte) error {
	return os.WriteFile(j.path(id), data, 0o600)
}

// path is where the file of a message is. Ids are of our own making.
func (j *journal) path(id string) string { return filepath.Join(j.dir, "files", id) }

func (j *journal) close() error { return j.file.Close() }
