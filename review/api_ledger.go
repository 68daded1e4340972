package review

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"usulan/store"
)

// apiSource is a way in, in the ledger.
type apiSource struct {
	Name      string           `json:"name"`
	State     string           `json:"state"`
	Fault     string           `json:"fault"`
	SeenAt    *time.Time       `json:"seen_at"`
	ArrivedAt *time.Time       `json:"arrived_at"`
	Total     int64            `json:"total"`
	Outcomes  map[string]int64 `json:"outcomes"`
	Present   int64            `json:"present"`
	Missing   int64            `json:"missing"`
	Balanced  bool             `json:"balanced"`
}

// apiLedger tells what became of every item.
func (s *Server) apiLedger(c echo.Context) error {
	sources, err := s.db.Sources(c.Request().Context())
	if err != nil {
		return err
	}
	out := struct {
		Sources []apiSource `json:"sources"`
	}{Sources: make([]apiSource, 0, len(sources))}
	for _, src := range sources {
		out.Sources = append(out.Sources, s.apiSource(src))
	}
	return c.JSON(http.StatusOK, out)
}

func (s *Server) apiSource(src store.Source) apiSource {
	a := apiSource{
		Name: src.Name, State: string(src.Status.State), Fault: src.Status.Fault, SeenAt: s.timeOrNull(src.SeenAt), ArrivedAt: s.timeOrNull(src.ArrivedAt),
		Total: src.Total, Outcomes: map[string]int64{}, Present: src.Present, Missing: src.Missing,
	}
	var sum int64
	for outcome, n := range src.Outcomes {
		a.Outcomes[string(outcome)] = n
		sum += n
	}
	a.Balanced = sum == src.Total && src.Missing == 0
	return a
}

func (s *Server) timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(s.cfg.Zone)
	return &t
}
