package email

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"

	"usulan/intake"
)

// folder is an open folder and how far it has been worked.
type folder struct {
	*session
	channel *Channel
	ledger  intake.Ledger
	place   intake.Place
	pos     intake.Position
	suspect *suspicion

	counted time.Time // when the census was taken
	deaf    bool      // the server did not let us mark mail: not tried again on this connection
}

// How often the ledger is compared with all that the folder holds.
const censusEvery = time.Hour

// lostError says that the connection ended while mails were being fetched.
type lostError struct{ err error }

func (e *lostError) Error() string { return "connection lost: " + e.err.Error() }
func (e *lostError) Unwrap() error { return e.err }

// openFolder opens a folder, read-only unless mail is to be marked in it.
func openFolder(ctx context.Context, c *Channel, s *session, l intake.Ledger, name string, sus *suspicion) (*folder, error) {
	data, err := s.client.Select(name, &imap.SelectOptions{ReadOnly: c.box.After == AfterNothing}).Wait()
	if err != nil {
		code := intake.FaultUnreachable
		if isAnswer(err) {
			code = FaultFolder
		}
		return nil, &intake.Fault{Code: code, Err: fmt.Errorf("open folder %q: %w", name, err)}
	}
	if data.UIDValidity == 0 {
		return nil, &intake.Fault{Code: intake.FaultProtocol, Err: fmt.Errorf("open folder %q: the server gives no UIDVALIDITY", name)}
	}
	f := &folder{
		session: s, channel: c, ledger: l, suspect: sus,
		place: intake.Place{Folder: name, Epoch: data.UIDValidity},
	}
	highest := uint32(max(data.UIDNext, 1)) - 1
	if data.UIDNext == 0 { // RFC 3501 allows a server not to say
		present, err := f.search(ctx, 0)
		if err != nil {
			return nil, err
		}
		highest = slices.Max(append(present, 0))
	}
	if f.pos, err = l.Position(ctx, f.place, highest); err != nil {
		return nil, storage(ctx, "read the position", err)
	}
	return f, nil
}

// pass takes what is new, what is due and what the census misses, and then
// marks what was recorded.
func (f *folder) pass(ctx context.Context) error {
	f.wire.expect(patienceCommand)
	// Servers need not look for new mail by themselves: NOOP has them do so. Its
	// answer, and the end of the connection, are heard with the next command's.
	noop := f.client.Noop()
	defer func() { _ = noop.Wait() }()
	var fresh []uint32
	var err error
	if time.Since(f.counted) < censusEvery {
		fresh, err = f.search(ctx, f.pos.Last)
	} else {
		fresh, err = f.census(ctx)
	}
	if err != nil {
		return err
	}
	if err := f.take(ctx, fresh, nil); err != nil {
		return err
	}
	if err := f.takeDue(ctx); err != nil {
		return err
	}
	return f.mark(ctx)
}

// search lists the mails above a UID, in order.
func (f *folder) search(ctx context.Context, after uint32) ([]uint32, error) {
	if after == ^uint32(0) {
		return nil, nil
	}
	criteria := &imap.SearchCriteria{}
	if after > 0 {
		criteria.UID = []imap.UIDSet{{imap.UIDRange{Start: imap.UID(after + 1)}}}
	}
	var options *imap.SearchOptions
	if f.has(imap.CapESearch) {
		options = &imap.SearchOptions{ReturnAll: true} // ranges, not numbers
	}
	data, err := f.client.UIDSearch(criteria, options).Wait()
	if err != nil {
		return nil, f.broken("search for mail", err)
	}
	found, _ := data.All.(imap.UIDSet)
	return flatten(found, after)
}

// maxListed is more mails than any folder holds: a server that speaks of more
// means to exhaust our memory.
const maxListed = 20_000_000

