package whatsapp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"usulan/intake"
)

// How long recording is tried again within the handler. An event that the far
// side sends again can wait for the next connection; one that comes once cannot.
// The client waits five minutes for a handler.
const (
	tryBriefly = 3 * time.Second
	tryLong    = 4 * time.Minute
)

// handle takes one event from the client. True says that the event is safe, or
// that nothing of it is to be kept; only then does the client acknowledge it.
// Nothing here asks the network: the client waits, and with it all messages
// behind this one.
//
// The client takes a handler that panics for one that has succeeded. This one
// has not.
func (r *run) handle(evt any) (safe bool) {
	if !r.gate.enter() {
		return false
	}
	defer r.gate.leave()
	defer func() {
		if v := recover(); v != nil {
			r.log.Error("handling an event panicked", "event", fmt.Sprintf("%T", evt), "stack", string(debug.Stack()))
			r.stop(fault(intake.FaultPanic, "panic while handling %T", evt))
			safe = false
		}
	}()
	if _, deaf := evt.(*events.KeepAliveTimeout); deaf && r.busy(time.Now()) {
		return true // the answer is behind a long queue of messages, which are read
	}
	if end := verdict(evt, time.Now()); end != nil {
		r.stop(end)
		return true
	}
	switch e := evt.(type) {
	case *events.Message:
		return r.message(e)
	case *events.UndecryptableMessage:
		return r.sealed(e)
	case *events.FBMessage:
		// The form of another service of the same company. It cannot be read here.
		return r.sealed(&events.UndecryptableMessage{Info: e.Info})
	case *events.Receipt:
		return r.receipt(e)
	case *events.CallOffer:
		return r.call(e.BasicCallMeta)
	case *events.CallOfferNotice:
		return r.call(e.BasicCallMeta)
	case *events.CallTerminate:
		return r.call(e.BasicCallMeta) // of a call that began while nobody was connected
	case *events.MediaRetry:
		r.downloads.answered(e)
	case *events.Connected:
		signal(r.loggedIn)
	case *events.PushNameSetting:
		signal(r.news)
	case *events.JoinedGroup:
		return r.renamed(e.JID, e.Name)
	case *events.GroupInfo:
		if e.Name != nil {
			return r.renamed(e.JID, e.Name.Name)
		}
	default:
		// What is left says nothing that is written to the forum: who types and who is
		// online, names, pictures and settings, chats that the owner of the phone pins
		// or archives, calls that go on, news of channels, keys that were changed, and
		// how far the server is with sending what was missed.
	}
	return true
}

// message records what somebody said.
func (r *run) message(evt *events.Message) bool {
	r.heard(&evt.Info)
	if err := r.completeSender(&evt.Info); err != nil {
		r.stop(storageFault(err))
		return false
	}
	wait := tryBriefly
	if evt.UnavailableRequestID != "" {
		wait = tryLong // the phone has sent it again, and does so once
	}
	item := r.itemOf(evt)
	if evt.Info.Chat.Server == types.GroupServer && item.Submission != nil && !evt.Info.IsFromMe {
		let, err := r.groups.let(r.ctx, evt, item.Submission)
		if err != nil {
			r.stop(err)
			return false
		}
		if !let {
			item = elsewhere(evt.Info.Chat, item)
		}
	}
	if !r.record(item, wait) {
		return false
	}
	if item.Submission != nil && len(item.Submission.Attachments) > 0 {
		r.downloads.wake()
	}
	return true
}

// itemOf translates a message. One that no program can be expected to choke on
// and this one does is kept as it came, in quarantine, so that it stops nothing.
func (r *run) itemOf(evt *events.Message) (item intake.Item) {
	now := time.Now()
	defer func() {
		if v := recover(); v != nil {
			r.log.Error("translating a message panicked", "message", evt.Info.ID, "stack", string(debug.Stack()))
			rec := recordOf(recordMessage, &evt.Info, evt.RawMessage)
			raw, err := rec.encode()
			if err != nil {
				panic(v)
			}
			s := r.translate.bare(rec, now)
			s.Raw, s.Fault = intake.NewRaw(raw), intake.FaultPanic
			item = intake.Item{Key: rec.key(), ReceivedAt: s.ReceivedAt, Size: s.Raw.Size, Submission: s}
		}
	}()
	reveal(r.ctx, r.client, evt)
	if historyOf(evt) != nil {
		return r.translate.history(evt, now)
	}
	item = r.translate.message(evt, now)
	if s := item.Submission; s != nil && item.Outcome == "" && s.Kind == intake.Message && s.ReceivedAt.Before(r.channel.opts.Since) {
		item.Outcome = intake.Older
	}
	return item
}

// sealed records that something was said which could not be decrypted. The
// client has acknowledged it already, and asked for it again.
func (r *run) sealed(evt *events.UndecryptableMessage) bool {
	r.heard(&evt.Info)
	if evt.Info.IsFromMe || evt.DecryptFailMode == events.DecryptFailHide {
		return true // of our own, or a sign that its sender's phone would not miss
	}
	if err := r.completeSender(&evt.Info); err != nil {
		r.stop(storageFault(err))
		return false
	}
	item := r.translate.sealed(evt, time.Now())
	if evt.Info.Chat.Server == types.GroupServer {
		if !r.groups.maybe(evt.Info.Chat) {
			return true // if it comes again, it is counted then
		}
		item.Submission.Chat.RoomName = r.groups.name(evt.Info.Chat)
	}
	return r.record(item, tryLong)
}

