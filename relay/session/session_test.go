package session

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/e2e/schematest"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/canonical"
	"github.com/cotrail/cotrail/relay/store"
)

const noon = 1795348800000 // 2026-11-22T12:00:00Z

// stage is a session under test. Streams are named by a letter; their ids are sixteen of it.
type stage struct {
	*testing.T
	Session
	work store.Work
	log  []byte // of the runs before
}

// setting makes a session with one stream for each letter: "a" is of participant 0, "b" of 1 and so on.
func setting(t *testing.T, streams string) *stage {
	s := &stage{T: t, work: store.Work{ID: "s1", Site: "quote", Created: noon}}
	for i, c := range streams {
		s.work.Streams = append(s.work.Streams, store.Stream{
			Opening: store.Opening{
				Site: "quote", Session: "s1", Stream: strings.Repeat(string(c), 16), Tab: "tab-" + string(c), Received: noon,
				URL: "https://quote.example/", IP: "90a4e1c7", Agent: "Mozilla/5.0", Width: 1280, Height: 800, Device: "desktop",
				Policy: "f00d", Release: "1.2.0",
			},
			ClientIndex: int64(c - 'a'), Ordinal: int64(i + 1), Live: true, Seen: noon,
		})
	}
	s.reload()
	return s
}

// reload ends the run and begins the next one, from what was saved.
func (s *stage) reload() {
	s.Helper()
	if s.Session.work != nil {
		for i := range s.Entries() {
			s.log = append(s.Entries()[i].Append(s.log), '\n')
		}
		saved, err := s.Save()
		if err != nil {
			s.Fatal(err)
		}
		s.work.State, s.work.LastSeq = saved, s.Seq()
	}
	if err := s.Load(&s.work, "2.0.0"); err != nil {
		s.Fatal(err)
	}
}

// happens applies an event of a stream, ms after noon. source may be empty for the recorder.
func (s *stage) happens(stream byte, ms int64, source, typ, details string) *Entry {
	s.Helper()
	st := s.Known[strings.Repeat(string(stream), 16)]
	if source == "" {
		source = "recorder"
	}
	s.Apply(&Event{Type: typ, Source: source, Time: noon + ms, Received: noon + ms + 5, Seq: st.Numbered + 1, Stream: st, Details: details})
	return &s.entries[len(s.entries)-1]
}

// finish gives the whole log, after checking what is true of every log.
func (s *stage) finish() []string {
	s.Helper()
	s.reload()
	schematest.Lines(s, s.log)
	var lines []string
	for line := range bytes.Lines(s.log) {
		line = bytes.TrimSuffix(line, []byte{'\n'})
		if c, err := canonical.Append(nil, line); err != nil || !bytes.Equal(c, line) {
			s.Errorf("%s\nis not canonical: %s %v", line, c, err)
		}
		if !bytes.Contains(line, fmt.Appendf(nil, `"seq":%d,`, len(lines)+1)) {
			s.Errorf("%s\nis not number %d", line, len(lines)+1)
		}
		lines = append(lines, string(line))
	}
	return lines
}

func wantLine(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestBeginning(t *testing.T) {
	s := setting(t, "a")
	s.happens('a', -300, "", "navigate", `{"url":"https://quote.example/cover","title":"Cover","kind":"load"}`)
	log := s.finish()
	wantLine(t, log[0], `{"actor":{"basis":"inferred","client_index":0,"role":"host","username":null},"details":{"created_from":"page","ip":"90a4e1c7","options":{},"server_region":null,"session_id":"s1","start_url":"https://quote.example/","versions":{"recorder":"1.2.0","relay":"2.0.0"}},"message":"The session began on https://quote.example/","received":"2026-11-22T12:00:00.000Z","seq":1,"session_id":"s1","source":"relay","time":"2026-11-22T11:59:59.700Z","type":"session_created"}`)
	wantLine(t, log[1], `{"actor":{"basis":"inferred","client_index":0,"role":"host","username":null},"details":{"authenticated":false,"client_index":0,"count":1,"deviceType":"desktop","email":null,"ip":"90a4e1c7","name":null,"online":true,"participant_num":1,"role":"host","screenHeight":800,"screenWidth":1280,"user_agent":"Mozilla/5.0","user_id":null,"user_params":{}},"message":"Guest joined","received":"2026-11-22T12:00:00.000Z","seq":2,"session_id":"s1","source":"relay","tab_id":"tab-a","time":"2026-11-22T11:59:59.700Z","type":"participant_joined"}`)
	wantLine(t, log[2], `{"actor":{"basis":"inferred","client_index":0,"role":"host","username":null},"details":{"kind":"load","title":"Cover","url":"https://quote.example/cover","username":null},"message":"Guest opened https://quote.example/cover","page":{"title":"Cover","url":"https://quote.example/cover"},"received":"2026-11-22T11:59:59.705Z","seq":3,"session_id":"s1","source":"recorder","stream":"aaaaaaaaaaaaaaaa","stream_seq":1,"tab_id":"tab-a","time":"2026-11-22T11:59:59.700Z","type":"navigate"}`)
}

// TestClockOffset: the log keeps by how much a page's clock is corrected, as the relay measured it, whatever the page says.
func TestClockOffset(t *testing.T) {
	s := setting(t, "a")
	s.work.Streams[0].Offset = -1250
	s.reload()
	e := s.happens('a', 0, "", "recorder_started", `{"version":"1.2.0","clock_offset_ms":7}`)
	if want := `{"clock_offset_ms":-1250,"version":"1.2.0"}`; string(e.Details) != want {
		t.Errorf("got %s, want %s", e.Details, want)
	}
	s.finish()
}

func TestUnknownBrowser(t *testing.T) {
	s := setting(t, "a")
	o := &s.work.Streams[0].Opening
	o.URL, o.IP, o.Agent, o.Width, o.Device, o.Policy, o.Release = "", "", "", 0, "", "", ""
	s.work.Continues = "s0"
	s.happens('a', 0, "", "click", `{"is_masked":true,"node_name":"button","rule":"default"}`)
	log := s.finish()
	for i, want := range []string{
		`"ip":null,"options":{},"server_region":null,"session_id":"s1","start_url":"","versions":{"recorder":"","relay":"2.0.0"}},"message":"The session began"`,
		`"deviceType":null,"email":null,"ip":null,"name":null,"online":true,"participant_num":1,"role":"host","screenHeight":null,"screenWidth":null,"user_agent":null`,
		`"masked_by":{"rule":"default"}`,
	} {
		if !strings.Contains(log[i], want) {
			t.Errorf("%s\nlacks %s", log[i], want)
		}
	}
	if want := `"details":{"continues":"s0",`; !strings.Contains(log[0], want) {
		t.Errorf("%s\nlacks %s", log[0], want)
	}
}

func TestActor(t *testing.T) {
	open := func(more string) string {
		return `{"node_name":"button","attributes":{},"xpath":"/html/body/button"` + more + `}`
	}
	for _, tt := range []struct{ name, source, typ, details, want string }{
		{"the browser vouches for it", "", "click", open(`,"trusted":true`), "trusted 0"},
		{"a script clicked", "", "click", open(`,"trusted":false`), "script"},
		{"a script changed it", "", "input_change", `{"is_masked":true,"node_name":"input","rule":"default","cause":"script"}`, "script"},
		{"remote control, vouched for", "", "input_change", `{"is_masked":true,"node_name":"input","rule":"default","cause":"remote","trusted":true}`, "trusted 0"},
		{"nothing is said", "", "navigate", `{"url":""}`, "inferred 0"},
		{"the page says it", "page", "client_log", `{"message":"x"}`, "claimed 0"},
		{"the page says that it is trusted", "page", "click", open(`,"trusted":true`), "claimed 0"},
		{"an extension says it", "extension", "client_log", `{"message":"x"}`, "claimed 0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := setting(t, "a")
			a := s.happens('a', 0, tt.source, tt.typ, tt.details).Actor
			got := string(a.Basis)
			if a.Basis != Script {
				got = fmt.Sprint(a.Basis, " ", a.Index)
			}
			if got != tt.want {
				t.Errorf("actor %s, want %s", got, tt.want)
			}
			s.finish()
		})
	}
}

