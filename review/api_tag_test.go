package review

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"usulan/store"
)

func TestAPITag(t *testing.T) {
	s := newInhabitedSite(t)
	d := describedAPI(t)
	who := s.token("officer")
	const path, target = "/proposals/{ref}/priority", "/proposals/USL-2020-0001/priority"
	put := func(body string) (int, map[string]any) {
		t.Helper()
		return s.call(d, http.MethodPut, path, target, body, who, header("Content-Type", "application/json; charset=utf-8"))
	}
	status, body := put(`{"code": "P1", "version": 1}`)
	if status != http.StatusOK || body["state"] != "tagged" || body["priority"] != "P1" || body["version"].(float64) <= 1 || body["text"] != "Mohon modal." {
		t.Fatalf("%d %v", status, body)
	}
	version := body["version"]
	status, body = put(`{"code": "P2", "version": 1}`)
	current, _ := body["current"].(map[string]any)
	if status != http.StatusConflict || faultCode(body) != "conflict" || current["priority"] != "P1" || current["version"] != version {
		t.Errorf("on a stale version: %d %v, want 409 with P1", status, body)
	}
	if p, err := s.db.Proposal(t.Context(), "USL-2020-0001"); err != nil || p.Priority != "P1" || p.DecidedBy != "officer" {
		t.Errorf("in the database: %s by %s, %v", p.Priority, p.DecidedBy, err)
	}

	del := func(query, body string) (int, map[string]any) {
		t.Helper()
		return s.call(d, http.MethodDelete, path, target+query, body, who, header("Content-Type", "application/json"))
	}
	if status, body := del("?version=1", ""); status != http.StatusConflict {
		t.Errorf("untag on a stale version: %d %v, want 409", status, body)
	}
	status, body = del("", fmt.Sprintf(`{"version": %v}`, version))
	if status != http.StatusOK || body["state"] != "new" || body["priority"] != nil {
		t.Errorf("untag: %d %v", status, body)
	}
	again := body["version"]
	if status, body := del(fmt.Sprintf("?version=%v", again), ""); status != http.StatusOK || body["version"] != again {
		t.Errorf("untag what has no priority: %d %v, want nothing changed", status, body)
	}
	for name, again := range map[string]struct{ body string }{
		"with the body of the PUT": {`{"code": "P1", "version": %v}`}, "without a version": {""},
	} {
		_, tagged := put(fmt.Sprintf(`{"code": "P1", "version": %v}`, body["version"]))
		if again.body != "" {
			again.body = fmt.Sprintf(again.body, tagged["version"])
		}
		if status, body = del("", again.body); status != http.StatusOK || body["state"] != "new" {
			t.Errorf("untag %s: %d %v", name, status, body)
		}
	}
	unmeasured := func(r *http.Request) { r.ContentLength = -1 } // chunked, and nothing comes
	if status, body := s.call(d, http.MethodDelete, path, target, "", who, unmeasured); status != http.StatusOK {
		t.Errorf("untag without a version or a length: %d %v", status, body)
	}
	if status, body := del("?version=x", ""); status != http.StatusUnprocessableEntity {
		t.Errorf("untag a version that is no number: %d %v", status, body)
	}
}

// TestAPIUntagLeavesOthers takes the priority off a proposal that was set
// aside: it has none, and must not come back into the queue.
func TestAPIUntagLeavesOthers(t *testing.T) {
	s := newInhabitedSite(t)
	officer, err := s.db.StaffNamed(t.Context(), "officer")
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.db.Decide(t.Context(), store.Actor{Staff: officer.ID}, "USL-2020-0003", 1, store.Decision{State: store.SetAside, Reason: "duplicate"})
	if err != nil {
		t.Fatal(err)
	}
	status, body := s.call(describedAPI(t), http.MethodDelete, "/proposals/{ref}/priority", fmt.Sprintf("/proposals/%s/priority?version=%d", p.Ref, p.Version), "", s.token("officer"))
	if status != http.StatusOK || body["state"] != "set_aside" {
		t.Errorf("%d %v, want it still set aside", status, body)
	}
}

func TestAPITagRefuses(t *testing.T) {
	s := newInhabitedSite(t)
	d := describedAPI(t)
	const path, target = "/proposals/{ref}/priority", "/proposals/USL-2020-0001/priority"
	who := s.token("officer")
	for name, c := range map[string]struct {
		kind, body string
		status     int
		code       string
	}{
		"no type":          {"", `{"code":"P1","version":1}`, 415, "api_type"},
		"a form":           {"application/x-www-form-urlencoded", `code=P1`, 415, "api_type"},
		"text":             {"text/plain", `{"code":"P1","version":1}`, 415, "api_type"},
		"nothing":          {"application/json", ``, 400, "api_json"},
		"cut":              {"application/json", `{"code":"P1","ver`, 400, "api_json"},
		"a list":           {"application/json", `[]`, 400, "api_json"},
		"two objects":      {"application/json", `{"code":"P1","version":1}{}`, 400, "api_json"},
		"unknown field":    {"application/json", `{"code":"P1","version":1,"force":true}`, 400, "api_json"},
		"version in words": {"application/json", `{"code":"P1","version":"1"}`, 400, "api_json"},
		"half a version":   {"application/json", `{"code":"P1","version":1.5}`, 400, "api_json"},
		"no version":       {"application/json", `{"code":"P1"}`, 422, "api_version"},
		"version zero":     {"application/json", `{"code":"P1","version":0}`, 422, "api_version"},
		"no code":          {"application/json", `{"version":1}`, 422, "api_code"},
		"null code":        {"application/json", `{"code":null,"version":1}`, 422, "api_code"},
		"unknown code":     {"application/json", `{"code":"P9","version":1}`, 422, "api_code"},
		"its short name":   {"application/json", `{"code":"MODAL","version":1}`, 422, "api_code"},
		"a retired code":   {"application/json", `{"code":"P0","version":1}`, 422, "api_code"},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := s.call(d, http.MethodPut, path, target, c.body, who, header("Content-Type", c.kind))
			if status != c.status || faultCode(body) != c.code {
				t.Errorf("%d %v, want %d %s", status, body, c.status, c.code)
			}
		})
	}
	if status, _ := s.call(d, http.MethodPut, path, target, `{"code":"P1","version":1}`, s.token("viewer"), header("Content-Type", "application/json")); status != http.StatusForbidden {
		t.Errorf("a viewer tags: %d, want 403", status)
	}
	if status, _ := s.call(d, http.MethodPut, path, "/proposals/USL-2020-9999/priority", `{"code":"P1","version":1}`, who, header("Content-Type", "application/json")); status != http.StatusNotFound {
		t.Errorf("an unknown proposal: %d, want 404", status)
	}
	if p, err := s.db.Proposal(t.Context(), "USL-2020-0001"); err != nil || p.State != store.New || p.Version != 1 {
		t.Errorf("after all that the proposal is %s, version %d, %v", p.State, p.Version, err)
	}
	large := `{"code":"` + strings.Repeat("P", maxBody) + `","version":1}`
	if r := s.do(http.MethodPut, "/api/v1"+target, strings.NewReader(large), who, header("Content-Type", "application/json")); r.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a body of a megabyte: %d, want 413", r.StatusCode)
	}
}
