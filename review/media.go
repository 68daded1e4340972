package review

import (
	"time"

	"usulan/intake"
	"usulan/store"
)

// media is what came with a submission, by how a browser shows it.
type media struct {
	Images []store.Attachment
	Films  []store.Attachment
	Sounds []store.Attachment
	Absent []absent
	Files  []attachment
	HTML   *store.Attachment
}

// attachment is a file in the row below a text.
type attachment struct {
	store.Attachment
	PDF bool
}

// absent stands where an attachment will be whose bytes are still on the far
// side, or are not there any more.
type absent struct {
	store.Attachment
	Noun string // what it will be shown as: image, film, sound, file
	Gone bool
	Ask  bool // who looks may have it fetched again
}

// Icon is the sign of its noun.
func (a absent) Icon() string {
	if a.Noun == "file" {
		return "clip"
	}
	return a.Noun
}

// sorted parts attachments by how they are shown, each kind in their order.
func (b *board) sorted(all []store.Attachment) media {
	var m media
	for i, a := range all {
		switch shown := shownAs(a.Type); {
		case a.Role == intake.HTML:
			if m.HTML == nil {
				m.HTML = &all[i]
			}
		case a.State != "":
			one := absent{Attachment: a, Noun: shown, Gone: a.State == "gone"}
			if shown == "" || shown == "pdf" {
				one.Noun = "file"
			}
			one.Ask = b.Officer && one.Gone
			m.Absent = append(m.Absent, one)
		case shown == "image":
			m.Images = append(m.Images, a)
		case shown == "film":
			m.Films = append(m.Films, a)
		case shown == "sound":
			m.Sounds = append(m.Sounds, a)
		default:
			m.Files = append(m.Files, attachment{Attachment: a, PDF: shown == "pdf"})
		}
	}
	return m
}

// shownAs says how a browser may show a file of this type on our pages. What
// is not named here can run code or is unknown, and is only handed out.
func shownAs(mediaType string) string {
	switch baseType(mediaType) {
	case "image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp", "image/bmp":
		return "image"
	case "audio/ogg", "audio/opus", "audio/mpeg", "audio/mp4", "audio/aac", "audio/amr", "audio/wav", "audio/x-wav", "audio/x-m4a":
		return "sound"
	case "video/mp4", "video/webm":
		return "film"
	case "application/pdf":
		return "pdf"
	default:
		return ""
	}
}

// Length is how long a recording or a film is: 0.34. Empty when nobody knows.
func (w *words) Length(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	seconds := int((d + time.Second/2) / time.Second)
	return w.Number(seconds/60) + w.colon + string([]byte{'0' + byte(seconds%60/10), '0' + byte(seconds%60%10)})
}
