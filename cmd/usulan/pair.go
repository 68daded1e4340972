package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
	"rsc.io/qr"

	"usulan/cmd/usulan/config"
	"usulan/intake"
	"usulan/intake/whatsapp"
	"usulan/store"
)

func pairCommand() command {
	return command{
		name:    "pair",
		summary: "links a WhatsApp number, or ends the link",
		help: `
usulan pair whatsapp [-config FILE] [-number NUMBER | -unlink] [ACCOUNT]

Links the number of a [[channel.whatsapp.account]] as a linked device of the phone that owns
it. It shows a code; on the phone open WhatsApp, Settings, Linked devices, Link a device, and
scan it. With -number, the number of that phone, it shows eight letters instead, to be typed
under "Link with phone number". ACCOUNT may be left out where there is only one.

While "usulan serve" works the account, link it on the channels screen; the command says
where. -unlink ends the link on both sides. What was received stays.

  usulan pair whatsapp
  usulan pair whatsapp -number 0812-1000-2000 forum
  usulan pair whatsapp -unlink forum

The exit status is 0 when the number is linked (with -unlink: when it no longer is), else 1.
WhatsApp does not endorse programs like this one and may refuse or ban a number: use one of
the agency's own. The README says more.`,
		run: runPair,
	}
}

func runPair(ctx context.Context, std streams, args []string) error {
	flags := pairCommand().flags(std)
	file := configFlag(flags)
	number := flags.String("number", "", "show eight letters to type instead of a code to scan; the `number` of the phone")
	unlink := flags.Bool("unlink", false, "end the link")
	channel := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		channel, args = args[0], args[1:]
	}
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if channel != "whatsapp" || flags.NArg() > 1 || *unlink && *number != "" {
		flags.Usage()
		return errUsage
	}
	c, err := loadConfig(std, *file)
	if err != nil {
		return err
	}
	account, err := accountNamed(c, flags.Arg(0))
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelError}))
	return withStore(ctx, c, log, func(db *store.DB) error {
		return pair(ctx, std, db, c, account, inLife, request{number: *number, unlink: *unlink}, log)
	})
}

// request is what is to become of a link.
type request struct {
	number string // of the phone, when letters are to be typed
	unlink bool
}

// pair links or unlinks an account while it holds the right to work it.
func pair(ctx context.Context, std streams, db *store.DB, c *config.Config, a whatsapp.Account, way func(*whatsapp.Options), r request, log *slog.Logger) error {
	channel := whatsAppChannel(c, a, way, log)
	var done error // what a person did or gave up is no fault of the source
	err := intake.NewSupervisor(db.Acquire, log).Once(ctx, a.Source(), func(ctx context.Context, l intake.Ledger) error {
		if r.unlink {
			done = endLink(ctx, std, db, channel)
			return nil
		}
		if done = makeLink(ctx, std, db, channel, r.number); done != nil {
			return nil
		}
		if err := channel.Greet(ctx, l); err != nil && ctx.Err() == nil {
			fmt.Fprintf(std.err, "usulan pair: the phone still waits for the device to come back: start \"usulan serve\" soon (%v)\n", err)
		}
		return nil
	})
	closed := channel.Close()
	switch {
	case errors.Is(err, intake.ErrLeased):
		page := siteURLAt(c, c.Web.Address) + "/channels/link?" + url.Values{"source": {a.Source()}}.Encode()
		fmt.Fprintf(std.err, "usulan pair: the service is running and works %s. Link it in the browser, as an officer:\n\n  %s\n\nor stop the service first.\n", a.Source(), page)
		return errTold
	case done != nil:
		return errors.Join(done, closed)
	}
	return errors.Join(err, closed)
}

// accountNamed finds the account that is meant; the name may be left out when
// there is only one.
func accountNamed(c *config.Config, name string) (whatsapp.Account, error) {
	var names []string
	for _, a := range c.Channel.WhatsApp.Accounts {
		if a.Name == name || name == "" && len(c.Channel.WhatsApp.Accounts) == 1 {
			return a, nil
		}
		names = append(names, a.Name)
	}
	switch {
	case len(names) == 0:
		return whatsapp.Account{}, fmt.Errorf("%s has no [[channel.whatsapp.account]]; config.example.toml has one to copy", c.File)
	case name == "":
		return whatsapp.Account{}, fmt.Errorf("name the account that is meant: %s", strings.Join(names, ", "))
	}
	return whatsapp.Account{}, fmt.Errorf("there is no account %q; there is %s", name, strings.Join(names, ", "))
}

// pairingPace is how often linking is looked at. A code is shown for at least
// twenty seconds.
const pairingPace = 200 * time.Millisecond

// makeLink shows what the phone is to scan, or its owner to type, until the
// number is linked, linking has failed, or somebody gives up.
func makeLink(ctx context.Context, std streams, db *store.DB, p intake.Pairer, number string) error {
	now, err := p.Pair(ctx, number)
	if err != nil {
		now = intake.Pairing{Step: intake.Failed, Fault: intake.FaultOf(err), Detail: err.Error()}
	}
	screen := codeScreen{w: std.out, redraw: isTerminal(std.out)}
	tick := time.NewTicker(pairingPace)
	defer tick.Stop()
	for {
		switch now.Step {
		case intake.Linked:
			if err := db.NoteLink(ctx, store.Actor{}, p.Name(), store.Linked); err != nil {
				return fmt.Errorf("note that %s is linked: %w", p.Name(), err)
			}
			fmt.Fprintf(std.out, "\n%s is linked. \"usulan serve\" takes in what is written to it.\n", p.Name())
			return nil
		case intake.Failed, intake.Unlinked:
			fmt.Fprintf(std.err, "\nusulan pair: %s was not linked: %s\n", p.Name(), whyNot(now))
			return errTold
		default:
			if err := screen.show(now); err != nil {
				return err
			}
		}
		select {
		case <-tick.C:
			now = p.Pairing()
		case <-ctx.Done():
			fmt.Fprintf(std.err, "\nusulan pair: given up, %s is not linked\n", p.Name())
			return errTold
		}
	}
}

