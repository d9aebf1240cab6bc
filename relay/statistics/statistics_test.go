package statistics

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/e2e/schematest"
)

var update = flag.Bool("update", false, "write the golden file anew")

var sessions = filepath.Join("..", "..", "testdata", "sessions")

const call = "5b7f2c0e9a4d41f8b6c3e2d1a0f98765"

func read(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(sessions, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func of(t testing.TB, log []byte, id string) *Session {
	t.Helper()
	var b Builder
	for line := range bytes.Lines(log) {
		if err := b.Add(line); err != nil {
			t.Fatal(err)
		}
	}
	return b.Session(id, "bank")
}

// TestCall tells a call of three people, who come and go and pass control on, and a page that lies.
func TestCall(t *testing.T) {
	log := read(t, "call.log.ndjson")
	schematest.Lines(t, log)
	got, err := json.MarshalIndent(of(t, log, call), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	golden := filepath.Join(sessions, "call.statistics.json")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := read(t, "call.statistics.json"); !bytes.Equal(got, want) {
		t.Errorf("the statistics are not those of %s (-update writes them anew):\n%s", golden, got)
	}
}

// TestArrivalDoesNotMatter holds that the order of the log is not that of the story.
func TestArrivalDoesNotMatter(t *testing.T) {
	want, err := json.Marshal(of(t, read(t, "call.log.ndjson"), call))
	if err != nil {
		t.Fatal(err)
	}
	lines := slices.Collect(bytes.Lines(read(t, "call.log.ndjson")))
	late := slices.IndexFunc(lines, func(l []byte) bool { return bytes.Contains(l, []byte(`"late":true`)) })
	inTime := slices.Insert(slices.Delete(slices.Clone(lines), late, late+1), 15, lines[late])
	if got, _ := json.Marshal(of(t, bytes.Join(inTime, nil), call)); !bytes.Equal(got, want) {
		t.Errorf("in time:\n%s\nlate:\n%s", got, want)
	}
}

// keys are those of the reference, by its data types.
var keys = map[string]string{
	"session": `terminator_name terminator_message id account_id owner_id start end terminator_id termination_reason participants windows chat_protocols`,
	"participants": `remote_ip runtime_system id type start end navigation_control_period web_session_id remote_ip_hash
		participant_id session_id user_id user_display_name first_name last_name user_name authorization_role session_rating team_id team_name additional_info`,
	"navigation_control_period": `id start end`,
	"windows":                   `id opener_id start end page_impressions`,
	"page_impressions":          `url id start end`,
	"chat_protocols":            `message_number sender_name session_id sender_first_name sender_last_name message id sender_id time`,
}

// TestKeys holds that every object has every key of its type, and no other, whatever the log tells.
func TestKeys(t *testing.T) {
	quote := read(t, "quote.log.ndjson")
	for name, log := range map[string][]byte{"call": read(t, "call.log.ndjson"), "quote": quote, "live": quote[:bytes.LastIndex(quote[:len(quote)-1], []byte("\n"))+1], "empty": nil} {
		text, err := json.Marshal(of(t, log, call))
		if err != nil {
			t.Fatal(err)
		}
		var session map[string]any
		if err := json.Unmarshal(text, &session); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		checkKeys(t, name, "session", session, seen)
		if name == "call" && len(seen) != len(keys) {
			t.Errorf("the call has only %v", seen)
		}
	}
}

func checkKeys(t *testing.T, log, typ string, object map[string]any, seen map[string]bool) {
	seen[typ] = true
	want := strings.Fields(keys[typ])
	for key, value := range object {
		if !slices.Contains(want, key) {
			t.Errorf("%s: %s has the key %s", log, typ, key)
		}
		if list, ok := value.([]any); ok {
			for _, one := range list {
				checkKeys(t, log, key, one.(map[string]any), seen)
			}
		} else if _, isList := keys[key]; isList {
			t.Errorf("%s: %s of %s is no list", log, key, typ)
		}
	}
	if len(object) != len(want) {
		t.Errorf("%s: %s has %d keys, want %d", log, typ, len(object), len(want))
	}
}

func TestLiveSession(t *testing.T) {
	log := read(t, "call.log.ndjson")
	s := of(t, bytes.Join(slices.Collect(bytes.Lines(log))[:7], nil), call)
	if s.End != nil || s.TerminationReason != nil || s.Participants[0].End != nil || s.Windows[0].End != nil {
		t.Errorf("a live session has ended: %+v", s)
	}
}

// TestCreatedOnce: the session starts when its first entry says so, whatever another one states.
func TestCreatedOnce(t *testing.T) {
	log := read(t, "call.log.ndjson")
	want := *of(t, log, call).Start
	for _, at := range []string{"2026-11-22T08:00:00.000Z", "2026-11-22T09:02:00.000Z"} {
		again := `{"completes":1,"details":{},"seq":99,"time":"` + at + `","type":"session_created"}` + "\n"
		if got := *of(t, append(bytes.Clone(log), again...), call).Start; got != want {
			t.Errorf("starts at %s, want %s", got, want)
		}
	}
}

// TestWebSession: a participant's web session is a page of theirs, not the back end nor a page where they had control.
func TestWebSession(t *testing.T) {
	const joined = `{"details":{"client_index":1},"seq":2,"stream":"0000000000000000","time":"2026-11-22T09:00:01.000Z","type":"participant_joined","actor":{"basis":"host","client_index":1}}`
	acts := func(basis, stream string) string {
		return `{"details":{},"seq":3,"stream":"` + stream + `","time":"2026-11-22T09:00:02.000Z","type":"click","actor":{"basis":"` + basis + `","client_index":1}}`
	}
	for _, tt := range []struct{ log, want string }{
		{joined, ""},
		{joined + "\n" + acts("control", "a1a1a1a1a1a1a1a1"), ""},
		{joined + "\n" + acts("control", "a1a1a1a1a1a1a1a1") + "\n" + acts("trusted", "b2b2b2b2b2b2b2b2"), "b2b2b2b2b2b2b2b2"},
	} {
		got := of(t, []byte(tt.log), call).Participants[0].WebSessionID
		if (got != nil) != (tt.want != "") || got != nil && *got != tt.want {
			t.Errorf("%v, want %q of\n%s", got, tt.want, tt.log)
		}
	}
}

func TestNoJSON(t *testing.T) {
	var b Builder
	if err := b.Add([]byte(`{"a":`)); err == nil {
		t.Error("half an entry is taken")
	}
}

// TestDocument holds that the first line of the document is the one of the call.
func TestDocument(t *testing.T) {
	document, err := os.ReadFile(filepath.Join("..", "..", "docs", "statistics.md"))
	if err != nil {
		t.Fatal(err)
	}
	shown, _, _ := strings.Cut(string(document), "\n")
	ended := time.Date(2026, 11, 22, 9, 4, 0, 0, time.UTC).UnixMilli()
	line, err := Line(of(t, read(t, "call.log.ndjson"), call), ended)
	if want := "`" + strings.TrimSuffix(string(line), "\n") + "`"; err != nil || shown != want {
		t.Errorf("the document shows\n%s\nand the line is\n%s", shown, want)
	}
}
