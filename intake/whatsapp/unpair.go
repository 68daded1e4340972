package whatsapp

import (
	"context"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types/events"

	"usulan/intake"
)

// farewell is how long telling the far side that the link ends may take.
const farewell = 20 * time.Second

// Unpair ends the link on both sides as far as the far side can be reached, and
// forgets the keys.
func (c *Channel) Unpair(ctx context.Context) error {
	c.endLinking()
	c.mu.Lock()
	r := c.running
	c.mu.Unlock()
	file, err := c.session(ctx)
	if err != nil {
		return err
	}
	if r != nil {
		err = c.logout(ctx, r.client)
		r.stop(intake.Permanent(fault(FaultUnlinked, "the device was unlinked here")))
		return err
	}
	device, err := file.device(ctx)
	if err != nil || device == nil {
		return storageFault(err)
	}
	defer signal(c.woken) // Run says that there is no device any more
	ctx, end := context.WithTimeout(ctx, farewell)
	defer end()
	in := make(chan struct{}, 1)
	client := c.client(ctx, device, func(evt any) bool {
		_, connected := evt.(*events.Connected)
		if connected || verdict(evt, time.Now()) != nil {
			select {
			case in <- struct{}{}:
			default:
			}
		}
		return connected
	})
	if err := c.connect(ctx, end, client); err == nil {
		select {
		case <-in:
		case <-ctx.Done():
		}
	}
	return c.logout(context.WithoutCancel(ctx), client)
}

// logout tells the far side, and forgets the keys in any case.
func (c *Channel) logout(ctx context.Context, client *whatsmeow.Client) error {
	telling, cancel := context.WithTimeout(ctx, farewell)
	defer cancel()
	err := client.Logout(telling)
	if err == nil {
		c.log.Info("unlinked")
		return nil
	}
	disconnect(client)
	if client.Store.Deleted {
		return nil // the far side was first
	}
	c.log.Warn("unlinked here alone: the phone's list of linked devices still has this one", "error", discreet(err))
	if err := client.Store.Delete(context.WithoutCancel(ctx)); err != nil {
		return storageFault(err)
	}
	return nil
}
