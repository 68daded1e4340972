package store

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// opened is a database with a clock of its own and one officer.
func opened(t *testing.T) (*DB, *time.Time, Staff) {
	t.Helper()
	db := open(t, t.TempDir())
	now := time.Date(2020, 3, 17, 8, 0, 0, 0, time.UTC)
	db.Now = func() time.Time { return now }
	ratna, err := db.AddStaff(t.Context(), Actor{}, Staff{Name: "ratna.dewi", Role: Officer, Password: "$hash"})
	if err != nil {
		t.Fatalf("add staff: %v", err)
	}
	return db, &now, ratna
}

func TestAddStaff(t *testing.T) {
	db, _, ratna := opened(t)
	got, err := db.StaffNamed(t.Context(), " RATNA.Dewi ")
	if err != nil || got.ID != ratna.ID || got.Role != Officer || got.Name != "ratna.dewi" || got.Language != "id" || got.Password != "$hash" {
		t.Errorf("found %+v, %v", got, err)
	}
	for name, s := range map[string]Staff{
		"no name":       {Name: "  ", Role: Viewer},
		"same name":     {Name: "ratna.dewi", Role: Viewer},
		"other case":    {Name: "Ratna.DEWI", Role: Viewer},
		"wide letters":  {Name: "ｒａｔｎａ.dewi", Role: Viewer},
		"line break":    {Name: "sari\nadmin", Role: Viewer},
		"zero byte":     {Name: "sari\x00", Role: Viewer},
		"right to left": {Name: "sari\u202eanimda", Role: Viewer},
		"zero width":    {Name: "sa\u200bri", Role: Viewer},
		"bad bytes":     {Name: "sari\xff", Role: Viewer},
		"too long":      {Name: strings.Repeat("a", maxName+1), Role: Viewer},
		"no role":       {Name: "sari"},
		"other role":    {Name: "sari", Role: "root"},
	} {
		t.Run(name, func(t *testing.T) {
			var input *InputError
			if _, err := db.AddStaff(t.Context(), Actor{}, s); !errors.As(err, &input) {
				t.Errorf("error %v, want an *InputError", err)
			}
		})
	}
	if all, err := db.AllStaff(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("%d staff, %v; want one", len(all), err)
	}
	if _, err := db.StaffNamed(t.Context(), "siapa"); !errors.Is(err, ErrNotFound) {
		t.Errorf("an unknown name: %v, want ErrNotFound", err)
	}
}

func TestRoleMay(t *testing.T) {
	for i, r := range Roles {
		for j, least := range Roles {
			if got := r.May(least); got != (i >= j) {
				t.Errorf("%s may what %s may: %v", r, least, got)
			}
		}
		if r.May("") || r.May("root") || Role("").May(r) || Role("root").May(r) {
			t.Errorf("%s and an unknown role", r)
		}
	}
}

