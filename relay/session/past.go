package session

import (
	"slices"

	"github.com/cotrail/cotrail/relay/store"
)

// maxPast bounds how many places are remembered that were left again, of the session's tabs and of their pages: as many
// as people leave in the minutes within which the back end tells of something. What is older is no longer known.
const maxPast = 64

// Place is where something was from a time on: the page of a tab, or the tab that was active.
type Place struct {
	At     int64  `json:"at"`
	Tab    string `json:"tab"`
	URL    string `json:"url,omitempty"` // of a page, scrubbed
	Title  string `json:"title,omitempty"`
	Opened string `json:"opened,omitempty"` // the stream of a page that has been opened, and has not yet said what was reached
}

// opens notes the page of a stream, by what is known of it before its first event.
func (s *Session) opens(st *Stream) {
	if info := st.Info; info.Frame == "" && info.Stream != store.HostStream {
		s.Pages = later(s.Pages, Place{At: info.Received, Tab: info.Tab, URL: info.URL, Opened: info.Stream}, (*Place).tab)
	}
}

// reaches notes what page a stream has reached then. Its first one it had as soon as it was opened.
func (s *Session) reaches(at int64, st *Stream) {
	info := st.Info
	if info.Frame != "" {
		return
	}
	if i := slices.IndexFunc(s.Pages, func(p Place) bool { return p.Opened == info.Stream }); i >= 0 {
		at = min(at, s.Pages[i].At)
		s.Pages = slices.Delete(s.Pages, i, i+1)
	}
	s.Pages = later(s.Pages, Place{At: at, Tab: info.Tab, URL: st.URL, Title: st.Title}, (*Place).tab)
}

// activates notes which tab is active from then on.
func (s *Session) activates(at int64, tab string) {
	s.Active = later(s.Active, Place{At: at, Tab: tab}, func(*Place) string { return "" })
}

// activeTab gives the tab that was active then, empty when that is not known.
func (s *Session) activeTab(at int64) string {
	for _, p := range slices.Backward(s.Active) {
		if p.At <= at {
			return p.Tab
		}
	}
	return ""
}

// pageIn gives the page that a tab had then, nil when that is not known.
func (s *Session) pageIn(tab string, at int64) *Place {
	for i := range slices.Backward(s.Pages) {
		if p := &s.Pages[i]; p.Tab == tab && p.At <= at {
			return p
		}
	}
	return nil
}

func (p *Place) tab() string { return p.Tab }

// later puts a place among the others, by time. When there are too many it forgets the oldest that was left for another
// one of the same kind.
func later(places []Place, p Place, kind func(*Place) string) []Place {
	i := len(places)
	for i > 0 && places[i-1].At > p.At {
		i--
	}
	places = slices.Insert(places, i, p)
	if len(places) <= maxPast {
		return places
	}
	last := map[string]int{}
	for i := range places {
		last[kind(&places[i])] = i
	}
	if len(places)-len(last) <= maxPast {
		return places
	}
	for i := range places {
		if last[kind(&places[i])] != i {
			return slices.Delete(places, i, i+1)
		}
	}
	return places
}
