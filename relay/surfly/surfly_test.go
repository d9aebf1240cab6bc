package surfly

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/masking/event/catalog"
)

func TestEntry(t *testing.T) {
	const head = `"session_id":"s1","seq":4,"source":"recorder","stream":"00112233aabbccdd","stream_seq":2,"message":"m","received":"2026-11-22T10:04:34.000Z","time":`
	for _, tt := range []struct{ name, in, want string }{
		{"session_created has no session_id of its own",
			`{"details":{"continues":"s0","created_from":"page","ip":null,"options":{"a":1},"server_region":null,"session_id":"s1","start_url":"","versions":{}},` + strings.Replace(head, `"seq":4`, `"seq":1`, 1) + `"2026-11-22T10:04:33.343Z","type":"session_created"}`,
			`{"type":"session_created","time":"2026-11-22T10:04:33.343","details":{"created_from":"page","ip":null,"options":{"a":1},"server_region":null,"session_id":"s1","start_url":""}}`},
		{"trailing zeros are cut",
			`{"details":{"client_index":1,"from":0,"username":"Bob"},` + head + `"2026-11-22T10:04:33.340Z","type":"control_gained"}`,
			`{"type":"control_gained","time":"2026-11-22T10:04:33.34","session_id":"s1","details":{"client_index":1,"username":"Bob"}}`},
		{"a fraction of zeros goes with its point",
			`{"details":{"message":"x"},` + head + `"2026-11-22T10:04:30.000Z","type":"client_log"}`,
			`{"type":"client_log","time":"2026-11-22T10:04:30","session_id":"s1","details":{"message":"x"}}`},
		{"the host joins",
			`{"actor":{"basis":"inferred","client_index":0,"role":"host","username":null},"details":{"client_index":0,"count":1,"role":"host"},` + head + `"2026-11-22T10:04:33.343Z","type":"participant_joined"}`,
			`{"type":"participant_joined","time":"2026-11-22T10:04:33.343","session_id":"s1","details":{"client_index":0}}`},
		{"others follow",
			`{"actor":{"basis":"inferred","client_index":1,"role":null,"username":null},"details":{"client_index":1,"role":null,"user_params":{}},` + head + `"2026-11-22T10:04:33.343Z","type":"participant_joined"}`,
			`{"type":"follower_joined","time":"2026-11-22T10:04:33.343","session_id":"s1","details":{"client_index":1,"user_params":{}}}`},
		{"the host tells a name, and claims a role",
			`{"actor":{"basis":"claimed","client_index":0,"role":"host","username":null},"details":{"client_index":0,"name":"Ada Miller","role":"customer"},` + head + `"2026-11-22T10:04:33.343Z","type":"participant_joined"}`,
			`{"type":"participant_joined","time":"2026-11-22T10:04:33.343","session_id":"s1","details":{"client_index":0,"name":"Ada Miller"}}`},
		{"the host says that somebody joined",
			`{"actor":{"basis":"host","client_index":0,"role":"host","username":null},"details":{"client_index":1,"name":"Eve Park"},` + head + `"2026-11-22T10:04:33.343Z","type":"participant_joined"}`,
			`{"type":"follower_joined","time":"2026-11-22T10:04:33.343","session_id":"s1","details":{"client_index":1,"name":"Eve Park"}}`},
		{"the back end says that the host joined",
			`{"details":{"client_index":1,"role":"host"},` + head + `"2026-11-22T10:04:33.343Z","type":"participant_joined"}`,
			`{"type":"participant_joined","time":"2026-11-22T10:04:33.343","session_id":"s1","details":{"client_index":1}}`},
		{"an input_change",
			`{"details":{"attributes":{"id":"country"},"cause":"user","checked":false,"input_type":"text","label":"Country","node_name":"input","parent_form_attributes":{},"trusted":true,"value":"PT","xpath":"//*[@id=\"country\"]"},` + head + `"2026-11-22T10:04:33.343Z","type":"input_change"}`,
			`{"type":"input_change","time":"2026-11-22T10:04:33.343","session_id":"s1","details":{"attributes":{"id":"country"},"node_name":"input","parent_form_attributes":{},"value":"PT","xpath":"//*[@id=\"country\"]"}}`},
		{"a masked one",
			`{"details":{"field":"90a4e1c7d52b6f38","filled":true,"is_masked":true,"node_name":"input","rule":"default"},` + head + `"2026-11-22T10:04:33.343Z","type":"input_change"}`,
			`{"type":"input_change","time":"2026-11-22T10:04:33.343","session_id":"s1","details":{"is_masked":true,"node_name":"input"}}`},
		{"a type without a sample keeps its details",
			`{"details":{"button":0,"node_name":"a"},` + head + `"2026-11-22T10:04:33.343Z","type":"click"}`,
			`{"type":"click","time":"2026-11-22T10:04:33.343","session_id":"s1","details":{"button":0,"node_name":"a"}}`},
		{"what completes a join is no join",
			`{"actor":{"basis":"claimed","client_index":0,"role":"host","username":null},"completes":2,"details":{"client_index":0,"name":"Ada Miller"},` + head + `"2026-11-22T10:04:33.343Z","type":"participant_joined"}`, ``},
		{"a page claims that the session began",
			`{"actor":{"basis":"claimed","client_index":0,"role":"host","username":null},"details":{},` + head + `"2026-11-22T10:04:33.343Z","type":"session_created"}`, ``},
		{"Cotrail's own is left out", `{"details":{},` + head + `"2026-11-22T10:04:33.343Z","type":"tab_closed"}`, ``},
		{"the app's own is left out", `{"details":{},` + head + `"2026-11-22T10:04:33.343Z","type":"x_quote"}`, ``},
	} {
		t.Run(tt.name, func(t *testing.T) {
			line, ok, err := Entry([]byte(tt.in), nil)
			if err != nil || ok != (tt.want != "") || string(line) != tt.want {
				t.Errorf("%v %v\ngot  %s\nwant %s", ok, err, line, tt.want)
			}
		})
	}
	if _, _, err := Entry([]byte(`{"type":"click"`), nil); err == nil {
		t.Error("took a cut entry")
	}
}