func TestMessage(t *testing.T) {
	const country = `"attributes":{"id":"c1","name":"country"},"xpath":"//*[@id=\"c1\"]"`
	const bare = `"attributes":{},"xpath":"/html/body/input"`
	told := map[string]bool{}
	for _, tt := range []struct{ typ, details, want string }{
		{"navigate", `{"url":"https://quote.example/"}`, "Ada Miller opened https://quote.example/"},
		{"navigate", `{"url":"https://quote.example/","kind":"reload"}`, "Ada Miller reloaded https://quote.example/"},
		{"navigate", `{"url":"https://quote.example/","kind":"restore"}`, "Ada Miller returned to https://quote.example/"},
		{"input_change", `{"node_name":"option","value":"PT","selected":true,` + country + `}`, "Ada Miller changed country to 'PT'"},
		{"input_change", `{"node_name":"option","value":"PT","selected":false,` + country + `}`, "Ada Miller deselected 'PT' in country"},
		{"input_change", `{"node_name":"input","value":"","input_type":"text",` + country + `}`, "Ada Miller emptied country"},
		{"input_change", `{"node_name":"input","value":"on","input_type":"checkbox","checked":true,"attributes":{"id":"terms"},"xpath":""}`, "Ada Miller checked terms"},
		{"input_change", `{"node_name":"input","value":"on","input_type":"checkbox","checked":false,"attributes":{"id":"terms"},"xpath":""}`, "Ada Miller unchecked terms"},
		{"input_change", `{"node_name":"input","value":"basic","input_type":"radio","checked":true,"attributes":{"name":"plan"},"xpath":""}`, "Ada Miller chose 'basic' for plan"},
		{"input_change", `{"node_name":"input","value":"7","label":"Number of years",` + bare + `}`, "Ada Miller changed Number of years to '7'"},
		{"input_change", `{"node_name":"input","value":"7","input_type":"number",` + bare + `}`, "Ada Miller changed a number field to '7'"},
		{"input_change", `{"node_name":"textarea","value":"7",` + bare + `}`, "Ada Miller changed a field to '7'"},
		{"input_change", `{"node_name":"input","value":"` + strings.Repeat("é", 100) + `",` + country + `}`, "Ada Miller changed country to '" + strings.Repeat("é", 60) + "…'"},
		{"input_change", `{"is_masked":true,"node_name":"input","rule":"default","filled":true}`, "Ada Miller changed a masked input field"},
		{"input_change", `{"is_masked":true,"node_name":"input","rule":"default","filled":false}`, "Ada Miller emptied a masked input field"},
		{"input_change", `{"is_masked":true,"node_name":"option","rule":"default"}`, "Ada Miller changed a masked select field"},
		{"click", `{"node_name":"button","role":"button","label":"Next",` + bare + `}`, "Ada Miller clicked button 'Next'"},
		{"click", `{"node_name":"a","label":"Terms","button":1,` + bare + `}`, "Ada Miller middle-clicked link 'Terms'"},
		{"click", `{"node_name":"div",` + bare + `}`, "Ada Miller clicked a div"},
		{"click", `{"node_name":"img","button":2,` + bare + `}`, "Ada Miller right-clicked an img"},
		{"click", `{"node_name":"div",` + country + `}`, "Ada Miller clicked div 'country'"},
		{"click", `{"node_name":"",` + bare + `}`, "Ada Miller clicked something"},
		{"click", `{"is_masked":true,"node_name":"button","rule":"keypad"}`, "Ada Miller clicked a masked button"},
		{"submit", `{"form":{"id":"quote"},"valid":true}`, "Ada Miller submitted form 'quote'"},
		{"submit", `{"form":{},"valid":false}`, "Ada Miller tried to submit a form"},
		{"submit", `{"form":{},"is_masked":true,"rule":"block:#x"}`, "Ada Miller submitted a masked form"},
		{"tab_created", `{"tab_id":"9d2c","url":"https://quote.example/help"}`, "Ada Miller opened a tab with https://quote.example/help"},
		{"switch_active_tab", `{"to_tab":"9d2c"}`, "Ada Miller switched to another tab"},
		{"session_created", `{"start_url":"https://quote.example/"}`, "The session began on https://quote.example/"},
		{"session_end", `{"reason":"ended_by_host"}`, "The session ended: the host ended it"},
		{"invitation_sent", `{"channel":"sms"}`, "Ada Miller invited somebody by text message"},
		{"participant_joined", `{"client_index":0}`, "Ada Miller was identified"},
		{"participant_joined", `{"client_index":3,"name":"Eve Park"}`, "Eve Park joined"},
		{"participant_joined", `{"client_index":3}`, "Guest 4 joined"},
		{"participant_left", `{"client_index":3,"reason":"removed"}`, "Guest 4 was removed"},
		{"participant_left", `{"client_index":3,"username":"Eve Park","reason":"connection_lost"}`, "Eve Park was lost"},
		{"participant_left", `{"client_index":0}`, "Ada Miller left"},
		{"tab_closed", `{"tab_id":"t9","how":"closed"}`, "Ada Miller closed a tab"},
		{"tab_pause", `{"tab_id":"t9","by":null,"reason":"a call"}`, "Ada Miller paused the tab: a call"},
		{"tab_pause", `{"tab_id":"t9","reason":"frozen"}`, "The browser froze a tab of Ada Miller"},
		{"tab_resume", `{"tab_id":"t9","paused_ms":5}`, "Ada Miller resumed the tab"},
		{"document_share", `{"document_id":1,"filename":"*.pdf","shared_by":0}`, "Ada Miller shared a document: *.pdf"},
		{"document_edit", `{"document_id":1,"page":2,"action":"sign","by":"Eve"}`, "Eve edited page 2 of a document: sign"},
		{"document_edit", `{"document_id":1}`, "Ada Miller edited a document"},
		{"file_download", `{"url":"https://quote.example/f","filename":"*.pdf"}`, "Ada Miller downloaded *.pdf from https://quote.example/f"},
		{"file_download", `{"url":"","filename":null,"blocked":true}`, "Ada Miller tried to download a file"},
		{"relocate_start", `{"to_url":"https://quote.example/f"}`, "Ada Miller began to leave for https://quote.example/f"},
		{"relocate_start", `{"to_url":null}`, "Ada Miller began to leave the page"},
		{"relocate_start", `{"to_url":null,"cause":"reload"}`, "Ada Miller began to reload the page"},
		{"relocate_start", `{"to_url":"https://quote.example/f","new_tab":true}`, "Ada Miller began to open https://quote.example/f in a new tab"},
		{"host_request", `{"requested_by":2}`, "Guest 3 asked to be host"},
		{"host_change", `{"from":0,"to":"Eve"}`, "Eve is host now, no longer Ada Miller"},
		{"control_switch_request", `{"requested_by":2}`, "Guest 3 asked for control of the session"},
		{"control_switch", `{"from":0,"to":2,"cause":"granted"}`, "Control of the session passed from Ada Miller to Guest 3"},
		{"control_switch", `{"from":0,"to":2,"cause":"taken"}`, "Control of the session was taken by Guest 3 from Ada Miller"},
		{"control_switch", `{"from":0,"to":2,"cause":"denied"}`, "Control of the session was denied to Guest 3"},
		{"control_switch", `{"from":2,"to":null,"cause":"revoked"}`, "Control of the session was revoked from Guest 3"},
		{"control_switch", `{"from":2,"to":null}`, "Control of the session was given up by Guest 3"},
		{"control_gained", `{"client_index":0}`, "Ada Miller has control now"},
		{"tab_control", `{"tab_id":"t1","owner":0,"to":2,"action":"given"}`, "Control of a tab passed from Ada Miller to Guest 3"},
		{"tab_control", `{"tab_id":"all","to":2,"action":"denied"}`, "Control of all tabs was denied to Guest 3"},
		{"tab_control_request", `{"tab_id":"t1","requested_by":2}`, "Guest 3 asked to act in a tab"},
		{"chat", `{"from":2,"to":0,"length":24}`, "Guest 3 sent a chat message of 24 characters to Ada Miller"},
		{"chat", `{"from":2}`, "Guest 3 sent a chat message"},
		{"video_chat_enabled", `{"by":null,"media":["audio","video","screen"]}`, "Ada Miller started a call with audio, video and screen"},
		{"video_chat_enabled", `{"by":2,"media":["audio"]}`, "Guest 3 started a call with audio"},
		{"video_chat_archiving_started", `{"archive_id":1}`, "Ada Miller began to record a call"},
		{"webrtc_stream_exception", `{"stream":1,"name":"NotAllowedError"}`, "A stream of Ada Miller failed: NotAllowedError"},
		{"webrtc_stream_ended_by_user", `{"stream":1,"by":null}`, "Ada Miller ended a stream"},
		{"screenshot_generated", `{"screenshot_id":1,"trigger":"annotation"}`, "A screenshot was made: annotation"},
		{"feature_upgrade_request", `{"feature":"video"}`, "Ada Miller asked for 'video'"},
		{"feature_upgrade_request", `{"feature":"video","outcome":"denied"}`, "Ada Miller asked for 'video': denied"},
		{"consent_given", `{"text_id":"en-3"}`, "Ada Miller agreed to be recorded"},
		{"consent_withdrawn", `{"by":2}`, "Guest 3 no longer agrees to be recorded"},
		{"clipboard_copy", `{"node_name":"textarea","length":2}`, "Ada Miller copied from a textarea"},
		{"clipboard_cut", `{"is_masked":true,"node_name":"input","rule":"default"}`, "Ada Miller cut from a masked input"},
		{"clipboard_paste", `{"node_name":""}`, "Ada Miller pasted into the page"},
		{"print", `{"page":"https://quote.example/"}`, "Ada Miller printed https://quote.example/"},
		{"file_selected", `{"count":2}`, "Ada Miller chose 2 files"},
		{"file_selected", `{"count":1}`, "Ada Miller chose a file"},
		{"file_selected", `{"is_masked":true,"node_name":"input","rule":"default"}`, "Ada Miller chose files in a masked input"},
		{"policy_loaded", `{"digest":"f00d","fallback":false}`, "The site's policy was loaded"},
		{"policy_loaded", `{"digest":null,"fallback":true}`, "The site's policy could not be had, so everything is hidden"},
		{"masking_corrected", `{"of":7,"rule":"card"}`, "The relay hid what entry 7 should not have told, by the rule card"},
		{"recorder_failed", `{"what":"crash","restarted":true}`, "The recorder failed: it crashed, and started again"},
		{"client_log", `{"message":"offer shown"}`, "The page of Ada Miller logged 'offer shown'"},
		{"recorder_started", `{}`, "The recorder started"},
		{"recorder_stopped", `{"reason":"consent withdrawn"}`, "The recorder stopped: consent withdrawn"},
		{"recorder_failed", `{"what":"csp"}`, "The recorder failed: the page forbids WebAssembly"},
		{"gap", `{"count":12,"reason":"overflow"}`, "12 events are missing here: there was no room for more"},
		{"gap", `{"count":3,"reason":"forgotten"}`, "3 events are missing here: the relay had stored them, and has them no more"},
		{"x_offer_made", `{"plan":"basic"}`, "Ada Miller: offer made"},
	} {
		t.Run(tt.want, func(t *testing.T) {
			s := setting(t, "a")
			s.happens('a', 0, "page", "participant_joined", `{"client_index":0,"name":"Ada Miller"}`)
			s.reload()
			source := ""
			if spec, known := event.Find(tt.typ); known && spec.By&event.ByRecorder == 0 {
				source = "page"
			}
			if got := s.happens('a', 1, source, tt.typ, tt.details).Message; got != tt.want {
				t.Errorf("%s", got)
			}
			told[tt.typ] = true
			s.finish()
		})
	}
	for _, spec := range event.Specs {
		if !told[string(spec.Type)] {
			t.Errorf("no sentence is tried for %s", spec.Type)
		}
	}
}

