package whatsapp

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types/events"

	"usulan/intake"
)

// How long codes are valid: WhatsApp gives six to scan, of which the first lasts
// longer, and ends the connection when they have run out. A code that is typed
// lives as long as all of them.
const (
	firstCode = time.Minute
	nextCode  = 20 * time.Second
	typedCode = 160 * time.Second
)

// Once the phone has agreed, the server ends the connection, so that the device
// comes back with its keys. It is as good as linked when that does not come.
const settling = 20 * time.Second

// linking is how far linking has come. The mutex of the channel guards it.
type linking struct {
	pairing intake.Pairing // zero when nobody has begun
	attempt *attempt       // nil when none is under way
}

// attempt is one go at linking.
type attempt struct {
	channel *Channel
	number  string // to ask a code for; empty for one to scan
	file    *session
	client  *whatsmeow.Client
	events  chan any

	ctx   context.Context
	end   context.CancelFunc
	ended chan struct{}
	once  sync.Once
	shown chan struct{} // closed when there is something to show

	codes   []string // to scan, the one that is shown first
	timer   *time.Timer
	renewed bool // another client version was tried
	agreed  bool // the phone has agreed, and the keys are kept
}

// Pair begins linking, anew where it was under way.
func (c *Channel) Pair(ctx context.Context, number string) (intake.Pairing, error) {
	if number != "" {
		e164, ok := international(number)
		if !ok {
			return c.Pairing(), fault(FaultBadNumber, "not a telephone number")
		}
		number = e164
	}
	file, err := c.session(ctx)
	if err != nil {
		return c.Pairing(), err
	}
	device, err := file.device(ctx)
	if err != nil {
		return c.Pairing(), storageFault(err)
	}
	if device != nil {
		return c.Pairing(), fault(FaultLinked, "a device is linked already")
	}
	c.endLinking()
	a := &attempt{channel: c, number: number, file: file, events: make(chan any, 16),
		ended: make(chan struct{}), shown: make(chan struct{}), timer: time.NewTimer(dialTime)}
	a.ctx, a.end = context.WithCancel(context.WithoutCancel(ctx))
	c.mu.Lock()
	c.linking = linking{pairing: intake.Pairing{Step: intake.Waiting}, attempt: a}
	c.mu.Unlock()
	go a.run()
	select {
	case <-a.shown:
	case <-ctx.Done():
		return c.Pairing(), ctx.Err()
	}
	p := c.Pairing()
	if p.Step == intake.Failed {
		return p, fault(p.Fault, "%s", p.Detail)
	}
	return p, nil
}

// Pairing tells how linking stands.
func (c *Channel) Pairing() intake.Pairing {
	c.mu.Lock()
	p := c.linking.pairing
	c.mu.Unlock()
	switch p.Step {
	case intake.Waiting, intake.Scanned, intake.Failed:
		return p
	}
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	file, err := c.session(ctx)
	if err == nil {
		device, reading := file.device(ctx)
		if device != nil {
			p.Step = intake.Linked
			return p
		}
		err = reading
	}
	if err != nil {
		return intake.Pairing{Step: intake.Unlinked, Fault: intake.FaultStorage, Detail: err.Error()}
	}
	return intake.Pairing{Step: intake.Unlinked}
}

// endLinking ends an attempt that is under way, and waits for its end.
func (c *Channel) endLinking() {
	c.mu.Lock()
	a := c.linking.attempt
	c.linking = linking{}
	c.mu.Unlock()
	if a != nil {
		a.end()
		<-a.ended
	}
}

// show sets how linking stands, unless another attempt has begun.
func (a *attempt) show(p intake.Pairing) {
	c := a.channel
	c.mu.Lock()
	if c.linking.attempt == a {
		c.linking.pairing = p
	}
	c.mu.Unlock()
	a.once.Do(func() { close(a.shown) })
}

// fail ends the attempt for a reason.
func (a *attempt) fail(err error) {
	if a.ctx.Err() == nil {
		a.channel.log.Warn("linking failed", "fault", intake.FaultOf(err), "error", discreet(err))
	}
	code := intake.FaultOf(err)
	a.show(intake.Pairing{Step: intake.Failed, Fault: code, Detail: strings.TrimPrefix(discreet(err), code+": ")})
}

