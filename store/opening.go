package store

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"usulan/intake"
)

// numberBits is how many bits of a proposal's id its number takes.
const numberBits = 24

// proposalID is a proposal's place in every list: the second in which its first
// submission was received, then its number.
func proposalID(receivedAt time.Time, number int64) int64 {
	second := min(max(receivedAt.Unix(), 0), 1<<32-1)
	return second<<numberBits | number&(1<<numberBits-1)
}

// numberOf is the number in a proposal's id.
func numberOf(id int64) int64 { return id & (1<<numberBits - 1) }

// openProposal opens a proposal with its first submission.
func (t *tx) openProposal(who Actor, forum round, number int64, r received) (int64, error) {
	id := proposalID(r.ReceivedAt, number)
	late := forum.closes != 0 && millis(r.ReceivedAt) > forum.closes
	err := t.exec(`
		INSERT INTO proposal (
			id, forum, number, version, state, priority, reason, reason_text, channel, address, subject, snippet,
			received_at, changed_at, decided_at, decided_by, submissions, attachments, late, changed)
		VALUES ($1, $2, $3, 1, 'new', '', '', '', $4, $5, $6, $7, $8, $8, 0, 0, 1, $9, $10, 0)`,
		id, forum.id, number, r.channel, r.address, oneLine(r.Subject, subjectLength), snippet(r.Text, r.Ranges),
		millis(r.ReceivedAt), countFiles(r.Attachments), late)
	if err != nil {
		return 0, err
	}
	if err := t.hold(id, r.id); err != nil {
		return 0, err
	}
	t.tallies[tallyKey{forum.id, r.channel, New, "", false}]++
	t.texts[id] = searchText(ref{forum.prefix, forum.year, number}.String(), r.Submission)
	return id, t.enterEntry(who, entry{kind: "opened", proposal: id, submission: r.id, channel: r.channel, after: openedStanding})
}

// hold puts a submission into a proposal.
func (t *tx) hold(proposal, submission int64) error {
	return t.exec("INSERT INTO proposal_submission (proposal, submission) VALUES ($1, $2)", proposal, submission)
}

// join puts a submission into a proposal that is there. A decision stays and
// the proposal is marked changed; one that waited for an answer is new again.
func (t *tx) join(who Actor, proposal int64, r received) error {
	if err := t.hold(proposal, r.id); err != nil {
		return err
	}
	before, err := t.standing(proposal)
	if err != nil {
		return err
	}
	after := before.joined()
	err = t.exec(`
		UPDATE proposal SET submissions = submissions + 1, attachments = attachments + $1, changed_at = max(changed_at, $2)
		WHERE id = $3`, countFiles(r.Attachments), millis(r.ReceivedAt), proposal)
	if err != nil {
		return err
	}
	t.texts[proposal] = ""
	e := entry{kind: "joined", proposal: proposal, submission: r.id, channel: r.channel}
	return t.move(who, e, before, after)
}

// countFiles leaves out the HTML form of the text, which is not a file to anybody.
func countFiles(attachments []intake.Attachment) (n int) {
	for i := range attachments {
		if attachments[i].Role != intake.HTML {
			n++
		}
	}
	return n
}

const (
	snippetLength = 200 // characters
	subjectLength = 250
)

// snippet is the beginning of a text's own words in one line: what is quoted or
// signed only when there is nothing else.
func snippet(text string, ranges []intake.Range) string {
	var own strings.Builder
	at := 0
	for _, r := range ranges {
		if r.Start < at || r.End < r.Start || r.End > len(text) || own.Len() > 8*snippetLength {
			break
		}
		own.WriteString(text[at:r.Start])
		own.WriteByte(' ')
		at = r.End
	}
	if own.Len() <= 8*snippetLength {
		rest := text[at:]
		own.WriteString(rest[:min(len(rest), 16*snippetLength)])
	}
	if line := oneLine(own.String(), snippetLength); line != "" {
		return line
	}
	return oneLine(text[:min(len(text), 16*snippetLength)], snippetLength)
}

// oneLine joins the words of s with single blanks, at most limit characters.
func oneLine(s string, limit int) string {
	var b strings.Builder
	count, blank := 0, false
	for i := 0; i < len(s) && count < limit; {
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case r == utf8.RuneError && size == 1:
		case unicode.IsSpace(r) || unicode.IsControl(r):
			blank = b.Len() > 0
		default:
			if blank {
				b.WriteByte(' ')
				count++
				blank = false
			}
			b.WriteRune(r)
			count++
		}
	}
	return b.String()
}
