package event

// Types of events. EVENTS: docs/events.md tells when each occurs.
const (
	SessionCreated    Word = "session_created"
	SessionEnd        Word = "session_end"
	ParticipantJoined Word = "participant_joined"
	ParticipantLeft   Word = "participant_left"
	TabCreated        Word = "tab_created"
	SwitchActiveTab   Word = "switch_active_tab"
	Navigate          Word = "navigate"
	InputChange       Word = "input_change"
	Submit            Word = "submit"
	Click             Word = "click"
	ClientLog         Word = "client_log"
	RecorderStarted   Word = "recorder_started"
	RecorderStopped   Word = "recorder_stopped"
	RecorderFailed    Word = "recorder_failed"
	Gap               Word = "gap"
)

// Shape is the JSON shape of a value.
type Shape byte

// The shapes. Text is any string; a Word is one of Enum, or free when Enum is empty.
const (
	Text Shape = iota
	Words
	Int
	Num
	Bool
	Object
	List
	Any
)

// Key is one key of a type's details.
type Key struct {
	Name     string
	Shape    Shape
	Required bool
	Nullable bool
	Enum     []string
	Keys     []Key // of an Object, or of the objects of a List
	Doc      string
}

// Spec describes one type: the one place from which validation, JSON Schema and documentation are made.
type Spec struct {
	Type   Word
	Page   bool // a recorder may send it; others come from the app or the relay alone
	Title  string
	Doc    string
	Keys   []Key
	Masked []Key // the exact keys when is_masked, nil when the type has no masked form
	Sample string
}

var attributes = []Key{
	{Name: "id", Doc: "the id, unless it looks like data"},
	{Name: "name", Doc: "the name, unless it looks like data"},
	{Name: "class", Doc: "the class, without words that look like data"},
}

var (
	causes = []string{"user", "script", "autofill", "remote"}
	vias   = []string{"pointer", "keyboard", "script"}
)

var (
	isMasked = Key{Name: "is_masked", Shape: Bool, Required: true, Doc: "true: what it was is hidden"}
	nodeName = Key{Name: "node_name", Required: true, Doc: "local name of the element"}
	rule     = Key{Name: "rule", Required: true, Doc: "the rule that hid it"}
	field    = Key{Name: "field", Doc: "keyed hash: the same field can be recognised again, and nothing else"}
	filled   = Key{Name: "filled", Shape: Bool, Doc: "whether it holds anything"}
	cause    = Key{Name: "cause", Shape: Words, Enum: causes, Doc: "what changed it"}
	trusted  = Key{Name: "trusted", Shape: Bool, Doc: "whether the browser vouches for a person's act"}
	button   = Key{Name: "button", Shape: Int, Doc: "0 main, 1 middle, 2 secondary"}
	via      = Key{Name: "via", Shape: Words, Enum: vias, Doc: "how it was done"}
	xpath    = Key{Name: "xpath", Doc: "finds the element by document.evaluate"}
)

