package email

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/emersion/go-imap/v2"

	"usulan/intake"
)

// mark tells the server about mails that are safe in the ledger, as the
// configuration asks. The ledger's mark moves afterwards: a crash in between
// only repeats what changes nothing the second time.
func (f *folder) mark(ctx context.Context) error {
	const page = 500
	if f.box.After == AfterNothing {
		return nil
	}
	for !f.deaf {
		uids, err := f.ledger.Read(ctx, f.place, f.pos.Handled, page)
		if err != nil {
			return storage(ctx, "list what was read", err)
		}
		if len(uids) == 0 {
			return nil
		}
		if err := f.tell(ctx, uids); err != nil || f.deaf {
			return err
		}
		f.pos.Handled = uids[len(uids)-1]
		if err := f.ledger.Handled(ctx, f.place, f.pos.Handled); err != nil {
			return storage(ctx, "note what was marked", err)
		}
	}
	return nil
}

// markAgain marks those of uids, all below the mark, that were read only now.
func (f *folder) markAgain(ctx context.Context, uids []uint32) error {
	if f.box.After == AfterNothing || f.deaf {
		return nil
	}
	var read []uint32
	for _, uid := range uids {
		if uid > f.pos.Handled {
			break // mark takes these
		}
		found, err := f.ledger.Read(ctx, f.place, uid-1, 1)
		if err != nil {
			return storage(ctx, "list what was read", err)
		}
		if slices.Contains(found, uid) {
			read = append(read, uid)
		}
	}
	if len(read) == 0 {
		return nil
	}
	return f.tell(ctx, read)
}

// tell marks or moves mails on the server. When the server does not let us, the
// intake goes on without, and people are told.
func (f *folder) tell(ctx context.Context, uids []uint32) error {
	set := uidSet(uids)
	var err error
	switch f.box.After {
	case AfterSeen:
		err = f.flag(set, imap.FlagSeen)
	case AfterKeyword:
		err = f.flag(set, imap.Flag(f.box.Keyword))
	case AfterMove:
		err = f.move(set)
	}
	switch {
	case err == nil:
		return nil
	case !isAnswer(err) && !errors.Is(err, errCannotMove):
		return f.broken("mark mail", err)
	}
	f.deaf = true
	fault := &intake.Fault{Code: FaultMark, Err: fmt.Errorf("mark mail in folder %q: %w", f.place.Folder, err)}
	if f.channel.trouble(f.place.Folder, fault) {
		f.channel.log.Error("processed mail is not marked", "folder", f.place.Folder, "error", err)
	}
	return f.channel.report(ctx, f.ledger)
}

func (f *folder) flag(set imap.UIDSet, flag imap.Flag) error {
	return f.client.Store(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{flag}}, nil).Close()
}

var errCannotMove = errors.New("the server offers neither MOVE nor UIDPLUS: moving could delete mail of others")

// move moves mails, making the folder when it is not there. Without MOVE (RFC
// 6851) they are copied and, only when that was confirmed, deleted.
func (f *folder) move(set imap.UIDSet) error {
	switch {
	case f.has(imap.CapMove) || f.has(imap.CapIMAP4rev2):
		return f.creating(func() error {
			_, err := f.client.Move(set, f.box.MoveTo).Wait()
			return err
		})
	case !f.has(imap.CapUIDPlus):
		return errCannotMove
	}
	err := f.creating(func() error {
		_, err := f.client.Copy(set, f.box.MoveTo).Wait()
		return err
	})
	if err != nil {
		return err
	}
	if err := f.flag(set, imap.FlagDeleted); err != nil {
		return err
	}
	return f.client.UIDExpunge(set).Close()
}

// creating makes the target folder when the server says that it is missing.
func (f *folder) creating(act func() error) error {
	err := act()
	var said *imap.Error
	if !errors.As(err, &said) || said.Code != imap.ResponseCodeTryCreate {
		return err
	}
	if err := f.client.Create(f.box.MoveTo, nil).Wait(); err != nil {
		return err
	}
	return act()
}
