package emulator_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types/events"

	"usulan/intake/whatsapp/emulator"
)

// The client's own checking runs: what is not genuine is refused, and by whom.

func TestForgedServer(t *testing.T) {
	t.Parallel()
	for f, want := range map[emulator.Forgery]string{
		emulator.ForgedRoot: "signature", emulator.ForgedLeaf: "signature",
		emulator.ForgedKey: "doesn't match", emulator.Expired: "expired",
	} {
		s := newServer(t)
		c := link(t, s)
		c.Disconnect()
		forge(t, s, f)
		err := c.Connect()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: the client says %v, want something with %q", f, err, want)
		}
		forge(t, s, emulator.Genuine)
		if err := c.Connect(); err != nil {
			t.Errorf("%s: the genuine server again: %v", f, err)
		}
		ready(t, s)
	}
}

func TestForgedLinking(t *testing.T) {
	t.Parallel()
	for f, want := range map[emulator.Forgery]error{
		emulator.ForgedAccount: whatsmeow.ErrPairInvalidDeviceSignature,
		emulator.ForgedProof:   whatsmeow.ErrPairInvalidDeviceIdentityHMAC,
	} {
		s := newServer(t)
		forge(t, s, f)
		c := newClient(t, s, filepath.Join(t.TempDir(), "session.db"))
		if err := c.Connect(); err != nil {
			t.Fatal(err)
		}
		qr := await(c, any1[*events.QR])
		if err := s.ScanQR(qr.Codes[0]); err == nil {
			t.Errorf("%s: the client linked itself", f)
		}
		if got := await(c, any1[*events.PairError]); !errors.Is(got.Error, want) {
			t.Errorf("%s: the client says %v, want %v", f, got.Error, want)
		}
	}
}

// TestReplayed delivers the same ciphertext once more under another id.
func TestReplayed(t *testing.T) {
	t.Parallel()
	for name, buffer := range map[string]bool{"WithBuffer": true, "WithoutBuffer": false} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			c := newClient(t, s, filepath.Join(t.TempDir(), "session.db"))
			c.EnableDecryptedEventBuffer = buffer
			linkClient(t, s, c)
			dina := person(t, s, "6281200000112", "Dina")
			g := s.Group("Delegasi", dina)
			for _, to := range []*emulator.Group{nil, g} {
				// The first one begins the session; a later one is an ordinary message.
				for _, text := range []string{"salam", "transfer 1 juta"} {
					if err := dina.SendAs("3EB0"+text, to, emulator.Text(text)); err != nil {
						t.Fatal(err)
					}
				}
				settled(t, s)
				if _, err := s.Replay("3EB0transfer 1 juta"); err != nil {
					t.Fatal(err)
				}
				settled(t, s)
			}
			id, err := dina.Send(emulator.Text("penutup"))
			send(t, id, err)
			settled(t, s)
			if got := strings.Join(c.texts(), ","); got != "salam,transfer 1 juta,salam,transfer 1 juta,penutup" {
				t.Errorf("read %s: a replayed ciphertext was delivered, or one was lost", got)
			}
		})
	}
}

func TestTamperedMedia(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	c := link(t, s)
	marni := person(t, s, "6281200000101", "Bu Marni")
	m, err := s.Document([]byte("isi surat"), "surat.pdf", "application/pdf", "")
	if err != nil {
		t.Fatal(err)
	}
	id, err := marni.Send(m)
	send(t, id, err)
	got := await(c, func(e *events.Message) bool { return e.Info.ID == id })
	s.Spoil()
	if plain, err := c.Download(t.Context(), got.Message.GetDocumentMessage()); !errors.Is(err, whatsmeow.ErrInvalidMediaEncSHA256) && !errors.Is(err, whatsmeow.ErrInvalidMediaHMAC) {
		t.Errorf("a tampered file: %q, %v", plain, err)
	}
	s.Spoil() // the same bit again: as it was
	if _, err := c.Download(t.Context(), got.Message.GetDocumentMessage()); err != nil {
		t.Errorf("the file as it was sent: %v", err)
	}
}
