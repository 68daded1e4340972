package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"

	"usulan/intake"
)

// Fault codes of files.
const (
	FaultMediaWaiting = "media_waiting" // not here yet; it is tried again, or the phone was asked
	FaultMediaGone    = "media_gone"    // neither the server nor the phone has it any more
	FaultMediaLarge   = "media_large"   // larger than the configuration allows
)

const (
	parallel = 3                // downloads at a time
	look     = 20 * time.Second // how often to look for what has become due
	room     = 5 * time.Minute  // before a file is tried again for which there was no room
	stall    = time.Minute      // a download of which nothing comes for so long is given up for now
)

// A file is given up after so many tries if it is also so old: tries alone may
// be spent on one bad day, with a disk that is full or a line that comes and goes.
const (
	patience = 40
	youth    = 14 * 24 * time.Hour
)

// downloads fetches the files that messages brought, a few at a time, each by
// way of a file on disk and never whole in memory. What is to be fetched is in
// the ledger, so a restart forgets nothing. What the server has deleted is asked
// of the phone, which uploads it again if it can.
type downloads struct {
	client *whatsmeow.Client
	ledger intake.Ledger
	dir    string // for files on their way
	limit  int64  // bytes; what is larger is not fetched
	log    *slog.Logger

	pause func(tries int) time.Duration // before the next try

	news chan struct{} // something may be wanted
	mu   sync.Mutex
	asks map[int64]*ask // what the phone was asked for, by attachment
	busy map[int64]bool
}

func newDownloads(client *whatsmeow.Client, ledger intake.Ledger, dir string, limit int64, log *slog.Logger) *downloads {
	return &downloads{
		client: client, ledger: ledger, dir: dir, limit: limit, log: log, pause: pauseAfter,
		news: make(chan struct{}, 1), asks: map[int64]*ask{}, busy: map[int64]bool{},
	}
}

// wake tells that a message with a file was recorded.
func (d *downloads) wake() {
	select {
	case d.news <- struct{}{}:
	default:
	}
}

// run fetches until ctx ends. An error is the ledger's.
func (d *downloads) run(ctx context.Context) error {
	if err := d.sweep(); err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var working sync.WaitGroup
	defer working.Wait()
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		jobs, err := d.next(ctx)
		if err != nil {
			return done(ctx, err)
		}
		for _, j := range jobs {
			working.Go(func() {
				err := d.work(ctx, j)
				d.finished(j)
				if err != nil {
					stop(err)
				}
			})
		}
		select {
		case <-ctx.Done():
			return done(ctx, ctx.Err())
		case <-d.news:
		case <-tick.C:
		}
	}
}

