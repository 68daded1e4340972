package email_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usulan/intake"
	"usulan/intake/email"
	"usulan/intake/email/dovecottest"
	"usulan/store"
	"usulan/store/storetest"
)

// long tells whether the long campaigns were asked for.
func long() bool { return os.Getenv("USULAN_LONG") != "" }

var rangeOf = regexp.MustCompile(`UID FETCH ([0-9:,]+) \(`)

// asksForBody tells whether a command fetches the body of a certain mail.
func asksForBody(line string, uid int) bool {
	m := rangeOf.FindStringSubmatch(line)
	if m == nil || !strings.Contains(line, "BODY.PEEK[") {
		return false
	}
	for part := range strings.SplitSeq(m[1], ",") {
		first, last, found := strings.Cut(part, ":")
		if !found {
			last = first
		}
		a, _ := strconv.Atoi(first)
		b, _ := strconv.Atoi(last)
		if a <= uid && uid <= b {
			return true
		}
	}
	return false
}

// A mail that the server does not deliver is set aside, and fetched later when
// the server has recovered.
func TestUnfetchableMail(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		answer string // in place of the mail; empty ends the connection
		reason string
	}{
		{"Refused", "NO [SERVERBUG] cannot read the mail", email.ItemRefused},
		{"BadCommand", "BAD what?", email.ItemRefused},
		{"SaysOKAndSendsNothing", "OK done", email.ItemMissing},
		{"ConnectionEnds", "", email.ItemDropped},
		{"Rubbish", "RUBBISH", email.ItemDropped},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := dovecottest.Start(t, dovecottest.Options{})
			s.Deliver("INBOX", letters(1, 200)...)
			db := storetest.Open(t, t.TempDir())
			l := lease(t, db, "email/forum")
			p := newProxy(t, s.Addr())
			p.answer = func(line string) (string, bool) { return tc.answer, asksForBody(line, 77) }
			m := mailbox(s, func(m *email.Mailbox) { m.Port = p.port() })
			fetch(t, m, l)
			want := map[intake.Outcome]int64{intake.NewProposal: 199, intake.Unfetchable: 1}
			if diff := cmp.Diff(want, storetest.Accounts(t, db, "email/forum")); diff != "" {
				t.Fatalf("accounts (-want +got):\n%s", diff)
			}
			for _, row := range rows(t, db, "email/forum") {
				if row.Outcome == intake.Unfetchable {
					if row.Item != "77" || row.Reason != tc.reason {
						t.Errorf("row = %+v, want item 77 for the reason %s", row, tc.reason)
					}
					if err := db.Insist(t.Context(), store.Actor{}, row.ID); err != nil {
						t.Fatal(err)
					}
				}
			}
			fetch(t, mailbox(s, nil), l) // the server has recovered
			wantLetters(t, db, "email/forum", 200)
		})
	}
}

// Several bad mails in one folder, one of them the first and one the last.
func TestSeveralUnfetchableMails(t *testing.T) {
	s := dovecottest.Start(t, dovecottest.Options{})
	s.Deliver("INBOX", letters(1, 150)...)
	db := storetest.Open(t, t.TempDir())
	p := newProxy(t, s.Addr())
	p.answer = func(line string) (string, bool) {
		for _, uid := range []int{1, 50, 51, 149, 150} {
			if asksForBody(line, uid) {
				return "NO not this one", true
			}
		}
		return "", asksForBody(line, 100) || asksForBody(line, 101)
	}
	fetch(t, mailbox(s, func(m *email.Mailbox) { m.Port = p.port() }), lease(t, db, "email/forum"))
	want := map[intake.Outcome]int64{intake.NewProposal: 143, intake.Unfetchable: 7}
	if diff := cmp.Diff(want, storetest.Accounts(t, db, "email/forum")); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
}

