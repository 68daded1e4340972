package email

import (
	"bytes"
	"strconv"
	"strings"
)

// Bounds of one field's parameters, and of the pieces that RFC 2231 section 3
// makes of them.
const (
	maxParams   = 100
	maxSegments = 1000
)

// parseParams reads the value of Content-Type or Content-Disposition: the first
// token in lower case, and the parameters by their names in lower case, decoded
// from RFC 2231, RFC 2047 (which is not allowed there and common) or raw 8-bit
// bytes of the charset.
func parseParams(raw []byte, charset string) (token string, params map[string]string) {
	raw = unfold(raw)
	end := bytes.IndexByte(raw, ';')
	if end < 0 {
		end = len(raw)
	}
	head := raw[:end]
	if i := bytes.IndexByte(head, '('); i >= 0 {
		head = head[:i]
	}
	token = strings.ToLower(strings.Trim(string(toUTF8(head, charset)), " \t\"'"))
	if i := strings.IndexAny(token, " \t,"); i >= 0 {
		token = token[:i]
	}
	p := paramReader{src: raw, pos: end}
	var split splitParams
	for {
		name, value, ok := p.next()
		if !ok {
			break
		}
		if params == nil {
			params = make(map[string]string, 4)
		}
		if strings.IndexByte(name, '*') >= 0 {
			split.add(name, value)
			continue
		}
		if _, twice := params[name]; !twice && len(params) < maxParams {
			params[name] = oneLine(decodeWords(value, charset))
		}
	}
	split.join(params, charset)
	return token, params
}

// paramReader cuts parameters off a value.
type paramReader struct {
	src []byte
	pos int
}

// next returns the next parameter: its name in lower case and its value without
// quotes.
func (p *paramReader) next() (name string, value []byte, ok bool) {
	for p.pos < len(p.src) {
		for p.pos < len(p.src) && isSeparator(p.src[p.pos]) {
			p.pos++
		}
		start := p.pos
		for p.pos < len(p.src) && p.src[p.pos] != '=' && p.src[p.pos] != ';' {
			p.pos++
		}
		if p.pos == len(p.src) {
			break
		}
		if p.src[p.pos] == ';' {
			continue // a token without a value
		}
		name = strings.ToLower(strings.TrimSpace(string(p.src[start:p.pos])))
		if i := strings.LastIndexAny(name, " \t"); i >= 0 {
			name = name[i+1:]
		}
		p.pos++
		return name, p.value(), true
	}
	return "", nil, false
}

func isSeparator(c byte) bool { return c == ';' || c == ' ' || c == '\t' || c == ',' }

// value reads a quoted or a bare value.
func (p *paramReader) value() []byte {
	for p.pos < len(p.src) && (p.src[p.pos] == ' ' || p.src[p.pos] == '\t') {
		p.pos++
	}
	if p.pos < len(p.src) && p.src[p.pos] == '"' {
		p.pos++
		return p.quoted()
	}
	start := p.pos
	for p.pos < len(p.src) && p.src[p.pos] != ';' {
		p.pos++
	}
	return bytes.TrimSpace(p.src[start:p.pos])
}

// quoted reads up to the closing quote. A quote that neither ends the value nor
// has a parameter behind it belongs to the value, and so does a backslash
// before anything that needs none: programs put Windows paths there.
func (p *paramReader) quoted() []byte {
	var out []byte
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		p.pos++
		switch {
		case c == '\\' && p.pos < len(p.src) && (p.src[p.pos] == '"' || p.src[p.pos] == '\\'):
			c = p.src[p.pos]
			p.pos++
		case c == '"' && p.closes():
			return out
		}
		out = append(out, c)
	}
	return out
}

// closes tells whether what follows fits a value that has just ended.
func (p *paramReader) closes() bool {
	rest := p.src[p.pos:min(len(p.src), p.pos+64)]
	rest = bytes.TrimLeft(rest, " \t")
	if len(rest) == 0 || rest[0] == ';' || rest[0] == ',' || rest[0] == '(' {
		return true
	}
	for i, c := range rest {
		if c == '=' {
			return i > 0
		}
		if c <= ' ' || c == '"' || c == ';' {
			return false
		}
	}
	return false
}

// splitParams gathers parameters in the form of RFC 2231: name*, name*0,
// name*1*.
type splitParams struct {
	names []string
	segs  map[string]map[int]segment
	count int
}

type segment struct {
	value   []byte
	encoded bool
}

func (s *splitParams) add(name string, value []byte) {
	if s.count++; s.count > maxSegments {
		return
	}
	base, rest, _ := strings.Cut(name, "*")
	rest, encoded := strings.CutSuffix(rest, "*")
	n := 0
	if rest == "" {
		encoded = true
	} else if i, err := strconv.Atoi(rest); err == nil {
		n = i
	}
	if s.segs == nil {
		s.segs = map[string]map[int]segment{}
	}
	if s.segs[base] == nil && len(s.names) == maxParams {
		return
	}
	if s.segs[base] == nil {
		s.segs[base] = map[int]segment{}
		s.names = append(s.names, base)
	}
	if _, twice := s.segs[base][n]; !twice {
		s.segs[base][n] = segment{value, encoded}
	}
}

// join puts the joined parameters into params. They win over the plain ones of
// the same name, which are there for programs that know no better.
func (s *splitParams) join(params map[string]string, charset string) {
	for _, base := range s.names {
		var joined []byte
		segs := s.segs[base]
		label, encoded := charset, false
		first := 0
		if _, ok := segs[0]; !ok {
			first = 1 // some programs count from one
		}
		for i := first; ; i++ {
			seg, ok := segs[i]
			if !ok {
				break
			}
			if i == first && seg.encoded {
				if l, rest, ok := bytes.Cut(seg.value, []byte("'")); ok {
					if _, text, ok := bytes.Cut(rest, []byte("'")); ok {
						seg.value = text
						if len(l) > 0 {
							label = strings.ToLower(string(l))
						}
					}
				}
			}
			if seg.encoded {
				encoded = true
				seg.value = unpercent(seg.value)
			}
			joined = append(joined, seg.value...)
		}
		if len(joined) == 0 {
			continue
		}
		if encoded && !bytes.Contains(joined, []byte("=?")) {
			params[base] = oneLine(string(toUTF8(joined, label)))
		} else {
			params[base] = oneLine(decodeWords(joined, label))
		}
	}
}

// unpercent decodes %41.
func unpercent(b []byte) []byte {
	if bytes.IndexByte(b, '%') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '%' && i+2 < len(b) && isHex(b[i+1]) && isHex(b[i+2]) {
			out = append(out, unhex(b[i+1])<<4|unhex(b[i+2]))
			i += 2
			continue
		}
		out = append(out, b[i])
	}
	return out
}
