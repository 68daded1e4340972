package review

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"usulan/store"
)

// Who may use a route: the least role it takes, or anyone, signed in or not.
const (
	anyone        store.Role = "anyone"
	viewer                   = store.Viewer
	officer                  = store.Officer
	lead                     = store.Lead
	administrator            = store.Administrator
)

// gate is how routes are added: none without saying who may use it. What is
// added to echo behind its back is refused to everybody.
type gate struct {
	echo  *echo.Echo
	least map[string]store.Role // by method and path
}

func newGate(e *echo.Echo) *gate { return &gate{echo: e, least: map[string]store.Role{}} }

// GET adds a route for reading.
func (g *gate) GET(path string, h echo.HandlerFunc, least store.Role) {
	g.add(http.MethodGet, path, h, least)
}

// HEAD adds a route for who only wants to know whether GET would be answered.
func (g *gate) HEAD(path string, h echo.HandlerFunc, least store.Role) {
	g.add(http.MethodHead, path, h, least)
}

// POST adds a route for a form.
func (g *gate) POST(path string, h echo.HandlerFunc, least store.Role) {
	g.add(http.MethodPost, path, h, least)
}

// PUT adds a route for a program.
func (g *gate) PUT(path string, h echo.HandlerFunc, least store.Role) {
	g.add(http.MethodPut, path, h, least)
}

// DELETE adds a route for a program.
func (g *gate) DELETE(path string, h echo.HandlerFunc, least store.Role) {
	g.add(http.MethodDelete, path, h, least)
}

func (g *gate) add(method, path string, h echo.HandlerFunc, least store.Role) {
	g.least[method+" "+path] = least
	g.echo.Add(method, path, h)
}

// authorised lets a request through to its route when who makes it may use it.
func (g *gate) authorised(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		least, known := g.least[c.Request().Method+" "+c.Path()]
		switch staff := staffOf(c); {
		case !known && g.leads(c):
			return errForbidden
		case !known, least == anyone:
			return next(c) // to where it says that there is no such page
		case staff.ID == 0:
			return errSignIn
		case !staff.Role.May(least):
			return errForbidden
		}
		return next(c)
	}
}

// leads tells whether echo has a route for a request that the gate does not know.
func (g *gate) leads(c echo.Context) bool {
	for _, r := range g.echo.Routes() {
		if r.Path == c.Path() && (r.Method == c.Request().Method || r.Method == echo.RouteNotFound) {
			return true
		}
	}
	return false
}

// forPrograms tells whether a path is of the API: programs show a token, never a cookie.
func forPrograms(path string) bool { return strings.HasPrefix(path, "/api/") }
