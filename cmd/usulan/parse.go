package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"usulan/intake"
	"usulan/intake/email"
)

// parseCommand is "usulan parse".
func parseCommand() command {
	c := command{
		name:    "parse",
		summary: "prints what intake makes of mail files",
		help: `
usulan parse FILE...

Reads mails, one a file, and prints for each what intake makes of it: one JSON
object a line, in the order of the files. It needs no configuration and changes
nothing. "-" reads standard input.

Example:
  usulan parse surat.eml | jq .body_text

A mail that would go to quarantine has "quarantine" with the reason. A file that
cannot be read has "ok": false with "error"; the others are printed all the same
and the exit status is 1.`,
	}
	c.run = func(ctx context.Context, std streams, args []string) error {
		fs := c.flags(std)
		if err := parseFlags(fs, args); err != nil {
			return err
		}
		if fs.NArg() == 0 {
			fs.Usage()
			return errUsage
		}
		return parseFiles(ctx, std, fs.Args())
	}
	return c
}

// parsedMail is a line of the output.
type parsedMail struct {
	File         string             `json:"file"`
	OK           bool               `json:"ok"`
	Error        string             `json:"error,omitempty"`
	Quarantine   string             `json:"quarantine,omitempty"`
	FromAddress  string             `json:"from_address"`
	FromName     string             `json:"from_name"`
	Subject      string             `json:"subject"`
	BodyText     string             `json:"body_text"`
	StrippedText string             `json:"stripped_text"`
	Attachments  []parsedAttachment `json:"attachments"`
	Kind         intake.Kind        `json:"kind"`

	MessageID  string         `json:"message_id,omitempty"`
	InReplyTo  []string       `json:"in_reply_to,omitempty"`
	Mentions   []string       `json:"mentions,omitempty"`
	SentAt     *time.Time     `json:"sent_at,omitempty"`
	Forwarded  string         `json:"forwarded_from,omitempty"`
	Ranges     []intake.Range `json:"ranges,omitempty"`
	ContentSum string         `json:"content_hash,omitempty"`
}

type parsedAttachment struct {
	Filename    string      `json:"filename"`
	Size        int64       `json:"size"`
	SHA256      string      `json:"sha256"`
	ContentType string      `json:"content_type"`
	Role        intake.Role `json:"role"`
	ContentID   string      `json:"content_id,omitempty"`
}

// parseFiles parses on all cores and prints in order. Each core is at most one
// mail ahead of the output, so that memory does not grow with the number of
// files.
func parseFiles(ctx context.Context, std streams, files []string) error {
	out := bufio.NewWriterSize(std.out, 1<<16)
	var parser email.Parser
	queue := make(chan chan parsedMail, runtime.GOMAXPROCS(0))
	go func() {
		defer close(queue)
		for _, name := range files {
			result := make(chan parsedMail, 1)
			select {
			case queue <- result:
			case <-ctx.Done():
				return
			}
			go func() { result <- parseFile(&parser, std.in, name) }()
		}
	}()
	unread := 0
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for result := range queue {
		m := <-result
		if !m.OK {
			unread++
			fmt.Fprintf(std.err, "usulan parse: %s\n", m.Error)
		}
		if err := enc.Encode(m); err != nil {
			return fmt.Errorf("print: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	if unread > 0 {
		return fmt.Errorf("%d of %d files could not be read", unread, len(files))
	}
	return ctx.Err()
}

// parseFile reads and parses one file.
func parseFile(parser *email.Parser, in io.Reader, name string) parsedMail {
	var b []byte
	var err error
	if name == "-" {
		b, err = io.ReadAll(in)
	} else {
		b, err = os.ReadFile(name)
	}
	if err != nil {
		return parsedMail{File: name, Error: err.Error()}
	}
	return parsedFrom(name, parser.Parse(intake.NewRaw(b), time.Time{}))
}

// parsedFrom makes a line of a submission.
func parsedFrom(name string, s *intake.Submission) parsedMail {
	m := parsedMail{
		File:         name,
		OK:           true,
		Quarantine:   s.Fault,
		FromAddress:  s.From.Value,
		FromName:     s.From.Name,
		Subject:      s.Subject,
		BodyText:     s.Text,
		StrippedText: strippedText(s.Text, s.Ranges),
		Attachments:  []parsedAttachment{},
		Kind:         s.Kind,
		MessageID:    s.ExternalID,
		InReplyTo:    s.InReplyTo,
		Mentions:     s.Mentions,
		Forwarded:    s.Forwarded.Value,
		Ranges:       s.Ranges,
		ContentSum:   hex.EncodeToString(s.ContentHash[:]),
	}
	if !s.SentAt.IsZero() {
		m.SentAt = &s.SentAt
	}
	for _, a := range s.Attachments {
		if a.Role == intake.HTML {
			continue
		}
		mediaType, _, _ := strings.Cut(a.Type, ";")
		m.Attachments = append(m.Attachments, parsedAttachment{
			Filename: a.Name, Size: a.Size, SHA256: hex.EncodeToString(a.Hash[:]), ContentType: mediaType, Role: a.Role, ContentID: a.ContentID,
		})
	}
	return m
}

// strippedText is a text without quotations and signatures: what a participant
// wrote this time, or forwarded, with the header of the forward.
func strippedText(text string, ranges []intake.Range) string {
	var b strings.Builder
	pos := 0
	for _, r := range ranges {
		if r.Kind == intake.ForwardHeader {
			continue
		}
		b.WriteString(text[pos:r.Start])
		pos = r.End
	}
	b.WriteString(text[pos:])
	return strings.TrimSpace(b.String())
}
