// Package whatsapp takes in what is written to a WhatsApp account that this
// program is linked to, as a browser is.
//
// The client is go.mau.fi/whatsmeow, unofficial and good. What it does not do by
// itself is promise that nothing is lost; the settings and the handler here do:
// an event is acknowledged after it has been committed, and never otherwise.
//
// Read config.go (what is configured), client.go (the channel), session.go and
// buffer.go (the keys, and what was decrypted), run.go (one connection),
// handler.go (one event), state.go (what can go wrong and what it means), pair.go,
// greet.go and unpair.go (linking), groups.go, history.go, media.go (files) and
// version.go. translate.go and its neighbours make submissions of messages; raw.go
// has the form in which they are kept.
package whatsapp
