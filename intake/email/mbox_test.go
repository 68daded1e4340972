package email

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const from = "From a@example.id Tue Mar  3 01:02:03 2020\n"

// split returns the mails of an mbox, as openMboxMail gives them.
func split(t testing.TB, text string) ([]string, error) {
	t.Helper()
	var mails []string
	for m, err := range scanMbox(strings.NewReader(text)) {
		if err != nil {
			return mails, err
		}
		u := newUnquoter(strings.NewReader(text[m.offset : m.offset+m.length]))
		b, err := io.ReadAll(u)
		if err != nil {
			t.Fatal(err)
		}
		if int64(len(b)) != m.size {
			t.Errorf("a mail of %d bytes was announced as %d", len(b), m.size)
		}
		mails = append(mails, string(b))
	}
	return mails, nil
}

func TestScanMbox(t *testing.T) {
	long := strings.Repeat("x", 600<<10)
	for _, tc := range []struct {
		name, in string
		want     []string
	}{
		{"Empty", "", nil},
		{"One", from + "A: b\n\nc\n", []string{"A: b\n\nc\n"}},
		{"Two", from + "A: b\n\nc\n\n" + from + "D: e\n\nf\n\n", []string{"A: b\n\nc\n", "D: e\n\nf\n"}},
		{"BlankLinesAtTheEndOfAMail", from + "A: b\n\nc\n\n\n\n" + from + "D: e\n\n", []string{"A: b\n\nc\n\n\n", "D: e\n"}},
		{"CRLF", strings.ReplaceAll(from+"A: b\n\nc\n\n"+from+"D: e\n\nf\n", "\n", "\r\n"), []string{"A: b\r\n\r\nc\r\n", "D: e\r\n\r\nf\r\n"}},
		{"WithZone", "From a Tue Mar  3 01:02:03 +0700 2020\nA: b\n\n", []string{"A: b\n"}},
		{"Thunderbird", "From - Tue Mar 03 01:02:03 2020\nA: b\n\n", []string{"A: b\n"}},
		{"Quoted", from + "A: b\n\n>From x\n>>From y\n>>>From z\n> From\n>from\n", []string{"A: b\n\nFrom x\n>From y\n>>From z\n> From\n>from\n"}},
		{"FromInAText", from + "A: b\n\nFrom the mayor\n\nFrom the city, at 10:30 in 2019\n", []string{"A: b\n\nFrom the mayor\n\nFrom the city, at 10:30 in 2019\n"}},
		{"SeparatorWithoutABlankLineBefore", from + "A: b\n\nc\n" + from + "d\n", []string{"A: b\n\nc\n" + from + "d\n"}},
		{"BlankLinesFirst", "\n\n" + from + "A: b\n", []string{"A: b\n"}},
		{"EmptyMail", from + from + "A: b\n", []string{from + "A: b\n"}},
		{"LongLines", from + "A: b\n\n" + long + "\n\n" + from + ">From " + long, []string{"A: b\n\n" + long + "\n", "From " + long}},
		{"NoLastNewline", from + "A: b\n\nc", []string{"A: b\n\nc"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := split(t, tc.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("mails (-want +got):\n%s", diff)
			}
		})
	}
	for name, in := range map[string]string{
		"ErrNoSeparator": "A: b\n\nc\n",
		"ErrNoDate":      "From a@example.id\nA: b\n",
		"ErrLongFirst":   long,
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := split(t, in); err == nil {
				t.Errorf("mails = %.60q, want an error", got)
			}
		})
	}
}

// FuzzMbox: what is written in mboxrd form comes back as it was.
func FuzzMbox(f *testing.F) {
	f.Add("A: b\n\nc\n", "From x\n")
	f.Add(">From \n", "\n\n")
	f.Fuzz(func(t *testing.T, a, b string) {
		var box bytes.Buffer
		var want []string
		for _, m := range []string{a, b} {
			m = strings.TrimRight(m, "\n") + "\n"
			want = append(want, m)
			box.WriteString(from)
			for line := range strings.Lines(m) {
				if strings.HasPrefix(strings.TrimLeft(line, ">"), "From ") {
					box.WriteByte('>')
				}
				box.WriteString(line)
			}
			box.WriteByte('\n')
		}
		got, err := split(t, box.String())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("mails (-want +got):\n%s", diff)
		}
	})
}
