package store

import (
	"context"
	"fmt"
	"log/slog"
	"os"
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
		err = childRecord(ctx, db)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("ready")
	select {} // until killed
}
