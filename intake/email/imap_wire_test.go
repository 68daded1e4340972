package email

import (
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// piped is a wire and the far end of it.
func piped(t *testing.T, patience time.Duration) (*wire, net.Conn) {
	near, far := net.Pipe()
	t.Cleanup(func() { _ = near.Close(); _ = far.Close() })
	return &wire{Conn: near, patience: patience}, far
}

// A line that has gone silent is noticed, however the library set its own
// deadlines.
func TestWire(t *testing.T) {
	read := func(w *wire) <-chan error {
		done := make(chan error, 1)
		go func() {
			_, err := w.Read(make([]byte, 10))
			done <- err
		}()
		return done
	}
	t.Run("SilenceEnds", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w, _ := piped(t, time.Minute)
			_ = w.SetReadDeadline(time.Time{}) // as the library does while it waits
			began := time.Now()
			if err := <-read(w); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != time.Minute {
				t.Errorf("read = %v after %s, want a timeout after a minute", err, time.Since(began))
			}
		})
	})
	t.Run("ProgressGoesOn", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w, far := piped(t, time.Minute)
			for range 10 { // ten times fifty seconds: a big mail over a thin line
				done := read(w)
				time.Sleep(50 * time.Second)
				if _, err := far.Write([]byte("x")); err != nil {
					t.Fatal(err)
				}
				if err := <-done; err != nil {
					t.Fatal(err)
				}
			}
		})
	})
	t.Run("PatienceMayGrowInMidRead", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w, far := piped(t, time.Minute)
			done := read(w)
			time.Sleep(30 * time.Second)
			w.expect(30 * time.Minute) // IDLE begins while the reader waits
			time.Sleep(29 * time.Minute)
			if _, err := far.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
			if err := <-done; err != nil {
				t.Errorf("read = %v, want what came within the new patience", err)
			}
		})
	})
	t.Run("PatienceMayShrinkInMidRead", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w, _ := piped(t, time.Hour)
			began := time.Now()
			done := read(w)
			time.Sleep(time.Minute)
			w.expect(time.Minute)
			if err := <-done; !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != 2*time.Minute {
				t.Errorf("read = %v after %s, want a timeout after two minutes", err, time.Since(began))
			}
		})
	})
	t.Run("AFullLineEnds", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w, _ := piped(t, time.Hour)
			began := time.Now()
			if _, err := w.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != patienceWrite {
				t.Errorf("write = %v after %s, want a timeout after %s", err, time.Since(began), patienceWrite)
			}
		})
	})
}
