package e2e

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	// noon is where the scenario begins in the steps, milliseconds since 1970.
	noon = 1795348800000 // 2026-11-22T12:00:00Z
	// hurried is how much faster the steps are than the scenario, so that more of them are under way at once.
	hurried = 4
	// apart parts the app's word of a join from that of the page, in milliseconds: if both came before they have their
	// numbers they would be one entry.
	apart = 4000
)

// writeSteps writes down what made the scenario's log, for the tests of the order: which streams were opened, and what
// each of them and the back end sent when. What the relay made itself is not in it.
func (s *play) writeSteps() {
	if !*writeGoldens {
		return
	}
	var steps strings.Builder
	add := func(step map[string]any) {
		line, err := json.Marshal(step)
		if err != nil {
			s.Fatal(err)
		}
		fmt.Fprintf(&steps, "%s\n", line)
	}
	began, waited := s.moment(s.entries[0]), int64(0)
	opened := map[string]bool{}
	for _, e := range s.entries {
		stream := e.text("stream")
		if stream == "" {
			continue
		}
		at := (s.moment(e)-began)/hurried + waited
		line := map[string]any{"type": e["type"], "time": noon + at, "details": e["details"]}
		if source := e.text("source"); source == "host" {
			if e["tab_id"] != nil {
				line["tab_id"] = e["tab_id"]
			}
		} else {
			if source != "recorder" {
				line["source"] = source
			}
			if !opened[stream] {
				add(map[string]any{"at": at, "open": stream, "tab": e["tab_id"], "url": object(e["page"])["url"], "person": s.person(stream)})
				opened[stream] = true
			}
		}
		add(map[string]any{"at": at, "send": stream, "events": []any{line}})
		if e.text("type") == "participant_joined" {
			waited += apart
		}
	}
	n := names{s.shop.url: "https://shop.example", s.desk.url: "https://desk.example"}
	for _, m := range drawn.FindAllStringSubmatch(steps.String(), -1) {
		if n[m[2]] == "" {
			n[m[2]] = fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, len(n))))[:len(m[2])]
		}
	}
	n[strings.Repeat("0", 16)] = strings.Repeat("0", 16) // the back end's stream is always this
	if err := os.WriteFile(filepath.Join("..", "testdata", "sessions", "scenario.steps.ndjson"), []byte(n.replaced(steps.String())), 0o644); err != nil {
		s.Fatal(err)
	}
}

// moment is when an entry was.
func (s *play) moment(e entry) int64 {
	at, err := time.Parse(time.RFC3339, e.text("time"))
	if err != nil {
		s.Fatal(err)
	}
	return at.UnixMilli()
}

// person is whom the token of a stream names.
func (s *play) person(stream string) map[string]any {
	for _, e := range ofType(s.entries, "recorder_started") {
		if e.text("stream") != stream {
			continue
		}
		who := entry(object(e["actor"]))
		user := map[int]string{0: "u-17", 1: "u-4"}[who.number("client_index")]
		return map[string]any{"client_index": who["client_index"], "name": who["username"], "role": who["role"], "user_id": user}
	}
	s.Fatalf("nobody is known of stream %s", stream)
	return nil
}
