package demo

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"

	"usulan/intake"
	"usulan/intake/whatsapp/emulator"
)

// WhatsApp is the demo's WhatsApp: an account on an emulator, and the people
// who write to it. What was said is kept in a folder; the emulator and its keys
// live as long as the process.
type WhatsApp struct {
	server *emulator.Server
	group  *emulator.Group
	log    *slog.Logger

	ctx     context.Context // ends with Close
	stop    context.CancelFunc
	waiting sync.WaitGroup // for receipts and answers

	mu      sync.Mutex
	journal *journal
	all     []*said
	names   map[string]string // by number
	changed chan struct{}     // closed and made anew when anything is said or arrives
}

// GroupName is the one group that the account is in.
const GroupName = "UMKM Tangsel"

// StartWhatsApp opens the folder and starts a server whose account has a number
// such as "6281120200020".
func StartWhatsApp(dir, number string, log *slog.Logger) (*WhatsApp, error) {
	j, all, err := openJournal(dir)
	if err != nil {
		return nil, err
	}
	server, err := emulator.New(number)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the simulated WhatsApp: %w", err), j.close())
	}
	w := &WhatsApp{
		server: server, log: log, journal: j, all: all,
		names: map[string]string{}, changed: make(chan struct{}),
	}
	w.ctx, w.stop = context.WithCancel(context.Background())
	w.group = server.Group(GroupName)
	for _, p := range cast.People {
		w.names[p.Number] = p.Name
	}
	for _, s := range all {
		if s.Name != "" {
			w.names[s.Person] = s.Name
		}
	}
	w.waiting.Go(w.hearAnswers)
	return w, nil
}

// Attach gives a client this WhatsApp in place of the real one.
func (w *WhatsApp) Attach(c *whatsmeow.Client) { w.server.Attach(c) }

// HTTPClient finds this WhatsApp's server whatever host it is asked for.
func (w *WhatsApp) HTTPClient() *http.Client { return w.server.HTTPClient() }

// Close stops the server; what was said is kept.
func (w *WhatsApp) Close() error {
	w.stop()
	w.waiting.Wait()
	return errors.Join(w.server.Close(), w.journal.close())
}

// Link links a channel to the account, as its owner does who scans the code with
// the phone.
func (w *WhatsApp) Link(ctx context.Context, p intake.Pairer) error {
	shown, err := p.Pair(ctx, "")
	if err != nil {
		return fmt.Errorf("link the simulated WhatsApp: %w", err)
	}
	return w.scan(shown)
}

// scan does what the owner's phone does with the code that is shown.
func (w *WhatsApp) scan(shown intake.Pairing) error {
	if shown.QR == "" {
		return fmt.Errorf("link the simulated WhatsApp: no code is shown: %s %s", shown.Fault, shown.Detail)
	}
	if err := w.server.ScanQR(shown.QR); err != nil {
		return fmt.Errorf("link the simulated WhatsApp: %w", err)
	}
	return nil
}

// Begin waits until the client that was linked is there, and sends what was said
// while none was, or to an earlier process that did not confirm it.
func (w *WhatsApp) Begin(ctx context.Context) error {
	if err := w.server.Ready(ctx); err != nil {
		return fmt.Errorf("wait for the linked client: %w", err)
	}
	w.mu.Lock()
	left := slices.DeleteFunc(slices.Clone(w.all), func(s *said) bool { return s.Arrived || s.Kind == answer })
	w.mu.Unlock()
	for _, s := range left {
		w.transmit(s)
	}
	return nil
}

// say notes something and sends it, or leaves it to begin where nobody is linked
// yet. Under an id that is there already nothing happens.
func (w *WhatsApp) say(s said, file []byte) error {
	if s.ID == "" {
		s.ID = newID()
	}
	s.At = time.Now()
	w.mu.Lock()
	if w.find(s.ID) != nil {
		w.mu.Unlock()
		return nil
	}
	if s.Kind.carries() {
		if err := w.journal.keep(s.ID, file); err != nil {
			w.mu.Unlock()
			return err
		}
	}
	if err := w.journal.write(line{Said: &s}); err != nil {
		w.mu.Unlock()
		return err
	}
	if s.Name != "" {
		w.names[s.Person] = s.Name
	}
	w.all = append(w.all, &s)
	w.announce()
	w.mu.Unlock()
	w.transmit(&s)
	return nil
}

