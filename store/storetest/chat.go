package storetest

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"usulan/intake"
)

// ChatSource is the source of what Chat invents.
const ChatSource = "whatsapp/utama"

// chatters is how many people write in chats. Each comes again so late that
// nothing they write is taken for the rest of what they wrote before.
const chatters = 50_000

// Chat invents the messages of the i-th proposal of a chat: a greeting, then
// what is asked for in a few of them, sometimes with a place, a photo or a
// correction. The same i gives the same messages.
func Chat(i int) []intake.Item {
	r := rand.New(rand.NewPCG(uint64(i), 43))
	who := i % chatters
	number := fmt.Sprintf("0812-%04d-%04d", who/10_000, who%10_000)
	phone := intake.Address{Kind: intake.Phone, Value: "+62" + strings.ReplaceAll(number[1:], "-", ""), Shown: number,
		Name: title(pick(r, first)) + " " + title(pick(r, last))}
	c := conversation{i: i, from: phone, at: Opens.Add(time.Duration(i) * 2 * time.Second)}
	if who%2 == 0 {
		c.from = intake.Address{Kind: intake.LID, Value: fmt.Sprintf("1%014d", who), Name: phone.Name}
		c.aliases = []intake.Address{phone}
	}
	c.say(intake.TextMessage, "Assalamualaikum, selamat siang pak")
	asked := c.say(intake.TextMessage, "mohon usul "+phrase(r, 8+r.IntN(30)))
	for range r.IntN(4) {
		c.say(intake.TextMessage, phrase(r, 4+r.IntN(20)))
	}
	switch r.IntN(12) {
	case 0:
		place := c.say(intake.PlaceMessage, "")
		place.Chat.Location = &intake.Location{Latitude: -6.2 - r.Float64()/5, Longitude: 106.6 + r.Float64()/5}
	case 1:
		photo := c.say(intake.MediaMessage, "")
		data := []byte(fmt.Sprintf("\xff\xd8\xff photo %d %s", i, strings.Repeat("x", 500)))
		photo.Attachments = []intake.Attachment{{Name: "foto.jpg", Type: "image/jpeg", Role: intake.File, Size: int64(len(data)), Hash: sha256.Sum256(data), Data: data}}
	case 2:
		edit := c.say(intake.EditMessage, "mohon usul "+phrase(r, 12))
		edit.Revises = asked.ExternalID
	case 3:
		voice := c.say(intake.MediaMessage, "")
		voice.Attachments = []intake.Attachment{{Name: "suara.ogg", Type: "audio/ogg", Role: intake.File, Size: 9000, Duration: 9 * time.Second, Absent: i%100 < 10}}
	}
	return c.items
}

// conversation is the messages of one person so far.
type conversation struct {
	i       int
	from    intake.Address
	aliases []intake.Address
	at      time.Time
	items   []intake.Item
}

// say adds a message.
func (c *conversation) say(kind intake.MessageType, text string) *intake.Submission {
	c.at = c.at.Add(time.Second)
	id := fmt.Sprintf("3EB0%08X%02d", c.i, len(c.items))
	s := &intake.Submission{
		Kind: intake.Message, ExternalID: id, From: c.from, Aliases: c.aliases, Text: text,
		ContentHash: sha256.Sum256([]byte("chat\x00" + ChatSource + "\x00" + c.from.Value + "\x00" + id)),
		Chat:        &intake.Chat{Type: kind, Quiet: intake.Quiet},
		ReceivedAt:  c.at, SentAt: c.at, Raw: intake.NewRaw([]byte(id + " " + text)),
	}
	c.items = append(c.items, intake.Item{Key: "chat/" + c.from.Value + "/" + id, ReceivedAt: c.at, Size: s.Raw.Size, Submission: s})
	return s
}
