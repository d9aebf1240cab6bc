package e2e

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var writeGoldens = flag.Bool("write", false, "write the golden files of the scenario anew")

// types are those that every session may have, by the reference and by our own contract.
var types = strings.Fields(`session_created session_end invitation_sent participant_joined participant_left
	tab_created switch_active_tab tab_pause tab_resume document_share document_edit file_download
	navigate relocate_start input_change submit click
	host_request host_change control_switch_request control_switch control_gained tab_control tab_control_request
	chat video_chat_enabled video_chat_archiving_started webrtc_stream_exception webrtc_stream_ended_by_user
	screenshot_generated feature_upgrade_request client_log`)

// complete holds that each type is in the log, that nothing came late, and that nothing secret is there.
func (s *play) complete() {
	for _, typ := range types {
		if !has(1, typ)(s.entries) {
			s.Errorf("the log has no %s", typ)
		}
	}
	for _, e := range s.entries {
		if e["late"] != nil {
			s.Errorf("entry %d came late", e.number("seq"))
		}
	}
	for _, secret := range []string{"canary", "ada.miller@", "sign on page"} {
		if strings.Contains(s.lines(""), secret) {
			s.Errorf("%q is in the log", secret)
		}
	}
}

// lines gives the log, an entry a line.
func (s *play) lines(query string) string {
	var answer struct {
		Entries []json.RawMessage `json:"session_logs"`
	}
	if err := json.Unmarshal(s.r.get("/v1/sessions/"+s.id+"/log"+query), &answer); err != nil {
		s.Fatal(err)
	}
	var b strings.Builder
	for _, e := range answer.Entries {
		fmt.Fprintf(&b, "%s\n", e)
	}
	return b.String()
}

// statistics gives those of the session, for people to read.
func (s *play) statistics() string {
	var b bytes.Buffer
	if err := json.Indent(&b, s.r.get("/v1/sessions/"+s.id+"/statistics"), "", "  "); err != nil {
		s.Fatal(err)
	}
	return strings.TrimSpace(b.String()) + "\n"
}

// sessionLine waits for the one line of a session log.
func sessionLine(t *testing.T, dir string) string {
	t.Helper()
	var lines []byte
	eventually(t, "the session has its line", func() bool {
		files, err := filepath.Glob(filepath.Join(dir, "session-*.log"))
		if err == nil && len(files) == 1 {
			lines, err = os.ReadFile(files[0])
		}
		return err == nil && bytes.HasSuffix(lines, []byte("\n"))
	})
	return string(lines)
}

// names are what stands in the golden files for what is another in every run.
type names map[string]string

var (
	drawn    = regexp.MustCompile(`"(\w+)":\s*"([0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{16})"`)
	times    = regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?`)
	measured = regexp.MustCompile(`"(\w+_ms|x|y)":(\s*)-?[\d.]+`)
	machine  = regexp.MustCompile(`"(user_agent|runtime_system|version|relay|recorder)":(\s*)"[^"]*"`)
)

// in gives a text with those names.
func (n names) in(text string) string {
	numbers := map[string]int{}
	for _, name := range n {
		key, _, _ := strings.Cut(name, " ")
		numbers[key]++
	}
	for _, m := range drawn.FindAllStringSubmatch(text, -1) {
		if n[m[2]] == "" {
			numbers[m[1]]++
			n[m[2]] = fmt.Sprintf("%s %d", m[1], numbers[m[1]])
		}
	}
	text = times.ReplaceAllString(n.replaced(text), "TIME")
	text = measured.ReplaceAllString(text, `"$1":${2}0`)
	return machine.ReplaceAllString(text, `"$1":$2"MACHINE"`)
}

// replaced gives a text with the names that are there already.
func (n names) replaced(text string) string {
	var pairs []string
	for what, name := range n {
		pairs = append(pairs, what, name)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// golden compares a text with a file of testdata, line by line.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *writeGoldens {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	g, w = slices.DeleteFunc(slices.Clone(g), func(l string) bool { return slices.Contains(w, l) }), slices.DeleteFunc(slices.Clone(w), func(l string) bool { return slices.Contains(g, l) })
	t.Errorf("%s differs (-write writes it anew).\ngot  %s\nwant %s", file, strings.Join(g, "\n     "), strings.Join(w, "\n     "))
}
