package review

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html/charset"

	"usulan/intake"
	"usulan/store"
)

// What a stranger sent is kept apart from our pages by its own policy.
const (
	sandboxPolicy = "default-src 'none'; sandbox; frame-ancestors 'self'"
	htmlPolicy    = "default-src 'none'; img-src data:; style-src 'none'; sandbox; frame-ancestors 'self'"
	imagePolicy   = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
	// A browser's PDF reader does not start in a sandbox. It runs no script of
	// the document in our origin.
	pdfPolicy = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
)

// apart puts what a stranger sent under a policy of its own. Our pages may show
// it in a frame, nobody else's may.
func apart(h http.Header, policy string) {
	h.Set(echo.HeaderContentSecurityPolicy, policy)
	h.Set(echo.HeaderXContentTypeOptions, "nosniff")
	h.Set(echo.HeaderXFrameOptions, "SAMEORIGIN")
}

// attachment serves a file that came with a submission: shown where that is
// safe and wanted, handed out otherwise.
func (s *Server) attachment(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	a, body, err := s.db.Content(c.Request().Context(), id)
	if err != nil {
		return fmt.Errorf("open attachment: %w", err)
	}
	defer body.Close()
	kind, policy, disposition := a.Type, sandboxPolicy, "inline"
	switch shown := shownAs(a.Type); {
	case shown == "" || a.Role == intake.HTML || c.QueryParam("download") != "":
		kind, disposition = echo.MIMEOctetStream, "attachment"
	case shown == "pdf":
		policy = pdfPolicy
	default:
		policy = imagePolicy
	}
	h := c.Response().Header()
	apart(h, policy)
	h.Set(echo.HeaderCacheControl, "private, max-age=3600")
	h.Set(echo.HeaderContentDisposition, mime.FormatMediaType(disposition, map[string]string{"filename": a.Name}))
	if film, ok := body.(io.ReadSeeker); ok {
		// Players ask for the end of a film before its middle (RFC 9110, section 14).
		h.Set(echo.HeaderContentType, kind)
		h.Set("ETag", `"`+a.SHA256+`"`)
		http.ServeContent(c.Response(), c.Request(), "", time.Time{}, film)
		return nil
	}
	h.Set(echo.HeaderContentLength, strconv.FormatInt(a.Size, 10))
	return c.Stream(http.StatusOK, kind, body)
}

// refetch asks for the bytes of an attachment once more.
func (s *Server) refetch(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := s.db.FetchAgain(c.Request().Context(), actor(c), id); err != nil {
		return fmt.Errorf("fetch attachment again: %w", err)
	}
	if wantsJSON(c) {
		return c.NoContent(http.StatusNoContent)
	}
	return c.Redirect(http.StatusSeeOther, local(cameFrom(c.Request())))
}

// cameFrom is the page of ours on which a form stood, as its browser says.
func cameFrom(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host {
		return "/"
	}
	return u.RequestURI()
}

// source hands out a submission exactly as it arrived.
func (s *Server) source(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	body, size, err := s.db.RawSource(c.Request().Context(), id)
	if err != nil {
		return fmt.Errorf("open raw source: %w", err)
	}
	defer body.Close()
	h := c.Response().Header()
	apart(h, sandboxPolicy)
	h.Set(echo.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": fmt.Sprintf("kiriman-%d.eml", id)}))
	h.Set(echo.HeaderContentLength, strconv.FormatInt(size, 10))
	return c.Stream(http.StatusOK, echo.MIMEOctetStream, body)
}

// htmlMost bounds the HTML that is cleaned in memory, in bytes; imageMost the
// pictures put into it.
const htmlMost, imageMost = 4 << 20, 6 << 20

// originalHTML shows the HTML form of a submission, cleaned, for a sandboxed frame.
func (s *Server) originalHTML(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	part, err := s.db.Part(ctx, id)
	if err != nil {
		return fmt.Errorf("read submission: %w", err)
	}
	var page string
	images := map[string]store.Attachment{}
	for _, a := range part.Attachments {
		switch {
		case a.Role == intake.HTML && page == "":
			if page, err = s.htmlOf(c, a); err != nil {
				return err
			}
		case a.ContentID != "" && shownAs(baseType(a.Type)) == "image":
			images[a.ContentID] = a
		}
	}
	if page == "" {
		return fmt.Errorf("find HTML of submission %d: %w", id, store.ErrNotFound)
	}
	left := int64(imageMost)
	clean := cleanHTML(page, func(cid string) string {
		a, ok := images[cid]
		if !ok || a.Size > left {
			return ""
		}
		left -= a.Size
		_, body, err := s.db.Content(ctx, a.ID)
		if err != nil {
			return ""
		}
		defer body.Close()
		b, err := io.ReadAll(io.LimitReader(body, a.Size))
		if err != nil {
			return ""
		}
		return baseType(a.Type) + ";base64," + base64.StdEncoding.EncodeToString(b)
	})
	apart(c.Response().Header(), htmlPolicy)
	return c.HTML(http.StatusOK, `<!doctype html><meta charset="utf-8"><title>HTML</title><base target="_blank">`+clean)
}

// htmlOf reads an HTML part as UTF-8.
func (s *Server) htmlOf(c echo.Context, a store.Attachment) (string, error) {
	_, body, err := s.db.Content(c.Request().Context(), a.ID)
	if err != nil {
		return "", fmt.Errorf("open HTML part: %w", err)
	}
	defer body.Close()
	raw, err := io.ReadAll(io.LimitReader(body, htmlMost))
	if err != nil {
		return "", fmt.Errorf("read HTML part: %w", err)
	}
	utf8, err := charset.NewReader(bytes.NewReader(raw), a.Type)
	if err != nil {
		return strings.ToValidUTF8(string(raw), "\uFFFD"), nil //nolint:nilerr // an unknown charset still has its ASCII
	}
	b, err := io.ReadAll(utf8)
	if err != nil {
		return "", fmt.Errorf("decode HTML part: %w", err)
	}
	return string(b), nil
}

// cleanHTML makes a stranger's HTML harmless: words and their structure stay,
// styles, forms and scripts go. A picture stays when inline has it by its
// Content-ID, as a data: address; all others lose their source, so that only
// their description shows.
func cleanHTML(page string, inline func(cid string) string) string {
	rules := bluemonday.UGCPolicy()
	rules.AllowDataURIImages()
	rules.AllowURLSchemes("cid")
	rules.RequireNoReferrerOnLinks(true)
	rules.RewriteSrc(func(u *url.URL) {
		source := *u
		*u = url.URL{}
		switch source.Scheme {
		case "data":
			*u = source
		case "cid":
			cid, err := url.PathUnescape(source.Opaque)
			if err != nil {
				cid = source.Opaque
			}
			if data := inline(cid); data != "" {
				*u = url.URL{Scheme: "data", Opaque: data}
			}
		}
	})
	return rules.Sanitize(page)
}

// baseType is a media type without its parameters.
func baseType(t string) string {
	base, _, _ := strings.Cut(t, ";")
	return strings.TrimSpace(base)
}

func idOf(c echo.Context) (int64, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read id in address: %w", store.ErrNotFound)
	}
	return id, nil
}
