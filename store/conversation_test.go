package store

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"usulan/intake"
)

// conversation is a conversation that people have grouped.
type conversation struct {
	ID       string `json:"id"`
	Messages []struct {
		ID        string    `json:"msg_id"`
		At        time.Time `json:"ts"`
		From      string    `json:"from"`
		Group     string    `json:"group"`
		Type      string    `json:"type"`
		Text      string    `json:"text"`
		Caption   string    `json:"caption"`
		Target    string    `json:"target"`
		Forwarded bool      `json:"forwarded"`
	} `json:"messages"`
}

func conversations(t *testing.T) (all []conversation) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", "conversations.json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("../shared/data/conversations.json is not here")
	}
	if err == nil {
		err = json.Unmarshal(b, &all)
	}
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// submissions are the messages of a conversation as a channel brings them.
func (c conversation) submissions() (all []*intake.Submission) {
	kinds := map[string]intake.MessageType{
		"text": intake.TextMessage, "reply": intake.TextMessage, "edit": intake.EditMessage, "delete": intake.DeletionMessage,
		"location": intake.PlaceMessage, "contact": intake.SmallMessage, "sticker": intake.SmallMessage, "reaction": intake.ReactionMessage,
	}
	for _, m := range c.Messages {
		from := intake.Address{Kind: intake.Phone, Value: m.From, Shown: m.From}
		kind := cmp.Or(kinds[m.Type], intake.MediaMessage)
		s := chatting(from, m.ID, m.At.Sub(morning), kind, cmp.Or(m.Text, m.Caption))
		s.Chat.Forwarded = m.Forwarded
		switch {
		case kind == intake.EditMessage, kind == intake.DeletionMessage:
			s.Revises = m.Target
		case m.Target != "":
			s.InReplyTo = []string{m.Target}
		}
		if kind == intake.ReactionMessage {
			s.Kind = intake.Reaction
		}
		if m.Group != "" {
			s = in(m.Group, s)
		}
		all = append(all, s)
	}
	return all
}

// proposed is what the rules make of submissions that come in this order:
// proposals by their messages, and the messages that make none. What its sender
// took back as a whole was a proposal when it came: it is in neither.
func proposed(all []*intake.Submission) (groups [][]string, none []string) {
	type thread struct{ room, from string }
	own := map[thread][]*intake.Burst{}
	for _, s := range all {
		at := thread{s.Chat.Room, s.From.Value}
		m := s.ChatMessage("")
		b, alone := intake.Gather(m, own[at], intake.Quiet)
		switch {
		case alone:
			none = append(none, m.ID)
		case b != nil:
			b.Messages = append(b.Messages, m)
		default:
			own[at] = append(own[at], &intake.Burst{Messages: []intake.ChatMessage{m}})
		}
	}
	for _, bursts := range own {
		for _, b := range bursts {
			var ids []string
			for _, m := range b.Messages {
				ids = append(ids, m.ID)
			}
			whole := burst{Burst: *b}
			switch {
			case b.Proposes():
				groups = append(groups, ids)
			case !whole.everProposed():
				none = append(none, ids...)
			}
		}
	}
	return sorted(groups), slices.Sorted(slices.Values(none))
}

// sorted brings groups into an order of their own.
func sorted(groups [][]string) [][]string {
	for _, g := range groups {
		slices.Sort(g)
	}
	slices.SortFunc(groups, slices.Compare)
	return groups
}

// kept is what the database made of what it was given, read back from proposals
// and ledger.
func kept(t testing.TB, db *DB) (groups [][]string, none []string) {
	t.Helper()
	for _, ref := range refs(t, db, Filter{}) {
		p, err := db.Proposal(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, part := range p.Parts {
			ids = append(ids, part.ExternalID)
		}
		if len(ids) != p.Submissions {
			t.Errorf("%s counts %d submissions and holds %d", ref, p.Submissions, len(ids))
		}
		if len(ids) > 0 {
			groups = append(groups, ids)
		}
	}
	page, err := db.Rows(t.Context(), RowFilter{}, "", 100_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range page.Items {
		_, part, err := db.Row(t.Context(), row.ID)
		if err != nil {
			t.Fatal(err)
		}
		if held := row.Ref != ""; held != (row.Outcome == intake.NewProposal || row.Outcome == intake.Continuation) {
			t.Errorf("%s is %s of %q", part.ExternalID, row.Outcome, row.Ref)
		}
		if row.Ref == "" {
			none = append(none, part.ExternalID)
		}
	}
	ledgerOf(t, db)
	return sorted(groups), slices.Sorted(slices.Values(none))
}

// TestConversations records conversations as they happened, shuffled, backwards
// and with restarts in between: the outcome is what the rules say of them in order.
func TestConversations(t *testing.T) {
	for _, c := range conversations(t) {
		t.Run(c.ID, func(t *testing.T) { agrees(t, c.submissions()) })
	}
}

// agrees tests that the database makes of messages what the rules do.
func agrees(t *testing.T, inOrder []*intake.Submission) {
	t.Helper()
	groups, none := proposed(inOrder)
	backwards := slices.Clone(inOrder)
	slices.Reverse(backwards)
	shuffled := slices.Clone(inOrder)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	for _, order := range []struct {
		name     string
		messages []*intake.Submission
		restarts int // after so many messages
	}{
		{"in order", inOrder, len(inOrder)},
		{"backwards", backwards, len(inOrder)},
		{"shuffled with restarts", shuffled, 3},
	} {
		db := forum(t)
		l := listen(t, db)
		for i, s := range order.messages {
			if i > 0 && i%order.restarts == 0 {
				db, l = restarted(t, db)
			}
			hear(t, l, s)
		}
		gotGroups, gotNone := kept(t, db)
		gotGroups, gotNone = slices.DeleteFunc(gotGroups, func(g []string) bool { return takenBack(g, groups, none) }), slices.DeleteFunc(gotNone, func(id string) bool {
			return takenBack([]string{id}, groups, none)
		})
		if diff := gocmp.Diff(groups, gotGroups); diff != "" {
			t.Errorf("%s: proposals (-rules +database):\n%s", order.name, diff)
		}
		if diff := gocmp.Diff(none, gotNone); diff != "" {
			t.Errorf("%s: no proposals (-rules +database):\n%s", order.name, diff)
		}
	}
}

// takenBack tells whether messages are in none of the lists.
func takenBack(ids []string, groups [][]string, none []string) bool {
	for _, id := range ids {
		if slices.Contains(none, id) || slices.ContainsFunc(groups, func(g []string) bool { return slices.Contains(g, id) }) {
			return false
		}
	}
	return true
}

// restarted closes the database and opens it again.
func restarted(t *testing.T, db *DB) (*DB, intake.Ledger) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, db.dir)
	again.Now = db.Now
	return again, listen(t, again)
}
