package review

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"usulan/store"
)

// Export is a list of proposals as a file.
type Export struct {
	Format  string         // "xlsx" or "csv"
	Filter  store.Filter   // which proposals, in which order
	Zone    *time.Location // of the dates
	By      string         // who asked for it, as the file tells
	TempDir string         // where a workbook grows; empty is the system's
}

// exportTypes are the media types of the formats there are.
var exportTypes = map[string]string{
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"csv":  "text/csv; charset=utf-8",
}

// Write writes the file, notes the export in the history and returns how many
// proposals it holds. When it returns an error, what was written is not a
// complete file and must not be kept. Memory does not grow with the number of
// proposals.
func (x Export) Write(ctx context.Context, db *store.DB, who store.Actor, w io.Writer) (int, error) {
	settings, err := db.Settings(ctx)
	if err != nil {
		return 0, err
	}
	about := about{forum: settings.Forum.Name, filter: describe(x.Filter), by: x.By, at: db.Now(), zone: x.Zone}
	rows := func(yield func(*store.Proposal) error) error { return db.All(ctx, x.Filter, yield) }
	var n int
	switch x.Format {
	case "xlsx":
		n, err = writeXLSX(w, x.TempDir, settings, about, rows)
	case "csv":
		n, err = writeCSV(w, settings, about, rows)
	default:
		return 0, fmt.Errorf("export format %q is not known: use xlsx or csv", x.Format)
	}
	if err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	if err := db.NoteExport(ctx, who, x.Format, n); err != nil {
		return 0, err
	}
	return n, nil
}

// describe says in words which proposals a filter chooses, for the sheet Keterangan.
func describe(f store.Filter) string {
	var parts []string
	for _, s := range f.States {
		parts = append(parts, "status "+stateWords[s])
	}
	add := func(what, value string) {
		if value != "" {
			parts = append(parts, what+" "+value)
		}
	}
	add("prioritas", f.Priority)
	add("kanal", f.Channel)
	add("kata", f.Query)
	if f.Participant != 0 {
		parts = append(parts, "satu pengusul")
	}
	if len(parts) == 0 {
		return "semua usulan"
	}
	return strings.Join(parts, ", ")
}

func (s *Server) exportXLSX(c echo.Context) error { return s.export(c, "xlsx") }

func (s *Server) exportCSV(c echo.Context) error { return s.export(c, "csv") }

// export sends what the query chooses. The file is whole before its first byte
// leaves: an error is an error page and never half a file, and a slow line does
// not hold the database's snapshot.
func (s *Server) export(c echo.Context, format string) error {
	filter, err := s.exportFilter(c)
	if err != nil {
		return err
	}
	spool, err := os.CreateTemp(s.cfg.TempDir, "usulan-export-")
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	defer func() {
		spool.Close()
		if err := os.Remove(spool.Name()); err != nil {
			s.log.Warn("temporary file left behind", "error", err)
		}
	}()
	ctx := c.Request().Context()
	x := Export{Format: format, Filter: filter, Zone: s.cfg.Zone, By: staffOf(c).Name, TempDir: s.cfg.TempDir}
	n, err := x.Write(ctx, s.db, actor(c), spool)
	if err != nil {
		return err
	}
	size, err := spool.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = spool.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	settings, err := s.db.Settings(ctx)
	if err != nil {
		return err
	}
	s.log.Info("exported", "format", format, "proposals", n, "staff", staffOf(c).ID)
	h := c.Response().Header()
	h.Set(echo.HeaderContentDisposition, disposition("attachment", ExportName(settings.Forum, s.now().In(s.cfg.Zone), format)))
	h.Set(echo.HeaderContentLength, strconv.FormatInt(size, 10))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	return c.Stream(http.StatusOK, exportTypes[format], spool)
}

// exportFilter is that of the list the export was asked for on. Programs ask
// for it in the API's stricter way.
func (s *Server) exportFilter(c echo.Context) (store.Filter, error) {
	if forPrograms(c.Request().URL.Path) {
		return apiFilter(c)
	}
	return viewOf(c, anyState).Filter, nil
}

// ExportName is what an export is called: usulan-USL-2020-20200317-1405.xlsx.
func ExportName(f store.Forum, at time.Time, format string) string {
	return fmt.Sprintf("usulan-%s-%d-%s.%s", f.Prefix, f.Year, at.Format("20060102-1504"), format)
}

// emptyTemp clears away what an earlier process left behind when it was
// killed. An export that cannot be written later says so then.
func (s *Server) emptyTemp() {
	if s.cfg.TempDir == "" {
		return
	}
	err := os.MkdirAll(s.cfg.TempDir, 0o700)
	for _, pattern := range []string{"usulan-export-*", "excelize-*"} {
		left, _ := filepath.Glob(filepath.Join(s.cfg.TempDir, pattern)) // the pattern is right
		for _, name := range left {
			err = errors.Join(err, os.Remove(name))
		}
	}
	if err != nil {
		s.log.Warn("folder for exports not cleared", "folder", s.cfg.TempDir, "error", err)
	}
}
