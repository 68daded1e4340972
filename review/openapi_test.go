package review

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// description is the part of openapi.json that the tests understand.
type description struct {
	Paths      map[string]map[string]json.RawMessage
	Components struct{ Schemas map[string]*schema }
}

type operation struct {
	Responses map[string]struct {
		Content map[string]struct{ Schema *schema }
	}
	Security *[]any
}

type schema struct {
	Ref        string `json:"$ref"`
	Type       any
	Enum       []any
	Minimum    *float64
	Format     string
	Required   []string
	Properties map[string]*schema
	Items      *schema
	Additional json.RawMessage `json:"additionalProperties"`
}

func describedAPI(t *testing.T) *description {
	t.Helper()
	var d description
	if err := json.Unmarshal(apiFile, &d); err != nil {
		t.Fatalf("openapi.json: %v", err)
	}
	return &d
}

func (d *description) operation(t *testing.T, path, method string) (op operation) {
	t.Helper()
	raw, ok := d.Paths[path][strings.ToLower(method)]
	if !ok {
		t.Fatalf("openapi.json has no %s %s", method, path)
	}
	if err := json.Unmarshal(raw, &op); err != nil {
		t.Fatalf("openapi.json, %s %s: %v", method, path, err)
	}
	return op
}

// check says where a value is not what a schema wants.
func (d *description) check(at string, s *schema, v any) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, at+": "+fmt.Sprintf(format, args...)) }
	if s.Ref != "" {
		target := d.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
		if target == nil {
			return []string{at + ": no schema " + s.Ref}
		}
		return d.check(at, target, v)
	}
	if kinds := kindsOf(s.Type); !slices.Contains(kinds, kindOf(v)) && (!slices.Contains(kinds, "number") || kindOf(v) != "integer") {
		fault("is %s, want %v", kindOf(v), kinds)
		return faults
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
		fault("is %v, want one of %v", v, s.Enum)
	}
	switch v := v.(type) {
	case string:
		if _, err := time.Parse(time.RFC3339, v); s.Format == "date-time" && err != nil {
			fault("is no time: %v", err)
		}
	case float64:
		if s.Minimum != nil && v < *s.Minimum {
			fault("is %v, want at least %v", v, *s.Minimum)
		}
	case []any:
		for i, e := range v {
			faults = append(faults, d.check(fmt.Sprintf("%s[%d]", at, i), s.Items, e)...)
		}
	case map[string]any:
		for _, name := range s.Required {
			if _, ok := v[name]; !ok {
				fault("lacks %s", name)
			}
		}
		for name, e := range v {
			var more schema
			switch {
			case s.Properties[name] != nil:
				faults = append(faults, d.check(at+"."+name, s.Properties[name], e)...)
			case string(s.Additional) == "false":
				fault("has %s, which is not described", name)
			case len(s.Additional) > 0 && json.Unmarshal(s.Additional, &more) == nil:
				faults = append(faults, d.check(at+"."+name, &more, e)...)
			}
		}
	}
	return faults
}

func kindsOf(t any) []string {
	switch t := t.(type) {
	case string:
		return []string{t}
	case []any:
		var out []string
		for _, e := range t {
			out = append(out, fmt.Sprint(e))
		}
		return out
	}
	return nil
}

func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	default:
		return "object"
	}
}

// call makes a request of the API and checks the answer against its
// description: status, media type and every field. It returns the answer's body.
func (s *site) call(d *description, method, path, target, body string, with ...func(*http.Request)) (int, map[string]any) {
	s.t.Helper()
	r := s.do(method, "/api/v1"+target, strings.NewReader(body), with...)
	text := read(s.t, r)
	answer, ok := d.operation(s.t, path, method).Responses[fmt.Sprint(r.StatusCode)]
	if !ok {
		s.t.Fatalf("%s %s: status %d is not described: %s", method, target, r.StatusCode, text)
	}
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	media, ok := answer.Content[kind]
	if !ok {
		s.t.Fatalf("%s %s: %d as %s is not described", method, target, r.StatusCode, kind)
	}
	if kind != "application/json" {
		return r.StatusCode, nil
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		s.t.Fatalf("%s %s: %v in %s", method, target, err, text)
	}
	for _, f := range d.check("answer", media.Schema, v) {
		s.t.Errorf("%s %s: %d: %s", method, target, r.StatusCode, f)
	}
	object, _ := v.(map[string]any)
	return r.StatusCode, object
}

// TestDescriptionIsWhole compares the routes with what openapi.json describes.
func TestDescriptionIsWhole(t *testing.T) {
	s := newEmptySite(t, Config{})
	d := describedAPI(t)
	described := map[string]bool{}
	for path, methods := range d.Paths {
		for method := range methods {
			if method != "parameters" {
				described[strings.ToUpper(method)+" /api/v1"+strings.NewReplacer("{", ":", "}", "").Replace(path)] = true
			}
		}
	}
	for route := range s.gate.least {
		if strings.Contains(route, " /api/") && !described[route] {
			t.Errorf("%s is not described", route)
		}
		delete(described, route)
	}
	for route := range described {
		t.Errorf("%s is described and does not exist", route)
	}
	if r := s.get("/api/v1/openapi.json"); r.StatusCode != http.StatusOK || read(t, r) != string(apiFile) {
		t.Errorf("the description is not served: %d", r.StatusCode)
	}
}

func TestAPIHealth(t *testing.T) {
	s := newEmptySite(t, Config{})
	d := describedAPI(t)
	s.call(d, http.MethodGet, "/health", "/health", "")
	s.call(d, http.MethodGet, "/openapi.json", "/openapi.json", "")
}
