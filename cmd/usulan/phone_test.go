package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const marni = "6281200000101" // one of the phone page's people

// phone is the page as a browser without scripts uses it.
type phone struct {
	t   testing.TB
	url string
}

// post sends a form and returns the status and what was answered.
func (p phone) post(path string, fields url.Values, file ...byte) (int, string) {
	p.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, values := range fields {
		_ = form.WriteField(name, values[0])
	}
	if len(file) > 0 {
		f, _ := form.CreateFormFile("file", `C:\foto\..\surat <b>.dat`)
		_, _ = f.Write(file)
	}
	_ = form.Close()
	r, err := http.NewRequest(http.MethodPost, p.url+path, &body)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(b)
}

// says sends what must be taken.
func (p phone) says(text string, file ...byte) {
	p.t.Helper()
	if status, body := p.post("/send", url.Values{"as": {marni}, "text": {text}}, file...); status != http.StatusSeeOther {
		p.t.Fatalf("send %q: status %d, %s", text, status, body)
	}
}

func (p phone) page(query string) string {
	p.t.Helper()
	answer, err := http.Get(p.url + "/?" + query)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		p.t.Fatalf("page: %v, status %d", err, answer.StatusCode)
	}
	return string(b)
}

// opened is a proposal as the API shows it whole.
type opened struct {
	Submissions []struct {
		Text        string
		Attachments []struct {
			Filename, SHA256, State string
			Size                    int64
		}
	}
}

func (d *staged) open(ref string) (p opened) {
	d.t.Helper()
	status, body := d.ask(http.MethodGet, "/api/v1/proposals/"+ref, nil)
	if err := json.Unmarshal(body, &p); err != nil || status != http.StatusOK {
		d.t.Fatalf("%s: status %d, %v, %s", ref, status, err, body)
	}
	return p
}

// picture is a small JPEG that nobody else sends.
func picture() []byte {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 17, 23)), nil)
	return b.Bytes()
}

// A participant's road, by the phone page: four messages and a photo arrive as
// one proposal, the photo unaltered, and the page says what became of them.
func TestDemoFromPhoneToProposal(t *testing.T) {
	d := play(t)
	p := phone{t, d.PhoneURL}
	p.says("sy jual nasi uduk mutiara")
	p.says("mau pinjam 3jt")
	p.says("buat etalase mutiara")
	photo := picture()
	p.says("ini lapaknya", photo...)
	found := await(t, "one proposal of four messages", func() (opened, bool) {
		all := d.list("q=mutiara")
		if len(all) != 1 || all[0].Channel != "whatsapp" {
			return opened{}, false
		}
		o := d.open(all[0].Ref)
		if len(o.Submissions) != 4 || len(o.Submissions[3].Attachments) != 1 {
			return o, false
		}
		return o, o.Submissions[3].Attachments[0].State == "here"
	})
	sum := sha256.Sum256(photo)
	if got := found.Submissions[3].Attachments[0]; got.SHA256 != hex.EncodeToString(sum[:]) || got.Size != int64(len(photo)) {
		t.Errorf("the photo became %+v", got)
	}
	await(t, "ticks and what became of the messages", func() (any, bool) {
		page := p.page("as=" + marni)
		return nil, strings.Count(page, "tick arrived") == 4 && strings.Contains(page, "4 pesan digabung menjadi satu usulan")
	})
}

// Correcting, deleting, quoting, a place, a voice note and a file: each is seen
// on the phone as it stands, and nothing is overwritten at the office.
func TestDemoPhoneCorrectsAndDeletes(t *testing.T) {
	d := play(t)
	p := phone{t, d.PhoneURL}
	p.says("usul lapak akik di pasar lama")
	id := func() string {
		page := p.page("as=" + marni)
		_, rest, _ := strings.Cut(page, `data-id="`)
		id, _, _ := strings.Cut(rest, `"`)
		return id
	}()
	for _, step := range []struct {
		path   string
		fields url.Values
	}{
		{"/send", url.Values{"text": {"usul lapak akik di pasar baru"}, "edit": {id}}},
		{"/send", url.Values{"text": {"lapak akik dua saja"}, "quote": {id}}},
		{"/location", url.Values{"place": {"Pasar Ciputat"}}},
		{"/voice", url.Values{}},
		{"/letter", url.Values{}},
	} {
		step.fields.Set("as", marni)
		if status, body := p.post(step.path, step.fields); status != http.StatusSeeOther {
			t.Fatalf("%s %v: status %d, %s", step.path, step.fields, status, body)
		}
	}
	p.says("", []byte("%PDF-1.4 bukan sungguhan")...)
	await(t, "all of it in one proposal", func() (any, bool) {
		all := d.list("q=akik")
		return nil, len(all) == 1 && len(d.open(all[0].Ref).Submissions) == 7
	})
	page := p.page("as=" + marni)
	for _, want := range []string{"diralat", "pasar baru", "<blockquote>usul lapak akik di pasar baru", "Lokasi: Pasar Ciputat", "<audio", "surat &lt;b&gt;.dat"} {
		if !strings.Contains(page, want) {
			t.Errorf("the phone does not show %q", want)
		}
	}
	if strings.Contains(page, "pasar lama") {
		t.Error("the phone shows the text as it was before it was corrected")
	}
	if status, body := p.post("/delete", url.Values{"as": {marni}, "id": {id}}); status != http.StatusSeeOther {
		t.Fatalf("delete: status %d, %s", status, body)
	}
	await(t, "the deletion at the office", func() (any, bool) {
		return nil, len(d.open(d.list("q=akik")[0].Ref).Submissions) == 8
	})
	if page := p.page("as=" + marni); !strings.Contains(page, "Pesan ini Anda hapus") {
		t.Error("the phone does not show that the message was deleted")
	}
}

