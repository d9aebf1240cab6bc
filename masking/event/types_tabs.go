package event

// The tabs of a session.
const (
	TabCreated      Word = "tab_created"
	TabClosed       Word = "tab_closed"
	SwitchActiveTab Word = "switch_active_tab"
	TabPause        Word = "tab_pause"
	TabResume       Word = "tab_resume"
)

var tabCreated = Spec{Type: TabCreated, By: ByRecorder | ByApp, Keys: []Key{
	tabID, {Name: "opener_tab_id", Shape: ID, Treat: Ident, Nullable: true},
	{Name: "opened_by", Shape: ID, Treat: Ident, Nullable: true}, {Name: "url", Treat: Address},
	{Name: "how", Shape: OneOf, Enum: []string{"initial", "link", "window_open", "host"}},
}}

var tabClosed = Spec{Type: TabClosed, By: ByApp | ByRelay, Keys: []Key{
	tabID, by, {Name: "how", Shape: OneOf, Enum: []string{"closed", "left", "host"}}, {Name: "open_ms", Shape: Int}, synthesized,
}}

var switchActiveTab = Spec{Type: SwitchActiveTab, By: ByRecorder | ByApp, Keys: []Key{
	{Name: "from_tab", Shape: ID, Treat: Ident, Nullable: true}, {Name: "to_tab", Shape: ID, Treat: Ident, Required: true},
	by, {Name: "basis", Shape: OneOf, Enum: []string{"visibility", "host"}},
}}

var tabPause = Spec{Type: TabPause, By: ByRecorder | ByApp, Keys: []Key{
	tabID, by, {Name: "reason", Treat: Free, Nullable: true},
}}

var tabResume = Spec{Type: TabResume, By: ByRecorder | ByApp, Keys: []Key{tabID, by, {Name: "paused_ms", Shape: Int}}}