// TestClaims: what a page or an extension says about who is here, who leads and who may act is kept, as a claim, and
// moves nothing.
func TestClaims(t *testing.T) {
	for _, source := range []string{"page", "extension"} {
		for _, tt := range []struct{ typ, details string }{
			{"session_created", `{"session_id":"other","start_url":"https://other.example/"}`},
			{"session_end", `{"reason":"ended_by_host","ended_by":0}`},
			{"invitation_sent", `{"channel":"link"}`},
			{"participant_joined", `{"client_index":0,"name":"Mallory","role":"agent"}`},
			{"participant_left", `{"client_index":0,"reason":"removed"}`},
			{"host_request", `{"requested_by":1}`},
			{"host_change", `{"from":0,"to":1}`},
			{"control_switch_request", `{"requested_by":1}`},
			{"control_switch", `{"from":0,"to":1,"cause":"taken"}`},
			{"control_gained", `{"client_index":1,"username":"Mallory"}`},
			{"tab_control", `{"tab_id":"all","to":1,"action":"taken"}`},
			{"tab_control_request", `{"tab_id":"all","requested_by":1}`},
			{"feature_upgrade_request", `{"feature":"video"}`},
			{"navigate", `{"url":"https://other.example/"}`},
		} {
			t.Run(source+" "+tt.typ, func(t *testing.T) {
				s := setting(t, "ab")
				s.happens('a', 0, "", "recorder_started", `{}`)
				s.happens('b', 1, "", "recorder_started", `{}`)
				moved := func() string {
					return fmt.Sprintln(s.Started, s.Reason, s.StartURL, s.Active, s.Participants, s.Tabs, s.Known[strings.Repeat("b", 16)].URL)
				}
				before := moved()
				e := s.happens('b', 2, source, tt.typ, tt.details)
				if e.Type != tt.typ || e.Source != source || e.Actor.Basis != Claimed || e.Actor.Index != 1 || e.Completes != 0 {
					t.Errorf("kept as %+v", e)
				}
				if after := moved(); after != before {
					t.Errorf("the state was\n%s, and is\n%s", before, after)
				}
				s.finish()
			})
		}
	}
}

