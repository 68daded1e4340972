package email

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"usulan/intake"
)

// Import is a source of mail that lies in files: .mbox files, Maildirs, .eml
// files, and folders of those. They are read, never changed, and may be imported
// again: an item is known by where it lies and by its bytes.
type Import struct {
	name  string
	paths []string
	opts  Options
}

// NewImport returns the source import/<name> over some files and folders.
func NewImport(name string, paths []string, o Options) *Import {
	if o.Budget == nil {
		o.Budget = NewBudget(defaultBudget)
	}
	return &Import{name, paths, o}
}

// Name is import/<name>.
func (i *Import) Name() string { return "import/" + i.name }

// stored is a mail in a file.
type stored struct {
	key     string    // where it lies within the path that was given
	arrival time.Time // what the container says of its arrival
	size    int64
	open    func() (io.ReadCloser, error)
}

// Fetch takes all mails through the same road as those that come over IMAP. A
// file that cannot be read is reported at the end and does not stop the others.
func (i *Import) Fetch(ctx context.Context, l intake.Ledger) error {
	var faults []error
	for _, path := range i.paths {
		err := i.fetchPath(ctx, l, path)
		var unreadable *unreadableError
		if err != nil && !errors.As(err, &unreadable) {
			return err
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// unreadableError lists what could not be read.
type unreadableError struct{ error }

func (e *unreadableError) Unwrap() error { return e.error }

func (i *Import) fetchPath(parent context.Context, l intake.Ledger, path string) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	place := intake.Place{Folder: filepath.Base(path)}
	if _, err := l.Position(ctx, place, 0); err != nil {
		return storage(ctx, "open the ledger", err)
	}
	r := &recorder{
		ledger: l, place: place, parser: i.opts.Parser, budget: i.opts.Budget, log: i.opts.Log,
		stop: func(err error) { cancel(err) },
	}
	finish := r.start(parent, 2*batchItems)
	err := i.feed(ctx, r, path)
	close(r.order)
	close(r.parse)
	if fault := finish(); fault != nil {
		return fault
	}
	return err
}

// feed hands every mail below path to the recorder.
func (i *Import) feed(ctx context.Context, r *recorder, path string) error {
	var unreadable []error
	for m, err := range mailsIn(path) {
		if err == nil {
			err = i.feedOne(ctx, r, m)
		}
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil:
		case intake.FaultOf(err) == intake.FaultStorage:
			return err
		default:
			unreadable = append(unreadable, err)
		}
	}
	if len(unreadable) == 0 {
		return nil
	}
	return &unreadableError{errors.Join(unreadable...)}
}

func (i *Import) feedOne(ctx context.Context, r *recorder, m stored) error {
	in, err := m.open()
	if err != nil {
		return err
	}
	defer in.Close()
	reserved, err := r.budget.take(ctx, m.size)
	if err != nil {
		return err
	}
	source := &counted{r: in}
	raw, err := r.ledger.Keep(source, m.size)
	if err == nil && source.n < m.size {
		_ = raw.Close()
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		r.budget.give(reserved)
		if source.err != nil {
			return fmt.Errorf("read %s: %w", m.key, source.err)
		}
		return &intake.Fault{Code: intake.FaultStorage, Err: fmt.Errorf("keep mail: %w", err)}
	}
	s := &slot{raw: raw, reserved: reserved, ready: make(chan struct{})}
	// The hash is part of the key: other bytes at the same place are another mail.
	s.item = intake.Item{Key: fmt.Sprintf("%s#%x", m.key, raw.Hash[:8]), Size: raw.Size, ReceivedAt: arrival(raw.Bytes, m.arrival)}
	select {
	case r.order <- []*slot{s}:
		r.parse <- s
		return nil
	case <-ctx.Done():
		r.drop([]*slot{s})
		return ctx.Err()
	}
}

// arrival is when a mail arrived: what the last server on its way noted in the
// uppermost Received field, or else what its container says.
func arrival(mail []byte, container time.Time) time.Time {
	const enough = 64 << 10
	head := mail[:min(len(mail), enough)]
	for len(head) > 0 {
		var field []byte
		field, head = cutField(head)
		if len(bytes.TrimRight(field, "\r\n")) == 0 {
			break
		}
		if len(field) > 9 && bytes.EqualFold(field[:9], []byte("received:")) {
			value := strings.Join(strings.Fields(string(field)), " ")
			if t := parseDate(value[strings.LastIndexByte(value, ';')+1:]); !t.IsZero() {
				return t
			}
			break
		}
	}
	return container
}

// cutField cuts the first header field, with its continuation lines, off.
func cutField(head []byte) (field, rest []byte) {
	for end := 0; ; {
		nl := bytes.IndexByte(head[end:], '\n')
		if nl < 0 {
			return head, nil
		}
		end += nl + 1
		if end == len(head) || head[end] != ' ' && head[end] != '\t' {
			return head[:end], head[end:]
		}
	}
}

// mailsIn lists the mails below path: one file, a Maildir, or a folder of those.
func mailsIn(path string) iter.Seq2[stored, error] {
	return func(yield func(stored, error) bool) {
		info, err := os.Stat(path)
		if err != nil {
			yield(stored{}, fmt.Errorf("import: %w", err))
			return
		}
		if !info.IsDir() {
			mailsInFile(path, filepath.Base(path), yield)
			return
		}
		var files []string
		err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && holdsMail(p) {
				files = append(files, p)
			}
			return err
		})
		if err != nil && !yield(stored{}, fmt.Errorf("import: %w", err)) {
			return
		}
		slices.Sort(files)
		for _, p := range files {
			name, _ := filepath.Rel(path, p)
			if !mailsInFile(p, name, yield) {
				return
			}
		}
	}
}

