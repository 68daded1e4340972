package review

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"usulan/store"
)

// The pace of an event stream. A pause between two events keeps a flood of
// arrivals from becoming a flood of events; the lamps are looked at now and
// then, because how a source does is no entry; a beat shows that the line is
// alive; and a stream ends by itself, so that who signed out or was disabled
// hears nothing more after that.
const (
	livePause = 200 * time.Millisecond
	liveLook  = 2 * time.Second
	liveBeat  = 15 * time.Second
	liveLife  = 10 * time.Minute
	liveBatch = 200
)

// happening is one event: what was entered since the last, without a word of a
// participant's.
type happening struct {
	Entries []liveEntry           `json:"entries"`
	Counts  map[store.State]int64 `json:"counts"`
	Skipped bool                  `json:"skipped,omitempty"` // there was more than an event holds: read the page anew
}

type liveEntry struct {
	Kind  string      `json:"kind"`
	Ref   string      `json:"ref"`
	Actor string      `json:"actor,omitempty"`
	State store.State `json:"state,omitempty"`
}

// events streams what happens. The id of an event is the number of its newest
// entry, so that a browser that lost the line gets what it missed.
func (s *Server) events(c echo.Context) error {
	last, err := s.resumeAt(c)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/event-stream; charset=utf-8")
	h.Set(echo.HeaderCacheControl, "no-store")
	h.Set("X-Accel-Buffering", "no") // or nginx keeps events to itself
	rc := http.NewResponseController(c.Response().Writer)
	if err := rc.SetWriteDeadline(time.Time{}); err != nil {
		s.log.Debug("write deadline not lifted", "error", err)
	}
	c.Response().WriteHeader(http.StatusOK)
	fmt.Fprintf(c.Response(), "retry: 2000\nevent: hello\ndata: {}\n\n")
	c.Response().Flush()

	ctx, cancel := context.WithTimeout(c.Request().Context(), liveLife)
	defer cancel()
	defer context.AfterFunc(s.closing, cancel)()
	return s.stream(ctx, c.Response(), last, s.words(c))
}

// resumeAt is the entry after which a stream goes on.
func (s *Server) resumeAt(c echo.Context) (int64, error) {
	from := c.Request().Header.Get("Last-Event-ID")
	if from == "" {
		from = c.QueryParam("after")
	}
	if last, err := strconv.ParseInt(from, 10, 64); err == nil && last >= 0 {
		return last, nil
	}
	last, err := s.db.LastEntry(c.Request().Context())
	if err != nil {
		return 0, fmt.Errorf("read last entry: %w", err)
	}
	return last, nil
}

// stream sends events until ctx ends or nobody reads any more.
func (s *Server) stream(ctx context.Context, w *echo.Response, last int64, words *words) error {
	shone, heard := "", time.Now()
	for ctx.Err() == nil {
		lamps, err := s.lampsHTML(ctx, words)
		if err != nil {
			return s.ended(ctx, err)
		}
		if lamps != shone {
			shone, heard = lamps, time.Now()
			if err := send(w, 0, "lamps", map[string]string{"html": lamps}); err != nil {
				return nil //nolint:nilerr // the browser is gone
			}
		}
		wait, cancel := context.WithTimeout(ctx, liveLook)
		_, err = s.db.Changed(wait, last)
		nothing := wait.Err() != nil
		cancel()
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && nothing:
			if time.Since(heard) < liveBeat {
				continue
			}
			heard = time.Now()
			if err := send(w, 0, "beat", struct{}{}); err != nil {
				return nil //nolint:nilerr // the browser is gone
			}
			continue
		case err != nil:
			return s.ended(ctx, fmt.Errorf("wait for changes: %w", err))
		}
		if last, err = s.tell(ctx, w, last); err != nil {
			return s.ended(ctx, err)
		}
		heard = time.Now()
		select {
		case <-ctx.Done():
		case <-time.After(livePause):
		}
	}
	return nil
}

// tell sends what was entered after last and returns the newest number.
func (s *Server) tell(ctx context.Context, w *echo.Response, last int64) (int64, error) {
	entries, err := s.db.Entries(ctx, last, liveBatch)
	if err != nil {
		return last, fmt.Errorf("read entries: %w", err)
	}
	var event happening
	for _, e := range entries {
		last = e.ID
		event.Entries = append(event.Entries, liveEntry{Kind: e.Kind, Ref: e.Ref, Actor: e.Actor, State: e.After.State})
	}
	if len(entries) == liveBatch {
		event.Skipped = true
		if last, err = s.db.LastEntry(ctx); err != nil {
			return last, fmt.Errorf("read last entry: %w", err)
		}
	}
	counts, err := s.db.Counts(ctx)
	if err != nil {
		return last, fmt.Errorf("read counts: %w", err)
	}
	event.Counts = counts.State
	event.Counts[waiting], event.Counts[anyState] = counts.Waiting, total(counts, anyState)
	if err := send(w, last, "entries", event); err != nil {
		return last, context.Canceled // the browser is gone
	}
	return last, nil
}

func send(w *echo.Response, id int64, event string, data any) error {
	b, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	line := "event: " + event + "\ndata: " + string(b) + "\n\n"
	if id > 0 {
		line = "id: " + strconv.FormatInt(id, 10) + "\n" + line
	}
	if _, err := fmt.Fprint(w, line); err != nil {
		return err
	}
	w.Flush()
	return nil
}

// ended is the error of a stream; that its reader left is none.
func (s *Server) ended(ctx context.Context, err error) error {
	if ctx.Err() != nil || err == context.Canceled { //nolint:errorlint // exactly what tell returns
		return nil
	}
	return err
}

// lampsHTML is the lamps as the bar shows them.
func (s *Server) lampsHTML(ctx context.Context, w *words) (string, error) {
	sources, err := s.db.Sources(ctx)
	if err != nil {
		return "", fmt.Errorf("read sources: %w", err)
	}
	html, err := s.screens.render("problem", "lamps", Page{W: w, Lamps: s.lamps(w, sources)})
	return string(html), err
}
