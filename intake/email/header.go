package email

// header is the header section of a mail or a part: its fields in order, names
// compared without regard to case.
type header struct {
	fields []field
}

// field is one header field. Its value is unfolded and its encoded words
// (RFC 2047) are decoded.
type field struct {
	name  string // in lower case
	value string
}

// get returns the first value of a field, given by its name in lower case, or
// the empty string.
func (h *header) get(name string) string {
	for _, f := range h.fields {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// all returns every value of a field.
func (h *header) all(name string) []string {
	var values []string
	for _, f := range h.fields {
		if f.name == name {
			values = append(values, f.value)
		}
	}
	return values
}

// part is one node of a mail's MIME structure.
type part struct {
	header    header
	mediaType string // in lower case, "text/plain" where none is given
	params    map[string]string
	children  []*part
	text      string // decoded UTF-8 of a part that is text (text/*, message/delivery-status), else empty
}
