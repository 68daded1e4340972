package review

import (
	"github.com/labstack/echo/v4"

	"usulan/store"
)

// staffOf returns who is signed in; the zero Staff when nobody is.
func staffOf(c echo.Context) store.Staff {
	staff, _ := c.Get(staffKey).(store.Staff)
	return staff
}

// actor is who the request acts as.
func actor(c echo.Context) store.Actor {
	token, _ := c.Get(tokenKey).(store.Token)
	return store.Actor{Staff: staffOf(c).ID, Token: token.ID}
}
