package email

import (
	"encoding/base64"
	"strings"
	"testing"
)

// der writes an element with a length.
func der(tag byte, body ...string) string {
	b := strings.Join(body, "")
	n := len(b)
	switch {
	case n < 0x80:
		return string([]byte{tag, byte(n)}) + b
	case n < 0x100:
		return string([]byte{tag, 0x81, byte(n)}) + b
	default:
		return string([]byte{tag, 0x82, byte(n >> 8), byte(n)}) + b
	}
}

// berOpen writes an element without a length, as programs do that stream.
func berOpen(tag byte, body ...string) string {
	return string([]byte{tag, 0x80}) + strings.Join(body, "") + "\x00\x00"
}

// signed wraps a mail as programs do that sign it opaquely.
func signed(mail string, open bool) string {
	oid := func(b []byte) string { return der(0x06, string(b)) }
	rest := der(0xa0, der(0x30, "sertifikat")) + der(0x31)
	if open {
		octets := berOpen(0x24, der(0x04, mail[:len(mail)/2]), der(0x04, mail[len(mail)/2:]))
		return berOpen(0x30, oid(oidSignedData), berOpen(0xa0, berOpen(0x30, der(0x02, "\x01"), der(0x31), berOpen(0x30, oid(oidData), berOpen(0xa0, octets)), rest)))
	}
	return der(0x30, oid(oidSignedData), der(0xa0, der(0x30, der(0x02, "\x01"), der(0x31), der(0x30, oid(oidData), der(0xa0, der(0x04, mail))), rest)))
}

func smimeMail(content string) string {
	return "From: siti@example.org\nContent-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n" +
		base64.StdEncoding.EncodeToString([]byte(content)) + "\n"
}

const signedInside = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nUsulan caf=C3=A9\r\n" +
	"--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: lama\r\n\r\nx\r\n--b--\r\n"

func TestSMIME(t *testing.T) {
	for _, open := range []bool{false, true} {
		s := parseString(smimeMail(signed(signedInside, open)))
		checkSubmission(t, s)
		if s.Text != "Usulan café" {
			t.Errorf("open %v: text %q", open, s.Text)
		}
		if len(s.Attachments) != 2 || s.Attachments[0].Name != "a.pdf" || string(s.Attachments[0].Data) != "%PDF" || s.Attachments[1].Name != "lama.eml" {
			t.Errorf("open %v: attachments %+v", open, s.Attachments)
		}
	}
}

// TestSMIMEUnreadable: what is encrypted, damaged or no such thing is an
// attachment as it came.
func TestSMIMEUnreadable(t *testing.T) {
	whole := signed(signedInside, true)
	contents := []string{
		"", "x", "bukan CMS", strings.Replace(whole, string(oidSignedData), string(oidSignedData[:8])+"\x03", 1), strings.Replace(whole, string(oidData), string(oidData[:8])+"\x09", 1),
		strings.Repeat("\x30\x80", 100_000), strings.Repeat("\x24\x80", 1000), "\x30\x84\xff\xff\xff\xff", "\x1f\xff\xff", signed("tanpa kepala surat", false), signed("", false),
	}
	for _, content := range contents {
		s := parseString(smimeMail(content))
		checkSubmission(t, s)
		if content != "" && (len(s.Attachments) != 1 || s.Attachments[0].Name != "smime.p7m") {
			t.Errorf("%.40q: attachments %+v", content, s.Attachments)
		}
	}
	for n := range whole {
		checkSubmission(t, parseString(smimeMail(whole[:n])))
	}
}