// A server that ends the connection over whatever mail is asked for is broken:
// no single mail is to blame, and all of them keep their turn.
func TestABrokenLineBlamesNoMail(t *testing.T) {
	s := dovecottest.Start(t, dovecottest.Options{})
	s.Deliver("INBOX", letters(1, 20)...)
	db := storetest.Open(t, t.TempDir())
	l := lease(t, db, "email/forum")
	p := newProxy(t, s.Addr())
	p.answer = func(line string) (string, bool) { return "", strings.Contains(line, "BODY.PEEK[") }
	err := channel(t, mailbox(s, func(m *email.Mailbox) { m.Port = p.port() })).Fetch(t.Context(), l)
	if intake.FaultOf(err) != intake.FaultUnreachable || intake.IsPermanent(err) {
		t.Errorf("error = %v, want one that passes", err)
	}
	if len(rows(t, db, "email/forum")) != 0 {
		t.Errorf("accounts = %v, want none", storetest.Accounts(t, db, "email/forum"))
	}
	fetch(t, mailbox(s, nil), l)
	wantLetters(t, db, "email/forum", 20)
}

// The server fails when it is asked for sizes, not only for bodies.
func TestUnfetchableSize(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{"Refused": "NO [SERVERBUG] no size", "ConnectionEnds": ""} {
		t.Run(name, func(t *testing.T) {
			s := dovecottest.Start(t, dovecottest.Options{})
			s.Deliver("INBOX", letters(1, 20)...)
			db := storetest.Open(t, t.TempDir())
			p := newProxy(t, s.Addr())
			p.answer = func(line string) (string, bool) {
				return answer, strings.Contains(line, "RFC822.SIZE") && asksForBody(line+"BODY.PEEK[", 7)
			}
			fetch(t, mailbox(s, func(m *email.Mailbox) { m.Port = p.port() }), lease(t, db, "email/forum"))
			want := map[intake.Outcome]int64{intake.NewProposal: 19, intake.Unfetchable: 1}
			if diff := cmp.Diff(want, storetest.Accounts(t, db, "email/forum")); diff != "" {
				t.Errorf("accounts (-want +got):\n%s", diff)
			}
		})
	}
}

// Mails that others delete while they are being fetched are an outcome.
func TestExpungedInMidFetch(t *testing.T) {
	t.Parallel()
	for name, ahead := range map[string]string{"BeforeTheSize": "RFC822.SIZE", "BeforeTheBody": "BODY.PEEK["} {
		t.Run(name, func(t *testing.T) {
			s := dovecottest.Start(t, dovecottest.Options{})
			s.Deliver("INBOX", letters(1, 30)...)
			db := storetest.Open(t, t.TempDir())
			l := lease(t, db, "email/forum")
			p := newProxy(t, s.Addr())
			done := false
			p.after = func(line string) {
				if !done && strings.Contains(line, ahead) {
					done = true
					s.Expunge("INBOX", 5, 6, 30)
				}
			}
			fetch(t, mailbox(s, func(m *email.Mailbox) { m.Port = p.port() }), l)
			want := map[intake.Outcome]int64{intake.NewProposal: 27, intake.Vanished: 3}
			if diff := cmp.Diff(want, storetest.Accounts(t, db, "email/forum")); diff != "" {
				t.Errorf("accounts (-want +got):\n%s", diff)
			}
			if got := storetest.Source(t, db, "email/forum"); got.Missing != 0 {
				t.Errorf("%d items without a row, want none", got.Missing)
			}
		})
	}
}

