package email_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
	"usulan/intake/email"
	"usulan/intake/email/dovecottest"
	"usulan/store"
	"usulan/store/storetest"
)

// mbox writes mails as one mbox file, with the quoting of mboxrd.
func mbox(mails ...[]byte) []byte {
	var b bytes.Buffer
	for _, m := range mails {
		b.WriteString("From warga@example.id Tue Mar  3 01:02:03 2020\n")
		for line := range bytes.Lines(bytes.ReplaceAll(m, []byte("\r\n"), []byte("\n"))) {
			if bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")) {
				b.WriteByte('>')
			}
			b.Write(line)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func writeFile(t testing.TB, path string, content []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// imported imports paths and returns the accounts and the error.
func imported(t testing.TB, db *store.DB, paths ...string) (map[intake.Outcome]int64, error) {
	t.Helper()
	i := email.NewImport("arsip", paths, options(t))
	l, err := db.Acquire(t.Context(), i.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Release(context.Background()) }()
	err = i.Fetch(t.Context(), l)
	return storetest.Accounts(t, db, "import/arsip"), err
}

func TestImport(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		paths func(dir string) []string
	}{
		{"Mbox", func(dir string) []string {
			return []string{writeFile(t, dir+"/lama.mbox", mbox(letters(1, 5)...))}
		}},
		{"MboxWithoutAnEnding", func(dir string) []string {
			return []string{writeFile(t, dir+"/Inbox", mbox(letters(1, 5)...))}
		}},
		{"MboxWithoutTheLastBlankLine", func(dir string) []string {
			return []string{writeFile(t, dir+"/lama.mbox", bytes.TrimRight(mbox(letters(1, 5)...), "\n"))}
		}},
		{"MboxWithCRLF", func(dir string) []string {
			return []string{writeFile(t, dir+"/lama.mbox", bytes.ReplaceAll(mbox(letters(1, 5)...), []byte("\n"), []byte("\r\n")))}
		}},
		{"Maildir", func(dir string) []string {
			for i, m := range letters(1, 5) {
				writeFile(t, filepath.Join(dir, "Maildir", []string{"cur", "new"}[i%2], "1583197323.M"+string(rune('1'+i))+".host:2,S"), m)
			}
			writeFile(t, dir+"/Maildir/tmp/half", letter(6)) // still being delivered
			writeFile(t, dir+"/Maildir/dovecot-uidlist", []byte("3 V1 N6"))
			return []string{dir + "/Maildir"}
		}},
		{"Eml", func(dir string) (paths []string) {
			for i, m := range letters(1, 5) {
				paths = append(paths, writeFile(t, filepath.Join(dir, string(rune('a'+i))+".eml"), m))
			}
			return paths
		}},
		{"FolderOfFolders", func(dir string) []string {
			writeFile(t, dir+"/2019/a.mbox", mbox(letters(1, 2)...))
			writeFile(t, dir+"/2020/b.eml", letter(3))
			writeFile(t, dir+"/2020/Maildir/cur/c:2,", letter(4))
			writeFile(t, dir+"/2020/Maildir/.Arsip/cur/d:2,RS", letter(5))
			writeFile(t, dir+"/catatan.txt", []byte("not a mail"))
			return []string{dir}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			db := storetest.Open(t, t.TempDir())
			paths := tc.paths(t.TempDir())
			want := map[intake.Outcome]int64{intake.NewProposal: 5}
			for _, times := range []string{"once", "again"} {
				got, err := imported(t, db, paths...)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("imported %s: accounts (-want +got):\n%s", times, diff)
				}
			}
		})
	}
}

// What was there over IMAP is recognised in a file, whatever the line ends and
// the quoting did to it.
func TestImportRecognisesMailFromIMAP(t *testing.T) {
	s := dovecottest.Start(t, dovecottest.Options{})
	tricky := []byte("From: Warga <w@example.id>\r\nDate: Mon, 02 Mar 2020 08:00:00 +0700\r\nSubject: Kutipan\r\n\r\n" +
		"From Pamulang to BSD\r\n>From here\r\n>>From there\r\n\r\nFrom the kelurahan\r\n")
	s.Deliver("INBOX", append(letters(1, 4), tricky)...)
	db := storetest.Open(t, t.TempDir())
	fetch(t, mailbox(s, nil), lease(t, db, "email/forum"))
	got, err := imported(t, db, writeFile(t, t.TempDir()+"/salinan.mbox", mbox(append(letters(3, 6), tricky)...)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[intake.Outcome]int64{intake.Duplicate: 3, intake.NewProposal: 2}, got); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
}

// A file that was replaced holds other mails, although they lie at the same
// places under the same name.
func TestImportOfAReplacedFile(t *testing.T) {
	db := storetest.Open(t, t.TempDir())
	path := t.TempDir() + "/kotak.mbox"
	for i, mails := range [][][]byte{letters(1, 3), letters(4, 6)} {
		if _, err := imported(t, db, writeFile(t, path, mbox(mails...))); err != nil {
			t.Fatal(err)
		}
		if got := storetest.Accounts(t, db, "import/arsip")[intake.NewProposal]; got != int64(3*(i+1)) {
			t.Errorf("after import %d: %d proposals, want %d", i+1, got, 3*(i+1))
		}
	}
}

func TestImportArrival(t *testing.T) {
	received := []byte("Received: from mx.example.id by imap.example.id;\r\n\tWed, 4 Mar 2020 10:00:00 +0700\r\n" +
		"Received: from far by mx; Tue, 3 Mar 2020 09:00:00 +0700\r\nFrom: a@example.id\r\nSubject: Dengan Received\r\n\r\nisi\r\n")
	db := storetest.Open(t, t.TempDir())
	if _, err := imported(t, db, writeFile(t, t.TempDir()+"/a.mbox", mbox(received, letter(1)))); err != nil {
		t.Fatal(err)
	}
	want := map[string]time.Time{
		"Dengan Received": time.Date(2020, 3, 4, 3, 0, 0, 0, time.UTC),
		"Usulan 1":        time.Date(2020, 3, 3, 1, 2, 3, 0, time.UTC),
	}
	for _, row := range rows(t, db, "import/arsip") {
		if !row.ReceivedAt.Equal(want[row.Subject]) {
			t.Errorf("%q arrived %s, want %s", row.Subject, row.ReceivedAt, want[row.Subject])
		}
	}
}

// One bad file does not keep the good ones out, and is named.
func TestImportErrors(t *testing.T) {
	dir := t.TempDir()
	good := writeFile(t, dir+"/baik.eml", letter(1))
	for name, bad := range map[string]string{
		"Missing":   dir + "/tidak-ada.mbox",
		"Empty":     writeFile(t, dir+"/kosong.eml", nil),
		"NotAnMbox": writeFile(t, dir+"/bukan.mbox", []byte("ini bukan mbox\n")),
	} {
		t.Run(name, func(t *testing.T) {
			db := storetest.Open(t, t.TempDir())
			got, err := imported(t, db, bad, good)
			if err == nil || !strings.Contains(err.Error(), filepath.Base(bad)) {
				t.Errorf("error = %v, want one that names %s", err, filepath.Base(bad))
			}
			if got[intake.NewProposal] != 1 {
				t.Errorf("accounts = %v, want the good mail", got)
			}
		})
	}
	t.Run("LedgerFails", func(t *testing.T) {
		db := storetest.Open(t, t.TempDir())
		i := email.NewImport("arsip", []string{good}, options(t))
		err := i.Fetch(t.Context(), &failing{Ledger: lease(t, db, "import/arsip")})
		if intake.FaultOf(err) != intake.FaultStorage {
			t.Errorf("error = %v, want one of storage", err)
		}
	})
}
