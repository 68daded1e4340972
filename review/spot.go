package review

import (
	"html/template"
	"net/url"
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
