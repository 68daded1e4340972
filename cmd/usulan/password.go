package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"usulan/review"
)

// askPassword asks for a new password twice on the terminal, without showing
// it, or takes the first line of standard input when that is no terminal.
func askPassword(ctx context.Context, std streams, name string) (string, error) {
	in, ok := std.in.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		password, err := firstLine(std.in)
		if err != nil {
			return "", err
		}
		return password, review.CheckPassword(name, password)
	}
	for {
		password, err := askHidden(ctx, std, in, "New password for "+name+": ")
		if err != nil {
			return "", err
		}
		if err := review.CheckPassword(name, password); err != nil {
			fmt.Fprintf(std.err, "%v.\n", err)
			continue
		}
		again, err := askHidden(ctx, std, in, "Once more: ")
		if err != nil {
			return "", err
		}
		if again == password {
			return password, nil
		}
		fmt.Fprintln(std.err, "The two are not the same.")
	}
}

// firstLine reads a line; what follows is left alone.
func firstLine(in io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", errors.New("standard input has no password in its first line; with -link none is needed")
	}
	return line, nil
}

// askHidden reads a line from the terminal. An interrupt ends it, and the
// terminal shows again what is typed.
func askHidden(ctx context.Context, std streams, in *os.File, prompt string) (string, error) {
	state, err := term.GetState(int(in.Fd()))
	if err != nil {
		return "", fmt.Errorf("ask for a password: %w", err)
	}
	type answer struct {
		line []byte
		err  error
	}
	answers := make(chan answer, 1)
	fmt.Fprint(std.err, prompt)
	// A read of a terminal cannot be cancelled: after an interrupt this one ends
	// with the process, which is next.
	go func() {
		line, err := term.ReadPassword(int(in.Fd()))
		answers <- answer{line, err}
	}()
	defer fmt.Fprintln(std.err)
	select {
	case a := <-answers:
		if a.err != nil {
			return "", fmt.Errorf("ask for a password: %w", a.err)
		}
		return string(a.line), nil
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(int(in.Fd()), state))
	}
}
