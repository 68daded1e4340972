package review

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"usulan/intake"
	"usulan/store"
)

func TestAttachmentsStayApart(t *testing.T) {
	w := newWorld(t)
	page := []byte("<script>alert(1)</script>")
	w.arrive(mail{from: "Pengirim Berkas", subject: "berkas", text: "terlampir", files: []intake.Attachment{
		attached("foto.png", "image/png", intake.File, picture()),
		attached("surat.pdf", "application/pdf", intake.File, []byte("%PDF-1.4")),
		attached("halaman.html", "text/html", intake.File, page),
		attached("gambar.svg", "image/svg+xml", intake.File, []byte("<svg onload='alert(1)'/>")),
		attached("aneh\"; x=.exe", "application/x-msdownload", intake.File, []byte("MZ")),
		attached("isi.html", "text/html; charset=utf-8", intake.HTML, page),
		attached("jebakan.png", "text/html", intake.File, page),
	}})
	b := w.as(w.staff("ratna", store.Officer))
	proposal, err := w.db.Proposal(t.Context(), "USL-2020-0001")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range proposal.Parts[0].Attachments {
		shown := a.Name == "foto.png" || a.Name == "surat.pdf"
		p := b.get("/attachments/" + number(a.ID))
		disposition := p.header.Get("Content-Disposition")
		if shown != strings.HasPrefix(disposition, "inline") || shown == strings.HasPrefix(disposition, "attachment") {
			t.Errorf("%s: %s", a.Name, disposition)
		}
		if !shown && p.header.Get("Content-Type") != "application/octet-stream" {
			t.Errorf("%s is sent as %s", a.Name, p.header.Get("Content-Type"))
		}
		policy := p.header.Get("Content-Security-Policy")
		if p.header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(policy, "default-src 'none'") ||
			a.Name != "surat.pdf" && !strings.Contains(policy, "sandbox") {
			t.Errorf("%s: headers %v", a.Name, p.header)
		}
		if d := b.get("/attachments/" + number(a.ID) + "?download=1").header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment") {
			t.Errorf("%s asked for as a file: %s", a.Name, d)
		}
	}
	if p := w.visitor().get("/attachments/1"); p.header.Get("Content-Type") == "image/png" {
		t.Error("who is not signed in gets attachments")
	}
}

func number(id int64) string { return strconv.FormatInt(id, 10) }

func TestOriginalHTMLPolicy(t *testing.T) {
	w := newWorld(t)
	w.arrive(correspondence()[2])
	b := w.as(w.staff("ratna", store.Officer))
	p := b.get("/submissions/1/html")
	policy := p.header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "img-src data:", "style-src 'none'", "sandbox"} {
		if !strings.Contains(policy, want) {
			t.Errorf("policy %q lacks %s", policy, want)
		}
	}
	if strings.Contains(p.body, "luar.example") || strings.Contains(p.body, "alert") || strings.Contains(p.body, "onclick") {
		t.Errorf("not clean: %s", p.body)
	}
	if !strings.Contains(p.body, "data:image/png;base64,"+base64.StdEncoding.EncodeToString(picture())[:40]) {
		t.Error("the picture that came with the mail is not shown")
	}
	if !strings.Contains(p.body, "<b>izin</b>") {
		t.Error("the words are gone")
	}
}

// What strangers try in HTML, and what must not be left of it.
func TestCleanHTML(t *testing.T) {
	none := func(string) string { return "" }
	never := regexp.MustCompile(`(?i)<script|<iframe|<object|<embed|<form|<style|<link|<meta|<base|\son\w+\s*=|javascript:|vbscript:|https?://[^"]*\.(?:gif|png)|style\s*=|cid:|srcset|<svg|<math|<video|<audio`)
	for _, attack := range []string{
		`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<a href="javascript:alert(1)">x</a>`,
		`<a href="jav&#x09;ascript:alert(1)">x</a>`, `<img src="https://e.example/a.gif">`, `<img src=//e.example/a.png>`,
		`<img srcset="https://e.example/a.gif 2x">`, `<div style="background:url(https://e.example/a.gif)">x</div>`,
		`<style>@import "https://e.example/a.png"</style>`, `<link rel=stylesheet href=https://e.example/a.css>`,
		`<meta http-equiv=refresh content="0;url=https://e.example/">`, `<base href="https://e.example/">`,
		`<form action=https://e.example/><input></form>`, `<iframe src=https://e.example/></iframe>`,
		`<object data=x></object><embed src=x>`, `<svg><script>alert(1)</script></svg>`, `<svg/onload=alert(1)>`,
		`<math><mi xlink:href="javascript:alert(1)">`, `<video poster=https://e.example/a.gif>`, `<audio src=https://e.example/a>`,
		`<img src="cid:none@here">`, `<table background="https://e.example/a.gif"><tr><td>x</table>`,
		`<img src="data:text/html,<script>alert(1)</script>">`, `<img src="data:image/svg+xml,<svg onload=alert(1)>">`,
		`<<img src=x onerror=alert(1)//<`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
		`<img src='cid:"onerror=alert(1)//'>`, `<a href="data:text/html,x">x</a>`,
	} {
		if left := never.FindString(cleanHTML(attack, none)); left != "" {
			t.Errorf("%s\nleaves %q in %s", attack, left, cleanHTML(attack, none))
		}
	}
	if got := cleanHTML(`<img src="cid:a@b" alt="a">`, func(cid string) string { return "image/png;base64,AAAA" + cid[:0] }); !strings.Contains(got, `src="data:image/png;base64,AAAA"`) {
		t.Errorf("a picture by its Content-ID became %s", got)
	}
}

func TestPartsOfAttachmentNames(t *testing.T) {
	w := newWorld(t)
	w.arrive(mail{from: "Nama Berkas", subject: "x", text: "x", files: []intake.Attachment{attached("lampiran \"aneh\"\u202e; filename=evil.exe", "application/zip", intake.File, []byte("PK"))}})
	p := w.as(w.staff("ratna", store.Officer)).get("/attachments/1")
	if d := p.header.Get("Content-Disposition"); p.status != http.StatusOK || strings.Contains(d, "\n") || strings.Count(d, "; filename") != 1 {
		t.Errorf("status %d, %q", p.status, d)
	}
}
