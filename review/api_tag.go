package review

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"usulan/store"
)

// apiTag tags a proposal to a priority.
func (s *Server) apiTag(c echo.Context) error {
	var in struct {
		Code      string `json:"code"`
		Version   int64  `json:"version"`
		Suggested string `json:"suggested"`
	}
	if err := readJSON(c, &in); err != nil {
		return err
	}
	if in.Code == "" {
		return badRequest(http.StatusUnprocessableEntity, "code")
	}
	return s.apiDecide(c, in.Version, store.Decision{State: store.Tagged, Priority: in.Code, Suggested: in.Suggested})
}

// apiUntag takes the priority off again: the proposal is back in the queue. One
// that has none stays as it is. Some programs cannot send a body with DELETE, so
// the version may be in the query; without any it is the present one, since who
// wants no priority at all loses nothing to a colleague who was quicker.
func (s *Server) apiUntag(c echo.Context) error {
	version, err := untagVersion(c)
	if err != nil {
		return err
	}
	p, err := s.db.Proposal(c.Request().Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	if version == 0 {
		version = p.Version
	}
	if p.State != store.Tagged && p.Version == version {
		return s.sendItem(c, p.Summary)
	}
	return s.apiDecide(c, version, store.Decision{State: store.New})
}

// untagVersion reads the version that a request names, 0 when it names none. The
// body may be that of the PUT which it takes back.
func untagVersion(c echo.Context) (int64, error) {
	query := c.QueryParam("version")
	if query == "" && c.Request().ContentLength == 0 {
		return 0, nil
	}
	var in struct {
		Code      string `json:"code"`
		Version   int64  `json:"version"`
		Suggested string `json:"suggested"`
	}
	if query == "" {
		if err := readJSON(c, &in); err != nil {
			return 0, err
		}
	} else if v, err := strconv.ParseInt(query, 10, 64); err == nil {
		in.Version = v
	}
	if in.Version < 1 {
		return 0, badRequest(http.StatusUnprocessableEntity, "version")
	}
	return in.Version, nil
}

func (s *Server) apiDecide(c echo.Context, version int64, d store.Decision) error {
	if version < 1 {
		return badRequest(http.StatusUnprocessableEntity, "version")
	}
	p, err := s.db.Decide(c.Request().Context(), actor(c), c.Param("ref"), version, d)
	var input *store.InputError
	switch {
	case errors.As(err, &input) && input.Field == "priority":
		return badRequest(http.StatusUnprocessableEntity, "code")
	case err != nil:
		return err
	}
	return s.sendItem(c, p)
}

func (s *Server) sendItem(c echo.Context, p store.Summary) error {
	item, err := s.apiItem(c.Request().Context(), p)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, item)
}

// readJSON reads the one JSON object that a request has to be.
func readJSON(c echo.Context, into any) error {
	kind, _, err := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	if err != nil || kind != echo.MIMEApplicationJSON {
		return badRequest(http.StatusUnsupportedMediaType, "type")
	}
	d := json.NewDecoder(c.Request().Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		var tooBig *http.MaxBytesError
		if errors.As(err, &tooBig) {
			return err
		}
		return &refusal{status: http.StatusBadRequest, key: "error.api_json", args: []any{jsonFault(err)}, cause: err}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badRequest(http.StatusBadRequest, "json", "there is more after the object")
	}
	return nil
}

// jsonFault says what is wrong with a body without quoting more of it than a field's name.
func jsonFault(err error) string {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind):
		return fmt.Sprintf("field %q takes a %s", kind.Field, kind.Type)
	case errors.As(err, &syntax):
		return fmt.Sprintf("no JSON at byte %d", syntax.Offset)
	case errors.Is(err, io.EOF):
		return "the body is empty"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the object does not end"
	default: // of an unknown field the decoder has no type
		return strings.TrimPrefix(err.Error(), "json: ")
	}
}
