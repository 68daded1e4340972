package whatsapp_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"usulan/intake"
	"usulan/intake/whatsapp"
	"usulan/intake/whatsapp/emulator"
	"usulan/store/storetest"
)

// room is a group with one member who writes.
type room struct {
	*phone
	group *emulator.Group
	sari  *emulator.Person
	l     *watched
}

// say writes to the group and returns the id.
func (r *room) say(m *waE2E.Message) string {
	r.Helper()
	id, err := r.sari.SendTo(r.group, m)
	if err != nil {
		r.Fatal(err)
	}
	return id
}

// texts are what was let in.
func (r *room) texts() (texts []string) {
	r.l.Lock()
	defer r.l.Unlock()
	for _, item := range r.l.items {
		if item.Submission != nil {
			texts = append(texts, item.Submission.Text)
		}
	}
	return texts
}

func newRoom(t *testing.T, allowed ...whatsapp.Group) *room {
	t.Helper()
	p := newPhone(t, func(a *whatsapp.Account) { a.Groups = allowed })
	sari := p.person("6281200000101", "Bu Sari")
	r := &room{phone: p, sari: sari, group: p.server.Group("UMKM  Pamulang", sari)}
	c := p.channel()
	p.link(c)
	r.l = lease(t, storetest.Open(t, t.TempDir()), c.Name())
	begin(t, c, r.l)
	p.ready()
	return r
}

func TestGroups(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		allowed []whatsapp.Group
		want    []string
	}{
		"None":    {nil, nil},
		"Another": {[]whatsapp.Group{{Name: "UMKM Serpong"}, {ID: "120363000000000001@g.us"}}, nil},
		"ByName":  {[]whatsapp.Group{{Name: "umkm pamulang"}}, []string{"selamat pagi", "#Usul: gerobak", "usulan saya", "@forum minta modal"}},
		"Keyword": {[]whatsapp.Group{{Name: "UMKM Pamulang", Keywords: []string{"#usul"}}}, []string{"#Usul: gerobak"}},
		"Mention": {[]whatsapp.Group{{Name: "UMKM Pamulang", Only: "mention"}}, []string{"@forum minta modal"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRoom(t, tc.allowed...)
			for _, text := range []string{"selamat pagi", "#Usul: gerobak", "usulan saya"} {
				r.say(emulator.Text(text))
			}
			r.say(&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{
				Text:        proto.String("@forum minta modal"),
				ContextInfo: &waE2E.ContextInfo{MentionedJID: []string{r.server.Phone().LID().String()}},
			}})
			r.acknowledged()
			if diff := cmp.Diff(tc.want, r.texts()); diff != "" {
				t.Errorf("let in (-want +got):\n%s", diff)
			}
			r.l.Lock()
			defer r.l.Unlock()
			others := 0
			for _, item := range r.l.items {
				switch s := item.Submission; {
				case item.Outcome == intake.OtherGroup:
					others++
				case s != nil && (s.Chat.Room != r.group.JID().String() || s.Chat.RoomName != "UMKM Pamulang" || s.From.Value != r.sari.LID().User):
					t.Errorf("said by %+v in %+v", s.From, s.Chat)
				}
			}
			if want := 4 - len(tc.want); others != want {
				t.Errorf("%d messages count as said elsewhere, want %d", others, want)
			}
		})
	}
}

// What was let in can be corrected and taken back, whatever the correction
// begins with; what was not let in stays out.
func TestCorrectionsInAGroupOfKeywords(t *testing.T) {
	t.Parallel()
	r := newRoom(t, whatsapp.Group{Name: "UMKM Pamulang", Keywords: []string{"usul"}})
	in := r.say(emulator.Text("Usul gerobak"))
	out := r.say(emulator.Text("siapa jual gerobak?"))
	r.say(r.sari.Edit(in, "gerobak dan tenda"))
	r.say(r.sari.Edit(out, "siapa jual tenda?"))
	r.say(r.sari.Delete(in))
	r.say(r.sari.Delete(out))
	r.acknowledged()
	if diff := cmp.Diff([]string{"Usul gerobak", "gerobak dan tenda", ""}, r.texts()); diff != "" {
		t.Errorf("let in (-want +got):\n%s", diff)
	}
}

// A group is known by the name it has now.
func TestARenamedGroup(t *testing.T) {
	t.Parallel()
	r := newRoom(t, whatsapp.Group{Name: "Forum 2020"})
	r.say(emulator.Text("sebelum"))
	r.acknowledged()
	r.group.Rename(r.sari, "Forum 2020")
	r.acknowledged()
	r.say(emulator.Text("sesudah"))
	r.acknowledged()
	if diff := cmp.Diff([]string{"sesudah"}, r.texts()); diff != "" {
		t.Errorf("let in (-want +got):\n%s", diff)
	}
}

// A group that came to be while nobody was connected is asked for.
func TestANewGroup(t *testing.T) {
	t.Parallel()
	r := newRoom(t, whatsapp.Group{Name: "Forum Serpong"})
	r.group = r.server.Group("Forum Serpong", r.sari)
	r.say(emulator.Text("mohon tenda"))
	r.acknowledged()
	if diff := cmp.Diff([]string{"mohon tenda"}, r.texts()); diff != "" {
		t.Errorf("let in (-want +got):\n%s", diff)
	}
}
