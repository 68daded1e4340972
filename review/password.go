package review

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// The cost of a new password hash: the second recommended setting of OWASP's
// password storage sheet, some 30 ms on a small server. A stored hash carries
// its own cost, so raising these does not lock anybody out.
const (
	argonMemory  = 19 * 1024 // KiB
	argonTime    = 2
	argonThreads = 1
	argonSalt    = 16
	argonKey     = 32
)

// The bounds of a password. The upper one only keeps a request from being
// used to make us hash a novel.
const (
	minPassword = 10 // characters
	maxPassword = 256
)

// What is wrong with a password somebody chose. The texts are for the terminal.
var (
	ErrPasswordShort = fmt.Errorf("the password needs at least %d characters; several words in a row are easy to remember", minPassword)
	ErrPasswordLong  = fmt.Errorf("the password may have at most %d characters", maxPassword)
	ErrPasswordPlain = errors.New("the password repeats one character or is the name itself; choose another")
)

// CheckPassword says whether a person may choose this password. Length is what
// counts; there are no rules about digits and signs (NIST SP 800-63B).
func CheckPassword(name, password string) error {
	switch n := utf8.RuneCountInString(password); {
	case n < minPassword:
		return ErrPasswordShort
	case n > maxPassword || len(password) > 4*maxPassword:
		return ErrPasswordLong
	}
	first, _ := utf8.DecodeRuneInString(password)
	if strings.Trim(password, string(first)) == "" || strings.EqualFold(password, name) {
		return ErrPasswordPlain
	}
	return nil
}

// HashPassword returns the argon2id hash of a password in PHC form.
func HashPassword(password string) string {
	salt := make([]byte, argonSalt)
	rand.Read(salt) // never fails: crypto/rand ends the process instead
	key := argon2.IDKey(passwordBytes(password), salt, argonTime, argonMemory, argonThreads, argonKey)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// passwordBytes makes one password of what two keyboards compose differently
// (RFC 8265, OpaqueString).
func passwordBytes(password string) []byte { return norm.NFC.Bytes([]byte(password)) }

// matchPassword tells whether a password belongs to a stored hash. A hash it
// cannot read, or one whose cost would let it be used against us, matches nothing.
func matchPassword(hash, password string) bool {
	f := strings.Split(hash, "$")
	if len(f) != 6 || f[0] != "" || f[1] != "argon2id" || f[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false
	}
	var memory, time uint32
	var threads uint8
	if n, err := fmt.Sscanf(f[3], "m=%d,t=%d,p=%d", &memory, &time, &threads); n != 3 || err != nil {
		return false
	}
	salt, errSalt := base64.RawStdEncoding.Strict().DecodeString(f[4])
	key, errKey := base64.RawStdEncoding.Strict().DecodeString(f[5])
	switch {
	case errSalt != nil, errKey != nil, len(salt) < 8, len(salt) > 64, len(key) < 16, len(key) > 64:
		return false
	case memory < 8*1024, memory > 256*1024, time < 1, time > 16, threads < 1, threads > 16:
		return false
	}
	got := argon2.IDKey(passwordBytes(password), salt, time, memory, threads, uint32(len(key)))
	return subtle.ConstantTimeCompare(got, key) == 1
}

// passwords checks passwords, a few at a time: each takes 19 MiB, and strangers
// may ask for as many as they like.
type passwords struct {
	turns chan struct{}
	decoy string // compared with for names that do not exist, so that they take as long
}

func newPasswords() *passwords {
	return &passwords{
		turns: make(chan struct{}, max(2, runtime.GOMAXPROCS(0))),
		decoy: HashPassword(rand.Text()),
	}
}

// hash waits for a turn and hashes. The error is ctx's.
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	if err := p.turn(ctx); err != nil {
		return "", err
	}
	defer p.done()
	return HashPassword(password), nil
}

func (p *passwords) turn(ctx context.Context) error {
	select {
	case p.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait to check a password: %w", ctx.Err())
	}
}

func (p *passwords) done() { <-p.turns }

// match waits for a turn and compares. An empty hash takes as long as any other
// and never matches. The error is ctx's.
func (p *passwords) match(ctx context.Context, hash, password string) (bool, error) {
	if err := p.turn(ctx); err != nil {
		return false, err
	}
	defer p.done()
	if hash == "" {
		matchPassword(p.decoy, password)
		return false, nil
	}
	return matchPassword(hash, password), nil
}
