package main

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"usulan/cmd/usulan/config"
	"usulan/store"
)

// place is a configuration in a folder of its own.
type place struct {
	t    *testing.T
	dir  string
	file string
}

func newPlace(t *testing.T) *place {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "usulan.toml")
	if err := os.WriteFile(file, []byte("data = \"data\"\n[web]\nbase_url = \"https://usulan.example\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return &place{t, dir, file}
}

// run runs a command line with something on standard input.
func (p *place) run(in string, args ...string) (status int, out, errs string) {
	p.t.Helper()
	var o, e bytes.Buffer
	args = append(args, "-config", p.file)
	status = run(context.Background(), streams{in: strings.NewReader(in), out: &o, err: &e}, args)
	return status, o.String(), e.String()
}

func (p *place) open() *store.DB {
	p.t.Helper()
	db, err := store.Open(context.Background(), filepath.Join(p.dir, "data"), slog.New(slog.DiscardHandler))
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { db.Close() })
	return db
}

func TestStaffCommand(t *testing.T) {
	p := newPlace(t)
	if status, _, errs := p.run("kopi pahit tiap pagi\nsecond line\n", "staff", "add", "ratna.dewi", "-role", "lead"); status != 0 {
		t.Fatalf("add: status %d, %s", status, errs)
	}
	status, link, errs := p.run("", "staff", "add", "-link", "sari")
	if status != 0 || !regexp.MustCompile(`^https://usulan\.example/set-up/[A-Za-z0-9_-]{43}\n$`).MatchString(link) {
		t.Fatalf("add with a link: status %d, %q, %s", status, link, errs)
	}
	_, list, _ := p.run("", "staff", "list")
	for _, want := range []string{`ratna\.dewi +lead +active`, `sari +officer +no password yet`} {
		if !regexp.MustCompile(want).MatchString(list) {
			t.Errorf("the list lacks %s:\n%s", want, list)
		}
	}
	if strings.Contains(list, "argon2id") {
		t.Errorf("the list shows password hashes:\n%s", list)
	}
	for _, args := range [][]string{
		{"staff", "disable", "Ratna.Dewi"}, {"staff", "enable", "ratna.dewi"}, {"staff", "role", "sari", "administrator"}, {"staff", "reset", "sari", "-link"},
	} {
		if status, _, errs := p.run("", args...); status != 0 {
			t.Errorf("%v: status %d, %s", args, status, errs)
		}
	}
	db := p.open()
	if s, err := db.StaffNamed(t.Context(), "sari"); err != nil || s.Role != store.Administrator || s.Password != "" {
		t.Errorf("sari is %+v, %v", s, err)
	}
	if _, err := db.Invitation(t.Context(), strings.TrimSpace(link[strings.LastIndex(link, "/")+1:])); err == nil {
		t.Error("after a reset the link from before works")
	}
}

func TestStaffCommandRefuses(t *testing.T) {
	p := newPlace(t)
	if status, _, errs := p.run("kopi pahit tiap pagi\n", "staff", "add", "ratna.dewi"); status != 0 {
		t.Fatal(errs)
	}
	for name, c := range map[string]struct {
		in, args string
		status   int
		want     string // in what it says
	}{
		"nothing":         {"", "staff", 2, "usulan staff add NAME"},
		"a typing error":  {"", "staff lsit", 2, `did you mean "list"`},
		"no name":         {"", "staff add", 2, "usage: usulan staff add NAME"},
		"two names":       {"", "staff add a b", 2, "usage:"},
		"taken":           {"kopi pahit tiap pagi\n", "staff add RATNA.DEWI", 1, "That staff name is taken"},
		"short password":  {"pendek\n", "staff add sari", 1, "at least 10 characters"},
		"no password":     {"", "staff add sari", 1, "no password in its first line"},
		"an empty line":   {"\nkopi pahit tiap pagi\n", "staff add sari", 1, "no password in its first line"},
		"another role":    {"kopi pahit tiap pagi\n", "staff add sari -role root", 1, "There is no such role"},
		"nobody":          {"", "staff disable ratna.dew", 1, `did you mean "ratna.dewi"`},
		"nobody at all":   {"", "staff reset zzz", 1, "staff list"},
		"unknown flag":    {"", "staff add sari -pasword x", 2, "pasword"},
		"token of none":   {"", "token add rekap", 1, "-staff NAME"},
		"token of nobody": {"", "token add rekap -staff zzz", 1, "no staff named"},
		"token no name":   {"", "token add -staff ratna.dewi", 2, "usage:"},
		"token past":      {"", "token add rekap -staff ratna.dewi -days -1", 1, "in the past"},
		"revoke words":    {"", "token revoke rekap", 1, "token list"},
		"revoke none":     {"", "token revoke 99", 1, "token list"},
		"export format":   {"", "export -format pdf", 1, "xlsx or csv"},
		"export state":    {"", "export -state done", 1, "needs_info"},
		"export priority": {"", "export -priority P9", 1, "P1"},
		"export words":    {"", "export modal", 2, "takes no"},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, errs := p.run(c.in, strings.Fields(c.args)...)
			if status != c.status || !strings.Contains(errs, c.want) || out != "" {
				t.Errorf("status %d, out %q, says\n%s\nwant status %d and %q", status, out, errs, c.status, c.want)
			}
		})
	}
}