// flatten lists the UIDs of a set that are above after. "after+1:*" finds the
// last mail also when it lies below (RFC 3501 section 6.4.8).
func flatten(set imap.UIDSet, after uint32) ([]uint32, error) {
	var total uint64
	for _, r := range set {
		if r.Stop < r.Start || r.Start == 0 {
			return nil, &intake.Fault{Code: intake.FaultProtocol, Err: fmt.Errorf("search for mail: the server answered %q", set.String())}
		}
		if total += uint64(r.Stop-r.Start) + 1; total > maxListed {
			return nil, &intake.Fault{Code: intake.FaultProtocol, Err: fmt.Errorf("search for mail: the server speaks of more than %d mails", maxListed)}
		}
	}
	uids := make([]uint32, 0, total)
	for _, r := range set {
		for uid := uint64(r.Start); uid <= uint64(r.Stop); uid++ {
			if uint32(uid) > after {
				uids = append(uids, uint32(uid))
			}
		}
	}
	return uids, nil
}

// census compares the folder with the ledger and fetches what has no row. It
// returns the mails above the position.
func (f *folder) census(ctx context.Context) (fresh []uint32, err error) {
	present, err := f.search(ctx, 0)
	if err != nil {
		return nil, err
	}
	missing, fresh, err := f.unknown(ctx, present)
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		f.channel.log.Warn("mails without a row in the ledger are fetched", "folder", f.place.Folder, "count", len(missing))
		if err := f.take(ctx, missing, nil); err != nil {
			return nil, err
		}
		// Some may be gone by now: only what is still there is missing.
		if present, err = f.search(ctx, 0); err != nil {
			return nil, err
		}
		if missing, fresh, err = f.unknown(ctx, present); err != nil {
			return nil, err
		}
	}
	if err := f.ledger.Census(ctx, f.place, len(present), missing); err != nil {
		return nil, storage(ctx, "note the census", err)
	}
	f.counted = time.Now()
	return fresh, nil
}

// unknown divides what is present: at or below the position without a row, and
// above the position.
func (f *folder) unknown(ctx context.Context, present []uint32) (missing, fresh []uint32, err error) {
	const page = 10_000
	var after uint32
	known, err := f.ledger.Known(ctx, f.place, after, page)
	if err != nil {
		return nil, nil, storage(ctx, "list what is known", err)
	}
	for i, uid := range present {
		if uid > f.pos.Last {
			return missing, present[i:], nil
		}
		for len(known) > 0 && known[0] < uid {
			after, known = known[0], known[1:]
			if len(known) == 0 {
				if known, err = f.ledger.Known(ctx, f.place, after, page); err != nil {
					return nil, nil, storage(ctx, "list what is known", err)
				}
			}
		}
		if len(known) == 0 || known[0] != uid {
			missing = append(missing, uid)
		}
	}
	return missing, nil, nil
}

// takeDue fetches what failed before and has its turn again, and what a person
// asks for.
func (f *folder) takeDue(ctx context.Context) error {
	const page = 500
	for after := uint32(0); ; {
		due, err := f.ledger.Due(ctx, f.place, page)
		if err != nil {
			return storage(ctx, "list what is due", err)
		}
		if len(due) == 0 || due[len(due)-1].ID <= after {
			return nil // the rest has to wait for the next pass
		}
		after = due[len(due)-1].ID
		uids := make([]uint32, len(due))
		insisted := make(map[uint32]bool)
		for i, d := range due {
			uids[i], insisted[d.ID] = d.ID, d.Insisted
		}
		if err := f.take(ctx, uids, insisted); err != nil {
			return err
		}
		if err := f.markAgain(ctx, uids); err != nil {
			return err
		}
	}
}

// broken gives an error of a command its fault code.
func (f *folder) broken(doing string, err error) error {
	code := intake.FaultUnreachable
	if isAnswer(err) {
		code = intake.FaultProtocol
	}
	return &intake.Fault{Code: code, Err: fmt.Errorf("%s: %w", doing, err)}
}
