package whatsapp_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"

	"usulan/intake"
	"usulan/intake/whatsapp"
	"usulan/intake/whatsapp/emulator"
	"usulan/store/storetest"
)

// TestMediaChild is not a test of its own: it is the process that takes in files
// and is measured. It prints what it has fetched, and at the end of its standard
// input the most memory that it had.
func TestMediaChild(t *testing.T) {
	dir := os.Getenv("USULAN_TEST_MEDIA")
	if dir == "" {
		t.Skip("only runs as a child of other tests")
	}
	var door emulator.Door
	if err := json.Unmarshal([]byte(os.Getenv("USULAN_TEST_DOOR")), &door); err != nil {
		t.Fatal(err)
	}
	client, err := door.HTTPClient()
	if err != nil {
		t.Fatal(err)
	}
	c := whatsapp.New(whatsapp.Account{Name: "forum"}.WithDefaults(), whatsapp.Options{
		Session: filepath.Join(dir, "session.db"), Files: dir, Log: slog.New(slog.DiscardHandler), HTTP: client,
		Attach: func(c *whatsmeow.Client) {
			if err := door.Attach(c); err != nil {
				t.Error(err)
			}
		},
	})
	l, err := storetest.Open(t, dir).Acquire(context.Background(), c.Name())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx, tellingMedia{l}) }()
	_, _ = io.Copy(io.Discard, os.Stdin)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	status, _ := os.ReadFile("/proc/self/status")
	if _, rest, ok := bytes.Cut(status, []byte("VmHWM:")); ok {
		fmt.Fprintf(os.Stdout, "peak %s KiB\n", bytes.Fields(rest)[0])
	}
}

// tellingMedia prints what became of files.
type tellingMedia struct{ intake.Ledger }

func (l tellingMedia) Fetched(ctx context.Context, id int64, raw *intake.Raw) error {
	err := l.Ledger.Fetched(ctx, id, raw)
	fmt.Fprintf(os.Stdout, "fetched %d %v\n", raw.Size, err)
	return err
}

func (l tellingMedia) Unfetched(ctx context.Context, id int64, reason string, again time.Time) error {
	fmt.Fprintf(os.Stdout, "unfetched %s\n", reason)
	return l.Ledger.Unfetched(ctx, id, reason, again)
}

// TestMediaMemory lets a process of its own fetch many large files, and looks at
// how much memory it took at most.
func TestMediaMemory(t *testing.T) {
	files, size, most := 20, 5<<20, 128<<10
	if os.Getenv("USULAN_LONG") != "" {
		files = 200
	}
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("the system does not say how much memory a process had")
	}
	p := newPhone(t)
	p.meet()
	door, err := json.Marshal(p.server.Door())
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestMediaChild$")
	cmd.Env = append(os.Environ(), "USULAN_TEST_MEDIA="+filepath.Dir(p.session), "USULAN_TEST_DOOR="+string(door))
	cmd.Stderr = os.Stderr
	end, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	lines := bufio.NewScanner(out)
	who := p.person("6281200000101", "Bu Marni")
	for sent := 0; sent < files; {
		const wave = 10 // the emulator holds them in memory, too
		for i := range wave {
			m, err := p.server.Video(bytes.Repeat([]byte{byte(sent), byte(i), 7}, size/3+1)[:size], "video/mp4", "")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := who.Send(m); err != nil {
				t.Fatal(err)
			}
		}
		sent += wave
		for got := 0; got < wave && lines.Scan(); {
			switch line := lines.Text(); {
			case line == fmt.Sprintf("fetched %d <nil>", size):
				got++
			case strings.Contains(line, "fetched"):
				t.Fatal(line)
			}
		}
		p.server.Forget()
		p.server.ForgetOnPhone()
	}
	_ = end.Close()
	peak := 0
	for lines.Scan() {
		if _, err := fmt.Sscanf(lines.Text(), "peak %d KiB", &peak); err == nil {
			break
		}
	}
	t.Logf("%d files of %d MiB: at most %d MiB", files, size>>20, peak>>10)
	if peak == 0 || peak > most {
		t.Errorf("the process took %d KiB of memory, want %d at most", peak, most)
	}
}
