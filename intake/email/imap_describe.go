package email

import (
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// description is what the server says of a mail before it is fetched.
type description struct {
	size  int64
	date  time.Time
	fault string // why it says nothing
}

// describe asks for size and date. A mail that has none is not there any more.
func (h *haul) describe(uids []uint32) (map[uint32]*description, error) {
	found := make(map[uint32]*description, len(uids))
	return found, h.describeInto(found, uids)
}

func (h *haul) describeInto(found map[uint32]*description, uids []uint32) error {
	cmd := h.client.Fetch(uidSet(uids), &imap.FetchOptions{UID: true, InternalDate: true, RFC822Size: true})
	for m := cmd.Next(); m != nil; m = cmd.Next() {
		var uid uint32
		var d description
		for item := m.Next(); item != nil; item = m.Next() {
			switch item := item.(type) {
			case imapclient.FetchItemDataUID:
				uid = uint32(item.UID)
			case imapclient.FetchItemDataInternalDate:
				d.date = item.Time
			case imapclient.FetchItemDataRFC822Size:
				d.size = item.Size
			}
		}
		if !d.date.IsZero() {
			found[uid] = &d
		}
	}
	err := cmd.Close()
	switch {
	case err == nil:
		return nil
	case !isAnswer(err):
		return &lostError{h.broken("ask for sizes", err)}
	case len(uids) == 1:
		found[uids[0]] = &description{fault: ItemRefused}
		return nil
	}
	// One mail spoils the answer for all: ask by halves.
	if err := h.describeInto(found, uids[:len(uids)/2]); err != nil {
		return err
	}
	return h.describeInto(found, uids[len(uids)/2:])
}

// uidSet writes an ascending list as ranges.
func uidSet(uids []uint32) imap.UIDSet {
	var set imap.UIDSet
	for _, uid := range uids {
		if n := len(set); n > 0 && uint32(set[n-1].Stop)+1 == uid {
			set[n-1].Stop = imap.UID(uid)
		} else {
			set = append(set, imap.UIDRange{Start: imap.UID(uid), Stop: imap.UID(uid)})
		}
	}
	return set
}
