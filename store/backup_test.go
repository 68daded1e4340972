package store

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"usulan/intake"
)

// A backup is a data folder: what was recorded before it is all there when it
// is opened, what came after is not.
func TestBackupIsADataFolder(t *testing.T) {
	db := forum(t)
	l := acquire(t, db, "email/forum")
	big := mail("marni@example.id", "big", "Scan", "Terlampir surat kami")
	source := bytes.Repeat([]byte("Terlampir surat kami, dua ratus halaman.\r\n"), 10_000)
	var err error
	if big.Raw, err = l.Keep(bytes.NewReader(source), int64(len(source))); err != nil {
		t.Fatal(err)
	}
	record(t, l, item(1, mail("tono@example.id", "small", "Lapak", "Mohon lapak")), item(2, big))

	folder := filepath.Join(t.TempDir(), "copy")
	for range 2 { // the second one over the first
		if err := db.Backup(t.Context(), folder); err != nil {
			t.Fatal(err)
		}
	}
	record(t, l, item(3, mail("sari@example.id", "late", "Galeri", "Mohon galeri")))

	copied := open(t, folder)
	counts, err := copied.Counts(t.Context())
	if err != nil || counts.State[New] != 2 {
		t.Errorf("proposals in the backup = %+v, %v; want the 2 recorded before it", counts.State, err)
	}
	page, err := copied.Proposals(t.Context(), Filter{Query: "lapak"}, "", 10)
	if err != nil || len(page.Items) != 1 {
		t.Errorf("search in the backup found %d, %v; want 1", len(page.Items), err)
	}
	var id int64
	if err := copied.row(t.Context(), "SELECT id FROM submission WHERE external_id = 'big'", nil, &id); err != nil {
		t.Fatal(err)
	}
	content, size, err := copied.RawSource(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	if got, err := io.ReadAll(content); err != nil || size != int64(len(source)) || !bytes.Equal(got, source) {
		t.Errorf("the large mail came back with %d of %d bytes, %v", len(got), len(source), err)
	}
}

// A backup goes on with what a chat had begun: files that had come are in it,
// those that had not are still asked for.
func TestBackupOfAChat(t *testing.T) {
	db := forum(t)
	l := acquire(t, db, "whatsapp/utama")
	if err := l.Report(t.Context(), intake.Status{State: intake.Connected, Account: &intake.Account{Number: "+6281210002000"}}); err != nil {
		t.Fatal(err)
	}
	record(t, l, item(1, voiceNote("a", "suara.ogg", "video.mp4", "foto.jpg")))
	film := bytes.Repeat([]byte("film"), inDatabase)
	raw, err := l.Keep(bytes.NewReader(film), int64(len(film)))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if err := errors.Join(l.Fetched(t.Context(), 2, raw), l.Unfetched(t.Context(), 3, "media_gone", time.Time{})); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "copy")
	if err := db.Backup(t.Context(), folder); err != nil {
		t.Fatal(err)
	}
	if err := l.Fetched(t.Context(), 1, intake.NewRaw([]byte("after the backup"))); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(db.dir); err != nil {
		t.Fatal(err)
	}

	copied := open(t, folder)
	again := acquire(t, copied, "whatsapp/utama")
	wantQueue(t, again, 1)
	_, content, err := copied.Content(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	if got, err := io.ReadAll(content); err != nil || !bytes.Equal(got, film) {
		t.Errorf("the film came back with %d of %d bytes, %v", len(got), len(film), err)
	}
	sources, err := copied.Sources(t.Context())
	if err != nil || sources[0].Account == nil || sources[0].Waiting != 1 || sources[0].Gone != 1 {
		t.Errorf("source %+v, %v; want its account, one file awaited and one gone", sources, err)
	}
}

// A backup that cannot be finished leaves the one before it alone.
func TestBackupKeepsTheOneBefore(t *testing.T) {
	db := forum(t)
	folder := t.TempDir()
	if err := db.Backup(t.Context(), folder); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, databaseName)
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// Something that cannot be removed stands where the new copy is to be made.
	if err := os.MkdirAll(filepath.Join(file+".part", "taken"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := db.Backup(t.Context(), folder); err == nil {
		t.Error("no error, although the copy could not be made")
	}
	after, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the earlier backup was changed, %v", err)
	}
}
