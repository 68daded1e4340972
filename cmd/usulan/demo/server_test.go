package demo

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image/png"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/mail"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-smtp"
)

const address = "usulan@forum.example"

// start serves a folder until the test ends.
func start(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Start(dir, "usulan", "kunci", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// signIn connects as a mail program does; exists gets the number of mails each
// time the server tells it.
func signIn(t *testing.T, s *Server, exists chan uint32) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(s.IMAP.String(), &imapclient.Options{
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{
			Mailbox: func(d *imapclient.UnilateralDataMailbox) {
				if d.NumMessages != nil && exists != nil {
					exists <- *d.NumMessages
				}
			},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Login("usulan", "kunci").Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

func sendText(t *testing.T, s *Server, text string) {
	t.Helper()
	c, err := smtp.Dial(s.SMTP.String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SendMail("warga@warga.example", []string{"siapa-saja@mana-saja.example"}, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
}

func bodies(t *testing.T, c *imapclient.Client) map[imap.UID]string {
	t.Helper()
	if _, err := c.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
		t.Fatal(err)
	}
	section := &imap.FetchItemBodySection{Peek: true}
	var all imap.UIDSet
	all.AddRange(1, 0)
	messages, err := c.Fetch(all, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	found := map[imap.UID]string{}
	for _, m := range messages {
		found[m.UID] = string(m.FindBodySection(section))
	}
	return found
}

func TestWhatIsSentCanBeFetchedUnaltered(t *testing.T) {
	s := start(t, t.TempDir())
	sent := "From: a@warga.example\r\nSubject: =?utf-8?q?=C3=A9?=\r\nDate: Tue, 17 Mar 2020 08:00:00 +0700\r\nMessage-ID: <x@y.example>\r\n\r\n" +
		"raw \xff\xe9 bytes\r\n.a line with a dot\r\n" + strings.Repeat("long ", 2000) + "\r\n"
	sendText(t, s, sent)
	got := bodies(t, signIn(t, s, nil))
	if len(got) != 1 || !strings.HasSuffix(got[1], sent) {
		t.Errorf("the mailbox holds %d mails, %.300q; want the one that was sent, below the server's own header", len(got), got[1])
	}
	for _, want := range []string{"Return-Path: <warga@warga.example>\r\n", "Delivered-To: siapa-saja@mana-saja.example\r\n", "Received: from "} {
		if !strings.Contains(got[1], want) {
			t.Errorf("the mail lacks %q", want)
		}
	}
	if strings.Count(got[1], "Date:") != 1 || strings.Count(got[1], "Message-ID:") != 1 {
		t.Error("a date or an id was added to a mail that had one")
	}
}

func TestWhatAProgramLeftOutIsAdded(t *testing.T) {
	s := start(t, t.TempDir())
	sendText(t, s, "Subject: x\r\n\r\nusul\r\n")
	sendText(t, s, "usul tanpa kepala surat\r\n")
	for uid, body := range bodies(t, signIn(t, s, nil)) {
		m, err := mail.ReadMessage(strings.NewReader(body))
		if err != nil {
			t.Fatalf("mail %d: %v", uid, err)
		}
		if _, err := m.Header.Date(); err != nil {
			t.Errorf("mail %d has no date: %v", uid, err)
		}
		var text bytes.Buffer
		if _, err := text.ReadFrom(m.Body); err != nil {
			t.Errorf("read mail %d: %v", uid, err)
		}
		if !strings.Contains(text.String(), "usul") {
			t.Errorf("the text of mail %d is %q", uid, &text)
		}
	}
}

// A mail that arrives between a command and IDLE must wake the client too.
func TestIdleTellsOfEveryArrival(t *testing.T) {
	s := start(t, t.TempDir())
	exists := make(chan uint32, 64)
	c := signIn(t, s, exists)
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	for n := uint32(1); n <= 20; n++ {
		sendText(t, s, fmt.Sprintf("Subject: %d\r\n\r\nusul\r\n", n))
		idle, err := c.Idle()
		if err != nil {
			t.Fatal(err)
		}
		for told := uint32(0); told < n; {
			select {
			case told = <-exists:
			case <-time.After(time.Minute):
				t.Fatalf("mail %d arrived and the client that idles was not told", n)
			}
		}
		if err := idle.Close(); err != nil {
			t.Fatal(err)
		}
		if err := idle.Wait(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAMailboxSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	first := start(t, dir)
	sendText(t, first, "Subject: satu\r\n\r\n1\r\n")
	sendText(t, first, "Subject: dua\r\n\r\n2\r\n")
	c := signIn(t, first, nil)
	before := bodies(t, c)
	selected, err := c.Select("INBOX", nil).Wait()
	if err != nil {
		t.Fatal(err)
	}
	first.Close()

	second := start(t, dir)
	c = signIn(t, second, nil)
	again, err := c.Select("INBOX", nil).Wait()
	if err != nil {
		t.Fatal(err)
	}
	if again.UIDValidity != selected.UIDValidity || again.UIDNext != selected.UIDNext {
		t.Errorf("UIDVALIDITY %d UIDNEXT %d, before %d and %d", again.UIDValidity, again.UIDNext, selected.UIDValidity, selected.UIDNext)
	}
	after := bodies(t, c)
	if len(after) != 2 || after[1] != before[1] || after[2] != before[2] {
		t.Error("mails changed or changed places")
	}
}

func TestAGapInTheMailboxIsRefused(t *testing.T) {
	dir := t.TempDir()
	first := start(t, dir)
	sendText(t, first, "Subject: satu\r\n\r\n1\r\n")
	sendText(t, first, "Subject: dua\r\n\r\n2\r\n")
	first.Close()
	if err := os.Remove(filepath.Join(dir, "000001.eml")); err != nil {
		t.Fatal(err)
	}
	if s, err := Start(dir, "usulan", "kunci", slog.New(slog.DiscardHandler)); err == nil {
		s.Close()
		t.Error("a mailbox that lacks a mail was opened; its numbers have shifted")
	}
}

func TestAWrongPasswordIsRefused(t *testing.T) {
	s := start(t, t.TempDir())
	c, err := imapclient.DialInsecure(s.IMAP.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login("usulan", "salah").Wait(); err == nil {
		t.Error("signed in with a wrong password")
	}
}

func TestSamplesArriveOnceEach(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir)
	if err := s.SendSamples(context.Background(), address, time.Microsecond); err != nil {
		t.Fatal(err)
	}
	files, _ := sampleFiles.ReadDir("mails")
	got := bodies(t, signIn(t, s, nil))
	if len(got) != len(files) {
		t.Errorf("%d mails arrived of %d samples", len(got), len(files))
	}
	for uid, body := range got {
		m, err := mail.ReadMessage(strings.NewReader(body))
		if err != nil {
			t.Errorf("sample %d: %v", uid, err)
			continue
		}
		if auto := m.Header.Get("Auto-Submitted") != ""; auto != (m.Header.Get("Return-Path") == "<>") {
			t.Errorf("sample %d: Return-Path %s does not fit Auto-Submitted %q", uid, m.Header.Get("Return-Path"), m.Header.Get("Auto-Submitted"))
		}
		wholeParts(t, m.Header.Get("Content-Type"), m)
	}
	s.Close()

	again := start(t, dir)
	if err := again.SendSamples(context.Background(), address, time.Microsecond); err != nil {
		t.Fatal(err)
	}
	if got := bodies(t, signIn(t, again, nil)); len(got) != len(files) {
		t.Errorf("after a restart there are %d mails, want the same %d", len(got), len(files))
	}
}

// wholeParts checks that the attachments made in code are what they say.
func wholeParts(t *testing.T, contentType string, m *mail.Message) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		return
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if err != nil {
			return
		}
		var b bytes.Buffer
		if _, err := b.ReadFrom(p); err != nil {
			t.Fatal(err)
		}
		content := b.Bytes()
		if p.Header.Get("Content-Transfer-Encoding") == "base64" {
			content, err = base64.StdEncoding.DecodeString(strings.ReplaceAll(b.String(), "\r\n", ""))
			if err != nil {
				t.Errorf("%s: %v", name(p.Header), err)
			}
		}
		switch kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); kind {
		case "image/png":
			if _, err := png.Decode(bytes.NewReader(content)); err != nil {
				t.Errorf("%s: %v", name(p.Header), err)
			}
		case "application/pdf":
			if !bytes.HasPrefix(content, []byte("%PDF-")) || !bytes.HasSuffix(content, []byte("%%EOF\n")) {
				t.Errorf("%s is not a PDF", name(p.Header))
			}
		}
	}
}

func name(h textproto.MIMEHeader) string { return h.Get("Content-Disposition") }

func TestSamplesStopWhenTold(t *testing.T) {
	s := start(t, t.TempDir())
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if err := s.SendSamples(ctx, address, time.Hour); err != nil {
		t.Errorf("stopping is not an error: %v", err)
	}
}