// holdsMail tells whether a file below a folder is taken: a mail of a Maildir
// (not those still being delivered), or one that its name says is mail.
func holdsMail(path string) bool {
	dir := filepath.Dir(path)
	switch filepath.Base(dir) {
	case "cur", "new":
		if info, err := os.Stat(filepath.Join(filepath.Dir(dir), "cur")); err == nil && info.IsDir() {
			return true
		}
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".eml", ".mbox":
		return true
	}
	return false
}

// mailsInFile lists the mails of one file.
func mailsInFile(path, name string, yield func(stored, error) bool) bool {
	f, err := os.Open(path)
	if err != nil {
		return yield(stored{}, fmt.Errorf("import: %w", err))
	}
	defer f.Close()
	start := make([]byte, 5)
	n, _ := io.ReadFull(f, start)
	if strings.EqualFold(filepath.Ext(path), ".mbox") || string(start[:n]) == "From " {
		return mailsInMbox(f, path, name, yield)
	}
	info, err := f.Stat()
	if err != nil {
		return yield(stored{}, fmt.Errorf("import: %w", err))
	}
	if info.Size() == 0 {
		return yield(stored{}, fmt.Errorf("import %s: the file is empty", name))
	}
	key, _, _ := strings.Cut(filepath.ToSlash(name), ":2,") // flags change, the name stays
	return yield(stored{
		key: key, size: info.Size(), arrival: info.ModTime(),
		open: func() (io.ReadCloser, error) { return os.Open(path) },
	}, nil)
}

// mailsInMbox lists the mails of an mbox file.
func mailsInMbox(f *os.File, path, name string, yield func(stored, error) bool) bool {
	info, err := f.Stat()
	if err != nil {
		return yield(stored{}, fmt.Errorf("import: %w", err))
	}
	_, err = f.Seek(0, io.SeekStart)
	if err != nil {
		return yield(stored{}, fmt.Errorf("import %s: %w", name, err))
	}
	for m, err := range scanMbox(f) {
		if err != nil {
			return yield(stored{}, fmt.Errorf("import %s: %w", name, err))
		}
		if m.arrival.IsZero() {
			m.arrival = info.ModTime()
		}
		mail := stored{
			key: filepath.ToSlash(name) + ":" + strconv.FormatInt(m.offset, 10), size: m.size, arrival: m.arrival,
			open: func() (io.ReadCloser, error) { return openMboxMail(path, m) },
		}
		if !yield(mail, nil) {
			return false
		}
	}
	return true
}
