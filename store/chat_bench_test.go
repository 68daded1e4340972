//go:build unix

package store_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"usulan/intake"
	"usulan/store/storetest"
)

// chatOf is message i of a sender: five fragments of a proposal, and again.
func chatOf(sender, i int, at time.Time) intake.Item {
	words := [...]string{"Assalamualaikum", "sy tini dari rengas", "mau usul pak", "mohon bantuan modal buat jahit", "sama mesin obras satu unit"}
	id := fmt.Sprintf("3EB0%06d%06d", sender, i)
	s := &intake.Submission{
		Kind: intake.Message, ExternalID: id, Text: words[i%len(words)], ReceivedAt: at,
		ContentHash: sha256.Sum256([]byte(id)),
		From:        intake.Address{Kind: intake.LID, Value: fmt.Sprint(1e12 + float64(sender)), Name: fmt.Sprint("Warga ", sender)},
		Chat:        &intake.Chat{Type: intake.TextMessage, Quiet: intake.Quiet},
		Raw:         intake.NewRaw(fmt.Appendf(nil, "%s %200s", id, words[i%len(words)])),
	}
	s.Aliases = []intake.Address{{Kind: intake.Phone, Value: fmt.Sprintf("+62812%07d", sender), Shown: fmt.Sprintf("0812%07d", sender)}}
	return intake.Item{Key: "chat/" + s.From.Value + "/" + id, ReceivedAt: at, Size: s.Raw.Size, Submission: s}
}

func chatIntake(b *testing.B) intake.Ledger {
	db, _, _ := intakeOf(b)
	l, err := db.Acquire(context.Background(), "whatsapp/forum")
	if err == nil {
		_, err = l.Position(context.Background(), intake.Place{}, 0)
	}
	if err != nil {
		b.Fatal(err)
	}
	return l
}

// benchmarkChat records messages one by one, as the channel does, each in a
// transaction that has reached the disk.
func benchmarkChat(b *testing.B, of func(i int) intake.Item) {
	l := chatIntake(b)
	ctx := context.Background()
	began := processorTime()
	for i := 0; b.Loop(); i++ {
		if i%100 == 99 {
			if err := l.Renew(ctx); err != nil {
				b.Fatal(err)
			}
		}
		if n, err := l.Record(ctx, intake.Place{}, []intake.Item{of(i)}); err != nil || n != 1 {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	b.ReportMetric(float64((processorTime()-began).Microseconds())/float64(b.N), "cpu-µs/message")
}

// BenchmarkRecordChat is forty people who write at a time, five lines each.
func BenchmarkRecordChat(b *testing.B) {
	const people = 40
	at := storetest.Mail(0).ReceivedAt
	benchmarkChat(b, func(i int) intake.Item {
		round := i / (5 * people)
		return chatOf(round*people+i%people, i/people%5, at.Add(time.Duration(i)*time.Second))
	})
}

// BenchmarkRecordFlood is one person who does not stop. Run it with different
// -benchtime: the cost of a message must not grow with how many there were.
func BenchmarkRecordFlood(b *testing.B) {
	at := storetest.Mail(0).ReceivedAt
	for name, of := range map[string]func(i int) intake.Item{
		"Proposal":  func(i int) intake.Item { return chatOf(1, i, at.Add(time.Duration(i)*time.Second)) },
		"SmallTalk": func(i int) intake.Item { return chatOf(1, 5*i, at.Add(time.Duration(i)*time.Second)) },
		"Backwards": func(i int) intake.Item { return chatOf(1, i, at.Add(time.Duration(-i)*time.Second)) },
	} {
		b.Run(name, func(b *testing.B) { benchmarkChat(b, of) })
	}
}
