package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"usulan/intake"
)

// After linking, the phone offers what was said before, in pieces. A piece is
// noted and left where it is: what people wrote before the forum asked them to is
// taken in when staff ask for it, and never silently.

// historyPrefix begins the key of a piece of history.
const historyPrefix = "history/"

// dueAtOnce is how many items that are due are read from the ledger at a time.
const dueAtOnce = 20

// historyOf is the offer of a piece of history that holds messages, nil where the
// event is none.
func historyOf(evt *events.Message) *waE2E.HistorySyncNotification {
	n := evt.Message.GetProtocolMessage().GetHistorySyncNotification()
	if n == nil || !evt.Info.IsFromMe {
		return nil
	}
	switch n.GetSyncType() {
	case waE2E.HistorySyncType_INITIAL_BOOTSTRAP, waE2E.HistorySyncType_RECENT, waE2E.HistorySyncType_FULL, waE2E.HistorySyncType_ON_DEMAND:
		return n
	}
	return nil
}

// history makes an item of an offer.
func (t translator) history(evt *events.Message, heard time.Time) intake.Item {
	rec := recordOf(recordMessage, &evt.Info, evt.RawMessage)
	s := t.bare(rec, heard)
	item := intake.Item{Key: historyPrefix + rec.ID, ReceivedAt: s.ReceivedAt, Submission: s, Outcome: intake.Older}
	raw, err := rec.encode()
	if err != nil {
		return intake.Item{Key: item.Key, ReceivedAt: item.ReceivedAt, Outcome: intake.Service}
	}
	s.Raw = intake.NewRaw(raw)
	item.Size = s.Raw.Size
	return item
}

// catchUp does what is due, whenever that may be something, until the connection
// ends: history and older messages that staff asked for, and messages that could
// not be decrypted and that they asked for again.
func (r *run) catchUp() {
	for {
		if err := r.doDue(); err != nil && r.ctx.Err() == nil {
			r.stop(err)
			return
		}
		select {
		case <-r.asked:
		case <-r.ctx.Done():
			return
		}
	}
}

// doDue does some of what is due. An error ends the connection.
func (r *run) doDue() error {
	due, err := r.ledger.Due(r.ctx, place, dueAtOnce)
	if err != nil {
		return err
	}
	done := 0
	for _, d := range due {
		settled, err := r.redo(d)
		if err != nil {
			return err
		}
		if settled {
			done++
		}
	}
	if len(due) == dueAtOnce && done > 0 {
		signal(r.asked) // there may be more
	}
	return nil
}

// redo does one item again. It is settled when it is not due any more.
func (r *run) redo(d intake.Due) (settled bool, err error) {
	rec, err := decode(d.Source)
	if err != nil {
		r.log.Warn("an item that is due cannot be read", "error", discreet(err))
		return true, r.save(intake.Item{Key: d.Key, Outcome: d.Outcome, Reason: FaultUnsupported})
	}
	if strings.HasPrefix(d.Key, historyPrefix) {
		return r.takeHistory(d, rec)
	}
	item := r.translate.item(rec, time.Now())
	item.Key = d.Key
	if s := item.Submission; s != nil && s.Chat.Room != "" {
		s.Chat.RoomName = r.groups.name(rec.Chat)
	}
	if rec.Kind == recordSealed {
		ask := r.client.BuildUnavailableMessageRequest(rec.Chat, rec.Sender, rec.ID)
		if _, err := r.client.SendPeerMessage(r.ctx, ask); err != nil {
			r.log.Warn("the phone was not asked for a message", "message", rec.ID, "error", discreet(err))
		}
	}
	return true, r.save(item)
}

// save records items; an error is one that ends the connection.
func (r *run) save(items ...intake.Item) error {
	for len(items) > 0 {
		n, err := r.ledger.Record(r.ctx, place, items)
		if err != nil {
			return recordFault(err)
		}
		items = items[n:]
	}
	return nil
}

