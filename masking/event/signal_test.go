package event_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/masking/event/catalog"
)

func signaller() *event.Signaller {
	p := masking.New()
	return &event.Signaller{Policy: &p}
}

func TestSignal(t *testing.T) {
	s := signaller()
	hash := func(raw string) string { return `"` + s.Key.Field(raw).String() + `"` }
	for _, tt := range []struct{ name, kind, in, want string }{
		{"keys in the order of the description", "host_change", `{"cause":"asked","to":1,"from":0}`, `{"from":0,"to":1,"cause":"asked"}`},
		{"keys that the type does not have", "host_change", `{"to":1,"mail":"ada@mail.example","pin":"1234","deep":{"password":"x","list":[1,"a b"]}}`,
			`{"to":1,"mail":"[email]","pin":"**********","deep":{"password":"**********","list":[1,"a b"]}}`},
		{"addresses among them", "host_change", `{"to":1,"where":"https://a.example/x?token=abc#y"}`, `{"to":1,"where":"https://a.example/x?token="}`},
		{"names that are data", "host_change", `{"to":1,"a@b.example":1,"c@d.example":2}`, `{"to":1,"[email]":1,"[email] 2":2}`},
		{"a participant by name", "host_change", `{"to":"Ada Miller"}`, `{"to":"Ada Miller"}`},
		{"an id that is a card's number", "screenshot_generated", `{"screenshot_id":4111111111111111}`, `{"screenshot_id":"**********"}`},
		{"null where it may be", "relocate_start", `{"to_url":null}`, `{"to_url":null}`},
		{"null where it may not be is left out", "chat", `{"from":1,"length":null}`, `{"from":1}`},
		{"what is behind the point goes", "webrtc_stream_ended_by_user", `{"stream":"s","duration_ms":1234.5999999996275}`, `{"stream":"s","duration_ms":1234}`},
		{"a number that is a card's is left out", "document_share", `{"document_id":1,"size":4111111111111111}`, `{"document_id":1}`},
		{"an invitation", "invitation_sent", `{"channel":"email","recipient":"ada@mail.example","recipient_hash":"feed","role":"guest"}`,
			`{"channel":"email","recipient_hash":` + hash("ada@mail.example") + `,"recipient":"**********","role":"guest"}`},
		{"a join", "participant_joined", `{"client_index":1,"email":"ada@mail.example","ip":"192.0.2.1","avatar":"https://pictures.example/968b05","continuation_token":"secret","apply_url":"https://a.example/?t=1","user_params":{"team":"Lisbon","api_key":"x"}}`,
			`{"client_index":1,"email":` + hash("ada@mail.example") + `,"ip":` + hash("192.0.2.1") + `,"avatar":null,"continuation_token":"**********","apply_url":"https://a.example/?t=","user_params":{"team":"Lisbon","api_key":"**********"}}`},
		{"a join as the reference calls it", "follower_joined", `{"client_index":1,"email":"","continuation_token":""}`, `{"client_index":1,"email":"","continuation_token":""}`},
		{"options", "session_created", `{"options":{"s3_access_key":"k","private_proxies":["a"],"password_required":false,"token_ttl":3600,"headers":[],"secrets":{},"credentials":{"a":1},"language":"en"}}`,
			`{"options":{"s3_access_key":"**********","private_proxies":"**********","password_required":false,"token_ttl":3600,"headers":[],"secrets":{},"credentials":"**********","language":"en"}}`},
		{"a document", "document_share", `{"document_id":"d-3","filename":"Ada Miller.PDF","mime":"application/pdf","sha256":"9F86d081884c7d65","pages":4}`,
			`{"document_id":"d-3","filename":"*.pdf","mime":"application/pdf","sha256":"9F86d081884c7d65","pages":4}`},
		{"a document whose facts are none", "document_share", `{"document_id":"d-3","filename":"notes of Ada","mime":"Ada","sha256":"Ada"}`, `{"document_id":"d-3","filename":"*"}`},
		{"never what was written into it", "document_edit", `{"document_id":1,"action":"annotate","content":"canary","n":7,"done":true,"more":{"text":["canary"]}}`,
			`{"document_id":1,"action":"annotate","content":"**********","n":"**********","done":true,"more":{"text":["**********"]}}`},
		{"a chat's length", "chat", `{"from":1,"text":"größer"}`, `{"from":1,"length":6}`},
		{"the length that the app gives", "chat", `{"from":1,"text":"größer","length":9,"body":"canary"}`, `{"from":1,"length":9,"body":"**********"}`},
		{"a list of words", "video_chat_enabled", `{"by":0,"media":["audio","screen"]}`, `{"by":0,"media":["audio","screen"]}`},
		{"a click", "click", `{"node_name":"a","attributes":{"id":"next","value":"canary"},"xpath":"/html/secret()","label":"Next","href":"/x?q=1","trusted":true,"is_masked":false,"more":{"is_masked":true}}`,
			`{"node_name":"a","attributes":{"id":"next"},"label":"Next","href":"/x?q=","trusted":true,"more":{"is_masked":true}}`},
		{"a masked click tells nothing more", "click", `{"is_masked":true,"node_name":"a","rule":"mine","label":"canary","more":1}`, `{"is_masked":true,"node_name":"a","rule":"mine"}`},
		{"a masked click without a rule", "click", `{"is_masked":true,"node_name":"input"}`, `{"is_masked":true,"node_name":"input","rule":"said"}`},
		{"the same, of null", "click", `{"rule":null,"is_masked":true,"node_name":"input"}`, `{"is_masked":true,"node_name":"input","rule":"said"}`},
		{"an input_change is always masked", "input_change", `{"node_name":"input","value":"canary","label":"canary","attributes":{"id":"canary"},"cause":"remote","more":"canary"}`,
			`{"is_masked":true,"node_name":"input","rule":"said","filled":true,"cause":"remote"}`},
		{"also an empty one", "input_change", `{"node_name":"input","value":""}`, `{"is_masked":true,"node_name":"input","rule":"said","filled":false}`},
		{"a submit", "submit", `{"form":{"id":"quote","secret":"canary","action":"https://a.example/?q=1"},"fields":[{"name":"plan","value":"canary"}],"submitter":null}`,
			`{"form":{"id":"quote","action":"https://a.example/?q="},"fields":[{"name":"plan"}],"submitter":null}`},
		{"a page's title, which is not recorded", "navigate", `{"url":"https://a.example/#x","title":"canary"}`, `{"url":"https://a.example/"}`},
		{"a type of the app's own", "x_offer_2", ` {"plan":"plus","mail":"ada@mail.example"} `, `{"plan":"plus","mail":"[email]"}`},
		{"the same, empty", "x_", `{}`, `{}`},
		{"the same, with all that a name may have", "x_Cart.Offer-Shown_2", `{}`, `{}`},
		{"the same, as long as it may be", "x_" + strings.Repeat("offer.", 10) + "be", `{}`, `{}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			kind, d, err := s.Details(tt.kind, tt.in)
			if err != nil || string(d.JSON()) != tt.want {
				t.Fatalf("%v\ngot  %s\nwant %s", err, d.JSON(), tt.want)
			}
			if want := strings.Replace(tt.kind, "follower", "participant", 1); string(kind) != want {
				t.Errorf("its type is %s", kind)
			}
		})
	}
}

func TestNoSignal(t *testing.T) {
	const noObject = "the details are no object, too large, or nested too deep"
	for _, tt := range []struct{ name, kind, in, want string }{
		{"an unknown type", "telepathy", `{}`, event.ErrUnknownType.Error()},
		{"no type", "", `{}`, event.ErrUnknownType.Error()},
		{"a type of the recorder's", "gap", `{"count":1,"reason":"crash"}`, event.ErrUnknownType.Error()},
		{"a type of the relay's", "masking_corrected", `{"of":1}`, event.ErrUnknownType.Error()},
		{"an own type that is data", "x_4111", `{}`, event.ErrUnknownType.Error()},
		{"an own type that is a number in parts", "x_4111-1111-1111-1111", `{}`, event.ErrUnknownType.Error()},
		{"an own type that is random", "x_Zk3vT9qLw0RbXy7M", `{}`, event.ErrUnknownType.Error()},
		{"an own type that is no name", "x_offer made", `{}`, event.ErrUnknownType.Error()},
		{"an own type that is too long", "x_" + strings.Repeat("offer.", 11), `{}`, event.ErrUnknownType.Error()},
		{"no details", "x_offer", ``, noObject},
		{"a list", "x_offer", `[]`, noObject},
		{"a text", "chat", `"canary"`, noObject},
		{"no JSON", "chat", `{"from":`, noObject},
		{"too much", "chat", `{"from":1,"x":"` + strings.Repeat("a", 9000) + `"}`, noObject},
		{"too many keys", "x_offer", `{` + strings.Repeat(`"a":1,`, 200) + `"b":1}`, noObject},
		{"a missing key", "control_switch", `{"from":null}`, "to is missing"},
		{"null for a missing key", "host_change", `{"to":null}`, "to is missing"},
		{"a missing key of a masked one", "click", `{"is_masked":true,"rule":"mine"}`, "node_name is missing"},
		{"a number for a text", "client_log", `{"message":7}`, "message is no string"},
		{"another word", "invitation_sent", `{"channel":"canary"}`, "channel is none of email, sms, link, pin"},
		{"another word in a list", "video_chat_enabled", `{"by":1,"media":["canary"]}`, "media has an element that is none of audio, video, screen"},
		{"no list", "video_chat_enabled", `{"by":1,"media":"audio"}`, "media is no list"},
		{"no whole number", "participant_left", `{"client_index":"canary"}`, "client_index is no whole number"},
		{"an exponent", "participant_left", `{"client_index":1.5e3}`, "client_index is no whole number"},
		{"a card's number for a required one", "participant_left", `{"client_index":4111111111111111}`, "client_index is no whole number"},
		{"no number", "click", `{"node_name":"a","x":"canary"}`, "x is no number"},
		{"neither true nor false", "participant_joined", `{"client_index":1,"online":"canary"}`, "online is neither true nor false"},
		{"no object", "submit", `{"form":"canary"}`, "form is no object"},
		{"deep within", "submit", `{"form":{"id":7}}`, "form has a key that is wrong: id is no string"},
		{"an id that is none", "chat", `{"from":{"a":"canary"}}`, "from is neither a string nor a whole number"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, d, err := signaller().Details(tt.kind, tt.in)
			if err == nil || err.Error() != tt.want {
				t.Errorf("%v %s, want %s", err, d.JSON(), tt.want)
			}
		})
	}
}

// TestSignalledSamples: an app may signal every type that it may say, in the form in which the log has it.
func TestSignalledSamples(t *testing.T) {
	for _, c := range catalog.Types {
		for _, sample := range []string{c.Sample, c.Masked} {
			if sample == "" {
				continue
			}
			kind, _, err := signaller().Details(string(c.Type), sample)
			if (err == nil) != (c.Spec().By&event.ByApp != 0) || err == nil && kind != c.Type {
				t.Errorf("%s: %s %v", c.Type, kind, err)
			}
		}
	}
}

// TestTreatments: every text that an app signals has a treatment. These are to be hidden.
func TestTreatments(t *testing.T) {
	hidden := []string{"participant_joined.continuation_token", "input_change.value"}
	for _, s := range event.Specs {
		if s.By&event.ByApp == 0 {
			continue
		}
		var walk func(path string, keys []event.Key)
		walk = func(path string, keys []event.Key) {
			for _, k := range keys {
				here := path + "." + k.Name
				isText := k.Shape == event.Text || k.Shape == event.ID || k.Shape == event.Texts && k.Enum == nil
				if isText && k.Treat == event.Hidden && !slices.Contains(hidden, here) {
					t.Errorf("%s has no treatment", here)
				}
				walk(here, k.Keys)
			}
		}
		walk(string(s.Type), s.Keys)
	}
}
