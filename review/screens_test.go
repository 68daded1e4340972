package review

import (
	"net/http"
	"testing"

	"usulan/store"
)

// Every screen opens, in both languages.
func TestEveryScreenOpens(t *testing.T) {
	w := newWorld(t)
	w.arrive(correspondence()...)
	b := w.as(w.staff("ratna", store.Administrator))
	for _, path := range []string{
		"/", "/triage", "/triage?state=tagged", "/triage?q=modal", "/triage?q=tidakada", "/triage?aside=1",
		"/proposals/USL-2020-0002", "/proposals/USL-2020-0002?aside=1", "/proposals/USL-2020-0003?part=reading",
		"/proposals/USL-2020-0003?part=row", "/proposals/USL-2020-0003/after", "/triage/rows",
		"/proposals", "/proposals?q=modal&state=all", "/proposals?state=tagged&priority=P1", "/summary", "/channels", "/ledger",
		"/ledger?outcome=quarantine", "/ledger/1", "/ledger/13", "/trail", "/keys",
	} {
		if p := b.get(path); p.status != http.StatusOK {
			t.Errorf("%s: status %d; log:\n%s", path, p.status, w.log)
		}
	}
}
