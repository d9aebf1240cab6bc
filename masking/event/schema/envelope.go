package schema

import "github.com/cotrail/cotrail/masking/event"

// instant is how the log writes a time.
func instant(doc string) node {
	return node{"type": "string", "format": "date-time", "pattern": `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`, "description": doc}
}

func text(doc string) node  { return node{"type": "string", "description": doc} }
func count(doc string) node { return node{"type": "integer", "minimum": 1, "description": doc} }

func closed(doc string, required []string, properties node) node {
	return node{"type": "object", "description": doc, "properties": properties, "required": required, "additionalProperties": false}
}

var streamID = node{"type": "string", "pattern": "^[0-9a-f]{16}$", "description": "the recorder that sent it: one page load; zeros for the app's back end"}

// envelope is the keys of every entry.
var envelope = node{
	"type":       text("what happened"),
	"time":       instant("when, by the event's clock corrected to the relay's"),
	"session_id": text("the session"),
	"details":    node{"type": "object", "description": "by type"},
	"seq":        count("its place in the session's log, without holes"),
	"source":     node{"enum": []any{event.SourceRecorder, event.SourcePage, event.SourceExtension, event.SourceHost, event.SourceRelay}, "description": "who says so"},
	"stream":     streamID,
	"stream_seq": count("its number there"),
	"actor": node{"description": "who did it, and how we know", "oneOf": []any{
		closed("a participant", []string{"client_index", "username", "role", "basis"}, node{
			"client_index": node{"type": "integer", "minimum": 0},
			"username":     node{"type": []string{"string", "null"}},
			"role":         node{"type": []string{"string", "null"}},
			"basis":        node{"enum": []string{"control", "host", "trusted", "claimed", "inferred"}},
		}),
		closed("no person", []string{"client_index", "basis"}, node{"client_index": node{"type": "null"}, "basis": node{"const": "script"}}),
	}},
	"tab_id":    text("the tab"),
	"page":      closed("the page, scrubbed", []string{"url"}, node{"url": text("its address"), "title": text("its title")}),
	"message":   node{"type": "string", "minLength": 1, "description": "one plain English sentence"},
	"received":  instant("the relay's clock"),
	"masked_by": closed("what masked something in it", []string{"rule"}, node{"rule": text("the rule"), "policy": text("SHA-256 of the policy")}),
	"merged":    closed("the other report of the same act that is in this entry", []string{"source", "stream", "stream_seq"}, node{"source": text("who said so"), "stream": streamID, "stream_seq": count("its number there")}),
	"late":      node{"const": true, "description": "it came after a later entry had its number"},
	"completes": count("the earlier entry of the same act"),
}
