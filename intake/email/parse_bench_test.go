package email

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"usulan/intake"
)

// letter makes a text of about n bytes as a participant writes it.
func letter(n int) string {
	const paragraph = "Dengan hormat, kami warga RT 03 RW 05 mengusulkan perbaikan jalan lingkungan\n" +
		"yang rusak sejak musim hujan yang lalu. Panjangnya ±200 m, dan anak-anak kami\n" +
		"melewatinya setiap hari untuk ke sekolah. Terima kasih atas perhatian Bapak/Ibu.\n\n"
	return strings.Repeat(paragraph, n/len(paragraph)+1)
}

const benchHead = "Return-Path: <siti@example.org>\r\n" +
	"Received: from mx.example.net (mx.example.net [192.0.2.1])\r\n\tby imap.example.org with ESMTPS id 0123456789ab\r\n\tfor <usulan@example.org>; Mon, 5 Jan 2026 09:10:11 +0700\r\n" +
	"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=s1;\r\n        h=to:subject:message-id:date:from:mime-version; bh=AAAA; b=BBBB\r\n" +
	"From: =?UTF-8?Q?Siti_Rahayu?= <siti@example.org>\r\nTo: Usulan Kota <usulan@example.org>\r\n" +
	"Subject: =?UTF-8?B?UGVyYmFpa2FuIGphbGFuIOKAkyBtb2hvbiBiYW50dWFu?= USL-2020-0001\r\n" +
	"Date: Mon, 5 Jan 2026 09:10:11 +0700\r\nMessage-ID: <0123456789@mail.example.org>\r\nMIME-Version: 1.0\r\n"

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func plainMail(n int) []byte {
	return []byte(benchHead + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + crlf(letter(n)))
}

func alternativeMail(n int) []byte {
	text := letter(n)
	html := "<html><body><div dir=\"ltr\"><div>" + strings.ReplaceAll(text, "\n\n", "</div><div><br></div>\n<div>") + "</div></div></body></html>"
	qp := strings.NewReplacer("±", "=C2=B1", "=\"", "=3D\"")
	return []byte(benchHead + "Content-Type: multipart/alternative; boundary=\"000000000000abc\"\r\n\r\n" +
		"--000000000000abc\r\nContent-Type: text/plain; charset=\"UTF-8\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + crlf(qp.Replace(text)) +
		"\r\n--000000000000abc\r\nContent-Type: text/html; charset=\"UTF-8\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + crlf(qp.Replace(html)) +
		"\r\n--000000000000abc--\r\n")
}

func attachmentMail(n int) []byte {
	var b bytes.Buffer
	b.WriteString(benchHead + "Content-Type: multipart/mixed; boundary=\"=_mix\"\r\n\r\n--=_mix\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + crlf(letter(800)) +
		"\r\n--=_mix\r\nContent-Type: application/pdf; name=\"surat.pdf\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"surat.pdf\"\r\n\r\n")
	data := make([]byte, n/78*57)
	for i := range data {
		data[i] = byte(i * i >> 3)
	}
	enc := base64.StdEncoding.EncodeToString(data)
	for len(enc) > 76 {
		b.WriteString(enc[:76] + "\r\n")
		enc = enc[76:]
	}
	b.WriteString(enc + "\r\n--=_mix--\r\n")
	return b.Bytes()
}

func BenchmarkParse(b *testing.B) {
	for _, bench := range []struct {
		name string
		raw  []byte
	}{
		{"plain_2KB", plainMail(2 << 10)},
		{"plain_20KB", plainMail(20 << 10)},
		{"alternative_2KB", alternativeMail(2 << 10)},
		{"alternative_20KB", alternativeMail(20 << 10)},
		{"attachment_200KB", attachmentMail(200 << 10)},
		{"attachment_20MB", attachmentMail(20 << 20)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			var p Parser
			raw := intake.NewRaw(bench.raw)
			b.SetBytes(int64(len(bench.raw)))
			b.ReportAllocs()
			for b.Loop() {
				if s := p.Parse(raw, time.Time{}); s.Fault != "" {
					b.Fatal(s.Fault)
				}
			}
		})
	}
}

func BenchmarkHTMLText(b *testing.B) {
	var row strings.Builder
	for i := range 200 {
		fmt.Fprintf(&row, `<tr><td style="padding:4px"><span lang="IN">Usulan %d</span></td><td><a href="https://example.org/%d">tautan</a></td></tr>`, i, i)
	}
	src := []byte("<html><body><p class=\"MsoNormal\">" + strings.ReplaceAll(letter(10<<10), "\n\n", "</p><p class=\"MsoNormal\">") + "</p><table>" + row.String() + "</table></body></html>")
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		htmlText(src)
	}
}
