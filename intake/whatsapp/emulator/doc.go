// Package emulator is a WhatsApp on loopback: the server side of what the
// unmodified client speaks, with simulated people who write to the account that
// is linked to it. Tests and the demo use it, so that what they show is shown on
// the client's own code: handshake, pairing, Signal sessions, media, receipts
// and retries all run as they do in life.
//
// A Server listens on 127.0.0.1 only, and only a client that was given to
// Attach finds it, in this process or, with its Door, in another one of the same
// machine: the emulator cannot be pointed at anything else, and no real account
// ever meets it. It follows what the client parses, not captured
// traffic: what WhatsApp's own servers do beyond that it cannot show.
//
// Read server.go (life), door.go (who finds it), noise.go (the encrypted line),
// connection.go (one connection), pairing.go; then person.go, send.go and kinds.go
// (who writes what), phone.go (the owner's own phone), history.go, group.go and
// signs.go (what else happens); outbox.go (what waits for its receipt) and
// faults.go (what can go wrong).
package emulator
