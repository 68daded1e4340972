package review

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"usulan/intake"
)

// receive records mails as the email channel would, oldest first.
func (s *site) receive(mails ...*intake.Submission) {
	s.t.Helper()
	ctx := s.t.Context()
	l, err := s.db.Acquire(ctx, "email/forum")
	if err != nil {
		s.t.Fatal(err)
	}
	inbox := intake.Place{Folder: "INBOX", Epoch: 1}
	if _, err := l.Position(ctx, inbox, 0); err != nil {
		s.t.Fatal(err)
	}
	items := make([]intake.Item, len(mails))
	for i, m := range mails {
		items[i] = intake.Item{ID: uint32(i + 1), ReceivedAt: m.ReceivedAt, Size: m.Raw.Size, Submission: m}
	}
	for len(items) > 0 {
		n, err := l.Record(ctx, inbox, items)
		if err != nil {
			s.t.Fatal(err)
		}
		items = items[n:]
	}
}

// mailFrom is a mail; files go with it, name and content.
func mailFrom(who, subject, text string, files ...string) *intake.Submission {
	m := &intake.Submission{
		Kind: intake.Message, ExternalID: who + subject, Subject: subject, Text: text,
		ContentHash: sha256.Sum256([]byte(who + subject + text)),
		From:        intake.Address{Kind: intake.Email, Value: who + "@example.id", Shown: who + "@example.id", Name: "Ibu " + who},
		ReceivedAt:  time.Date(2020, 3, 17, 2, 0, 0, 0, time.UTC),
		Raw:         intake.NewRaw([]byte(subject + text)),
	}
	for i := 0; i+1 < len(files); i += 2 {
		b := []byte(files[i+1])
		m.Attachments = append(m.Attachments, intake.Attachment{
			Name: files[i], Type: "text/html", Role: intake.File, Size: int64(len(b)), Hash: sha256.Sum256(b), Data: b,
		})
	}
	return m
}

// newInhabitedSite has three proposals: USL-2020-0001 to 0003.
func newInhabitedSite(t *testing.T) *site {
	t.Helper()
	s := newSite(t, Config{})
	quoted := mailFrom("marni", "=HYPERLINK(1)", "Mohon modal.\n\nPada Sel, 17 Mar 2020 forum@example.id menulis:\n> lama")
	at := strings.Index(quoted.Text, "Pada Sel")
	quoted.Ranges = []intake.Range{{Start: at, End: len(quoted.Text), Kind: intake.Quote}}
	hostile := "surat\"; filename=\"../../evil.html"
	s.receive(quoted, mailFrom("sari", "Lapak", "Mohon lapak PKL.", hostile, "<script>alert(1)</script>"), mailFrom("tuti", "Merek", "Bantu merek dagang."))
	return s
}

func TestAPIList(t *testing.T) {
	s := newInhabitedSite(t)
	d := describedAPI(t)
	who := s.token("viewer")
	list := func(query string) (refs []string, next string) {
		t.Helper()
		status, body := s.call(d, http.MethodGet, "/proposals", "/proposals?"+query, "", who)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %v", query, status, body)
		}
		for _, item := range body["items"].([]any) {
			refs = append(refs, item.(map[string]any)["ref"].(string))
		}
		next, _ = body["next_cursor"].(string)
		return refs, next
	}
	for query, want := range map[string][]string{
		"":             {"USL-2020-0001", "USL-2020-0002", "USL-2020-0003"},
		"order=newest": {"USL-2020-0003", "USL-2020-0002", "USL-2020-0001"},
		"q=lapak":      {"USL-2020-0002"},
		"q=" + url.QueryEscape("lapak AND NOT (\"") + "": nil,
		"state=tagged":            nil,
		"state=new,needs_info":    {"USL-2020-0001", "USL-2020-0002", "USL-2020-0003"},
		"channel=whatsapp":        nil,
		"channel=email&state=new": {"USL-2020-0001", "USL-2020-0002", "USL-2020-0003"},
		"priority=P1":             nil,
	} {
		got, _ := list(query)
		if query == "q="+url.QueryEscape("lapak AND NOT (\"") {
			continue // any answer is right as long as it is one
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q lists %v, want %v", query, got, want)
		}
	}
	var all []string
	for cursor := ""; ; {
		refs, next := list("limit=1&cursor=" + cursor)
		all = append(all, refs...)
		if next == "" {
			break
		}
		cursor = next
	}
	if want := []string{"USL-2020-0001", "USL-2020-0002", "USL-2020-0003"}; !slices.Equal(all, want) {
		t.Errorf("page by page: %v, want %v", all, want)
	}
}

func TestAPIListRefuses(t *testing.T) {
	s := newInhabitedSite(t)
	d := describedAPI(t)
	who := s.token("viewer")
	for query, code := range map[string]string{
		"status=new":                      "api_parameter",
		"state=done":                      "api_state",
		"state=new,":                      "api_state",
		"order=random":                    "api_order",
		"limit=0":                         "api_limit",
		"limit=201":                       "api_limit",
		"limit=-1":                        "api_limit",
		"limit=viele":                     "api_limit",
		"cursor=zzz":                      "api_cursor",
		"cursor=%00":                      "api_cursor",
		"cursor=a-1":                      "api_cursor",
		"cursor=a99999999999999999999999": "api_cursor",
	} {
		status, body := s.call(d, http.MethodGet, "/proposals", "/proposals?"+query, "", who)
		if got := faultCode(body); status != http.StatusBadRequest || got != code {
			t.Errorf("%q: %d %q, want 400 %q", query, status, got, code)
		}
	}
}

