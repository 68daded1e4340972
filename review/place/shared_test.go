package place

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"
)

const data = "../../../shared/data/"

// TestShared measures the finder on examples whose senders' districts are known.
// A text may name another place than its sender's, so it is a floor, not a rule.
func TestShared(t *testing.T) {
	raw, err := os.ReadFile(data + "wilayah.json")
	if err != nil {
		t.Skip("the shared examples are not here")
	}
	var city struct {
		Kecamatan []struct {
			Nama      string
			Kelurahan []struct {
				Nama  string
				Alias []string
			}
		}
	}
	if err := json.Unmarshal(raw, &city); err != nil {
		t.Fatal(err)
	}
	var list []District
	for _, k := range city.Kecamatan {
		d := District{Name: k.Nama}
		for _, l := range k.Kelurahan {
			d.Parts = append(d.Parts, Part{Name: l.Nama, Also: l.Alias})
		}
		list = append(list, d)
	}
	f := New(list)
	file, err := os.Open(data + "proposals.jsonl")
	if err != nil {
		t.Skip("the shared examples are not here")
	}
	defer file.Close()
	named, right := 0, 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var p struct{ Text, Kecamatan string }
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		found := f.Find(p.Text)
		if len(found) == 0 {
			continue
		}
		named++
		for i, x := range found {
			if x.District.Name == p.Kecamatan {
				right++
				break
			}
			if i == len(found)-1 {
				t.Logf("%s: %q names %v", p.Kecamatan, p.Text, names(p.Text, found))
			}
		}
	}
	t.Logf("%d texts name a place, %d of them their sender's", named, right)
	if right*10 < named*8 {
		t.Errorf("of %d texts that name a place only %d name their sender's", named, right)
	}
}
