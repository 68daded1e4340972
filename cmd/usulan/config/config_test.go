package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// mailbox is a [[channel.email.mailbox]] without a fault, up to the lines that
// a test adds.
const mailbox = `[[channel.email.mailbox]]
name = "forum"
address = "usulan@kota.example"
host = "imap.kota.example"
`

// account is a [[channel.whatsapp.account]] without a fault.
const account = `[[channel.whatsapp.account]]
name = "forum"
number = "0812-1000-2000"
`

// faultsOf parses a text that must be refused and returns line, column and
// problem of each fault.
func faultsOf(t *testing.T, text string) []string {
	t.Helper()
	_, err := Parse("/etc/usulan/usulan.toml", []byte(text))
	var faults Faults
	if !errors.As(err, &faults) {
		t.Fatalf("got error %v, want faults", err)
	}
	var lines []string
	for _, f := range faults {
		lines = append(lines, strings.TrimPrefix(f.String(), "/etc/usulan/usulan.toml:"))
	}
	return lines
}

func TestFaults(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"a slip in a key of the root", "tiem_zone = \"Asia/Jakarta\"",
			[]string{`1:1: unknown key "tiem_zone"; did you mean "time_zone"?`}},
		{"a slip in a table's name", "[forun]\nname = \"x\"",
			[]string{`1:2: unknown key "forun"; did you mean "forum"?`}},
		{"a key of another table", "[forum]\n  base_url = \"https://a.example\"",
			[]string{`2:3: unknown key "base_url" in [forum]; it belongs into [web]`}},
		{"a key that is like nothing", "[forum]\nzzzzzzzzzz = 1",
			[]string{`2:1: unknown key "zzzzzzzzzz" in [forum]`}},
		{"a slip in a mailbox", mailbox + "password = \"x\"\n\n\tprot = 993",
			[]string{`7:2: unknown key "prot" in [channel.email.mailbox]; did you mean "port"?`}},
		{"a slip in an inline table", "[[kecamatan]]\ncode = \"1\"\nname = \"A\"\nkelurahan = [ { code = \"2\", nama = \"B\" } ]",
			[]string{
				`4:15: kecamatan[0].kelurahan[0].name: is missing or empty`,
				`4:29: unknown key "nama" in [kecamatan.kelurahan]; did you mean "name"?`,
			}},
		{"a dotted key", "forum.yaer = 2021",
			[]string{`1:7: unknown key "yaer" in [forum]; did you mean "year"?`}},
		{"a quoted number", "[forum]\nyear = \"2020\"",
			[]string{`2:8: forum.year: expected a whole number, got the text "2020"; write 2020 without quotes`}},
		{"an unquoted text", "[forum]\nname = 5",
			[]string{`2:8: forum.name: expected a text in quotes, got the number 5; write "5"`}},
		{"a number with a fraction", "[forum]\nyear = 2020.5",
			[]string{`2:8: forum.year: expected a whole number, got the number 2020.5`}},
		{"a text for a list", mailbox + "password = \"x\"\nfolders = \"INBOX\"",
			[]string{`6:11: channel.email.mailbox[0].folders: expected a list, got the text "INBOX"; write ["INBOX"]`}},
		{"a table for a list of tables", "[channel.email.mailbox]\nname = \"forum\"",
			[]string{`1:16: channel.email.mailbox: expected a list, got a table; write [[channel.email.mailbox]] for each`}},
		{"a value for a table", "forum = \"x\"",
			[]string{`1:9: forum: expected a table, got the text "x"`}},
		{"a number in a list of texts", "[web]\ntrusted_proxies = [\"10.0.0.0/8\",\n 5]",
			[]string{`3:2: web.trusted_proxies[1]: expected a text in quotes, got the number 5; write "5"`}},
		{"a duration without a unit", mailbox + "password = \"x\"\npoll = \"60\"",
			[]string{`6:8: channel.email.mailbox[0].poll: "60" is not a duration: write it like "90s", "24m" or "1h"`}},
		{"a size in words", mailbox + "password = \"x\"\nmax_size = \"fifty\"",
			[]string{`6:12: channel.email.mailbox[0].max_size: "fifty" is not a size: write it like "50MiB"`}},
		{"no such day", "[forum]\nopens = \"2020-02-30\"",
			[]string{`2:9: forum.opens: "2020-02-30" is not a date; write it like "2020-03-17" or "2020-03-17 08:00"`}},
		{"closing before opening", "[forum]\nopens = 2020-03-17\ncloses = 2020-03-16",
			[]string{`3:10: forum.closes: 2020-03-16 is not after the opening, 2020-03-17`}},
		{"no such time zone", "time_zone = \"Asia/Tangsel\"",
			[]string{`1:13: time_zone: "Asia/Tangsel" is not a time zone; write a name such as "Asia/Jakarta"`}},
		{"a prefix in small letters", "[forum]\nprefix = \"usl\"",
			[]string{`2:10: forum.prefix: "usl" cannot begin a reference; use 2 to 8 capital letters and digits, such as "USL"`}},
		{"planning for the past", "[forum]\nplan_year = 2019",
			[]string{`2:13: forum.plan_year: 2019 is not the forum's year (2020) or one of the five after it`}},
		{"an address without a port", "[web]\naddress = \"localhost\"",
			[]string{`2:11: web.address: "localhost" is not an address; write "127.0.0.1:8080", or ":8080" for all interfaces`}},
		{"a port that does not exist", "[web]\naddress = \"127.0.0.1:99999\"",
			[]string{`2:11: web.address: "99999" is not a port; use a number from 1 to 65535`}},
		{"a site in a folder", "[web]\nbase_url = \"https://kota.example/usulan\"",
			[]string{`2:12: web.base_url: "https://kota.example/usulan" is not the root of a site; write it like "https://usulan.example.go.id"`}},
		{"a certificate without its key", "[web]\ntls_cert_file = \"a.pem\"",
			[]string{`2:17: web.tls_cert_file: needs tls_key_file besides it`}},
		{"the same mailbox twice", mailbox + "password = \"x\"\n" + mailbox + "password = \"x\"",
			[]string{`7:8: channel.email.mailbox[1].name: "forum" is used already, by channel.email.mailbox[0].name`}},
		{"port 0", mailbox + "password = \"x\"\nport = 0",
			[]string{`6:8: channel.email.mailbox[0].port: 0 makes no sense; leave the key out for the default`}},
		{"no password", mailbox,
			[]string{`1:17: channel.email.mailbox[0].password: none is given: set password_file, password_env, password or [oauth]`}},
		{"plain text over the line", mailbox + "password = \"x\"\ntls = \"none\"",
			[]string{`6:7: channel.email.mailbox[0].tls: plain text is accepted on this machine only, not to imap.kota.example: use "implicit" or "starttls"`}},
		{"the same account twice", account + account,
			[]string{`5:8: channel.whatsapp.account[1].name: "forum" is used already, by channel.whatsapp.account[0].name`}},
		{"a number that is none", "[[channel.whatsapp.account]]\nname = \"forum\"\nnumber = \"sekretariat\"",
			[]string{`3:10: channel.whatsapp.account[0].number: "sekretariat" is not a telephone number: write it like "+62 812-1000-2000"`}},
		{"no quiet at all", account + "quiet = \"0s\"",
			[]string{`4:9: channel.whatsapp.account[0].quiet: 0 makes no sense; leave the key out for the default`}},
		{"a group of an account that has an id of nothing", account + "[[channel.whatsapp.account.group]]\nid = \"UMKM\"",
			[]string{`5:6: channel.whatsapp.account[0].group[0].id: "UMKM" is not the id of a group: it looks like 120363012345678901@g.us`}},
		{"a slip in a second group", account + "[[channel.whatsapp.account.group]]\nname = \"A\"\n[[channel.whatsapp.account.group]]\nname = \"B\"\nkeyword = [\"x\"]",
			[]string{`8:1: unknown key "keyword" in [channel.whatsapp.account.group]; did you mean "keywords"?`}},
		{"a priority twice", priorities("P1", "P1"),
			[]string{
				`8:8: priority[1].code: "P1" is used already, by priority[0].code`,
				`9:9: priority[1].short: "P1" is used already, by priority[0].short`,
			}},
		{"seven priorities", priorities("A", "B", "C", "D", "E", "F", "G"),
			[]string{`37:3: priority[6]: there are 7; keys 1 to 6 leave room for 6`}},
		{"a priority without a code", "[[priority]]\nshort = \"B\"\ntitle = \"b\"\nlabel = \"b\"\ngloss = \"b\"",
			[]string{`1:3: priority[0].code: is missing or empty`}},
		{"a list that is empty", "reason = []",
			[]string{`1:1: reason: the list is empty; leave it out for the usual reasons`}},
		{"no TOML", "[forum\nname = \"x\"", []string{`1:7: expected ']' to close table name`}},
		{"a key twice", "data = \"a\"\ndata = \"b\"", []string{`2:1: key data is already defined`}},
		{"all at once, in the order of the file", "dat = \"x\"\n[web]\naddress = 8080\n[forum]\nplan_year = 2019\nopens = \"soon\"",
			[]string{
				`1:1: unknown key "dat"; did you mean "data"?`,
				`3:11: web.address: expected a text in quotes, got the number 8080; write "8080"`,
				`5:13: forum.plan_year: 2019 is not the forum's year (2020) or one of the five after it`,
				`6:9: forum.opens: "soon" is not a date; write it like "2020-03-17" or "2020-03-17 08:00"`,
			}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, faultsOf(t, tt.text)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func priorities(codes ...string) string {
	var text strings.Builder
	for _, c := range codes {
		fmt.Fprintf(&text, "[[priority]]\ncode = %[1]q\nshort = %[1]q\ntitle = %[1]q\nlabel = %[1]q\ngloss = %[1]q\n", c)
	}
	return text.String()
}

func TestMomentsAreOfTheForumsTimeZone(t *testing.T) {
	text := "time_zone = \"Asia/Jayapura\"\n[forum]\nopens = 2020-03-17\ncloses = \"2020-03-20\""
	c, err := Parse("usulan.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	s := c.Settings().Forum
	if got, want := s.Opens.UTC().Format(time.RFC3339), "2020-03-16T15:00:00Z"; got != want {
		t.Errorf("opens %s, want %s", got, want)
	}
	// The last day counts to its end.
	if got, want := s.Closes.UTC().Format(time.RFC3339), "2020-03-20T15:00:00Z"; got != want {
		t.Errorf("closes %s, want %s", got, want)
	}
	c, err = Parse("usulan.toml", []byte("[forum]\nopens = 2020-03-17T08:00:00+07:00\ncloses = 2020-03-20 17:00:00"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Settings().Forum.Opens.UTC().Format(time.RFC3339), "2020-03-17T01:00:00Z"; got != want {
		t.Errorf("opens %s, want %s", got, want)
	}
	if got, want := c.Settings().Forum.Closes.UTC().Format(time.RFC3339), "2020-03-20T10:00:00Z"; got != want {
		t.Errorf("closes %s, want %s", got, want)
	}
}

func TestAListReplacesItsDefault(t *testing.T) {
	c, err := Parse("usulan.toml", []byte("[[reason]]\ncode = \"no\"\ntitle = \"Tidak\"\ngloss = \"No\""))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Reason{{Code: "no", Title: "Tidak", Gloss: "No"}}, c.Reasons); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
	if len(c.Priorities) != 6 || len(c.Kecamatan) != 7 {
		t.Errorf("got %d priorities and %d kecamatan, want the 6 and 7 of the defaults", len(c.Priorities), len(c.Kecamatan))
	}
}

func TestDefaultsAreTheForumOf2020(t *testing.T) {
	c := Default()
	kelurahan := 0
	for _, k := range c.Kecamatan {
		kelurahan += len(k.Kelurahan)
	}
	if len(c.Kecamatan) != 7 || kelurahan != 54 {
		t.Errorf("got %d kecamatan with %d kelurahan, want 7 with 54", len(c.Kecamatan), kelurahan)
	}
	for i, want := range []string{"MODAL", "MUTU", "SDM-KOP", "SERBUK", "PKL", "GALERI"} {
		if p := c.Priorities[i]; p.Short != want || len(p.Keywords) < 20 {
			t.Errorf("priority %d is %s with %d keywords, want %s with its keywords", i+1, p.Short, len(p.Keywords), want)
		}
	}
}

func TestFilesAreRelativeToTheConfiguration(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "secret"), "hunter2\n", 0o600)
	write(t, filepath.Join(dir, "usulan.toml"), "data = \"db\"\n"+mailbox+"password_file = \"secret\"", 0o644)
	c, err := Load(filepath.Join(dir, "usulan.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(dir, "db"); c.Data != want {
		t.Errorf("data %s, want %s", c.Data, want)
	}
	if want := filepath.Join(dir, "secret"); c.Channel.Email.Mailboxes[0].PasswordFile != want {
		t.Errorf("password file %s, want %s", c.Channel.Email.Mailboxes[0].PasswordFile, want)
	}
	if len(c.Warnings) != 0 {
		t.Errorf("warned of a secret that nobody else can read: %v", c.Warnings)
	}
}

func TestASecretThatOthersCanReadIsAWarning(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "secret"), "hunter2\n", 0o644)
	config := filepath.Join(dir, "usulan.toml")

	write(t, config, mailbox+"password_file = \"secret\"", 0o644)
	c, err := Load(config)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) != 1 || c.Warnings[0].Line != 5 || !strings.Contains(c.Warnings[0].Problem, "chmod 600 "+filepath.Join(dir, "secret")) {
		t.Errorf("warnings %v, want one on line 5 that tells to close the file", c.Warnings)
	}

	write(t, config, mailbox+"password = \"hunter2\"", 0o644)
	if c, err = Load(config); err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0].Problem, "chmod 600 "+config) {
		t.Errorf("warnings %v, want one about the configuration itself", c.Warnings)
	}
	if strings.Contains(c.Warnings.Error(), "hunter2") {
		t.Error("a warning tells the secret")
	}
}

func TestAMissingConfigurationSaysWhatToDo(t *testing.T) {
	_, err := Find(filepath.Join(t.TempDir(), "none.toml"))
	if err == nil || !strings.Contains(err.Error(), "none.toml") || !strings.Contains(err.Error(), "config.example.toml") {
		t.Errorf("got %v, want the file's name and what to copy", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(string(forumText))
	f.Add(mailbox + "port = \"993\"\noauth = { provider = 5 }")
	f.Add("[[priority]]\n[priority.x]\n[[kecamatan]]\nkelurahan = [{also=[1]}]")
	f.Fuzz(func(t *testing.T, text string) {
		_, err := Parse("usulan.toml", []byte(text))
		var faults Faults
		if err != nil && !errors.As(err, &faults) {
			t.Errorf("refused without saying where: %v", err)
		}
	})
}

func write(t *testing.T, file, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil {
		t.Fatal(err)
	}
}
