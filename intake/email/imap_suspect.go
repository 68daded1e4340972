package email

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"usulan/intake"
)

// suspicion is what lost connections have taught: which mail did not come when
// the connection ended, and how often that was so while no other was asked for.
// It lives as long as connections are re-made at once.
type suspicion struct {
	on        bool
	uid       uint32
	alone     int
	witnesses int // other mails that were asked for and did not come either
	losses    int // in a row without one mail in between
}

// strikes is how often the server may end the connection over one mail before
// other mails are heard as witnesses.
const strikes = 2

// lost notes the first mail that did not come.
func (s *suspicion) lost(uid uint32, progress bool) {
	if progress {
		s.losses = 0
	}
	s.losses++
	if s.uid != uid {
		s.uid, s.alone, s.witnesses = uid, 0, 0
	}
	if s.on && !progress {
		s.alone++
	}
	s.on = true
}

func (s *suspicion) active() bool           { return s.on }
func (s *suspicion) guilty(uid uint32) bool { return s.uid == uid && s.alone >= strikes }
func (s *suspicion) clear()                 { *s = suspicion{} }

// hopeless tells that it is time to let the supervisor pause.
func (s *suspicion) hopeless() bool { return s.losses > 2*strikes+4 }

// errLine says that no mail comes through, so that no single one is to blame.
var errLine = errors.New("the connection ends with whatever mail is asked for")

// condemn sets a mail aside over which the server ends the connection, provided
// that it delivers another one. Otherwise it is the line or the server that is
// broken, and the mail keeps its turn.
func (h *haul) condemn(ctx context.Context, uid uint32) error {
	others := h.others(uid)
	for h.suspect.witnesses < len(others) {
		came, err := h.comes(others[h.suspect.witnesses])
		if err != nil {
			h.suspect.witnesses++
			if h.suspect.witnesses == len(others) {
				return &intake.Fault{Code: intake.FaultUnreachable, Err: fmt.Errorf("fetch mail in %q: %w", h.folder.place.Folder, errLine)}
			}
			return err
		}
		if came {
			break
		}
		h.suspect.witnesses++ // it is not there any more
	}
	h.suspect.alone, h.suspect.losses = 0, 0
	h.log.Warn("the server ends the connection over a mail, which is set aside", "folder", h.folder.place.Folder, "uid", uid)
	return h.send(ctx, &task{slots: []*slot{settled(uid, intake.Unfetchable, ItemDropped)}})
}

// others are mails that can bear witness: the one that came last, and some that
// are yet to come.
func (h *haul) others(uid uint32) (uids []uint32) {
	if h.pos.Last > 0 && h.pos.Last < uid {
		uids = append(uids, h.pos.Last)
	}
	for _, i := range []int{1, len(h.uids) - 1, len(h.uids) / 2} {
		if i < len(h.uids) && h.uids[i] > uid {
			uids = append(uids, h.uids[i])
		}
	}
	return uids
}

// comes tells whether the server delivers a mail, or its beginning. Its error
// means that the connection ended.
func (h *haul) comes(uid uint32) (came bool, err error) {
	// The same questions as for any mail: some lines end after so many bytes.
	if _, err := h.describe([]uint32{uid}); err != nil {
		return false, err
	}
	cmd := h.client.Fetch(uidSet([]uint32{uid}), &imap.FetchOptions{
		UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true, Partial: &imap.SectionPartial{Size: 64 << 10}}},
	})
	for m := cmd.Next(); m != nil; m = cmd.Next() {
		for item := m.Next(); item != nil; item = m.Next() {
			body, ok := item.(imapclient.FetchItemDataBodySection)
			if !ok || body.Literal == nil {
				continue
			}
			n, err := io.Copy(io.Discard, body.Literal)
			if n < body.Literal.Size() {
				return false, &lostError{h.broken("fetch mail", errors.Join(err, io.ErrUnexpectedEOF))}
			}
			came = came || n > 0
		}
	}
	if err := cmd.Close(); err != nil && !isAnswer(err) {
		return false, &lostError{h.broken("fetch mail", err)}
	}
	return came, nil
}
