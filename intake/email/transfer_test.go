package email

import (
	"bytes"
	"crypto/sha256"
	"io"
	"strings"
	"testing"

	"usulan/intake"
)

// decodings are pieces of sources in every encoding, most of them damaged.
var decodings = []string{
	"", "=", "==", "a=", "a=\r\n", "a=\n", "=\r\nb", "=C3=A9", "=c3=a9 \t\r\nx", "=ZZ=4", "=4\r\n1", "a \r\r\n", "\r\n\r\n", "=0D=0A",
	strings.Repeat("=41", 3000), strings.Repeat("x", 4094) + "=41" + strings.Repeat(" ", 5000) + "\r\ny",
	"dXN1bGFu", "dXN1\r\nbG\r\nFu", "dXN1bA==\r\nYW4=", "dX*N1 bG!Fu\x00", "_-8=", "d", "====", "dXN1bGFuQ",
	strings.Repeat(strings.Repeat("QUJD", 19)+"\r\n", 2000), strings.Repeat(strings.Repeat("QUJD", 18)+"QUJ\r\n", 2000), strings.Repeat("QUJD", 20000),
	"begin 644 a.txt\n&=7-U;&%N\n`\nend\n", "#```\n#\nend",
}

// TestDecodeMatchesIntake: attachments are described by encoding and place and
// served by intake.Decode, so size and hash must be those of its result.
func TestDecodeMatchesIntake(t *testing.T) {
	for _, enc := range []intake.Encoding{intake.Identity, intake.Base64, intake.QuotedPrintable, intake.UUEncode} {
		for _, src := range decodings {
			checkDecoding(t, enc, []byte(src))
		}
	}
}

func checkDecoding(t *testing.T, enc intake.Encoding, src []byte) {
	t.Helper()
	want, err := io.ReadAll(intake.Decode(enc, bytes.NewReader(src)))
	if err != nil {
		t.Fatal(err)
	}
	if got := decode(enc, src); !bytes.Equal(got, want) {
		t.Errorf("%s %.60q decodes to %.60q, intake serves %.60q", enc, src, got, want)
	}
	if size, hash := digest(enc, src); size != int64(len(want)) || hash != sha256.Sum256(want) {
		t.Errorf("%s %.60q: size %d and hash are not those of the %d bytes that intake serves", enc, src, size, len(want))
	}
}

func FuzzDigest(f *testing.F) {
	for _, src := range decodings {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		for _, enc := range []intake.Encoding{intake.Base64, intake.QuotedPrintable, intake.UUEncode} {
			checkDecoding(t, enc, src)
		}
	})
}

func TestDecodeText(t *testing.T) {
	for _, tc := range []struct{ name, src, want string }{
		{"Base64", "dXN1bGFu\r\n", "usulan"},
		{"NotBase64AtAll", "Kami usulkan jalan.\r\nTerima kasih.", "Kami usulkan jalan.\r\nTerima kasih."},
		{"FooterBehindBase64", "dXN1bGFu\r\n-- \r\nmilis warga kota\r\n", "usulan\n-- \r\nmilis warga kota"},
		{"DamagedEnd", "dXN1bGFuIGthb*!", "usulan ka"},
		{"Empty", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := string(decodeText(intake.Base64, []byte(tc.src))); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
