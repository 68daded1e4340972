package store

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"usulan/intake"
)

// files counts what lies in the folder of large sources.
func files(t testing.TB, db *DB) (n int) {
	t.Helper()
	_ = filepath.WalkDir(filepath.Join(db.dir, "raw"), func(_ string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			n++
		}
		return nil
	})
	return n
}

// eachFile calls do for what lies in the folder of large sources.
func eachFile(t testing.TB, db *DB, do func(path string) error) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(db.dir, "raw"), func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		return do(path)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func makeOlder(t testing.TB, db *DB, age time.Duration) {
	t.Helper()
	then := time.Now().Add(-age)
	eachFile(t, db, func(path string) error { return os.Chtimes(path, then, then) })
}

func removeAll(t testing.TB, db *DB) {
	t.Helper()
	eachFile(t, db, os.Remove)
}

func TestKeep(t *testing.T) {
	db := forum(t)
	l := acquire(t, db, "email/forum")
	for _, tc := range []struct {
		name  string
		size  int
		files int
	}{
		{"Nothing", 0, 0}, {"Little", 1000, 0}, {"AsMuchAsFits", inDatabase, 0}, {"Much", inDatabase + 1, 1}, {"MuchAgain", inDatabase + 1, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			want := bytes.Repeat([]byte{7}, tc.size)
			raw, err := l.Keep(bytes.NewReader(append(want, "next"...)), int64(tc.size))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(raw.Bytes, want) || raw.Hash != sha256.Sum256(want) || raw.Size != int64(tc.size) {
				t.Error("the handle holds other bytes")
			}
			if err := errors.Join(raw.Close(), raw.Close()); err != nil {
				t.Error(err)
			}
			if n := files(t, db); n != tc.files {
				t.Errorf("%d files, want %d", n, tc.files)
			}
		})
	}

	for _, size := range []int64{1000, 1 << 20} {
		if _, err := l.Keep(strings.NewReader("cut short"), size); !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) || intake.FaultOf(err) == intake.FaultStorage {
			t.Errorf("a source cut short: %v; want the end of file, and not our storage's fault", err)
		}
		broken := errors.New("line cut")
		if _, err := l.Keep(iotest.ErrReader(broken), size); !errors.Is(err, broken) || intake.FaultOf(err) == intake.FaultStorage {
			t.Errorf("a broken line: %v; want its error", err)
		}
	}
	if n := files(t, db); n != 1 {
		t.Errorf("%d files after failures, want 1", n)
	}
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)
	if err := db.Configure(t.Context(), settings()); err != nil {
		t.Fatal(err)
	}
	l := acquire(t, db, "email/forum")
	keep := func(b byte) *intake.Raw {
		raw, err := l.Keep(bytes.NewReader(bytes.Repeat([]byte{b}, inDatabase+1)), inDatabase+1)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	used, unused, young := keep(1), keep(2), keep(3)
	s := mail("a@example.id", "1", "x", "x")
	s.Raw = used
	record(t, l, item(1, s))
	long := time.Now().Add(-2 * unclaimed)
	for _, raw := range []*intake.Raw{used, unused} {
		if err := os.Chtimes(raw.File, long, long); err != nil {
			t.Fatal(err)
		}
	}
	left := filepath.Join(dir, "raw", "part-123")
	if err := errors.Join(os.WriteFile(left, nil, 0o600), os.Chtimes(left, long, long)); err != nil {
		t.Fatal(err)
	}
	db.sweep()
	for name, want := range map[string]bool{used.File: true, unused.File: false, young.File: true, left: false} {
		if _, err := os.Stat(name); (err == nil) != want {
			t.Errorf("%s: %v; want it there: %v", filepath.Base(name), err, want)
		}
	}
	source, size, err := db.RawSource(t.Context(), 1)
	if err != nil || size != inDatabase+1 {
		t.Fatalf("source of %d bytes, %v", size, err)
	}
	defer source.Close()
	if got, err := io.ReadAll(source); err != nil || !bytes.Equal(got, used.Bytes) {
		t.Errorf("the source came back as %d other bytes, %v", len(got), err)
	}
}

func TestContent(t *testing.T) {
	for name, padding := range map[string]int{"InTheDatabase": 10, "InAFile": inDatabase} {
		t.Run(name, func(t *testing.T) {
			db := forum(t)
			l := acquire(t, db, "email/forum")
			const encoded = "aGFsbyBkdW5p\r\n"
			source := strings.Repeat("x", padding) + encoded + "tail"
			raw, err := l.Keep(strings.NewReader(source), int64(len(source)))
			if err != nil {
				t.Fatal(err)
			}
			data := bytes.Repeat([]byte("winmail"), padding)
			s := mail("a@example.id", "1", "x", "x")
			s.Raw = raw
			s.Attachments = []intake.Attachment{
				{Name: "halo.txt", Type: "text/plain", Role: intake.File, Size: 9, Hash: sha256.Sum256([]byte("halo duni")),
					Offset: int64(padding), Length: int64(len(encoded)), Encoding: intake.Base64},
				{Name: "isi.dat", Role: intake.File, Size: int64(len(data)), Data: data},
				{Name: "kosong.txt", Role: intake.File},
			}
			record(t, l, item(1, s))
			for i, want := range []string{"halo dunia"[:9], string(data), ""} {
				a, r, err := db.Content(t.Context(), int64(i+1))
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(r)
				if err != nil || string(got) != want || a.Name != s.Attachments[i].Name {
					t.Errorf("%s = %d bytes, %v; want %d of %s", a.Name, len(got), err, len(want), s.Attachments[i].Name)
				}
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	db := forum(t)
	if _, _, err := db.Content(t.Context(), 1); !errors.Is(err, ErrNotFound) {
		t.Errorf("no attachment: %v; want not found", err)
	}
	if _, _, err := db.RawSource(t.Context(), 1); !errors.Is(err, ErrNotFound) {
		t.Errorf("no submission: %v; want not found", err)
	}
}
