package review

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestPassword(t *testing.T) {
	hash := HashPassword("kopi pahit tiap pagi")
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash begins %.40q", hash)
	}
	if !matchPassword(hash, "kopi pahit tiap pagi") {
		t.Error("the right password does not match")
	}
	if HashPassword("kopi pahit tiap pagi") == hash {
		t.Error("two hashes of one password are equal: no salt")
	}
	for _, wrong := range []string{"", " ", "kopi pahit tiap pag", "kopi pahit tiap pagi ", "Kopi pahit tiap pagi", "kopi pahit tiap pagi\x00", hash} {
		if matchPassword(hash, wrong) {
			t.Errorf("%q matches", wrong)
		}
	}
}

// TestPasswordComposition types é as one character and as two.
func TestPasswordComposition(t *testing.T) {
	if !matchPassword(HashPassword("caf\u00e9 di Serpong"), "cafe\u0301 di Serpong") {
		t.Error("the same letters from another keyboard do not match")
	}
}

// TestHostileHash gives hashes that somebody wrote into the database: none may
// match, crash, or take memory.
func TestHostileHash(t *testing.T) {
	good := HashPassword("kata sandi panjang")
	for name, hash := range map[string]string{
		"empty":           "",
		"plain":           "kata sandi panjang",
		"dollars":         "$$$$$",
		"other algorithm": strings.Replace(good, "argon2id", "argon2i", 1),
		"other version":   strings.Replace(good, "v=19", "v=16", 1),
		"no memory":       strings.Replace(good, "m=19456", "m=0", 1),
		"all memory":      strings.Replace(good, "m=19456", "m=4294967295", 1),
		"no time":         strings.Replace(good, "t=2", "t=0", 1),
		"for ever":        strings.Replace(good, "t=2", "t=4294967295", 1),
		"no threads":      strings.Replace(good, "p=1", "p=0", 1),
		"negative":        strings.Replace(good, "p=1", "p=-1", 1),
		"no key":          good[:strings.LastIndex(good, "$")+1],
		"short key":       good[:strings.LastIndex(good, "$")+1] + "AAAA",
		"not base64":      good[:len(good)-3] + "!!!",
		"cut":             good[:len(good)-5],
		"longer":          good + "$",
	} {
		t.Run(name, func(t *testing.T) {
			if matchPassword(hash, "kata sandi panjang") {
				t.Errorf("%q matches", hash)
			}
		})
	}
}

func TestCheckPassword(t *testing.T) {
	for password, want := range map[string]error{
		"":                          ErrPasswordShort,
		"pendek":                    ErrPasswordShort,
		"123456789":                 ErrPasswordShort,
		"éééééé":                    ErrPasswordShort, // twelve bytes, six characters
		"aaaaaaaaaaaaaaa":           ErrPasswordPlain,
		"ratna.dewi.s":              ErrPasswordPlain,
		"RATNA.DEWI.S":              ErrPasswordPlain,
		strings.Repeat("abc", 100):  ErrPasswordLong,
		strings.Repeat("🙏🏽x", 5000): ErrPasswordLong,
		"kopi pahit":                nil,
		strings.Repeat("ab", 128):   nil,
	} {
		if got := CheckPassword("ratna.dewi.s", password); !errors.Is(got, want) {
			t.Errorf("CheckPassword(%.20q) = %v, want %v", password, got, want)
		}
	}
}

func TestMatchUnknown(t *testing.T) {
	p := newPasswords()
	cost := func(hash string) string { return hash[:strings.Index(hash, ",p=")] }
	if cost(p.decoy) != cost(HashPassword("apa saja")) {
		t.Errorf("comparing for a name that does not exist costs %s", cost(p.decoy))
	}
	if ok, err := p.match(t.Context(), "", ""); ok || err != nil {
		t.Errorf("no hash: %v, %v", ok, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range cap(p.turns) {
		p.turns <- struct{}{}
	}
	if _, err := p.match(ctx, "", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("with all turns taken and the request gone: error %v", err)
	}
}
