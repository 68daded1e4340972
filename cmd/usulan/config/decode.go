package config

import (
	"encoding"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// decoder fills structs from a document. It goes on after a fault, so that a
// reader learns of all of them at once.
// The fields of a struct are named by their toml tags.
type decoder struct {
	doc      *document
	faults   Faults
	warnings Faults
	known    []string // dotted keys of all tables, without indices, for hints
}

// fault notes what is wrong with the value of a key. One fault for each is
// enough: what follows from the first would only confuse.
func (d *decoder) fault(key, format string, args ...any) {
	if slices.ContainsFunc(d.faults, func(f Fault) bool { return f.Key == key }) {
		return
	}
	d.faults = append(d.faults, d.note(d.doc.at(key), key, format, args...))
}

func (d *decoder) note(at position, key, format string, args ...any) Fault {
	return Fault{File: d.doc.file, Line: at.line, Column: at.column, Key: key, Problem: fmt.Sprintf(format, args...)}
}

// value puts a TOML value into v. What is not in the document keeps the value
// that v had before.
func (d *decoder) value(v reflect.Value, value any, key string) {
	if text, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		d.text(text, value, key)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(v.Elem(), value, key)
		return
	case reflect.Struct:
		if table, ok := value.(map[string]any); ok {
			d.table(v, table, key)
			return
		}
	case reflect.Slice:
		if list, ok := value.([]any); ok {
			d.list(v, list, key)
			return
		}
	case reflect.String:
		if s, ok := value.(string); ok {
			v.SetString(s)
			return
		}
	case reflect.Bool:
		if b, ok := value.(bool); ok {
			v.SetBool(b)
			return
		}
	case reflect.Int, reflect.Int64:
		if n, ok := value.(int64); ok {
			if v.OverflowInt(n) {
				d.fault(key, "%d is too large", n)
				return
			}
			v.SetInt(n)
			return
		}
	case reflect.Float64:
		if f, ok := number(value); ok {
			v.SetFloat(f)
			return
		}
	}
	d.mismatch(v, value, key)
}

// mismatch says what was expected, and how to write it where that is plain.
func (d *decoder) mismatch(v reflect.Value, value any, key string) {
	want := map[reflect.Kind]string{
		reflect.Struct: "a table", reflect.Slice: "a list", reflect.String: "a text in quotes",
		reflect.Bool: "true or false", reflect.Int: "a whole number", reflect.Int64: "a whole number",
		reflect.Float64: "a number",
	}[v.Kind()]
	hint := ""
	switch s, quoted := value.(string); {
	case quoted && (v.Kind() == reflect.Int || v.Kind() == reflect.Bool || v.Kind() == reflect.Float64):
		hint = fmt.Sprintf("; write %s without quotes", s)
	case v.Kind() == reflect.String && scalar(value):
		hint = fmt.Sprintf("; write %q", fmt.Sprint(value))
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.String && quoted:
		hint = fmt.Sprintf("; write [%q]", s)
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		hint = fmt.Sprintf("; write [[%s]] for each", key)
	}
	d.fault(key, "expected %s, got %s%s", want, describe(value), hint)
}

func number(value any) (float64, bool) {
	switch n := value.(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, !math.IsNaN(n) && !math.IsInf(n, 0)
	}
	return 0, false
}

func scalar(value any) bool {
	switch value.(type) {
	case int64, float64, bool:
		return true
	}
	return false
}

func describe(value any) string {
	switch v := value.(type) {
	case string:
		return fmt.Sprintf("the text %q", v)
	case bool:
		return fmt.Sprint(v)
	case int64, float64:
		return fmt.Sprintf("the number %v", v)
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	default:
		return fmt.Sprintf("the date %v", v)
	}
}

// text hands a text, or a date written without quotes, to its type.
func (d *decoder) text(into encoding.TextUnmarshaler, value any, key string) {
	var s string
	switch v := value.(type) {
	case string:
		s = v
	case int64:
		s = fmt.Sprint(v)
	case time.Time:
		s = v.Format(time.RFC3339)
	case toml.LocalDate, toml.LocalDateTime:
		s = fmt.Sprint(v)
	default:
		d.fault(key, "expected a text in quotes, got %s", describe(value))
		return
	}
	if err := into.UnmarshalText([]byte(s)); err != nil {
		d.fault(key, "%v", err)
	}
}