// A folder that was restored gets a new UIDVALIDITY: everything is read again
// and recognised.
func TestUIDValidityChanged(t *testing.T) {
	s := dovecottest.Start(t, dovecottest.Options{})
	s.Deliver("INBOX", letters(1, 40)...)
	db := storetest.Open(t, t.TempDir())
	l := lease(t, db, "email/forum")
	fetch(t, mailbox(s, nil), l)
	s.Expunge("INBOX", 1, 2, 3) // the numbers shift
	s.Restart()
	s.Renumber("INBOX", 99999)
	s.Deliver("INBOX", letters(41, 45)...)
	fetch(t, mailbox(s, nil), l)
	want := map[intake.Outcome]int64{intake.NewProposal: 45, intake.Duplicate: 37}
	if diff := cmp.Diff(want, storetest.Accounts(t, db, "email/forum")); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
	if got := storetest.Source(t, db, "email/forum"); got.Missing != 0 || got.Present != 42 {
		t.Errorf("census: %d present, %d missing; want 42, 0", got.Present, got.Missing)
	}
}

// holed is a ledger that forgets some items, as a defect of ours might.
type holed struct {
	intake.Ledger
	skip map[uint32]bool
}

func (h *holed) Record(ctx context.Context, p intake.Place, items []intake.Item) (int, error) {
	var kept []intake.Item
	for _, it := range items {
		if !h.skip[it.ID] {
			kept = append(kept, it)
		}
	}
	for len(kept) > 0 {
		n, err := h.Ledger.Record(ctx, p, kept)
		if err != nil {
			return 0, err
		}
		kept = kept[n:]
	}
	return len(items), nil
}

// hasty is a ledger that was told of one mail that it had vanished.
type hasty struct {
	intake.Ledger
	uid uint32
}

func (h *hasty) Record(ctx context.Context, p intake.Place, items []intake.Item) (int, error) {
	for i := range items {
		if items[i].ID == h.uid {
			items[i] = intake.Item{ID: h.uid, Outcome: intake.Vanished}
		}
	}
	return h.Ledger.Record(ctx, p, items)
}

// A mail that once seemed to be gone, and that the server lists again, is taken.
func TestCensusFindsWhatDidNotVanish(t *testing.T) {
	s := dovecottest.Start(t, dovecottest.Options{})
	s.Deliver("INBOX", letters(1, 5)...)
	db := storetest.Open(t, t.TempDir())
	l := lease(t, db, "email/forum")
	fetch(t, mailbox(s, nil), &hasty{l, 3})
	fetch(t, mailbox(s, nil), l)
	wantLetters(t, db, "email/forum", 5)
	if got := storetest.Source(t, db, "email/forum"); got.Missing != 0 || got.Present != 5 {
		t.Errorf("census: %d present, %d missing; want 5, 0", got.Present, got.Missing)
	}
}

// The census finds mails below the position that have no row, and has them
// fetched.
func TestCensusFindsWhatIsMissing(t *testing.T) {
	s := dovecottest.Start(t, dovecottest.Options{})
	s.Deliver("INBOX", letters(1, 30)...)
	db := storetest.Open(t, t.TempDir())
	l := lease(t, db, "email/forum")
	fetch(t, mailbox(s, nil), &holed{l, map[uint32]bool{1: true, 2: true, 15: true, 29: true}})
	if got := len(rows(t, db, "email/forum")); got != 26 {
		t.Fatalf("%d rows, want 26: the hole is not there", got)
	}
	fetch(t, mailbox(s, nil), l)
	wantLetters(t, db, "email/forum", 30)
	if got := storetest.Source(t, db, "email/forum"); got.Missing != 0 || got.Present != 30 {
		t.Errorf("census: %d present, %d missing; want 30, 0", got.Present, got.Missing)
	}
}