// TestWords holds the sentences against the vocabulary: a word without a sentence would end in nothing.
func TestWords(t *testing.T) {
	for typ, words := range map[string]struct {
		key  string
		said map[string]string
	}{
		"session_end": {"reason", endings}, "recorder_failed": {"what", failures}, "gap": {"reason", losses},
		"participant_left": {"reason", departures}, "invitation_sent": {"channel", invitations},
	} {
		spec, _ := event.Find(typ)
		for _, k := range spec.Keys {
			for _, word := range k.Enum {
				if k.Name == words.key && words.said[word] == "" {
					t.Errorf("%s: no sentence for %s %q", typ, k.Name, word)
				}
			}
		}
	}
}

func TestIdentify(t *testing.T) {
	const ada = `{"client_index":0,"name":"Ada Miller","email":"90a4e1c7d52b6f38","role":"customer","authenticated":false}`
	click := `{"is_masked":true,"node_name":"button","rule":"default","trusted":true}`

	t.Run("in the run of the join it is in the join", func(t *testing.T) {
		s := setting(t, "a")
		s.happens('a', 0, "", "recorder_started", `{}`)
		s.happens('a', 1, "page", "participant_joined", ada)
		s.happens('a', 2, "", "click", click)
		log := s.finish()
		if len(log) != 4 {
			t.Fatalf("%d entries, want 4: %q", len(log), log)
		}
		wantLine(t, log[1], `{"actor":{"basis":"inferred","client_index":0,"role":"host","username":"Ada Miller"},"details":{"authenticated":false,"client_index":0,"count":1,"deviceType":"desktop","email":"90a4e1c7d52b6f38","ip":"90a4e1c7","name":"Ada Miller","online":true,"participant_num":1,"role":"host","screenHeight":800,"screenWidth":1280,"user_agent":"Mozilla/5.0","user_id":null,"user_params":{}},"merged":{"source":"page","stream":"aaaaaaaaaaaaaaaa","stream_seq":2},"message":"Ada Miller joined","received":"2026-11-22T12:00:00.000Z","seq":2,"session_id":"s1","source":"relay","tab_id":"tab-a","time":"2026-11-22T12:00:00.000Z","type":"participant_joined"}`)
		if want := `"role":"host","username":"Ada Miller"`; !strings.Contains(log[3], want) {
			t.Errorf("%s\nlacks %s", log[3], want)
		}
	})
	t.Run("later it completes the join", func(t *testing.T) {
		s := setting(t, "a")
		s.happens('a', 0, "", "recorder_started", `{}`)
		s.reload()
		s.happens('a', 1, "page", "participant_joined", ada)
		s.happens('a', 2, "", "click", click)
		log := s.finish()
		wantLine(t, log[3], `{"actor":{"basis":"claimed","client_index":0,"role":"host","username":null},"completes":2,"details":`+
			`{"authenticated":false,"client_index":0,"email":"90a4e1c7d52b6f38","name":"Ada Miller","role":"customer"},"message":"Guest is Ada Miller","page":{"url":"https://quote.example/"},"received":"2026-11-22T12:00:00.006Z","seq":4,"session_id":"s1","source":"page","stream":"aaaaaaaaaaaaaaaa","stream_seq":2,"tab_id":"tab-a","time":"2026-11-22T12:00:00.001Z","type":"participant_joined"}`)
		if want := `"message":"Ada Miller clicked a masked button"`; !strings.Contains(log[4], want) {
			t.Errorf("%s\nlacks %s", log[4], want)
		}
	})
	t.Run("another name in the same run is not lost", func(t *testing.T) {
		s := setting(t, "a")
		s.happens('a', 0, "page", "participant_joined", ada)
		e := s.happens('a', 1, "page", "participant_joined", `{"client_index":0,"name":"Eve Park"}`)
		if e.Completes != 2 || e.Message != "Ada Miller is Eve Park" || s.Participants[0].Name != "Eve Park" {
			t.Errorf("completes %d, %q; now named %q", e.Completes, e.Message, s.Participants[0].Name)
		}
		s.finish()
	})
	t.Run("of somebody else it is not believed", func(t *testing.T) {
		s := setting(t, "a")
		e := s.happens('a', 0, "page", "participant_joined", `{"client_index":1,"name":"Eve Park"}`)
		if e.Actor.Basis != Claimed || e.Completes != 0 || len(s.Participants) != 1 || s.Participants[0].Name != "" {
			t.Errorf("basis %s, completes %d, participants %+v", e.Actor.Basis, e.Completes, s.Participants)
		}
		s.finish()
	})
	t.Run("without a name it renames nobody", func(t *testing.T) {
		s := setting(t, "a")
		s.happens('a', 0, "page", "participant_joined", ada)
		e := s.happens('a', 1, "page", "participant_joined", `{"client_index":0,"user_id":"u7"}`)
		if s.Participants[0].Name != "Ada Miller" || e.Message != "Ada Miller was identified" {
			t.Errorf("named %q, told as %q", s.Participants[0].Name, e.Message)
		}
		s.finish()
	})
}

