package store

import (
	"usulan/intake"
)

// hinted bounds the messages in which a cut is looked for: nobody splits what is
// longer by hand.
const hinted = 200

// splitHint says where staff could cut a proposal because it asks for several
// things, in submissions. Everything else that was sent stays with what it followed.
func splitHint(parts []Part) [][]int64 {
	if len(parts) < 2 || len(parts) > hinted {
		return nil
	}
	var b intake.Burst
	submissions := map[string]int64{}
	for i := range parts {
		p := &parts[i]
		if p.Chat == nil {
			return nil
		}
		s := intake.Submission{
			ExternalID: p.ExternalID, Chat: p.Chat, InReplyTo: p.InReplyTo, Revises: p.Revises, Text: p.Text, ReceivedAt: p.ReceivedAt,
		}
		b.Messages = append(b.Messages, s.ChatMessage(""))
		submissions[p.ExternalID] = p.ID
	}
	groups := b.Parts()
	if len(groups) < 2 || len(submissions) < len(parts) {
		return nil
	}
	hint := make([][]int64, len(groups))
	for i, group := range groups {
		for _, external := range group {
			hint[i] = append(hint[i], submissions[external])
		}
	}
	return hint
}
