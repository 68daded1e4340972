package review

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// TestExport downloads what a screen filters, and what a program asks for.
func TestExport(t *testing.T) {
	s := newInhabitedSite(t)
	officer := s.token("officer")
	s.do(http.MethodPut, "/api/v1/proposals/USL-2020-0002/priority", strings.NewReader(`{"code":"P1","version":1}`), officer, header("Content-Type", "application/json"))
	for target, c := range map[string]struct {
		who  func(*http.Request)
		want []string
	}{
		"/export.xlsx":                              {s.as("viewer"), []string{"USL-2020-0001", "USL-2020-0002", "USL-2020-0003"}},
		"/export.xlsx?state=tagged":                 {s.as("viewer"), []string{"USL-2020-0002"}},
		"/export.xlsx?state=new&order=newest":       {s.as("viewer"), []string{"USL-2020-0003", "USL-2020-0001"}},
		"/export.xlsx?q=merek&state=all":            {s.as("viewer"), []string{"USL-2020-0003"}},
		"/api/v1/export.xlsx?priority=P1":           {s.token("viewer"), []string{"USL-2020-0002"}},
		"/api/v1/export.xlsx?state=withdrawn":       {s.token("viewer"), nil},
		"/api/v1/export.xlsx?channel=email&q=lapak": {s.token("viewer"), []string{"USL-2020-0002"}},
	} {
		r := s.get(target, c.who)
		body := read(t, r)
		if r.StatusCode != http.StatusOK || r.Header.Get("Content-Length") != fmt.Sprint(len(body)) {
			t.Fatalf("%s: %d, length %s of %d: %.300s", target, r.StatusCode, r.Header.Get("Content-Length"), len(body), body)
		}
		if name := r.Header.Get("Content-Disposition"); name != `attachment; filename=usulan-USL-2020-20200317-1500.xlsx` {
			t.Errorf("%s: the file is %s", target, name)
		}
		f, err := excelize.OpenReader(bytes.NewReader([]byte(body)))
		if err != nil {
			t.Fatalf("%s: %v", target, err)
		}
		rows, err := f.GetRows("Usulan")
		if err != nil {
			t.Fatal(err)
		}
		var refs []string
		for i := range rows[1:] {
			refs = append(refs, cell(t, rows, i+1, "No_Usulan"))
		}
		if !slices.Equal(refs, c.want) {
			t.Errorf("%s has %v, want %v", target, refs, c.want)
		}
		f.Close()
	}
	body := read(t, s.get("/export.csv", s.as("viewer")))
	if !strings.HasPrefix(body, "\ufeff") || !strings.Contains(body, `"'=HYPERLINK(1)"`) || strings.Contains(body, "@example.id") {
		t.Errorf("csv:\n%s", body)
	}
	entries, err := s.db.Entries(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	exports := 0
	for _, e := range entries {
		if e.Kind == "exported" {
			exports++
		}
	}
	if exports != 8 {
		t.Errorf("%d exports are in the history, want 8", exports)
	}
}

// TestExportFails has no room for the file: the answer is an error, not half a file.
func TestExportFails(t *testing.T) {
	s := newInhabitedSite(t)
	s.cfg.TempDir = t.TempDir() + "/gone"
	for target, who := range map[string]func(*http.Request){"/export.xlsx": s.as("viewer"), "/export.csv": s.as("viewer"), "/api/v1/export.csv": s.token("viewer")} {
		r := s.get(target, who)
		if r.StatusCode != http.StatusInternalServerError || r.Header.Get("Content-Disposition") != "" {
			t.Errorf("%s: %d, %s", target, r.StatusCode, r.Header.Get("Content-Disposition"))
		}
		if body := read(t, r); strings.Contains(body, "gone") || strings.Contains(body, "No_Usulan") {
			t.Errorf("%s says %.300s", target, body)
		}
	}
	entries, err := s.db.Entries(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Kind == "exported" {
			t.Error("an export that failed is in the history")
		}
	}
}