func TestTabs(t *testing.T) {
	s := setting(t, "a")
	s.happens('a', 0, "", "tab_created", `{"tab_id":"t1","opener_tab_id":null,"url":"https://quote.example/"}`)
	s.happens('a', 1, "page", "tab_created", `{"tab_id":"t1","opener_tab_id":"t0","how":"link","url":"https://other.example/"}`)
	if e := s.Entries()[2]; len(s.Entries()) != 3 || string(e.Details) != `{"how":"link","opener_tab_id":"t0","tab_id":"t1","url":"https://quote.example/"}` ||
		e.MergedSource != "page" || e.Merged != (Origin{"aaaaaaaaaaaaaaaa", 2}) || e.Origin.Seq != 1 {
		t.Errorf("two reports in one run: %d entries, %s %+v", len(s.Entries()), e.Details, e)
	}
	s.happens('a', 2, "", "tab_created", `{"tab_id":"t2"}`)
	s.reload()
	if e := s.happens('a', 3, "page", "tab_created", `{"tab_id":"t1","how":"link"}`); e.Completes != 3 {
		t.Errorf("a report in a later run completes %d, want 3", e.Completes)
	}
	if got := s.activeTab(noon + 3); got != "t1" {
		t.Errorf("active tab %q, want the first", got)
	}
	s.happens('a', 4, "", "switch_active_tab", `{"to_tab":"t2"}`)
	s.reload()
	if got := s.activeTab(noon + 4); got != "t2" {
		t.Errorf("active tab %q, want t2", got)
	}
	s.finish()
}

