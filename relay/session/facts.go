package session

import (
	"github.com/tidwall/gjson"
)

// answer is true, false or not said.
type answer byte

const (
	unsaid answer = iota
	no
	yes
)

// facts is what state, actor and message need of an event's details. Texts refer to the details.
type facts struct {
	details                             string
	people                              []Participant // to whom client_index refers
	unnamed                             bool          // by is null: the relay knows who it was
	masked                              bool
	rule, cause                         string
	hid                                 string // the rule that hid something in a text, by what stands there now
	trusted, filled, checked, on, valid answer
	node, role, label, value, inputType string
	elementID, elementName              string
	form                                string // name or id
	button                              int64
	url, title, kind                    string
	tab                                 string
	line, reason, what                  string
	count                               int64
	name                                string // of a participant
	index                               int64  // of a participant
}

// read takes the facts of details, which is a valid object.
func (f *facts) read(details string, people []Participant) {
	*f = facts{details: details, people: people}
	gjson.Parse(details).ForEach(func(k, v gjson.Result) bool {
		f.take(k.Str, v)
		if f.hid == "" {
			f.hid = hides(k.Str, v)
		}
		return true
	})
}

func (f *facts) take(key string, v gjson.Result) {
	switch key {
	case "is_masked":
		f.masked = v.Type == gjson.True
	case "rule":
		f.rule = v.Str
	case "cause":
		f.cause = v.Str
	case "trusted":
		f.trusted = said(v)
	case "filled":
		f.filled = said(v)
	case "checked":
		f.checked = said(v)
	case "selected":
		f.on = said(v)
	case "valid":
		f.valid = said(v)
	case "node_name":
		f.node = v.Str
	case "role":
		f.role = v.Str
	case "label":
		f.label = v.Str
	case "value":
		f.value = v.Str
	case "input_type":
		f.inputType = v.Str
	case "attributes":
		f.elementID, f.elementName = v.Get("id").Str, v.Get("name").Str
	case "form":
		if f.form = v.Get("name").Str; f.form == "" {
			f.form = v.Get("id").Str
		}
	case "button":
		f.button = v.Int()
	case "url":
		f.url = v.Str
	case "title":
		f.title = v.Str
	case "kind":
		f.kind = v.Str
	case "tab_id", "to_tab":
		f.tab = v.String()
	case "message":
		f.line = v.Str
	case "reason":
		f.reason = v.Str
	case "what":
		f.what = v.Str
	case "name":
		f.name = v.Str
	case "count":
		f.count = v.Int()
	case "client_index":
		f.index = v.Int()
	case "by":
		f.unnamed = v.Type == gjson.Null
	}
}

func said(v gjson.Result) answer {
	switch v.Type {
	case gjson.True:
		return yes
	case gjson.False:
		return no
	}
	return unsaid
}
