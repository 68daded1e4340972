package intake_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"math/rand/v2"
	"mime/quotedprintable"
	"strings"
	"testing"
	"testing/iotest"

	"usulan/intake"
)

func TestDecode(t *testing.T) {
	for _, tc := range []struct {
		name string
		enc  intake.Encoding
		in   string
		want string
	}{
		{"Identity", intake.Identity, "a=20b\r\n", "a=20b\r\n"},
		{"Base64", intake.Base64, "dXN1bGFu\r\n", "usulan"},
		{"Base64Wrapped", intake.Base64, "dXN1\r\nbG\r\nFu\r\n", "usulan"},
		{"Base64WithoutPadding", intake.Base64, "dXN1bA", "usul"},
		{"Base64LoneLastCharacter", intake.Base64, "dXN1bGFuQ", "usulan"},
		{"Base64Joined", intake.Base64, "dXN1bA==\r\nYW4=\r\n", "usulan"},
		{"Base64Rubbish", intake.Base64, "dX*N1 bG!Fu\x00", "usulan"},
		{"Base64URLAlphabet", intake.Base64, "_-8=", "\xff\xef"},
		{"Base64Empty", intake.Base64, "", ""},
		{"QuotedPrintable", intake.QuotedPrintable, "caf=C3=A9 =\r\nbuka\r\n", "café buka\r\n"},
		{"QuotedPrintableLowerCase", intake.QuotedPrintable, "caf=c3=a9", "café"},
		{"QuotedPrintableBlanksAdded", intake.QuotedPrintable, "usul \t\r\nan", "usul\r\nan"},
		{"QuotedPrintableSoftBreakWithBlanks", intake.QuotedPrintable, "usul= \r\nan", "usulan"},
		{"QuotedPrintableNotAnEscape", intake.QuotedPrintable, "a=b=ZZ=4", "a=b=ZZ=4"},
		{"QuotedPrintableSoftBreakAtTheEnd", intake.QuotedPrintable, "usulan=", "usulan"},
		{"QuotedPrintableRawBytes", intake.QuotedPrintable, "caf\xe9", "caf\xe9"},
		{"QuotedPrintableLongLine", intake.QuotedPrintable, strings.Repeat("=41", 4000), strings.Repeat("A", 4000)},
		{"UUEncode", intake.UUEncode, "begin 644 a.txt\n&=7-U;&%N\n`\nend\n", "usulan"},
		{"UUEncodeWithTextAround", intake.UUEncode, "Lihat berkas:\nbegin 644 a.txt\n&=7-U;&%N\n`\nend\nTerima kasih\n", "usulan"},
		{"UUEncodeTrimmedBlanks", intake.UUEncode, "begin 644 a\n#```\n#\nend", "\x00\x00\x00\x00\x00\x00"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(tc.in), iotest.OneByteReader(strings.NewReader(tc.in))} {
				got, err := io.ReadAll(intake.Decode(tc.enc, r))
				if err != nil || string(got) != tc.want {
					t.Errorf("got %q, %v; want %q", got, err, tc.want)
				}
			}
		})
	}
}

// TestDecodeRoundTrip compares with the encoders of the standard library.
func TestDecodeRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		want := make([]byte, r.IntN(10000))
		for i := range want {
			want[i] = byte(r.Uint32())
		}
		var qp bytes.Buffer
		w := quotedprintable.NewWriter(&qp)
		w.Binary = true
		_, _ = w.Write(want)
		_ = w.Close()
		for enc, in := range map[intake.Encoding]string{
			intake.Base64:          base64.StdEncoding.EncodeToString(want),
			intake.QuotedPrintable: qp.String(),
		} {
			got, err := io.ReadAll(intake.Decode(enc, strings.NewReader(in)))
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%s: %d bytes came back as %d, %v", enc, len(want), len(got), err)
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("base64", []byte("dXN1bGFu"))
	f.Add("quoted-printable", []byte("a=\r\n=C3=A9"))
	f.Add("uuencode", []byte("begin 644 a\n&=7-U;&%N\nend"))
	f.Fuzz(func(t *testing.T, enc string, in []byte) {
		whole, err := io.ReadAll(intake.Decode(intake.Encoding(enc), bytes.NewReader(in)))
		if err != nil {
			t.Fatal(err)
		}
		pieces, _ := io.ReadAll(intake.Decode(intake.Encoding(enc), iotest.OneByteReader(bytes.NewReader(in))))
		if !bytes.Equal(whole, pieces) {
			t.Errorf("the result depends on how the bytes come in: %q and %q", whole, pieces)
		}
		if len(whole) > len(in) && enc != "uuencode" {
			t.Errorf("%d bytes became %d", len(in), len(whole))
		}
	})
}