func TestTokenCommand(t *testing.T) {
	p := newPlace(t)
	if status, _, errs := p.run("kopi pahit tiap pagi\n", "staff", "add", "ratna.dewi"); status != 0 {
		t.Fatal(errs)
	}
	status, secret, errs := p.run("", "token", "add", "rekap mingguan", "-staff", "ratna.dewi", "-role", "viewer", "-days", "90")
	if status != 0 || strings.Count(secret, "\n") != 1 || !strings.HasPrefix(secret, store.TokenPrefix) {
		t.Fatalf("status %d, %q, %s", status, secret, errs)
	}
	db := p.open()
	if _, s, err := db.Bearer(t.Context(), strings.TrimSpace(secret)); err != nil || s.Role != store.Viewer {
		t.Errorf("the token is of %+v, %v", s, err)
	}
	if _, list, _ := p.run("", "token", "list"); !regexp.MustCompile(`1 +rekap mingguan +ratna\.dewi +viewer +valid until`).MatchString(list) || strings.Contains(list, strings.TrimSpace(secret)) {
		t.Errorf("list:\n%s", list)
	}
	if status, _, errs := p.run("", "token", "revoke", "1"); status != 0 {
		t.Fatal(errs)
	}
	if _, _, err := db.Bearer(t.Context(), strings.TrimSpace(secret)); err == nil {
		t.Error("the revoked token works")
	}
}

func TestOfferSetup(t *testing.T) {
	p := newPlace(t)
	c, err := config.Load(p.file)
	if err != nil {
		t.Fatal(err)
	}
	db := p.open()
	offer := func() string {
		var log, errs bytes.Buffer
		std := streams{out: &bytes.Buffer{}, err: &errs}
		if err := offerSetup(t.Context(), std, db, c, siteURL(c), slog.New(slog.NewTextHandler(&log, nil))); err != nil {
			t.Fatal(err)
		}
		return log.String() + errs.String()
	}
	file := filepath.Join(c.Data, setupFile)
	if err := os.Symlink(filepath.Join(p.dir, "elsewhere"), file); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a second start replaces the link
		said := offer()
		link, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Lstat(file)
		if err != nil || info.Mode() != 0o600 {
			t.Errorf("mode %v, %v; want a file of 0600", info.Mode(), err)
		}
		_, secret, ok := strings.Cut(strings.TrimSpace(string(link)), "https://usulan.example/set-up/")
		if _, err := db.Invitation(t.Context(), secret); !ok || err != nil {
			t.Errorf("the link %q does not work: %v", link, err)
		}
		if !strings.Contains(said, file) || strings.Contains(said, secret) {
			t.Errorf("it says %q: want where the file is and not what is in it", said)
		}
	}
	if _, err := os.Stat(filepath.Join(p.dir, "elsewhere")); err == nil {
		t.Error("it wrote through a link that was there")
	}
	if _, err := db.AddStaff(t.Context(), store.Actor{}, store.Staff{Name: "ratna", Role: store.Administrator}); err != nil {
		t.Fatal(err)
	}
	if said := offer(); said != "" {
		t.Errorf("with staff there it says %q", said)
	}
	if _, err := os.Lstat(file); err == nil {
		t.Error("with staff there the file stays")
	}
}

func TestSiteURL(t *testing.T) {
	for _, c := range []struct {
		web  config.Web
		want string
	}{
		{config.Web{Address: "127.0.0.1:8080"}, "http://127.0.0.1:8080"},
		{config.Web{Address: ":8080"}, "http://localhost:8080"},
		{config.Web{Address: "0.0.0.0:80"}, "http://localhost:80"},
		{config.Web{Address: "[::]:8443", TLSCertFile: "a.pem"}, "https://localhost:8443"},
		{config.Web{Address: "[::1]:8080"}, "http://[::1]:8080"},
		{config.Web{Address: ":8080", BaseURL: "https://usulan.example"}, "https://usulan.example"},
	} {
		if got := siteURL(&config.Config{Web: c.web}); got != c.want {
			t.Errorf("%+v: %s, want %s", c.web, got, c.want)
		}
	}
}
