package email

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"

	"usulan/intake"
)

// What Outlook sends to people whom it takes for its own kind: one attachment,
// winmail.dat, with the text and all files inside (MS-OXTNEF).
const (
	tnefSignature = 0x223e9f78

	tnefBody       = 0x800c
	tnefAttachData = 0x800f
	tnefTitle      = 0x8010
	tnefRendData   = 0x9002 // begins an attachment
	tnefProps      = 0x9003
	tnefAttachment = 0x9005 // properties of an attachment
	tnefCodepage   = 0x9007

	maxTNEFFiles = 1000
	maxTNEFDepth = 3
)

// MAPI properties (MS-OXPROPS) and the types of their values (MS-OXCDATA).
const (
	propBody         = 0x1000
	propRTF          = 0x1009
	propHTML         = 0x1013
	propDisplayName  = 0x3001
	propAttachObject = 0x3701
	propFileName     = 0x3704
	propLongFileName = 0x3707
	propMimeTag      = 0x370e
	propContentID    = 0x3712

	typeObject  = 0x000d
	typeString8 = 0x001e
	typeUnicode = 0x001f
	typeBinary  = 0x0102
	multiValued = 0x1000
)

// tnef is what a winmail.dat holds.
type tnef struct {
	charset string // of 8-bit strings
	text    string
	html    []byte
	rtf     []byte // compressed
	files   []tnefFile
}

type tnefFile struct {
	title, name, mediaType, id string
	data                       []byte
}

// isTNEF recognises the carrier by its type or by the name that programs give it
// which know no better.
func isTNEF(p *part) bool {
	return p.mediaType == "application/ms-tnef" || p.mediaType == "application/vnd.ms-tnef" ||
		p.mediaType == "application/octet-stream" && strings.EqualFold(givenName(p), "winmail.dat")
}

// parseTNEF reads the attributes of a stream as far as they are whole.
func parseTNEF(b []byte, depth int) (*tnef, bool) {
	if len(b) < 6 || binary.LittleEndian.Uint32(b) != tnefSignature {
		return nil, false
	}
	t := &tnef{charset: "windows-1252"}
	for b = b[6:]; len(b) >= 9; {
		id, size := binary.LittleEndian.Uint16(b[1:]), binary.LittleEndian.Uint32(b[5:])
		b = b[9:]
		n := min(int64(size), int64(len(b)))
		t.attribute(id, b[:n], depth)
		b = b[min(n+2, int64(len(b))):] // a checksum follows
	}
	return t, true
}

// attribute takes one attribute.
func (t *tnef) attribute(id uint16, data []byte, depth int) {
	switch id {
	case tnefCodepage:
		if len(data) >= 4 {
			t.codepage(binary.LittleEndian.Uint32(data))
		}
	case tnefBody:
		t.text = t.string8(data)
	case tnefProps:
		t.properties(data, func(prop, kind uint16, v []byte) { t.message(prop, kind, v) })
	case tnefRendData:
		if len(t.files) < maxTNEFFiles {
			t.files = append(t.files, tnefFile{})
		}
	default:
		if len(t.files) > 0 {
			t.file(id, data, &t.files[len(t.files)-1], depth)
		}
	}
}

func (t *tnef) codepage(n uint32) {
	name := map[uint32]string{932: "shift_jis", 936: "gbk", 949: "euc-kr", 950: "big5", 65001: "utf-8", 20127: "us-ascii"}[n]
	if name == "" && n >= 1250 && n <= 1258 {
		name = "windows-" + string([]byte{'1', '2', '5', '0' + byte(n-1250)})
	}
	if _, err := htmlindex.Get(name); err == nil {
		t.charset = name
	}
}

// message takes a property of the mail.
func (t *tnef) message(prop, kind uint16, v []byte) {
	switch prop {
	case propBody:
		if s := t.str(kind, v); s != "" {
			t.text = s
		}
	case propHTML:
		t.html = v
		if kind == typeUnicode {
			t.html = []byte(t.str(kind, v))
		}
	case propRTF:
		t.rtf = v
	}
}

// file takes an attribute of an attachment.
func (t *tnef) file(id uint16, data []byte, f *tnefFile, depth int) {
	switch id {
	case tnefTitle:
		f.title = t.string8(data)
	case tnefAttachData:
		f.data = data
	case tnefAttachment:
		var inner []byte
		t.properties(data, func(prop, kind uint16, v []byte) {
			switch prop {
			case propLongFileName:
				f.name = t.str(kind, v)
			case propFileName, propDisplayName:
				if f.name == "" {
					f.name = t.str(kind, v)
				}
			case propMimeTag:
				f.mediaType = strings.ToLower(t.str(kind, v))
			case propContentID:
				f.id = strings.Trim(t.str(kind, v), "<> ")
			case propAttachObject:
				if f.data == nil && len(v) > 16 {
					inner = v[16:] // an interface identifier comes first
					f.data = inner
				}
			}
		})
		t.embed(inner, f, depth)
	}
}

// embed takes what an attached mail holds.
func (t *tnef) embed(inner []byte, f *tnefFile, depth int) {
	if inner == nil || depth >= maxTNEFDepth {
		return
	}
	m, ok := parseTNEF(inner, depth+1)
	if !ok {
		return
	}
	f.mediaType, f.data = "text/plain", []byte(m.text)
	f.title, f.name = "", strings.TrimSuffix(f.name, ".msg")+".txt"
	if len(m.html) > 0 && m.text == "" {
		f.mediaType, f.data, f.name = "text/html", m.html, strings.TrimSuffix(f.name, ".txt")+".html"
	}
	t.files = append(t.files, m.files[:min(len(m.files), max(0, maxTNEFFiles-len(t.files)))]...)
}

