// Package surfly writes entries of the log in the dialect of the reference, for readers that were written
// against it: four keys, its time format, its types and, where it publishes a sample, its details. One act is one entry:
// what completes an entry is in it, as far as it is known when that is written.
package surfly

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking"
)

// types are those that the reference documents. All others are Cotrail's own or the app's.
var types = strings.Fields(`
	session_created session_end invitation_sent participant_joined follower_joined participant_left
	tab_created switch_active_tab tab_pause tab_resume document_share document_edit file_download
	navigate relocate_start input_change submit click
	host_request host_change control_switch_request control_switch control_gained tab_control tab_control_request
	chat video_chat_enabled video_chat_archiving_started webrtc_stream_exception webrtc_stream_ended_by_user
	screenshot_generated feature_upgrade_request client_log`)

// joined are the keys of the reference's follower_joined.
var joined = strings.Fields(`
	access_allowed agent_passed apply_url authenticated avatar client_index color colorCode continuation_token
	country_code deviceType drawingSettings email first_agent index ip name online participant_num
	participant_prefix password_passed queue_index screenHeight screenWidth user_agent user_id user_params webrtcEnabled`)

// sampled are the keys of the details of the types that the reference shows a sample of; details of other types
// are ours to shape and stay as they are.
var sampled = map[string][]string{
	"session_created":    {"session_id", "start_url", "ip", "created_from", "options", "server_region"},
	"participant_joined": joined,
	"follower_joined":    joined,
	"control_gained":     {"client_index", "username"},
	"navigate":           {"url", "username"},
	"input_change":       {"attributes", "is_masked", "node_name", "parent_form_attributes", "value", "xpath"},
}

// Entry writes an entry, a line of the log, in the dialect, with those that complete it. ok is false when the dialect
// does not have it.
func Entry(entry []byte, completing [][]byte) (line []byte, ok bool, err error) {
	if !gjson.ValidBytes(entry) {
		return nil, false, errors.New("the entry is no JSON")
	}
	e := gjson.ParseBytes(entry)
	typ, details := e.Get("type").Str, e.Get("details")
	another := typ == "session_created" && e.Get("seq").Uint() > 1 // a session is created once; the rest is claims
	if !slices.Contains(types, typ) || e.Get("completes").Exists() || another {
		return nil, false, nil
	}
	if len(completing) > 0 {
		details = filled(details, completing)
	}
	if typ == "participant_joined" && !host(e) {
		typ = "follower_joined"
	}
	line = masking.AppendQuote(append(line, `{"type":`...), typ)
	line = masking.AppendQuote(append(line, `,"time":`...), clock(e.Get("time").Str))
	if typ != "session_created" {
		line = masking.AppendQuote(append(line, `,"session_id":`...), e.Get("session_id").Str)
	}
	line = append(line, `,"details":`...)
	if keys, ok := sampled[typ]; ok {
		line = appendKeys(line, details, keys)
	} else {
		line = append(line, details.Raw...)
	}
	return append(line, '}'), true, nil
}

// host tells whether who joined is the host: by the session's state where the entry has it, which it has where who
// joined is also who says so.
func host(e gjson.Result) bool {
	role := e.Get("details.role")
	if actor := e.Get("actor"); actor.Exists() && actor.Get("client_index").Raw == e.Get("details.client_index").Raw {
		role = actor.Get("role")
	}
	return role.Str == "host"
}

// filled gives an entry's details with what those know that complete it. What came first stands, but for null.
func filled(details gjson.Result, completing [][]byte) gjson.Result {
	all := map[string]gjson.Result{}
	for i := -1; i < len(completing); i++ {
		if i >= 0 {
			details = gjson.GetBytes(completing[i], "details")
		}
		details.ForEach(func(k, v gjson.Result) bool {
			if all[k.Str].Type == gjson.Null { // also where there is none
				all[k.Str] = v
			}
			return true
		})
	}
	raw := []byte{'{'}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		raw = appendMember(raw, key, all[key])
	}
	return gjson.ParseBytes(append(raw, '}'))
}

// clock writes a time of the log as the reference does: no zone, trailing zeros of the fraction cut.
func clock(rfc3339 string) string {
	s := strings.TrimSuffix(rfc3339, "Z")
	if strings.Contains(s, ".") {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	return s
}

func appendKeys(dst []byte, object gjson.Result, keys []string) []byte {
	dst = append(dst, '{')
	object.ForEach(func(k, v gjson.Result) bool {
		if slices.Contains(keys, k.Str) {
			dst = appendMember(dst, k.Str, v)
		}
		return true
	})
	return append(dst, '}')
}

func appendMember(dst []byte, key string, v gjson.Result) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	return append(append(masking.AppendQuote(dst, key), ':'), v.Raw...)
}
