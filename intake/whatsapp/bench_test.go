package whatsapp_test

import (
	"fmt"
	"testing"
)

// BenchmarkIntake is the road of a text from socket to committed: decrypted,
// buffered, recorded, acknowledged. One of forty people writes after another.
func BenchmarkIntake(b *testing.B) {
	p := newPhone(b)
	p.meet()
	for i := range b.N {
		who := p.person(fmt.Sprintf("62812%08d", i%40), "Warga")
		p.send(who, fmt.Sprintf("Mohon jalan nomor %d di Pamulang diperbaiki.", i))
	}
	c := p.channel()
	l := lease(b, openStore(b, b.TempDir()), c.Name())
	b.ResetTimer()
	begin(b, c, l)
	p.acknowledged()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}
