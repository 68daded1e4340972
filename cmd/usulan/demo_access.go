package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"usulan/review"
	"usulan/store"
)

// access is what one needs to know to use the demo; its JSON form is for
// programs. What must stay the same from one start to the next is kept in a file.
type access struct {
	URL          string `json:"url"`
	Staff        string `json:"staff"`
	Password     string `json:"password"`
	Token        string `json:"token"`
	Address      string `json:"address"`
	SMTP         string `json:"smtp"`
	IMAP         string `json:"imap"`
	IMAPUser     string `json:"imap_user"`
	IMAPPassword string `json:"imap_password"`
	PhoneURL     string `json:"phone_url"`
	WhatsApp     string `json:"whatsapp_number"`

	file string
}

// openAccess reads what an earlier start chose, or chooses.
func openAccess(file string) (*access, error) {
	a := &access{file: file}
	switch b, err := os.ReadFile(file); {
	case err == nil:
		if err := json.Unmarshal(b, a); err != nil {
			return nil, fmt.Errorf("read %s: %w; remove the folder to begin anew", file, err)
		}
		return a, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	a.Staff, a.Address, a.IMAPUser = demoStaff, demoAddress, demoUser
	a.Password, a.IMAPPassword = passphrase(), passphrase()
	return a, a.save()
}

func (a *access) save() error {
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return os.WriteFile(a.file, b, 0o600)
}

// passphrase is random and can be typed: twelve letters in threes.
func passphrase() string {
	s := strings.ToLower(rand.Text())[:12]
	return s[:3] + "-" + s[3:6] + "-" + s[6:9] + "-" + s[9:]
}

// admit makes the staff member and the token, unless an earlier start did.
func (a *access) admit(ctx context.Context, db *store.DB) error {
	staff, err := db.StaffNamed(ctx, a.Staff)
	if errors.Is(err, store.ErrNotFound) {
		staff, err = db.AddStaff(ctx, store.Actor{}, store.Staff{
			Name: a.Staff, Role: store.Administrator, Language: "id", Password: review.HashPassword(a.Password),
		})
	}
	if err != nil {
		return err
	}
	if a.Token != "" {
		return nil
	}
	_, a.Token, err = db.AddToken(ctx, store.Actor{}, store.Token{Name: "demo", Staff: staff.ID, Role: store.Administrator})
	if err != nil {
		return err
	}
	return a.save()
}

// tell says how to use the demo.
func (a *access) tell(std streams, st stage) error {
	if st.asJSON {
		return json.NewEncoder(std.out).Encode(a)
	}
	ends := "Ctrl-C ends the demo and removes everything."
	if st.keep {
		ends = fmt.Sprintf("Ctrl-C ends the demo; everything stays in %s.", st.folder)
	}
	_, err := fmt.Fprintf(std.out, `
The demo is running. Nothing leaves this computer.

  Open        %s
  Staff name  %s
  Password    %s

Proposals arrive by email and WhatsApp now, one every few seconds. To write one of your own
as a participant, open the phone (a simulation; the number %s is nobody's):

  Phone       %s

or send a mail:

  printf 'Subject: usul saya\n\nMohon tempat jualan di RW 03.\n' | \
    curl -s smtp://%s --crlf --mail-from saya@warga.example --mail-rcpt %s -T -

or with any mail program: server %s, no encryption, no password.

  Mailbox     imap://%s  user %s  password %s
  API         curl -H 'Authorization: Bearer %s' %s/api/v1/proposals

%s
`, a.URL, a.Staff, a.Password, a.WhatsApp, a.PhoneURL, a.SMTP, a.Address, a.SMTP, a.IMAP, a.IMAPUser, a.IMAPPassword, a.Token, a.URL, ends)
	return err
}
