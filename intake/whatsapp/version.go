package whatsapp

import (
	"go.mau.fi/whatsmeow/store"
)

// readVersion reads a client version such as "2.3000.1047769893".
func readVersion(s string) (store.WAVersionContainer, error) { return store.ParseVersion(s) }
