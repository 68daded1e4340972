// Package intake holds what every way in has in common: the Submission, the
// contracts between a channel and the database, and the supervisor that keeps
// channels running.
//
// Read it in this order: submission.go (what arrives), ledger.go (how it is
// made safe and accounted for), channel.go (who brings it), supervisor.go (who
// keeps that going). The package uses the standard library only, so that a new
// channel needs to know nothing else.
package intake
