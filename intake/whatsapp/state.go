package whatsapp

import (
	"errors"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow/types/events"

	"usulan/intake"
)

// Fault codes of an account. Unless another thing is said, a person must act.
const (
	FaultUnlinked  = "unlinked"   // no device is linked; Pair links one
	FaultLoggedOut = "logged_out" // the phone, or WhatsApp, removed the device; Pair links it anew
	FaultReplaced  = "replaced"   // another program works with the same session file
	FaultOutdated  = "outdated"   // WhatsApp does not let in this version of the client any more
	FaultBanned    = "banned"     // WhatsApp has banned the account, for a while (tried again then) or for good
	FaultPhoneAway = "phone_away" // a warning: nothing was heard from the phone for phoneAway
)

// Fault codes of linking, beside those above.
const (
	FaultExpired     = "link_expired"      // nobody scanned or typed the code in time
	FaultDistrusted  = "link_distrusted"   // what vouched for the phone was not signed by it
	FaultCodeRefused = "link_code_refused" // WhatsApp gives no code for this number
	FaultBadNumber   = "link_number"       // not a telephone number
	FaultPasskey     = "link_passkey"      // WhatsApp wants a passkey, which only its own programs can show
	FaultOldPhone    = "link_old_phone"    // the WhatsApp of the phone is too old to link devices
	FaultOtherNumber = "link_other_number" // linked, and not to the account of the configuration: a warning
	FaultLinked      = "link_linked"       // linked already; Unpair comes first
)

// phoneAway is how long nothing may be heard from the phone before that is worth
// a warning: WhatsApp ends the link after 14 days.
const phoneAway = 10 * 24 * time.Hour

// errAgain asks for another connection, at once and without a word to anybody.
var errAgain = errors.New("the server asks to connect again")

// errRemoved says that the account has our device no more: its keys are of no use.
var errRemoved = errors.New("the device was removed from the account")

// verdict says what an event means for the connection: nil when it goes on, else
// why it ends, and whether trying again mends it.
func verdict(evt any, now time.Time) error {
	switch e := evt.(type) {
	case *events.Disconnected:
		return fault(intake.FaultUnreachable, "the connection ended")
	case *events.KeepAliveTimeout:
		if e.ErrorCount >= deaf {
			return fault(intake.FaultUnreachable, "%d questions were not answered", e.ErrorCount)
		}
		return nil
	case *events.ManualLoginReconnect:
		return errAgain
	case *events.StreamError:
		return fault(intake.FaultProtocol, "the server ended the stream with code %q", e.Code)
	case *events.StreamReplaced:
		return intake.Permanent(fault(FaultReplaced, "another client came with the same keys"))
	case *events.ClientOutdated:
		return intake.Permanent(fault(FaultOutdated, "the client's version is refused"))
	case *events.LoggedOut:
		if e.OnConnect && e.Reason == events.ConnectFailureUnknownLogout { // which WhatsApp's own client calls banned
			return intake.Permanent(fault(FaultBanned, "%w: %s", errRemoved, e.Reason))
		}
		return intake.Permanent(fault(FaultLoggedOut, "%w: %s", errRemoved, e.Reason))
	case *events.TemporaryBan:
		f := fault(FaultBanned, "the account is banned for %s: %s", e.Expire, e.Code)
		if e.Expire > 0 {
			f.Until = now.Add(e.Expire)
		}
		return intake.Permanent(f)
	case *events.ConnectFailure:
		f := fault(intake.FaultProtocol, "the server refuses the connection: %s %s", e.Reason, e.Message)
		if e.Reason >= events.ConnectFailureInternalServerError {
			return f
		}
		return intake.Permanent(f) // knocking again and again at a closed door is what gets accounts banned
	}
	return nil
}

// deaf is how many questions in a row, one in half a minute, may go unanswered.
const deaf = 3

func fault(code, format string, args ...any) *intake.Fault {
	return &intake.Fault{Code: code, Err: fmt.Errorf(format, args...)}
}
