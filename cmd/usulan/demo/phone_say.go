package demo

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"
)

// refusal is why something was not sent, for the person at the page.
type refusal string

func (r refusal) Error() string { return string(r) }

// places are what the location button offers.
var places = []said{
	{Place: "Pasar Serpong", Lat: -6.31920, Lng: 106.66560},
	{Place: "Pasar Ciputat", Lat: -6.31130, Lng: 106.74760},
	{Place: "Alun-alun Pamulang", Lat: -6.34280, Lng: 106.73820},
	{Place: "Gedung Inovasi, CBD BSD", Lat: -6.30190, Lng: 106.65290},
}

// send sends what was typed, or a file with it as its caption; or changes what
// was sent before.
func (p *Phone) send(w http.ResponseWriter, r *http.Request) {
	p.do(w, r, func(s said) (said, []byte, error) {
		s.Text = strings.TrimSpace(strings.ReplaceAll(r.FormValue("text"), "\r\n", "\n"))
		if target := r.FormValue("edit"); target != "" {
			s.Kind, s.Target = edit, target
			if s.Text == "" {
				return s, nil, refusal("Tulis dulu pesan yang benar.")
			}
			return s, nil, p.ownText(s)
		}
		s.Kind, s.Target = written, r.FormValue("quote")
		f, header, err := r.FormFile("file")
		switch {
		case errors.Is(err, http.ErrMissingFile), errors.Is(err, http.ErrNotMultipart), err == nil && header.Size == 0 && header.Filename == "":
			if s.Text == "" {
				return s, nil, refusal("Tulis dulu pesannya.")
			}
			return s, nil, nil
		case err != nil:
			return s, nil, err
		}
		defer f.Close()
		s.Target = ""
		data, err := attach(&s, f, header)
		return s, data, err
	})
}

