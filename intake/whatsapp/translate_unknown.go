package whatsapp

import "google.golang.org/protobuf/encoding/protowire"

// unknownField finds the number of the first field in bytes that the message's
// description does not know.
func unknownField(b []byte) (number int, ok bool) {
	n, _, size := protowire.ConsumeTag(b)
	return int(n), size > 0
}
