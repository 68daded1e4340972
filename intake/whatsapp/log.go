package whatsapp

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"time"

	"go.mau.fi/libsignal/logger"
	waLog "go.mau.fi/whatsmeow/util/log"
)

// clientLog takes what the client writes to its log. The client names people by
// their numbers and prints what they sent, which no log of ours holds: of what it
// fills into a sentence only numbers, durations and errors without long digits
// are kept. What it calls errors are warnings here: those that matter arrive as
// events, and are told once, by run.go.
//
// What a client says that was told to stop is of no interest.
type clientLog struct {
	ctx context.Context // the life of the client
	log *slog.Logger
}

var _ waLog.Logger = clientLog{}

func (l clientLog) Errorf(format string, args ...any) { l.say(slog.LevelWarn, format, args) }
func (l clientLog) Warnf(format string, args ...any)  { l.say(slog.LevelDebug, format, args) }
func (l clientLog) Infof(string, ...any)              {}
func (l clientLog) Debugf(string, ...any)             {}

// Sub is for a part of the client.
func (l clientLog) Sub(string) waLog.Logger { return l }

// long is a run of digits that may be a telephone number.
var long = regexp.MustCompile(`[0-9]{5,}`)

// longest bounds what is kept of an error.
const longest = 300

func (l clientLog) say(level slog.Level, format string, args []any) {
	if l.ctx.Err() != nil || !l.log.Enabled(l.ctx, level) {
		return
	}
	kept := make([]any, len(args))
	for i, arg := range args {
		switch arg := arg.(type) {
		case error:
			kept[i] = discreet(arg)
		case int, uint16, uint32, int64, bool, time.Duration:
			kept[i] = arg
		default:
			kept[i] = omitted{}
		}
	}
	l.log.Log(l.ctx, level, "the client says", "that", fmt.Sprintf(format, kept...))
}

// omitted stands for what is not written.
type omitted struct{}

// Format writes the same whatever the sentence asks for.
func (omitted) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("…")) }

// discreet is an error without what may be somebody's number.
func discreet(err error) string {
	text := long.ReplaceAllString(err.Error(), "…")
	if len(text) > longest {
		text = text[:longest] + "…"
	}
	return text
}

// The Signal library writes to the standard error of the process unless it is
// given something else, which is one for the whole process. All it says comes as
// errors too.
func init() {
	var silent logger.Loggable = silence{}
	logger.Setup(&silent)
}

type silence struct{}

func (silence) Debug(string, string)   {}
func (silence) Info(string, string)    {}
func (silence) Warning(string, string) {}
func (silence) Error(string, string)   {}
func (silence) Configure(string)       {}