// takeHistory downloads a piece of history, records what is in it, and then tells
// the phone.
func (r *run) takeHistory(d intake.Due, rec *record) (settled bool, err error) {
	offer := rec.message.GetProtocolMessage().GetHistorySyncNotification()
	if offer == nil {
		return true, r.save(intake.Item{Key: d.Key, Outcome: intake.Vanished})
	}
	piece, err := r.client.DownloadHistorySync(r.ctx, offer, true)
	switch {
	case r.ctx.Err() != nil:
		return false, r.ctx.Err()
	case err != nil && lost(err):
		r.log.Warn("a piece of history cannot be had any more", "message", rec.ID, "error", discreet(err))
		return true, r.save(intake.Item{Key: d.Key, Outcome: intake.Vanished, Reason: FaultHistoryGone})
	case err != nil: // it stays due
		r.log.Warn("a piece of history was not downloaded", "message", rec.ID, "error", discreet(err))
		return false, nil
	}
	taken, err := r.takeConversations(piece)
	if err != nil {
		return false, err
	}
	if err := r.save(intake.Item{Key: d.Key, Outcome: intake.Service}); err != nil {
		return false, err
	}
	r.log.Info("a piece of history was taken in", "message", rec.ID, "messages", taken)
	if err := r.client.SendProtocolMessageReceipt(r.ctx, rec.ID, types.ReceiptTypeHistorySync); err != nil {
		r.log.Warn("the phone was not told that history was taken in", "message", rec.ID, "error", discreet(err))
	}
	return true, nil
}

// FaultHistoryGone says that history was offered too long ago.
const FaultHistoryGone = "history_gone"

// lost tells that a piece is not on the server any more, or is damaged there:
// whatever is not the line's trouble or the server's, which pass.
func lost(err error) bool {
	var answer whatsmeow.DownloadHTTPError
	if errors.As(err, &answer) {
		return answer.StatusCode < http.StatusInternalServerError
	}
	var line net.Error
	return !offline(err) && !errors.As(err, &line) && !errors.Is(err, io.ErrUnexpectedEOF)
}

// takeConversations records what others wrote, in chats of two and in groups
// that are let in. What is there already stays as it is.
func (r *run) takeConversations(piece *waHistorySync.HistorySync) (taken int, err error) {
	for _, conversation := range piece.GetConversations() {
		chat, err := types.ParseJID(conversation.GetID())
		if err != nil || chat.IsEmpty() {
			continue
		}
		items, err := r.itemsOf(r.ctx, chat, conversation)
		if err != nil {
			return taken, err
		}
		if err := r.save(items...); err != nil {
			return taken, err
		}
		taken += len(items)
	}
	return taken, nil
}

// itemsOf translates what is in a conversation, oldest first: the phone sends the
// newest first.
func (r *run) itemsOf(ctx context.Context, chat types.JID, conversation *waHistorySync.Conversation) ([]intake.Item, error) {
	all := conversation.GetMessages()
	items := make([]intake.Item, 0, len(all))
	for i := len(all) - 1; i >= 0; i-- {
		evt, err := r.client.ParseWebMessage(chat, all[i].GetMessage())
		if err != nil {
			r.log.Warn("a message in history cannot be read", "error", discreet(err))
			continue
		}
		if evt.Info.IsFromMe || evt.Message == nil {
			continue
		}
		if err := r.completeSender(&evt.Info); err != nil {
			return nil, storageFault(fmt.Errorf("look for a sender's other address: %w", err))
		}
		item := r.itemOf(evt)
		if item.Submission == nil {
			continue
		}
		item.Outcome = "" // it was asked for
		if chat.Server == types.GroupServer {
			let, err := r.groups.let(ctx, evt, item.Submission)
			if err != nil {
				return nil, err
			}
			if !let {
				continue
			}
		}
		items = append(items, item)
	}
	return items, nil
}