func TestSession(t *testing.T) {
	db, now, ratna := opened(t)
	secret, err := db.StartSession(t.Context(), ratna.ID)
	if err != nil || len(secret) < 40 {
		t.Fatalf("secret %q, %v", secret, err)
	}
	if got, err := db.Session(t.Context(), secret); err != nil || got.ID != ratna.ID {
		t.Fatalf("session of %+v, %v", got, err)
	}
	other, err := db.StartSession(t.Context(), ratna.ID)
	if err != nil || other == secret {
		t.Fatalf("a second session: %v, equal %v", err, other == secret)
	}
	for _, wrong := range []string{"", " ", secret + "A", secret[1:], strings.ToLower(secret), "' OR 1=1 --", strings.Repeat("A", 1<<20), string(secretHash(secret))} {
		if _, err := db.Session(t.Context(), wrong); !errors.Is(err, ErrNotFound) {
			t.Errorf("session %.20q: %v, want ErrNotFound", wrong, err)
		}
	}
	if err := db.EndSession(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Session(t.Context(), secret); !errors.Is(err, ErrNotFound) {
		t.Errorf("after signing out: %v, want ErrNotFound", err)
	}
	if _, err := db.Session(t.Context(), other); err != nil {
		t.Errorf("the other browser is signed out too: %v", err)
	}

	*now = now.Add(SessionIdle)
	if _, err := db.Session(t.Context(), other); !errors.Is(err, ErrNotFound) {
		t.Errorf("after half a day without a request: %v, want ErrNotFound", err)
	}
}

// TestSessionAbsolute uses a session every hour: it ends after a week all the same.
func TestSessionAbsolute(t *testing.T) {
	db, now, ratna := opened(t)
	secret, err := db.StartSession(t.Context(), ratna.ID)
	if err != nil {
		t.Fatal(err)
	}
	for end := now.Add(SessionLife); now.Before(end.Add(-time.Hour)); *now = now.Add(time.Hour) {
		if _, err := db.Session(t.Context(), secret); err != nil {
			t.Fatalf("after %v: %v", now.Sub(end.Add(-SessionLife)), err)
		}
	}
	*now = now.Add(time.Hour)
	if _, err := db.Session(t.Context(), secret); !errors.Is(err, ErrNotFound) {
		t.Errorf("after a week: %v, want ErrNotFound", err)
	}
}

func TestSessionEndsWith(t *testing.T) {
	for name, act := range map[string]func(*DB, context.Context, int64) error{
		"disabling":    func(db *DB, ctx context.Context, id int64) error { return db.SetDisabled(ctx, Actor{}, id, true) },
		"new password": func(db *DB, ctx context.Context, id int64) error { return db.SetPassword(ctx, Actor{}, id, "$new") },
	} {
		t.Run(name, func(t *testing.T) {
			db, _, ratna := opened(t)
			secret, err := db.StartSession(t.Context(), ratna.ID)
			if err != nil {
				t.Fatal(err)
			}
			if err := act(db, t.Context(), ratna.ID); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Session(t.Context(), secret); !errors.Is(err, ErrNotFound) {
				t.Errorf("the session lives: %v", err)
			}
		})
	}
}

func TestDisabled(t *testing.T) {
	db, _, ratna := opened(t)
	_, token, err := db.AddToken(t.Context(), Actor{}, Token{Name: "rekap", Staff: ratna.ID, Role: Viewer})
	if err != nil {
		t.Fatal(err)
	}
	link, err := db.Invite(t.Context(), Actor{}, ratna.ID, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.SetDisabled(t.Context(), Actor{}, ratna.ID, true); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"session":    second(db.StartSession(t.Context(), ratna.ID)),
		"invitation": second(db.Invite(t.Context(), Actor{}, ratna.ID, time.Hour)),
		"old link":   second(db.Invitation(t.Context(), link)),
		"accepting":  second(db.Accept(t.Context(), link, "", "$new")),
		"role":       db.SetRole(t.Context(), Actor{}, 99, Lead),
		"nobody":     db.SetDisabled(t.Context(), Actor{}, 99, true),
		"password":   db.SetPassword(t.Context(), Actor{}, 99, "$x"),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", what, err)
		}
	}
	if _, _, err := db.Bearer(t.Context(), token); !errors.Is(err, ErrNotFound) {
		t.Errorf("token: %v, want ErrNotFound", err)
	}
	if err := db.SetDisabled(t.Context(), Actor{}, ratna.ID, false); err != nil {
		t.Fatal(err)
	}
	if _, err := db.StartSession(t.Context(), ratna.ID); err != nil {
		t.Errorf("enabled again: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestToken(t *testing.T) {
	db, now, ratna := opened(t)
	k, secret, err := db.AddToken(t.Context(), Actor{Staff: ratna.ID}, Token{Name: "rekap", Staff: ratna.ID, Role: Administrator, ExpiresAt: now.Add(time.Hour)})
	if err != nil || !strings.HasPrefix(secret, TokenPrefix) {
		t.Fatalf("secret %q, %v", secret, err)
	}
	if _, s, err := db.Bearer(t.Context(), secret); err != nil || s.ID != ratna.ID || s.Role != Officer {
		t.Errorf("a token of more than its person may: %+v, %v; want the person's role", s, err)
	}
	if err := db.SetRole(t.Context(), Actor{}, ratna.ID, Viewer); err != nil {
		t.Fatal(err)
	}
	if _, s, err := db.Bearer(t.Context(), secret); err != nil || s.Role != Viewer {
		t.Errorf("after the person became a viewer: %v, %v", s.Role, err)
	}
	if all, err := db.Tokens(t.Context()); err != nil || len(all) != 1 || all[0].UsedAt.IsZero() || all[0].StaffName != "ratna.dewi" {
		t.Errorf("tokens %+v, %v", all, err)
	}
	for _, wrong := range []string{"", TokenPrefix, strings.TrimPrefix(secret, TokenPrefix), secret + " ", strings.ToUpper(secret)} {
		if _, _, err := db.Bearer(t.Context(), wrong); !errors.Is(err, ErrNotFound) {
			t.Errorf("token %q: %v, want ErrNotFound", wrong, err)
		}
	}
	*now = now.Add(time.Hour)
	if _, _, err := db.Bearer(t.Context(), secret); !errors.Is(err, ErrNotFound) {
		t.Errorf("after its end: %v, want ErrNotFound", err)
	}
	*now = now.Add(-time.Hour)
	if err := db.RevokeToken(t.Context(), Actor{}, k.ID); err != nil {
		t.Fatal(err)
	}
	if _, _, err := db.Bearer(t.Context(), secret); !errors.Is(err, ErrNotFound) {
		t.Errorf("revoked: %v, want ErrNotFound", err)
	}
	if err := db.RevokeToken(t.Context(), Actor{}, k.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("revoking twice: %v, want ErrNotFound", err)
	}
}

func TestAddTokenRefuses(t *testing.T) {
	db, now, ratna := opened(t)
	for name, k := range map[string]Token{
		"no name":  {Staff: ratna.ID, Role: Viewer},
		"no role":  {Name: "a", Staff: ratna.ID},
		"is over":  {Name: "a", Staff: ratna.ID, Role: Viewer, ExpiresAt: *now},
		"two line": {Name: "a\nb", Staff: ratna.ID, Role: Viewer},
	} {
		var input *InputError
		if _, _, err := db.AddToken(t.Context(), Actor{}, k); !errors.As(err, &input) {
			t.Errorf("%s: %v, want an *InputError", name, err)
		}
	}
	if _, _, err := db.AddToken(t.Context(), Actor{}, Token{Name: "a", Staff: 99, Role: Viewer}); !errors.Is(err, ErrNotFound) {
		t.Errorf("of nobody: %v, want ErrNotFound", err)
	}
}

func TestInvitation(t *testing.T) {
	db, now, ratna := opened(t)
	first, err := db.Invite(t.Context(), Actor{}, ratna.ID, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	link, err := db.Invite(t.Context(), Actor{}, ratna.ID, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Invitation(t.Context(), first); !errors.Is(err, ErrNotFound) {
		t.Errorf("the link before: %v, want ErrNotFound", err)
	}
	if s, err := db.Invitation(t.Context(), link); err != nil || s.ID != ratna.ID {
		t.Errorf("for %+v, %v", s, err)
	}
	session, err := db.StartSession(t.Context(), ratna.ID)
	if err != nil {
		t.Fatal(err)
	}

	*now = now.Add(time.Hour)
	if _, err := db.Accept(t.Context(), link, "", "$late"); !errors.Is(err, ErrNotFound) {
		t.Errorf("an hour later: %v, want ErrNotFound", err)
	}
	*now = now.Add(-time.Minute)
	if s, err := db.Accept(t.Context(), link, "another name", "$new"); err != nil || s.Name != "ratna.dewi" || s.Role != Officer {
		t.Errorf("accepted: %+v, %v", s, err)
	}
	if _, err := db.Accept(t.Context(), link, "", "$again"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a second time: %v, want ErrNotFound", err)
	}
	if s, _ := db.StaffNamed(t.Context(), "ratna.dewi"); s.Password != "$new" {
		t.Errorf("password is %q", s.Password)
	}
	if _, err := db.Session(t.Context(), session); !errors.Is(err, ErrNotFound) {
		t.Errorf("the session from before: %v, want ErrNotFound", err)
	}
}

func TestSetUpLink(t *testing.T) {
	db := open(t, t.TempDir())
	link, err := db.Invite(t.Context(), Actor{}, 0, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := db.Invitation(t.Context(), link); err != nil || s.ID != 0 {
		t.Errorf("for %+v, %v", s, err)
	}
	var input *InputError
	if _, err := db.Accept(t.Context(), link, "\x00", "$h"); !errors.As(err, &input) {
		t.Errorf("a bad name: %v, want an *InputError", err)
	}
	// Ten browsers follow the link at once: one becomes the administrator.
	var wg sync.WaitGroup
	errs := make([]error, 10)
	for i := range errs {
		wg.Go(func() { _, errs[i] = db.Accept(t.Context(), link, "admin"+string(rune('a'+i)), "$h") })
	}
	wg.Wait()
	made := 0
	for _, err := range errs {
		switch {
		case err == nil:
			made++
		case !errors.Is(err, ErrNotFound):
			t.Errorf("error %v, want ErrNotFound", err)
		}
	}
	all, err := db.AllStaff(t.Context())
	if made != 1 || err != nil || len(all) != 1 || all[0].Role != Administrator {
		t.Errorf("%d accepted, staff %+v, %v; want one administrator", made, all, err)
	}
	if _, err := db.Invite(t.Context(), Actor{}, 0, time.Hour); !errors.Is(err, ErrInhabited) {
		t.Errorf("another set-up link: %v, want ErrInhabited", err)
	}
}

// TestSetUpLinkShuts gives out a set-up link and then adds staff another way.
func TestSetUpLinkShuts(t *testing.T) {
	db := open(t, t.TempDir())
	link, err := db.Invite(t.Context(), Actor{}, 0, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.AddStaff(t.Context(), Actor{}, Staff{Name: "ratna", Role: Administrator}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Invitation(t.Context(), link); !errors.Is(err, ErrNotFound) {
		t.Errorf("opening it: %v, want ErrNotFound", err)
	}
	if _, err := db.Accept(t.Context(), link, "penyusup", "$h"); !errors.Is(err, ErrNotFound) {
		t.Errorf("accepting it: %v, want ErrNotFound", err)
	}
}

// TestNoSecretOnDisk reads every byte of the data folder.
func TestNoSecretOnDisk(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)
	ratna, err := db.AddStaff(t.Context(), Actor{}, Staff{Name: "ratna", Role: Lead})
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string]string{}
	for what, begin := range map[string]func() (string, error){
		"session":    func() (string, error) { return db.StartSession(t.Context(), ratna.ID) },
		"invitation": func() (string, error) { return db.Invite(t.Context(), Actor{}, ratna.ID, time.Hour) },
		"token": func() (string, error) {
			_, s, err := db.AddToken(t.Context(), Actor{}, Token{Name: "x", Staff: ratna.ID, Role: Viewer})
			return strings.TrimPrefix(s, TokenPrefix), err
		},
	} {
		if secrets[what], err = begin(); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			continue // a folder
		}
		for what, secret := range secrets {
			if bytes.Contains(b, []byte(secret)) {
				t.Errorf("%s holds the secret of the %s", f.Name(), what)
			}
		}
	}
}