func faultCode(body map[string]any) string {
	e, _ := body["error"].(map[string]any)
	code, _ := e["code"].(string)
	return code
}

func TestAPIWithoutToken(t *testing.T) {
	s := newInhabitedSite(t)
	d := describedAPI(t)
	good := s.token("viewer")
	var token string
	s.get("/healthz", good, func(r *http.Request) { token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ") })
	for name, value := range map[string]string{
		"nothing": "", "another scheme": "Basic " + token, "no scheme": token, "only the scheme": "Bearer", "a blank": "Bearer  ",
		"wrong": "Bearer " + token + "x", "two": "Bearer " + token + ", Bearer " + token, "a zero byte": "Bearer " + token + "\x00",
	} {
		status, body := s.call(d, http.MethodGet, "/proposals", "/proposals", "", header("Authorization", value))
		if status != http.StatusUnauthorized || faultCode(body) != "unauthorized" {
			t.Errorf("%s: %d %v, want 401", name, status, body)
		}
	}
	if r := s.get("/api/v1/proposals"); !strings.HasPrefix(r.Header.Get("WWW-Authenticate"), "Bearer") {
		t.Errorf("WWW-Authenticate is %q", r.Header.Get("WWW-Authenticate"))
	}
	if strings.Contains(s.log.String(), token) {
		t.Error("the log has the token")
	}
}

func TestAPIProposal(t *testing.T) {
	s := newInhabitedSite(t)
	d := describedAPI(t)
	status, body := s.call(d, http.MethodGet, "/proposals/{ref}", "/proposals/USL-2020-0001", "", s.token("officer"))
	if status != http.StatusOK || body["text"] != "Mohon modal." || body["participant"] != "Ibu marni" {
		t.Errorf("%d %v", status, body)
	}
	sub := body["submissions"].([]any)[0].(map[string]any)
	if !strings.Contains(sub["text"].(string), "> lama") || sub["address"] != "marni@example.id" || len(sub["ranges"].([]any)) != 1 {
		t.Errorf("submission %v", sub)
	}
	if _, body = s.call(d, http.MethodGet, "/proposals/{ref}", "/proposals/USL-2020-0001", "", s.token("viewer")); body["submissions"].([]any)[0].(map[string]any)["address"] != nil {
		t.Errorf("a viewer sees the address: %v", body)
	}
	for _, ref := range []string{"USL-2020-9999", "x", "USL-2020-0001%00", "%2e%2e%2fledger", "USL-2020-99999999999999999999", strings.Repeat("9", 5000)} {
		if status, body := s.call(d, http.MethodGet, "/proposals/{ref}", "/proposals/"+ref, "", s.token("viewer")); status != http.StatusNotFound {
			t.Errorf("%.30s: %d %v, want 404", ref, status, body)
		}
	}
}

func TestAPIAttachment(t *testing.T) {
	s := newInhabitedSite(t)
	d := describedAPI(t)
	who := s.token("viewer")
	_, body := s.call(d, http.MethodGet, "/proposals/{ref}", "/proposals/USL-2020-0002", "", who)
	file := body["submissions"].([]any)[0].(map[string]any)["attachments"].([]any)[0].(map[string]any)
	r := s.get(file["url"].(string), who)
	if got := read(t, r); got != "<script>alert(1)</script>" {
		t.Errorf("content %q", got)
	}
	if kind := r.Header.Get("Content-Type"); kind != "application/octet-stream" {
		t.Errorf("type %q: a browser might run it", kind)
	}
	name := r.Header.Get("Content-Disposition")
	if !strings.HasPrefix(name, "attachment;") || strings.Contains(name, `filename="../../evil.html"`) {
		t.Errorf("Content-Disposition is %q", name)
	}
	for _, id := range []string{"0", "-1", "99", "x", "1e3", "99999999999999999999", "1%2f2"} {
		if status, _ := s.call(d, http.MethodGet, "/attachments/{id}", "/attachments/"+id, "", who); status != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", id, status)
		}
	}
}

// TestDisposition puts what strangers may name a file into the header.
func TestDisposition(t *testing.T) {
	for _, name := range []string{
		"surat.pdf", "surat usulan.pdf", `a"b.pdf`, `a\b.pdf`, "a\r\nSet-Cookie: x=y", "a\nb", "a\x00b", "ü.pdf", "🙏.pdf",
		"a;b=c.pdf", "a%0d%0ab", "", " ", strings.Repeat("x", 5000), "\xff\xfe", "../../etc/passwd",
	} {
		got := disposition("attachment", name)
		if strings.ContainsAny(got, "\r\n\x00") || !strings.HasPrefix(got, "attachment") {
			t.Errorf("%q gives %q", name, got)
		}
		for _, r := range got {
			if r < ' ' || r > '~' {
				t.Errorf("%q gives %q, with %q in it", name, got, r)
			}
		}
	}
}

func TestAPILedger(t *testing.T) {
	s := newInhabitedSite(t)
	status, body := s.call(describedAPI(t), http.MethodGet, "/ledger", "/ledger", "", s.token("viewer"))
	sources := body["sources"].([]any)
	if status != http.StatusOK || len(sources) != 1 {
		t.Fatalf("%d %v", status, body)
	}
	src := sources[0].(map[string]any)
	if src["name"] != "email/forum" || src["total"] != 3.0 || src["balanced"] != true || src["outcomes"].(map[string]any)["proposal"] != 3.0 {
		t.Errorf("source %v", src)
	}
}
