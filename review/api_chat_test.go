package review

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
	"usulan/store"
)

// TestAPIChat asks for what was said in a chat.
func TestAPIChat(t *testing.T) {
	s := newSite(t, Config{})
	m := mailFrom("marni", "", "ini lokasinya")
	m.From = intake.Address{Kind: intake.Phone, Value: "+6281200000101", Shown: "0812-0000-0101", Name: "Bu Marni"}
	m.InReplyTo = []string{"3EB0A"}
	m.Chat = &intake.Chat{Room: "120363@g.us", RoomName: "Warga RW 03", Type: intake.PlaceMessage, Quote: "di mana bu", Forwarded: true, Quiet: intake.Quiet,
		Location: &intake.Location{Latitude: -6.302, Longitude: 106.665, Name: "Pasar Ciputat"}}
	m.Attachments = []intake.Attachment{
		{Name: "suara.ogg", Type: "audio/ogg", Role: intake.File, Size: 12, Hash: sha256.Sum256([]byte("x")), Absent: true, Duration: 7500 * time.Millisecond},
		{Name: "foto.jpg", Type: "image/jpeg", Role: intake.File, Size: 3, Data: []byte("jpg")},
	}
	s.receive(m)
	status, body := s.call(describedAPI(t), http.MethodGet, "/proposals/{ref}", "/proposals/USL-2020-0001", "", s.token("officer"))
	if status != http.StatusOK {
		t.Fatalf("%d %v", status, body)
	}
	sub := body["submissions"].([]any)[0].(map[string]any)
	want := map[string]any{
		"type": "place", "room": "Warga RW 03", "quote": "di mana bu", "forwarded": true, "unsupported": nil,
		"location": map[string]any{"latitude": -6.302, "longitude": 106.665, "name": "Pasar Ciputat", "address": "", "live": false},
	}
	if diff := cmp.Diff(want, sub["chat"]); diff != "" {
		t.Errorf("chat (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]any{"3EB0A"}, sub["answers"]); diff != "" || sub["address"] != "+6281200000101" || sub["withdrawn"] != false {
		t.Errorf("submission %v", sub)
	}
	files := sub["attachments"].([]any)
	awaited, kept := files[0].(map[string]any), files[1].(map[string]any)
	if awaited["state"] != "waiting" || awaited["url"] != nil || awaited["seconds"] != 7.5 {
		t.Errorf("what is still to come is %v", awaited)
	}
	if kept["state"] != "here" || kept["url"] != "/api/v1/attachments/2" {
		t.Errorf("what is here is %v", kept)
	}
	if status, body := s.call(describedAPI(t), http.MethodGet, "/attachments/{id}", "/attachments/1", "", s.token("officer")); status != http.StatusNotFound || faultCode(body) != "file_waiting" {
		t.Errorf("what is still to come is handed out: %d %v", status, body)
	}
	if status, body = s.call(describedAPI(t), http.MethodGet, "/proposals/{ref}", "/proposals/USL-2020-0001", "", s.token("viewer")); strings.Contains(read(t, s.get("/api/v1/proposals/USL-2020-0001", s.token("viewer"))), "0812") {
		t.Errorf("a viewer is told the number: %d %v", status, body)
	}
}

// TestAPIKeepsWhatWasDeleted holds that no word of a deleted message leaves.
func TestAPIKeepsWhatWasDeleted(t *testing.T) {
	s := newSite(t, Config{})
	from := store.Address{Kind: intake.LID, Value: "1"}
	say := func(id, text string, kind intake.MessageType, revises string) store.Part {
		return store.Part{From: from, ExternalID: id, Text: text, Revises: revises, ReceivedAt: time.Unix(1584410400, 0), Chat: &intake.Chat{Type: kind}, Attachments: []store.Attachment{{ID: 1, Name: text + ".jpg"}}}
	}
	d := s.apiDetail(&store.Proposal{Addresses: []store.Address{from}, Parts: []store.Part{
		say("a", "rahasia", intake.TextMessage, ""), say("b", "usul modal", intake.TextMessage, ""),
		say("c", "rahasia lagi", intake.EditMessage, "a"), say("d", "", intake.DeletionMessage, "a"),
	}}, true)
	if d.Text != "usul modal" {
		t.Errorf("the whole says %q", d.Text)
	}
	for i, want := range []string{"", "usul modal", "", ""} {
		got := d.Submissions[i]
		if got.Text != want || got.Withdrawn != (want == "") || len(got.Attachments) != len(strings.Fields(want))/2 {
			t.Errorf("submission %d is %+v", i+1, got)
		}
	}
}