// run links, from the first greeting until the device is linked or linking has
// failed. Then it wakes the channel.
func (a *attempt) run() {
	defer close(a.ended)
	defer a.end()
	defer a.timer.Stop()
	linked, err := a.connection()
	for err == nil && !linked {
		linked, err = a.connection()
	}
	if err != nil {
		a.fail(err)
		return
	}
	c := a.channel
	p := intake.Pairing{Step: intake.Linked}
	own := a.client.Store.GetJID()
	if !c.account.is(own.User) {
		p.Fault = FaultOtherNumber
		c.log.Warn("linked to another account than the configuration names")
	}
	c.mu.Lock()
	c.gone = nil
	c.mu.Unlock()
	a.show(p)
	c.log.Info("linked", "device", own.Device)
	signal(c.woken)
}

// connection is one connection of an attempt. Neither linked nor an error means
// that another one is to be tried, with another client version.
func (a *attempt) connection() (linked bool, err error) {
	c := a.channel
	ctx, end := context.WithCancel(a.ctx)
	defer end()
	a.client = c.client(ctx, a.file.devices.NewDevice(), a.handle)
	defer disconnect(a.client)
	c.version.prepare(ctx)
	if err := c.connect(ctx, end, a.client); err != nil {
		return false, err
	}
	a.timer.Reset(dialTime)
	for {
		select {
		case <-a.ctx.Done():
			return false, fault(FaultExpired, "linking was ended")
		case <-a.timer.C:
			if linked, err := a.timeout(); linked || err != nil {
				return linked, err
			}
		case evt := <-a.events:
			linked, err := a.event(evt)
			if intake.FaultOf(err) == FaultOutdated && !a.renewed {
				another, asking := c.version.renew(a.ctx)
				if a.renewed = true; another {
					return false, nil
				}
				err = errors.Join(err, asking)
			}
			if linked || err != nil {
				return linked, err
			}
		}
	}
}

// handle hands the events of linking on. Nothing that is said to the account is
// taken here, so that it comes again when Run is there.
func (a *attempt) handle(evt any) bool {
	switch evt.(type) {
	case *events.Message, *events.UndecryptableMessage, *events.Receipt:
		return false
	}
	select {
	case a.events <- evt:
	case <-a.ctx.Done():
	}
	return true
}

// event takes one step.
func (a *attempt) event(evt any) (linked bool, err error) {
	switch e := evt.(type) {
	case *events.QR:
		a.codes = e.Codes
		if a.number != "" {
			return false, a.askCode()
		}
		a.showQR(firstCode)
	case *events.QRScannedWithoutMultidevice:
		return false, fault(FaultOldPhone, "the phone's WhatsApp is too old")
	case *events.PairPasskeyRequest, *events.PairPasskeyError:
		return false, fault(FaultPasskey, "a passkey is asked for")
	case *events.PairSuccess:
		a.show(intake.Pairing{Step: intake.Scanned})
		a.codes, a.agreed = nil, true
		a.timer.Reset(settling)
	case *events.PairError:
		var storing *whatsmeow.PairDatabaseError
		if errors.As(e.Error, &storing) {
			return false, storageFault(e.Error)
		}
		return false, &intake.Fault{Code: FaultDistrusted, Err: e.Error}
	case *events.Disconnected:
		return false, fault(FaultExpired, "the server ended the connection")
	default:
		err := verdict(evt, time.Now())
		if errors.Is(err, errAgain) {
			return true, nil
		}
		return false, err
	}
	return false, nil
}

// askCode asks for a code to type.
func (a *attempt) askCode() error {
	code, err := a.client.PairPhone(a.ctx, strings.TrimPrefix(a.number, "+"), true, whatsmeow.PairClientChrome, "Chrome (Linux)")
	if err != nil {
		return &intake.Fault{Code: FaultCodeRefused, Err: err}
	}
	a.codes = nil
	a.timer.Reset(typedCode)
	a.show(intake.Pairing{Step: intake.Waiting, Code: code, Expires: time.Now().Add(typedCode)})
	return nil
}

// showQR shows the first of the codes that are left.
func (a *attempt) showQR(life time.Duration) {
	if len(a.codes) == 0 {
		return
	}
	a.timer.Reset(life)
	a.show(intake.Pairing{Step: intake.Waiting, QR: a.codes[0], Expires: time.Now().Add(life)})
}

// timeout is the end of a code, or of waiting.
func (a *attempt) timeout() (linked bool, err error) {
	if a.agreed {
		return true, nil
	}
	if len(a.codes) > 1 {
		a.codes = a.codes[1:]
		a.showQR(nextCode)
		return false, nil
	}
	return false, fault(FaultExpired, "nobody used the code in time")
}
