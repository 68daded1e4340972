package demo

import (
	"bytes"
	"context"
	"embed"
	"encoding/base64"
	"fmt"
	"net/mail"
	"path"
	"strings"
	"text/template"
	"time"

	"github.com/emersion/go-smtp"
)

// The samples are templates of whole mails, invented, in the order in which
// they arrive.
//
//go:embed mails
var sampleFiles embed.FS

// atOnce is how many samples are there when a person first looks.
const atOnce = 10

// SendSamples mails the samples to address over SMTP, the first few at once
// and the rest one by one, a pause apart. What the mailbox has from an earlier
// run is not sent again. It returns early when ctx ends.
func (s *Server) SendSamples(ctx context.Context, address string, pause time.Duration) error {
	files, err := sampleFiles.ReadDir("mails")
	if err != nil {
		return err
	}
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for i, file := range files {
		sample, err := render(path.Join("mails", file.Name()), address)
		if err != nil {
			return err
		}
		if s.box.has(messageID(sample)) {
			continue
		}
		if i >= atOnce {
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
		if ctx.Err() != nil {
			return nil
		}
		if err := s.send(sample, address); err != nil {
			return fmt.Errorf("send sample %s: %w", file.Name(), err)
		}
	}
	return nil
}

// render fills a sample in and gives it the line ends of mail.
func render(file, address string) ([]byte, error) {
	t, err := template.New(path.Base(file)).Funcs(template.FuncMap{
		"date":   func() string { return time.Now().Format(time.RFC1123Z) },
		"scan":   func(lines ...string) string { return inLines(scan(lines...)) },
		"pdf":    func(lines ...string) string { return inLines(pdf(lines...)) },
		"base64": func(text string) string { return inLines([]byte(text)) },
	}).ParseFS(sampleFiles, file)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, struct{ Address string }{address}); err != nil {
		return nil, err
	}
	return bytes.ReplaceAll(b.Bytes(), []byte("\n"), []byte("\r\n")), nil
}

// inLines writes bytes as base64 in lines of 76 (RFC 2045 section 6.8).
func inLines(content []byte) string {
	const length = 76
	all := base64.StdEncoding.EncodeToString(content)
	var b strings.Builder
	for len(all) > length {
		b.WriteString(all[:length] + "\n")
		all = all[length:]
	}
	return b.String() + all
}

// send gives a mail to the SMTP server as anybody would. What a program wrote
// has no sender to answer to (RFC 3834 section 3.3).
func (s *Server) send(sample []byte, to string) error {
	m, err := mail.ReadMessage(bytes.NewReader(sample))
	if err != nil {
		return err
	}
	sender := ""
	if m.Header.Get("Auto-Submitted") == "" {
		from, err := m.Header.AddressList("From")
		if err != nil {
			return err
		}
		sender = from[0].Address
	}
	c, err := smtp.Dial(s.SMTP.String())
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.SendMail(sender, []string{to}, bytes.NewReader(sample)); err != nil {
		return err
	}
	return c.Quit()
}
