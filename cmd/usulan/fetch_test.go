package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"usulan/cmd/usulan/demo"
)

// deliver puts mails into the mailbox of a mail server.
func deliver(t *testing.T, s *demo.Server, texts ...string) {
	t.Helper()
	c, err := smtp.Dial(s.SMTP.String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, text := range texts {
		if err := c.SendMail("warga@warga.example", []string{"usulan@forum.example"}, strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
	}
}

// counts reads what -json prints: one JSON object, nothing else.
func counts(t *testing.T, out string) map[string]int {
	t.Helper()
	var c map[string]int
	if err := json.Unmarshal([]byte(out), &c); err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	return c
}

func TestFetchTakesEverythingOnce(t *testing.T) {
	mailbox, server := mailServer(t)
	p := newPlace(t)
	p.write("data = \"data\"\n" + mailbox)
	deliver(t, server,
		"From: a@warga.example\r\nSubject: satu\r\n\r\nusul\r\n",
		"From: b@warga.example\r\nSubject: dua\r\nAuto-Submitted: auto-replied\r\n\r\ncuti\r\n")
	for range 2 { // the second time there is nothing new
		status, out, errs := p.run("", "fetch", "-json")
		if status != 0 {
			t.Fatalf("status %d, %s", status, errs)
		}
		if got := counts(t, out); got["proposal"] != 1 || got["auto_reply"] != 1 || len(got) != 2 {
			t.Errorf("counts %v, want one proposal and one automatic reply", got)
		}
	}
	deliver(t, server, "From: c@warga.example\r\nSubject: tiga\r\n\r\nusul lagi\r\n")
	status, out, _ := p.run("", "fetch")
	if status != 0 || !strings.Contains(out, "in all") || !strings.Contains(out, "3\n") {
		t.Errorf("status %d, %s", status, out)
	}
}

// One mailbox that is down does not keep the others waiting, and is told.
func TestFetchGoesOnAfterADeadMailbox(t *testing.T) {
	mailbox, server := mailServer(t)
	dead := strings.Replace(mailboxAt("127.0.0.1:1"), `"forum"`, `"mati"`, 1)
	p := newPlace(t)
	p.write("data = \"data\"\n" + dead + mailbox)
	deliver(t, server, "From: a@warga.example\r\nSubject: satu\r\n\r\nusul\r\n")
	status, out, errs := p.run("", "fetch", "-json")
	if status != 1 || !strings.Contains(errs, "email/mati") {
		t.Errorf("status %d, %s; want the dead mailbox to be told", status, errs)
	}
	if got := counts(t, out); got["proposal"] != 1 {
		t.Errorf("counts %v, want the proposal of the other mailbox", got)
	}
}

// Where a service is at work on a mailbox, fetch leaves it alone.
func TestFetchLeavesAWorkedMailboxAlone(t *testing.T) {
	dir := t.TempDir()
	d := play(t, "-dir", dir)
	await(t, "the demo to work its mailbox", func() (any, bool) { return nil, len(d.list("")) > 0 })
	p := &place{t: t, dir: dir, file: filepath.Join(dir, "usulan.toml")}
	status, _, errs := p.run("", "fetch")
	if status != 1 || !strings.Contains(errs, "another process works this source") {
		t.Errorf("status %d, %s", status, errs)
	}
}

func TestFetchWithoutMailboxes(t *testing.T) {
	p := newPlace(t)
	if status, _, errs := p.run("", "fetch"); status != 1 || !strings.Contains(errs, "[[channel.email.mailbox]]") {
		t.Errorf("status %d, %s", status, errs)
	}
}

func TestImportTakesTheSameMailOnce(t *testing.T) {
	mailbox, server := mailServer(t)
	p := newPlace(t)
	p.write("data = \"data\"\n" + mailbox)
	mail := func(n int) string {
		return fmt.Sprintf("From: a@warga.example\nDate: Tue, 17 Mar 2020 08:00:00 +0700\nMessage-ID: <%d@warga.example>\nSubject: usul %d\n\nusul nomor %d\n", n, n, n)
	}
	deliver(t, server, strings.ReplaceAll(mail(1), "\n", "\r\n"))
	if status, _, errs := p.run("", "fetch"); status != 0 {
		t.Fatal(errs)
	}
	p.put("surat.mbox", "From a@warga.example Tue Mar 17 08:00:00 2020\n"+mail(1)+"\nFrom a@warga.example Tue Mar 17 08:00:00 2020\n"+mail(2)+"\n")
	p.put("lain/tiga.eml", mail(3))
	status, out, errs := p.run("", "import", "-json", filepath.Join(p.dir, "surat.mbox"), filepath.Join(p.dir, "lain"))
	if status != 0 {
		t.Fatalf("status %d, %s", status, errs)
	}
	if got := counts(t, out); got["duplicate"] != 1 || got["proposal"]+got["continuation"] != 3 {
		t.Errorf("counts %v, want three that are kept and one that was there", got)
	}
	status, _, errs = p.run("", "import", filepath.Join(p.dir, "nothing.mbox"))
	if status != 1 || !strings.Contains(errs, "nothing.mbox") {
		t.Errorf("a file that is not there: status %d, %s", status, errs)
	}
	if status, _, errs := p.run("", "import", "-as", "Arsip 2019", filepath.Join(p.dir, "lain")); status != 1 || !strings.Contains(errs, "small letters") {
		t.Errorf("a name that is none: status %d, %s", status, errs)
	}
}
