package whatsapp

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.mau.fi/whatsmeow/types"

	"usulan/intake"
)

// What of a group is taken in.
const (
	OnlyAll     = "all"     // every message
	OnlyKeyword = "keyword" // what begins with one of the keywords
	OnlyMention = "mention" // what mentions the account's number
)

// Account is one [[channel.whatsapp.account]] of the configuration.
type Account struct {
	Name   string          `toml:"name"`   // the source is whatsapp/<name>, for good
	Number string          `toml:"number"` // the account's own; linking another one gives a warning
	Quiet  intake.Duration `toml:"quiet"`  // how long a sender must be silent for a proposal to be complete

	MaxSize intake.Size `toml:"max_size"` // files above it stay in WhatsApp; a message says that they are there

	DeviceName    string `toml:"device_name"`    // as the phone's list of linked devices names us
	ClientVersion string `toml:"client_version"` // instead of the one that WhatsApp names; see version.go

	Groups []Group `toml:"group"` // no other group is taken in
}

// Group is one [[channel.whatsapp.account.group]]: a group that is taken in.
type Group struct {
	Name     string   `toml:"name"` // as the group calls itself; whoever may rename a group may then let it in
	ID       string   `toml:"id"`   // such as 120363012345678901@g.us, which stays
	Only     string   `toml:"only"`
	Keywords []string `toml:"keywords"`
}

// WithDefaults fills in what the configuration leaves out.
func (a Account) WithDefaults() Account {
	if a.Quiet == 0 {
		a.Quiet = intake.Duration(intake.Quiet)
	}
	if a.MaxSize == 0 {
		a.MaxSize = 100 << 20
	}
	if a.DeviceName == "" {
		a.DeviceName = "usulan"
	}
	groups := make([]Group, len(a.Groups))
	for i, g := range a.Groups {
		if g.Only == "" {
			g.Only = OnlyAll
			if len(g.Keywords) > 0 {
				g.Only = OnlyKeyword
			}
		}
		groups[i] = g
	}
	if len(groups) > 0 {
		a.Groups = groups
	}
	return a
}

// Source is the name of the account in the ledger.
func (a *Account) Source() string { return "whatsapp/" + a.Name }

// is tells whether the account is the one with a number, which is given in
// international form without a plus.
func (a *Account) is(digits string) bool {
	number, _ := international(a.Number)
	return a.Number == "" || number == "+"+digits
}

// plainName is what a source may be called: it is a key for good, and appears
// in addresses of screens and in the name of the session file.
var plainName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

// maxQuiet keeps two proposals of one day apart.
const maxQuiet = 12 * time.Hour

// Check lists everything that is wrong with an account that has its defaults.
// It does not touch the network.
func (a *Account) Check() []intake.Problem {
	var found []intake.Problem
	bad := func(key, format string, args ...any) {
		found = append(found, intake.Problem{Key: key, Message: fmt.Sprintf(format, args...)})
	}
	if !plainName.MatchString(a.Name) {
		bad("name", "%q is not a name: use up to 32 small letters, digits and hyphens, such as \"forum\"", a.Name)
	}
	if _, ok := international(a.Number); a.Number != "" && !ok {
		bad("number", "%q is not a telephone number: write it like \"+62 812-1000-2000\"", a.Number)
	}
	if d := time.Duration(a.Quiet); d < time.Second || d > maxQuiet {
		bad("quiet", "%s is not between 1s and %s: the usual value is \"10m\"", d, maxQuiet)
	}
	if a.MaxSize < 1<<10 {
		bad("max_size", "%d bytes is too little for any picture: the usual value is \"100MiB\"", int64(a.MaxSize))
	}
	if n := utf8.RuneCountInString(a.DeviceName); n > 50 || strings.ContainsFunc(a.DeviceName, unicode.IsControl) {
		bad("device_name", "%q does not fit into the phone's list: use up to 50 letters", a.DeviceName)
	}
	if a.ClientVersion != "" {
		if _, err := readVersion(a.ClientVersion); err != nil {
			bad("client_version", "%q is not a version: write three numbers, such as %q", a.ClientVersion, builtIn.String())
		}
	}
	a.checkGroups(bad)
	return found
}

func (a *Account) checkGroups(bad func(key, format string, args ...any)) {
	seen := map[string]bool{}
	for i, g := range a.Groups {
		key := "group[" + strconv.Itoa(i) + "]."
		switch {
		case g.Name == "" && g.ID == "":
			bad(key+"name", "neither name nor id is given: write the group's name, or better its id")
		case g.Name != "" && g.ID != "":
			bad(key+"id", "both name and id are given: keep the id, which stays when the group is renamed")
		case g.ID != "" && !isGroupID(g.ID):
			bad(key+"id", "%q is not the id of a group: it looks like 120363012345678901@g.us", g.ID)
		}
		if which := g.Name + g.ID; which != "" && seen[which] {
			bad(key+"name", "%q is listed twice", which)
		}
		seen[g.Name+g.ID] = true
		switch g.Only {
		case OnlyAll, OnlyMention:
			if len(g.Keywords) > 0 {
				bad(key+"keywords", "keywords are used with only = %q alone", OnlyKeyword)
			}
		case OnlyKeyword:
			if len(g.Keywords) == 0 {
				bad(key+"keywords", "none is given: write what a message must begin with, such as [\"usulan\"]")
			}
		default:
			bad(key+"only", "%q is not known: use %q, %q or %q", g.Only, OnlyAll, OnlyKeyword, OnlyMention)
		}
		for n, word := range g.Keywords {
			if strings.TrimSpace(word) == "" {
				bad(key+"keywords["+strconv.Itoa(n)+"]", "it is empty: every message begins with nothing")
			}
		}
	}
}

func isGroupID(s string) bool {
	jid, err := types.ParseJID(s)
	return err == nil && jid.Server == types.GroupServer && jid.User != ""
}
