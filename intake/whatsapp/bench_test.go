package whatsapp_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"usulan/store/storetest"
)

// processorTime is what this process has used so far: on a busy machine it says
// more than the clock.
func processorTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkIntake is the road of a text from socket to committed: decrypted,
// buffered, recorded, acknowledged. A thousand people write five lines each, in
// turn; all is encrypted before the client comes. The processor's time includes
// that of the emulator.
//
//	go test ./intake/whatsapp -run '^$' -bench Intake -benchtime 20000x
func BenchmarkIntake(b *testing.B) {
	const people, lines = 1000, 5
	p := newPhone(b)
	p.meet()
	for i := range b.N {
		who := p.person(fmt.Sprintf("62812%08d", i/lines%people), "Warga")
		p.send(who, fmt.Sprintf("Mohon jalan nomor %d di Pamulang diperbaiki.", i))
	}
	c := p.channel()
	db := storetest.Open(b, b.TempDir())
	used := processorTime(b)
	b.ResetTimer()
	p.supervised(c, db, nil)
	if err := p.server.Settled(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	b.ReportMetric(float64((processorTime(b)-used).Microseconds())/float64(b.N), "cpu-µs/message")
}

// BenchmarkVisible is the time from a person's sending to what an open page is
// told: that there is something new.
func BenchmarkVisible(b *testing.B) {
	p := newPhone(b)
	c := p.channel()
	p.link(c)
	db := storetest.Open(b, b.TempDir())
	begin(b, c, lease(b, db, c.Name()))
	p.ready()
	var took []time.Duration
	for i := range b.N {
		last, err := db.LastEntry(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		who := p.person(fmt.Sprintf("62812%08d", i%40), "Warga")
		sent := time.Now()
		p.send(who, fmt.Sprintf("Mohon jalan nomor %d di Pamulang diperbaiki.", i))
		if _, err := db.Changed(b.Context(), last); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(sent))
		p.acknowledged()
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-median")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-99%")
}

// TestManyFilesInLittleMemory takes in files of 5 MiB in a process of its own and
// looks at its peak.
func TestManyFilesInLittleMemory(t *testing.T) {
	t.Parallel()
	files, most := 10, 128<<10
	if long() {
		files = 200
	}
	c := newCampaign(t, 10)
	for i := range files {
		data := picture(i, 5<<20)
		m, err := c.server.Document(data, fmt.Sprintf("rekaman %d.mp3", i), "audio/mpeg", "")
		if err != nil {
			t.Fatal(err)
		}
		id, err := c.people[i%len(c.people)].Send(m)
		if err != nil {
			t.Fatal(err)
		}
		c.note(id, m, data)
	}
	data := filepath.Join(t.TempDir(), "data")
	peak := c.finish(orders{Data: data})
	t.Logf("peak memory %d MiB with %d files of 5 MiB", peak>>10, files)
	if peak == 0 || peak >= most {
		t.Errorf("peak memory = %d KiB, want less than %d", peak, most)
	}
	c.wantAll(storetest.Open(t, data))
}
