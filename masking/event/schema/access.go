package schema

import (
	"encoding/json"

	"github.com/cotrail/cotrail/masking/event/catalog"
)

// access defines a type of the access log. Its entries have an envelope of their own, and are none of a session's log: so
// it stands under $defs, and is none of the types that the schema of an entry takes.
func access(a *catalog.Access) node {
	details := node{}
	for _, key := range catalog.AccessKeys {
		details[key] = node{"type": "string", "description": catalog.AccessKey(key)}
	}
	for _, key := range []string{"session_id", "from"} {
		orNull(details[key].(node))
	}
	n := closed(a.Doc, []string{"type", "time", "site", "seq", "message", "details"}, node{
		"type": node{"const": a.Type}, "time": instant("when, by the relay's clock"), "site": text("the site's key"),
		"seq": count("its place in the site's day, without holes"), "message": envelope["message"],
		"details": closed("who did what", catalog.AccessKeys, details),
	})
	n["title"] = a.Title
	n["examples"] = []any{node{
		"type": a.Type, "time": "2026-11-22T10:04:33.343Z", "site": "shop", "seq": 7, "message": a.Message, "details": json.RawMessage(a.Details),
	}}
	return n
}
