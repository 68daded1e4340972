package whatsapp

import "testing"

func TestNumbers(t *testing.T) {
	for written, want := range map[string]string{
		"081200000101": "+6281200000101", "0812-0000-0101": "+6281200000101", "+62 812 0000 0101": "+6281200000101", "62812 0000 0101": "+6281200000101",
		"(021) 7654321": "+62217654321", "+60 12-345 6789": "+60123456789", "812 0000 0101": "+6281200000101", "0062 812 0000 0101": "+6281200000101",
		"+6281200000101;ext=5": "+6281200000101",
	} {
		if got, ok := international(written); !ok || got != want {
			t.Errorf("%q is %q, %t; want %q", written, got, ok, want)
		}
	}
	for _, written := range []string{"", "0", "halo", "+", "08", "0812", "+62 812 0000 0101 0000 0000 00", "+999 123", "\x00", "USL-2020-0001", "١٢"} {
		if got, ok := international(written); ok {
			t.Errorf("%q was taken for %q", written, got)
		}
	}
}

func TestShownNumbers(t *testing.T) {
	for number, want := range map[string]string{
		"+6281200000101": "0812-0000-0101", "+628120000010": "0812-0000-010", "+62812000001012": "0812-0000-01012",
		"+62217654321": "(021) 7654321", "+60123456789": "+60 12-345 6789", "+16505361212": "+1 650-536-1212",
		"+1": "+1", "+99999999999999999999": "+99999999999999999999", "": "", "halo": "halo", "+0": "+0",
	} {
		if got := shownNumber(number); got != want {
			t.Errorf("%q is shown as %q, want %q", number, got, want)
		}
	}
}
