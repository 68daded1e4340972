package review

import (
	"strconv"
	"strings"

	"rsc.io/qr"
)

// qrCode is a code to scan, as an SVG path over a field of Size by Size
// modules: the quiet zone that ISO/IEC 18004 asks for is part of it.
type qrCode struct {
	Size  int    // modules on a side, quiet zone included
	Width int    // pixels on a side: a whole number a module
	Path  string // the dark modules
}

const (
	quietZone = 4   // modules on each side
	qrLeast   = 300 // pixels on a side: what an old phone reads from an arm's length
)

// newQR sets a text as a code. The lowest level of correction makes the largest
// modules: a screen has no stains.
func newQR(text string) (*qrCode, error) {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return nil, err
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for code.Black(x, y) { // outside of the code nothing is black
				x++
			}
			if x > from {
				path.WriteString("M" + strconv.Itoa(from+quietZone) + " " + strconv.Itoa(y+quietZone) + "h" + strconv.Itoa(x-from) + "v1H" + strconv.Itoa(from+quietZone) + "z")
			}
		}
	}
	size := code.Size + 2*quietZone
	return &qrCode{Size: size, Width: size * ((qrLeast + size - 1) / size), Path: path.String()}, nil
}
