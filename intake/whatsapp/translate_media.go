package whatsapp

import (
	"crypto/sha256"
	"mime"
	"path"
	"strings"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"golang.org/x/text/unicode/norm"

	"usulan/intake"
)

// file is a file that a message brings: what is told of it, and where it is.
type file struct {
	kind     string // as people call it, for its name
	name     string // by its sender, made harmless; empty where there is none
	mimeType string
	fallback string // the type where the sender names none
	size     uint64
	duration time.Duration
	source   whatsmeow.DownloadableMessage
}

// media takes a picture, film, recording, document or sticker.
func (c *content) media(m *waE2E.Message) bool {
	switch {
	case m.GetImageMessage() != nil:
		i := m.GetImageMessage()
		c.image(i)
		c.text = clean(i.GetCaption())
		c.context(i.GetContextInfo())
	case m.GetVideoMessage() != nil:
		c.video(m.GetVideoMessage())
		c.text = clean(m.GetVideoMessage().GetCaption())
		c.context(m.GetVideoMessage().GetContextInfo())
	case m.GetPtvMessage() != nil: // a film of the round kind
		c.video(m.GetPtvMessage())
		c.text = clean(m.GetPtvMessage().GetCaption())
		c.context(m.GetPtvMessage().GetContextInfo())
	case m.GetAudioMessage() != nil:
		c.audio(m.GetAudioMessage())
		c.context(m.GetAudioMessage().GetContextInfo())
	case m.GetDocumentMessage() != nil:
		d := m.GetDocumentMessage()
		c.document(d)
		if d.GetCaption() != d.GetFileName() { // some programs repeat the name
			c.text = clean(d.GetCaption())
		}
		c.context(d.GetContextInfo())
	case m.GetStickerMessage() != nil:
		s := m.GetStickerMessage()
		c.file = &file{kind: "stiker", mimeType: s.GetMimetype(), fallback: "image/webp", size: s.GetFileLength(), source: s}
		c.context(s.GetContextInfo())
		c.as = intake.SmallMessage
		return true
	default:
		return false
	}
	c.as = intake.MediaMessage
	return true
}

func (c *content) image(i *waE2E.ImageMessage) {
	c.file = &file{kind: "foto", mimeType: i.GetMimetype(), fallback: "image/jpeg", size: i.GetFileLength(), source: i}
}

func (c *content) video(v *waE2E.VideoMessage) {
	c.file = &file{kind: "video", mimeType: v.GetMimetype(), fallback: "video/mp4", size: v.GetFileLength(), duration: seconds(v.GetSeconds()), source: v}
}

func (c *content) audio(a *waE2E.AudioMessage) {
	kind := "audio"
	if a.GetPTT() {
		kind = "suara"
	}
	c.file = &file{kind: kind, mimeType: a.GetMimetype(), fallback: "audio/ogg", size: a.GetFileLength(), duration: seconds(a.GetSeconds()), source: a}
}

func (c *content) document(d *waE2E.DocumentMessage) {
	name := d.GetFileName()
	if name == "" {
		name = d.GetTitle()
	}
	c.file = &file{
		kind: "dokumen", name: harmless(name), mimeType: d.GetMimetype(), fallback: "application/octet-stream", size: d.GetFileLength(), source: d,
	}
}

// seconds is the length of a recording.
func seconds(n uint32) time.Duration { return time.Duration(n) * time.Second }

// maxStated is the most that a sender is believed to have sent.
const maxStated = 1 << 40

// attachment is the file as part of its submission, with its bytes to come. at
// is when it was sent, where people read it.
func (f *file) attachment(at time.Time) intake.Attachment {
	a := intake.Attachment{Name: f.name, Type: mediaType(f.mimeType, f.fallback), Role: intake.File, Absent: true, Duration: f.duration}
	if f.size <= maxStated {
		a.Size = int64(f.size)
	}
	if hash := f.source.GetFileSHA256(); len(hash) == sha256.Size {
		a.Hash = [sha256.Size]byte(hash)
	}
	if a.Name == "" {
		a.Name = f.kind + "-" + at.Format("20060102-150405") + extensions[a.Type]
	} else if path.Ext(a.Name) == "" {
		a.Name += extensions[a.Type]
	}
	return a
}

// harmless makes a file name that can do no harm of what a sender chose.
func harmless(name string) string {
	return intake.SafeName(norm.NFC.String(strings.ToValidUTF8(name, "\uFFFD")))
}

// mediaType is the type that a sender names, in lower case and without
// parameters, or else the usual one.
func mediaType(stated, usual string) string {
	t, _, err := mime.ParseMediaType(stated)
	if major, minor, ok := strings.Cut(t, "/"); err != nil || !ok || major == "" || minor == "" {
		return usual
	}
	return t
}

// extensions of the types that phones send, for names that have none.
var extensions = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "image/heic": ".heic",
	"video/mp4": ".mp4", "video/3gpp": ".3gp", "video/quicktime": ".mov",
	"audio/ogg": ".ogg", "audio/mp4": ".m4a", "audio/mpeg": ".mp3", "audio/aac": ".aac", "audio/amr": ".amr",
	"application/pdf": ".pdf", "application/msword": ".doc", "application/vnd.ms-excel": ".xls", "application/vnd.ms-powerpoint": ".ppt",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   ".docx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         ".xlsx",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
	"application/zip": ".zip", "text/plain": ".txt", "text/csv": ".csv", "text/vcard": ".vcf",
}
