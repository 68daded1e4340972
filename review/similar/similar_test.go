package similar_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"usulan/cmd/usulan/config"
	"usulan/review/similar"
)

type pair struct {
	A, B    string
	Verdict similar.Verdict
}

// own reads the pairs of our own.
func own(t testing.TB) []pair {
	text, err := os.ReadFile("testdata/own.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.NewReplacer("/", "\n")
	var ps []pair
	for line := range strings.Lines(string(text)) {
		if f := strings.Split(strings.TrimSpace(line), " | "); len(f) == 3 {
			ps = append(ps, pair{lines.Replace(f[1]), lines.Replace(f[2]), similar.Verdict(f[0])})
		}
	}
	if len(ps) < 200 {
		t.Fatalf("%d pairs, want at least 200", len(ps))
	}
	return ps
}

// shared reads the pairs beside the project, which nothing was fitted to.
func shared(t *testing.T) []pair {
	f, err := os.Open("../../../shared/data/duplicates.jsonl")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("../shared is not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var ps []pair
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var p pair
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		ps = append(ps, p)
	}
	return ps
}

func comparer() *similar.Comparer {
	var places []string
	for _, k := range config.Default().Kecamatan {
		places = append(places, k.Name)
		for _, l := range k.Kelurahan {
			places = append(append(places, l.Name), l.Also...)
		}
	}
	return similar.New(places)
}

// quality is how often a verdict is right, and how many it finds.
func quality(c *similar.Comparer, ps []pair, called, are func(similar.Verdict) bool) (precision, recall float64) {
	hit, said, there := 0.0, 0.0, 0.0
	for _, p := range ps {
		_, v := c.Compare(p.A, p.B)
		if called(v) {
			said++
		}
		if are(p.Verdict) {
			there++
		}
		if called(v) && are(p.Verdict) {
			hit++
		}
	}
	return hit / said, hit / there
}

func TestCompare(t *testing.T) {
	c := comparer()
	identical := func(v similar.Verdict) bool { return v == similar.Identical }
	same := func(v similar.Verdict) bool { return v != similar.Different }
	for name, tc := range map[string]struct {
		pairs          []pair
		sameAtLeast    float64 // of what is called similar or identical
		foundAtLeast   float64
		copiesAtLeast  float64
		correctAtLeast float64
	}{
		"Own":    {own(t), 0.85, 0.7, 0.9, 0.98},
		"Shared": {shared(t), 0.8, 0.85, 0.9, 0.98},
	} {
		t.Run(name, func(t *testing.T) {
			precision, recall := quality(c, tc.pairs, identical, identical)
			t.Logf("identical: %.1f %% right, %.1f %% found", 100*precision, 100*recall)
			if precision < tc.correctAtLeast || recall < tc.copiesAtLeast {
				t.Errorf("identical: %.3f right, %.3f found", precision, recall)
			}
			precision, recall = quality(c, tc.pairs, same, same)
			t.Logf("the same request: %.1f %% right, %.1f %% found", 100*precision, 100*recall)
			if precision < tc.sameAtLeast || recall < tc.foundAtLeast {
				t.Errorf("the same request: %.3f right, %.3f found", precision, recall)
			}
		})
	}
}

func TestCompareHostile(t *testing.T) {
	c := comparer()
	for _, text := range []string{"", " ", "\x00", "\xff\xfe", "?", "...", strings.Repeat("usul ", 5000), strings.Repeat("a", 100000), "--\n", "> >"} {
		for _, other := range []string{"", "Mohon 3 gerobak untuk Rengas", text} {
			score, v := c.Compare(text, other)
			if score < 0 || score > 1 || score != score {
				t.Errorf("Compare(%.20q, %.20q) = %v, %s", text, other, score, v)
			}
			if v == similar.Identical && other != text {
				t.Errorf("%.20q is called identical to %.20q", text, other)
			}
		}
	}
}

func TestCompareSaysNo(t *testing.T) {
	c := comparer()
	for _, tc := range [][2]string{
		{"Mohon 10 gerobak untuk pedagang Rengas", "Mohon 12 gerobak untuk pedagang Rengas"},
		{"Mohon 10 gerobak untuk pedagang Rengas", "Mohon 10 gerobak untuk pedagang Rempoa"},
		{"PKL pasar mohon dipindah ke lahan kosong", "PKL pasar mohon jangan dipindah ke lahan kosong"},
		{"mohon modal 5 juta untuk warung nasi", "mohon modal 5 ribu untuk warung nasi"},
	} {
		if _, v := c.Compare(tc[0], tc[1]); v == similar.Identical {
			t.Errorf("%q and %q are called identical", tc[0], tc[1])
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	c, ps := comparer(), own(b)
	for i := 0; b.Loop(); i++ {
		p := ps[i%len(ps)]
		c.Compare(p.A, p.B)
	}
}