func TestPageOfStream(t *testing.T) {
	s := setting(t, "ab")
	if e := s.happens('a', 0, "", "recorder_started", `{}`); e.URL != "https://quote.example/" {
		t.Errorf("before any navigate: %q, want the one of the opening", e.URL)
	}
	s.happens('a', 1, "", "navigate", `{"url":"https://quote.example/2","title":"Two"}`)
	s.reload()
	if e := s.happens('a', 2, "", "recorder_stopped", `{}`); e.URL != "https://quote.example/2" || e.Title != "Two" {
		t.Errorf("after it: %q %q", e.URL, e.Title)
	}
	if e := s.happens('b', 3, "", "recorder_started", `{}`); e.URL != "https://quote.example/" || e.Title != "" {
		t.Errorf("of another stream: %q %q", e.URL, e.Title)
	}
	if e := s.happens('a', 4, "", "navigate", `{"url":"https://quote.example/3"}`); e.Title != "" {
		t.Errorf("the title of the page before stayed: %q", e.Title)
	}
	s.finish()
}

func TestNavigateNamesTheParticipant(t *testing.T) {
	s := setting(t, "a")
	s.happens('a', 0, "page", "participant_joined", `{"client_index":0,"name":"Ada \"A\" Miller"}`)
	e := s.happens('a', 1, "", "navigate", `{"username":"Mallory","url":"https://quote.example/"}`)
	wantLine(t, string(e.Details), `{"url":"https://quote.example/","username":"Ada \"A\" Miller"}`)
	s.finish()
}

func TestUnreadable(t *testing.T) {
	for name, e := range map[string]Event{
		"no type":        {Details: `{}`},
		"no details":     {Type: "click"},
		"a list":         {Type: "click", Details: `[]`},
		"cut":            {Type: "click", Details: `{"a":`},
		"a key twice":    {Type: "navigate", Details: `{"url":"a","url":"b"}`},
		"half a pair":    {Type: "navigate", Details: `{"url":"\ud83d"}`},
		"a large number": {Type: "x_y", Details: `{"n":1e999}`},
	} {
		t.Run(name, func(t *testing.T) {
			s := setting(t, "a")
			e.Time, e.Received, e.Seq, e.Source, e.Stream = noon, noon, 1, "recorder", s.Streams[0]
			if s.Apply(&e) {
				t.Error("was read")
			}
			s.happens('a', 1, "", "recorder_started", `{}`)
			log := s.finish()
			wantLine(t, log[2], `{"details":{"count":1,"first":null,"last":null,"reason":"unreadable"},"message":"1 event is missing here: unreadable","page":{"url":"https://quote.example/"},"received":"2026-11-22T12:00:00.000Z","seq":3,"session_id":"s1","source":"relay","stream":"aaaaaaaaaaaaaaaa","stream_seq":1,"tab_id":"tab-a","time":"2026-11-22T12:00:00.000Z","type":"gap"}`)
		})
	}
}

func TestLate(t *testing.T) {
	s := setting(t, "a")
	s.happens('a', 100, "", "recorder_started", `{}`)
	s.reload()
	for _, tt := range []struct {
		ms   int64
		late bool
	}{{99, true}, {99, true}, {100, false}, {101, false}} {
		if e := s.happens('a', tt.ms, "", "recorder_stopped", `{}`); e.Late != tt.late || e.Time != noon+tt.ms {
			t.Errorf("at %d: late %v, want %v; time %d is to stay", tt.ms, e.Late, tt.late, e.Time-noon)
		}
	}
	s.finish()
}

