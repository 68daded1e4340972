package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"usulan/intake"
)

// lobby is the place of a channel without numbers.
var lobby = intake.Place{}

// listen leases the source of an account and opens lobby.
func listen(t testing.TB, db *DB) intake.Ledger {
	t.Helper()
	l, err := db.Acquire(context.Background(), "whatsapp/forum")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Position(context.Background(), lobby, 0); err != nil {
		t.Fatal(err)
	}
	return l
}

// phone and lid are two addresses of the person with a number.
func phone(n int) intake.Address {
	return intake.Address{Kind: intake.Phone, Value: fmt.Sprintf("+62812000%05d", n), Shown: fmt.Sprintf("0812-000-%05d", n), Name: fmt.Sprintf("Warga %d", n)}
}

func lid(n int) intake.Address {
	return intake.Address{Kind: intake.LID, Value: fmt.Sprintf("777%05d", n), Shown: fmt.Sprintf("777%05d", n), Name: fmt.Sprintf("Warga %d", n)}
}

// text is a message of a chat, said some time after morning.
func text(from intake.Address, id string, after time.Duration, words string) *intake.Submission {
	return chatting(from, id, after, intake.TextMessage, words)
}

func chatting(from intake.Address, id string, after time.Duration, kind intake.MessageType, words string) *intake.Submission {
	raw := intake.NewRaw([]byte(from.Value + "\x00" + id + "\x00" + words))
	return &intake.Submission{
		Kind: intake.Message, ExternalID: id, From: from, Text: words,
		ContentHash: sha256.Sum256([]byte("chat\x00" + from.Value + "\x00" + id)),
		Chat:        &intake.Chat{Type: kind, Quiet: intake.Quiet},
		ReceivedAt:  morning.Add(after), Raw: raw,
	}
}

// about makes a message one about another.
func quoting(target string, s *intake.Submission) *intake.Submission {
	s.InReplyTo, s.Chat.Quote = []string{target}, "..."
	return s
}

func edit(from intake.Address, id string, after time.Duration, target, words string) *intake.Submission {
	s := chatting(from, id, after, intake.EditMessage, words)
	s.Revises = target
	return s
}

func deletion(from intake.Address, id string, after time.Duration, target string) *intake.Submission {
	s := chatting(from, id, after, intake.DeletionMessage, "")
	s.Revises = target
	return s
}

func in(group string, s *intake.Submission) *intake.Submission {
	s.Chat.Room, s.Chat.RoomName = group, "Grup "+group
	s.ContentHash = sha256.Sum256(append([]byte(group), s.ContentHash[:]...))
	return s
}

// also says that other addresses are the sender's too.
func also(s *intake.Submission, others ...intake.Address) *intake.Submission {
	s.Aliases = others
	return s
}

// keyed makes an item of a message.
func keyed(s *intake.Submission) intake.Item {
	return intake.Item{Key: s.Chat.Room + "/" + s.From.Value + "/" + s.ExternalID, ReceivedAt: s.ReceivedAt, Size: s.Raw.Size, Submission: s}
}

// hear records messages one by one, as they come.
func hear(t testing.TB, l intake.Ledger, messages ...*intake.Submission) {
	t.Helper()
	for _, m := range messages {
		recordIn(t, l, lobby, keyed(m))
	}
}
