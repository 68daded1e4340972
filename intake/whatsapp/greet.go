package whatsapp

import (
	"context"

	"usulan/intake"
)

// Greet connects a device that was just linked, once, as Run will: the phone
// waits for that to call the linking done, and nobody can write to the device
// before it has published its keys. What comes meanwhile is taken in.
func (c *Channel) Greet(ctx context.Context, l intake.Ledger) error {
	ctx, stop := context.WithTimeout(ctx, loginTime)
	defer stop()
	g := &greeting{Ledger: l, done: stop}
	err := c.Run(ctx, g)
	if g.connected {
		return nil
	}
	if err == nil {
		err = fault(intake.FaultUnreachable, "not connected within %s", loginTime)
	}
	return err
}

// greeting is a ledger that ends the run once it is connected. States are
// reported by the goroutine of Run.
type greeting struct {
	intake.Ledger
	done      context.CancelFunc
	connected bool
}

func (g *greeting) Report(ctx context.Context, s intake.Status) error {
	err := g.Ledger.Report(ctx, s)
	if s.State == intake.Connected {
		g.connected = true
		g.done()
	}
	return err
}
