package review

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

//go:embed *.html
var screenFiles embed.FS

// shared are the files that every screen may use; any other is a screen.
var shared = []string{"layout.html", "marks.html", "parts.html", "paper.html", "chat.html", "empty.html", "door.html"}

// engine holds every screen in every language, parsed once: a broken template
// ends the program at its start, not a request in its middle.
type engine struct {
	languages map[string]*words
	sets      map[string]*template.Template // language/screen
}

func newEngine(zone *time.Location, now func() time.Time, files *files) *engine {
	e := &engine{languages: languages(zone), sets: map[string]*template.Template{}}
	names, err := fs.Glob(screenFiles, "*.html")
	if err != nil {
		panic(err) // the pattern is wrong
	}
	for code, w := range e.languages {
		common := template.New("").Funcs(w.functions()).Funcs(template.FuncMap{
			"file": files.address, "mark": newMark, "now": now, "masked": masked, "item": itemName, "lit": lit, "channel": channelOf, "breakable": breakable,
		})
		template.Must(common.ParseFS(screenFiles, shared...))
		for _, name := range names {
			if screen, isScreen := screenOf(name); isScreen {
				set := template.Must(common.Clone())
				e.sets[code+"/"+screen] = template.Must(set.ParseFS(screenFiles, name))
			}
		}
	}
	return e
}

func screenOf(file string) (string, bool) {
	for _, s := range shared {
		if s == file {
			return "", false
		}
	}
	return strings.TrimSuffix(file, ".html"), true
}

// worded is any page data: it embeds Page.
type worded interface{ language() string }

func (p Page) language() string { return p.W.code }

// send renders a whole screen. It renders into memory first, so that an error
// in the middle of a template still becomes an error page.
func (e *engine) send(c echo.Context, status int, screen string, data worded) error {
	html, err := e.render(screen, "layout", data)
	if err != nil {
		return err
	}
	return c.HTMLBlob(status, html)
}

// render renders one block of a screen.
func (e *engine) render(screen, block string, data worded) ([]byte, error) {
	set := e.sets[data.language()+"/"+screen]
	if set == nil {
		return nil, fmt.Errorf("render %s: no such screen", screen)
	}
	var b bytes.Buffer
	if err := set.ExecuteTemplate(&b, block, data); err != nil {
		return nil, fmt.Errorf("render %s: %w", screen, err)
	}
	return b.Bytes(), nil
}
