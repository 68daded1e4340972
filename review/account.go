package review

import (
	"strings"
	"time"

	"usulan/store"
)

// account is what a source is linked to, as far as who looks may see it.
type account struct {
	Number, Name, Device string
	Since, Phone         time.Time
	By                   string // who linked it; empty when nobody did so on these screens
}

// accountOf returns the account of a source, nil when there is none. Its number
// is masked for who only reads.
func (p Page) accountOf(src store.Source) *account {
	a := src.Account
	if a == nil {
		return nil
	}
	out := &account{Number: dialled(a.Number), Name: a.Name, Device: a.Device, Since: a.Since, Phone: a.Phone}
	if !p.May(string(officer)) {
		out.Number = masked(out.Number)
	}
	if src.Link.Kind == store.Linked {
		out.By = src.Link.By
	}
	return out
}

// dialled is a number as it is dialled and written within Indonesia:
// 0812-1000-2000. A foreign one stays in its international form.
func dialled(number string) string {
	home, ok := strings.CutPrefix(number, "+62")
	if !ok || len(home) < 8 {
		return number
	}
	home = "0" + home
	return home[:4] + "-" + home[4:8] + "-" + home[8:]
}
