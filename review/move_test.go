package review

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"usulan/store"
)

// newTalkativeSite has two proposals: USL-2020-0001 of three submissions, and
// USL-2020-0002 of one.
func newTalkativeSite(t *testing.T) *site {
	t.Helper()
	s := newSite(t, Config{})
	first, more, last := mailFrom("marni", "", "mohon pelatihan kemasan"), mailFrom("marni", "Re: 1", "minta gerobak"), mailFrom("marni", "Re: 2", "dua unit")
	more.InReplyTo, last.InReplyTo = []string{first.ExternalID}, []string{first.ExternalID}
	s.receive(first, more, last, mailFrom("tini", "Tenda", "usul tenda"))
	return s
}

// held is what a proposal holds, by the texts of its submissions.
func (s *site) held(ref string) string {
	s.t.Helper()
	p, err := s.db.Proposal(s.t.Context(), ref)
	if err != nil {
		return err.Error()
	}
	var texts []string
	for _, part := range p.Parts {
		texts = append(texts, part.Text)
	}
	return string(p.State) + ": " + strings.Join(texts, ", ")
}

func (s *site) version(ref string) string {
	s.t.Helper()
	p, err := s.db.Proposal(s.t.Context(), ref)
	if err != nil {
		s.t.Fatal(err)
	}
	return strconv.FormatInt(p.Version, 10)
}

func TestMoveForm(t *testing.T) {
	const one, two, three = "USL-2020-0001", "USL-2020-0002", "USL-2020-0003"
	for _, tc := range []struct {
		name string
		form url.Values
		to   string // where the browser is led
		held map[string]string
	}{
		{"SplitOff", url.Values{"submissions": {"2", "3"}}, one,
			map[string]string{one: "new: mohon pelatihan kemasan", three: "new: minta gerobak, dua unit"}},
		{"IntoAnother", url.Values{"submissions": {"2"}, "to": {two}}, one,
			map[string]string{one: "new: mohon pelatihan kemasan, dua unit", two: "new: minta gerobak, usul tenda"}},
		{"ByNumberAlone", url.Values{"submissions": {"2"}, "to": {" 2 "}}, one,
			map[string]string{two: "new: minta gerobak, usul tenda"}},
		{"AllOfIt", url.Values{"submissions": {"1", "2", "3"}, "to": {"usl-2020-2"}}, two,
			map[string]string{one: "set_aside: ", two: "new: mohon pelatihan kemasan, minta gerobak, dua unit, usul tenda"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newTalkativeSite(t)
			tc.form.Set("version", s.version(one))
			r := s.post("/proposals/"+one+"/move", tc.form, s.as("officer"))
			if l := r.Header.Get("Location"); r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(l, "/proposals/"+tc.to) {
				t.Errorf("status %d to %q, want 303 to %s", r.StatusCode, l, tc.to)
			}
			for ref, want := range tc.held {
				if got := s.held(ref); got != want {
					t.Errorf("%s holds %q, want %q", ref, got, want)
				}
			}
			body := read(t, s.get("/proposals/"+one, s.as("officer")))
			if !strings.Contains(body, "officer memindahkan kiriman ke USL-2020-") {
				t.Error("the history does not say who moved what where")
			}
			if r := s.post("/undo", nil, s.as("officer")); r.StatusCode != http.StatusSeeOther {
				t.Errorf("undo: status %d", r.StatusCode)
			}
			if got := s.held(one); got != "new: mohon pelatihan kemasan, minta gerobak, dua unit" {
				t.Errorf("after undo: %q", got)
			}
		})
	}
}

func TestMoveFormRefused(t *testing.T) {
	const one = "USL-2020-0001"
	s := newTalkativeSite(t)
	version := s.version(one)
	for name, tc := range map[string]struct {
		form   url.Values
		status int
		says   string
	}{
		"no version":       {url.Values{"submissions": {"2"}}, 422, "version"},
		"nothing":          {url.Values{"version": {version}}, 422, "Pilih paling sedikit satu kiriman"},
		"no number":        {url.Values{"version": {version}, "submissions": {"2", "x"}}, 422, "Pilih paling sedikit satu kiriman"},
		"somebody else's":  {url.Values{"version": {version}, "submissions": {"4"}}, 422, "Pilih paling sedikit satu kiriman"},
		"all of it apart":  {url.Values{"version": {version}, "submissions": {"1", "2", "3"}}, 422, "Sisakan paling sedikit satu"},
		"to itself":        {url.Values{"version": {version}, "submissions": {"2"}, "to": {one}}, 422, "Tulis nomor usulan lain"},
		"to nowhere":       {url.Values{"version": {version}, "submissions": {"2"}, "to": {"77"}}, 422, "Tulis nomor usulan lain"},
		"to something odd": {url.Values{"version": {version}, "submissions": {"2"}, "to": {"<script>"}}, 422, "Tulis nomor usulan lain"},
		"an old version":   {url.Values{"version": {"1"}, "submissions": {"2"}}, 409, "baru saja berubah"},
	} {
		r := s.post("/proposals/"+one+"/move", tc.form, s.as("officer"))
		if body := read(t, r); r.StatusCode != tc.status || !strings.Contains(body, tc.says) {
			t.Errorf("%s: status %d, want %d and %q", name, r.StatusCode, tc.status, tc.says)
		}
	}
	good := url.Values{"version": {version}, "submissions": {"2"}}
	for name, r := range map[string]*http.Response{
		"a viewer":       s.post("/proposals/"+one+"/move", good, s.as("viewer")),
		"another site":   s.post("/proposals/"+one+"/move", good, s.as("officer"), header("Origin", "https://evil.example")),
		"cross site":     s.post("/proposals/"+one+"/move", good, s.as("officer"), header("Sec-Fetch-Site", "cross-site")),
		"a form for API": s.post("/api/v1/proposals/"+one+"/move", good, s.as("officer")),
	} {
		if r.StatusCode != http.StatusForbidden && r.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: status %d, want it refused", name, r.StatusCode)
		}
	}
	if r := s.post("/proposals/USL-2020-0077/move", good, s.as("officer")); r.StatusCode != http.StatusNotFound {
		t.Errorf("from what was never given: status %d", r.StatusCode)
	}
	if got := s.held(one); got != "new: mohon pelatihan kemasan, minta gerobak, dua unit" {
		t.Errorf("after all that: %q", got)
	}
}

