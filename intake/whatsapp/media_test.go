package whatsapp

import (
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waMmsRetry"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types/events"
	"go.mau.fi/whatsmeow/util/gcmutil"
	waLog "go.mau.fi/whatsmeow/util/log"
	"google.golang.org/protobuf/proto"
	_ "modernc.org/sqlite" // the session store

	"usulan/intake"
	"usulan/intake/intaketest"
	"usulan/intake/whatsapp/emulator"
	"usulan/store"
)

// rig is a linked client before the emulator, whose messages are recorded in a
// real store, and the downloads that belong to it.
type rig struct {
	t       *testing.T
	server  *emulator.Server
	client  *whatsmeow.Client
	db      *store.DB
	ledger  *watchedLedger
	d       *downloads
	sender  *emulator.Person
	dir     string
	retries chan *events.MediaRetry
	pause   atomic.Int64
}

func newRig(t *testing.T, limit int64) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), retries: make(chan *events.MediaRetry, 8)}
	var err error
	if r.server, err = emulator.New("6281210002000"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.server.Close(); err != nil {
			t.Error(err)
		}
	})
	if r.sender, err = r.server.Person("6281200000101", "Bu Marni"); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(testOutput{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if r.db, err = store.Open(t.Context(), t.TempDir(), log); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.db.Close() })
	err = r.db.Configure(t.Context(), store.Settings{
		Forum:      store.Forum{Name: "Forum", Prefix: "USL", Year: 2020, PlanYear: 2021, Opens: noon, Closes: noon.AddDate(50, 0, 0)},
		Priorities: []store.Priority{{Code: "P1", Short: "MODAL", Title: "Permodalan"}},
		Reasons:    []store.Reason{{Code: "duplicate", Title: "Duplikat", Gloss: "Duplicate"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := r.db.Acquire(t.Context(), "whatsapp/forum")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Position(t.Context(), intake.Place{}, 0); err != nil {
		t.Fatal(err)
	}
	r.ledger = &watchedLedger{Ledger: l}
	r.link()
	r.d = newDownloads(r.client, r.ledger, r.dir, limit, log)
	r.d.pause = func(int) time.Duration { return time.Duration(r.pause.Load()) }
	r.pause.Store(int64(time.Hour))
	return r
}

// link connects a client that records what it hears.
func (r *rig) link() {
	t := r.t
	container, err := sqlstore.New(t.Context(), "sqlite",
		"file:"+filepath.Join(t.TempDir(), "session.db")+"?_pragma=foreign_keys(1)&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_txlock=immediate", waLog.Noop)
	if err != nil {
		t.Fatal(err)
	}
	device, err := container.GetFirstDevice(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.client = whatsmeow.NewClient(device, waLog.Noop)
	r.client.SynchronousAck, r.client.EnableDecryptedEventBuffer = true, true
	r.server.Attach(r.client)
	codes := make(chan string, 1)
	r.client.AddEventHandlerWithSuccessStatus(func(e any) bool { return r.hear(e, codes) })
	t.Cleanup(func() {
		r.client.Disconnect()
		_ = container.Close()
	})
	if err := r.client.Connect(); err != nil {
		t.Fatal(err)
	}
	if err := r.server.ScanQR(<-codes); err != nil {
		t.Fatal(err)
	}
	if err := r.server.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (r *rig) hear(e any, codes chan<- string) bool {
	switch e := e.(type) {
	case *events.QR:
		select {
		case codes <- e.Codes[0]:
		default:
		}
	case *events.Message:
		item := testTranslator().message(e, time.Now())
		if _, err := r.ledger.Record(context.Background(), intake.Place{}, []intake.Item{item}); err != nil {
			r.t.Error(err)
			return false
		}
		r.d.wake()
	case *events.MediaRetry:
		r.d.answered(e)
		r.retries <- e
	}
	return true
}

// run starts the downloads until the test, or stop, ends them.
func (r *rig) run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := r.d.run(ctx); err != nil {
			r.t.Errorf("downloads ended: %v", err)
		}
	})
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	r.t.Cleanup(stop)
	return stop
}

// send lets the person send a message, until it is recorded.
func (r *rig) send(m *waE2E.Message, err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.sender.Send(m); err != nil {
		r.t.Fatal(err)
	}
	if err := r.server.Settled(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

// watchedLedger tells what became of files.
type watchedLedger struct {
	intake.Ledger
	intaketest.Watch
	fates  []string
	seen   int   // how many of them were waited for
	refuse error // what Keep answers
}

func (l *watchedLedger) Keep(r io.Reader, size int64) (*intake.Raw, error) {
	l.Lock()
	err := l.refuse
	l.Unlock()
	if err != nil {
		return nil, err
	}
	return l.Ledger.Keep(r, size)
}

func (l *watchedLedger) Fetched(ctx context.Context, id int64, raw *intake.Raw) error {
	err := l.Ledger.Fetched(ctx, id, raw)
	l.Note(func() { l.fates = append(l.fates, "fetched") })
	return err
}

func (l *watchedLedger) Unfetched(ctx context.Context, id int64, reason string, again time.Time) error {
	err := l.Ledger.Unfetched(ctx, id, reason, again)
	l.Note(func() {
		if again.IsZero() {
			reason += " for good"
		}
		l.fates = append(l.fates, reason)
	})
	return err
}

func (l *watchedLedger) refuseWith(err error) {
	l.Lock()
	defer l.Unlock()
	l.refuse = err
}

// await waits for what becomes of the next files, after those that were waited
// for before.
func (l *watchedLedger) await(t *testing.T, fates ...string) {
	t.Helper()
	for _, want := range fates {
		l.Until(t, "what became of a file, wanted "+want, func() bool { return len(l.fates) > l.seen })
		l.Lock()
		if got := l.fates[l.seen]; got != want {
			t.Errorf("a file is %q, want %q", got, want)
		}
		l.seen++
		l.Unlock()
	}
}

// bytesOf reads what is stored of the first attachment of a message.
func (r *rig) bytesOf(id int64) []byte {
	r.t.Helper()
	var b bytes.Buffer
	_, a, err := r.db.Content(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	defer a.Close()
	if _, err := b.ReadFrom(a); err != nil {
		r.t.Fatal(err)
	}
	return b.Bytes()
}

// asked tells whether the phone was asked for anything.
func (d *downloads) asked() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.asks) > 0
}

type testOutput struct{ t *testing.T }

func (o testOutput) Write(p []byte) (int, error) {
	o.t.Log(string(bytes.TrimSpace(p)))
	return len(p), nil
}

func TestDownloads(t *testing.T) {
	photo := bytes.Repeat([]byte("gambar "), 30_000)
	r := newRig(t, int64(len(photo)))
	if err := os.WriteFile(filepath.Join(r.dir, tempPrefix+"killed"), photo, 0o600); err != nil {
		t.Fatal(err)
	}
	r.send(r.server.Image(photo, "image/jpeg", "ini suratnya")) // before downloading begins, as after a restart
	r.server.Phone().Away(true)
	stop := r.run()
	t.Run("KindsComeWhole", func(t *testing.T) {
		r.send(r.server.Voice([]byte("OggS kecil"), 42))
		r.send(r.server.Document(photo[:100_000], "RAB.pdf", "application/pdf", ""))
		r.send(r.server.Video(photo[:1], "video/mp4", ""))
		r.send(r.server.Sticker(photo[:777]))
		r.ledger.await(t, "fetched", "fetched", "fetched", "fetched", "fetched")
		for id, size := range map[int64]int{1: len(photo), 2: 10, 3: 100_000, 4: 1, 5: 777} {
			if got := r.bytesOf(id); len(got) != size {
				t.Errorf("attachment %d: %d bytes, want %d", id, len(got), size)
			}
		}
		if !bytes.Equal(r.bytesOf(1), photo) {
			t.Error("the photo is not what was sent")
		}
	})
	for name, c := range map[string]struct {
		change func(*waE2E.ImageMessage)
		size   int
		want   string
	}{
		"TooLarge":         {func(*waE2E.ImageMessage) {}, len(photo) + 1, "media_large for good"},
		"LargerThanItSays": {func(m *waE2E.ImageMessage) { m.FileLength = proto.Uint64(10) }, 2 * len(photo), "media_large for good"},
		"AbsurdSize":       {func(m *waE2E.ImageMessage) { m.FileLength = proto.Uint64(math.MaxUint64) }, 10, "media_large for good"},
		"NotWhatWasSent":   {func(m *waE2E.ImageMessage) { m.FileSHA256 = bytes.Repeat([]byte{7}, 32) }, 10, "media_waiting"},
		"NoHash":           {func(m *waE2E.ImageMessage) { m.FileSHA256 = nil }, 10, "media_waiting"},
		"WrongKey":         {func(m *waE2E.ImageMessage) { m.MediaKey = bytes.Repeat([]byte{7}, 32) }, 10, "media_waiting"},
		"NoPathNoKey":      {func(m *waE2E.ImageMessage) { proto.Reset(m) }, 10, "media_gone for good"},
		"StrangePath":      {func(m *waE2E.ImageMessage) { m.DirectPath = proto.String("@example.com/?") }, 10, "media_waiting"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := r.server.Image(bytes.Repeat([]byte{1}, c.size), "image/jpeg", "")
			c.change(m.ImageMessage)
			r.send(m, err)
			r.ledger.await(t, c.want)
		})
	}
	t.Run("BrokenAgainAndAgain", func(t *testing.T) {
		r.pause.Store(0)
		m, err := r.server.Image([]byte("rusak"), "image/jpeg", "")
		m.ImageMessage.FileSHA256 = bytes.Repeat([]byte{7}, 32)
		r.send(m, err)
		r.ledger.await(t, "media_waiting", "media_waiting", "media_waiting")
		if !r.d.asked() {
			t.Error("the phone was not asked for a file that is broken on the server")
		}
		r.pause.Store(int64(time.Hour))
	})
	t.Run("NoRoomOnDisk", func(t *testing.T) {
		r.ledger.refuseWith(&intake.Fault{Code: intake.FaultStorage, Err: errors.New("no space left")})
		r.send(r.server.Image(photo, "image/jpeg", ""))
		r.ledger.await(t, "storage")
		r.ledger.refuseWith(nil)
	})
	t.Run("NothingIsLeftBehind", func(t *testing.T) {
		stop()
		if left, _ := filepath.Glob(filepath.Join(r.dir, "*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
	t.Run("LeaseLost", func(t *testing.T) {
		r.ledger.refuseWith(intake.ErrLeased)
		r.send(r.server.Image(photo[:10], "image/jpeg", ""))
		if err := r.d.run(t.Context()); !errors.Is(err, intake.ErrLeased) {
			t.Errorf("run ended with %v", err)
		}
	})
}

// sealedAnswer is what the phone says about a file, sealed with the file's key.
func sealedAnswer(t *testing.T, id string, key []byte, a *waMmsRetry.MediaRetryNotification) *events.MediaRetry {
	t.Helper()
	plain, err := proto.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	k, err := hkdf.Key(sha256.New, key, nil, "WhatsApp Media Retry Notification", 32)
	if err != nil {
		t.Fatal(err)
	}
	iv := make([]byte, 12)
	sealed, err := gcmutil.Encrypt(k, iv, plain, []byte(id))
	if err != nil {
		t.Fatal(err)
	}
	return &events.MediaRetry{Ciphertext: sealed, IV: iv, MessageID: id, ChatID: marni}
}

func TestPhoneIsAsked(t *testing.T) {
	photo := bytes.Repeat([]byte("gambar "), 3_000)
	r := newRig(t, 1<<20)
	r.run()
	// lost lets a photo arrive that the server has deleted.
	lost := func(t *testing.T) *waE2E.Message {
		m, err := r.server.Image(photo, "image/jpeg", "")
		r.server.Forget()
		r.send(m, err)
		r.ledger.await(t, "media_waiting")
		return m
	}
	t.Run("AndUploadsItAgain", func(t *testing.T) {
		lost(t)
		r.ledger.await(t, "fetched")
		if !bytes.Equal(r.bytesOf(1), photo) {
			t.Error("what the phone uploaded is not what was sent")
		}
	})
	t.Run("AndHasItNoMore", func(t *testing.T) {
		m, err := r.server.Image(photo, "image/jpeg", "")
		r.server.Forget()
		r.server.ForgetOnPhone()
		r.send(m, err)
		r.ledger.await(t, "media_waiting", "media_gone for good")
	})
	says := func(result waMmsRetry.MediaRetryNotification_ResultType) *waMmsRetry.MediaRetryNotification {
		return &waMmsRetry.MediaRetryNotification{Result: result.Enum()}
	}
	// asked is lost while the phone is away.
	asked := func(t *testing.T) (id string, key []byte) {
		r.server.Phone().Away(true)
		m := lost(t)
		r.d.mu.Lock()
		defer r.d.mu.Unlock()
		for _, a := range r.d.asks {
			if bytes.Equal(a.key, m.ImageMessage.MediaKey) {
				return a.message, a.key
			}
		}
		t.Fatal("the phone was not asked")
		return "", nil
	}
	t.Run("AndSaysUnderItsSealThatItHasItNoMore", func(t *testing.T) {
		id, key := asked(t)
		r.d.answered(sealedAnswer(t, id, key, says(waMmsRetry.MediaRetryNotification_NOT_FOUND)))
		r.ledger.await(t, "media_gone for good")
	})
	t.Run("AndUploadsSomethingElse", func(t *testing.T) {
		id, key := asked(t)
		other, err := r.server.Image(photo, "image/jpeg", "")
		if err != nil {
			t.Fatal(err)
		}
		answer := says(waMmsRetry.MediaRetryNotification_SUCCESS)
		answer.DirectPath = other.ImageMessage.DirectPath
		r.d.answered(sealedAnswer(t, id, key, answer))
		r.ledger.await(t, "media_waiting")
	})
	t.Run("AForgedAnswerChangesNothing", func(t *testing.T) {
		id, key := asked(t)
		r.d.answered(sealedAnswer(t, id, bytes.Repeat([]byte{9}, 32), says(waMmsRetry.MediaRetryNotification_NOT_FOUND)))
		r.d.answered(sealedAnswer(t, "another", key, says(waMmsRetry.MediaRetryNotification_NOT_FOUND)))
		r.d.answered(&events.MediaRetry{MessageID: id, Error: &events.MediaRetryError{Code: 7}})
		r.d.answered(&events.MediaRetry{MessageID: id, Ciphertext: []byte("x"), IV: []byte("short")})
		r.d.answered(sealedAnswer(t, id, key, says(waMmsRetry.MediaRetryNotification_GENERAL_ERROR)))
		r.d.answered(sealedAnswer(t, id, key, says(waMmsRetry.MediaRetryNotification_SUCCESS))) // without a path
		r.send(r.server.Image(photo, "image/jpeg", ""))
		r.ledger.await(t, "fetched")
	})
}
