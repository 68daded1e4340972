package email_test

import (
	"context"
	"testing"
	"time"

	"usulan/intake/email/dovecottest"
	"usulan/store/storetest"
)

// BenchmarkFetch takes 5,000 mails from a Dovecot into a fresh database: the
// whole road of a first pass, sizes, bodies, parsing and commits included.
func BenchmarkFetch(b *testing.B) {
	const n = 5000
	s := dovecottest.Start(b, dovecottest.Options{})
	s.DeliverTo(dovecottest.User, "INBOX", time.Time{}, letters(1, n)...)
	for b.Loop() {
		b.StopTimer()
		db := storetest.Open(b, b.TempDir())
		l := lease(b, db, "email/forum")
		b.StartTimer()
		fetch(b, mailbox(s, nil), l)
		b.StopTimer()
		if l.recorded != n {
			b.Fatalf("%d mails recorded, want %d", l.recorded, n)
		}
		if err := l.Release(context.Background()); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}