// Who is new gives a name and a number as people write it.
func TestDemoPhoneOfANewcomer(t *testing.T) {
	d := play(t)
	p := phone{t, d.PhoneURL}
	status, body := p.post("/send", url.Values{"as": {"new"}, "name": {"Nek <i>Onah</i>"}, "number": {"0812 0000 0188"}, "text": {"usul warung safir"}})
	if status != http.StatusSeeOther {
		t.Fatalf("status %d, %s", status, body)
	}
	await(t, "the proposal", func() (any, bool) { return nil, len(d.list("q=safir")) == 1 })
	page := p.page("as=6281200000188")
	if !strings.Contains(page, "usul warung safir") || !strings.Contains(page, "Nek &lt;i&gt;Onah&lt;/i&gt;, 0812-0000-0188") {
		t.Error("the newcomer is not on the page, or the name is not escaped")
	}
}

func TestDemoPhoneRefuses(t *testing.T) {
	d := play(t)
	p := phone{t, d.PhoneURL}
	for _, tt := range []struct {
		name, path string
		fields     url.Values
		status     int
	}{
		{"nobody", "/send", url.Values{"text": {"x"}}, 422},
		{"no number", "/send", url.Values{"as": {"../../etc"}, "text": {"x"}}, 422},
		{"nothing", "/send", url.Values{"as": {marni}}, 422},
		{"a newcomer without a name", "/send", url.Values{"as": {"new"}, "number": {"0812-0000-0188"}, "text": {"x"}}, 422},
		{"a newcomer without a number", "/send", url.Values{"as": {"new"}, "name": {"A"}, "number": {"dua"}, "text": {"x"}}, 422},
		{"a correction of nothing", "/send", url.Values{"as": {marni}, "edit": {"3EB0"}, "text": {"x"}}, 422},
		{"a deletion of nothing", "/delete", url.Values{"as": {marni}, "id": {"3EB0"}}, 422},
		{"nowhere", "/location", url.Values{"as": {marni}, "place": {"Bulan"}}, 422},
		{"a code that nobody shows", "/scan", url.Values{}, 422},
		{"letters that nobody shows", "/code", url.Values{"code": {"ABCD-EFGH"}}, 422},
	} {
		if status, body := p.post(tt.path, tt.fields); status != tt.status || body == "" {
			t.Errorf("%s: status %d, %q, want %d with a reason", tt.name, status, body, tt.status)
		}
	}
	if status, _ := p.post("/send", url.Values{"as": {marni}}, make([]byte, 33<<20)...); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a file of 33 MiB: status %d, want 413", status)
	}
	foreign := func(method, path string, change func(*http.Request)) int {
		r, _ := http.NewRequest(method, p.url+path, strings.NewReader("as="+marni))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		change(r)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	if got := foreign(http.MethodGet, "/", func(r *http.Request) { r.Host = "jahat.example" }); got != http.StatusMisdirectedRequest {
		t.Errorf("a foreign name for this computer: status %d", got)
	}
	if got := foreign(http.MethodPost, "/voice", func(r *http.Request) { r.Header.Set("Origin", "http://jahat.example") }); got != http.StatusForbidden {
		t.Errorf("a form of a foreign page: status %d", got)
	}
	if got := foreign(http.MethodGet, "/files/..%2f..%2fdemo.json", func(*http.Request) {}); got != http.StatusNotFound {
		t.Errorf("a file of somewhere else: status %d", got)
	}
}

// Started again in its folder the demo links itself anew, shows what was said,
// and doubles nothing.
func TestDemoGoesOnWithItsPhones(t *testing.T) {
	dir := t.TempDir()
	first := play(t, "-dir", dir)
	phone{t, first.PhoneURL}.says("usul delima satu")
	await(t, "the first message", func() (any, bool) { return nil, len(first.list("q=delima")) == 1 })
	await(t, "a sample", func() (any, bool) { return nil, len(first.list("q=gado2")) == 1 })
	if status := first.end(); status != 0 {
		t.Fatalf("exit status %d, %s", status, first.errs)
	}

	second := play(t, "-dir", dir)
	p := phone{t, second.PhoneURL}
	if !strings.Contains(p.page("as="+marni), "usul delima satu") {
		t.Error("the phone has forgotten what was said")
	}
	p.says("usul delima dua")
	await(t, "the second message", func() (any, bool) {
		n := 0
		for _, found := range second.list("q=delima") {
			n += len(second.open(found.Ref).Submissions)
		}
		return nil, n == 2
	})
	if found := second.list("q=gado2"); len(found) != 1 {
		t.Errorf("a sample became %d proposals", len(found))
	}
	if _, body := second.ask(http.MethodGet, "/api/v1/ledger", nil); bytes.Contains(body, []byte(`"duplicate"`)) {
		t.Errorf("messages were taken twice: %s", body)
	}
}

// From the phone page's "send" until a program that asks again and again sees
// the proposal.
func BenchmarkDemoFromPhoneToVisible(b *testing.B) {
	d := play(b)
	for n := range b.N {
		word := fmt.Sprintf("patokan%d", n)
		phone{b, d.PhoneURL}.says("usul " + word)
		await(b, "the proposal", func() (any, bool) { return nil, len(d.list("q="+word)) == 1 })
	}
}
