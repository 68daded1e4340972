package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waMmsRetry"
	"go.mau.fi/whatsmeow/types/events"

	"usulan/intake"
)

// answerTime is how long the phone, which may be switched off, has for an answer
// before it is asked again. It is short at first, because an answer that comes
// while the program is started anew finds nobody who knows the question.
func answerTime(tries int) time.Duration {
	const first, most = 10 * time.Minute, 6 * time.Hour
	if tries > 6 {
		return most
	}
	return min(first<<tries, most)
}

// ask is a file that the phone was asked to upload again.
type ask struct {
	wanted  intake.Wanted
	message string
	key     []byte
	path    string // where the phone has put it
	ready   bool   // the phone has answered, and nobody has looked yet
	gone    bool   // the phone does not have it
}

// askPhone asks the phone that owns the account to upload a file again. The
// answer comes as an event, or never.
func (d *downloads) askPhone(ctx context.Context, j job) error {
	key := j.file.source.GetMediaKey()
	if len(key) == 0 {
		return d.giveUp(ctx, j, FaultMediaGone)
	}
	d.mu.Lock()
	d.asks[j.Attachment] = &ask{wanted: j.Wanted, message: j.record.ID, key: key}
	d.mu.Unlock()
	// Noted first: the answer may be quicker than the note.
	if err := d.later(ctx, j, time.Now().Add(answerTime(j.Tries))); err != nil {
		return err
	}
	if err := d.client.SendMediaRetryReceipt(ctx, j.record.info(), key); err != nil && ctx.Err() == nil {
		d.log.Warn("the phone could not be asked for a file", "attachment", j.Attachment, "error", discreet(err))
		return d.later(ctx, j, time.Now().Add(d.pause(j.Tries)))
	}
	return nil
}

// answered takes what the phone says about a file. It may be called from the
// event handler: it does not wait. The answer is sealed with the key of the
// file, so nobody but the phone can give one; only that it has nothing comes
// without a seal.
func (d *downloads) answered(evt *events.MediaRetry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for attachment, a := range d.asks {
		if a.message != evt.MessageID {
			continue
		}
		answer, err := opened(evt, a.key)
		switch {
		case errors.Is(err, whatsmeow.ErrMediaNotAvailableOnPhone), answer.GetResult() == waMmsRetry.MediaRetryNotification_NOT_FOUND:
			a.ready, a.gone = true, true
		case err == nil && answer.GetResult() == waMmsRetry.MediaRetryNotification_SUCCESS && answer.GetDirectPath() != "":
			a.ready, a.path = true, answer.GetDirectPath()
		default:
			// It stays in the queue, and the phone is asked again in its time.
			if err == nil {
				err = fmt.Errorf("the phone says %s", answer.GetResult())
			}
			d.log.Warn("an answer about a file brings nothing", "attachment", attachment, "error", discreet(err))
		}
	}
	d.wake()
}

// opened opens an answer. The library panics where the seal has not the size that
// it should.
func opened(evt *events.MediaRetry, key []byte) (answer *waMmsRetry.MediaRetryNotification, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("open an answer: %v", v)
		}
	}()
	return whatsmeow.DecryptMediaRetryNotification(evt, key)
}

// answers takes up to n files about which the phone has answered. The caller
// holds mu.
func (d *downloads) answers(n int) []job {
	var jobs []job
	for attachment, a := range d.asks {
		if len(jobs) == n {
			break
		}
		if a.ready && !d.busy[attachment] {
			a.ready = false
			j := d.jobOf(a.wanted)
			j.gone = a.gone
			jobs = append(jobs, j)
			d.busy[attachment] = true
		}
	}
	return jobs
}

// forget ends what the phone was asked for.
func (d *downloads) forget(attachment int64) {
	d.mu.Lock()
	delete(d.asks, attachment)
	d.mu.Unlock()
}
