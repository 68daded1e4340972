package review

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"usulan/store"
)

// move puts submissions into another proposal, or into one of their own when
// the form names none. The form has submissions (ids, several), version (of the
// proposal as it was seen) and to (a reference, or its number alone). Where its
// buttons say into, "new" takes no reference and "other" does not go without.
func (s *Server) move(c echo.Context) error {
	ref := c.Param("ref")
	v := viewOf(c, waiting)
	version, err := strconv.ParseInt(c.FormValue("version"), 10, 64)
	if err != nil {
		return &store.InputError{Field: "version", Key: "input.version"}
	}
	form, err := c.FormParams()
	if err != nil {
		return fmt.Errorf("read form: %w", err)
	}
	var submissions []int64
	for _, text := range form["submissions"] {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return &refusal{status: http.StatusUnprocessableEntity, key: "error.move_none", cause: err}
		}
		submissions = append(submissions, id)
	}
	ctx := c.Request().Context()
	to := referenceLike(ref, c.FormValue("to"))
	switch into := c.FormValue("into"); {
	case into == "new":
		to = ""
	case into == "other" && to == "":
		return &refusal{status: http.StatusUnprocessableEntity, key: "error.move_to"}
	}
	there, err := s.db.Move(ctx, actor(c), submissions, ref, version, to)
	var changed *store.Conflict
	if errors.As(err, &changed) {
		return s.refused(c, v, changed.Current, store.Decision{})
	}
	if err != nil {
		return cannotMove(err)
	}
	say := s.words(c).Say("moved", there.Ref)
	left, err := s.db.Summaries(ctx, []string{ref})
	if err != nil {
		return fmt.Errorf("read what is left: %w", err)
	}
	here := there
	if len(left) > 0 && left[0].Submissions > 0 {
		here = left[0] // there is more to decide where they were
	}
	if wantsJSON(c) {
		return s.sendDone(c, here, say)
	}
	return c.Redirect(http.StatusSeeOther, string(v.Of(here.Ref)))
}

// referenceLike completes a number alone to a reference of the same round.
func referenceLike(ref, to string) string {
	to = strings.TrimSpace(to)
	if _, err := strconv.ParseUint(to, 10, 31); err != nil {
		return to
	}
	return ref[:strings.LastIndex(ref, "-")+1] + to
}

// cannotMove says what is wrong with a move that the store refused.
func cannotMove(err error) error {
	var input *store.InputError
	if !errors.As(err, &input) {
		return fmt.Errorf("move submissions: %w", err)
	}
	r := &refusal{status: http.StatusUnprocessableEntity, key: "error.move_none", cause: err}
	switch input.Key {
	case "input.move_all":
		r.key = "error.move_all"
	case "input.move_to":
		r.key = "error.move_to"
	case "input.move_forum":
		r.key = "error.move_forum"
	}
	return r
}

// apiMove does the same for a program, and answers with the proposal where the
// submissions are now.
func (s *Server) apiMove(c echo.Context) error {
	var in struct {
		Submissions []int64 `json:"submissions"`
		Version     int64   `json:"version"`
		To          string  `json:"to"`
	}
	if err := readJSON(c, &in); err != nil {
		return err
	}
	if in.Version < 1 {
		return badRequest(http.StatusUnprocessableEntity, "version")
	}
	ctx := c.Request().Context()
	there, err := s.db.Move(ctx, actor(c), in.Submissions, c.Param("ref"), in.Version, in.To)
	if err != nil {
		return cannotMove(err)
	}
	return s.sendItem(c, there)
}