// TestOneJoin: what completes a join is in its entry. What the join knows stands.
func TestOneJoin(t *testing.T) {
	join := `{"actor":{"basis":"inferred","client_index":1,"role":null,"username":null},"details":{"client_index":1,"ip":"90a4","name":null,"user_params":{}},"seq":2,"time":"2026-11-22T10:04:33.343Z","session_id":"s1","type":"participant_joined"}`
	more := [][]byte{
		[]byte(`{"completes":2,"details":{"client_index":1,"count":2,"ip":"77b1","name":"Eve Park","email":null},"seq":5,"type":"participant_joined"}`),
		[]byte(`{"completes":2,"details":{"client_index":1,"name":"Eva Park","email":"e@\"quote.example"},"seq":7,"type":"participant_joined"}`),
	}
	const want = `{"type":"follower_joined","time":"2026-11-22T10:04:33.343","session_id":"s1","details":{"client_index":1,"email":"e@\"quote.example","ip":"90a4","name":"Eve Park","user_params":{}}}`
	if line, ok, err := Entry([]byte(join), more); err != nil || !ok || string(line) != want {
		t.Errorf("%v %v\ngot  %s\nwant %s", ok, err, line, want)
	}
}

// TestTypes says of each of our types whether the reference has it, and tries the dialect on its sample.
func TestTypes(t *testing.T) {
	own := strings.Fields(`tab_closed recorder_started recorder_stopped recorder_failed gap policy_loaded masking_corrected
		consent_given consent_withdrawn clipboard_copy clipboard_cut clipboard_paste print file_selected`)
	for _, c := range catalog.Types {
		line, ok, err := Entry([]byte(`{"type":"`+string(c.Type)+`","time":"2026-11-22T10:04:33.343Z","session_id":"s1","details":`+c.Sample+`}`), nil)
		if err != nil || ok == slices.Contains(own, string(c.Type)) {
			t.Errorf("%s: in the dialect %v, %v", c.Type, ok, err)
		}
		if !ok {
			continue
		}
		var e struct {
			Type    string
			Details map[string]any
		}
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		keys, isSampled := sampled[e.Type]
		for key := range e.Details {
			if isSampled && !slices.Contains(keys, key) {
				t.Errorf("%s has %s, which the reference has not", e.Type, key)
			}
		}
	}
	if spec, _ := event.Find("follower_joined"); len(missing(joined, spec.Keys)) > 0 {
		t.Errorf("participant_joined lacks %q of the reference", missing(joined, spec.Keys))
	}
}

func missing(names []string, keys []event.Key) (out []string) {
	for _, name := range names {
		if !slices.ContainsFunc(keys, func(k event.Key) bool { return k.Name == name }) {
			out = append(out, name)
		}
	}
	return out
}

var update = flag.Bool("update", false, "write the golden file anew")

// sessions holds logs that several packages read.
var sessions = filepath.Join("..", "..", "testdata", "sessions")

func mustRead(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(sessions, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestGolden writes a whole session in the dialect.
func TestGolden(t *testing.T) {
	var got []byte
	log := mustRead(t, "quote.log.ndjson")
	completing := map[uint64][][]byte{}
	for line := range bytes.Lines(log) {
		of := gjson.GetBytes(line, "completes").Uint()
		completing[of] = append(completing[of], line)
	}
	for line := range bytes.Lines(log) {
		out, ok, err := Entry(line, completing[gjson.GetBytes(line, "seq").Uint()])
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			got = append(append(got, out...), '\n')
		}
	}
	if *update {
		if err := os.WriteFile(filepath.Join(sessions, "quote.surfly.ndjson"), got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := mustRead(t, "quote.surfly.ndjson"); !bytes.Equal(got, want) {
		t.Errorf("the log in the dialect is not that of quote.surfly.ndjson (-update writes it anew):\n%s", got)
	}
}

// TestShapes: what the dialect gives of a site with default allow has the very keys of the reference, whose
// shapes stand in reference.json with people and pages of ours.
func TestShapes(t *testing.T) {
	var reference struct {
		Logs []entry `json:"session_logs"`
	}
	if err := json.Unmarshal(mustRead(t, "reference.json"), &reference); err != nil {
		t.Fatal(err)
	}
	known := map[string][]string{}
	for _, e := range reference.Logs {
		known[e.typ()] = append(known[e.typ()], e.shape())
	}
	seen := map[string]bool{}
	for line := range bytes.Lines(mustRead(t, "quote.surfly.ndjson")) {
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		if shapes := known[e.typ()]; shapes != nil {
			seen[e.shape()] = true
			if !slices.Contains(shapes, e.shape()) {
				t.Errorf("%s has the keys\n%s, the reference\n%s", e.typ(), e.shape(), strings.Join(shapes, "\n"))
			}
		}
	}
	for typ, shapes := range known {
		for _, s := range shapes {
			if !seen[s] {
				t.Errorf("no %s has the reference's keys %s", typ, s)
			}
		}
	}
}

type entry map[string]any

func (e entry) typ() string { return e["type"].(string) }

// shape lists the keys of an entry and of its details.
func (e entry) shape() string {
	return strings.Join(slices.Sorted(maps.Keys(e)), " ") + ": " + strings.Join(slices.Sorted(maps.Keys(e["details"].(map[string]any))), " ")
}
