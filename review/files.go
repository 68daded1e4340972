package review

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"
)

//go:embed static
var staticFiles embed.FS

// files are the style sheets and scripts, compressed once. Their address has a
// hash of them all, so that a browser may keep them for ever and modules may
// import one another by their plain names.
type files struct {
	version string
	named   map[string]*staticFile
}

type staticFile struct {
	kind          string
	plain, packed []byte
}

func newFiles() *files {
	f := &files{named: map[string]*staticFile{}}
	sum := sha256.New()
	err := fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		plain, err := staticFiles.ReadFile(name)
		if err != nil {
			return err
		}
		sum.Write([]byte(name))
		sum.Write(plain)
		f.named[path.Base(name)] = &staticFile{kind: mediaType(name), plain: plain, packed: pack(plain)}
		return nil
	})
	if err != nil {
		panic(err) // the files are part of the program
	}
	f.version = hex.EncodeToString(sum.Sum(nil)[:6])
	return f
}

// mediaType does not ask the system, whose tables differ.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	default:
		return mime.TypeByExtension(path.Ext(name))
	}
}

func pack(b []byte) []byte {
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is known
	if _, err := z.Write(b); err != nil {
		panic(err) // memory takes everything
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// address is where a file is found; templates use it.
func (f *files) address(name string) string { return "/static/" + f.version + "/" + name }

// file serves a file. An old version's address gets the present file: a tab
// that was open during an upgrade keeps working.
func (s *Server) file(c echo.Context) error {
	f := s.files.named[c.Param("name")]
	if f == nil {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	h := c.Response().Header()
	h.Set(echo.HeaderVary, echo.HeaderAcceptEncoding)
	if c.Param("version") == s.files.version {
		h.Set(echo.HeaderCacheControl, "public, max-age=31536000, immutable")
	} else {
		h.Set(echo.HeaderCacheControl, "no-cache")
	}
	if strings.Contains(c.Request().Header.Get(echo.HeaderAcceptEncoding), "gzip") {
		h.Set(echo.HeaderContentEncoding, "gzip")
		return c.Blob(http.StatusOK, f.kind, f.packed)
	}
	return c.Blob(http.StatusOK, f.kind, f.plain)
}
