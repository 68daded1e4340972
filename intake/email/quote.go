package email

import "usulan/intake"

// findRanges tells which parts of a text are quoted history, the header of a
// forward, and signatures. marks are ranges that the HTML form of the text
// itself declared. The result is in order and does not overlap.
func findRanges(subject, text string, marks []intake.Range) []intake.Range {
	return marks
}

// forwardedAuthor returns who wrote a forwarded text, by the header above it,
// or the zero Address.
func forwardedAuthor(text string, ranges []intake.Range) intake.Address {
	return intake.Address{}
}
