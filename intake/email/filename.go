package email

import (
	"path"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"usulan/intake"
)

// extensions gives what files of common types are called that came without a
// name.
var extensions = map[string]string{
	"text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics", "text/csv": ".csv", "text/vcard": ".vcf", "text/x-vcard": ".vcf",
	"text/xml": ".xml", "application/xml": ".xml", "application/json": ".json", "application/rtf": ".rtf", "text/rtf": ".rtf",
	"application/pdf": ".pdf", "application/zip": ".zip", "application/x-zip-compressed": ".zip", "application/gzip": ".gz",
	"application/msword": ".doc", "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
	"application/vnd.ms-excel": ".xls", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
	"application/vnd.ms-powerpoint": ".ppt", "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
	"application/vnd.oasis.opendocument.text": ".odt", "application/ms-tnef": ".dat",
	"application/pkcs7-signature": ".p7s", "application/x-pkcs7-signature": ".p7s", "application/pkcs7-mime": ".p7m", "application/pgp-signature": ".asc",
	"image/jpeg": ".jpg", "image/jpg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/bmp": ".bmp", "image/tiff": ".tif",
	"image/webp": ".webp", "image/heic": ".heic", "image/svg+xml": ".svg",
	"audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/ogg": ".ogg", "audio/wav": ".wav", "audio/amr": ".amr", "video/mp4": ".mp4", "video/3gpp": ".3gp",
	"message/rfc822": ".eml", "message/global": ".eml", "message/news": ".eml",
	"message/delivery-status": ".txt", "message/disposition-notification": ".txt", "text/rfc822-headers": ".txt",
}

// givenName is the name that a sender gave a part, as it came. Where the program
// could not write it in the charset it chose, the other place may have it whole.
func givenName(p *part) string {
	name := p.params["name"]
	if given := p.dispParams["filename"]; given != "" && (name == "" || !strings.Contains(given, "??")) {
		return given
	}
	if name != "" {
		return name
	}
	return p.dispParams["name"]
}

// fileName gives a part a name that is harmless: the sender's, made safe, or one
// by its type.
func (c *content) fileName(p *part) string {
	if name := safeName(givenName(p)); name != "" {
		return name
	}
	if p.isMessage() && len(p.children) > 0 {
		if name := safeName(strings.ReplaceAll(p.children[0].header.get("subject"), "/", "-") + ".eml"); len(name) > len(".eml") {
			return name
		}
	}
	if p.mediaType == "text/html" {
		return "surat.html"
	}
	return c.nameless(extensions[p.mediaType])
}

// nameless makes a name for a part without one.
func (c *content) nameless(ext string) string {
	c.counter++
	return "lampiran-" + strconv.Itoa(c.counter) + ext
}

// typeByName guesses the media type of a file whose carrier has none.
func typeByName(name string) string {
	ext := strings.ToLower(path.Ext(name))
	best := "application/octet-stream"
	for mediaType, e := range extensions {
		if e == ext && ext != "" && (best == "application/octet-stream" || len(mediaType) < len(best) || len(mediaType) == len(best) && mediaType < best) {
			best = mediaType
		}
	}
	return best
}

// safeName makes a file name harmless, in composed letters. Empty stays empty.
func safeName(name string) string {
	return intake.SafeName(norm.NFC.String(strings.ToValidUTF8(name, "\uFFFD")))
}