// list replaces what v had before.
func (d *decoder) list(v reflect.Value, list []any, key string) {
	v.Set(reflect.MakeSlice(v.Type(), len(list), len(list)))
	for i, value := range list {
		d.value(v.Index(i), value, element(key, i))
	}
}

// table fills a struct and refuses keys that it does not have.
func (d *decoder) table(v reflect.Value, table map[string]any, key string) {
	fields := fieldsOf(v.Type())
	for _, name := range slices.Sorted(maps.Keys(table)) {
		if !slices.Contains(fields.keys, name) {
			d.unknown(name, fields.keys, key)
		}
	}
	for i, name := range fields.keys {
		if value, ok := table[name]; ok {
			d.value(v.Field(fields.index[i]), value, join(key, name))
		}
	}
	for i, name := range fields.keys {
		if strings.HasSuffix(name, fileSuffix) && v.Field(fields.index[i]).String() != "" {
			d.file(v.Field(fields.index[i]), fields, join(key, name))
		}
	}
}

// fileSuffix ends the keys that name a file. Where a table has the same key
// without it, the file holds a secret.
const fileSuffix = "_file"

// file makes a path that is relative to the configuration's folder independent
// of where the program was started, and warns when others can read a secret.
func (d *decoder) file(v reflect.Value, fields fields, key string) {
	path := v.String()
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(d.doc.file), path)
		v.SetString(path)
	}
	name := key[strings.LastIndexByte(key, '.')+1:]
	if slices.Contains(fields.keys, strings.TrimSuffix(name, fileSuffix)) {
		d.warnReadable(path, key, "others can read "+path)
	}
}

// warnReadable warns when a file that holds a secret is open to others.
func (d *decoder) warnReadable(file, key, problem string) {
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return
	}
	d.warnings = append(d.warnings, d.note(d.doc.at(key), key, "%s (mode %04o); run: chmod 600 %s", problem, info.Mode().Perm(), file))
}

// unknown reports a key that no table of this kind has.
func (d *decoder) unknown(name string, keys []string, table string) {
	at := d.doc.places[join(table, name)].key
	hint := ""
	if near := Nearest(name, keys); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	} else if i := slices.IndexFunc(d.known, func(k string) bool { return strings.HasSuffix(k, "."+name) }); i >= 0 {
		hint = fmt.Sprintf("; it belongs into [%s]", strings.TrimSuffix(d.known[i], "."+name))
	} else if near := Nearest(name, lastParts(d.known)); near != "" {
		hint = fmt.Sprintf("; the nearest key is %q of another table", near)
	}
	where := ""
	if table != "" {
		where = " in [" + withoutIndices(table) + "]"
	}
	d.faults = append(d.faults, d.note(at, "", "unknown key %q%s%s", name, where, hint))
}

// fields are the keys that a struct takes, and which field each one fills.
type fields struct {
	keys  []string
	index []int
}

func fieldsOf(t reflect.Type) fields {
	var fs fields
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("toml"); name != "" && name != "-" {
			fs.keys = append(fs.keys, name)
			fs.index = append(fs.index, i)
		}
	}
	return fs
}

// keysOf lists the dotted keys of a struct and the tables in it.
func keysOf(t reflect.Type, table string) []string {
	var keys []string
	fields := fieldsOf(t)
	for i, key := range fields.keys {
		inner := t.Field(fields.index[i]).Type
		for inner.Kind() == reflect.Slice || inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		name := join(table, key)
		keys = append(keys, name)
		if inner.Kind() == reflect.Struct && !reflect.PointerTo(inner).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
			keys = append(keys, keysOf(inner, name)...)
		}
	}
	return keys
}

func lastParts(keys []string) []string {
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = k[strings.LastIndexByte(k, '.')+1:]
	}
	return parts
}

// withoutIndices makes of "mailbox[0]" what stands in the file: "mailbox".
func withoutIndices(key string) string {
	for {
		open := strings.IndexByte(key, '[')
		if open < 0 {
			return key
		}
		end := strings.IndexByte(key[open:], ']')
		key = key[:open] + key[open+end+1:]
	}
}
