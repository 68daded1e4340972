package email

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"usulan/intake"
)

// tnefStream writes attributes as Outlook does.
type tnefStream []byte

func newTNEF() tnefStream {
	return binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint32(nil, tnefSignature), 1)
}

func (s *tnefStream) add(level byte, id, kind uint16, data []byte) {
	b := append(*s, level)
	b = binary.LittleEndian.AppendUint16(b, id)
	b = binary.LittleEndian.AppendUint16(b, kind)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	b = append(b, data...)
	var sum uint16
	for _, c := range data {
		sum += uint16(c)
	}
	*s = binary.LittleEndian.AppendUint16(b, sum)
}

// mapiProps writes a property list of strings and bytes.
func mapiProps(props ...any) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(props)/3))
	for i := 0; i < len(props); i += 3 {
		kind, value := uint16(props[i+1].(int)), props[i+2].(string)
		b = binary.LittleEndian.AppendUint16(b, kind)
		b = binary.LittleEndian.AppendUint16(b, uint16(props[i].(int)))
		if kind == typeUnicode {
			var wide []byte
			for _, r := range value {
				wide = binary.LittleEndian.AppendUint16(wide, uint16(r))
			}
			value = string(wide) + "\x00\x00"
		}
		b = binary.LittleEndian.AppendUint32(b, 1)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(value)))
		b = append(b, value...)
		b = append(b, make([]byte, -len(value)&3)...)
	}
	return b
}

// outlookStream is a winmail.dat with a text and two files.
func outlookStream() []byte {
	s := newTNEF()
	s.add(1, tnefCodepage, 6, []byte{0xe4, 4, 0, 0, 0, 0, 0, 0})
	s.add(1, tnefProps, 6, mapiProps(propBody, typeUnicode, "Kami usulkan pasar – segera."))
	s.add(2, tnefRendData, 6, make([]byte, 14))
	s.add(2, tnefTitle, 1, []byte("SURAT~1.DOC\x00"))
	s.add(2, tnefAttachData, 6, []byte("isi surat"))
	s.add(2, tnefAttachment, 6, mapiProps(propLongFileName, typeUnicode, "Surat café.docx", propMimeTag, typeString8, "application/msword\x00"))
	s.add(2, tnefRendData, 6, make([]byte, 14))
	s.add(2, tnefTitle, 1, []byte("..\\..\\caf\xe9.pdf\x00"))
	s.add(2, tnefAttachData, 6, []byte("%PDF"))
	return s
}

func tnefMail() string {
	return "From: siti@example.org\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n\n--b\n" +
		"Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n" +
		base64.StdEncoding.EncodeToString(outlookStream()) + "\n--b--\n"
}

func TestTNEF(t *testing.T) {
	s := new(Parser).Parse(intake.NewRaw([]byte(tnefMail())), time.Time{})
	checkSubmission(t, s)
	if want := "Kami usulkan pasar – segera."; s.Text != want {
		t.Errorf("text %q, want %q", s.Text, want)
	}
	if len(s.Attachments) != 2 {
		t.Fatalf("attachments: %+v", s.Attachments)
	}
	for i, want := range []struct{ name, kind, data string }{
		{"Surat café.docx", "application/msword", "isi surat"},
		{"café.pdf", "application/pdf", "%PDF"},
	} {
		if a := s.Attachments[i]; a.Name != want.name || a.Type != want.kind || string(a.Data) != want.data {
			t.Errorf("attachment %d is %q %q %q, want %q", i, a.Name, a.Type, a.Data, want)
		}
	}
}

// TestTNEFDamaged: a stream that is cut or changed anywhere gives what is whole
// in it, and an unreadable one is an attachment as it is.
func TestTNEFDamaged(t *testing.T) {
	whole := outlookStream()
	for n := range whole {
		parseTNEF(whole[:n], 0)
		changed := append([]byte(nil), whole...)
		changed[n] ^= 0xff
		parseTNEF(changed, 0)
	}
	for _, data := range []string{"", "x", "not a stream at all", string(whole[:6])} {
		mail := "From: a@example.org\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte(data))
		s := new(Parser).Parse(intake.NewRaw([]byte(mail)), time.Time{})
		checkSubmission(t, s)
		if len(s.Attachments) != 1 || s.Attachments[0].Name != "winmail.dat" {
			t.Errorf("%q: attachments %+v", data, s.Attachments)
		}
	}
}

// TestTNEFBomb: counts and lengths that promise more than there is.
func TestTNEFBomb(t *testing.T) {
	huge := []byte{0xff, 0xff, 0xff, 0xff, 0x02, 0x11, 0x00, 0x10, 0xff, 0xff, 0xff, 0x7f, 1, 0, 0, 0}
	s := newTNEF()
	s.add(1, tnefProps, 6, huge)
	for range 100_000 {
		s.add(2, tnefRendData, 6, nil)
	}
	used := allocated(func() {
		if tn, ok := parseTNEF(s, 0); !ok || len(tn.files) != maxTNEFFiles {
			t.Errorf("files: %v", tn)
		}
	})
	if used > 4<<20 {
		t.Errorf("%d bytes took %d bytes of memory", len(s), used)
	}
}

func TestRTFText(t *testing.T) {
	for _, tc := range []struct{ name, rtf, want string }{
		{"Text", `{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\pard Jalan rusak\par Air \{bersih\}\par}`, "Jalan rusak\nAir {bersih}\n"},
		{"Characters", `{\rtf1\ansicpg1252 caf\'e9 \u8211?\uc2\u8212xx \emdash\~x}`, "café –— —\u00a0x"},
		{"Destinations", `{\rtf1{\*\generator Riched20;}{\info{\author X}}{\pict 0102}isi}`, "isi"},
		{"HTML", `{\rtf1\ansi\fromhtml1{\*\htmltag64 <p>}\htmlrtf \par\htmlrtf0 satu{\*\htmltag72 </p>}{\*\htmltag84 <b>}dua{\*\htmltag92 </b>}}`, "satu\n\ndua"},
		{"Unbalanced", `}}{{{\rtf1 isi`, "isi"},
		{"CutEscape", `{\rtf1 isi\'e`, "isie"},
		{"LoneBackslash", `{\rtf1 isi\`, "isi"},
		{"Deep", strings.Repeat("{", 100_000) + "isi", "isi"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			packed := append([]byte{0, 0, 0, 0, 0xff, 0xff, 0xff, 0, 'M', 'E', 'L', 'A', 0, 0, 0, 0}, tc.rtf...)
			if got := rtfText(packed); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// TestUnpackRTF decodes the example of MS-OXRTFCP section 3.1.
func TestUnpackRTF(t *testing.T) {
	packed := []byte{
		0x2d, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7,
		0x03, 0x00, 0x0a, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20,
		0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0,
	}
	if got, want := string(unpackRTF(packed)), "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for n := range packed {
		unpackRTF(packed[:n])
	}
}
