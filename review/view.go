package review

import (
	"html/template"
	"net/url"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"usulan/store"
)

// view is what a list is filtered by, as its address says it. It travels with
// every link and form, so that place and filter survive each action.
type view struct {
	store.Filter
	Cursor string // the page of the list that is on screen
}

// waiting is what staff have to look at: new proposals, and decided ones that
// something has joined since. It stands among the states of a view.
const waiting, anyState store.State = "waiting", "all"

// states that a view can show, in the order screens name them.
var states = []store.State{waiting, store.NeedsInfo, store.Tagged, store.SetAside, store.Withdrawn}

// viewOf reads the view from the query of an address. Without a word about the
// state it is fallback.
func viewOf(c echo.Context, fallback store.State) view {
	q := c.QueryParams()
	v := view{Cursor: q.Get("cursor")}
	state := store.State(q.Get("state"))
	if state != anyState && state != store.New && !slices.Contains(states, state) {
		state = fallback
	}
	switch state {
	case anyState:
	case waiting:
		v.Waiting = true
	default:
		v.States = []store.State{state}
	}
	v.Priority, v.Channel, v.Query = q.Get("priority"), q.Get("channel"), q.Get("q")
	v.Participant, _ = strconv.ParseInt(q.Get("participant"), 10, 64) // anything else is nobody
	v.Newest = q.Get("order") == "newest"
	return v
}

// State is the one state it shows, or waiting, or any.
func (v view) State() store.State {
	switch {
	case v.Waiting:
		return waiting
	case len(v.States) == 1:
		return v.States[0]
	default:
		return anyState
	}
}

// Narrow tells whether anything but the state narrows the view.
func (v view) Narrow() bool {
	return v.Priority != "" || v.Channel != "" || v.Query != "" || v.Participant != 0
}

func (v view) values() url.Values {
	q := url.Values{"state": {string(v.State())}}
	for name, value := range map[string]string{"priority": v.Priority, "channel": v.Channel, "q": v.Query, "cursor": v.Cursor} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if v.Participant != 0 {
		q.Set("participant", strconv.FormatInt(v.Participant, 10))
	}
	if v.Newest {
		q.Set("order", "newest")
	}
	return q
}

// At is an address with the view in its query.
func (v view) At(path string) template.URL {
	return template.URL(path + "?" + v.values().Encode()) //nolint:gosec // G203: path is ours, the query is encoded
}

// With is an address with the view, some of it changed: name and value in
// turns. A changed view begins at its first page.
func (v view) With(path string, pairs ...string) template.URL {
	v.Cursor = ""
	q := v.values()
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			q.Del(pairs[i])
		} else {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return template.URL(path + "?" + q.Encode()) //nolint:gosec // G203: path is ours, the query is encoded
}

// Of is the address of a proposal within the view.
func (v view) Of(ref string) template.URL { return v.At("/proposals/" + url.PathEscape(ref)) }
