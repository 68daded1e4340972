package intake

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Size is a number of bytes in a channel's configuration, written as in "50MiB".
type Size int64

var sizeUnits = []struct {
	name  string
	bytes int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

// UnmarshalText reads a whole number with the unit B, KiB, MiB or GiB.
func (s *Size) UnmarshalText(text []byte) error {
	for _, u := range sizeUnits {
		digits, ok := strings.CutSuffix(string(text), u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err == nil && n >= 0 && n <= (1<<50)/u.bytes {
			*s = Size(n * u.bytes)
			return nil
		}
		break
	}
	return errors.New(strconv.Quote(string(text)) + ` is not a size: write it like "50MiB"`)
}

// MarshalText writes what UnmarshalText reads.
func (s Size) MarshalText() ([]byte, error) {
	for _, u := range sizeUnits {
		if int64(s)%u.bytes == 0 {
			return fmt.Appendf(nil, "%d%s", int64(s)/u.bytes, u.name), nil
		}
	}
	return nil, nil
}