// The connection is cut after every n-th byte that the server sends; every
// attempt keeps what it has, and in the end all is there once.
func TestCutConnection(t *testing.T) {
	t.Parallel()
	step := int64(499)
	if long() {
		step = 13
	}
	s := dovecottest.Start(t, dovecottest.Options{})
	s.Deliver("INBOX", letters(1, 40)...)
	whole := newProxy(t, s.Addr())
	db := storetest.Open(t, t.TempDir())
	fetch(t, mailbox(s, func(m *email.Mailbox) { m.Port = whole.port() }), lease(t, db, "email/forum"))
	total := whole.received.Load()

	db = storetest.Open(t, t.TempDir())
	cuts := 0
	for after := int64(1); after < total; after += step {
		// Each length of session works a mailbox of its own name; the content is the
		// same, so that the ledger has to tell them apart by itself.
		source := fmt.Sprintf("cut-%d", after)
		l := lease(t, db, "email/"+source)
		p := newProxy(t, s.Addr())
		p.cut = func() int64 { return after }
		m := mailbox(s, func(m *email.Mailbox) { m.Name, m.Port = source, p.port() })
		err := channel(t, m).Fetch(t.Context(), l)
		if err != nil && intake.IsPermanent(err) {
			t.Fatalf("cut after %d bytes: %v, want a fault that passes", after, err)
		}
		cuts++
		fetch(t, mailbox(s, func(m *email.Mailbox) { m.Name = source }), l)
		// A line that never carries more than so many bytes may condemn a mail that is
		// a little longer than the others. It is not lost.
		blamed := 0
		for _, row := range rows(t, db, "email/"+source) {
			if row.Outcome == intake.Unfetchable {
				blamed++
				if err := db.Insist(t.Context(), store.Actor{}, row.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
		if blamed > 2 {
			t.Errorf("cut after %d bytes: %d mails were blamed for it", after, blamed)
		}
		if blamed > 0 {
			fetch(t, mailbox(s, func(m *email.Mailbox) { m.Name = source }), l)
		}
		got := storetest.Accounts(t, db, "email/"+source)
		if got[intake.NewProposal]+got[intake.Duplicate] != 40 || len(rows(t, db, "email/"+source)) != 40 {
			t.Fatalf("cut after %d bytes: accounts = %v, want all 40", after, got)
		}
	}
	t.Logf("%d cuts over a session of %d bytes", cuts, total)
}

// Cuts at random places until everything has come through: what came before a
// cut counts, and nothing comes twice.
func TestCutAgainAndAgain(t *testing.T) {
	t.Parallel()
	s := dovecottest.Start(t, dovecottest.Options{})
	s.Deliver("INBOX", letters(1, 200)...)
	db := storetest.Open(t, t.TempDir())
	l := lease(t, db, "email/forum")
	p := newProxy(t, s.Addr())
	r := rand.New(rand.NewPCG(7, 7))
	var connections atomic.Int32
	p.cut = func() int64 { connections.Add(1); return 1000 + r.Int64N(9000) }
	m := mailbox(s, func(m *email.Mailbox) { m.Port = p.port() })
	for attempt := 1; ; attempt++ {
		err := channel(t, m).Fetch(t.Context(), l)
		if err == nil {
			t.Logf("through after %d connections", connections.Load())
			break
		}
		if attempt > 200 {
			t.Fatalf("no end after %d attempts: %v", attempt, err)
		}
	}
	wantLetters(t, db, "email/forum", 200)
}

// A ledger that fails stops the pass with its fault; the next pass goes on where
// it stood.
func TestLedgerFails(t *testing.T) {
	s := dovecottest.Start(t, dovecottest.Options{})
	s.Deliver("INBOX", letters(1, 300)...)
	db := storetest.Open(t, t.TempDir())
	l := lease(t, db, "email/forum")
	full := &failing{Ledger: l, after: 2}
	err := channel(t, mailbox(s, nil)).Fetch(t.Context(), full)
	if intake.FaultOf(err) != intake.FaultStorage {
		t.Errorf("error = %v, want one of storage", err)
	}
	fetch(t, mailbox(s, nil), l)
	wantLetters(t, db, "email/forum", 300)
}

// failing is a ledger that records a few batches and then no more.
type failing struct {
	intake.Ledger
	after int
}

var errDisk = errors.New("no space left on device")

func (f *failing) Record(ctx context.Context, p intake.Place, items []intake.Item) (int, error) {
	if f.after--; f.after < 0 {
		return 0, errDisk
	}
	return f.Ledger.Record(ctx, p, items)
}
