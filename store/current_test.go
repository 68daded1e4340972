package store

import (
	"slices"
	"testing"
	"time"

	"usulan/intake"
)

// TestCurrent edits and deletes: lists and search show what stands now, the
// proposal holds every version.
func TestCurrent(t *testing.T) {
	a, b := phone(1), phone(2)
	gerobak := text(a, "1", 0, "usul gerobak baru tiga buah")
	photo := chatting(a, "1", 0, intake.MediaMessage, "usul gerobak baru tiga buah")
	photo.Attachments = []intake.Attachment{{Name: "suratrahasia.jpg", Type: "image/jpeg", Role: intake.File, Data: []byte("jpg"), Size: 3}}
	place := chatting(a, "2", s1, intake.PlaceMessage, "")
	place.Chat.Location = &intake.Location{Latitude: -6.3, Longitude: 106.7, Name: "Pasar Serpong", Address: "Jl. Raya"}
	for _, tc := range []struct {
		name     string
		messages []*intake.Submission
		snippet  string
		found    []string
		lost     []string
		held     int
	}{
		{"AnEdit", []*intake.Submission{gerobak, edit(a, "2", s1, "1", "usul tenda lima buah")}, "usul tenda lima buah", []string{"tenda"}, []string{"gerobak"}, 2},
		{"TheLastEdit", []*intake.Submission{gerobak, edit(a, "2", s1, "1", "usul tenda"), edit(a, "3", s2, "1", "usul kios")}, "usul kios", []string{"kios"}, []string{"gerobak", "tenda"}, 3},
		{"TheLastEditWhicheverComesLast", []*intake.Submission{gerobak, edit(a, "3", s2, "1", "usul kios"), edit(a, "2", s1, "1", "usul tenda")}, "usul kios", []string{"kios"}, []string{"gerobak", "tenda"}, 3},
		{"AnEditThatComesFirst", []*intake.Submission{edit(a, "2", s1, "1", "usul tenda lima buah"), gerobak}, "usul tenda lima buah", []string{"tenda"}, []string{"gerobak"}, 2},
		{"ADeletion", []*intake.Submission{gerobak, text(a, "2", s1, "buat jualan"), deletion(a, "3", s2, "1")}, "buat jualan", []string{"jualan"}, []string{"gerobak"}, 3},
		{"ADeletionOfAll", []*intake.Submission{gerobak, deletion(a, "3", s2, "1")}, "", nil, []string{"gerobak"}, 2},
		{"ADeletionAfterAnEdit", []*intake.Submission{gerobak, edit(a, "2", s1, "1", "usul tenda"), deletion(a, "3", s2, "1")}, "", nil, []string{"gerobak", "tenda"}, 3},
		{"ADeletedPicture", []*intake.Submission{photo, deletion(a, "3", s2, "1")}, "", nil, []string{"gerobak", "suratrahasia"}, 2},
		{"AnEditOfACaption", []*intake.Submission{photo, edit(a, "3", s2, "1", "usul kios")}, "usul kios", []string{"kios", "suratrahasia"}, []string{"gerobak"}, 2},
		{"AnotherOnesEditChangesNothing", []*intake.Submission{gerobak, edit(b, "2", s1, "1", "usul tenda lima buah")}, "usul gerobak baru tiga buah", []string{"gerobak"}, nil, 1},
		{"AnAdministratorsDeletionHidesNothing", []*intake.Submission{in("g", text(a, "1", 0, "usul gerobak baru")), in("g", deletion(b, "2", s1, "1"))}, "usul gerobak baru", []string{"gerobak"}, nil, 1},
		{"ADeletionInAnotherRoomHidesNothing", []*intake.Submission{gerobak, in("g", deletion(a, "2", s1, "1"))}, "usul gerobak baru tiga buah", []string{"gerobak"}, nil, 1},
		{"WhatRevisesItselfIsStillThere", []*intake.Submission{gerobak, edit(a, "2", s1, "2", "usul tenda lima buah")}, "usul gerobak baru tiga buah · usul tenda lima buah", []string{"gerobak", "tenda"}, nil, 2},
		{"AGreetingIsNotTheBeginning", []*intake.Submission{text(a, "0", -s1, "Assalamualaikum wr wb"), gerobak, text(a, "2", s1, "makasih")}, "usul gerobak baru tiga buah · makasih", []string{"gerobak", "assalamualaikum"}, nil, 3},
		{"APlaceHasItsName", []*intake.Submission{gerobak, place}, "usul gerobak baru tiga buah · Pasar Serpong Jl. Raya", []string{"serpong"}, nil, 2},
		{"NoWordsAtAll", []*intake.Submission{chatting(a, "1", 0, intake.MediaMessage, "")}, "", nil, nil, 1},
		{"OnlyAGreetingWithAPicture", []*intake.Submission{chatting(a, "1", 0, intake.MediaMessage, "Assalamualaikum")}, "Assalamualaikum", []string{"assalamualaikum"}, nil, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			db, _ := heard(t, tc.messages...)
			p, err := db.Proposal(t.Context(), number(1))
			if err != nil {
				t.Fatal(err)
			}
			if p.Snippet != tc.snippet || p.Subject != "" || len(p.Parts) != tc.held {
				t.Errorf("snippet %q of %d submissions, subject %q; want %q of %d", p.Snippet, len(p.Parts), p.Subject, tc.snippet, tc.held)
			}
			for _, query := range tc.found {
				if got := refs(t, db, Filter{Query: query}); !slices.Contains(got, number(1)) {
					t.Errorf("%q does not find it", query)
				}
			}
			for _, query := range tc.lost {
				if got := refs(t, db, Filter{Query: query}); slices.Contains(got, number(1)) {
					t.Errorf("%q finds it still", query)
				}
			}
		})
	}
}

func TestSplitHint(t *testing.T) {
	a := phone(1)
	db, _ := heard(t, text(a, "1", 0, "1. pelatihan excel buat pengurus"), text(a, "2", 20*time.Second, "2. bantuan etalase"), chatting(a, "3", 30*time.Second, intake.MediaMessage, ""))
	p, err := db.Proposal(t.Context(), number(1))
	if err != nil || len(p.SplitHint) != 2 || !slices.Equal(p.SplitHint[0], []int64{1}) || !slices.Equal(p.SplitHint[1], []int64{2, 3}) {
		t.Errorf("hint %v, %v; want the first, and the second with its picture", p.SplitHint, err)
	}
	shift(t, db, staff(t, db, "sari"), 1, "", 2, 3)
	for n := 1; n <= 2; n++ {
		if p, err := db.Proposal(t.Context(), number(n)); err != nil || p.SplitHint != nil {
			t.Errorf("after the split %d hints at %v, %v", n, p.SplitHint, err)
		}
	}
}