// properties walks over a property list and calls take for each single value of
// variable size.
func (t *tnef) properties(b []byte, take func(prop, kind uint16, v []byte)) {
	r := mapiReader{b: b}
	for count := r.u32(); count > 0 && !r.short; count-- {
		kind, prop := r.u16(), r.u16()
		if prop >= 0x8000 { // a named property
			r.take(16)
			if r.u32() == 0 {
				r.take(4)
			} else {
				r.padded()
			}
		}
		values := uint32(1)
		if kind&multiValued != 0 || isVariable(kind) {
			values = r.u32()
		}
		for ; values > 0 && !r.short; values-- {
			if isVariable(kind &^ multiValued) {
				if v := r.padded(); !r.short && kind&multiValued == 0 {
					take(prop, kind, v)
				}
				continue
			}
			r.take(fixedSize(kind &^ multiValued))
		}
	}
}

func isVariable(kind uint16) bool {
	return kind == typeString8 || kind == typeUnicode || kind == typeBinary || kind == typeObject
}

// fixedSize is the size of a value with its padding.
func fixedSize(kind uint16) int {
	switch kind {
	case 0x0005, 0x0006, 0x0007, 0x0014, 0x0040:
		return 8
	case 0x0048:
		return 16
	default:
		return 4
	}
}

// mapiReader reads numbers and values; short is set where they end too early.
type mapiReader struct {
	b     []byte
	short bool
}

func (r *mapiReader) take(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.short, r.b = true, nil
		return nil
	}
	v := r.b[:n]
	r.b = r.b[n:]
	return v
}

func (r *mapiReader) u16() uint16 {
	if v := r.take(2); v != nil {
		return binary.LittleEndian.Uint16(v)
	}
	return 0
}

func (r *mapiReader) u32() uint32 {
	if v := r.take(4); v != nil {
		return binary.LittleEndian.Uint32(v)
	}
	return 0
}

// padded reads a length and as many bytes, filled up to a multiple of four.
func (r *mapiReader) padded() []byte {
	n := int64(r.u32())
	if n > int64(len(r.b)) {
		r.short = true
		return nil
	}
	v := r.take(int(n))
	r.take(min(int(-n&3), len(r.b)))
	return v
}

// str makes a string of a value.
func (t *tnef) str(kind uint16, v []byte) string {
	switch kind {
	case typeUnicode:
		b, _ := decodeUTF16(v, "utf-16le")
		return strings.TrimRight(string(b), "\x00")
	case typeString8, typeBinary:
		return t.string8(v)
	default:
		return ""
	}
}

func (t *tnef) string8(v []byte) string {
	v, _, _ = bytes.Cut(v, []byte{0})
	if t.charset == "windows-1252" && !isASCII(v) {
		if b, err := charmap.Windows1252.NewDecoder().Bytes(v); err == nil {
			return string(b)
		}
	}
	return string(toUTF8(v, t.charset))
}

// takeTNEF lists what a winmail.dat holds and returns its text. It tells whether
// there was anything, else the carrier itself is the attachment.
func (c *content) takeTNEF(p *part) (pieces []piece, ok bool) {
	src := decode(p.encoding, c.src[p.body:p.end])
	if p.encoding == intake.Identity {
		src = bytes.Clone(src) // the files outlive the source
	}
	t, ok := parseTNEF(src, 0)
	if !ok {
		return nil, false
	}
	taken := false
	for _, f := range t.files {
		if len(f.data) > 0 {
			c.attachFile(f)
			taken = true
		}
	}
	if text := cleanText([]byte(validUTF8(t.text))); !isBlank(text) {
		pieces = append(pieces, piece{part: p, text: text, done: true})
	} else if len(t.html) > 0 {
		text, marks := htmlText(toUTF8(t.html, metaCharset(t.html)))
		pieces = append(pieces, piece{part: p, text: text, marks: marks, done: true, html: true})
	} else if text := rtfText(t.rtf); !isBlank(text) {
		pieces = append(pieces, piece{part: p, text: text, done: true})
	}
	for _, piece := range pieces {
		c.addText([]byte(piece.text))
	}
	return pieces, taken || len(pieces) > 0
}

// attachFile lists a file that has no place of its own in the source.
func (c *content) attachFile(f tnefFile) {
	if c.inner {
		return
	}
	a := intake.Attachment{
		Name: safeName(f.name), Type: f.mediaType, Role: intake.File, ContentID: oneLine(validUTF8(f.id)),
		Size: int64(len(f.data)), Hash: sha256.Sum256(f.data), Data: f.data,
	}
	if a.Name == "" {
		a.Name = safeName(f.title)
	}
	if a.Name == "" {
		a.Name = c.nameless(extensions[f.mediaType])
	}
	if a.Type = mediaType(a.Type, ""); a.Type == "" || a.Type == "application/octet-stream" {
		a.Type = typeByName(a.Name)
	}
	if a.ContentID != "" && strings.HasPrefix(a.Type, "image/") {
		a.Role = intake.Inline
	}
	c.hash.Write(a.Hash[:])
	c.attachments = append(c.attachments, a)
}
