package whatsapp

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"usulan/intake"
)

func TestTemp(t *testing.T) {
	open := func(t *testing.T, limit int64, stall time.Duration) (*temp, context.Context) {
		ctx, stalled := context.WithCancelCause(t.Context())
		f, err := openTemp(t.TempDir(), limit, stall, stalled)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(f.remove)
		return f, ctx
	}
	t.Run("StallsWithoutBytes", func(t *testing.T) {
		f, ctx := open(t, 1000, time.Millisecond)
		<-ctx.Done()
		if !errors.Is(context.Cause(ctx), errStalled) {
			t.Errorf("ended by %v", context.Cause(ctx))
		}
		if f.failed != nil {
			t.Errorf("our disk is blamed: %v", f.failed)
		}
	})
	t.Run("LimitCountsWhatIsWritten", func(t *testing.T) {
		f, _ := open(t, 1000, time.Hour)
		if _, err := f.Write(make([]byte, 1000+sealing)); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte{1}); !errors.Is(err, errLarge) {
			t.Errorf("one byte too many: %v", err)
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil { // as for another try
			t.Fatal(err)
		}
		if _, err := f.Write(make([]byte, 1000)); err != nil {
			t.Errorf("written again from the start: %v", err)
		}
	})
	t.Run("CopyDoesNotGoAround", func(t *testing.T) {
		f, _ := open(t, 1000, time.Hour)
		if _, err := io.Copy(f, strings.NewReader(strings.Repeat("x", 5000))); !errors.Is(err, errLarge) {
			t.Errorf("copied past the limit: %v", err)
		}
	})
	t.Run("OurDiskIsToBlame", func(t *testing.T) {
		f, _ := open(t, 1000, time.Hour)
		_ = f.f.Close()
		if _, err := f.Write([]byte("x")); err == nil || f.failed == nil {
			t.Errorf("write: %v, noted: %v", err, f.failed)
		}
		if _, err := f.keep(nil); intake.FaultOf(err) != intake.FaultStorage {
			t.Errorf("keep: %v", err)
		}
	})
	t.Run("NoFolder", func(t *testing.T) {
		_, err := openTemp(filepath.Join(t.TempDir(), "none"), 1000, time.Hour, func(error) {})
		if intake.FaultOf(err) != intake.FaultStorage {
			t.Errorf("%v", err)
		}
	})
	t.Run("NothingStays", func(t *testing.T) {
		f, _ := open(t, 1000, time.Hour)
		f.remove()
		if _, err := os.Stat(f.f.Name()); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%v", err)
		}
	})
}

func TestPauses(t *testing.T) {
	for _, pause := range []func(int) time.Duration{pauseAfter, answerTime} {
		before := time.Duration(0)
		for tries := range 100 {
			d := pause(tries)
			if d < before || d <= 0 || d > 6*time.Hour {
				t.Errorf("after %d tries: %s", tries, d)
			}
			before = d
		}
	}
}