// newID is an id as phones give them.
func newID() string {
	var b [9]byte
	_, _ = rand.Read(b[:])
	return "3EB0" + strings.ToUpper(hex.EncodeToString(b[:]))
}

// transmit sends something that was noted, and notes its receipt when it comes.
func (w *WhatsApp) transmit(s *said) {
	p, err := w.server.Person(s.Person, w.name(s.Person))
	if err == nil {
		err = w.sendAs(p, s)
	}
	if err != nil {
		w.log.Debug("simulated message waits", "id", s.ID, "error", err)
		return
	}
	w.waiting.Go(func() {
		if p.AwaitReceipt(w.ctx, s.ID) != nil {
			return
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		s.Arrived = true
		if err := w.journal.write(line{Arrived: s.ID}); err != nil {
			w.log.Error("receipt not noted", "error", err)
		}
		w.announce()
	})
}

func (w *WhatsApp) sendAs(p *emulator.Person, s *said) error {
	m, err := w.compose(p, s)
	if err != nil {
		return err
	}
	if s.Group {
		return p.SendAs(s.ID, w.group, m)
	}
	return p.SendAs(s.ID, nil, m)
}

// compose makes what the phone encrypts.
func (w *WhatsApp) compose(p *emulator.Person, s *said) (*waE2E.Message, error) {
	var file []byte
	if s.Kind.carries() {
		var err error
		if file, err = os.ReadFile(w.journal.path(s.ID)); err != nil {
			return nil, err
		}
	}
	switch s.Kind {
	case forwarded:
		return emulator.Forwarded(s.Text), nil
	case photo:
		return w.server.Image(file, s.Type, s.Text)
	case voice:
		return w.server.Voice(file, uint32(s.Length))
	case document:
		return w.server.Document(file, s.File, s.Type, s.Text)
	case location:
		return emulator.Location(s.Lat, s.Lng, s.Place), nil
	case edit:
		return p.Edit(s.Target, s.Text), nil
	case deletion:
		return p.Delete(s.Target), nil
	}
	if s.Target == "" {
		return emulator.Text(s.Text), nil
	}
	w.mu.Lock()
	quoted := w.find(s.Target)
	w.mu.Unlock()
	text := ""
	if quoted != nil {
		text = quoted.Text
	}
	return emulator.Reply(s.Text, s.Target, p, emulator.Text(text)), nil
}

// hearAnswers notes what the account writes to people.
func (w *WhatsApp) hearAnswers() {
	for heard := 0; ; {
		sent, err := w.server.AwaitSent(w.ctx, heard+1)
		if err != nil {
			return
		}
		for _, m := range sent[heard:] {
			text := m.Message.GetConversation() + m.Message.GetExtendedTextMessage().GetText()
			if text == "" {
				continue // no words, such as a sign under a message
			}
			s := &said{ID: m.ID, Person: m.To.User, At: m.At, Kind: answer, Text: text, Arrived: true}
			w.mu.Lock()
			if err := w.journal.write(line{Said: s}); err != nil {
				w.log.Error("answer not noted", "error", err)
			}
			w.all = append(w.all, s)
			w.announce()
			w.mu.Unlock()
		}
		heard = len(sent)
	}
}

// thread is what was said by and to one person, in order, and a channel that is
// closed when there is more.
func (w *WhatsApp) thread(number string) ([]said, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var mine []said
	for _, s := range w.all {
		if s.Person == number {
			mine = append(mine, *s)
		}
	}
	return mine, w.changed
}

// find returns what was said under an id, nil when nothing was. The caller
// holds mu.
func (w *WhatsApp) find(id string) *said {
	if i := slices.IndexFunc(w.all, func(s *said) bool { return s.ID == id }); i >= 0 {
		return w.all[i]
	}
	return nil
}

// announce wakes whoever watches. The caller holds mu.
func (w *WhatsApp) announce() {
	close(w.changed)
	w.changed = make(chan struct{})
}