// receipt counts what somebody's device says about a message of ours.
func (r *run) receipt(evt *events.Receipt) bool {
	if evt.IsFromMe {
		r.heardFrom(evt.Sender, evt.Timestamp)
		return true // read on the owner's phone: of no interest to anybody
	}
	key := "receipt/" + digest(evt.Chat.String(), evt.Sender.String(), string(evt.Type), strings.Join(evt.MessageIDs, " "))
	return r.record(intake.Item{Key: key, ReceivedAt: evt.Timestamp, Outcome: intake.Receipt}, tryBriefly)
}

// call records that somebody called: nobody can answer here, a reply may.
func (r *run) call(meta types.BasicCallMeta) bool {
	if meta.CallCreator.User == r.device.User || meta.CallCreator.User == r.client.Store.GetLID().User {
		return true
	}
	info := types.MessageInfo{MessageSource: types.MessageSource{Sender: meta.CallCreator, SenderAlt: meta.CallCreatorAlt}}
	if err := r.completeSender(&info); err != nil {
		r.stop(storageFault(err))
		return false
	}
	meta.CallCreatorAlt = info.SenderAlt
	item := r.translate.call(meta, time.Now())
	if !meta.GroupJID.IsEmpty() {
		item = elsewhere(meta.GroupJID, item)
	}
	return r.record(item, tryLong) // the client acknowledges it whatever is said here
}

// call makes an item of a call, which has no content.
func (t translator) call(meta types.BasicCallMeta, heard time.Time) intake.Item {
	caller := meta.CallCreator.ToNonAD()
	return t.item(&record{
		Kind: recordCall, ID: meta.CallID, Chat: caller, Sender: caller, SenderAlt: meta.CallCreatorAlt.ToNonAD(), At: meta.Timestamp.UTC(),
	}, heard)
}

// elsewhere leaves of an item that it was there and in which group, whose id one
// needs to let it in; neither who nor what.
func elsewhere(group types.JID, item intake.Item) intake.Item {
	return intake.Item{Key: "group/" + group.String() + "/" + digest(item.Key), ReceivedAt: item.ReceivedAt, Outcome: intake.OtherGroup}
}

// digest names something without saying what it is.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// completeSender adds the other address of a sender, where it was learnt before.
func (r *run) completeSender(info *types.MessageInfo) (err error) {
	if !info.SenderAlt.IsEmpty() {
		return nil
	}
	sender := info.Sender.ToNonAD()
	switch sender.Server {
	case types.HiddenUserServer:
		info.SenderAlt, err = r.client.Store.LIDs.GetPNForLID(r.ctx, sender)
	case types.DefaultUserServer:
		info.SenderAlt, err = r.client.Store.LIDs.GetLIDForPN(r.ctx, sender)
	}
	return err
}

// heard notes a sign of life of the phone that owns the account.
func (r *run) heard(info *types.MessageInfo) {
	if info.IsFromMe {
		r.heardFrom(info.Sender, info.Timestamp)
	}
}

// heardFrom notes that one of the account's own devices was heard; the phone is
// device 0.
func (r *run) heardFrom(device types.JID, at time.Time) {
	r.mu.Lock()
	before := r.link.phone
	if device.Device != 0 || at.Sub(before) < time.Minute {
		r.mu.Unlock()
		return
	}
	r.link.phone = at
	r.mu.Unlock()
	if err := r.file.heardPhone(r.ctx, r.device, at); err != nil {
		r.log.Warn("not noted when the phone was heard", "error", err)
	}
	if at.Sub(before) > time.Hour {
		signal(r.news)
	}
}

// record makes an item safe, trying for as long as wait when storage does not
// take it. When it does not help the connection ends, which is how the far side
// comes to send the event again, and people see why.
func (r *run) record(item intake.Item, wait time.Duration) bool {
	pause := intake.Backoff{First: 20 * time.Millisecond, Max: time.Second}
	giveUp := time.Now().Add(wait)
	for {
		n, err := r.ledger.Record(r.ctx, place, []intake.Item{item})
		if err == nil && n == 1 {
			r.recorded.Store(time.Now().UnixNano())
			return true
		}
		if err == nil {
			continue // a person wanted to write
		}
		next := pause.Next()
		if errors.Is(err, intake.ErrLeased) || errors.Is(err, context.Canceled) || time.Now().Add(next).After(giveUp) {
			r.stop(recordFault(err))
			return false
		}
		timer := time.NewTimer(next)
		select {
		case <-timer.C:
		case <-r.gate.closed:
			timer.Stop()
			return false
		}
	}
}

// busy tells whether something was recorded just now, so that the line is alive
// whatever else is not heard on it.
func (r *run) busy(now time.Time) bool { return now.UnixNano()-r.recorded.Load() < int64(round) }

// recordFault is an error of the ledger.
func recordFault(err error) error {
	if errors.Is(err, intake.ErrLeased) || intake.FaultOf(err) == intake.FaultStorage {
		return err
	}
	return &intake.Fault{Code: intake.FaultStorage, Err: err}
}
