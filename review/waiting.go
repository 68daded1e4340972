package review

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"usulan/store"
)

// waitingPage lists the files that participants sent and that are not here:
// those still to be fetched, and those the far side does not have any more.
type waitingPage struct {
	Page
	Channel string
	Lists   []waitingList
}

type waitingList struct {
	State store.AttachmentState
	Light string
	Files []store.Absent
}

// waitingRows is how many of each are listed.
const waitingRows = 200

func (s *Server) waitingFiles(c echo.Context) error {
	frame, err := s.page(c, "channels")
	if err != nil {
		return err
	}
	source := c.QueryParam("source")
	p := waitingPage{Page: frame, Channel: channelOf(source)}
	p.Title = p.W.Say("waiting.title")
	awaited, gone, err := s.db.Absent(c.Request().Context(), source, waitingRows)
	if err != nil {
		return err
	}
	for _, l := range []waitingList{{store.Waiting, "wait", awaited}, {store.Gone, "off", gone}} {
		if len(l.Files) == 0 {
			continue
		}
		if !p.May(string(officer)) {
			for i := range l.Files {
				l.Files[i].From = masked(l.Files[i].From)
			}
		}
		p.Lists = append(p.Lists, l)
	}
	return s.screens.send(c, http.StatusOK, "waiting", p)
}

// Noun is what a file will be shown as.
func (waitingPage) Noun(a store.Absent) string {
	switch shown := shownAs(a.Type); shown {
	case "image", "film", "sound":
		return shown
	default:
		return "file"
	}
}
