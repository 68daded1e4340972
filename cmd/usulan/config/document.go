package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// document is a TOML text: its values, and where each of them stands.
type document struct {
	file   string
	values map[string]any
	places map[string]place // by dotted key, elements as key[n]
}

// place is where a key and its value begin. A table's value is its header.
type place struct{ key, value position }

type position struct{ line, column int }

// read reads a TOML text. Its error is a syntax error with its place, as
// Faults.
func read(file string, text []byte) (*document, error) {
	d := &document{file: file, places: map[string]place{}}
	if err := toml.Unmarshal(text, &d.values); err != nil {
		f := Fault{File: file, Problem: strings.TrimPrefix(err.Error(), "toml: ")}
		var syntax *toml.DecodeError
		if errors.As(err, &syntax) {
			f.Line, f.Column = syntax.Position()
		}
		return nil, Faults{f}
	}
	s := survey{places: d.places, elements: map[string]int{}}
	s.parser.Reset(text)
	for s.parser.NextExpression() {
		s.expression(s.parser.Expression())
	}
	if err := s.parser.Error(); err != nil {
		return nil, Faults{{File: file, Problem: err.Error()}}
	}
	return d, nil
}

// at is where to point a reader for a key: to its value, else to the key
// itself, else to the table that should hold it.
func (d *document) at(key string) position {
	for ; key != ""; key = parent(key) {
		if p, ok := d.places[key]; ok {
			if p.value.line > 0 {
				return p.value
			}
			return p.key
		}
	}
	return position{}
}

// survey finds the places of keys and values. The values themselves come from
// the library's decoder: it knows the rules of TOML, this knows where.
type survey struct {
	parser   unstable.Parser
	places   map[string]place
	elements map[string]int // how many elements an array of tables has so far
	table    string         // the table that key-value pairs belong to now
}

func (s *survey) expression(n *unstable.Node) {
	switch n.Kind {
	case unstable.Table, unstable.ArrayTable:
		s.table = ""
		for it := n.Key(); it.Next(); {
			s.table = join(s.table, string(it.Node().Data))
			if s.places[s.table].key.line == 0 {
				s.places[s.table] = place{key: s.position(it.Node())}
			}
			if n.Kind == unstable.ArrayTable && it.IsLast() {
				s.elements[s.table]++
			}
			if count := s.elements[s.table]; count > 0 {
				s.table = element(s.table, count-1)
				if s.places[s.table].key.line == 0 {
					s.places[s.table] = place{key: s.position(it.Node())}
				}
			}
		}
	case unstable.KeyValue:
		s.pair(s.table, n)
	}
}

// pair notes a key, its parts when it is dotted, and its value.
func (s *survey) pair(table string, n *unstable.Node) {
	key := table
	for it := n.Key(); it.Next(); {
		key = join(key, string(it.Node().Data))
		s.places[key] = place{key: s.position(it.Node())}
	}
	s.value(key, n.Value())
}

func (s *survey) value(key string, n *unstable.Node) {
	p := s.places[key]
	if n.Raw.Length > 0 {
		p.value = s.position(n)
	}
	s.places[key] = p
	switch n.Kind {
	case unstable.Array:
		i := 0
		for it := n.Children(); it.Next(); i++ {
			s.value(element(key, i), it.Node())
		}
	case unstable.InlineTable:
		for it := n.Children(); it.Next(); {
			s.pair(key, it.Node())
		}
	}
}

func (s *survey) position(n *unstable.Node) position {
	start := s.parser.Shape(n.Raw).Start
	return position{start.Line, start.Column}
}

// join, element and parent speak the language of dotted keys.
func join(table, key string) string {
	if table == "" {
		return key
	}
	return table + "." + key
}

func element(key string, i int) string { return fmt.Sprintf("%s[%d]", key, i) }

func parent(key string) string {
	return key[:max(0, strings.LastIndexAny(key, ".["))]
}
