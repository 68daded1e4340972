package review

// mark is the sign of a priority: as many corners as its position, the digit
// inside. Shape and hue follow the position, not the meaning, because the six
// are configuration.
type mark struct {
	Position int
	Size     string // s, m, l: 18, 24, 28
	Hollow   bool   // only meant: a conflict, or not saved
}

func newMark(position int, size string, hollow ...bool) mark {
	return mark{Position: position, Size: size, Hollow: len(hollow) > 0 && hollow[0]}
}

// Shape is the symbol's number; beyond eight corners nobody counts, so a square does.
func (m mark) Shape() int {
	if m.Position < 1 || m.Position > 8 {
		return 4
	}
	return m.Position
}

// Drop is how far down the digit sits: a triangle is heavy at its foot.
func (m mark) Drop() float64 {
	small := 0.0
	if m.Size == "s" {
		small = 0.7 // its digit is larger
	}
	switch m.Position {
	case 3:
		return 22 + small
	case 5:
		return 20 + small
	default:
		return 19.3 + small
	}
}
