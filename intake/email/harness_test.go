package email_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"usulan/intake"
	"usulan/intake/email"
	"usulan/intake/email/dovecottest"
	"usulan/intake/intaketest"
	"usulan/store"
)

// letter is a mail that differs from every other by its number.
func letter(n int) []byte {
	return fmt.Appendf(nil, "From: Warga %[1]d <warga%[1]d@example.id>\r\nTo: forum@example.id\r\nSubject: Usulan %[1]d\r\n"+
		"Message-ID: <%[1]d@example.id>\r\nDate: Mon, 02 Mar 2020 08:00:00 +0700\r\n\r\nMohon jalan nomor %[1]d diperbaiki.\r\n", n)
}

func letters(from, to int) (mails [][]byte) {
	for n := from; n <= to; n++ {
		mails = append(mails, letter(n))
	}
	return mails
}

// bigLetter is a mail with an attachment that fills it up to size bytes.
func bigLetter(n, size int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "From: Warga %[1]d <warga%[1]d@example.id>\r\nTo: forum@example.id\r\nSubject: Foto %[1]d\r\nMIME-Version: 1.0\r\n"+
		"Date: Mon, 02 Mar 2020 08:00:00 +0700\r\nContent-Type: multipart/mixed; boundary=batas\r\n\r\n--batas\r\n\r\nFoto terlampir %[1]d.\r\n"+
		"--batas\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=foto.jpg\r\n\r\n", n)
	line := strings.Repeat("QUJD", 19) + "\r\n"
	for b.Len()+len(line)+12 < size {
		b.WriteString(line)
	}
	b.WriteString("\r\n--batas--\r\n")
	return []byte(b.String())
}

// mailbox is the configuration that fits a server; change adapts it.
func mailbox(s *dovecottest.Server, change func(*email.Mailbox)) email.Mailbox {
	m := email.Mailbox{
		Name: "forum", Address: "forum@example.id", Host: s.Host, Port: s.Port, TLS: email.TLSNone,
		User: dovecottest.User, Password: dovecottest.Password,
	}
	if change != nil {
		change(&m)
	}
	return m.WithDefaults()
}

// channel is the channel of a mailbox whose configuration is sound.
func channel(t testing.TB, m email.Mailbox) *email.Channel {
	t.Helper()
	if faults := m.Check(); len(faults) > 0 {
		t.Fatalf("mailbox: %v", faults)
	}
	return email.New(m, options(t))
}

func options(t testing.TB) email.Options {
	return email.Options{Parser: &email.Parser{}, Log: slog.New(slog.NewTextHandler(testLog{t}, nil))}
}

// testLog writes to the log of a test.
type testLog struct{ testing.TB }

func (l testLog) Write(p []byte) (int, error) {
	l.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// opening is when the forum of the tests opens.
var opening = time.Date(2020, 3, 1, 0, 0, 0, 0, time.UTC)

// watched is a ledger that a test can wait on and interfere with.
type watched struct {
	intake.Ledger
	intaketest.Watch
	states   []intake.Status
	recorded int
	before   func(items []intake.Item) // called ahead of every Record
}

// lease takes a source until the end of the test.
func lease(t testing.TB, db *store.DB, source string) *watched {
	t.Helper()
	l, err := db.Acquire(context.Background(), source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Release(context.Background()) })
	return &watched{Ledger: l}
}

func (w *watched) Record(ctx context.Context, p intake.Place, items []intake.Item) (int, error) {
	if w.before != nil {
		w.before(items)
	}
	n, err := w.Ledger.Record(ctx, p, items)
	w.Note(func() { w.recorded += n })
	return n, err
}

func (w *watched) Report(ctx context.Context, s intake.Status) error {
	err := w.Ledger.Report(ctx, s)
	w.Note(func() { w.states = append(w.states, s) })
	return err
}

// running runs a channel and returns a function that stops it and gives its error.
func running(t *testing.T, ch intake.Channel, l intake.Ledger) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- ch.Run(ctx, l) }()
	stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() { _ = stop() })
	return stop
}

// rows is the whole ledger of a source, newest first.
func rows(t testing.TB, db *store.DB, source string) (all []store.Row) {
	t.Helper()
	for cursor := ""; ; {
		page, err := db.Rows(context.Background(), store.RowFilter{Source: source}, cursor, 500)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Items...)
		if cursor = page.Next; cursor == "" {
			return all
		}
	}
}

// rawOf is the source of what a row read.
func rawOf(t testing.TB, db *store.DB, row store.Row) string {
	t.Helper()
	r, _, err := db.RawSource(context.Background(), row.Submission)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// wantLetters checks that the ledger of a source holds each of the letters from
// 1 to n once, unaltered.
func wantLetters(t testing.TB, db *store.DB, source string, n int) {
	t.Helper()
	seen := map[string]int{}
	for _, row := range rows(t, db, source) {
		if row.Submission == 0 {
			t.Errorf("item %s: outcome %s, nothing was read (%s)", row.Item, row.Outcome, row.Reason)
			continue
		}
		if row.Outcome == intake.Duplicate {
			t.Errorf("item %s is a duplicate", row.Item)
		}
		seen[rawOf(t, db, row)]++
	}
	for i := 1; i <= n; i++ {
		if got := seen[string(letter(i))]; got != 1 {
			t.Errorf("letter %d was recorded %d times, want once", i, got)
		}
		delete(seen, string(letter(i)))
	}
	for raw, times := range seen {
		t.Errorf("recorded %d times and never sent: %.80q", times, raw)
	}
}