func TestLeavingAndEnding(t *testing.T) {
	s := setting(t, "ab")
	s.happens('a', 10, "", "recorder_started", `{}`)
	s.happens('b', 20, "", "recorder_started", `{}`)
	s.reload()
	a, b := &s.work.Streams[0], &s.work.Streams[1]

	a.Live, a.Seen = false, noon+1000
	gone, next, all := s.Gone(noon+1000+29999, 30000)
	if len(gone) != 0 || next != noon+31000 || all {
		t.Errorf("just before the time: gone %v, next %d, all %v", gone, next-noon, all)
	}
	gone, _, all = s.Gone(noon+31000, 30000)
	if len(gone) != 2 || gone[0] != (Departure{Tab: "tab-a", At: noon + 1000}) || gone[1] != (Departure{At: noon + 1000}) || all {
		t.Fatalf("at the time: gone %v, all %v", gone, all)
	}
	for _, d := range gone {
		s.Leave(d, noon+31000)
	}
	s.reload()
	if gone, _, all = s.Gone(noon+31000, 30000); len(gone) != 0 || all {
		t.Errorf("left once more: %v, all %v", gone, all)
	}

	a.Live = true
	s.happens('a', 40000, "", "recorder_started", `{}`) // back again
	s.reload()
	a.Live, a.Seen, b.Live, b.Seen = false, noon+60000, false, noon+50000
	gone, _, all = s.Gone(noon+90000, 30000)
	if len(gone) != 4 || gone[0].Index != 1 || gone[2].Index != 0 || !all {
		t.Fatalf("everybody: gone %v, all %v", gone, all)
	}
	for _, d := range gone {
		s.Leave(d, noon+90000)
	}
	s.End(PageClosed, s.Last, noon+90000)
	s.End(Timeout, s.Last, noon+95000)
	s.reload()
	s.End(Timeout, s.Last, noon+95000)
	if sum := s.Summary(); !sum.Ended || sum.EndReason != PageClosed || sum.Entries != 14 || sum.LastTime != noon+60000 {
		t.Errorf("summary %+v", sum)
	}

	log := s.finish()
	var told []string
	for i := range log {
		told = append(told, between(log[i], `"message":"`, `"`))
	}
	want := "The session began on https://quote.example/|Guest joined|The recorder started|Guest 2 joined|The recorder started|" +
		"Guest left a tab|Guest left|Guest joined|The recorder started|Guest 2 left a tab|Guest 2 left|Guest left a tab|Guest left|The session ended: the last page was closed"
	if got := strings.Join(told, "|"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	wantLine(t, log[11], `{"actor":{"basis":"inferred","client_index":0,"role":"host","username":null},"details":{"by":null,"how":"left","open_ms":20000,"synthesized":true,"tab_id":"tab-a"},"message":"Guest left a tab","received":"2026-11-22T12:01:30.000Z","seq":12,"session_id":"s1","source":"relay","tab_id":"tab-a","time":"2026-11-22T12:01:00.000Z","type":"tab_closed"}`)
	wantLine(t, log[12], `{"actor":{"basis":"inferred","client_index":0,"role":"host","username":null},"details":{"client_index":0,"count":0,"present_ms":20000,"reason":"left","synthesized":true,"username":null},"message":"Guest left","received":"2026-11-22T12:01:30.000Z","seq":13,"session_id":"s1","source":"relay","time":"2026-11-22T12:01:00.000Z","type":"participant_left"}`)
	wantLine(t, log[13], `{"actor":{"basis":"inferred","client_index":0,"role":"host","username":null},"details":{"duration_ms":60000,"ended":"2026-11-22T12:01:00.000Z","ended_by":null,"ended_message":null,"event_count":13,"reason":"page_closed","started":"2026-11-22T12:00:00.000Z","synthesized":true},"message":"The session ended: the last page was closed","received":"2026-11-22T12:01:30.000Z","seq":14,"session_id":"s1","source":"relay","time":"2026-11-22T12:01:00.000Z","type":"session_end"}`)
}

// TestLost: who leaves by a page that did not end in order was lost. What was heard of last tells it, of several pages
// the newest, and of several people the last.
func TestLost(t *testing.T) {
	const order, loss = false, true
	for _, tt := range []struct {
		name   string
		people string // of each stream, whose it is
		ends   []int64
		torn   []bool
		want   string // who left and how, and the end
	}{
		{"in order", "a", []int64{1000}, []bool{order}, "0 left, page_closed"},
		{"torn away", "a", []int64{1000}, []bool{loss}, "0 connection_lost, connection_lost"},
		{"the last page in order", "aa", []int64{1000, 2000}, []bool{loss, order}, "0 left, page_closed"},
		{"the last page torn away", "aa", []int64{1000, 2000}, []bool{order, loss}, "0 connection_lost, connection_lost"},
		{"both pages at once", "aa", []int64{1000, 1000}, []bool{order, loss}, "0 connection_lost, connection_lost"},
		{"an earlier page ended last", "aa", []int64{2000, 1000}, []bool{loss, order}, "0 connection_lost, connection_lost"},
		{"one lost, the last in order", "ab", []int64{1000, 2000}, []bool{loss, order}, "0 connection_lost, 1 left, page_closed"},
		{"one in order, the last lost", "ab", []int64{1000, 2000}, []bool{order, loss}, "0 left, 1 connection_lost, connection_lost"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := setting(t, "ab"[:len(tt.people)])
			for i := range tt.people {
				s.work.Streams[i].ClientIndex = int64(tt.people[i] - 'a')
				s.happens(byte('a'+i), int64(i), "", "recorder_started", `{}`)
			}
			s.reload()
			for i := range tt.people {
				st := &s.work.Streams[i]
				st.Live, st.Seen, st.Connected = false, noon+tt.ends[i], tt.torn[i]
			}
			gone, _, all := s.Gone(noon+60000, 30000)
			if !all {
				t.Fatalf("somebody is left: %v", gone)
			}
			for _, d := range gone {
				s.Leave(d, noon+60000)
			}
			s.reload() // the end may come with a later run
			s.Deserted(noon + 60000)
			var got []string
			for _, line := range s.finish() {
				switch e := gjson.Parse(line); e.Get("type").Str {
				case "participant_left":
					got = append(got, e.Get("details.client_index").Raw+" "+e.Get("details.reason").Str)
				case "session_end":
					got = append(got, e.Get("details.reason").Str)
				}
			}
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestLostComesBack: who was lost and is back has not been lost when they leave in order.
func TestLostComesBack(t *testing.T) {
	s := setting(t, "a")
	s.happens('a', 0, "", "recorder_started", `{}`)
	st := &s.work.Streams[0]
	st.Connected = true
	s.goes(1000, 30000)
	s.happens('a', 60000, "", "recorder_stopped", `{}`)
	st.Connected = false
	s.goes(61000, 30000)
	s.Deserted(noon + 91000)
	log := s.finish()
	if left := between(log[len(log)-2], `"message":"`, `"`); left != "Guest left" || s.Reason != PageClosed {
		t.Errorf("the second time: %s, and the session ended by %s", left, s.Reason)
	}
	if !slices.ContainsFunc(log, func(line string) bool { return strings.Contains(line, `"message":"Guest was lost"`) }) {
		t.Error("the first time was no loss")
	}
}

// TestTabsClose: each tab that nothing is heard of any more is closed once, before who was in it leaves.
func TestTabsClose(t *testing.T) {
	const after = 30000
	open := func(at int64) string { return fmt.Sprintf("tab_created tab-a %d", at) }
	closed := func(at, long int64) string { return fmt.Sprintf("tab_closed tab-a %d %d", at, long) }
	created := `{"tab_id":"tab-a","how":"initial"}`
	for _, tt := range []struct {
		name string
		play func(s *stage)
		want []string // what is told of the tab: type, id, time, how long it was open
	}{
		{"it is gone", func(s *stage) {
			s.happens('a', 0, "", "tab_created", created)
			s.goes(5000, after)
			s.goes(5000, after)
		}, []string{open(0), closed(5000, 5000)}},
		{"it is not gone for so long", func(s *stage) {
			s.happens('a', 0, "", "tab_created", created)
			s.goes(5000, after-1)
		}, []string{open(0)}},
		{"nobody had said that it was created", func(s *stage) {
			s.happens('a', 10, "", "recorder_started", `{}`)
			s.goes(5000, after)
		}, []string{closed(5000, 4990)}},
		{"nothing had ever happened in it", func(s *stage) { s.goes(5000, after) }, nil},
		{"the app has closed it", func(s *stage) {
			s.happens('a', 0, "", "tab_created", created)
			s.happens('a', 900, "page", "tab_closed", `{"tab_id":"tab-a","how":"host","open_ms":900}`)
			s.goes(5000, after)
		}, []string{open(0), closed(900, 900)}},
		{"it comes back and says so", func(s *stage) {
			s.happens('a', 0, "", "tab_created", created)
			s.goes(5000, after)
			s.happens('a', 60000, "", "tab_created", created)
			s.goes(70000, after)
		}, []string{open(0), closed(5000, 5000), open(60000), closed(70000, 10000)}},
		{"it comes back and does not say so", func(s *stage) {
			s.happens('a', 0, "", "tab_created", created)
			s.goes(5000, after)
			s.happens('a', 60000, "", "recorder_started", `{}`)
			s.goes(70000, after)
		}, []string{open(0), closed(5000, 5000), closed(70000, 10000)}},
		{"it comes back within the time", func(s *stage) {
			s.happens('a', 0, "", "tab_created", created)
			s.goes(5000, 1000)
			s.happens('a', 7000, "", "recorder_started", `{}`)
			s.goes(9000, after)
		}, []string{open(0), closed(9000, 9000)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := setting(t, "a")
			tt.play(s)
			var got []string
			last := ""
			for _, line := range s.finish() {
				e := gjson.Parse(line)
				typ := e.Get("type").Str
				if last == "participant_left" && typ == "tab_closed" {
					t.Error("the participant left before the tab")
				}
				last = typ
				if typ != "tab_created" && typ != "tab_closed" {
					continue
				}
				at := e.Get("time").Time().UnixMilli() - noon
				told := fmt.Sprintf("%s %s %d", typ, e.Get("details.tab_id").Str, at)
				if typ == "tab_closed" {
					told += " " + e.Get("details.open_ms").Raw
				}
				got = append(got, told)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// goes ends the connection of the only stream, lets time pass, and tells who has left. Then there is another run, in
// which the stream is back.
func (s *stage) goes(ms, wait int64) {
	s.Helper()
	s.reload()
	st := &s.work.Streams[0]
	st.Live, st.Seen = false, noon+ms
	gone, _, _ := s.Gone(noon+ms+wait, 30000)
	for _, d := range gone {
		s.Leave(d, noon+ms+wait)
	}
	s.reload()
	st.Live = true
}

// TestOneTabOfTwo: a tab is closed while another of the same participant goes on.
func TestOneTabOfTwo(t *testing.T) {
	s := setting(t, "ab")
	s.work.Streams[1].ClientIndex = 0
	s.happens('a', 0, "", "recorder_started", `{}`)
	s.happens('b', 1, "", "recorder_started", `{}`)
	s.work.Streams[1].Live, s.work.Streams[1].Seen = false, noon+1000
	if gone, next, all := s.Gone(noon+2000, 30000); len(gone) != 0 || next != noon+31000 || all {
		t.Errorf("before the time: gone %v, next %d, all %v", gone, next-noon, all)
	}
	gone, _, all := s.Gone(noon+31000, 30000)
	if len(gone) != 1 || gone[0] != (Departure{Tab: "tab-b", At: noon + 1000}) || all {
		t.Errorf("at the time: gone %v, all %v", gone, all)
	}
	s.Leave(gone[0], noon+31000)
	if s.here() != 1 {
		t.Error("the participant has left with the tab")
	}
	s.finish()
}

// TestWhoItWas: the relay says who did what a recorder does not know of whom, and leaves alone what an app says.
func TestWhoItWas(t *testing.T) {
	s := setting(t, "ab")
	for _, tt := range []struct{ source, typ, details, want string }{
		{"", "tab_pause", `{"tab_id":"t1","by":null,"reason":null}`, `{"by":1,"reason":null,"tab_id":"t1"}`},
		{"", "video_chat_enabled", `{"by":null,"media":[]}`, `{"by":1,"media":[]}`},
		{"page", "video_chat_enabled", `{"by":null,"media":[]}`, `{"by":null,"media":[]}`},
		{"", "tab_pause", `{"tab_id":"t1","reason":"frozen"}`, `{"reason":"frozen","tab_id":"t1"}`},
	} {
		if got := string(s.happens('b', 0, tt.source, tt.typ, tt.details).Details); got != tt.want {
			t.Errorf("%s by %q: %s, want %s", tt.typ, tt.source, got, tt.want)
		}
	}
	s.finish()
}

// TestSilentParticipant: who opened a stream and never sent an event is told of when leaving.
func TestSilentParticipant(t *testing.T) {
	s := setting(t, "a")
	s.work.Streams[0].Live = false
	gone, _, all := s.Gone(noon+30000, 30000)
	if len(gone) != 1 || !all {
		t.Fatalf("gone %v, all %v", gone, all)
	}
	s.Leave(gone[0], noon+30000)
	s.End(PageClosed, s.Last, noon+30000)
	if log := s.finish(); len(log) != 4 {
		t.Errorf("log %q, want the four entries of a session in which nothing happened", log)
	}
}

func TestTimeout(t *testing.T) {
	s := setting(t, "a")
	s.happens('a', 0, "", "recorder_started", `{}`)
	if got := s.Heard(); got != noon {
		t.Errorf("heard at %d", got-noon)
	}
	s.End(Timeout, noon+1800000, noon+1800001)
	log := s.finish()
	wantLine(t, log[3], `{"details":{"duration_ms":1800000,"ended":"2026-11-22T12:30:00.000Z","ended_by":null,"ended_message":null,"event_count":3,"reason":"timeout","started":"2026-11-22T12:00:00.000Z","synthesized":true},"message":"The session ended: there were no events for long","received":"2026-11-22T12:30:00.001Z","seq":4,"session_id":"s1","source":"relay","time":"2026-11-22T12:30:00.000Z","type":"session_end"}`)
}

func TestBadState(t *testing.T) {
	var s Session
	if err := s.Load(&store.Work{State: []byte("{")}, ""); err == nil {
		t.Error("took a state that is none")
	}
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}