// done is how run ends: with nothing to say when it was told to.
func done(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// job is a file to be fetched now.
type job struct {
	intake.Wanted
	record *record
	file   *file
	path   string // where the phone has put it anew; empty for where the message says
	gone   bool   // the phone does not have it
}

// next takes what can be worked on now: first what the phone has answered, then
// what is due.
func (d *downloads) next(ctx context.Context) ([]job, error) {
	if !d.client.IsLoggedIn() {
		return nil, nil
	}
	d.mu.Lock()
	working := maps.Clone(d.busy)
	d.mu.Unlock()
	if len(working) == parallel {
		return nil, nil
	}
	wanted, err := d.ledger.Wanted(ctx, 2*parallel) // those under way may be among them
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	free := parallel - len(d.busy)
	jobs := d.answers(free)
	for _, w := range wanted {
		// One that was under way before the list was read may have arrived since.
		if len(jobs) < free && !working[w.Attachment] && !d.busy[w.Attachment] {
			jobs = append(jobs, d.jobOf(w))
			d.busy[w.Attachment] = true
		}
	}
	return jobs, nil
}

// jobOf reads what is to be fetched from the raw bytes of its message.
func (d *downloads) jobOf(w intake.Wanted) job {
	j := job{Wanted: w}
	var err error
	if j.record, err = decode(w.Source); err == nil {
		j.file = read(j.record.message, time.UTC).file
	}
	if a := d.asks[w.Attachment]; a != nil {
		j.path = a.path
	}
	return j
}

// finished makes room for the next file.
func (d *downloads) finished(j job) {
	d.mu.Lock()
	delete(d.busy, j.Attachment)
	d.mu.Unlock()
	d.wake()
}

// work fetches one file and notes what became of it. An error is the ledger's.
func (d *downloads) work(ctx context.Context, j job) error {
	switch {
	case j.gone, j.file == nil:
		return d.giveUp(ctx, j, FaultMediaGone)
	case j.file.size > uint64(d.limit):
		return d.giveUp(ctx, j, FaultMediaLarge)
	}
	err := d.fetch(ctx, j)
	switch {
	case err == nil:
		d.forget(j.Attachment)
		return nil
	case ctx.Err() != nil:
		return nil
	case errors.Is(err, intake.ErrLeased):
		return err
	case intake.FaultOf(err) == intake.FaultStorage:
		// Messages are small and may still be recorded: a full disk ends nothing here.
		d.log.Error("a file could not be kept", "attachment", j.Attachment, "error", discreet(err))
		return d.ledger.Unfetched(ctx, j.Attachment, intake.FaultStorage, time.Now().Add(room))
	case errors.Is(err, errLarge):
		return d.giveUp(ctx, j, FaultMediaLarge)
	case offline(err):
		return d.later(ctx, j, time.Now().Add(look))
	case j.Tries >= patience && time.Since(j.record.At) > youth:
		return d.giveUp(ctx, j, FaultMediaGone)
	case absent(err) || broken(err) && j.Tries >= 2:
		d.log.Info("a file is not on the server, the phone is asked", "attachment", j.Attachment, "message", j.record.ID, "error", discreet(err))
		return d.askPhone(ctx, j)
	default:
		d.log.Warn("a file was not fetched", "attachment", j.Attachment, "message", j.record.ID, "tries", j.Tries+1, "error", discreet(err))
		return d.later(ctx, j, time.Now().Add(d.pause(j.Tries)))
	}
}

// fetch downloads a file, checks it and gives it to the ledger. Should the
// library choke on what a sender has made up, only this file suffers.
func (d *downloads) fetch(ctx context.Context, j job) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("download: panic: %v", v)
		}
	}()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	f, err := openTemp(d.dir, d.limit, stall, cancel)
	if err != nil {
		return err
	}
	defer f.remove()
	source := j.file.source
	if err := d.client.DownloadToFile(ctx, placed{source, j.path, whatsmeow.GetMediaType(source)}, f); err != nil {
		switch {
		case f.failed != nil:
			return &intake.Fault{Code: intake.FaultStorage, Err: fmt.Errorf("write a download: %w", f.failed)}
		case errors.Is(context.Cause(ctx), errStalled):
			err = errStalled
		}
		return fmt.Errorf("download: %w", err)
	}
	f.watch.Stop()
	raw, err := f.keep(d.ledger)
	if err != nil {
		return err
	}
	err = d.ledger.Fetched(ctx, j.Attachment, raw)
	if closing := raw.Close(); err == nil {
		err = closing
	}
	return err
}

// later puts a file back into the queue.
func (d *downloads) later(ctx context.Context, j job, at time.Time) error {
	return d.ledger.Unfetched(ctx, j.Attachment, FaultMediaWaiting, at)
}

// giveUp takes a file out of the queue. A person can put it back.
func (d *downloads) giveUp(ctx context.Context, j job, reason string) error {
	d.forget(j.Attachment)
	d.log.Warn("a file is given up", "attachment", j.Attachment, "reason", reason)
	return d.ledger.Unfetched(ctx, j.Attachment, reason, time.Time{})
}

// pauseAfter is how long to wait before the next try: seconds at first, six
// hours in the end.
func pauseAfter(tries int) time.Duration {
	const first, most = 5 * time.Second, 6 * time.Hour
	if tries > 12 {
		return most
	}
	return min(first<<tries, most)
}

// absent tells that the server does not have a file any more.
func absent(err error) bool {
	return errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith403) || errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith404) ||
		errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith410) || errors.Is(err, whatsmeow.ErrNoURLPresent)
}

// broken tells that what came is not what was sent.
func broken(err error) bool {
	return errors.Is(err, whatsmeow.ErrInvalidMediaSHA256) || errors.Is(err, whatsmeow.ErrInvalidMediaEncSHA256) ||
		errors.Is(err, whatsmeow.ErrInvalidMediaHMAC) || errors.Is(err, whatsmeow.ErrTooShortFile)
}

// offline tells that nothing can be downloaded now, whatever it is.
func offline(err error) bool {
	var cut *whatsmeow.DisconnectedError
	return errors.Is(err, whatsmeow.ErrNotConnected) || errors.Is(err, whatsmeow.ErrIQTimedOut) || errors.As(err, &cut)
}

// placed is a file at another path than its message says.
type placed struct {
	whatsmeow.DownloadableMessage
	path string
	kind whatsmeow.MediaType
}

func (p placed) GetMediaType() whatsmeow.MediaType { return p.kind }

func (p placed) GetDirectPath() string {
	if p.path != "" {
		return p.path
	}
	return p.DownloadableMessage.GetDirectPath()
}

// sweep removes what an earlier run that was killed has left.
func (d *downloads) sweep() error {
	left, err := filepath.Glob(filepath.Join(d.dir, tempPrefix+"*"))
	if err != nil {
		return fmt.Errorf("look for files of an earlier run: %w", err)
	}
	return removeAll(left)
}