// TestMoveForScripts holds what a script gets: where to go on, and what to say.
func TestMoveForScripts(t *testing.T) {
	s := newTalkativeSite(t)
	form := url.Values{"version": {s.version("USL-2020-0001")}, "submissions": {"2"}}
	r := s.post("/proposals/USL-2020-0001/move", form, s.as("officer"), header("Accept", "application/json"))
	var got done
	if err := json.Unmarshal([]byte(read(t, r)), &got); err != nil {
		t.Fatal(err)
	}
	if got.Ref != "USL-2020-0001" || got.Say != "Dipindahkan ke USL-2020-0003." || got.Waiting != 3 {
		t.Errorf("%+v; want to stay, and hear where it went", got)
	}
	r = s.post("/proposals/USL-2020-0001/move", form, s.as("officer"), header("Accept", "application/json"))
	if body := read(t, r); r.StatusCode != http.StatusConflict || !strings.Contains(body, `"ref":"USL-2020-0001"`) {
		t.Errorf("again: %d %s", r.StatusCode, body)
	}
	r = s.post("/undo", nil, s.as("officer"), header("Accept", "application/json"))
	if body := read(t, r); !strings.Contains(body, "Diurungkan: kiriman kembali ke USL-2020-0001.") {
		t.Errorf("undo says %s", body)
	}
	if body := read(t, s.get("/proposals/USL-2020-0001", s.as("officer"))); !strings.Contains(body, "officer mengurungkan pemindahan kiriman.") {
		t.Error("the history does not say that the move was undone")
	}
}

func TestAPIMove(t *testing.T) {
	const one, path = "USL-2020-0001", "/proposals/{ref}/move"
	s := newTalkativeSite(t)
	d := describedAPI(t)
	who := s.token("officer")
	move := func(body string, with ...func(*http.Request)) (int, map[string]any) {
		t.Helper()
		if len(with) == 0 {
			with = []func(*http.Request){who}
		}
		return s.call(d, http.MethodPost, path, "/proposals/"+one+"/move", body, append(with, header("Content-Type", "application/json"))...)
	}
	version := s.version(one)
	for name, c := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"nothing":           {``, 400, "api_json"},
		"unknown field":     {fmt.Sprintf(`{"submissions":[2],"version":%s,"into":""}`, version), 400, "api_json"},
		"words for numbers": {fmt.Sprintf(`{"submissions":["2"],"version":%s}`, version), 400, "api_json"},
		"no version":        {`{"submissions":[2]}`, 422, "api_version"},
		"no submissions":    {fmt.Sprintf(`{"version":%s}`, version), 422, "move_none"},
		"somebody else's":   {fmt.Sprintf(`{"submissions":[2,4],"version":%s}`, version), 422, "move_none"},
		"all of it":         {fmt.Sprintf(`{"submissions":[1,2,3],"version":%s}`, version), 422, "move_all"},
		"to itself":         {fmt.Sprintf(`{"submissions":[2],"version":%s,"to":"USL-2020-0001"}`, version), 422, "move_to"},
		"a number alone":    {fmt.Sprintf(`{"submissions":[2],"version":%s,"to":"2"}`, version), 422, "move_to"},
		"an old version":    {`{"submissions":[2],"version":1}`, 409, "conflict"},
	} {
		if status, body := move(c.body); status != c.status || faultCode(body) != c.code {
			t.Errorf("%s: %d %v, want %d %s", name, status, body, c.status, c.code)
		}
	}
	good := fmt.Sprintf(`{"submissions":[2,3],"version":%s}`, version)
	if status, _ := move(good, s.token("viewer")); status != http.StatusForbidden {
		t.Errorf("a viewer: %d, want 403", status)
	}
	status, body := move(good)
	if status != http.StatusOK || body["ref"] != "USL-2020-0003" || body["text"] != "minta gerobak\n\ndua unit" || body["state"] != "new" {
		t.Errorf("split off: %d %v", status, body)
	}
	status, body = move(fmt.Sprintf(`{"submissions":[1],"version":%s,"to":"USL-2020-0002"}`, s.version(one)))
	if status != http.StatusOK || body["ref"] != "USL-2020-0002" {
		t.Errorf("into another: %d %v", status, body)
	}
	if got := s.held(one); got != "set_aside: " {
		t.Errorf("what is left is %q", got)
	}
	if p, err := s.db.Proposal(t.Context(), "USL-2020-0003"); err != nil || p.History[0].Actor != "officer" || p.History[0].From != one {
		t.Errorf("history %+v, %v; want who and from where", p.History, err)
	}
	if p, err := s.db.Proposal(t.Context(), one); err != nil || p.Reason != store.ReasonEmptied {
		t.Errorf("set aside because %q, %v", p.Reason, err)
	}
}
