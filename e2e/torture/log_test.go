package torture

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// result is what the logs have of what the tabs noted.
type result struct {
	streams, sessions, ended                 int
	happened, acknowledged, entries          uint64
	lost, repeated, holes, gaps, wrong, late int
	first                                    string // the first of what is wrong
}

func (r *result) String() string {
	return fmt.Sprintf("%d events happened, %d were acknowledged, %d are in the logs of %d sessions, of which %d have ended\n%d lost, %d repeated, %d holes in seq, %d gaps, %d late",
		r.happened, r.acknowledged, r.entries, r.sessions, r.ended, r.lost, r.repeated, r.holes, r.gaps, r.late)
}

func (r *result) fail(format string, args ...any) {
	if r.first == "" {
		r.first = fmt.Sprintf(format, args...)
	}
	r.wrong++
}

// readBack waits until the logs have everything, and compares.
func (s *stand) readBack() *result {
	s.t.Helper()
	var r *result
	s.eventually("the logs have all that was acknowledged", func() bool {
		r = &result{}
		for _, group := range s.groups {
			s.readGroup(r, group)
		}
		return r.entries >= r.acknowledged && r.lost == 0
	})
	if r.wrong+r.lost+r.repeated+r.holes+r.gaps > 0 || r.happened != r.acknowledged || r.happened != r.entries {
		s.t.Errorf("the log is not what happened: %s\n%s", r.first, r)
	}
	return r
}

// readGroup reads the log of one session and of those that went on where it had ended.
func (s *stand) readGroup(r *result, group []*tab) {
	s.t.Helper()
	seen := map[string]uint64{}
	chain := s.chain(group)
	for n, id := range chain {
		r.sessions++
		last := s.readLog(r, id, seen)
		if last == "session_end" {
			r.ended++
		} else if n < len(chain)-1 {
			r.fail("session %s was continued, and its last entry is %s", id, last)
		}
	}
	for _, t := range group {
		for _, st := range t.streams {
			r.streams++
			r.happened += st.added
			r.acknowledged += st.acked.Load()
			r.entries += seen[st.id]
			if seen[st.id] < st.acked.Load() {
				r.lost += int(st.acked.Load() - seen[st.id])
				r.fail("stream %s: %d events acknowledged, %d in the log", st.id, st.acked.Load(), seen[st.id])
			}
		}
	}
}

// chain gives the ids of a group's sessions in their order: each continues the one before.
func (s *stand) chain(group []*tab) (ids []string) {
	s.t.Helper()
	known := map[string]bool{}
	for _, t := range group {
		maps.Copy(known, t.sessions)
	}
	continues := map[string]string{} // by the session that is continued
	for len(known) > 0 {
		for id := range known {
			delete(known, id)
			summary, err := s.relays[0].Get(context.Background(), "/v1/sessions/"+id, "application/json")
			if err != nil {
				s.t.Fatal(err)
			}
			before := gjson.GetBytes(summary, "continues").Str
			if before != "" && continues[before] == "" {
				known[before] = true
			}
			if other := continues[before]; other != "" && other != id {
				s.t.Fatalf("session %q is continued by %s and by %s", before, other, id)
			}
			continues[before] = id
		}
	}
	for id := continues[""]; id != ""; id = continues[id] {
		ids = append(ids, id)
	}
	return ids
}

// readLog holds one log against the rules: seq without holes, each stream's events in their order without repeats and
// without gaps, session_created first and session_end nowhere but at the end. It gives the type of the last entry.
func (s *stand) readLog(r *result, id string, seen map[string]uint64) (last string) {
	s.t.Helper()
	log, err := s.relays[0].Get(context.Background(), "/v1/sessions/"+id+"/log", "application/x-ndjson")
	if err != nil {
		s.t.Fatal(err)
	}
	seq := int64(0)
	lines := bufio.NewScanner(bytes.NewReader(log))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		e := gjson.ParseBytes(lines.Bytes())
		if seq++; e.Get("seq").Int() != seq {
			r.holes++
			r.fail("session %s: %s stands where %d should", id, e.Raw, seq)
		}
		if last == "session_end" || (last == "") != (e.Get("type").Str == "session_created") {
			r.fail("session %s: %s after %q", id, e.Raw, last)
		}
		last = e.Get("type").Str
		if e.Get("late").Bool() {
			r.late++
		}
		if last == "gap" {
			r.gaps++
			r.fail("session %s: %s", id, e.Raw)
		}
		s.readEvent(r, e, seen)
	}
	return last
}

// readEvent holds an event against what its stream had before.
func (s *stand) readEvent(r *result, e gjson.Result, seen map[string]uint64) {
	id := e.Get("stream").Str
	if id == "" || !e.Get("stream_seq").Exists() {
		return // the relay's own
	}
	switch n := e.Get("stream_seq").Uint(); {
	case n <= seen[id]:
		r.repeated++
		r.fail("repeated: %s", e.Raw)
	case n > seen[id]+1:
		r.lost += int(n - seen[id] - 1)
		r.fail("after event %d of the stream: %s", seen[id], e.Raw)
		seen[id] = n
	default:
		seen[id] = n
		if want := fmt.Sprintf("act %d", n); !strings.Contains(e.Get("details.message").Str, want) || e.Get("type").Str != "client_log" {
			r.fail("%s, want %q", e.Raw, want)
		}
	}
	if !slices.ContainsFunc(s.tabs(), func(t *tab) bool {
		return slices.ContainsFunc(t.streams, func(st *stream) bool { return st.id == id })
	}) {
		r.fail("nobody's stream: %s", e.Raw)
	}
}
