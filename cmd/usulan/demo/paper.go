package demo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"strings"
)

// glyphs are capital letters, digits and signs, five columns of seven dots
// each, the lowest bit on top.
var glyphs = map[rune][5]byte{
	'A': {0x7e, 0x11, 0x11, 0x11, 0x7e}, 'B': {0x7f, 0x49, 0x49, 0x49, 0x36}, 'C': {0x3e, 0x41, 0x41, 0x41, 0x22},
	'D': {0x7f, 0x41, 0x41, 0x22, 0x1c}, 'E': {0x7f, 0x49, 0x49, 0x49, 0x41}, 'F': {0x7f, 0x09, 0x09, 0x09, 0x01},
	'G': {0x3e, 0x41, 0x49, 0x49, 0x7a}, 'H': {0x7f, 0x08, 0x08, 0x08, 0x7f}, 'I': {0x00, 0x41, 0x7f, 0x41, 0x00},
	'J': {0x20, 0x40, 0x41, 0x3f, 0x01}, 'K': {0x7f, 0x08, 0x14, 0x22, 0x41}, 'L': {0x7f, 0x40, 0x40, 0x40, 0x40},
	'M': {0x7f, 0x02, 0x0c, 0x02, 0x7f}, 'N': {0x7f, 0x04, 0x08, 0x10, 0x7f}, 'O': {0x3e, 0x41, 0x41, 0x41, 0x3e},
	'P': {0x7f, 0x09, 0x09, 0x09, 0x06}, 'Q': {0x3e, 0x41, 0x51, 0x21, 0x5e}, 'R': {0x7f, 0x09, 0x19, 0x29, 0x46},
	'S': {0x46, 0x49, 0x49, 0x49, 0x31}, 'T': {0x01, 0x01, 0x7f, 0x01, 0x01}, 'U': {0x3f, 0x40, 0x40, 0x40, 0x3f},
	'V': {0x1f, 0x20, 0x40, 0x20, 0x1f}, 'W': {0x3f, 0x40, 0x38, 0x40, 0x3f}, 'X': {0x63, 0x14, 0x08, 0x14, 0x63},
	'Y': {0x07, 0x08, 0x70, 0x08, 0x07}, 'Z': {0x61, 0x51, 0x49, 0x45, 0x43},
	'0': {0x3e, 0x51, 0x49, 0x45, 0x3e}, '1': {0x00, 0x42, 0x7f, 0x40, 0x00}, '2': {0x42, 0x61, 0x51, 0x49, 0x46},
	'3': {0x21, 0x41, 0x45, 0x4b, 0x31}, '4': {0x18, 0x14, 0x12, 0x7f, 0x10}, '5': {0x27, 0x45, 0x45, 0x45, 0x39},
	'6': {0x3c, 0x4a, 0x49, 0x49, 0x30}, '7': {0x01, 0x71, 0x09, 0x05, 0x03}, '8': {0x36, 0x49, 0x49, 0x49, 0x36},
	'9': {0x06, 0x49, 0x49, 0x29, 0x1e},
	'.': {0x00, 0x60, 0x60, 0x00, 0x00}, ',': {0x00, 0x50, 0x30, 0x00, 0x00}, '-': {0x08, 0x08, 0x08, 0x08, 0x08},
}

// scan is a letter as a PNG.
func scan(lines ...string) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, letter(lines...)); err != nil {
		panic(err) // memory takes everything
	}
	return b.Bytes()
}

// letter draws a letter as a phone sees it: grey paper, a little askew, a little
// noise.
func letter(lines ...string) *image.Gray {
	const dot, margin, advance, leading = 4, 48, 6, 13
	longest := 0
	for _, l := range lines {
		longest = max(longest, len(l))
	}
	width := 2*margin + longest*advance*dot
	height := 2*margin + len(lines)*leading*dot
	sheet := image.NewGray(image.Rect(0, 0, width, height))
	noise := rand.New(rand.NewPCG(17, 2020))
	for i := range sheet.Pix {
		sheet.Pix[i] = 226 + uint8(noise.IntN(3)*4)
	}
	for row, line := range lines {
		for column, letter := range line {
			drawGlyph(sheet, glyphs[letter], margin+column*advance*dot, margin+row*leading*dot, dot)
		}
	}
	return sheet
}

func drawGlyph(sheet *image.Gray, glyph [5]byte, x, y, dot int) {
	ink := color.Gray{Y: 58}
	for i, bits := range glyph {
		for j := range 7 {
			if bits>>j&1 == 0 {
				continue
			}
			left := x + i*dot
			top := y + j*dot + left/40 // askew
			for dy := range dot {
				for dx := range dot {
					sheet.SetGray(left+dx, top+dy, ink)
				}
			}
		}
	}
}

// pdf writes lines of text on one A4 page (ISO 32000-1, the least of it).
func pdf(lines ...string) []byte {
	var text strings.Builder
	text.WriteString("BT /F1 12 Tf 72 770 Td 18 TL\n")
	escape := strings.NewReplacer(`\`, `\\`, `(`, `\(`, `)`, `\)`)
	for _, l := range lines {
		fmt.Fprintf(&text, "(%s) Tj T*\n", escape.Replace(l))
	}
	text.WriteString("ET")
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", text.Len(), text.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	starts := make([]int, len(objects))
	for i, o := range objects {
		starts[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, s := range starts {
		fmt.Fprintf(&b, "%010d 00000 n \n", s)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return b.Bytes()
}
