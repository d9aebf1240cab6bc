package statistics

import (
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking/event"
)

// window follows a tab.
func (s *scene) window(e *entry) {
	d, tab := e.details, e.tab
	if id := d.Get("tab_id"); id.Exists() && e.typ != event.Navigate {
		tab = id.String()
	}
	if tab == "" {
		return
	}
	w := s.open(tab)
	if w == nil && e.typ != event.TabClosed {
		w = &Window{ID: tab, Start: text(e.time), PageImpressions: []*PageImpression{}}
		s.Windows = append(s.Windows, w)
	}
	if w == nil {
		return
	}
	switch e.typ {
	case event.TabCreated:
		opener := s.person(d.Get("opened_by"))
		if opener == nil && e.actor >= 0 {
			opener = s.person(gjson.Parse(strconv.FormatInt(e.actor, 10)))
		}
		if opener != nil {
			w.OpenerID = first(w.OpenerID, opener.UserID)
		}
	case event.TabClosed:
		w.close(e.time)
	case event.Navigate:
		w.turn(e.time)
		w.PageImpressions = append(w.PageImpressions, &PageImpression{
			URL: said(d.Get("url")), ID: s.ID + "/windows/" + tab + "/page_impressions/" + strconv.Itoa(len(w.PageImpressions)+1), Start: text(e.time),
		})
	}
}

// open gives the window of a tab that is not closed, nil when there is none.
func (s *scene) open(tab string) *Window {
	for _, w := range s.Windows {
		if w.ID == tab && w.End == nil {
			return w
		}
	}
	return nil
}

// turn ends the page that is seen.
func (w *Window) turn(at string) {
	if n := len(w.PageImpressions); n > 0 && w.PageImpressions[n-1].End == nil {
		w.PageImpressions[n-1].End = text(at)
	}
}

func (w *Window) close(at string) {
	w.turn(at)
	if w.End == nil {
		w.End = text(at)
	}
}
