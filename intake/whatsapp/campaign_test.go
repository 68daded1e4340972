package whatsapp_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"usulan/intake"
	"usulan/intake/whatsapp"
	"usulan/intake/whatsapp/emulator"
	"usulan/store"
)

// source is the account of the tests in the ledger.
const source = "whatsapp/forum"

// said is a message of a campaign: what must be found in the end.
type said struct {
	raw  []byte            // the message as the sender's phone made it
	file [sha256.Size]byte // of its file; zero without one
}

// campaign is many people who write to the account all sorts of things.
type campaign struct {
	*phone
	people []*emulator.Person
	group  *emulator.Group
	last   []string // the last text of each person
	sound  bool     // nothing arrives damaged
	said   map[string]said
}

// serpong lets the group of a campaign in.
func serpong(a *whatsapp.Account) { a.Groups = []whatsapp.Group{{Name: "Delegasi Serpong"}} }

func newCampaign(t testing.TB, people int) *campaign {
	t.Helper()
	c := &campaign{phone: newPhone(t, serpong), last: make([]string, people), said: map[string]said{}}
	for i := range people {
		c.people = append(c.people, c.person(fmt.Sprintf("62812%08d", i+1), fmt.Sprintf("Warga %d", i+1)))
	}
	c.group = c.server.Group("Delegasi Serpong", c.people...)
	c.meet()
	return c
}

// say lets the next person write the i-th message of the campaign.
func (c *campaign) say(i int) {
	c.Helper()
	n := i % len(c.people)
	who, last := c.people[n], c.last[n]
	var to *emulator.Group
	var m *waE2E.Message
	var file []byte
	var err error
	text := fmt.Sprintf("Mohon jalan nomor %d di Pamulang diperbaiki.", i)
	switch kind := (i + i/len(c.people)*3) % 20; { // everybody writes everything, in rounds
	case kind == 3 && last != "":
		m = who.Edit(last, text+" (ralat)")
	case kind == 5 && last != "":
		m = who.Delete(last)
	case kind == 7 && last != "":
		m = emulator.Reply(text, last, who, emulator.Text("sebelumnya"))
	case kind == 8:
		file = picture(i, 3<<10)
		m, err = c.server.Image(file, "image/jpeg", text)
	case kind == 9:
		file = picture(i, 9<<10)
		m, err = c.server.Voice(file, 12)
	case kind == 10:
		file = picture(i, 150<<10) // kept in a file of its own
		m, err = c.server.Document(file, fmt.Sprintf("surat %d.pdf", i), "application/pdf", text)
	case kind == 11:
		m = emulator.Location(-6.3, 106.6, text)
	case kind == 12:
		m = emulator.Contact(fmt.Sprintf("Warga %d", i), "6281200000101")
	case kind == 13:
		m = emulator.FromTheFuture(7777, text)
	case kind == 14:
		to, m = c.group, emulator.Text(text)
	case kind == 15:
		m = emulator.Disappearing(emulator.Text(text))
	case kind == 16:
		m = who.React(fmt.Sprintf("3EB0%d", i), "🙏")
	default:
		m = emulator.Text(text)
	}
	id := fmt.Sprintf("3EB0%016d", i)
	switch {
	case err != nil:
	case i%50 == 17 && !c.sound: // arrives damaged, and is asked for again
		id, err = who.SendSpoilt(to, m)
	default:
		err = who.SendAs(id, to, m)
	}
	if err != nil {
		c.Errorf("message %d: %v", i, err)
		return
	}
	if m.GetConversation() != "" && to == nil {
		c.last[n] = id
	}
	c.note(id, m, file)
}

func (c *campaign) note(id string, m *waE2E.Message, file []byte) {
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		c.Errorf("message %s: %v", id, err)
	}
	s := said{raw: raw}
	if file != nil {
		s.file = sha256.Sum256(file)
	}
	c.said[id] = s
}

// picture is a file that differs from every other.
func picture(i, size int) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "gambar %d ", i), size/9)
}

// found reads a ledger: the submissions by the id of their message. What is not
// as it was sent is told.
func (c *campaign) found(db *store.DB) map[string]int {
	c.Helper()
	times := map[string]int{}
	for cursor := ""; ; {
		page, err := db.Rows(context.Background(), store.RowFilter{Source: source}, cursor, 500)
		if err != nil {
			c.Fatal(err)
		}
		for _, row := range page.Items {
			id := row.Item[strings.LastIndex(row.Item, "/")+1:]
			want, ok := c.said[id]
			if !ok {
				if row.Submission != 0 {
					c.Errorf("%s was recorded and never sent", row.Item)
				}
				continue
			}
			if row.Outcome == intake.Duplicate || row.Submission == 0 {
				c.Errorf("%s: outcome %s (%s)", id, row.Outcome, row.Reason)
				continue
			}
			times[id]++
			c.compare(db, id, row.Submission, want)
		}
		if cursor = page.Next; cursor == "" {
			return times
		}
	}
}

// compare checks that a submission and its file are what was sent.
func (c *campaign) compare(db *store.DB, id string, submission int64, want said) {
	c.Helper()
	r, _, err := db.RawSource(context.Background(), submission)
	if err != nil {
		c.Fatal(err)
	}
	raw, err := io.ReadAll(r)
	_ = r.Close()
	if err != nil {
		c.Fatal(err)
	}
	if !bytes.HasSuffix(raw, append([]byte("\n"), want.raw...)) {
		c.Errorf("%s was changed: %q", id, raw)
	}
	part, err := db.Part(context.Background(), submission)
	if err != nil {
		c.Fatal(err)
	}
	if want.file == [sha256.Size]byte{} {
		return
	}
	if len(part.Attachments) != 1 {
		c.Errorf("%s has %d files, want 1", id, len(part.Attachments))
		return
	}
	a, content, err := db.Content(context.Background(), part.Attachments[0].ID)
	if err != nil {
		c.Errorf("the file of %s: %v", id, err)
		return
	}
	defer func() { _ = content.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, content); err != nil {
		c.Fatal(err)
	}
	if got := [sha256.Size]byte(sum.Sum(nil)); got != want.file || a.SHA256 != hex.EncodeToString(want.file[:]) {
		c.Errorf("the file of %s was changed", id)
	}
}

// wantAll checks that a store holds every message of the campaign once,
// unaltered, with its file.
func (c *campaign) wantAll(db *store.DB) {
	c.Helper()
	times := c.found(db)
	for id := range c.said {
		if times[id] != 1 {
			c.Errorf("message %s was recorded %d times, want once", id, times[id])
		}
	}
	if len(times) != len(c.said) {
		c.Errorf("%d of %d messages recorded", len(times), len(c.said))
	}
}
