package suggest_test

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"usulan/review/suggest"
)

//go:embed testdata/own.txt
var ownText string

// own are texts that nothing here was trained on.
func own(t testing.TB) []suggest.Example {
	t.Helper()
	var es []suggest.Example
	for line := range strings.Lines(ownText) {
		code, text, ok := strings.Cut(strings.TrimSpace(line), "|")
		if ok && !strings.HasPrefix(line, "#") {
			es = append(es, suggest.Example{Text: text, Code: code})
		}
	}
	return es
}

// shared reads the examples and priorities that lie beside the project.
func shared(t testing.TB) ([]suggest.Priority, []suggest.Example) {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared", "data")
	raw, err := os.ReadFile(filepath.Join(dir, "priorities.json"))
	if err != nil {
		t.Skip("needs ../shared beside the project")
	}
	var heads []struct {
		Code     string   `json:"code"`
		Title    string   `json:"official_id"`
		Keywords []string `json:"keywords"`
	}
	if err := json.Unmarshal(raw, &heads); err != nil {
		t.Fatal(err)
	}
	var ps []suggest.Priority
	for _, h := range heads {
		ps = append(ps, suggest.Priority(h))
	}
	f, err := os.Open(filepath.Join(dir, "proposals.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var es []suggest.Example
	for s := bufio.NewScanner(f); s.Scan(); {
		var e struct{ Text, Label string }
		if err := json.Unmarshal(s.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		es = append(es, suggest.Example{Text: e.Text, Code: e.Label})
	}
	return ps, es
}

// quality is how well a model does on examples.
type quality struct {
	first, three float64 // share with the right answer first, among three
	calibration  float64 // expected calibration error over ten equal bins
}

func judge(m *suggest.Model, es []suggest.Example) (q quality, wrong []string) {
	var off [10]float64
	for _, e := range es {
		s := m.Suggest(e.Text)
		bin := min(9, int(s[0].Confidence*10))
		off[bin] += s[0].Confidence
		if s[0].Code == e.Code {
			q.first++
			off[bin]--
		} else {
			wrong = append(wrong, fmt.Sprintf("%s, not %s: %s", s[0].Code, e.Code, e.Text))
		}
		for _, a := range s {
			if a.Code == e.Code {
				q.three++
			}
		}
	}
	for _, x := range off {
		q.calibration += math.Abs(x)
	}
	n := float64(len(es))
	return quality{q.first / n, q.three / n, q.calibration / n}, wrong
}

// TestSuggestUnseen judges on texts of our own after training on others'.
func TestSuggestUnseen(t *testing.T) {
	ps, es := shared(t)
	q, wrong := judge(suggest.Train(ps, es), own(t))
	t.Logf("%+v\n%s", q, strings.Join(wrong, "\n"))
	if q.first < 0.85 || q.three < 0.95 || q.calibration > 0.12 {
		t.Errorf("first %.3f, among three %.3f, calibration error %.3f", q.first, q.three, q.calibration)
	}
}

var heads = []suggest.Priority{
	{Code: "A", Title: "permodalan", Keywords: []string{"modal", "pinjaman", "bunga"}},
	{Code: "B", Title: "penataan pedagang", Keywords: []string{"lapak", "gerobak", "trotoar"}},
}

func TestSuggest(t *testing.T) {
	m := suggest.Train(heads, nil)
	t.Run("WorksBeforeTheFirstDecision", func(t *testing.T) {
		for text, want := range map[string]string{
			"mohon pinjaman modal tanpa bunga":            "A",
			"usul lapak yang tetap, jangan di trotoar":    "B",
			"Terima kasih, selamat pagi":                  suggest.None,
			"jalan berlubang depan rumah, lampu mati pak": suggest.None,
		} {
			if got := m.Suggest(text)[0].Code; got != want {
				t.Errorf("%q: got %s, want %s", text, got, want)
			}
		}
	})
	t.Run("LearnsFromDecisions", func(t *testing.T) {
		text := "minta kelas menenun"
		before := m.Suggest(text)
		var es []suggest.Example
		for range 5 {
			es = append(es, suggest.Example{Text: "kami minta kelas menenun", Code: "B"}, suggest.Example{Text: "kelas menenun lagi", Code: "gone"})
		}
		after := suggest.Train(heads, es).Suggest(text)
		if after[0].Code != "B" || after[0].Confidence <= before[0].Confidence {
			t.Errorf("before %+v, after %+v", before[0], after[0])
		}
	})
	t.Run("MarksTheWords", func(t *testing.T) {
		text := "Pak, kami mohon pinjaman lunak"
		s := m.Suggest(text)[0]
		if len(s.Words) == 0 || !strings.Contains(text[s.Words[0].Start:s.Words[0].End], "pinjaman") {
			t.Errorf("words of %+v in %q", s, text)
		}
	})
	t.Run("TheSameDecisionsMakeTheSameSuggestions", func(t *testing.T) {
		a, b := suggest.Train(heads, own(t)), suggest.Train(heads, own(t))
		for _, e := range own(t) {
			if x, y := a.Suggest(e.Text)[0], b.Suggest(e.Text)[0]; x.Code != y.Code || x.Confidence != y.Confidence {
				t.Fatalf("%q: %+v and %+v", e.Text, x, y)
			}
		}
	})
	t.Run("OddTexts", func(t *testing.T) {
		for _, text := range []string{"", " ", "😂😂", "\xff\xfe", strings.Repeat("a", 100_000), strings.Repeat("modal ", 20_000), "2", "-", "'", "P-IRT/AD/ART"} {
			var sum float64
			for _, s := range m.Suggest(text) {
				sum += s.Confidence
			}
			if math.Abs(sum-1) > 1e-6 {
				t.Errorf("%.20q: three answers of three sum up to %v", text, sum)
			}
		}
	})
}

func FuzzSuggest(f *testing.F) {
	m := suggest.Train(heads, nil)
	for _, e := range own(f) {
		f.Add(e.Text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range m.Suggest(text) {
			last := 0
			for _, w := range s.Words {
				if w.Start < last || w.End <= w.Start || w.End > len(text) {
					t.Fatalf("words %v of %q", s.Words, text)
				}
				if utf8.ValidString(text) && !utf8.ValidString(text[w.Start:w.End]) {
					t.Fatalf("a word cuts a letter: %q", text[w.Start:w.End])
				}
				last = w.End
			}
		}
	})
}

func BenchmarkTrain(b *testing.B) {
	ps, es := shared(b)
	var many []suggest.Example
	for len(many) < 10_000 {
		many = append(many, es...)
	}
	for b.Loop() {
		suggest.Train(ps, many[:10_000])
	}
}

func BenchmarkSuggest(b *testing.B) {
	ps, es := shared(b)
	m := suggest.Train(ps, es)
	for i := 0; b.Loop(); i++ {
		m.Suggest(es[i%len(es)].Text)
	}
}
