package demo

import (
	"bytes"
	"encoding/binary"
)

// silence is a voice note of so many seconds in which nobody says anything: an
// Ogg stream of Opus (RFC 7845), whose every packet is the 20 ms of silence that
// an encoder writes.
func silence(seconds int) []byte {
	const (
		perSecond = 50 // packets
		perPage   = 50
		samples   = 960 // of 48 kHz in a packet
		begins    = 2   // header types of a page (RFC 3533 section 6)
		ends      = 4
	)
	packet := []byte{0xf8, 0xff, 0xfe}
	head := append([]byte("OpusHead"), 1, 1, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0) // version, mono, no pre-skip, 48000 Hz, no gain
	vendor := []byte("usulan")
	tags := append([]byte("OpusTags"), binary.LittleEndian.AppendUint32(nil, uint32(len(vendor)))...)
	tags = append(append(tags, vendor...), 0, 0, 0, 0)

	var b bytes.Buffer
	page := uint32(0)
	write := func(kind byte, granule uint64, packets ...[]byte) {
		b.Write(oggPage(kind, granule, page, packets))
		page++
	}
	write(begins, 0, head)
	write(0, 0, tags)
	total := seconds * perSecond
	for done := 0; done < total; {
		n := min(perPage, total-done)
		done += n
		packets := make([][]byte, n)
		for i := range packets {
			packets[i] = packet
		}
		kind := byte(0)
		if done == total {
			kind = ends
		}
		write(kind, uint64(done*samples), packets...)
	}
	return b.Bytes()
}

// oggPage writes packets of less than 255 bytes each as one page (RFC 3533).
func oggPage(kind byte, granule uint64, number uint32, packets [][]byte) []byte {
	const stream = 2020
	p := append([]byte("OggS"), 0, kind)
	p = binary.LittleEndian.AppendUint64(p, granule)
	p = binary.LittleEndian.AppendUint32(p, stream)
	p = binary.LittleEndian.AppendUint32(p, number)
	checksum := len(p)
	p = append(p, 0, 0, 0, 0, byte(len(packets)))
	for _, packet := range packets {
		p = append(p, byte(len(packet)))
	}
	for _, packet := range packets {
		p = append(p, packet...)
	}
	binary.LittleEndian.PutUint32(p[checksum:], oggSum(p))
	return p
}

// oggSum is the checksum of a page: the CRC of Ethernet, neither reflected nor
// inverted.
func oggSum(p []byte) uint32 {
	var sum uint32
	for _, c := range p {
		sum ^= uint32(c) << 24
		for range 8 {
			if sum&(1<<31) != 0 {
				sum = sum<<1 ^ 0x04c11db7
			} else {
				sum <<= 1
			}
		}
	}
	return sum
}