// Specs lists the types in the order of the documentation.
var Specs = []Spec{
	{Type: SessionCreated, Title: "Session created", Doc: "A session comes to be.",
		Keys: []Key{
			{Name: "session_id", Required: true, Doc: "the session"},
			{Name: "start_url", Doc: "the first page, scrubbed"},
			{Name: "ip", Nullable: true, Doc: "keyed hash of the first address, by default"},
			{Name: "created_from", Doc: "page, or what the app says"},
			{Name: "options", Shape: Object, Doc: "the app's options, secrets starred"},
			{Name: "server_region", Nullable: true, Doc: "where the app says it runs"},
			{Name: "versions", Shape: Object, Doc: "of relay and recorder", Keys: []Key{{Name: "relay"}, {Name: "recorder"}}},
			{Name: "continues", Doc: "the ended session whose late events this one holds"},
		},
		Sample: `{"session_id":"3f0c9a5be1d24c7c8e6f00aa54d1b2c3","start_url":"https://quote.example/","ip":null,"created_from":"page","options":{},"server_region":null,"versions":{"relay":"1.0.0","recorder":"1.0.0"}}`},
	{Type: SessionEnd, Title: "Session ended", Doc: "It is over, however it ended. Every session has exactly one.",
		Keys: []Key{
			{Name: "reason", Shape: Words, Required: true, Enum: []string{"ended_by_host", "ended_by_participant", "timeout", "connection_lost", "page_closed", "limit"}, Doc: "why"},
			{Name: "ended_by", Shape: Int, Nullable: true, Doc: "client_index of who ended it"},
			{Name: "ended_message", Nullable: true, Doc: "what was said"},
			{Name: "started", Doc: "RFC 3339"}, {Name: "ended", Doc: "RFC 3339"},
			{Name: "duration_ms", Shape: Int, Doc: "from started to ended"},
			{Name: "event_count", Shape: Int, Doc: "entries before this one"},
			{Name: "synthesized", Shape: Bool, Doc: "the relay concluded it"},
		},
		Sample: `{"reason":"page_closed","ended_by":null,"ended_message":null,"started":"2026-11-22T10:04:33.343Z","ended":"2026-11-22T10:09:33.343Z","duration_ms":300000,"event_count":41,"synthesized":true}`},
	{Type: ParticipantJoined, Page: true, Title: "Participant joined", Doc: "Someone enters.",
		Keys: []Key{
			{Name: "client_index", Shape: Int, Required: true, Doc: "the participant's number, from 0"},
			{Name: "name", Nullable: true, Doc: "as told"}, {Name: "email", Nullable: true, Doc: "keyed hash, by default"},
			{Name: "user_id", Nullable: true, Shape: Any, Doc: "the app's own id"},
			{Name: "authenticated", Shape: Bool, Doc: "a token said who it is"},
			{Name: "role", Nullable: true, Doc: "host, or what the token says"},
			{Name: "deviceType", Nullable: true, Doc: "desktop, tablet or mobile"}, {Name: "user_agent", Nullable: true, Doc: "of the browser"},
			{Name: "screenWidth", Shape: Int, Nullable: true, Doc: "CSS pixels"}, {Name: "screenHeight", Shape: Int, Nullable: true, Doc: "CSS pixels"},
			{Name: "ip", Nullable: true, Doc: "keyed hash, by default"},
			{Name: "online", Shape: Bool, Doc: "a stream is open"},
			{Name: "participant_num", Shape: Int, Doc: "how many have ever joined"},
			{Name: "count", Shape: Int, Doc: "how many are here now"},
			{Name: "user_params", Shape: Object, Doc: "the app's own, masked"},
		},
		Sample: `{"client_index":0,"name":null,"email":null,"user_id":null,"authenticated":false,"role":"host","deviceType":"desktop","user_agent":"Mozilla/5.0","screenWidth":1280,"screenHeight":800,"ip":null,"online":true,"participant_num":1,"count":1,"user_params":{}}`},
	{Type: ParticipantLeft, Title: "Participant left", Doc: "Someone leaves, is removed or is lost.",
		Keys: []Key{
			{Name: "client_index", Shape: Int, Required: true, Doc: "who"}, {Name: "username", Nullable: true, Doc: "by what name"},
			{Name: "reason", Shape: Words, Enum: []string{"left", "removed", "connection_lost"}, Doc: "how"},
			{Name: "present_ms", Shape: Int, Doc: "from the join"}, {Name: "count", Shape: Int, Doc: "how many are still here"},
			{Name: "synthesized", Shape: Bool, Doc: "the relay concluded it"},
		},
		Sample: `{"client_index":0,"username":null,"reason":"left","present_ms":300000,"count":0,"synthesized":true}`},
	{Type: TabCreated, Page: true, Title: "Tab created", Doc: "A tab joins the session.",
		Keys: []Key{
			{Name: "tab_id", Required: true, Doc: "the tab"}, {Name: "opener_tab_id", Nullable: true, Doc: "the tab it was opened from"},
			{Name: "opened_by", Shape: Int, Nullable: true, Doc: "client_index"}, {Name: "url", Doc: "scrubbed"},
			{Name: "how", Shape: Words, Enum: []string{"initial", "link", "window_open", "host"}, Doc: "how it was opened"},
		},
		Sample: `{"tab_id":"9d2c1f0a77b3e645","opener_tab_id":null,"url":"https://quote.example/","how":"initial"}`},
	{Type: SwitchActiveTab, Page: true, Title: "Active tab switched", Doc: "The session's active tab changes.",
		Keys: []Key{
			{Name: "from_tab", Nullable: true, Doc: "the tab that was active"}, {Name: "to_tab", Required: true, Doc: "the tab that is active now"},
			{Name: "by", Shape: Int, Nullable: true, Doc: "client_index"}, {Name: "basis", Shape: Words, Enum: []string{"visibility", "host"}, Doc: "how we know"},
		},
		Sample: `{"from_tab":"9d2c1f0a77b3e645","to_tab":"51aa03c9f2e4d786","basis":"visibility"}`},
	{Type: Navigate, Page: true, Title: "Navigated", Doc: "A page has been reached.",
		Keys: []Key{
			{Name: "url", Required: true, Doc: "scrubbed"}, {Name: "username", Nullable: true, Doc: "who, by the session's state"},
			{Name: "from_url", Nullable: true, Doc: "the page before, scrubbed"}, {Name: "title", Doc: "where the policy records titles"},
			{Name: "kind", Shape: Words, Enum: []string{"load", "reload", "push", "replace", "traverse", "hash", "restore"}, Doc: "how"},
			{Name: "user_initiated", Shape: Bool, Nullable: true, Doc: "a person's act led here"},
			{Name: "previous_page_ms", Shape: Int, Nullable: true, Doc: "time spent on the page before"},
		},
		Sample: `{"url":"https://quote.example/cover?plan=","username":"Ada Miller","from_url":"https://quote.example/","kind":"load","previous_page_ms":5120}`},
	{Type: InputChange, Page: true, Title: "Input changed", Doc: "A field's value changed.",
		Keys: []Key{
			nodeName, {Name: "attributes", Shape: Object, Required: true, Keys: attributes, Doc: "of the element"},
			{Name: "value", Required: true, Doc: "the new value, after the patterns"}, {Name: "xpath", Required: true, Doc: xpath.Doc},
			{Name: "parent_form_attributes", Shape: Object, Keys: attributes, Doc: "of its form, when it is in one"},
			{Name: "input_type", Doc: "the type of an input"}, {Name: "label", Doc: "its accessible name"},
			{Name: "checked", Shape: Bool, Doc: "of a checkbox or radio"}, {Name: "selected", Shape: Bool, Doc: "of an option"},
			cause, trusted,
		},
		Masked: []Key{isMasked, nodeName, rule, field, filled, cause, trusted},
		Sample: `{"attributes":{"id":"country","name":"country"},"node_name":"option","value":"PT","xpath":"//*[@id=\"country\"]/option[3]","parent_form_attributes":{"id":"quote"},"selected":true,"cause":"user","trusted":true}`},
	{Type: Submit, Page: true, Title: "Form submitted", Doc: "A form is sent.",
		Keys: []Key{
			{Name: "form", Shape: Object, Required: true, Keys: append(attributes[:3:3], Key{Name: "method"}, Key{Name: "action", Doc: "scrubbed"}), Doc: "the form"},
			xpath,
			{Name: "fields", Shape: List, Doc: "its fields", Keys: []Key{{Name: "name"}, {Name: "type"}, filled, {Name: "is_masked", Shape: Bool, Doc: isMasked.Doc}, field}},
			{Name: "submitter", Shape: Object, Nullable: true, Doc: "the button that sent it", Keys: []Key{{Name: "node_name"}, {Name: "label"}, {Name: "attributes", Shape: Object, Keys: attributes}}},
			{Name: "valid", Shape: Bool, Doc: "the form passed the browser's own checks"},
			{Name: "via", Shape: Words, Enum: []string{"user", "request_submit", "submit"}, Doc: "how"},
			trusted, {Name: "cause", Shape: Words, Enum: causes, Doc: "what sent it"},
			{Name: "is_masked", Shape: Bool, Doc: "true: what it was is hidden"}, {Name: "rule", Doc: "the rule that hid it"},
		},
		Sample: `{"form":{"id":"quote","method":"get","action":"https://quote.example/cover"},"xpath":"//*[@id=\"quote\"]","fields":[{"name":"country","type":"select-one","filled":true},{"is_masked":true,"field":"90a4e1c7d52b6f38","filled":true}],"submitter":null,"valid":true,"via":"user","trusted":true}`},
	{Type: Click, Page: true, Title: "Clicked", Doc: "A click, also by keyboard, also auxiliary.",
		Keys: []Key{
			nodeName, {Name: "attributes", Shape: Object, Required: true, Keys: attributes, Doc: "of the element"}, {Name: "xpath", Required: true, Doc: xpath.Doc},
			{Name: "role", Doc: "ARIA role"}, {Name: "label", Doc: "accessible name"}, {Name: "href", Doc: "where a link leads, scrubbed"},
			button, {Name: "x", Shape: Num, Doc: "from the element's left edge, 0 to 1"}, {Name: "y", Shape: Num, Doc: "from its upper edge, 0 to 1"},
			trusted, via,
		},
		Masked: []Key{isMasked, nodeName, rule, field, button, trusted, via},
		Sample: `{"attributes":{"id":"next"},"node_name":"button","xpath":"//*[@id=\"next\"]","role":"button","label":"Next","button":0,"x":0.5,"y":0.5,"trusted":true,"via":"pointer"}`},
	{Type: ClientLog, Page: true, Title: "Log line", Doc: "The page, an extension or the app writes a line.",
		Keys: []Key{
			{Name: "message", Required: true, Doc: "after the patterns"},
			{Name: "level", Shape: Words, Enum: []string{"debug", "info", "warn", "error"}, Doc: "how grave"},
			{Name: "data", Shape: Any, Nullable: true, Doc: "an object, every string in it after the patterns"},
		},
		Sample: `{"message":"offer shown","level":"info","data":{"plan":"basic"}}`},
	{Type: RecorderStarted, Page: true, Title: "Recorder started", Doc: "The recorder runs in a page.",
		Keys:   []Key{{Name: "version"}, {Name: "engine"}, {Name: "screen"}, {Name: "started_by", Shape: Words, Enum: []string{"auto", "api"}}, {Name: "loaded_ms", Shape: Int, Doc: "from the tag to the first event"}},
		Sample: `{"version":"1.0.0","engine":"chromium","started_by":"auto","loaded_ms":180}`},
	{Type: RecorderStopped, Page: true, Title: "Recorder stopped", Doc: "The page stopped it.",
		Keys:   []Key{{Name: "reason", Nullable: true, Doc: "what the page said"}},
		Sample: `{"reason":"consent withdrawn"}`},
	{Type: RecorderFailed, Page: true, Title: "Recorder failed", Doc: "Nothing is recorded, and why.",
		Keys:   []Key{{Name: "what", Shape: Words, Required: true, Enum: Failures, Doc: "csp: WebAssembly is forbidden; unsupported: too old; module: not to be had; integrity: not the pinned one; crash"}, {Name: "restarted", Shape: Bool, Doc: "it runs again"}},
		Sample: `{"what":"csp","restarted":false}`},
	{Type: Gap, Page: true, Title: "Gap", Doc: "Events are missing here.",
		Keys: []Key{
			{Name: "count", Shape: Int, Required: true, Doc: "how many"}, {Name: "first", Shape: Int, Nullable: true, Doc: "time of the first, milliseconds by the page's clock"},
			{Name: "last", Shape: Int, Nullable: true, Doc: "time of the last"}, {Name: "reason", Shape: Words, Required: true, Enum: []string{"overflow", "not_ready", "crash", "too_large", "unreadable"}, Doc: "why"},
		},
		Sample: `{"count":12,"first":1795341873343,"last":1795341893343,"reason":"overflow"}`},
}

// Find gives the description of a type.
func Find(t string) (*Spec, bool) {
	for i := range Specs {
		if string(Specs[i].Type) == t {
			return &Specs[i], true
		}
	}
	return nil, false
}
