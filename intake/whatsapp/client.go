package whatsapp

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/socket"
	"go.mau.fi/whatsmeow/store"
	"google.golang.org/protobuf/proto"

	"usulan/intake"
)

// Options are what a Channel needs besides its account.
type Options struct {
	// Session is the file of the session keys. It is made when it is not there,
	// readable by its owner alone. Who has it can read and write as the account.
	Session string

	// Files is a folder for what is being downloaded, the account's own. What an
	// earlier run left in it is swept away.
	Files string

	Since time.Time      // when the forum opened: what was written before is Older
	Zone  *time.Location // of the forum; nil is UTC
	Log   *slog.Logger

	// Attach prepares a client before it connects: the demo and tests lead it to
	// the emulator. HTTP asks for the client version. Both are nil in life.
	Attach func(*whatsmeow.Client)
	HTTP   *http.Client
}

// Channel takes in what is written to one WhatsApp account. It implements
// intake.Channel, intake.Pairer and intake.Waker; all sides use the same value,
// so that linking wakes a channel that waits for it.
type Channel struct {
	account   Account
	opts      Options
	translate translator
	log       *slog.Logger
	version   version
	woken     chan struct{}

	mu      sync.Mutex
	file    *session // opened when it is first needed
	gone    error    // why there is no device any more, nil when there never was one
	running *run     // the connection of the linked device
	linking linking
}

var (
	_ intake.Channel = (*Channel)(nil)
	_ intake.Pairer  = (*Channel)(nil)
	_ intake.Waker   = (*Channel)(nil)
)

// New makes the channel of an account that has its defaults and was checked.
// Nothing is opened before Run, Pair or Unpair.
func New(a Account, o Options) *Channel {
	return &Channel{
		account: a, opts: o, translate: newTranslator(a, o.Zone), log: o.Log,
		version: version{wanted: a.ClientVersion, http: o.HTTP, log: o.Log},
		woken:   make(chan struct{}, 1),
	}
}

// Name is the source.
func (c *Channel) Name() string { return c.account.Source() }

// Woken signals that an account was linked.
func (c *Channel) Woken() <-chan struct{} { return c.woken }

// Close ends linking that is under way and closes the session file. It is called
// after Run has returned; a later Run opens the file again.
func (c *Channel) Close() error {
	c.endLinking()
	c.mu.Lock()
	defer c.mu.Unlock()
	file := c.file
	c.file = nil
	if file == nil {
		return nil
	}
	return file.close()
}

// session opens the session file, once.
func (c *Channel) session(ctx context.Context) (*session, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.file != nil {
		return c.file, nil
	}
	file, err := openSession(ctx, c.opts.Session, clientLog{ctx: context.WithoutCancel(ctx), log: c.log})
	if err != nil {
		return nil, storageFault(err)
	}
	c.file = file
	return file, nil
}

// client makes a client for a device. Its one event handler is handle, whose
// false means that the event is to come again.
func (c *Channel) client(ctx context.Context, device *store.Device, handle func(any) bool) *whatsmeow.Client {
	// The address book of the agency's phone is nothing to us, and each message says
	// what its sender is called.
	device.Contacts = &store.NoopStore{}
	client := whatsmeow.NewClient(device, clientLog{ctx: ctx, log: c.log})

	// A message can be decrypted once. It is kept, decrypted, until the handler has
	// said that it is safe, and acknowledged after that.
	client.EnableDecryptedEventBuffer = true
	client.SynchronousAck = true

	// What we sent can be encrypted again after a restart; what could not be
	// decrypted is asked for, from the sender and then from the account's phone.
	client.UseRetryMessageStore = true
	client.AutomaticMessageRerequestFromPhone = true

	// History is downloaded when staff ask for it (history.go).
	client.ManualHistorySyncDownload = true
	client.DisableManualHistorySyncReceipt = true

	// Run connects anew, not the client: the supervisor paces it, and people see it.
	client.EnableAutoReconnect = false
	client.DisableLoginAutoReconnect = true

	client.BackgroundEventCtx = ctx
	if c.opts.Attach != nil {
		c.opts.Attach(client)
	}
	client.AddEventHandlerWithSuccessStatus(handle)
	return client
}

// library guards what the client library keeps in variables of its package and
// reads while it connects: the version that all clients of the process give, and
// the name under which a device is linked.
var library sync.Mutex

// dialTime is how long connecting may take, the client's own 20 seconds for the
// handshake included.
const dialTime = time.Minute

// connect connects a client with the version that is in force. ctx lives as long
// as the connection is to; end ends it.
func (c *Channel) connect(ctx context.Context, end context.CancelFunc, client *whatsmeow.Client) error {
	library.Lock()
	defer library.Unlock()
	c.version.apply()
	store.DeviceProps.Os = proto.String(c.account.DeviceName)
	timer := time.AfterFunc(dialTime, end)
	defer timer.Stop()
	return lineFault(client.ConnectContext(ctx))
}

// disconnect ends a connection and waits for the client's queue. The client's own
// Disconnect writes, without a lock, what it reads when the far side hangs up at
// the same moment; after ResetConnection it finds nothing left to write. No
// connection follows, since the client does not reconnect by itself.
func disconnect(client *whatsmeow.Client) {
	client.ResetConnection()
	client.Disconnect()
}

// lineFault says what an error of connecting means.
func lineFault(err error) error {
	var certificate *tls.CertificateVerificationError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &certificate):
		return &intake.Fault{Code: intake.FaultTLS, Err: err}
	case errors.Is(err, socket.ErrDialFailed), errors.Is(err, context.Canceled):
		return &intake.Fault{Code: intake.FaultUnreachable, Err: err}
	default: // the handshake, in which the server proves who it is
		return &intake.Fault{Code: intake.FaultTLS, Err: err}
	}
}
