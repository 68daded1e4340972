package review

import (
	"html/template"
	"slices"
)

// cut is a place on the paper where a proposal could be parted because another
// request seems to begin there. Staff decide; nothing is parted by itself.
type cut struct {
	Submissions []int64 // that would go into a proposal of their own
	Messages    int     // on the paper, of these
	Cuts        int     // in the proposal
	Action      template.URL
	Version     int64
}

// suggest puts the cuts that the store hints at before the messages they begin
// with. action is where a form of submissions goes to be moved.
func (r *reading) suggest(action template.URL) {
	for i, group := range r.SplitHint {
		first := -1
		for at := range r.Parts {
			if slices.Contains(group, r.Parts[at].ID) {
				r.Parts[at].Request = i
				if first < 0 {
					first = at
				}
				if c := r.Parts[first].Cut; c != nil {
					c.Messages++
				} else if i > 0 && first > 0 {
					r.Parts[first].Cut = &cut{Submissions: group, Messages: 1, Cuts: len(r.SplitHint) - 1, Action: action, Version: r.Version}
				}
			}
		}
	}
}
