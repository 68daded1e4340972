package intake

import "time"

// Chat is what a submission says about the conversation it was said in.
type Chat struct {
	Room     string `json:"room,omitempty"`      // id of a group; empty in a chat of two
	RoomName string `json:"room_name,omitempty"` // as the group calls itself

	Type      MessageType `json:"type"`
	Quote     string      `json:"quote,omitempty"`     // the beginning of the message it answers, as its sender saw it
	Forwarded bool        `json:"forwarded,omitempty"` // marked by the far side as passed on
	Location  *Location   `json:"location,omitempty"`
	Unknown   string      `json:"unknown,omitempty"` // the far side's name of a kind that this program cannot show

	// Quiet is the quiet window in force when it was said.
	Quiet time.Duration `json:"quiet,omitempty"`
}

// Location is a place on the map, in degrees (WGS 84).
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
	Live      bool    `json:"live,omitempty"` // where somebody was when they began to share it
}

// ChatMessage is a submission as grouping sees it. sender is who sent it, by one
// name for all of a person's addresses.
func (s *Submission) ChatMessage(sender string) ChatMessage {
	m := ChatMessage{ID: s.ExternalID, Sender: sender, At: s.ReceivedAt, Type: s.Chat.Type, Text: s.Text, Forwarded: s.Chat.Forwarded}
	switch {
	case s.Revises != "":
		m.Target = s.Revises
	case len(s.InReplyTo) > 0:
		m.Target = s.InReplyTo[0]
	}
	return m
}
