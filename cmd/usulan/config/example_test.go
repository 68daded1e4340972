package config

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"usulan/intake/email"
	"usulan/intake/whatsapp"
)

// example is the file that people copy.
const example = "../../../config.example.toml"

// A configuration that is copied and not changed is the default.
func TestTheExampleHoldsTheDefaults(t *testing.T) {
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse("/etc/usulan/usulan.toml", text)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Parse("/etc/usulan/usulan.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	diff := cmp.Diff(want, got, cmp.AllowUnexported(Moment{}), cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Config{}, "Location"))
	if diff != "" {
		t.Errorf("the example differs from the defaults (-default +example):\n%s", diff)
	}
}

// lines of the example that a person uncomments: "#key = value", "#[table]".
var uncommented = regexp.MustCompile(`(?m)^#(\[|[a-z_]+ = )`)

// withMailbox is the example as it is after a person has removed the # of all
// lines of a mailbox and of an account.
func withMailbox(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	return uncommented.ReplaceAll(text, []byte("$1"))
}

func TestTheExampleHasEveryKeyOnce(t *testing.T) {
	doc, err := read("example", withMailbox(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keysOf(reflect.TypeFor[Config](), "") {
		found := slices.ContainsFunc(slices.Collect(keysIn(doc)), func(k string) bool { return withoutIndices(k) == key })
		if !found {
			t.Errorf("%s is not in the example", key)
		}
	}
	d := decoder{doc: doc}
	d.table(reflect.ValueOf(&Config{}).Elem(), doc.values, "")
	if len(d.faults) > 0 {
		t.Errorf("the example has keys or values that are none: %v", d.faults)
	}
}

func keysIn(doc *document) func(func(string) bool) {
	return func(yield func(string) bool) {
		for key := range doc.places {
			if !yield(key) {
				return
			}
		}
	}
}

// What the example shows of a mailbox are its defaults, besides what must be
// given by everybody.
func TestTheExampleHoldsTheDefaultsOfAMailbox(t *testing.T) {
	doc, err := read("/etc/usulan/usulan.toml", withMailbox(t))
	if err != nil {
		t.Fatal(err)
	}
	d := decoder{doc: doc}
	var c Config
	d.table(reflect.ValueOf(&c).Elem(), doc.values, "")
	shown := c.Channel.Email.Mailboxes[0]
	given := email.Mailbox{
		Name: shown.Name, Address: shown.Address, Host: shown.Host, PasswordFile: shown.PasswordFile,
		OAuth: &email.OAuth{
			Provider: shown.OAuth.Provider, ClientID: shown.OAuth.ClientID, TokenFile: shown.OAuth.TokenFile,
		},
	}
	if diff := cmp.Diff(given.WithDefaults(), shown, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the example's mailbox differs from the defaults (-default +example):\n%s", diff)
	}
}

func TestTheExampleHoldsTheDefaultsOfAnAccount(t *testing.T) {
	doc, err := read("/etc/usulan/usulan.toml", withMailbox(t))
	if err != nil {
		t.Fatal(err)
	}
	d := decoder{doc: doc}
	var c Config
	d.table(reflect.ValueOf(&c).Elem(), doc.values, "")
	shown := c.Channel.WhatsApp.Accounts[0]
	given := whatsapp.Account{Name: shown.Name, Number: shown.Number, Groups: []whatsapp.Group{{
		ID: shown.Groups[0].ID, Keywords: shown.Groups[0].Keywords,
	}}}
	if diff := cmp.Diff(given.WithDefaults(), shown, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the example's account differs from the defaults (-default +example):\n%s", diff)
	}
}

func TestEveryKeyOfTheExampleIsExplained(t *testing.T) {
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`^#?([a-z_]+) = `)
	explained := map[string]bool{}
	table, previous := "", ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if header := strings.Trim(line, "#[]"); strings.HasPrefix(strings.TrimPrefix(line, "#"), "[") {
			table = header
		}
		if m := key.FindStringSubmatch(line); m != nil && !explained[table+"."+m[1]] {
			explained[table+"."+m[1]] = true
			if !strings.HasPrefix(previous, "# ") {
				t.Errorf("%s in [%s] has no comment above it", m[1], table)
			}
		}
		previous = line
	}
}

// The example, with a mailbox filled in as its comments say, is a working
// configuration.
func TestTheExampleWorksOnceFilledIn(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "mailbox-password"), "rahasia\n", 0o600)
	text := string(withMailbox(t))
	before, oauth, _ := strings.Cut(text, "[channel.email.mailbox.oauth]") // this or a password
	const next = "[[channel.whatsapp.account]]"
	_, after, _ := strings.Cut(oauth, next)
	c, err := Parse(filepath.Join(dir, "usulan.toml"), []byte(before+next+after))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Channel.Email.Mailboxes) != 1 || len(c.Channel.WhatsApp.Accounts) != 1 || len(c.Warnings) != 0 {
		t.Errorf("got %d mailboxes, %d accounts and the warnings %v, want one of each and none",
			len(c.Channel.Email.Mailboxes), len(c.Channel.WhatsApp.Accounts), c.Warnings)
	}
}
