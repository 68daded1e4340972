package store

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
)

// childEnv makes the test binary another process that does what childMain knows.
const childEnv = "USULAN_STORE_CHILD"

func TestMain(m *testing.M) {
	if what := os.Getenv(childEnv); what != "" {
		os.Exit(childMain(what))
	}
	os.Exit(m.Run())
}

// child starts another process and waits until it has said so many lines, or ended.
func child(t testing.TB, what string, lines int, args ...string) (kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), childEnv+"="+what)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewScanner(out)
	for range lines {
		if !said.Scan() {
			break
		}
	}
	return func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

func TestLease(t *testing.T) {
	t.Run("OneAtATime", func(t *testing.T) {
		db := forum(t)
		l := acquire(t, db, "email/forum")
		if _, err := db.Acquire(t.Context(), "email/forum"); !errors.Is(err, intake.ErrLeased) {
			t.Errorf("second lease: %v; want ErrLeased", err)
		}
		if _, err := db.Acquire(t.Context(), "email/dinas"); err != nil {
			t.Errorf("another source: %v", err)
		}
		if err := l.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Acquire(t.Context(), "email/forum"); err != nil {
			t.Errorf("after release: %v", err)
		}
	})

	t.Run("ALostOneDoesNothingMore", func(t *testing.T) {
		db := forum(t)
		l := acquire(t, db, "email/forum")
		db.Now = func() time.Time { return morning.Add(leaseTime + time.Second) }
		other, err := db.Acquire(t.Context(), "email/forum")
		if err != nil {
			t.Fatalf("after the expiry: %v", err)
		}
		_, recorded := l.Record(t.Context(), inbox, []intake.Item{item(1, mail("a@example.id", "1", "x", "x"))})
		_, opened := l.Position(t.Context(), inbox, 0)
		for name, err := range map[string]error{
			"record": recorded, "position": opened, "renew": l.Renew(t.Context()), "report": l.Report(t.Context(), intake.Status{}),
			"handled": l.Handled(t.Context(), inbox, 1), "census": l.Census(t.Context(), inbox, 0, nil), "release": l.Release(t.Context()),
		} {
			if !errors.Is(err, intake.ErrLeased) {
				t.Errorf("%s with a lost lease: %v; want ErrLeased", name, err)
			}
		}
		if err := other.Renew(t.Context()); err != nil {
			t.Errorf("the new holder: %v", err)
		}
		wantLines(t, ledgerOf(t, db))
	})

	t.Run("RenewedItLasts", func(t *testing.T) {
		db := forum(t)
		l := acquire(t, db, "email/forum")
		for i := range 5 {
			db.Now = func() time.Time { return morning.Add(time.Duration(i) * leaseTime / 2) }
			if err := l.Renew(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})

	t.Run("AnotherProcessHoldsIt", func(t *testing.T) {
		dir := t.TempDir()
		db := open(t, dir)
		if err := db.Configure(t.Context(), settings()); err != nil {
			t.Fatal(err)
		}
		kill := child(t, "lease", 1, dir)
		defer kill()
		if _, err := db.Acquire(t.Context(), "email/forum"); !errors.Is(err, intake.ErrLeased) {
			t.Errorf("while it lives: %v; want ErrLeased", err)
		}
		kill()
		if _, err := db.Acquire(t.Context(), "email/forum"); err != nil {
			t.Errorf("after it was killed: %v; want the lease at once", err)
		}
	})
}

func TestPosition(t *testing.T) {
	db := forum(t)
	l, err := db.Acquire(t.Context(), "email/forum")
	if err != nil {
		t.Fatal(err)
	}
	position := func(p intake.Place, baseline uint32, want intake.Position) {
		t.Helper()
		got, err := l.Position(t.Context(), p, baseline)
		if err != nil || got != want {
			t.Errorf("position of %+v = %+v, %v; want %+v", p, got, err, want)
		}
	}
	position(inbox, 40, intake.Position{Baseline: 40})
	record(t, l, item(7, mail("a@example.id", "7", "x", "x")), item(9, mail("a@example.id", "9", "y", "y")))
	if err := l.Handled(t.Context(), inbox, 8); err != nil {
		t.Fatal(err)
	}
	if err := l.Handled(t.Context(), inbox, 3); err != nil {
		t.Fatal(err)
	}
	position(inbox, 99, intake.Position{Last: 9, Baseline: 40, Handled: 8})
	position(intake.Place{Folder: "INBOX", Epoch: 8}, 2, intake.Position{Baseline: 2})
	position(intake.Place{Folder: "Arsip", Epoch: 7}, 3, intake.Position{Baseline: 3})
}

// TestWaitingItems follows items that were not read at first.
func TestWaitingItems(t *testing.T) {
	db := forum(t)
	l := acquire(t, db, "email/forum")
	big := mail("a@example.id", "big", "Besar", "")
	whole := mail("a@example.id", "big", "Besar", "isi yang panjang")
	record(t, l,
		intake.Item{ID: 1, Size: 99 << 20, Submission: big, Outcome: intake.TooLarge},
		intake.Item{ID: 2, Outcome: intake.Unfetchable, Reason: intake.FaultProtocol},
		intake.Item{ID: 3, Outcome: intake.Older},
		intake.Item{ID: 4, Outcome: intake.Vanished},
		intake.Item{ID: 5, Outcome: intake.Older},
		item(6, mail("b@example.id", "6", "Biasa", "isi")))
	wantLines(t, ledgerOf(t, db), "1 too_large", "2 unfetchable", "3 older", "4 vanished", "5 older", "6 proposal USL-2020-0001")

	due := func(want ...intake.Due) {
		t.Helper()
		got, err := l.Due(t.Context(), inbox, 10)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("due (-want +got), %v:\n%s", err, diff)
		}
	}
	due()
	db.Now = func() time.Time { return morning.Add(6 * time.Minute) }
	if _, err := db.Acquire(t.Context(), "email/forum"); err != nil {
		t.Fatal(err) // the first lease has run out with the clock
	}
	l = acquireAgain(t, db)
	due(intake.Due{ID: 2, Outcome: intake.Unfetchable, Tries: 1})
	record(t, l, intake.Item{ID: 2, Outcome: intake.Unfetchable, Reason: intake.FaultProtocol})
	due()

	if err := db.Insist(t.Context(), Actor{}, 1); err != nil {
		t.Fatal(err)
	}
	select {
	case <-l.Wake():
	default:
		t.Error("nobody was woken")
	}
	if n, err := db.InsistOlder(t.Context(), Actor{}, "email/forum"); n != 2 || err != nil {
		t.Errorf("asked for %d older ones, %v; want 2", n, err)
	}
	due(intake.Due{ID: 1, Outcome: intake.TooLarge, Insisted: true},
		intake.Due{ID: 3, Outcome: intake.Older, Insisted: true}, intake.Due{ID: 5, Outcome: intake.Older, Insisted: true})
	record(t, l, item(1, whole), item(3, mail("c@example.id", "3", "Lama", "isi")), intake.Item{ID: 5, Outcome: intake.Vanished})
	due()
	wantLines(t, ledgerOf(t, db), "1 proposal USL-2020-0002", "2 unfetchable", "3 proposal USL-2020-0003", "4 vanished", "5 vanished", "6 proposal USL-2020-0001")

	read, err := l.Read(t.Context(), inbox, 1, 10)
	if err != nil || !slices.Equal(read, []uint32{3, 6}) {
		t.Errorf("read above 1 = %v, %v; want 3 and 6", read, err)
	}
	known, err := l.Known(t.Context(), inbox, 2, 3)
	if err != nil || !slices.Equal(known, []uint32{3, 6}) {
		t.Errorf("known above 2 = %v, %v; want 3 and 6: the others vanished", known, err)
	}
	var raws int
	if err := db.row(t.Context(), "SELECT count(*) FROM raw", nil, &raws); err != nil || raws != 3 {
		t.Errorf("%d sources are kept, %v; want 3: the header of the large one is part of the whole", raws, err)
	}
	if err := db.Insist(t.Context(), Actor{}, 6); !errors.Is(err, ErrNotFound) {
		t.Errorf("asking for what is there: %v; want not found", err)
	}
}

// acquireAgain takes over a lease by letting it run out.
func acquireAgain(t testing.TB, db *DB) intake.Ledger {
	t.Helper()
	now := db.Now()
	db.Now = func() time.Time { return now.Add(leaseTime + time.Second) }
	return acquire(t, db, "email/forum")
}

func TestCensus(t *testing.T) {
	db := forum(t)
	l := acquire(t, db, "email/forum")
	record(t, l, item(1, mail("a@example.id", "1", "x", "x")), item(4, mail("a@example.id", "4", "y", "y")))
	check := func(present, missing int64) {
		t.Helper()
		s, err := db.Sources(t.Context())
		if err != nil || s[0].Present != present || s[0].Missing != missing || !s[0].CensusAt.Equal(morning) {
			t.Errorf("source = %+v, %v; want %d present, %d missing", s[0], err, present, missing)
		}
	}
	if err := l.Census(t.Context(), inbox, 4, []uint32{2, 3}); err != nil {
		t.Fatal(err)
	}
	check(4, 2)
	record(t, l, item(2, mail("a@example.id", "2", "z", "z")))
	check(4, 1)
	if err := l.Census(t.Context(), inbox, 3, nil); err != nil {
		t.Fatal(err)
	}
	check(3, 0)
}

func TestReport(t *testing.T) {
	db := forum(t)
	l := acquire(t, db, "email/forum")
	account := intake.Account{Number: "+6281210002000", Name: "Dinas KUKM", Device: "usulan", Since: morning.Add(-time.Hour)}
	if err := l.Report(t.Context(), intake.Status{State: intake.Connecting, Account: &account}); err != nil {
		t.Fatal(err)
	}
	parked := intake.Status{State: intake.Parked, Fault: intake.FaultRefused, Detail: "LOGIN failed", Next: morning.Add(time.Hour)}
	if err := l.Report(t.Context(), parked); err != nil {
		t.Fatal(err)
	}
	s, err := db.Sources(t.Context())
	if err != nil || s[0].Status != parked || !s[0].StateAt.Equal(morning) || !s[0].SeenAt.IsZero() || !s[0].Leased {
		t.Errorf("source = %+v, %v", s[0], err)
	}
	if s[0].Account == nil || *s[0].Account != account {
		t.Errorf("account = %+v; want what was known before the report without one", s[0].Account)
	}
	if err := l.Report(t.Context(), intake.Status{State: intake.Parked, Account: &intake.Account{}}); err != nil {
		t.Fatal(err)
	}
	if s, err = db.Sources(t.Context()); err != nil || s[0].Account != nil {
		t.Errorf("account = %+v, %v; want none after a zero one", s[0].Account, err)
	}
	if err := db.Retry(t.Context(), Actor{}, "email/forum"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-l.Wake():
	default:
		t.Error("nobody was woken")
	}
	if err := db.Retry(t.Context(), Actor{}, "email/nowhere"); !errors.Is(err, ErrNotFound) {
		t.Errorf("retry of no source: %v; want not found", err)
	}
}
