package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// story is what a program understands of a log that was written against the reference.
type story struct {
	Session string
	Joined  []string
	Control []string
	Pages   []string
	Fields  []string
	Types   map[string]int
}

// readStory reads a log by the four keys of the reference and by nothing else. A key of another name, another form of the
// time, an entry before its session or of another one: all of that is more than it knows.
func readStory(document []byte) (s story, err error) {
	var log struct {
		Entries []struct {
			Type      string         `json:"type"`
			Time      string         `json:"time"`
			SessionID string         `json:"session_id"`
			Details   map[string]any `json:"details"`
		} `json:"session_logs"`
	}
	d := json.NewDecoder(bytes.NewReader(document))
	d.DisallowUnknownFields()
	if err := d.Decode(&log); err != nil {
		return s, err
	}
	s.Types = map[string]int{}
	for i, e := range log.Entries {
		if _, err := time.Parse("2006-01-02T15:04:05.999999999", e.Time); err != nil {
			return s, fmt.Errorf("entry %d: %w", i, err)
		}
		details := entry(e.Details)
		switch e.Type {
		case "session_created":
			s.Session = details.text("session_id")
		case "participant_joined", "follower_joined":
			s.Joined = append(s.Joined, details.text("name"))
		case "control_gained":
			s.Control = append(s.Control, details.text("username"))
		case "navigate":
			s.Pages = append(s.Pages, details.text("username")+" "+details.text("url"))
		case "input_change":
			value := "masked"
			if details["is_masked"] != true {
				value = details.text("value")
			}
			s.Fields = append(s.Fields, details.text("node_name")+" "+value)
		}
		if e.Type != "session_created" && e.SessionID != s.Session {
			return s, fmt.Errorf("entry %d is of session %q", i, e.SessionID)
		}
		s.Types[e.Type]++
	}
	return s, nil
}

// TestReader holds that the reader is one of the reference: of logs of its shapes.
func TestReader(t *testing.T) {
	document, err := os.ReadFile(filepath.Join("..", "testdata", "sessions", "reference.json"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := readStory(document)
	if err != nil || s.Session == "" || len(s.Pages) != 1 || len(s.Fields) != 3 {
		t.Errorf("%+v, %v", s, err)
	}
	for _, other := range []string{`{"session_logs": [{"type":"chat","time":"2026-11-22T12:00:03Z","session_id":"","details":{}}]}`,
		`{"session_logs": [{"type":"chat","time":"2026-11-22T12:00:03","session_id":"","details":{},"seq":1}]}`} {
		if _, err := readStory([]byte(other)); err == nil {
			t.Errorf("the reader takes %s", other)
		}
	}
}

// understood holds the story that such a program reads of the scenario.
func (s *play) understood() {
	got, err := readStory(s.r.get("/v1/sessions/" + s.id + "/log?dialect=surfly"))
	if err != nil {
		s.Fatal(err)
	}
	for _, typ := range append([]string{"follower_joined"}, types...) {
		if got.Types[typ] == 0 {
			s.Errorf("a reader of the reference's logs finds no %s", typ)
		}
		delete(got.Types, typ)
	}
	if len(got.Types) > 0 {
		s.Errorf("such a reader does not know %v", got.Types)
	}
	want := story{
		Session: s.id, Joined: []string{"Bob Reed", "Ada Miller"}, Control: []string{"Bob Reed"},
		Pages: []string{
			"Bob Reed " + s.desk.url + "/desk", "Ada Miller " + s.shop.url + "/quote", "Ada Miller " + s.shop.url + "/terms?from=",
			"Ada Miller " + s.shop.url + "/offer?name=&country=",
		},
		Fields: []string{"input masked", "option PT"},
	}
	got.Types = nil
	if fmt.Sprint(got) != fmt.Sprint(want) {
		s.Errorf("a reader of the reference's logs understands\n%+v\nwant\n%+v", got, want)
	}
}
