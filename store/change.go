package store

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// pollInterval is how soon a change by another process is noticed. One in our
// own process is noticed at once.
const pollInterval = 200 * time.Millisecond

// changes tells who waits that entries were written. The zero value is ready.
type changes struct {
	mu      sync.Mutex
	last    int64
	waiting int
	news    chan struct{} // closed and replaced at every announcement
}

// announce wakes who waits for entries up to last.
func (c *changes) announce(last int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last <= c.last {
		return
	}
	c.last = last
	if c.news != nil {
		close(c.news)
		c.news = nil
	}
}

// after returns the newest entry known when it is above after, and otherwise a
// channel that is closed at the next announcement.
func (c *changes) after(after int64) (int64, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last > after {
		return c.last, nil
	}
	if c.news == nil {
		c.news = make(chan struct{})
	}
	return c.last, c.news
}

func (c *changes) count(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting += n
}

func (c *changes) awaited() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.waiting > 0
}

// LastEntry is the number of the newest entry: it grows with every change.
func (db *DB) LastEntry(ctx context.Context) (int64, error) {
	var last int64
	if err := db.row(ctx, "SELECT coalesce(max(id), 0) FROM entry", nil, &last); err != nil {
		return 0, fmt.Errorf("read the newest entry: %w", err)
	}
	return last, nil
}

// Changed waits until there are entries after the one given, whichever process
// wrote them, and returns the newest number. It returns ctx's error when that ends first.
func (db *DB) Changed(ctx context.Context, after int64) (int64, error) {
	db.changes.count(1)
	defer db.changes.count(-1)
	last, err := db.LastEntry(ctx)
	if err != nil {
		return 0, err
	}
	db.changes.announce(last)
	for {
		last, news := db.changes.after(after)
		if news == nil {
			return last, nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-db.stop.Done():
			return 0, context.Canceled
		}
	}
}

// watch looks for entries of other processes while somebody waits for changes.
// data_version is read from memory that all connections share, and only when it
// moved is the table read.
func (db *DB) watch() {
	conn, err := db.readers.Conn(db.stop)
	if err != nil {
		return
	}
	defer conn.Close()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	var seen int64
	for {
		select {
		case <-db.stop.Done():
			return
		case <-tick.C:
		}
		if !db.changes.awaited() {
			continue
		}
		var version, last int64
		err := conn.QueryRowContext(db.stop, "PRAGMA data_version").Scan(&version)
		if err == nil && version != seen {
			seen = version
			err = conn.QueryRowContext(db.stop, "SELECT coalesce(max(id), 0) FROM entry").Scan(&last)
			db.changes.announce(last)
		}
		if err != nil && db.stop.Err() == nil {
			db.Log.Warn("changes not read", "error", err)
		}
	}
}
