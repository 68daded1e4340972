package review

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"usulan/store"
)

// staffKey is where the session puts who is signed in.
const staffKey = "staff"

// staffOf returns who is signed in; the zero Staff when nobody is.
func staffOf(c echo.Context) store.Staff {
	staff, _ := c.Get(staffKey).(store.Staff)
	return staff
}

// actor is who the request acts as.
func actor(c echo.Context) store.Actor { return store.Actor{Staff: staffOf(c).ID} }

// need lets only those through who have at least this role.
func (s *Server) need(least store.Role) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			switch staff := staffOf(c); {
			case staff.ID == 0:
				return errSignIn
			case !staff.Role.May(least):
				return &refusal{status: http.StatusForbidden, key: "error.forbidden"}
			default:
				return next(c)
			}
		}
	}
}
