package store

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strconv"

	"usulan/intake"
)

// childMain is what another process does in a test.
func childMain(what string) int {
	dir := os.Args[1]
	ctx := context.Background()
	db, err := Open(ctx, dir, slog.New(slog.DiscardHandler))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	switch what {
	case "lease":
		_, err = db.Acquire(ctx, "email/forum")
	case "record":
		var size int
		if size, err = strconv.Atoi(os.Args[2]); err == nil {
			err = recordMailbox(ctx, db, size, os.Stdout)
		}
	case "media":
		err = keepMedia(ctx, db)
	case "decide":
		_, err = db.Decide(ctx, Actor{}, os.Args[2], 1, Decision{State: Tagged, Priority: "P1"})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("ready")
	_ = os.Stdout.Close() // who waits for more lines need not
	select {}             // until killed
}

// keepMedia records a submission whose attachment comes later, and keeps the
// bytes without saying whose they are.
func keepMedia(ctx context.Context, db *DB) error {
	l, err := db.Acquire(ctx, "whatsapp/utama")
	if err != nil {
		return err
	}
	if _, err := l.Position(ctx, inbox, 0); err != nil {
		return err
	}
	if _, err := l.Record(ctx, inbox, []intake.Item{item(1, voiceNote("a", "suara.ogg"))}); err != nil {
		return err
	}
	_, err = l.Keep(bytes.NewReader(make([]byte, inDatabase+1)), inDatabase+1)
	return err
}
