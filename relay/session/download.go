package session

import (
	"slices"

	"github.com/cotrail/cotrail/masking/event"
)

const (
	// sameDownload is how far two reports of one download may lie apart, in milliseconds.
	sameDownload = 5000
	// maxDownloads bounds the downloads that are remembered for their other report: more in a few seconds are no person's.
	maxDownloads = 16
)

// Download is a download that was told of.
type Download struct {
	Tab    string `json:"tab"`
	URL    string `json:"url"`
	Time   int64  `json:"time"`
	Seq    uint64 `json:"seq"`
	Sensed bool   `json:"sensed,omitempty"` // by the recorder; else an app has said so
}

// download notes a download. merged is the entry of the other report of it, 0 when it has an entry of its own: one
// side tells of each download once.
func (s *Session) download(e *Event, entry *Entry) (merged uint64) {
	if i := s.told(e, entry.Tab); i >= 0 {
		seq := s.Downloads[i].Seq
		s.Downloads = append(s.Downloads[:i], s.Downloads[i+1:]...) // a third report is of another download
		if s.merge(seq, e, entry) {
			return seq
		}
		return 0
	}
	if len(s.Downloads) >= maxDownloads {
		s.Downloads = s.Downloads[1:]
	}
	s.Downloads = append(s.Downloads, Download{entry.Tab, s.facts.url, e.Time, s.seq + 1, e.Source == string(event.SourceRecorder)})
	return 0
}

// told gives the place of the download in the tab of which this is the other report, -1 when there is none.
func (s *Session) told(e *Event, tab string) int {
	sensed := e.Source == string(event.SourceRecorder)
	return slices.IndexFunc(s.Downloads, func(d Download) bool {
		apart := max(e.Time-d.Time, d.Time-e.Time)
		return d.Sensed != sensed && d.Tab == tab && d.URL == s.facts.url && apart <= sameDownload
	})
}
