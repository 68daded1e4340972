package review

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"usulan/review/suggest"
	"usulan/store"
)

// Suggestions are learnt from so many of the newest decisions, and this reason
// for setting aside says that something is no proposal.
const (
	learntMost = 10_000
	noProposal = "not_a_proposal"
)

// adviser suggests priorities. It learns beside the requests, never in one.
type adviser struct {
	mu    sync.Mutex                    // held while it learns
	model atomic.Pointer[suggest.Model] // nil until it has first learnt
	done  chan struct{}                 // closed when it learns no more
}

// After learning it rests this long at least, and so many times as long as the
// learning took, so that it never takes more than a small part of the machine.
const leastRest, restShare = 3 * time.Second, 12

// learnOn learns now, and again after decisions, until ctx ends.
func (s *Server) learnOn(ctx context.Context) {
	defer close(s.adviser.done)
	for ctx.Err() == nil {
		began := time.Now()
		last, err := s.learn(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.Warn("suggestions not learnt anew", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(max(leastRest, restShare*time.Since(began))):
		}
		for decided := false; !decided && ctx.Err() == nil; {
			if last, decided, err = s.awaitDecision(ctx, last); err != nil {
				return // the database is closed
			}
		}
	}
}

// learn trains a model on what is decided up to now; it returns the newest
// entry from before it looked.
func (s *Server) learn(ctx context.Context) (last int64, err error) {
	s.adviser.mu.Lock()
	defer s.adviser.mu.Unlock()
	if last, err = s.db.LastEntry(ctx); err != nil {
		return 0, fmt.Errorf("read the newest entry: %w", err)
	}
	settings, err := s.db.Settings(ctx)
	if err != nil {
		return last, fmt.Errorf("read settings: %w", err)
	}
	confirmed, err := s.db.Confirmed(ctx, noProposal, learntMost)
	if err != nil {
		return last, fmt.Errorf("read decisions: %w", err)
	}
	s.adviser.model.Store(suggest.Train(subjects(settings), examples(confirmed)))
	return last, nil
}

// subjects are the priorities that can be chosen.
func subjects(s store.Settings) []suggest.Priority {
	var out []suggest.Priority
	for _, p := range s.Priorities {
		if !p.Retired {
			out = append(out, suggest.Priority{Code: p.Code, Title: p.Title, Keywords: p.Keywords})
		}
	}
	return out
}

func examples(confirmed []store.Confirmed) []suggest.Example {
	out := make([]suggest.Example, 0, len(confirmed))
	for _, c := range confirmed {
		code := c.Priority
		if code == "" {
			code = suggest.None
		}
		out = append(out, suggest.Example{Text: c.Text, Code: code})
	}
	return out
}

// awaitDecision waits for entries after last, and tells whether a decision is
// among them.
func (s *Server) awaitDecision(ctx context.Context, last int64) (newest int64, decided bool, err error) {
	if _, err = s.db.Changed(ctx, last); err != nil {
		return last, false, err
	}
	entries, err := s.db.Entries(ctx, last, liveBatch)
	if err != nil {
		return last, false, err
	}
	for _, e := range entries {
		last = e.ID
		decided = decided || e.Kind == "decided" || e.Kind == "undone"
	}
	return last, decided, nil
}
