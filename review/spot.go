package review

import (
	"html/template"
	"net/url"
	"slices"
	"strconv"

	"usulan/intake"
)

// spot is a point on the map as the paper shows it. Nothing is fetched from
// anybody until an officer clicks.
type spot struct {
	intake.Location
	Coordinates string       // as every map program takes them: -6.30200, 106.66500
	Geo         template.URL // for the map program of a phone (RFC 5870)
	Map         string       // for a browser
}

func newSpot(l intake.Location) *spot {
	lat, lon := strconv.FormatFloat(l.Latitude, 'f', 5, 64), strconv.FormatFloat(l.Longitude, 'f', 5, 64)
	query := url.Values{"mlat": {lat}, "mlon": {lon}}
	return &spot{
		Location: l, Coordinates: lat + ", " + lon,
		Geo: template.URL("geo:" + lat + "," + lon), //nolint:gosec // G203: two numbers
		Map: "https://www.openstreetmap.org/?" + query.Encode() + "#map=17/" + lat + "/" + lon,
	}
}

// named lists the districts and their parts that a conversation names. Which of
// them is meant, and for what, is for people to say.
func (b *board) named(r *reading) []string {
	if b.places == nil || !r.Chat {
		return nil
	}
	var out []string
	for _, p := range r.Parts {
		if !p.Withdrawn.IsZero() {
			continue
		}
		for _, f := range b.places.Find(p.Text) {
			name := f.District.Name
			if f.Part != nil && f.Part.Name != name {
				name = f.Part.Name + ", " + name
			}
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}
