package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"usulan/intake"
)

func groupCommand() command {
	return command{
		name:    "group",
		summary: "shows how chat messages would be gathered into proposals",
		help: `
usulan group FILE.json... reads conversations and prints, one JSON line each, which
messages would form one proposal, where staff would be offered to split it, and which
messages make no proposal. It needs no configuration.

A file holds a list of {"id", "messages": [{"msg_id", "ts", "from", "group", "type", "text",
"caption", "target", "forwarded"}]}; type is text, reply, edit, delete, reaction, image, video,
voice, document, sticker, location or contact.

Example:
  usulan group percakapan.json`,
		run: runGroup,
	}
}

// conversation is one entry of a file of conversations.
type conversation struct {
	ID       string        `json:"id"`
	Messages []chatMessage `json:"messages"`
}

type chatMessage struct {
	ID        string    `json:"msg_id"`
	At        time.Time `json:"ts"`
	From      string    `json:"from"`
	Group     string    `json:"group"`
	Type      string    `json:"type"`
	Text      string    `json:"text"`
	Caption   string    `json:"caption"`
	Target    string    `json:"target"`
	Forwarded bool      `json:"forwarded"`
}

// grouped is what is printed of a conversation.
type grouped struct {
	ID     string         `json:"id"`
	Groups []groupedBurst `json:"groups"`
	None   []string       `json:"non_proposals"`
}

type groupedBurst struct {
	Members []string   `json:"members"`
	Split   [][]string `json:"split_hint,omitempty"`
}

func runGroup(_ context.Context, std streams, args []string) error {
	fs := groupCommand().flags(std)
	if err := parseFlags(fs, args); err != nil {
		return err
	}
	if fs.NArg() == 0 {
		fs.Usage()
		return errUsage
	}
	out := json.NewEncoder(std.out)
	for _, name := range fs.Args() {
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		var conversations []conversation
		if err := json.Unmarshal(raw, &conversations); err != nil {
			return fmt.Errorf("read conversations in %s: %w", name, err)
		}
		for _, c := range conversations {
			if err := out.Encode(group(c)); err != nil {
				return err
			}
		}
	}
	return nil
}

// group gathers one conversation, its messages being in order.
func group(c conversation) grouped {
	type thread struct{ chat, sender string }
	own := map[thread][]*intake.Burst{}
	var bursts []*intake.Burst
	result := grouped{ID: c.ID, Groups: []groupedBurst{}, None: []string{}}
	nothing := map[string]bool{}
	for _, cm := range c.Messages {
		m := cm.message()
		at := thread{cm.Group, cm.From}
		b, alone := intake.Gather(m, own[at], intake.Quiet)
		switch {
		case alone:
			nothing[m.ID] = true
		case b != nil:
			b.Messages = append(b.Messages, m)
		default:
			b = &intake.Burst{Messages: []intake.ChatMessage{m}}
			own[at], bursts = append(own[at], b), append(bursts, b)
		}
	}
	for _, b := range bursts {
		var g groupedBurst
		for _, m := range b.Messages {
			g.Members = append(g.Members, m.ID)
			nothing[m.ID] = !b.Proposes()
		}
		if parts := b.Parts(); len(parts) > 1 {
			g.Split = parts
		}
		if b.Proposes() {
			result.Groups = append(result.Groups, g)
		}
	}
	for _, m := range c.Messages {
		if nothing[m.ID] {
			result.None = append(result.None, m.ID)
		}
	}
	return result
}

func (m chatMessage) message() intake.ChatMessage {
	text := m.Text
	if text == "" {
		text = m.Caption
	}
	kind := intake.TextMessage
	switch m.Type {
	case "image", "video", "voice", "audio", "ptt", "document":
		kind = intake.MediaMessage
	case "location", "live_location":
		kind = intake.PlaceMessage
	case "sticker", "contact", "contacts", "poll", "poll_vote":
		kind = intake.SmallMessage
	case "edit":
		kind = intake.EditMessage
	case "delete", "deleted", "revoke":
		kind = intake.DeletionMessage
	case "reaction":
		kind = intake.ReactionMessage
	}
	return intake.ChatMessage{
		ID: m.ID, Sender: m.From, At: m.At, Type: kind, Text: text, Target: m.Target, Forwarded: m.Forwarded,
	}
}
