package whatsapp

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/reflect/protoreflect"

	"usulan/intake"
)

// A group is let in by its id or by its name. Messages bring the id alone, so the
// names are asked for when connecting, and whenever a group writes whose name is
// not known; they are kept in the session file.

// namesTime is how long a message of a group waits until its name is known.
const namesTime = 30 * time.Second

// groups knows which groups are let in.
type groups struct {
	allowed []Group
	file    *session
	client  *whatsmeow.Client
	closed  <-chan struct{} // when the connection takes no more messages

	ask chan struct{} // a name is missing

	mu    sync.Mutex
	names map[types.JID]string
	round chan struct{} // closed when the names have been asked for, and made anew
}

func newGroups(a Account, file *session, names map[types.JID]string, client *whatsmeow.Client, closed <-chan struct{}) *groups {
	return &groups{
		allowed: a.Groups, file: file, client: client, closed: closed, names: names,
		ask: make(chan struct{}, 1), round: make(chan struct{}),
	}
}

// learn asks for the names of all groups of the account, once and then whenever
// one is missing, until ctx ends.
func (g *groups) learn(ctx context.Context, log *slog.Logger) {
	if len(g.allowed) == 0 {
		return
	}
	for {
		if err := g.askNames(ctx); err != nil && ctx.Err() == nil {
			log.Warn("the names of groups are not known", "error", discreet(err))
		}
		select {
		case <-ctx.Done():
			return
		case <-g.ask:
		}
	}
}

func (g *groups) askNames(ctx context.Context) error {
	joined, err := g.client.GetJoinedGroups(ctx)
	if err != nil {
		return err
	}
	for _, group := range joined {
		if err := g.rename(ctx, group.JID, group.Name); err != nil {
			return err
		}
	}
	g.mu.Lock()
	close(g.round)
	g.round = make(chan struct{})
	g.mu.Unlock()
	return nil
}

// rename notes what a group is called.
func (g *groups) rename(ctx context.Context, id types.JID, name string) error {
	g.mu.Lock()
	same := g.names[id] == name
	g.names[id] = name
	g.mu.Unlock()
	if same || len(g.allowed) == 0 {
		return nil
	}
	return g.file.nameGroup(ctx, id, name)
}

// renamed takes the news that a group has a name.
func (r *run) renamed(id types.JID, name string) bool {
	if err := r.groups.rename(r.ctx, id, name); err != nil {
		r.stop(storageFault(err))
		return false
	}
	return true
}

// name is what a group is called, empty when that is not known.
func (g *groups) name(id types.JID) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return cleanName(g.names[id])
}

// rule finds what of a group is let in. known is false when that cannot be told
// before its name is known.
func (g *groups) rule(id types.JID) (rule Group, let, known bool) {
	g.mu.Lock()
	name, named := g.names[id]
	g.mu.Unlock()
	known = true
	for _, group := range g.allowed {
		switch {
		case group.ID != "" && group.ID == id.String():
			return group, true, true
		case group.Name != "" && !named:
			known = false
		case group.Name != "" && sameName(group.Name, name):
			return group, true, true
		}
	}
	return Group{}, false, known
}

// sameName compares names as people write them.
func sameName(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}

// maybe tells whether what cannot be read may be kept: only where everything is
// let in.
func (g *groups) maybe(id types.JID) bool {
	rule, let, _ := g.rule(id)
	return let && rule.Only == OnlyAll
}

// let tells whether a message of a group is let in, and names its group. It waits
// for the name of the group where it must.
func (g *groups) let(ctx context.Context, evt *events.Message, s *intake.Submission) (bool, error) {
	rule, let, err := g.ruled(ctx, evt.Info.Chat)
	if err != nil || !let {
		return false, err
	}
	s.Chat.RoomName = g.name(evt.Info.Chat)
	room := evt.Info.Chat.String()
	switch {
	case rule.Only == OnlyAll:
		return true, nil
	case rule.Only == OnlyKeyword && begins(s.Text, rule.Keywords), rule.Only == OnlyMention && mentions(evt.Message, g.client):
		return true, storageFault(g.file.admit(ctx, room, evt.Info.ID))
	case s.Revises != "":
		let, err = g.file.admitted(ctx, room, s.Revises)
		return let, storageFault(err)
	}
	return false, nil
}

// ruled is rule, which waits for the name.
func (g *groups) ruled(ctx context.Context, id types.JID) (Group, bool, error) {
	timer := time.NewTimer(namesTime)
	defer timer.Stop()
	for asked := false; ; asked = true {
		g.mu.Lock()
		answered := g.round
		g.mu.Unlock()
		rule, let, known := g.rule(id)
		if known || asked {
			return rule, let, nil // a group that the account is not in any more has no name
		}
		signal(g.ask)
		select {
		case <-answered:
		case <-timer.C:
			return Group{}, false, fault(intake.FaultUnreachable, "the names of groups were not told within %s", namesTime)
		case <-g.closed:
			return Group{}, false, context.Canceled
		case <-ctx.Done():
			return Group{}, false, ctx.Err()
		}
	}
}

// begins tells whether a text begins with one of the keywords, as a word of its
// own; signs in front of it do not count: "#Usulan: …" begins with "usulan".
func begins(text string, keywords []string) bool {
	text = strings.TrimLeftFunc(text, notLetter)
	for _, word := range keywords {
		word = strings.TrimLeftFunc(strings.TrimSpace(word), notLetter)
		if len(text) < len(word) || !strings.EqualFold(text[:len(word)], word) {
			continue
		}
		if next, _ := utf8.DecodeRuneInString(text[len(word):]); len(text) == len(word) || notLetter(next) {
			return true
		}
	}
	return false
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// mentions tells whether a message names the account.
func mentions(m *waE2E.Message, client *whatsmeow.Client) bool {
	own := []string{client.Store.GetJID().User, client.Store.GetLID().User}
	for _, mentioned := range contextOf(m).GetMentionedJID() {
		jid, err := types.ParseJID(mentioned)
		if err == nil && jid.User != "" && slices.Contains(own, jid.User) {
			return true
		}
	}
	return false
}

// contextOf finds what surrounds a message, whatever kind it is of.
func contextOf(m *waE2E.Message) (found *waE2E.ContextInfo) {
	m, _ = unwrap(m)
	if edited := m.GetProtocolMessage().GetEditedMessage(); edited != nil {
		m = edited
	}
	m.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		if field.Kind() != protoreflect.MessageKind || field.IsList() || field.IsMap() {
			return true
		}
		inner := value.Message()
		if context := inner.Descriptor().Fields().ByName("contextInfo"); context != nil && inner.Has(context) {
			found, _ = inner.Get(context).Message().Interface().(*waE2E.ContextInfo)
		}
		return found == nil
	})
	return found
}
