package review

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"usulan/intake"
	"usulan/store"
)

// alive says that the process answers.
func (s *Server) alive(c echo.Context) error {
	return c.JSON(http.StatusOK, health{Status: "ok"})
}

// health is what the probes say: nothing about anybody.
type health struct {
	Status string `json:"status"`
}

// readyWithin is how long the database may take to answer a probe.
const readyWithin = 2 * time.Second

// ready says that the database answers. A channel that is down does not make
// the service unready: staff can work on.
func (s *Server) ready(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), readyWithin)
	defer cancel()
	if _, err := s.db.LastEntry(ctx); err != nil {
		s.log.Error("database does not answer", "error", err)
		return c.JSON(http.StatusServiceUnavailable, health{Status: "database does not answer"})
	}
	return c.JSON(http.StatusOK, health{Status: "ok"})
}

// proxiedKey marks the context of a request that came through a proxy.
type proxiedKey struct{}

// sendMetrics answers to this machine and to who has a token. A request that
// came through a proxy is not from this machine, whatever its address.
func (s *Server) sendMetrics(c echo.Context) error {
	r := c.Request()
	proxied := r.Context().Value(proxiedKey{}) != nil
	if staffOf(c).ID == 0 && (proxied || !peerOf(r).IsLoopback()) {
		return errForbidden
	}
	s.metrics.handler.ServeHTTP(c.Response(), r)
	return nil
}

// metrics are the figures for Prometheus. Labels are codes from the
// configuration and the program: never a name, an address or a text.
type metrics struct {
	handler  http.Handler
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics(db *store.DB, zone *time.Location, log *slog.Logger) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "usulan_http_requests_total", Help: "Requests answered, by route and status.",
		}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "usulan_http_request_seconds", Help: "Time until a request was answered, by route.",
			Buckets: []float64{.002, .005, .01, .02, .05, .1, .25, .5, 1, 5},
		}, []string{"route"}),
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.requests, m.seconds, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &gauges{db: db, zone: zone, log: log})
	m.handler = promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return m
}

// counted counts a request by its route, not by its address, which may hold a secret.
func (s *Server) counted(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		if err := next(c); err != nil {
			c.Error(err) // answers, so that the status is known below
		}
		// Strangers may invent as many methods and addresses as they like.
		route, method := c.Path(), c.Request().Method
		if _, known := s.gate.least[method+" "+route]; !known {
			route, method = "none", "other"
		}
		s.metrics.requests.WithLabelValues(method, route, strconv.Itoa(c.Response().Status)).Inc()
		if !strings.HasSuffix(route, "/events") { // a stream lasts as long as somebody looks
			s.metrics.seconds.WithLabelValues(route).Observe(time.Since(start).Seconds())
		}
		return nil
	}
}

// gauges are read from the counters of the database when somebody asks.
type gauges struct {
	db   *store.DB
	zone *time.Location
	log  *slog.Logger
}

var (
	proposalsDesc = prometheus.NewDesc("usulan_proposals", "Proposals, by channel and state.", []string{"channel", "state"}, nil)
	taggedDesc    = prometheus.NewDesc("usulan_proposals_tagged", "Tagged proposals, by priority.", []string{"priority"}, nil)
	itemsDesc     = prometheus.NewDesc("usulan_items", "Items of a source in the ledger, by outcome.", []string{"source", "outcome"}, nil)
	missingDesc   = prometheus.NewDesc("usulan_items_missing", "Items at or below the position without a row in the ledger.", []string{"source"}, nil)
	connectedDesc = prometheus.NewDesc("usulan_source_connected", "1 while a source is connected.", []string{"source"}, nil)
	stateDesc     = prometheus.NewDesc("usulan_source_state", "1 for the state that a source is in, with the code of what is wrong, if anything is.", []string{"source", "state", "fault"}, nil)
	absentDesc    = prometheus.NewDesc("usulan_attachments_absent", "Attachments without their bytes: waiting to be fetched, or gone on the far side.", []string{"source", "state"}, nil)
	silentDesc    = prometheus.NewDesc("usulan_source_silent_seconds", "For how long nothing has arrived, where that is alarming; else 0.", []string{"source"}, nil)
	seenDesc      = prometheus.NewDesc("usulan_source_seen_timestamp_seconds", "When a source was last heard of.", []string{"source"}, nil)
	answersDesc   = prometheus.NewDesc("usulan_database_answers", "1 when the database answered.", nil, nil)
)

// Describe is part of prometheus.Collector.
func (g *gauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{proposalsDesc, taggedDesc, itemsDesc, missingDesc, connectedDesc, stateDesc, absentDesc, silentDesc, seenDesc, answersDesc} {
		ch <- d
	}
}

// Collect is part of prometheus.Collector.
func (g *gauges) Collect(ch chan<- prometheus.Metric) {
	send := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	ctx, cancel := context.WithTimeout(context.Background(), readyWithin)
	defer cancel()
	counts, err := g.db.Counts(ctx)
	sources, err2 := g.db.Sources(ctx)
	if err != nil || err2 != nil {
		g.log.Warn("figures not read", "counts", err, "sources", err2)
		send(answersDesc, 0)
		return
	}
	send(answersDesc, 1)
	for channel, states := range counts.Channel {
		for state, n := range states {
			send(proposalsDesc, float64(n), channel, string(state))
		}
	}
	for code, n := range counts.Priority {
		send(taggedDesc, float64(n), code)
	}
	for _, src := range sources {
		for outcome, n := range src.Outcomes {
			send(itemsDesc, float64(n), src.Name, string(outcome))
		}
		send(missingDesc, float64(src.Missing), src.Name)
		connected := 0.0
		if src.Status.State == intake.Connected {
			connected = 1
		}
		send(connectedDesc, connected, src.Name)
		send(stateDesc, 1, src.Name, string(src.Status.State), src.Status.Fault)
		send(silentDesc, src.Silent(g.db.Now(), g.zone).Seconds(), src.Name)
		send(absentDesc, float64(src.Waiting), src.Name, string(store.Waiting))
		send(absentDesc, float64(src.Gone), src.Name, string(store.Gone))
		if !src.SeenAt.IsZero() {
			send(seenDesc, float64(src.SeenAt.UnixMilli())/1000, src.Name)
		}
	}
}