// endLink ends the link on both sides.
func endLink(ctx context.Context, std streams, db *store.DB, p intake.Pairer) error {
	if err := p.Unpair(ctx); err != nil {
		return fmt.Errorf("end the link of %s: %w; it can also be ended on the phone, under Linked devices", p.Name(), err)
	}
	if err := db.NoteLink(ctx, store.Actor{}, p.Name(), store.Unlinked); err != nil {
		return fmt.Errorf("note that %s is not linked: %w", p.Name(), err)
	}
	fmt.Fprintf(std.out, "%s is not linked any more. What was received stays.\n", p.Name())
	return nil
}

// remedies are what to do when linking fails, by Fault code.
var remedies = map[string]string{
	intake.FaultUnreachable: "WhatsApp does not answer. See that this machine reaches web.whatsapp.com on port 443, then try again.",
	intake.FaultTLS:         "there is no trustworthy line to WhatsApp: something in between reads it along. Have the network let web.whatsapp.com through as it is.",
	intake.FaultStorage:     "the session file cannot be written. See to the disk and to who may write in the data folder.",
	"outdated":              "WhatsApp does not let in this version of the client. Install a newer usulan, or set client_version (see the README).",
	"banned":                "WhatsApp has limited or banned the number. Open WhatsApp on the phone: it says for how long, and lets you appeal.",
	"logged_out":            "the phone or WhatsApp ended it. Run the command again.",
	"link_expired":          "nobody scanned or typed the code in time. Run the command again with the phone at hand.",
	"link_distrusted":       "what vouched for the phone was not signed by it. Link on a network that you trust.",
	"link_code_refused":     "WhatsApp gives no code for this number. See that it is the number of the phone, wait an hour, or scan a code instead: leave -number out.",
	"link_number":           "that is not a telephone number: write it like 0812-1000-2000 or +62 812-1000-2000.",
	"link_passkey":          "WhatsApp asks for a passkey, which only its own programs can show. Remove the passkey on the phone, link, and set it again.",
	"link_old_phone":        "the WhatsApp of the phone is too old to link devices. Update it.",
	"link_linked":           "it is linked already. End that link first: usulan pair whatsapp -unlink.",
}

// whyNot is what happened and what to do, in a sentence, with what the far side
// said.
func whyNot(p intake.Pairing) string {
	why := remedies[p.Fault]
	switch {
	case why == "" && p.Fault == "":
		why = "linking ended. Run the command again."
	case why == "":
		why = p.Fault + ". Run the command again."
	}
	if p.Detail != "" {
		why += " (" + p.Detail + ")"
	}
	return why
}

// codeScreen shows one code after another.
type codeScreen struct {
	w      io.Writer
	redraw bool // over the one before
	shown  intake.Pairing
	lines  int
}

// show draws what there is to scan or to type, when it is not shown already.
func (s *codeScreen) show(p intake.Pairing) error {
	if p.Step == s.shown.Step && p.QR == s.shown.QR && p.Code == s.shown.Code {
		return nil
	}
	first := s.shown.Step == ""
	s.shown = p
	if p.Step == intake.Scanned {
		fmt.Fprintln(s.w, "The phone has agreed, keys are being exchanged. Leave both devices on.")
		s.lines = 0
		return nil
	}
	if s.redraw && s.lines > 0 {
		fmt.Fprintf(s.w, "\x1b[%dA\x1b[J", s.lines)
	}
	var text strings.Builder
	switch {
	case p.QR != "":
		code, err := qr.Encode(p.QR, qr.L)
		if err != nil {
			return fmt.Errorf("draw the code: %w", err)
		}
		text.WriteString(blocks(code))
		text.WriteString("On the phone: WhatsApp, Settings, Linked devices, Link a device. Scan this.\n")
	case p.Code != "":
		fmt.Fprintf(&text, "\n    %s\n\n", p.Code)
		text.WriteString("On the phone: WhatsApp, Settings, Linked devices, Link a device, Link with phone number.\nType these letters.\n")
	default:
		text.WriteString("Waiting for WhatsApp.\n")
	}
	if left := time.Until(p.Expires); !p.Expires.IsZero() && left > 0 {
		fmt.Fprintf(&text, "It is replaced at %s; Ctrl-C gives up.\n", p.Expires.Local().Format("15:04:05"))
	}
	if !first && !s.redraw {
		fmt.Fprintln(s.w, "\nThe code has expired, here is a new one.")
	}
	_, err := io.WriteString(s.w, text.String())
	s.lines = strings.Count(text.String(), "\n")
	return err
}

// blocks draws a code with two dots in a letter's place, one above the other.
// Dark on light is set by the code itself, so that scanners can read it on dark
// and on light terminals.
func blocks(code *qr.Code) string {
	const quiet = 2 // dots around it
	var b strings.Builder
	for y := -quiet; y < code.Size+quiet; y += 2 {
		b.WriteString("\x1b[30;107m")
		for x := -quiet; x < code.Size+quiet; x++ {
			switch upper, lower := code.Black(x, y), code.Black(x, y+1); {
			case upper && lower:
				b.WriteString("█")
			case upper:
				b.WriteString("▀")
			case lower:
				b.WriteString("▄")
			default:
				b.WriteByte(' ')
			}
		}
		b.WriteString("\x1b[0m\n")
	}
	return b.String()
}

// isTerminal tells whether a person watches.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