// attach reads a file that a person chose. What it is goes by its beginning,
// not by its name.
func attach(s *said, f multipart.File, header *multipart.FileHeader) ([]byte, error) {
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	if len(data) == 0 {
		return nil, refusal("Berkas itu kosong.")
	}
	sniffed := http.DetectContentType(data)
	switch sniffed {
	case "image/jpeg", "image/png", "image/webp", "image/gif":
		s.Kind, s.Type = photo, sniffed
	case "application/ogg":
		s.Kind, s.Type = voice, voiceType
	default:
		s.Kind, s.File = document, path.Base(strings.ReplaceAll(header.Filename, `\`, "/"))
		s.Type = header.Header.Get("Content-Type")
		if s.Type == "" {
			s.Type = "application/octet-stream"
		}
	}
	return data, nil
}

// letter sends a photograph of a handwritten letter.
func (p *Phone) letter(w http.ResponseWriter, r *http.Request) {
	p.do(w, r, func(s said) (said, []byte, error) {
		s.Kind, s.Type, s.Text = photo, "image/jpeg", "ini suratnya"
		name := strings.ToUpper(strings.Map(plain, p.chats.name(s.Person)))
		return s, snapshot("KEPADA YTH DINAS KOPERASI", "DAN UKM TANGERANG SELATAN", "",
			"SAYA "+name, "MENGUSULKAN TEMPAT JUALAN", "YANG TETAP DAN MODAL 3 JUTA", "", "TERIMA KASIH"), nil
	})
}

// plain leaves what a letter can be drawn with.
func plain(r rune) rune {
	if r < 0x80 {
		return r
	}
	return '.'
}

// sampleVoice is how many seconds the voice note of the page lasts.
const sampleVoice = 12

func (p *Phone) voice(w http.ResponseWriter, r *http.Request) {
	p.do(w, r, func(s said) (said, []byte, error) {
		s.Kind, s.Type, s.Length = voice, voiceType, sampleVoice
		return s, silence(sampleVoice), nil
	})
}

func (p *Phone) location(w http.ResponseWriter, r *http.Request) {
	p.do(w, r, func(s said) (said, []byte, error) {
		for _, at := range places {
			if at.Place == r.FormValue("place") {
				s.Kind, s.Place, s.Lat, s.Lng = location, at.Place, at.Lat, at.Lng
				return s, nil, nil
			}
		}
		return s, nil, refusal("Tempat itu tidak dikenal.")
	})
}

func (p *Phone) delete(w http.ResponseWriter, r *http.Request) {
	p.do(w, r, func(s said) (said, []byte, error) {
		s.Kind, s.Target = deletion, r.FormValue("id")
		p.chats.mu.Lock()
		defer p.chats.mu.Unlock()
		target := p.chats.find(s.Target)
		if target == nil || target.Person != s.Person || target.Kind == edit || target.Kind == deletion || target.Kind == answer {
			return s, nil, refusal("Pesan itu tidak dapat dihapus.")
		}
		s.Group = target.Group
		return s, nil, nil
	})
}

// ownText tells whether the person may edit what the edit names.
func (p *Phone) ownText(s said) error {
	p.chats.mu.Lock()
	defer p.chats.mu.Unlock()
	target := p.chats.find(s.Target)
	if target == nil || target.Person != s.Person || target.Kind != written && target.Kind != forwarded {
		return refusal("Hanya pesan Anda yang berupa tulisan dapat diralat.")
	}
	return nil
}

// inMemory is how much of a form is not put into a file on its way.
const inMemory = 4 << 20

// do finds out who speaks, lets say fill in what, and sends it. Without the
// script the page comes back; with it, it hears of it by itself.
func (p *Phone) do(w http.ResponseWriter, r *http.Request, say func(said) (said, []byte, error)) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	err := r.ParseMultipartForm(inMemory) //nolint:gosec // G120: bounded by the line above
	if errors.Is(err, http.ErrNotMultipart) {
		err = r.ParseForm()
	}
	var who said
	if err == nil {
		who, err = speaker(r)
	}
	if err == nil {
		s, file, failed := say(who)
		if err = failed; err == nil {
			err = p.chats.say(s, file)
		}
	}
	var no refusal
	var large *http.MaxBytesError
	switch {
	case err == nil:
		// Where to is made of a number that was checked.
		http.Redirect(w, r, "/?"+url.Values{"as": {who.Person}}.Encode()+"#akhir", http.StatusSeeOther)
	case errors.As(err, &no):
		http.Error(w, string(no), http.StatusUnprocessableEntity)
	case errors.As(err, &large):
		http.Error(w, fmt.Sprintf("Berkas itu terlalu besar, paling banyak %d MiB.", maxUpload>>20), http.StatusRequestEntityTooLarge)
	default:
		p.log.Error("simulated message not sent", "error", err)
		http.Error(w, "Pesan belum terkirim. WhatsApp tiruan ini belum tersambung, coba lagi sebentar lagi.", http.StatusServiceUnavailable)
	}
}

// speaker is who writes: one of the list, or somebody new by name and number.
func speaker(r *http.Request) (said, error) {
	who := said{Person: r.FormValue("as")}
	if who.Person == newcomer {
		who.Name = strings.TrimSpace(r.FormValue("name"))
		if who.Name == "" || len(who.Name) > 60 {
			return who, refusal("Isi nama orang baru itu, paling panjang 60 huruf.")
		}
		number, err := phonenumbers.Parse(r.FormValue("number"), "ID")
		if err != nil || !phonenumbers.IsPossibleNumber(number) {
			return who, refusal("Isi nomor orang baru itu, misalnya 0812-0000-0199.")
		}
		who.Person = strings.TrimPrefix(phonenumbers.Format(number, phonenumbers.E164), "+")
	}
	if who.Person == "" || strings.Trim(who.Person, "0123456789") != "" || len(who.Person) > 15 {
		return who, refusal("Pilih dulu siapa yang menulis.")
	}
	return who, nil
}

// shownNumber is a number as Indonesians write it: 0812-0000-0101.
func shownNumber(digits string) string {
	rest, ok := strings.CutPrefix(digits, "62")
	if !ok {
		return "+" + digits
	}
	rest = "0" + rest
	var parts []string
	for len(rest) > 4 && len(parts) < 2 {
		parts, rest = append(parts, rest[:4]), rest[4:]
	}
	return strings.Join(append(parts, rest), "-")
}

// clock is the time of day as it is written here.
func clock(t time.Time, zone *time.Location) string { return t.In(zone).Format("15.04") }
