package email

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-imap/v2"

	"usulan/intake"
)

// wait returns when there may be something to do: the server spoke of new mail,
// a person asked, or it is time to look. Where the server offers IDLE (RFC 2177)
// it tells by itself; elsewhere it is asked every so often.
func (f *folder) wait(ctx context.Context, wake <-chan struct{}) error {
	if err := f.channel.report(ctx, f.ledger); err != nil {
		return err
	}
	if !f.has(imap.CapIdle) && !f.has(imap.CapIMAP4rev2) {
		return f.listen(ctx, wake, time.Duration(f.box.Poll))
	}
	f.wire.expect(patienceCommand)
	idle, err := f.client.Idle()
	if err != nil {
		return f.broken("start IDLE", err)
	}
	length := time.Duration(f.box.Idle)
	f.wire.expect(length + patienceSlack)
	heard := f.listen(ctx, wake, length)
	f.wire.expect(patienceCommand)
	if err := idle.Close(); err != nil {
		return f.broken("end IDLE", err)
	}
	if err := idle.Wait(); err != nil {
		return f.broken("end IDLE", err)
	}
	return heard
}

// listen waits for a sign, for at most d. It fails when the connection ended.
func (f *folder) listen(ctx context.Context, wake <-chan struct{}, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-f.client.Closed():
		err := errors.New("the server ended the connection")
		return &intake.Fault{Code: intake.FaultUnreachable, Err: fmt.Errorf("wait for mail in %q: %w", f.place.Folder, err)}
	case <-wake:
	case <-f.heard:
	case <-t.C:
	}
	return nil
}
